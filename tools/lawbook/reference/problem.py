"""What is wrong in a file a person wrote: where, what was found, what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from lawbook.files import printable


@dataclass(frozen=True, order=True)
class Problem:
    """One defect of one file. Problems sort by file, line and column."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return printable(f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}")


def nearest(word: str, valid: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the valid name nearest to `word`, or nothing when none is near."""
    close = difflib.get_close_matches(word, sorted(valid), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def shown(value: object, limit: int = 60) -> str:
    """`value` as an error message shows it: one line, cut at `limit` characters."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
