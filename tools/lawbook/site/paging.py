"""Long lists over several pages, each of which can be read without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Section(Protocol):
    """A part of a list that stays together."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def size(self) -> int:
        """How many lines it has."""


T = TypeVar("T", bound=Section)


@dataclass(frozen=True)
class Sheet(Generic[T]):
    """One page of a list: its number from 1, its sections, and the first and last label."""

    number: int
    sections: tuple[T, ...]

    @property
    def reach(self) -> str:
        """From which section to which."""
        first, last = self.sections[0].label, self.sections[-1].label
        return first if len(self.sections) == 1 else f"{first} to {last}"


def sheets(sections: Sequence[T], limit: int) -> list[Sheet[T]]:
    """The sections in order, page by page: a page is full at `limit` lines, and a section is never parted.

    There is at least one page; of no sections, an empty one.
    """
    pages: list[list[T]] = [[]]
    lines = 0
    for section in sections:
        if pages[-1] and lines + section.size > limit:
            pages.append([])
            lines = 0
        pages[-1].append(section)
        lines += section.size
    return [Sheet(number, tuple(page)) for number, page in enumerate(pages, 1)]


def address(path: str, number: int) -> str:
    """Where a page of a list stands: the first at `path`, the second of `browse/kind.md` at `browse/kind-2.md`."""
    if number == 1:
        return path
    stem = "laws/all" if path == "laws/index.md" else path.removesuffix(".md")
    return f"{stem}-{number}.md"
