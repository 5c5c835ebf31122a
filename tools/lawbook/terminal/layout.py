"""Text laid out for a terminal: wrapped to its width, in columns, in colours where they are wanted; nothing else moves
the cursor."""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

WIDEST, NARROWEST = 100, 30  # columns of a line of prose
COLUMN = 20  # the least for the last column of a table
UNSEEN = "\ufffd"
Tone = Literal["good", "bad", "open", "other", "none", "head", "dim", "id", ""]
_CODES: dict[Tone, str] = {
    "good": "32", "bad": "1;31", "open": "33", "other": "35", "none": "2", "head": "1", "dim": "2", "id": "36",
}  # fmt: skip
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def safe(text: str) -> str:
    """Text of which each character is one that is seen, a blank or a line feed: nothing in it moves the cursor.

    Examples:
        >>> from lawbook.terminal.layout import safe
        >>> safe("a\\x1b[2Jb\\tc")
        'a�[2Jb c'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, text.replace("\r\n", "\n")))


def _seen(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    return " " if character.isspace() and character not in "\x1c\x1d\x1e\x1f\x0b\x0c\r\x85\u2028\u2029" else UNSEEN


def columns() -> int:
    """How wide lines are: as wide as the terminal, but not wider than one reads; where there is none, `WIDEST`."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))


def is_coloured() -> bool:
    """Whether colours are wanted: on a terminal, unless `NO_COLOR` is set or it is said to be dumb."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Page:
    """Lines that are gathered, to be written at once."""

    def __init__(self, *, width: int | None = None, coloured: bool | None = None) -> None:
        self.width = columns() if width is None else width
        self.coloured = is_coloured() if coloured is None else coloured
        self.lines: list[str] = []

    def tint(self, text: str, tone: Tone) -> str:
        """Text in the colour of a tone, made safe."""
        text = safe(text)
        return f"\x1b[{_CODES[tone]}m{text}\x1b[0m" if tone and self.coloured and text else text

    def gap(self) -> None:
        """An empty line, unless there is one."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def line(self, text: str, tone: Tone = "", *, indent: int = 0, hang: int = 0) -> None:
        """A paragraph, wrapped; lines after the first stand `hang` columns further in."""
        first, rest = " " * indent, " " * (indent + hang)
        for i, row in enumerate(wrapped(safe(text), self.width - indent, self.width - indent - hang)):
            self.lines.append((first if i == 0 else rest) + self.tint(row, tone))

    def formula(self, text: str, *, indent: int = 4) -> None:
        """A formula: on one line if there is room, else broken at its wide blanks, then at any."""
        text = safe(text)
        parts = [text] if width_of(text) <= self.width - indent else re.split(r" {2,}", text)
        for part in parts:
            self.line(part, "head", indent=indent, hang=2)

    def prose(self, text: str, *, indent: int = 0) -> None:
        """Paragraphs and items, formulas and the lines of a program on lines of their own."""
        for block in re.split(r"\n\s*\n", text.strip("\n")):
            if all(row.startswith(8 * " ") for row in block.split("\n")):
                for row in block.split("\n"):
                    code = row[4:]
                    inside = min(len(code) - len(code.lstrip(" ")), self.width // 2)
                    self.line(code.strip(" "), indent=indent + inside, hang=2)
                self.gap()
                continue
            if block.startswith("    "):
                self.formula(" ".join(block.split("\n")).strip(), indent=indent + 4)
                continue
            for item in _items(block):
                hang = 2 if re.match(r"[-*+] |\d+[.)] ", item) else 0
                self.line(item, indent=indent, hang=hang)
            self.gap()
        if self.lines and not self.lines[-1]:
            self.lines.pop()

    def table(self, rows: Iterable[Sequence[tuple[str, Tone]]], *, indent: int = 0) -> None:
        """Rows of cells in columns; the last one wraps in what is left, or below the others where that is little."""
        listed = [[(safe(text), tone) for text, tone in row] for row in rows]
        others = [[text for text, _ in row[:-1]] for row in listed]
        widths = [max(map(width_of, texts)) for texts in zip(*others, strict=True)]
        before = indent + sum(width + 2 for width in widths)
        if self.width - before < COLUMN:
            for *cells, (text, tone) in listed:
                self.line("  ".join(cell.strip() for cell, _ in cells if cell.strip()), cells[-1][1], indent=indent)
                self.line(text, tone, indent=indent + 2)
            return
        for *cells, (text, tone) in listed:
            lead = "".join(
                self.tint(cell, of) + " " * (width - width_of(cell) + 2)
                for (cell, of), width in zip(cells, widths, strict=True)
            )
            for i, piece in enumerate(wrapped(text, self.width - before, self.width - before)):
                self.lines.append((" " * indent + lead if i == 0 else " " * before) + self.tint(piece, tone))

    def text(self) -> str:
        """All lines."""
        return "\n".join(line.rstrip() if not _STYLE.search(line) else line for line in self.lines).rstrip("\n") + "\n"


def width_of(text: str) -> int:
    """How many columns a text takes: marks over letters take none, wide characters of East Asia two."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrapped(text: str, first: int, rest: int) -> list[str]:
    """Lines of at most so many columns; a word that is longer is cut, unless it is an address."""
    lines, line, room = [], "", max(first, 1)
    for word in text.split(" "):
        for part in _parts(word, max(rest, 1)):
            if line and width_of(line) + 1 + width_of(part) > room:
                lines.append(line.rstrip())
                line, room = part, max(rest, 1)
            else:
                line = f"{line} {part}" if line else part
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _parts(word: str, room: int) -> list[str]:
    if width_of(word) <= room or word.startswith(("http:", "https:")):
        return [word]
    parts, part = [], ""
    for character in word:
        if width_of(part) + _columns(character) > room:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]


def _items(block: str) -> list[str]:
    """A block of text as its paragraphs: each item of a list one of its own."""
    items: list[str] = []
    for line in block.split("\n"):
        stripped = " ".join(line.split())
        if items and not re.match(r"[-*+] |\d+[.)] ", stripped):
            items[-1] += f" {stripped}"
        else:
            items.append(stripped)
    return items
