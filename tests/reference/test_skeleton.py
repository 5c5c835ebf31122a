"""A new paper: what is written, what stands already, and that no place of the skeleton is passed over."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from lawbook.reference.checked import load_checked
from lawbook.reference.scaffold import BIB, ENTRY, NOTEBOOK, RECORD, ScaffoldError, write

PARTS = {
    "references/scaling/doe2027.yml": ENTRY,
    "notebooks/scaling/doe2027.py": NOTEBOOK,
    BIB: RECORD,
}


def test_every_place_of_the_skeleton_is_one_located_problem(tiny: Path) -> None:
    write(tiny, "doe2027", "scaling")
    found = load_checked(tiny)[1]
    assert all("a place of the skeleton, expected it filled in" in problem.message for problem in found)
    for name in PARTS:
        text = (tiny / name).read_text(encoding="utf-8")
        data = re.sub(r" # .*", "", text) if name.endswith(".yml") else text  # a hint is no part of the entry
        lines = [line for line, row in enumerate(data.split("\n"), 1) if "‹" in row]
        told = [problem.line for problem in found if problem.file == name]
        if name.endswith(".yml"):  # a block of text is told where it begins
            assert len(told) == len(lines)
        else:
            assert told == lines
    assert len({(problem.file, problem.line, problem.column) for problem in found}) == len(found)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("scaling/halving2001.yml", "expr: spread*n**(-b)", "expr: ‹formula›", "laws.inverse-root.formula.expr: found"),
        ("scaling/halving2001.yml", "predicted: 0.5\n", "predicted: ‹number›\n", "checks.exponent.predicted: found"),
        ("scaling/halving2001.yml", r"latex: L_{\mathrm{test}} = \sigma\, n^{-b}", "latex: ‹x›", "formula.latex: found"),
        ("scaling/halving2001.yml", "cites: [corner2002]", "cites: [‹key›]", "caveats[0].cites[0]: found"),
        ("families.yml", "The exponent is one half", "‹The exponent›", "scaling.guide[0].text: found"),
        ("notation.yml", "name: number of samples", "name: ‹name›", "n.name: found"),
        ("papers.bib", "Journal of Tiny Laws", "‹journal›", ":4:14: found"),
    ],
)  # fmt: skip
def test_a_place_is_found_in_any_field(tiny: Path, file: str, old: str, new: str, said: str) -> None:
    path = tiny / "references" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = [str(problem) for problem in load_checked(tiny)[1] if "skeleton" in problem.message]
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("kept", list(PARTS))
def test_what_stands_is_left_as_it_is_and_the_rest_written(tiny: Path, kept: str) -> None:
    write(tiny, "doe2027", "scaling")
    before = {name: (tiny / name).read_bytes() for name in PARTS}
    for name in PARTS:
        if name == BIB:
            (tiny / BIB).write_text((tiny / BIB).read_text().partition("\n@article{doe2027")[0])
        elif name != kept:
            (tiny / name).unlink()
    if kept == BIB:
        (tiny / BIB).write_bytes(before[BIB])
    else:
        (tiny / kept).write_text("mine")
    made = write(tiny, "doe2027", "scaling")
    assert len(made.stood) == 1
    assert made.stood[0].startswith(kept)
    assert len(made.written) == 2
    for name in PARTS:
        assert (tiny / name).read_bytes() == (b"mine" if name == kept != BIB else before[name])
    with pytest.raises(ScaffoldError, match="stands already; nothing was written"):
        write(tiny, "doe2027", "scaling")


def test_a_paper_of_another_family_is_not_written_twice(tiny: Path) -> None:
    with pytest.raises(ScaffoldError, match=r"geometry/corner2002\.yml stands already, in another family"):
        write(tiny, "corner2002", "scaling")
    assert not (tiny / "references/scaling/corner2002.yml").exists()


def test_a_bibliography_that_cannot_be_read_is_not_written_over(tiny: Path) -> None:
    (tiny / BIB).write_bytes(b"@misc{a, title = {\xff}}")
    with pytest.raises(ScaffoldError, match=r"found no UTF-8 text in references/papers\.bib"):
        write(tiny, "doe2027", "scaling")
    assert not (tiny / "references/scaling/doe2027.yml").exists()


def test_the_skeleton_of_a_notebook_passes_lint(tiny: Path) -> None:
    write(tiny, "doe2027", "scaling")
    settings = Path(__file__).parents[2] / "pyproject.toml"
    for command in (["check"], ["format", "--check"]):
        path = str(tiny / "notebooks/scaling/doe2027.py")
        asked = [sys.executable, "-m", "ruff", *command, "--no-cache", "--config", str(settings), path]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
