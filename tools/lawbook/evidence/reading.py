"""A file that says it is a run, read with distrust: it is one to the last field, or none."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from lawbook.evidence.record import MIME, Measured, Run, Series, Usage, from_json
from lawbook.files import printable
from lawbook.reference.characters import place
from lawbook.reference.problem import shown

LARGEST = 128 * 2**20  # bytes; what is kept of a notebook's outputs is far below
POINTS = 2000  # of a line of a chart

_SHAPES: dict[type, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (Measured, Series, Usage)}


def _when(text: str) -> str:
    if text and datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time without its zone")
    return text


Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class About(_Strict):
    """What a run says about itself, beside its records."""

    paper: str
    seed: int = Field(ge=0)
    scale: str
    status: Literal["finished", "error", "timed out"]
    message: str
    seconds: Amount
    versions: dict[str, str]
    commit: str
    finished: Annotated[str, AfterValidator(_when)]
    machine: str


class _Output(_Strict):
    output_type: Literal["stream", "display_data", "execute_result", "error"]
    name: Literal["stdout", "stderr"] | None = None
    text: str | None = None
    data: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    execution_count: int | None = None
    ename: str | None = None
    evalue: str | None = None
    traceback: list[str] | None = None


class _Cell(_Strict):
    model_config = ConfigDict(strict=True, extra="allow")
    cell_type: Literal["code", "markdown", "raw"]
    source: str
    metadata: dict[str, Any]
    execution_count: int | None = None
    outputs: list[_Output] = []


class _Notebook(_Strict):
    model_config = ConfigDict(strict=True, extra="allow")
    cells: list[_Cell]
    metadata: dict[str, Any]


NEEDED = {
    "stream": ("name", "text"),
    "display_data": ("data", "metadata"),
    "execute_result": ("data", "metadata"),
    "error": ("ename", "evalue", "traceback"),
}


def text_of(path: Path) -> str | None:
    """What a file holds; None where there is none.

    Raises:
        ValueError: It is no plain file, or far too long; then it is not read. Or it is no UTF-8.
        OSError: The system does not let it be read.
    """
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("no plain file")
    if found.st_size > LARGEST:
        raise ValueError(f"{found.st_size:,} bytes")
    return path.read_text(encoding="utf-8")


def parsed(text: str) -> Any:
    """The JSON of a text.

    Raises:
        ValueError: It is none, or has half a character in it, which could be shown nowhere.
    """
    data = json.loads(text)
    for at in halves(text):
        line, column = place(text, at)
        raise ValueError(f"half of a character in line {line}, column {column}")
    return data


def halves(text: str) -> Iterator[int]:
    """Where in JSON a string begins that has half a character in it."""
    for match in _STRING.finditer(text) if "\\ud" in text.lower() else ():
        try:
            json.loads(match[0]).encode()
        except UnicodeEncodeError:
            yield match.start()
        except ValueError:
            continue  # no string of JSON, which is told elsewhere


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def cells_of(notebook: Any) -> tuple[tuple[str, str], ...]:
    """The type and the text of each cell of an executed notebook, every part of which is of the type that it has to be.

    Raises:
        ValueError: One is not.
    """
    shaped = _Notebook.model_validate(notebook)
    for cell in shaped.cells:
        if cell.cell_type != "code" and cell.outputs:
            raise ValueError(f"outputs of a {cell.cell_type} cell")
        for output in cell.outputs:
            for name in NEEDED[output.output_type]:
                if getattr(output, name) is None:
                    raise ValueError(f"an output of type {output.output_type!r} without {name!r}")
            for kind, content in (output.data or {}).items():
                if not (isinstance(content, str) or kind.endswith("json")):
                    raise ValueError(f"{kind} that is no text")
                if kind == MIME and not isinstance(content, dict):
                    raise ValueError("a record that is no record")
    return tuple((cell.cell_type, cell.source) for cell in shaped.cells)


def run_of(about: dict[str, Any], usage: Any, records: Any, notebook: Path | None = None) -> Run:
    """A run out of what a file says, its records judged by nobody yet.

    Arguments:
        about: What stands beside the two others.
        usage: As JSON data.
        records: A list of the same.
        notebook: The executed notebook, where there is one.

    Raises:
        Exception: Something is not of the type or the shape that it has to be; of many kinds.
    """
    known = About.model_validate(about)
    cost = shaped(usage)
    found = [shaped(record) for record in records]
    if not isinstance(cost, Usage):
        raise ValueError("no usage")
    if any(isinstance(record, Usage) for record in found):
        raise ValueError("a usage among the records")
    measured = tuple(record for record in found if isinstance(record, Measured))
    series = tuple(record for record in found if isinstance(record, Series))
    return Run(**known.model_dump(), usage=cost, measured=measured, series=series, notebook=notebook)


def shaped(data: Any) -> Measured | Series | Usage:
    """The record in JSON data, if every part of it is of the type that it has to be.

    Raises:
        Exception: One is not; of many kinds.
    """
    record = from_json(data)
    found: Measured | Series | Usage = _SHAPES[type(record)].validate_python(asdict(record))
    if isinstance(found, Series):
        sizes = {len(part) for part in (found.x, found.y, found.error, found.prediction) if part is not None}
        if len(sizes) != 1 or not 0 < max(sizes) <= POINTS:
            raise ValueError(f"a line of {sizes} points")
    if isinstance(found, Usage) and not all(0 <= part < float("inf") for part in asdict(found).values()):
        raise ValueError("a usage below 0 or beyond all bounds")
    return found


def in_words(error: Exception) -> str:
    """What is wrong with a file, in one line that is not too long, and in no words of ours or of a library's."""
    if isinstance(error, ValidationError):
        first, *more = error.errors(include_url=False)
        told = f"{dotted(first['loc'])}: {found_and_expected(first)}" + (f", and {len(more)} more" if more else "")
    elif isinstance(error, KeyError):
        told = f"no {shown(error.args[0])}"
    elif isinstance(error, json.JSONDecodeError):
        told = f"no JSON in line {error.lineno}: {error.msg}"
    elif isinstance(error, UnicodeError):
        told = "no UTF-8 text"
    elif isinstance(error, OSError):
        told = error.strerror or "it cannot be read"
    else:
        told = str(error) if isinstance(error, ValueError) else ""
    told = printable(" ".join(told.split())) or "another shape"
    return told if len(told) <= 200 else f"{told[:199]}…"


def dotted(place: tuple[int | str, ...]) -> str:
    """A place in JSON, `checks.exponent.0.outcome`, without what pydantic says of the type that was tried there."""
    return ".".join(str(part) for part in place if not _TRIED.match(str(part)))


def found_and_expected(problem: Any) -> str:
    """One of pydantic's errors in words: `found 'superb', expected 'holds' or 'fails'`."""
    kind, place = problem["type"], problem["loc"]
    if kind == "missing":
        return f"found no {place[-1]!r}, expected it"
    if kind == "extra_forbidden":
        return f"found {shown(str(place[-1]))}, expected no such key"
    words = _EXPECTED.get(kind) or problem["msg"].removeprefix("Input should be ").removeprefix("String should ")
    return f"found {shown(problem['input'])}, expected {words}"


_TRIED = re.compile(r"literal\[|constrained-|function-|float$|[A-Z_]\w*$")
_EXPECTED = {
    "value_error": "another value", "model_type": "a mapping", "model_attributes_type": "a mapping",
    "dict_type": "a mapping", "dataclass_type": "a mapping", "list_type": "a list", "tuple_type": "a list",
    "string_type": "text", "string_unicode": "text", "bool_type": "true or false", "none_required": "nothing",
    "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "finite_number": "a finite number", "greater_than_equal": "no number below 0",
}  # fmt: skip
