"""YAML with positions: text that a person wrote, turned into plain data, and where in the file each part stands.

Scalars follow the YAML 1.2 core schema, as editors read them: `1e-3` is a number, `no` and `2021-01-01` are strings.
Anchors, aliases, explicit tags and duplicate keys are refused; size, depth and node count are bounded, so a hostile
file costs no more than a long one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, cast

import yaml

from lawbook.files import RefusedFileError, read_bytes
from lawbook.reference.problem import Problem, nearest

MAX_BYTES = 256_000
MAX_DEPTH = 24
MAX_NODES = 20_000

Key = str | int
Loc = tuple[Key, ...]

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False} | {
    ".nan": float("nan"), ".inf": float("inf"), "-.inf": float("-inf"),
}  # fmt: skip


@dataclass
class Source:
    """A YAML file: its data, the place (line, column) of each value and of each key, and what was wrong with it."""

    file: str
    data: Any = None
    values: dict[Loc, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Loc, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    first_line: str = ""

    def problem(self, loc: Loc, message: str, *, key: bool = False) -> Problem:
        """A problem at `loc`, or at the nearest enclosing part that stands in the file."""
        place = self.keys.get(loc) if key else None
        at = loc
        while place is None:
            place = self.values.get(at)
            if place is None and not at:
                place = (1, 1)
            at = at[:-1]
        return Problem(self.file, *place, dotted(loc), message)


def root_of(path: Path, name: str) -> Path:
    """The folder that the name of a file begins in."""
    return path.parents[len(PurePosixPath(name).parts) - 1]


def unreadable(error: OSError) -> str:
    """Why a file cannot be read, in words."""
    return str(error) if isinstance(error, RefusedFileError) else f"the file cannot be read: {error.strerror}"


def dotted(loc: Loc) -> str:
    """`laws.main.reported[0]` for ("laws", "main", "reported", 0)."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".")


def read(path: Path, name: str) -> Source:
    """Read the YAML file at `path`; `name` is what messages call it. Never raises for what a file holds."""
    source = Source(name)
    try:
        raw = read_bytes(path, inside=root_of(path, name), limit=MAX_BYTES)
    except OSError as error:
        source.problems.append(Problem(name, 1, 1, "", unreadable(error)))
        return source
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(raw[: error.start].decode("utf-8"))
        message = f"found the byte 0x{raw[error.start]:02x}, expected UTF-8 text (save the file as UTF-8)"
        source.problems.append(Problem(name, line, column, "", message))
        return source
    return parse(text, name)


def parse(text: str, name: str) -> Source:
    """The same for text already in hand."""
    source = Source(name, first_line=text.partition("\n")[0])
    try:
        _build(text, source)
    except _RefusedError as refused:
        source.problems.append(refused.problem)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        context = f" {error.context}" if error.context else ""
        source.problems.append(Problem(name, line, column, "", f"not YAML: {error.problem}{context}"))
    except yaml.reader.ReaderError as error:
        line, column = _place(text[: error.position] if isinstance(error.position, int) else "")
        source.problems.append(Problem(name, line, column, "", f"not YAML: {error.reason}"))
    if source.problems:
        source.problems.sort()
    return source


class _RefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style:  # quoted or block
        return text
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first.isdigit() or first in "+-.":
        if _INT.match(text):
            return int(text) if len(text) < 30 else float(text)
        if _FLOAT.match(text):
            return float(text)
    return text


def _build(text: str, source: Source) -> None:
    """One pass over the parser's events, with a stack of open collections instead of recursion."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(source)
    documents = 0
    for event in cast(Iterator[Any], yaml.parse(text, Loader=loader)):
        kind = type(event)
        if kind in _NODES:
            builder.node(event, is_scalar=kind is yaml.ScalarEvent, is_mapping=kind is yaml.MappingStartEvent)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            builder.stack.pop()
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise builder.refused(event, (), "found a second document after '---', expected one")


_NODES = (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.AliasEvent)


class _Builder:
    """Puts each node into its container, and notes where it stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stack: list[tuple[Any, Loc, list[str | None]]] = []  # container, its place, the key that waits for a value
        self.nodes = 0

    def refused(self, event: Any, loc: Loc, message: str) -> _RefusedError:
        mark = event.start_mark
        return _RefusedError(Problem(self.source.file, mark.line + 1, mark.column + 1, dotted(loc), message))

    def node(self, event: Any, *, is_scalar: bool, is_mapping: bool) -> None:
        container, loc, waiting = self.stack[-1] if self.stack else (None, (), [])
        self._bound(event, loc)
        if isinstance(container, dict) and not waiting:
            if not is_scalar:
                raise self.refused(event, loc, "found a list or mapping as a key, expected a word")
            waiting.append(self._key(event, container, loc))
            return
        value: Any = _scalar(event) if is_scalar else {} if is_mapping else []
        here: Loc = ()
        if container is None:
            self.source.data = value
        elif isinstance(container, dict):
            key = waiting.pop()
            here = (*loc, key if key is not None else "")
            if key is not None:
                container[key] = value
        else:
            here = (*loc, len(container))
            container.append(value)
        mark = event.start_mark
        self.source.values.setdefault(here, (mark.line + 1, mark.column + 1))
        if not is_scalar:
            if len(self.stack) >= MAX_DEPTH:
                raise self.refused(event, here, f"found more than {MAX_DEPTH} levels of nesting, expected fewer")
            self.stack.append((value, here, []))

    def _bound(self, event: Any, loc: Loc) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.refused(event, loc, f"found more than {MAX_NODES:,} values, expected a smaller file")
        if event.anchor is not None:
            sign = "*" if type(event) is yaml.AliasEvent else "&"
            message = f"found {sign}{event.anchor}, but anchors and aliases are not allowed: write it out"
            raise self.refused(event, loc, message)
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            raise self.refused(event, loc, f"found the tag {tag}, but explicit tags are not allowed: take it out")

    def _key(self, event: Any, container: dict[str, Any], loc: Loc) -> str | None:
        """The key, or None for one that stands there already: its second value is read and dropped."""
        key: str = event.value
        here = (*loc, key)
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if key not in container:
            container[key] = None  # so that a duplicate is seen even while the value is still to come
            self.source.keys[here] = place
            return key
        first = self.source.keys[here][0]
        message = f"found the key {key!r} twice (first in line {first}), expected it once"
        self.source.problems.append(Problem(self.source.file, *place, dotted(here), message))
        return None


def unknown_key(source: Source, loc: Loc, valid: list[str]) -> Problem:
    """The problem of a key nobody knows, with the nearest valid one."""
    key = str(loc[-1])
    expected = f"expected one of {', '.join(sorted(valid))}" if valid else "expected no key"
    return source.problem(loc, f"found the unknown key {key!r}, {expected}{nearest(key, valid)}", key=True)
