"""The page of the command line is what the code says, and each of its examples can be typed."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from lawbook.cli import app, reference
from lawbook.site.api_model import SHOWN
from lawbook.terminal.json_model import SHAPES
from lawbook.terminal.shell import VERBS
from typer.testing import CliRunner

from tests.conftest import REPO

PAGE = REPO / reference.PAGE
# What examples name, as the miniature has it.
HERE = {
    "cohen2021/sharpness-at-the-edge": "halving2001/inverse-root", "cohen2021": "corner2002", "edge of stability": "angles",
    "full-batch": "flat",
}  # fmt: skip
LONG = (
    "site",
    "serve",
    "confirm",
    "fit",
    "judge",
)  # these build, serve, run twenty seeds or need a reader's numbers, which other tests do: here they are read only


def test_the_page_is_written_anew_when_the_code_changes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert reference.page(text) == text, "python -m lawbook.cli.reference writes it"
    with pytest.raises(ValueError, match="expected both"):
        reference.page("no place")


def test_every_verb_and_option_stands_on_it_with_a_word_of_help() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, verb in VERBS.items():
        section = text.partition(f"### lawbook {name} {{#{name}}}")[2].partition("\n##")[0]
        for option in (*verb.options, *verb.flags):
            assert f"`{option}`" in section, f"{name} {option}"
        rows = re.findall(r"^\| `.*\|$", section, re.MULTILINE)
        assert all(row.split("|")[3].strip() for row in rows), f"an option of {name} has no help"
        assert reference.EXAMPLES[name] in section


def test_every_shape_has_a_table_here_or_on_the_page_of_the_api() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for page, name in re.findall(r"\]\((api\.md)?#([a-z]+)\)", text):
        shapes = SHOWN if page else (*SHAPES,)
        assert name in {shape.__name__.lower() for shape in shapes} | {"failure"}, name


def test_the_readme_names_every_verb() -> None:
    text = (REPO / "README.md").read_text(encoding="utf-8")
    assert {name for name in VERBS if f"| `lawbook {name}" not in text} == {"serve"}  # which `make serve` calls


@pytest.mark.parametrize("verb", sorted(set(reference.EXAMPLES) - set(LONG)))
def test_the_example_runs(verb: str, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = reference.EXAMPLES[verb]
    for name, ours in HERE.items():
        command = command.replace(name, ours)
    monkeypatch.chdir(tiny)
    if verb == "changes":
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        for line in (
            ["init", "-q"],
            ["add", "-A"],
            [*who, "commit", "-qm", "x"],
            ["update-ref", "refs/remotes/origin/main", "HEAD"],
        ):
            subprocess.run(["git", *line], cwd=tiny, check=True)
    if verb == "pages":
        pytest.importorskip("mkdocs")
        (tiny / "mkdocs.yml").write_text((REPO / "mkdocs.yml").read_text())
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert done.exit_code == 0, done.stdout + done.stderr
    assert done.stdout


@pytest.mark.parametrize("verb", LONG)
def test_the_example_can_be_read(verb: str) -> None:
    words = shlex.split(reference.EXAMPLES[verb])[2:]
    reference.commands()[verb].make_context(verb, words)


def test_there_is_an_example_of_each_verb() -> None:
    assert set(reference.EXAMPLES) == set(VERBS) == set(reference.commands())
