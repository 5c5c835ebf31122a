"""The command line as a user meets it: help, errors, and a new paper from skeleton to sound entry."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lawbook.cli import app
from lawbook.terminal import shell
from typer.testing import CliRunner, Result

VERBS = tuple(shell.VERBS)


def lawbook(root: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """Run the command inside `root`."""
    monkeypatch.chdir(root)
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    result = CliRunner().invoke(app, [verb, "--help"])
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 5


def test_check_says_how_many_and_writes_the_schema(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = lawbook(tiny, monkeypatch, "check")
    assert (result.exit_code, result.stdout) == (
        0,
        "2 entries with 2 laws are sound\nnot confirmed yet: corner2002, halving2001\n",
    )
    assert json.loads((tiny / "build/entry.schema.json").read_text())["$schema"].endswith("draft-07/schema#")


@pytest.mark.parametrize("verb", [["show", "halving2001"], ["list"], ["search", "halving"], ["status"], ["power"]])
def test_what_only_shows_writes_nothing(tiny: Path, monkeypatch: pytest.MonkeyPatch, verb: list[str]) -> None:
    before = sorted(tiny.rglob("*"))
    assert lawbook(tiny, monkeypatch, *verb).exit_code == 0
    assert sorted(tiny.rglob("*")) == before


def test_what_cannot_be_written_is_told_in_one_line(tiny: Path) -> None:
    (tiny / "build").write_text("a file where a folder should be")
    command = [sys.executable, "-m", "lawbook", "check"]
    done = subprocess.run(command, cwd=tiny, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.fullmatch(
        r"lawbook: found the file [^\n]*/build, expected a folder, or nothing: move it away\n", done.stderr
    )


@pytest.mark.parametrize("verb", [["site", "--no-run"], ["serve", "--no-run"], ["pages", "--out", "out"]])
@pytest.mark.parametrize("settings", [None, "site_name: [", "site_name: x\n  y: z\n"])
def test_bad_settings_are_told_in_one_line(tiny: Path, verb: list[str], settings: str | None) -> None:
    if settings is not None:
        (tiny / "mkdocs.yml").write_text(settings)
    command = [sys.executable, "-m", "lawbook", *verb]
    done = subprocess.run(command, cwd=tiny, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
    assert line.startswith("lawbook: ")
    assert "mkdocs.yml" in line


def test_check_from_a_folder_below(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lawbook(tiny / "references" / "scaling", monkeypatch, "check").exit_code == 0


def test_check_tells_problems_on_stderr_and_fails(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    path.write_text(path.read_text().replace("kind: power-law", "kind: powerlaw"))
    result = lawbook(tiny, monkeypatch, "check")
    assert result.exit_code == 1
    assert "halving2001.yml:12:11: laws.inverse-root.kind: found 'powerlaw'" in result.stderr
    assert "1 problem in 1 file" in result.stderr


def test_outside_a_clone_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = lawbook(tmp_path, monkeypatch, "check")
    assert result.exit_code == 2
    assert "expected a clone of Lawbook: work inside one" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["run", "halving2002"],
            "found the paper 'halving2002', expected the id of an entry (did you mean 'halving2001'?)",
        ),
        (["run", "--scale", "quikc"], "found --scale quikc, expected quick or full (did you mean 'quick'?)"),
        (["show", "corner2001"], "did you mean 'corner2002'?"),
        (["show", "halving2001/inverse-roots"], "did you mean 'inverse-root'?"),
        (["new", "Cohen 2021", "--family", "scaling"], "expected first author and year in lower case"),
        (["new", "cohen2021", "--family", "scalling"], "did you mean 'scaling'?"),
        (["new", "jacot2018", "--family", "limits"], "for a new one write first into references/families.yml: limits:"),
        (["new", "halving2001", "--family", "scaling"], "stands already; nothing was written"),
    ],
)
def test_a_wrong_argument_is_answered_with_the_nearest_right_one(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    result = lawbook(tiny, monkeypatch, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_status_and_show_before_and_after_a_run(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not run, or changed since" in lawbook(tiny, monkeypatch, "status").stdout
    assert (
        "check sum-is-pi: predicted π (± 10⁻¹²): not run yet" in lawbook(tiny, monkeypatch, "show", "corner2002").stdout
    )
    assert "no current run of corner2002, halving2001" in lawbook(tiny, monkeypatch, "power").stdout
    assert lawbook(tiny, monkeypatch, "run").exit_code == 0
    hard = lawbook(tiny, monkeypatch, "power")
    assert hard.exit_code == 0
    assert re.search(r"sum-is-pi .* 5 of 5", hard.stdout)
    assert re.search(r"extrapolates .* the fitted spread from", hard.stdout)
    assert "=  three-corners" in lawbook(tiny, monkeypatch, "list", "--verdict", "by-construction").stdout
    assert "1 of 1 fail" in lawbook(tiny, monkeypatch, "status").stdout
    alone = lawbook(tiny, monkeypatch, "status", "corner2002").stdout
    assert "corner2002" in alone
    assert "halving2001" not in alone
    assert "did you mean 'corner2002'" in lawbook(tiny, monkeypatch, "status", "corner2001").stderr
    shown = lawbook(tiny, monkeypatch, "show", "corner2002").stdout
    told = " ".join(shown.split())
    assert "✓ check sum-is-pi: predicted π = 3.142 (± 10⁻¹²), measured 3.14159: holds, in 1 of 1 seed" in told
    assert "✓ control on-the-sphere, without flat: must miss π = 3.142 (± 10⁻¹²), measured 4.71239: breaks down" in told


def test_seeds_are_tabled(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = lawbook(tiny, monkeypatch, "run", "--seeds", "2", "corner2002")
    assert result.exit_code == 0, result.stdout
    assert re.search(r"sum-is-pi .* 2 of 2", result.stdout)
    assert re.search(r"control on-the-sphere .* 2 of 2", result.stdout)


def test_a_new_paper_passes_once_it_is_filled_in(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = lawbook(tiny, monkeypatch, "new", "newton2003", "--family", "scaling")
    assert result.exit_code == 0
    assert "references/scaling/newton2003.yml" in result.stdout
    unfilled = lawbook(tiny, monkeypatch, "check")
    assert unfilled.exit_code == 1
    assert re.search(r"intuition: found '‹why.*›.*', a place of the skeleton, expected it filled in", unfilled.stderr)
    fillings = {
        "law": "main-law",
        "check": "exponent-is-half",
        "control": "squared",
        "assumption": "plain",
        "chart": "decay",
    }
    for file in ("references/scaling/newton2003.yml", "notebooks/scaling/newton2003.py", "references/papers.bib"):
        path = tiny / file
        text = path.read_text()
        for old, new in (
            ("‹main-law›", fillings["law"]),
            ("‹exponent-as-predicted›", fillings["check"]),
            ("‹assumption-broken›", fillings["control"]),
            ("‹an-assumption›", fillings["assumption"]),
            ("‹chart›", fillings["chart"]),
            ("‹Family, Given and Family, Given›", "Newton, Isaac"),
        ):
            text = text.replace(old, new)
        path.write_text(re.sub(r"‹[^›]*›", "words", text.replace("‹arXiv id›", "2001.00001")))
    checked = lawbook(tiny, monkeypatch, "check")
    assert checked.exit_code == 0, checked.stderr
    ran = lawbook(tiny, monkeypatch, "run", "newton2003")
    assert ran.exit_code == 0, ran.stdout + ran.stderr


def test_pages_are_written_once_and_not_into_a_folder_of_somebody_else(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = site.parents[1]
    first = lawbook(root, monkeypatch, "pages", "--out", str(tmp_path / "out"))
    count = sum(path.is_file() for path in (tmp_path / "out" / "docs").rglob("*")) + 1
    assert (first.exit_code, first.stdout) == (0, f"{tmp_path}/out holds {count} files, {count} of them written now\n")
    again = lawbook(root, monkeypatch, "pages", "--out", str(tmp_path / "out"))
    assert again.stdout == f"{tmp_path}/out holds {count} files, 0 of them written now\n"
    command = [sys.executable, "-m", "lawbook", "pages", "--out", "."]
    refused = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr.startswith("lawbook: found files in . that lawbook did not write")


def test_import_is_light() -> None:
    code = (
        "import sys, lawbook, lawbook.cli\n"
        "heavy = {'sympy', 'numpy', 'jax', 'mkdocs', 'altair', 'pydantic', 'nbclient', 'scipy', 'pybtex', 'rich.live'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_formulas_are_called_from_python(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import lawbook as package

    monkeypatch.chdir(tiny)
    assert package.formula("halving2001")(n=4.0, spread=1.0, b=0.5) == 0.5
    assert package.formula("halving2001/inverse-root").text == "spread*n**(-b)"
    assert package.entry("corner2002").title == "A triangle has three corners"
    with pytest.raises(KeyError, match="no law 'inverse'"):
        package.formula("halving2001/inverse")


def test_new_says_what_it_wrote_what_stood_and_what_comes_next(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lawbook(tiny, monkeypatch, "new", "newton2003", "--family", "scaling").stdout.splitlines()
    assert first[:3] == [
        "wrote references/scaling/newton2003.yml",
        "wrote notebooks/scaling/newton2003.py",
        "wrote references/papers.bib, the record newton2003",
    ]
    assert [line.strip().partition(":")[0] for line in first[4:9]] == [
        "references/families.yml",
        "references/papers.bib",
        "references/instruments.yml",
        "references/glossary.yml and synonyms.yml",
        "CHANGELOG.md",
    ]
    assert first[-2:] == ["  lawbook check", "  lawbook run --seeds 3 newton2003"]
    (tiny / "notebooks/scaling/newton2003.py").unlink()
    (tiny / "references/scaling/newton2003.yml").write_text("mine")
    again = lawbook(tiny, monkeypatch, "new", "newton2003", "--family", "scaling").stdout.splitlines()
    assert again[:3] == [
        "wrote notebooks/scaling/newton2003.py",
        "stood already, and is as it was: references/scaling/newton2003.yml",
        "stood already, and is as it was: references/papers.bib, the record newton2003",
    ]
    assert (tiny / "references/scaling/newton2003.yml").read_text() == "mine"


def test_a_notebook_with_a_problem_is_not_run(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny / "notebooks/geometry/corner2002.py"
    path.write_text(path.read_text().replace('law.check("sum-is-pi"', 'law.check("sum-is-po"'))
    refused = lawbook(tiny, monkeypatch, "run", "corner2002")
    assert refused.exit_code == 1
    assert "corner2002.py:27:11: found the check 'sum-is-po', expected a check of corner2002" in refused.stderr
    other = lawbook(tiny, monkeypatch, "show", "halving2001")
    assert other.exit_code == 0
    assert "1 problem in other files" in other.stderr
