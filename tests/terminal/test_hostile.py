"""Hostile words and hostile books: no traceback, and nothing that moves the cursor."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lawbook.cli import app
from lawbook.terminal import show, tables
from lawbook.terminal.layout import Page
from lawbook.terminal.results import results
from typer.testing import CliRunner

PIECES = [
    "", "/", "//", "..", "../../etc/passwd", "corner2002/", "/corner2002", "corner2002/../halving2001", "halving2001/exponent/x",
    "halving2001/inverse-root/exponent", "halving2001//exponent", "\x00", "\x1b[2J\x1b[H", "\x1b]0;pwned\x07", "\r\x1b[K", "\x9b2J",
    "\u202e", "\u2066x\u2069", "\ud800", "\ufdd0", "\u2028", "é" * 50, "王" * 50, "e" + "\u0301" * 500, "🧑‍🔬", "'; DROP TABLE laws; --",
    "$(reboot)", "`id`", "{}", "%s%n", "\\", "\\frac{", "$", "[", "(", "(?:a+)+$", "a" * 40 + "!", "NaN", "-1", "1e999", "9" * 400,
    "0x1F", "*", "?", "~", "=", "--", "-", "\t", "\n\n", " ", "None", "true", "λ" * 30, "2/η", "\\lambda_{\\max}",
    "https://example.org", "file:///etc/passwd", "laws/x#y", "families/scaling", "x" * 10_000_000, "a b " * 500_000, "\u0300" * 100_000,
]  # fmt: skip
SHAPES = [
    ["show", "{}"], ["show", "corner2002/{}"], ["search", "{}"], ["search", "angles", "{}"], ["list", "--family={}"],
    ["list", "--kind={}"], ["list", "--assumes={}"], ["list", "--symbol={}"], ["list", "--cites={}"], ["list", "--verdict={}"],
    ["list", "--since={}"], ["power", "{}"], ["status", "--scale={}"],
]  # fmt: skip


def commands() -> Iterator[list[str]]:
    """200 commands, each with a hostile word, every other one for JSON."""
    shaped = [(shape, piece) for piece in PIECES for shape in SHAPES]
    chosen = random.Random(11).sample(shaped, 200)
    for i, (shape, piece) in enumerate(chosen):
        yield [part.replace("{}", piece) for part in shape] + (["--json"] if i % 2 else [])


def assert_seen(text: str) -> None:
    """Every character is one that is seen, or ends a line."""
    unseen = {character for character in text if not (character.isprintable() or character == "\n")}
    assert unseen == set()


@pytest.mark.parametrize("part", range(4))
def test_no_word_is_a_traceback_or_moves_the_cursor(tiny: Path, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    monkeypatch.chdir(tiny)
    listed = list(commands())
    assert len(listed) == 200
    for command in listed[part::4]:
        done = CliRunner().invoke(app, command)
        name = [word[:60] for word in command]
        assert done.exception is None or isinstance(done.exception, SystemExit), (name, done.exception)
        assert done.exit_code in (0, 1, 2), name
        assert len(done.stderr) < 2000, name
        assert_seen(done.stdout)
        if done.stderr.startswith("lawbook:"):  # what Typer says of options is Typer's
            assert_seen(done.stderr)


WORDS = [
    "\x1b[2J\x1b[Hx",
    "a\rb",
    "\x9b31m\x07",
    "\u202etxet",
    "\x08" * 20,
    "x\ud800y",
    "\x1b]8;;http://evil\x1b\\link",
    "l" * 3000,
]


def poisoned(part: Any, word: str, key: str = "") -> Any:
    """The same data with the word in the place of every text that is shown."""
    if isinstance(part, dict):
        return {name: poisoned(value, word, name) for name, value in part.items()}
    if isinstance(part, list):
        return [poisoned(value, word, key) for value in part]
    kept = ("id", "paper", "family", "verdict", "tone", "kind")
    return f"{part} {word}" if isinstance(part, str) and key not in kept else part


@pytest.mark.parametrize("word", WORDS)
def test_no_text_of_a_book_moves_the_cursor(small: dict[str, Any], word: str) -> None:
    entry = poisoned(small["entries"]["halving2001"], word)
    listed = poisoned(small["list"], word)
    for coloured in (False, True):

        def page(coloured: bool = coloured) -> Page:
            return Page(width=80, coloured=coloured)

        texts = [
            show.entry(entry, page()),
            show.law(entry, "inverse-root", page()),
            show.check(entry, "exponent", page()),
        ]
        texts += [tables.papers(listed["papers"], listed["families"], page()), tables.laws(listed["papers"], page())]
        texts.append(tables.found(results(small["search"], listed, "angles halving"), page()))
        for text in texts:
            for code in ("32", "1;31", "33", "35", "2", "1", "36", "0"):
                text = text.replace(f"\x1b[{code}m", "") if coloured else text
            assert_seen(text)
