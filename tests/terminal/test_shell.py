"""What a shell completes: the table of verbs is that of the command line, and ids are those of the book."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from lawbook.cli import app
from lawbook.terminal import complete, shell

from tests.conftest import REPO


def test_the_table_is_what_the_command_line_has() -> None:
    group = typer.main.get_command(app)
    verbs: dict[str, tuple[set[str], set[str]]] = {}
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
        flags = {word for option in options if option.is_flag for word in (*option.opts, *option.secondary_opts)}
        valued = {word for option in options if not option.is_flag for word in option.opts}
        verbs[name] = (valued, flags)
    assert {name: (set(verb.options), set(verb.flags)) for name, verb in shell.VERBS.items()} == verbs


def asked(line: str, monkeypatch: pytest.MonkeyPatch, root: Path = REPO) -> list[str]:
    """What bash is told, the cursor behind the line."""
    monkeypatch.chdir(root)
    words = line.split(" ")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    answer = shell.answer("complete_bash")
    assert answer is not None
    return answer[0].split("\n") if answer[0] else []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("lawbook sh", ["show"]),
        ("lawbook --h", ["--help"]),
        ("lawbook show coh", ["cohen2021", "cohen2025"]),
        ("lawbook show cohen2021/sharp", ["cohen2021/sharpness-at-the-edge", "cohen2021/sharpness-multiplies"]),
        ("lawbook show cohen2021/hov", ["cohen2021/hovers-at-the-edge"]),
        ("lawbook power --scale f", ["full"]),
        ("lawbook power --json papy", ["papyan2020"]),
        ("lawbook list --family st", ["stability"]),
        ("lawbook list --kind = p", ["phase-transition", "power-law"]),
        ("lawbook list --kind=li", ["--kind=limit"]),
        ("lawbook list --support th", ["theorem"]),
        ("lawbook list --verdict h", ["holds"]),
        ("lawbook list --assumes full-b", ["full-batch"]),
        ("lawbook list --symbol test_l", ["test_loss"]),
        ("lawbook list --cites damian2", ["damian2022"]),
        ("lawbook list --j", ["--json"]),
        ("lawbook new doe2027 --family g", ["geometry"]),
        ("lawbook nothing x", []),
        ("lawbook search ", []),
        ("lawbook show nobody1900/", []),
    ],
)
def test_what_is_completed(line: str, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(line, monkeypatch) == found


def test_every_part_of_an_entry_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    from lawbook.reference.catalog import load

    entry = load(REPO, only="cohen2021")[0].entries["cohen2021"]
    inner = [name for law in entry.laws.values() for name in (*law.checks, *law.controls)]
    assert asked("lawbook show cohen2021/", monkeypatch) == sorted(
        f"cohen2021/{name}" for name in {*entry.laws, *inner}
    )
    assert set(complete.assumptions("")) >= set(entry.assumptions)


def test_other_shells_ask_and_are_answered_in_their_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "lawbook show coh")
    assert shell.answer("complete_zsh") == ('_arguments \'*: :(("cohen2021"\n"cohen2025"))\'', 0)
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    assert shell.answer("complete_fish") == ("cohen2021\ncohen2025", 0)
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "is-args")
    assert shell.answer("complete_fish") == ("", 0)
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "lawbook show zzz")
    assert shell.answer("complete_fish") == ("", 1)
    assert shell.answer("complete_zsh") == ("_files", 0)
    assert shell.answer("complete_powershell") is None
    assert shell.answer("") is None


def test_names_that_a_shell_would_take_for_more_are_left_out(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("$(reboot)", "a b", "x\x1b[2J", "`id`", "'q", '"q'):
        (tiny / "references" / "scaling" / f"{name}.yml").write_text("laws: {}\n")
    (tiny / "references" / "$(reboot)").mkdir()
    assert asked("lawbook show ", monkeypatch, tiny) == ["corner2002", "halving2001"]
    assert asked("lawbook list --family ", monkeypatch, tiny) == ["geometry", "scaling"]


@pytest.mark.parametrize("text", ["", "laws: [", "laws:\n  a: &x {checks: *x}\n", "laws: 5\n", "\x00", "- 1\n"])
def test_an_entry_that_is_being_written_is_no_error(tiny: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tiny / "references/scaling/halving2001.yml").write_text(text)
    assert asked("lawbook show halving2001/", monkeypatch, tiny) in ([], ["halving2001/a"])
    assert asked("lawbook list --assumes ", monkeypatch, tiny) == complete.assumptions("")


@pytest.mark.parametrize(
    "line", ["lawbook show 'coh", 'lawbook list --kind "', "lawbook \\", "", "lawbook show \ud800"]
)
def test_an_open_quote_is_no_error(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    for words, position in ((line, "1"), (line, "x"), (line, "-1"), (line, "99")):
        monkeypatch.setattr(
            os, "environ", os.environ | {"COMP_WORDS": words, "COMP_CWORD": position, "_TYPER_COMPLETE_ARGS": words}
        )
        for asking in ("complete_bash", "complete_zsh", "complete_fish"):
            assert shell.answer(asking) is not None


def test_outside_of_every_book_nothing_of_it_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAWBOOK_ROOT", str(tmp_path))
    assert asked("lawbook show ", monkeypatch, tmp_path) == []
    assert asked("lawbook list --kind i", monkeypatch, tmp_path) == ["identity"]


def test_the_answer_loads_no_more_than_it_needs() -> None:
    code = (
        "import sys, os\nfrom lawbook.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'typer', 'pydantic', 'rich', 'numpy', 'sympy', 'jax'} & set(sys.modules)))"
    )
    told = {"_LAWBOOK_COMPLETE": "complete_bash", "COMP_WORDS": "lawbook show cohen2021/h", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, env=os.environ | told, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "cohen2021/heavy-ball-edge",
        "cohen2021/heavy-ball-plateau",
        "cohen2021/hovers-at-the-edge",
        "[]",
    ]
