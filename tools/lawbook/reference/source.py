"""YAML with positions: text that a person wrote, turned into plain data, and where in the file each part stands.

Scalars follow the YAML 1.2 core schema, as editors read them: `1e-3`, `0x1F` and `.Inf` are numbers, `TRUE` is true,
`no` and `2021-01-01` are strings. Anchors, aliases, explicit tags and duplicate keys are refused, and so is what YAML
would change without a word: a backslash command in double quotes, a comma inside brackets in a list. Size, depth and
node count are bounded, so a hostile file costs no more than a long one.
"""

from __future__ import annotations

import codecs
import hashlib
import pickle
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, cast

import yaml

from lawbook.files import RefusedFileError, read_bytes
from lawbook.reference import characters, quoting
from lawbook.reference.problem import Problem, nearest

MAX_BYTES = 256_000
MAX_DEPTH = 24
MAX_NODES = 20_000

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

Key = str | int
Loc = tuple[Key, ...]

_INT = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((sign + word for sign in ("", "+") for word in (".inf", ".Inf", ".INF")), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}


class Places:
    """The line and the column of each value and of each key of a file.

    Of a file that was kept they are taken apart when somebody asks: most have no problem, and nobody does.
    """

    def __init__(self) -> None:
        self._found: tuple[dict[Loc, tuple[int, int]], dict[Loc, tuple[int, int]]] | bytes = {}, {}

    def _both(self) -> tuple[dict[Loc, tuple[int, int]], dict[Loc, tuple[int, int]]]:
        if isinstance(self._found, bytes):
            self._found = pickle.loads(self._found)
        assert not isinstance(self._found, bytes)
        return self._found

    @property
    def values(self) -> dict[Loc, tuple[int, int]]:
        """Of each value."""
        return self._both()[0]

    @property
    def keys(self) -> dict[Loc, tuple[int, int]]:
        """Of each key."""
        return self._both()[1]

    def __getstate__(self) -> bytes:
        return self._found if isinstance(self._found, bytes) else pickle.dumps(self._found, pickle.HIGHEST_PROTOCOL)

    def __setstate__(self, state: bytes) -> None:
        self._found = state


@dataclass
class Source:
    """A YAML file: its data, where in it each part stands, and what was wrong with it.

    One that `is_broken` has no data: what else would be said of it were only consequences of its one problem.
    """

    file: str
    data: Any = None
    places: Places = field(default_factory=lambda: Places())
    problems: list[Problem] = field(default_factory=list)
    first_line: str = ""
    is_broken: bool = False
    changed: dict[tuple[int, int], list[Problem]] = field(default_factory=dict)  # texts that YAML has changed, by place
    digest: str = ""  # of its text

    def problem(self, loc: Loc, message: str, *, key: bool = False) -> Problem:
        """A problem at `loc`, or at the nearest enclosing part that stands in the file."""
        place = self.places.keys.get(loc) if key else None
        at = loc
        while place is None:
            place = self.places.values.get(at)
            if place is None and not at:
                place = (1, 1)
            at = at[:-1]
        return Problem(self.file, *place, dotted(loc), message)

    def causes(self) -> list[Problem]:
        """Its problems, without those that only follow from what YAML has made of a text."""
        return [p for p in self.problems if p in self.changed.get((p.line, p.column), [p])]

    def names(self) -> list[str] | None:
        """The keys of a file that is one mapping; None where nobody can know them."""
        return list(self.data) if isinstance(self.data, dict) and not self.is_broken else None


def dotted(loc: Loc) -> str:
    """`laws.main.reported[0]` for ("laws", "main", "reported", 0)."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".")


def read_text(path: Path, name: str, limit: int) -> str | Problem:
    """The text of a file of the book, or what is wrong with the file. Never raises for what a file is.

    Arguments:
        path: The file.
        name: Its path in the book, which is what messages call it.
        limit: The most bytes that it may have.
    """
    root = path.parents[len(PurePosixPath(name).parts) - 1]
    try:
        raw = read_bytes(path, inside=root, limit=limit)
    except RefusedFileError as refused:
        return Problem(name, 1, 1, "", str(refused))
    except OSError as error:
        return Problem(name, 1, 1, "", f"the file cannot be read: {error.strerror}")
    wide = "UTF-32" if raw[:4] in _UTF_32 else "UTF-16" if raw[:2] in _UTF_16 or raw[:4].count(0) == 2 else ""
    if wide:
        return Problem(name, 1, 1, "", f"found {wide}, expected UTF-8 text (save the file as UTF-8)")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        message = f"found the byte 0x{raw[error.start]:02x}, expected UTF-8 text (save the file as UTF-8)"
        return Problem(name, *characters.place(before, len(before)), "", message)


def read(path: Path, name: str, times: int = 1) -> Source:
    """Read the YAML file at `path`. Never raises for what a file is or holds.

    Arguments:
        path: Where it is.
        name: Its path in the book.
        times: How many times as much as an entry it may hold: a file about all entries grows with the book.
    """
    text = read_text(path, name, times * MAX_BYTES)
    return Source(name, problems=[text], is_broken=True) if isinstance(text, Problem) else parse(text, name, times)


def digest_of(text: str) -> str:
    """A hash of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parse(text: str, name: str, times: int = 1) -> Source:
    """The same for text already in hand."""
    digest = digest_of(text)
    problems = characters.problems(text, name)
    if len(problems) > characters.LIMIT or (problems and _TAB_AS_INDENT.search(text)):
        return Source(name, problems=problems, is_broken=True, digest=digest)
    text = characters.without(text)  # what was told is passed over from here on
    for _ in range(characters.LIMIT):  # once for each text with a backslash that YAML does not know
        source = Source(name, first_line=text.partition("\n")[0], problems=list(problems), digest=digest)
        try:
            _build(text, source, times * MAX_NODES)
        except _RefusedError as refused:
            broken = refused.problem
        except yaml.MarkedYAMLError as error:
            broken = _not_yaml(text, name, error)
            readable = quoting.readable(text, error)
            if readable is not None:
                text = readable  # and that is told when it is read
                continue
        else:
            source.problems.sort()
            return source
        break
    return Source(name, problems=sorted([*source.problems, broken]), is_broken=True, digest=digest)


def _not_yaml(text: str, name: str, error: yaml.MarkedYAMLError) -> Problem:
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if line > text.count("\n") + 1:  # one that ends in no line feed ends for YAML at the beginning of a further line
        line, column = characters.place(text, len(text))
    context = f" {error.context}" if error.context else ""
    since = f" (begun in line {begun.line + 1})" if context and begun and begun.line + 1 < line else ""
    return Problem(name, line, column, "", f"not YAML: {error.problem}{context}{since}")


_TAB_AS_INDENT = re.compile("^ *\t", re.MULTILINE)


class _RefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


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
        if _BASED.match(text):
            return int(text, 0) if len(text) < 30 else float("inf")
        if _FLOAT.match(text):
            return float(text)
    return text


def _build(text: str, source: Source, most: int) -> None:
    """One pass over the parser's events, with a stack of open collections instead of recursion."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(source, text, most)
    documents = 0
    for event in cast(Iterator[Any], yaml.parse(text, Loader=loader)):
        kind = type(event)
        if kind in _NODES:
            builder.node(event, is_scalar=kind is yaml.ScalarEvent, is_mapping=kind is yaml.MappingStartEvent)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            builder.end()
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise builder.refused(event, (), "found a second document after '---', expected one")


_NODES = (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.AliasEvent)


class _Builder:
    """Puts each node into its container, and notes where it stands."""

    def __init__(self, source: Source, text: str, most: int) -> None:
        self.source, self.text, self.most = source, text, most
        self.stack: list[tuple[Any, Loc, list[str | None]]] = []  # container, its place, the key that waits for a value
        self.in_flow: list[bool] = []  # of each open container, whether it is written in brackets
        self.nodes = 0

    def refused(self, event: Any, loc: Loc, message: str) -> _RefusedError:
        mark = event.start_mark
        return _RefusedError(Problem(self.source.file, mark.line + 1, mark.column + 1, dotted(loc), message))

    def node(self, event: Any, *, is_scalar: bool, is_mapping: bool) -> None:
        container, loc, waiting = self.stack[-1] if self.stack else (None, (), [])
        self._bound(event, loc)
        if is_scalar:
            event.value = self._as_meant(event, container, loc, waiting)
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
        self.source.places.values.setdefault(here, (mark.line + 1, mark.column + 1))
        if not is_scalar:
            if len(self.stack) >= MAX_DEPTH:
                raise self.refused(event, here, f"found more than {MAX_DEPTH} levels of nesting, expected fewer")
            self.stack.append((value, here, []))
            self.in_flow.append(bool(event.flow_style))

    def end(self) -> None:
        """Close the innermost container."""
        self.stack.pop()
        self.in_flow.pop()

    def _as_meant(self, event: Any, container: Any, loc: Loc, waiting: list[str | None]) -> str:
        """The text of a scalar; where YAML makes of it what its writer can hardly have meant, that is told."""
        start, text = event.start_mark, str(event.value)
        here = (*loc, waiting[-1] or "") if waiting else (*loc, len(container)) if isinstance(container, list) else loc
        if event.style == '"':
            raw = self.text[start.index : event.end_mark.index]
            lost = list(islice(quoting.lost_backslashes(raw), characters.LIMIT))
            for offset, message in lost:
                line, column = characters.place(raw, offset)
                place = (start.line + line, column + (start.column if line == 1 else 0))
                self._changed(event, Problem(self.source.file, *place, dotted(here), message))
            return quoting.as_meant(raw) if lost else text
        if event.style == ">":
            message = quoting.merged(text)
        else:
            message = quoting.cut_by_a_comma(text) if not event.style and self.in_flow and self.in_flow[-1] else ""
        if message:
            self._changed(event, Problem(self.source.file, start.line + 1, start.column + 1, dotted(here), message))
        return text

    def _changed(self, event: Any, problem: Problem) -> None:
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        self.source.changed.setdefault(place, []).append(problem)
        self.source.problems.append(problem)

    def _bound(self, event: Any, loc: Loc) -> None:
        self.nodes += 1
        if self.nodes > self.most:
            raise self.refused(event, loc, f"found more than {self.most:,} values, expected a smaller file")
        if event.anchor is not None:
            sign = "*" if type(event) is yaml.AliasEvent else "&"
            message = f"found {sign}{event.anchor}, but anchors and aliases are not allowed: write it out"
            raise self.refused(event, loc, message)
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            written = tag.replace("tag:yaml.org,2002:", "!!")
            raise self.refused(event, loc, f"found the tag {written}, but explicit tags are not allowed: take it out")

    def _key(self, event: Any, container: dict[str, Any], loc: Loc) -> str | None:
        """The key, or None for one that stands there already: its second value is read and dropped."""
        key: str = event.value
        here = (*loc, key)
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if key not in container:
            container[key] = None  # so that a duplicate is seen even while the value is still to come
            self.source.places.keys[here] = place
            return key
        first = self.source.places.keys[here][0]
        message = f"found the key {key!r} twice (first in line {first}), expected it once"
        self.source.problems.append(Problem(self.source.file, *place, dotted(here), message))
        return None


def unknown_key(source: Source, loc: Loc, valid: list[str]) -> Problem:
    """The problem of a key nobody knows, with the nearest valid one."""
    key = str(loc[-1])
    expected = f"expected one of {', '.join(sorted(valid))}" if valid else "expected no key"
    return source.problem(loc, f"found the unknown key {key!r}, {expected}{nearest(key, valid)}", key=True)
