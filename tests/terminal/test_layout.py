"""Text for a terminal: its width is kept, and nothing but colours is no text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lawbook.terminal import layout
from lawbook.terminal.layout import Page, safe, width_of, wrapped

HOSTILE = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "a\rb",
    "\x9b31m",
    "\x08\x08",
    "\u202e",
    "\u2066",
    "\x00",
    "\x7f",
    "\ud800",
    "\u2028",
    "\ufdd0",
    "\x0b",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_moves_the_cursor_is_no_text(text: str) -> None:
    made = safe(f"a{text}b")
    assert made.isprintable()
    assert "\ufffd" in made


def test_letters_accents_and_line_feeds_stay() -> None:
    for text in ("λ̂ → 2/η", "Peyré & 王", "one\ntwo"):
        assert safe(text) == text
    assert safe("a\tb\u00a0c\r\nd") == "a b c\nd"


@given(text=st.text())
def test_any_text_is_safe(text: str) -> None:
    assert all(character == "\n" or character.isprintable() for character in safe(text))


@given(text=st.text(), width=st.integers(30, 90))
def test_no_line_is_wider_than_the_terminal(text: str, width: int) -> None:
    page = Page(width=width, coloured=False)
    page.line(text, indent=2, hang=2)
    page.prose(text, indent=2)
    page.formula(text)
    page.table([[("id", "id"), (text, "")]], indent=2)
    lines = page.text().split("\n")
    addresses = re.compile(r"https?:")
    assert [line for line in lines if width_of(line) > width and not addresses.search(line)] == []


def test_a_program_keeps_its_lines_and_what_they_are_indented_by() -> None:
    page = Page(width=34, coloured=False)
    page.prose("Do:\n\n        for m in widths:\n            print(m, measured(m), 'wide')\n\nEnd.", indent=2)
    assert (
        page.text()
        == "  Do:\n\n      for m in widths:\n          print(m, measured(m),\n            'wide')\n\n  End.\n"
    )


def test_words_are_wrapped_and_long_ones_are_cut() -> None:
    assert wrapped("one two three", 7, 5) == ["one two", "three"]
    assert wrapped("abcdefgh", 3, 3) == ["abc", "def", "gh"]
    assert wrapped("https://example.org/long", 5, 5) == ["https://example.org/long"]
    assert width_of("λ̂") == 1
    assert width_of("王") == 2


def test_a_table_stands_in_columns_and_below_each_other_where_there_is_no_room() -> None:
    rows: list[list[tuple[str, layout.Tone]]] = [
        [("a", ""), ("one two three four five six", "")],
        [("bbb", ""), ("z", "")],
    ]
    page = Page(width=30, coloured=False)
    page.table(rows)
    page.table([])
    assert page.text() == "a    one two three four five\n     six\nbbb  z\n"
    page = Page(width=24, coloured=False)
    page.table(rows)
    assert page.text() == "a\n  one two three four\n  five six\nbbb\n  z\n"


def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Page(coloured=False).tint("x", "good") == "x"
    assert Page(coloured=True).tint("x\x1b[2J", "good") == "\x1b[32mx\ufffd[2J\x1b[0m"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert layout.is_coloured()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not layout.is_coloured()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not layout.is_coloured()


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, width in (("60", 60), ("400", 100), ("5", 30)):
        monkeypatch.setenv("COLUMNS", columns)
        assert layout.columns() == width
