"""Characters that no text may hold: each is told where it stands, and none of those that people write is."""

from __future__ import annotations

import pytest
from lawbook.reference import characters

REFUSED = {
    "\0": "U+0000 (control character)",
    "\x07": "U+0007 (control character)",
    "\t": "a tab, expected blanks",
    "\x0b": "U+000B",
    "\x0c": "U+000C",
    "\r": "a carriage return without a line feed",
    "\x1b": "U+001B (control character)",
    "\x1e": "U+001E",
    "\x7f": "U+007F",
    "\x85": "U+0085 (next line)",
    "\x9b": "U+009B",
    "\xad": "U+00AD (soft hyphen)",
    "\u061c": "U+061C (arabic letter mark)",
    "\u200b": "U+200B (zero width space)",
    "\u200f": "U+200F (right-to-left mark)",
    "\u2028": "U+2028 (line separator)",
    "\u2029": "U+2029 (paragraph separator)",
    "\u202e": "U+202E (right-to-left override)",
    "\u2066": "U+2066 (left-to-right isolate)",
    "\ufeff": "U+FEFF (byte order mark)",
    "\ud800": "U+D800 (half of a character)",
    "\ue000": "U+E000 (private use)",
    "\ufffe": "U+FFFE (no character)",
    "\U000e0041": "U+E0041 (tag latin capital letter a)",
    "\U0010ffff": "U+10FFFF",
}


@pytest.mark.parametrize("character", REFUSED, ids=ascii)
def test_each_is_told_at_its_place(character: str) -> None:
    (problem,) = characters.problems(f"first\nsé{character}cond", "f.yml")
    assert str(problem).startswith(f"f.yml:2:3: found {REFUSED[character]}")
    assert "expected" in problem.message
    assert characters.is_refused(character)
    assert characters.without(f"a{character}b") == "a b"


@pytest.mark.parametrize("text", ["é ß ∂ 𝔼 中文 a\u0301 \u00a0 …", "‹x›", "emoji 👩\u200d🔬", "a\nb\r\nc"])
def test_what_people_write_is_fine(text: str) -> None:
    assert characters.problems(text, "f.yml") == []
    assert characters.without(text) == text


def test_tabs_where_they_are_allowed() -> None:
    assert characters.problems("a\tb\t\u2028", "f.bib", tabs=True)[0].column == 5


def test_of_very_many_the_first_are_told_and_how_many_follow() -> None:
    found = characters.problems("\0" * 1000, "f.yml")
    assert len(found) == characters.LIMIT + 1
    assert found[-1].message == "found 980 more of such characters from here on, expected none"


def test_the_line_ends_of_old_macs_are_one_problem_and_lines_all_the_same() -> None:
    text = "a: 1\rb: \u200b2\rc: 3\r"
    found = [str(problem) for problem in characters.problems(text, "f.yml")]
    assert (
        found[0]
        == "f.yml:1:5: found 3 lines that end in a carriage return, expected line feeds (save the file with LF)"
    )
    assert found[1].startswith("f.yml:2:4: found U+200B")
    assert len(found) == 2
    assert characters.without(text) == "a: 1\nb:  2\nc: 3\n"
    among = [str(problem) for problem in characters.problems("a\rb\rc\n", "f.yml")]  # lines end otherwise here
    assert [one.partition(": ")[0] for one in among] == ["f.yml:1:2", "f.yml:1:4"]
