"""The file of the seeds that a prediction has drawn: `notebooks/<family>/<id>.confirmed.json`, one line a seed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import date as day
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from lawbook.evidence import reading
from lawbook.evidence.record import Confirmation, Kind, Outcome, Point, Result
from lawbook.files import printable
from lawbook.reference import characters
from lawbook.reference.problem import Problem
from lawbook.reference.source import read_text
from lawbook.reference.verdict import Verdict

WRITTEN = "the file that lawbook confirm writes"
KINDS: tuple[tuple[Kind, str], ...] = (("check", "checks"), ("control", "controls"))


SHOWN = 20  # problems of one file


class ConfirmationError(ValueError):
    """A file of confirmed seeds that cannot be believed."""


def _day(text: str) -> str:
    day.fromisoformat(text)
    return text


Number = float | Literal["inf", "-inf", "nan"]  # JSON has neither infinity nor NaN


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Point(_Strict):
    measured: Number
    error: Annotated[float, Field(ge=0)] | Literal["inf", "nan"]
    predicted: Number
    verdict: Verdict
    fitted: dict[str, Number] | None = None
    given: dict[str, Number] = {}


class _Row(_Strict):
    outcome: Outcome
    measured: Number | None = None
    error: Annotated[float, Field(ge=0)] | Literal["inf", "nan"] | None = None
    predicted: Number | None = None
    verdict: Verdict | None = None
    fitted: dict[str, Number] | None = None
    given: dict[str, Number] = {}
    intact: _Point | None = None


class _File(_Strict):
    paper: str
    fingerprint: str
    date: Annotated[str, AfterValidator(_day)]
    commit: str
    versions: dict[str, str]
    seeds: list[int]
    checks: dict[str, list[_Row]]
    controls: dict[str, list[_Row]]


def load(path: Path, name: str) -> Confirmation | None:
    """What a file holds, judged by nobody yet; None where there is no file. `name` is how the file is told.

    Raises:
        ConfirmationError: It is not a file that `lawbook confirm` has written; says where and what.
    """
    if not os.path.lexists(path):
        return None
    text = read_text(path, name, reading.LARGEST)
    if isinstance(text, Problem):
        raise ConfirmationError(str(text))
    if unfit := [*characters.problems(text, name, tabs=True), *_no_json(text, name)]:
        raise ConfirmationError("\n".join(map(str, unfit)))
    try:
        file = _File.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise ConfirmationError(f"{name}:{error.lineno}:{error.colno}: found no JSON: {error.msg}") from None
    except ValidationError as error:
        raise ConfirmationError(_problems(text, name, error)) from None
    except (ValueError, RecursionError) as error:
        raise ConfirmationError(f"{name}:1:1: found {reading.in_words(error)}, expected {WRITTEN}") from None
    results: dict[tuple[Kind, str], tuple[Result, ...]] = {}
    for kind, group in KINDS:
        for of, rows in getattr(file, group).items():
            if len(rows) != len(file.seeds):
                at = _place(text, (group, of))
                what = f"{len(rows)} results of {of!r}, not one result for each seed"
                raise ConfirmationError(f"{name}:{at}: found {what}, expected {WRITTEN}")
            for i, row in enumerate(rows):
                whole = [part is not None for part in (row.measured, row.error, row.predicted, row.verdict)]
                if any(whole) and not all(whole):
                    at = _place(text, (group, of, i))
                    raise ConfirmationError(f"{name}:{at}: found half a point, expected {WRITTEN}")
            results[kind, of] = tuple(map(_result_of, rows))
    return Confirmation(file.paper, file.fingerprint, file.date, file.commit, file.versions, tuple(file.seeds), results)


def as_text(found: Confirmation) -> str:
    """The file: one line a seed, so that a difference can be read."""
    head = {
        "paper": found.paper,
        "fingerprint": found.fingerprint,
        "date": found.date,
        "commit": found.commit,
        "versions": found.versions,
        "seeds": list(found.seeds),
    }
    lines = [f" {_json(key)}: {_json(value)}," for key, value in head.items()]
    for kind, group in KINDS:
        mine = [(name, results) for (k, name), results in found.results.items() if k == kind]
        blocks = []
        for name, results in mine:
            rows = ",\n".join(f"   {_json(_result_data(result))}" for result in results)
            blocks.append(f"  {_json(name)}: [\n{rows}\n  ]")
        body = ",\n".join(blocks)
        lines.append(f" {_json(group)}: {{\n{body}\n }}{',' if kind == 'check' else ''}")
    return "{\n" + "\n".join(lines) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _result_data(result: Result) -> dict[str, Any]:
    data: dict[str, Any] = {"outcome": result.outcome}
    if result.point is not None:
        data |= _point_data(result.point, result.fitted)
    if result.intact is not None:
        data["intact"] = _point_data(result.intact, result.intact_fitted)
    return data


def _point_data(point: Point, fitted: dict[str, float] | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "measured": _number(point.measured),
        "error": _number(point.error),
        "predicted": _number(point.predicted),
        "verdict": point.verdict,
    }
    if fitted is not None:
        data["fitted"] = {key: _number(value) for key, value in fitted.items()}
    return data | ({"given": {key: _number(value) for key, value in point.given.items()}} if point.given else {})


def _number(value: float) -> float | str:
    return value if abs(value) < float("inf") else repr(value)


def _no_json(text: str, name: str) -> list[Problem]:
    """What Python takes for JSON and others do not: NaN, infinity and half a character."""
    found = [(at, "found half of a character in this text, expected whole ones") for at in reading.halves(text)]
    for match in _STRING_OR_WORD.finditer(text):
        if match["word"]:
            found.append((match.start(), f"found {match['word']}, which is no JSON, expected a number"))
    return [Problem(name, *characters.place(text, at), "", said) for at, said in sorted(found)[:SHOWN]]


_STRING_OR_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<word>-?\b(?:NaN|Infinity)\b)', re.DOTALL)


def _problems(text: str, name: str, error: ValidationError) -> str:
    """All that is wrong with the fields of a file, a line each, in the order in which they stand."""
    found: dict[tuple[int, int], str] = {}
    for problem in error.errors(include_url=False):
        path = problem["loc"]
        at = _mark(text, path)
        said = reading.found_and_expected(problem)
        found.setdefault(
            at, f"{name}:{at[0]}:{at[1]}: {printable(reading.dotted(path))}: {said}, as lawbook confirm writes it"
        )
    lines = [found[at] for at in sorted(found)]
    more = [f"{name}: and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more])


def _place(text: str, path: tuple[int | str, ...]) -> str:
    line, column = _mark(text, path)
    return f"{line}:{column}"


def _mark(text: str, path: tuple[int | str, ...]) -> tuple[int, int]:
    """Line and column of what stands at `path` in JSON, or of the last thing on the way that is there."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)  # JSON is YAML
    except (yaml.YAMLError, RecursionError):
        return 1, 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = node.value[part]
        else:
            found = None
        if found is None:
            break
        node = found
    return (1, 1) if node is None else (node.start_mark.line + 1, node.start_mark.column + 1)


def _result_of(row: _Row) -> Result:
    point = None if row.measured is None else _point_of(row)
    intact = None if row.intact is None else _point_of(row.intact)
    kept = None if row.intact is None else _floats(row.intact.fitted)
    return Result(row.outcome, point, intact, _floats(row.fitted), kept)


def _point_of(row: _Row | _Point) -> Point:
    numbers = [float(part) for part in (row.measured, row.error, row.predicted) if part is not None]
    measured, error, predicted = numbers
    assert row.verdict is not None  # a point is whole
    return Point(measured, error, predicted, predicted, predicted, row.verdict, _floats(row.given) or {})


def _floats(values: Mapping[str, Number] | None) -> dict[str, float] | None:
    return None if values is None else {key: float(value) for key, value in values.items()}
