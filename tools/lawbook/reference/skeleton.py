"""Places of the skeleton that nobody has filled in: `‹…›`, in keys and values of YAML, in BibTeX and in notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lawbook.reference.problem import Problem, shown
from lawbook.reference.source import Loc, Source, read_text

MAX_FILE = 16_000_000
PLACE = re.compile(r"‹[^‹›]*›")


def is_place(text: str) -> bool:
    """Whether a text has a place to fill in."""
    return PLACE.search(text) is not None


def message(text: str) -> str:
    """What is said of a place."""
    return f"found {shown(' '.join(text.split()))}, a place of the skeleton, expected it filled in"


def in_yaml(doc: Source) -> Iterator[Problem]:
    """The keys and values of a YAML file that have places to fill in, one problem each."""
    for loc, text, is_key in _texts(doc.data, ()):
        if is_place(text):
            yield doc.problem(loc, message(text), key=is_key)


def in_text(text: str, name: str) -> Iterator[Problem]:
    """The places to fill in of any other text; `name` is what messages call its file."""
    for match in PLACE.finditer(text):
        before = text[: match.start()]
        line, column = before.count("\n") + 1, match.start() - (before.rfind("\n") + 1) + 1
        yield Problem(name, line, column, "", message(match[0].replace("\n#", "\n")))


def in_file(path: Path, name: str) -> Iterator[Problem]:
    """The same of a file."""
    yield from in_text(_text(path, name), name)


def may_have_places(path: Path, name: str) -> bool:
    """Whether a file has the sign with which a place begins."""
    return "‹" in _text(path, name)


def _text(path: Path, name: str) -> str:
    """The text of a file; nothing where it cannot be read, which whoever reads it says."""
    text = read_text(path, name, MAX_FILE)
    return "" if isinstance(text, Problem) else text


def without_followups(problems: Iterable[Problem], places: Iterable[Problem]) -> list[Problem]:
    """The problems, with those of places to fill in alone where these stand: what else is wrong there follows."""
    found = list(places)
    known = {(place.file, place.line, place.column) for place in found}
    return [*(p for p in problems if (p.file, p.line, p.column) not in known), *found]


def _texts(data: Any, loc: Loc) -> Iterator[tuple[Loc, str, bool]]:
    """Every text of YAML data, and whether it is a key."""
    if isinstance(data, str):
        yield loc, data, False
    elif isinstance(data, dict):
        for key, value in data.items():
            if isinstance(key, str):
                yield (*loc, key), key, True
            yield from _texts(value, (*loc, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from _texts(value, (*loc, i))
