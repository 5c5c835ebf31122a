"""The verbs that read the book, as a person and as a program meet them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from lawbook.cli import app
from lawbook.site.prose_text import CODE
from lawbook.site.shelf import Shelf
from lawbook.terminal import show
from lawbook.terminal.json_model import PRINTS, Failure, schema
from lawbook.terminal.layout import Page, width_of
from typer.testing import CliRunner, Result

from tests.conftest import REPO


def lawbook(root: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """Run the command inside `root`."""
    monkeypatch.chdir(root)
    return CliRunner().invoke(app, list(arguments))


def test_search_shows_what_to_type_next(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = lawbook(tiny, monkeypatch, "search", "angles", "--most", "1")
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout == (
        "The angles sum to π\n"
        "  Corner 2002 · theorem · not run yet\n"
        "  In the plane the three angles of a triangle sum to π.\n"
        "  lawbook show corner2002/three-corners\n"
    )


def test_a_search_that_finds_nothing_ends_in_1_with_words_that_are_near(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = lawbook(tiny, monkeypatch, "search", "trianglesqqq")
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr == "lawbook: found nothing for 'trianglesqqq'; words that are like it: triangle\n"
    assert lawbook(tiny, monkeypatch, "search", "trianglesqqq", "--json").stdout == "[]\n"


def test_a_list_is_a_table_of_papers_with_their_laws(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lawbook(tiny, monkeypatch, "list").stdout == (
        "Scaling laws (scaling)\n"
        "  halving2001  Halver & Byte 2001  The test loss falls as the inverse square root of the samples\n"
        "    ·  inverse-root  The error falls as n^(−1/2) (power law, theorem; not run yet)\n"
        "\n"
        "Geometric regularities (geometry)\n"
        "  corner2002  Corner 2002  A triangle has three corners\n"
        "    ·  three-corners  The angles sum to π (identity, theorem; not run yet)\n"
        "\n"
        "2 papers, 2 laws\n"
    )
    assert lawbook(tiny, monkeypatch, "list", "--laws", "--kind", "identity").stdout == (
        "corner2002/three-corners  identity  theorem  not-run  The angles sum to π\n"
    )
    assert "inverse-root" not in lawbook(tiny, monkeypatch, "list", "--papers").stdout


def test_a_list_of_nothing_ends_in_1(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = lawbook(tiny, monkeypatch, "list", "--kind", "bound")
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr == "lawbook: found no law for which all of that holds\n"
    assert lawbook(tiny, monkeypatch, "list", "--papers", "--laws").exit_code == 2


def test_a_law_and_a_check_are_shown_alone(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = lawbook(tiny, monkeypatch, "show", "halving2001/inverse-root").stdout
    assert "L_test = σ n⁻ᵇ" in law
    assert "“The angles sum to π” (corner2002/three-corners)" in law
    check = lawbook(tiny, monkeypatch, "show", "halving2001/exponent").stdout
    assert check.startswith("check halving2001/exponent\nof halving2001/inverse-root: The error falls as n^(−1/2)\n")
    control = lawbook(tiny, monkeypatch, "show", "halving2001/one-draw-repeated").stdout
    assert "must miss 0.5 (± 0.1)" in control


def test_what_is_wrong_elsewhere_is_counted_and_here_is_told(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    path.write_text(path.read_text().replace("kind: power-law", "kind: powerlaw"))
    sound = lawbook(tiny, monkeypatch, "show", "corner2002")
    assert (sound.exit_code, sound.stderr) == (0, "1 problem in other files: lawbook check tells them\n")
    assert lawbook(tiny, monkeypatch, "list").exit_code == 0
    broken = lawbook(tiny, monkeypatch, "show", "halving2001")
    assert broken.exit_code == 1
    assert "halving2001.yml:12:11: laws.inverse-root.kind: found 'powerlaw'" in broken.stderr


def test_no_entry_of_the_book_shows_latex_markdown_or_a_line_too_wide(kept: dict[str, Any]) -> None:
    left = []
    for paper, entry in kept["entries"].items():
        for width in (100, 44):
            text = show.entry(entry, Page(width=width, coloured=False))
            lines = text.split("\n")
            code = {law["expression"] for law in entry["told"]["laws"]}
            told = "\n".join(entry["told"].get(key, "") for key in ("intuition", "use", "derivation"))
            code |= {line for line in told.split("\n") if line.startswith(CODE)}  # programs, as they were written
            words = [line for line in lines if not any(line.strip() in written for written in code)]
            left += [(paper, line) for line in words if re.search(r"\\|\$|\[@|\*\*\w|\ufdd0|\ufffd|\x1b", line)]
            left += [(paper, line) for line in lines if width_of(line) > width and "http" not in line]
        texts = [entry["told"][key] for key in ("title", "summary", "intuition", "use")]
        assert not any("{" in line for text in texts for line in text.split("\n") if not line.startswith(CODE))
    assert left == []


def test_every_part_of_every_entry_is_shown(kept: dict[str, Any]) -> None:
    for entry in kept["entries"].values():
        text = show.entry(entry, Page(width=100, coloured=False))
        for law in entry["told"]["laws"]:
            one = show.law(entry, law["id"].partition("/")[2], Page(width=100, coloured=False))
            for row in law["results"]:
                assert f"{row['kind']} {row['id']}" in " ".join(text.split())
                assert f"{row['kind']} {row['id']}" in " ".join(one.split())
                part = f"{law['id'].partition('/')[2]}/{row['id']}"
                assert row["id"] in show.check(entry, part, Page(width=100, coloured=False))
                assert [found["id"] for found in show.only(entry, part)["told"]["laws"][0]["results"]] == [row["id"]]


# --- for programs


def faults(verb: str, text: str) -> list[str]:
    """What is wrong with an answer by its schema."""
    return [error.message for error in Draft7Validator(schema(verb)).iter_errors(json.loads(text))]


@pytest.mark.parametrize(
    "command",
    [
        ["search", "the", "angles"], ["list"], ["list", "--family", "scaling"], ["show", "halving2001"],
        ["show", "halving2001/inverse-root"], ["show", "halving2001/exponent"], ["show", "halving2001/one-draw-repeated"],
        ["check"], ["status"], ["power"], ["power", "corner2002"],
    ],
)  # fmt: skip
def test_an_answer_is_json_of_the_schema(tiny: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    answer = lawbook(tiny, monkeypatch, *command, "--json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert faults(command[0], answer.stdout) == []
    assert answer.stdout.startswith(("{", "["))


def test_answers_after_a_run_fit_too(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lawbook(tiny, monkeypatch, "run", "corner2002").exit_code == 0
    for command in (
        ["show", "corner2002"],
        ["show", "corner2002/sum-is-pi"],
        ["status"],
        ["power"],
        ["list"],
        ["search", "pi"],
    ):
        answer = lawbook(tiny, monkeypatch, *command, "--json")
        assert (answer.exit_code, faults(command[0], answer.stdout)) == (0, []), command
    shown = json.loads(lawbook(tiny, monkeypatch, "show", "corner2002/sum-is-pi", "--json").stdout)
    assert [result["outcome"] for result in shown["evidence"]["results"]] == ["holds"]
    assert json.loads(lawbook(tiny, monkeypatch, "status", "--json").stdout)[0]["run"]["as-claimed"] is True
    power = json.loads(lawbook(tiny, monkeypatch, "power", "--json").stdout)
    assert power["checks"][0]["changed-laws"]["caught"] == 5
    assert power["without-run"] == ["halving2001"]
    text = lawbook(tiny, monkeypatch, "show", "corner2002/sum-is-pi").stdout
    assert "5 of 5 changed laws are caught" in text


def test_a_predicted_number_stands_once(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny / "references/geometry/corner2002.yml"
    whole = path.read_text()
    for bound, told in (("3.15", "predicted at most 3.15, measured"), ("pi + 0", "predicted at most π + 0 = 3.142 (")):
        path.write_text(whole.replace("predicted: pi\n", f"predicted: {bound}\n        sense: at-most\n"))
        assert lawbook(tiny, monkeypatch, "run", "corner2002").exit_code == 0
        assert told in lawbook(tiny, monkeypatch, "show", "corner2002/sum-is-pi").stdout


def test_the_whole_book_fits(kept: dict[str, Any]) -> None:
    for verb, shape in (("list", "list"), ("show", "entries")):
        data = kept[shape]["papers"] if verb == "list" else list(kept[shape].values())
        for part in data:
            found = [part] if verb == "list" else part
            assert faults(verb, json.dumps(found)) == []


def test_a_field_more_or_less_is_a_fault(small: dict[str, Any]) -> None:
    entry = json.loads(json.dumps(small["entries"]["halving2001"]))
    entry["told"]["laws"][0]["frmula"] = entry["told"]["laws"][0].pop("formula")
    assert len(faults("show", json.dumps(entry))) == 1 or faults("show", json.dumps(entry))


def test_errors_are_objects(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    path.write_text(path.read_text().replace("kind: power-law", "kind: powerlaw"))
    checked = lawbook(tiny, monkeypatch, "check", "--json")
    assert (checked.exit_code, checked.stderr, faults("check", checked.stdout)) == (1, "", [])
    [problem] = json.loads(checked.stdout)["problems"]
    place = {"file": "references/scaling/halving2001.yml", "line": 12, "column": 11, "path": "laws.inverse-root.kind"}
    assert {key: problem[key] for key in place} == place
    assert problem["found"] == "'powerlaw'"
    assert "did you mean 'power-law'" in problem["expected"]
    told = lawbook(tiny, monkeypatch, "show", "halving2001", "--json")
    assert told.exit_code == 1
    assert Failure.model_validate(json.loads(told.stdout)).problems[0].line == 12


@pytest.mark.parametrize(
    "command",
    [["show", "corner2001"], ["list", "--kind", "bond"], ["power", "corner2001"], ["status", "--scale", "small"]],
)
def test_what_cannot_be_answered_is_said_in_json_too(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    answer = lawbook(tiny, monkeypatch, *command, "--json")
    assert answer.exit_code == 2
    failure = Failure.model_validate(json.loads(answer.stdout))
    assert answer.stderr == f"lawbook: {failure.error}\n"
    assert lawbook(tiny, monkeypatch, *command).stdout == ""  # and where it was not asked for, there is none


def test_every_verb_with_json_has_a_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    from lawbook.terminal.shell import VERBS

    assert {name for name, verb in VERBS.items() if "--json" in verb.flags} == {
        *PRINTS,
        "fit",
        "judge",
    }  # told where they stand
    for verb in PRINTS:
        Draft7Validator.check_schema(schema(verb))


# --- as a process


def process(*arguments: str, root: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "lawbook", *arguments]
    return subprocess.run(command, cwd=root, env=os.environ | environment, capture_output=True, check=False)


def test_a_pipe_has_no_colours_and_a_poor_one_no_traceback(tiny: Path) -> None:
    Shelf(tiny).part("list")
    assert b"\x1b" not in process("show", "halving2001", root=tiny).stdout
    poor = process("list", root=tiny, PYTHONIOENCODING="ascii")
    assert (poor.returncode, poor.stderr) == (0, b"")
    assert b"The angles sum to ?" in poor.stdout
    data = process("list", "--json", root=tiny, PYTHONIOENCODING="ascii")
    assert json.loads(data.stdout)[1]["laws"][0]["name"] == "The angles sum to π"


def test_a_reader_that_goes_away_is_no_error(tiny: Path) -> None:
    Shelf(tiny).part("list")
    code = f"{sys.executable} -m lawbook show halving2001 | true"
    done = subprocess.run(["sh", "-c", code], cwd=tiny, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["list"], ["search", "angles"], ["show", "corner2002"], ["--help"]])
def test_what_only_reads_loads_nothing_heavy(tiny: Path, command: list[str]) -> None:
    Shelf(tiny).part("list")
    code = (
        f"import sys\nsys.argv = ['lawbook', *{command}]\nfrom lawbook.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'jax', 'scipy', 'mkdocs', 'sympy', 'numpy', 'altair', 'pybtex', 'nbformat', 'yaml', 'markdown_it', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tiny, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_outside_of_a_clone_the_book_of_the_package_is_read(tmp_path: Path) -> None:
    done = process("list", "--laws", root=tmp_path)
    assert done.returncode == 0
    assert b"cohen2021/sharpness-at-the-edge" in done.stdout


def test_a_book_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    done = process("list", root=REPO, LAWBOOK_ROOT=str(tmp_path))
    assert done.returncode == 2
    assert re.fullmatch(rb"lawbook: found no references/families.yml in [^\n]*\n", done.stderr)
