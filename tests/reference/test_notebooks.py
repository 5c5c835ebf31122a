"""What `lawbook check` knows of a notebook without running it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lawbook.reference.checked import load_checked
from lawbook.reference.scaffold import NOTEBOOK as SKELETON

from tests.conftest import tried

PATH = "notebooks/scaling/halving2001.py"
OPEN = 'law = notebook.open("halving2001")'


def problems(root: Path) -> list[str]:
    """All that is wrong with the book."""
    return [str(problem) for problem in load_checked(root)[1]]


def changed(root: Path, old: str, new: str, *, count: int = -1) -> list[str]:
    """What is wrong once a text of the notebook is replaced."""
    path = root / PATH
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    return problems(root)


def test_sound_notebooks_have_no_problem(tiny: Path) -> None:
    assert problems(tiny) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'law.check("exponent"',
            'law.check("exponnent"',
            "48:11: found the check 'exponnent', expected a check of halving2001 (did you mean 'exponent'?)",
        ),
        (
            'law.check("exponent"',
            'law.check(name="exponnent"',
            "48:16: found the check 'exponnent', expected a check of halving2001 (did you mean 'exponent'?)",
        ),
        (
            'law.check("exponent"',
            'law.check("zzz"',
            "48:11: found the check 'zzz', expected a check of halving2001: exponent, extrapolates",
        ),
        (
            'law.check("exponent"',
            'law.check("one-draw-repeated"',
            "48:11: found the check 'one-draw-repeated', expected a check of halving2001 ('one-draw-repeated' is a control)",
        ),
        (
            '"one-draw-repeated"',
            '"one-draw-repeatd"',
            "58:5: found the control 'one-draw-repeatd', expected a control of halving2001 (did you mean 'one-draw-repeated'?)",
        ),
        (
            'law.formula("inverse-root")',
            'law.formula("inverse-rot")',
            "42:28: found the law 'inverse-rot', expected a law of halving2001 (did you mean 'inverse-root'?)",
        ),
        (
            '    "error",\n    x=n',
            '    "error",\n    law="inverse",\n    x=n',
            "39:9: found the law 'inverse', expected a law of halving2001 (did you mean 'inverse-root'?)",
        ),
        (
            "rng = notebook.rng()",
            'rng = notebook.rng(); é = law.predict("exponentt")',
            "19:39: found the check 'exponentt', expected a check of halving2001 (did you mean 'exponent'?)",
        ),
        (
            OPEN,
            'law = notebook.open("corner2002")',
            "18:21: found notebook.open('corner2002'), expected 'halving2001', the paper of the file",
        ),
        (
            OPEN,
            'law = notebook.open(paper="corner2002")',
            "18:27: found notebook.open('corner2002'), expected 'halving2001', the paper of the file",
        ),
        ("rng = notebook.rng()", "rng = notebook.rng(", "19:19: found no Python: '(' was never closed"),
        ("rng = notebook.rng()", "rng == = 1", "19:8: found no Python: invalid syntax"),
        ("rng = notebook.rng()", "rng = 'a", "19:7: found no Python: unterminated string literal (detected at line 19)"),
        ("rng = notebook.rng()", "  rng = 1", "19:2: found no Python: unexpected indent"),
        ("rng = notebook.rng()", "# ‹what is drawn›", "19:3: found '‹what is drawn›', a place of the skeleton, expected it"),
        ("rng = notebook.rng()", "rng = ‹draws›", "19:7: found '‹draws›', a place of the skeleton, expected it filled in"),
        ('law.check("exponent"', 'law.check("‹a-check›"', "48:12: found '‹a-check›', a place of the skeleton"),
        ("# # Means of coin", "# # ‹Means\n# of› coin", "8:5: found '‹Means of›', a place of the skeleton"),
        ("# ---\n", "", "1:1: found '# jupyter:' in line 1, expected the header of a notebook, from '# ---' to '# ---'"),
        ("kernelspec", "kernel", "1:1: found a header without kernelspec:, expected the header of a notebook"),
        ("jupytext", "text", "1:1: found a header without jupytext:, expected the header of a notebook"),
    ],
)  # fmt: skip
def test_one_thing_wrong_is_one_located_problem(tiny: Path, old: str, new: str, said: str) -> None:
    (problem,) = changed(tiny, old, new)
    assert problem.startswith(f"{PATH}:{said}")


@pytest.mark.parametrize(
    ("opening", "call"),
    [
        ("from lawbook import notebook as nb\nlaw = nb.open('halving2001')", "law.check('bad')"),
        ("import lawbook\nlaw = lawbook.notebook.open('halving2001')", "law.check('bad')"),
        ("import lawbook.notebook\nlaw = lawbook.notebook.open('halving2001')", "law.check('bad')"),
        ("import lawbook.notebook as nb\nlaw = nb.open('halving2001')", "law.check('bad')"),
        ("from lawbook.notebook import open\nlaw = open('halving2001')", "law.check('bad')"),
        ("from lawbook.notebook import open as o\ne: object = o('halving2001')", "e.check('bad')"),
        ("from lawbook import notebook", "notebook.open('halving2001').check('bad')"),
        ("from lawbook import notebook\nlaw = notebook.open('halving2001')", "def f(x):\n    law.check('bad')"),
        ("from lawbook import notebook\nlaw = notebook.open('halving2001')", "for i in [1]:\n    law.check('bad')"),
    ],
)
def test_an_entry_is_known_however_it_is_opened(tiny: Path, opening: str, call: str) -> None:
    header = SKELETON.format(paper="x").split("# %%")[0]
    (tiny / PATH).write_text(f"{header}# %%\n{opening}\n{call}\n", encoding="utf-8")
    (problem,) = problems(tiny)
    assert "found the check 'bad', expected a check of halving2001" in problem


@pytest.mark.parametrize(
    "line",
    [
        "other = {}\nother.check('bad')",
        "def f(law):\n    law.check('bad')",
        "f = lambda law: law.check('bad')",
        "name = 'bad'\nlaw.check(name)",
        "law = 3",
        "law.check(*['bad'])",
        "await law.check('exponent')",
        "x = '\\d'",
        "open('bad')",
    ],
)
def test_what_only_a_run_can_tell_is_left_to_it(tiny: Path, line: str) -> None:
    assert changed(tiny, "rng = notebook.rng()", f"rng = notebook.rng()\n{line}") == []


def test_all_problems_are_told_at_once(tiny: Path) -> None:
    changed(tiny, 'law.check("exponent"', 'law.check("exponentt"')
    changed(tiny, '"one-draw-repeated"', '"one-draw"')
    found = changed(tiny, "# # Means", "# # ‹Means›")
    assert [line.split(":")[1] for line in found] == ["8", "48", "58"]


def test_names_are_not_told_of_an_entry_that_cannot_be_read(tiny: Path) -> None:
    (tiny / "references/scaling/halving2001.yml").write_text("\t", encoding="utf-8")
    assert not any("halving2001.py" in problem for problem in problems(tiny))


def test_names_of_a_law_that_is_broken_are_known(tiny: Path) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    path.write_text(path.read_text().replace("kind: power-law", "kind: powerlaw"), encoding="utf-8")
    assert not any("halving2001.py" in problem for problem in problems(tiny))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "1:1: found '' in line 1, expected the header of a notebook"),
        (b"# ---\n# \xff", "2:3: found the byte 0xff, expected UTF-8 text"),
        ("# ---".encode("utf-16"), "1:1: found UTF-16, expected UTF-8 text"),
        (b"# " + b"a" * 1_000_000, "1:1: found 1,000,002 bytes, expected at most 1,000,000"),
    ],
)
def test_a_file_that_is_no_notebook(tiny: Path, raw: bytes, said: str) -> None:
    (tiny / PATH).write_bytes(raw)
    found = [problem for problem in problems(tiny) if PATH in problem]
    assert [problem.startswith(f"{PATH}:{said}") for problem in found] == [True], found


@pytest.mark.parametrize("body", ["x = (", "x = " + "(" * 5000, "x = " + "-" * 100_000 + "1"])
def test_python_that_no_parser_takes(tiny: Path, body: str) -> None:
    header = SKELETON.format(paper="x").split("# %%")[0]
    (tiny / PATH).write_text(f"{header}# %%\n{body}\n", encoding="utf-8")
    (problem,) = problems(tiny)
    assert f"{PATH}:" in problem
    assert "found no Python" in problem


@pytest.mark.parametrize(
    ("character", "said"),
    [("\0", "U+0000"), ("\x0c", "U+000C"), ("\u2028", "U+2028"), ("\u202e", "U+202E"), ("\r", "a carriage return")],
)
def test_a_character_that_cannot_be_seen_is_told_and_nothing_else(tiny: Path, character: str, said: str) -> None:
    text = (tiny / PATH).read_text(encoding="utf-8")
    (tiny / PATH).write_bytes(f"{text}\nx = 1  # a{character}b\n".encode())
    (problem,) = problems(tiny)
    assert re.match(rf"{PATH}:\d+:11: found {re.escape(said)}", problem)


def test_half_a_character_in_a_name_is_told_in_letters_that_can_be_printed(tiny: Path) -> None:
    with (tiny / PATH).open("a", encoding="utf-8") as file:
        file.write('\nlaw.check("a\\ud800b", measured=1.0, error=0.1)\n')
    (problem,) = problems(tiny)
    assert "found the check 'a\\ud800b', expected a check of halving2001" in problem
    problem.encode()


def test_a_link_out_of_the_book_is_not_read(tiny: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.py"
    outside.write_text("password = 1")
    (tiny / PATH).unlink()
    (tiny / PATH).symlink_to(outside)
    (problem,) = problems(tiny)
    assert problem.startswith(f"{PATH}:1:1: found a link that leads out of the book, to ")
    assert load_checked(tiny)[0].entries.keys() == {"corner2002"}  # nothing goes on to read it


def test_a_pipe_is_no_notebook(tiny: Path) -> None:
    (tiny / PATH).unlink()
    os.mkfifo(tiny / PATH)
    (problem,) = problems(tiny)
    assert problem == f"{PATH}:1:1: found a named pipe, expected a file"


@given(st.data())
def test_any_damage_gives_problems_and_no_traceback(tiny: Path, data: st.DataObject) -> None:
    tried["notebook"] += 1
    source = Path(__file__).parents[1] / "tinybook" / PATH
    text = source.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(
        st.text(max_size=12) | st.sampled_from(["‹x›", "(", '"', "\\", "# ---\n", "law.check('a')", "\r", "\0"])
    )
    (tiny / PATH).write_text(text[:at] + put + text[at + cut :], encoding="utf-8", errors="ignore", newline="")
    for problem in load_checked(tiny)[1]:
        assert problem.file == PATH
        assert problem.line >= 1
        assert problem.column >= 1
        assert "\n" not in str(problem)
