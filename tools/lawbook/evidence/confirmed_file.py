"""The file of the seeds that a prediction has drawn: `notebooks/<family>/<id>.confirmed.json`, one line a seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date as day
from functools import cache
from pathlib import Path
from typing import Any

from lawbook.evidence.record import OUTCOMES, Confirmation, Kind, Point, Result

KINDS: tuple[tuple[Kind, str], ...] = (("check", "checks"), ("control", "controls"))


class ConfirmationError(ValueError):
    """A file of confirmed seeds that cannot be believed."""


def load(path: Path, name: str) -> Confirmation | None:
    """What a file holds, judged by nobody yet; None where there is no file. `name` is how the file is told.

    Raises:
        ConfirmationError: It is not a file that `lawbook confirm` has written; says where and what.
    """
    try:
        stat = path.stat()
    except OSError:
        return None
    return _load(path, name, stat.st_mtime_ns, stat.st_size)


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
        data["fitted"] = fitted
    return data | ({"given": point.given} if point.given else {})


def _number(value: float) -> float | str:
    return value if abs(value) < float("inf") else repr(value)  # JSON has neither infinity nor NaN


@cache  # while the site is served, every change of an entry asks again
def _load(path: Path, name: str, changed: int, size: int) -> Confirmation:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        results: dict[tuple[Kind, str], tuple[Result, ...]] = {}
        for kind, group in KINDS:
            for of, seeds in data[group].items():
                results[kind, of] = tuple(map(_result_of, seeds))
        seeds = tuple(map(int, data["seeds"]))
        if any(len(found) != len(seeds) for found in results.values()):
            raise ValueError("not one result for each seed")
        paper, fingerprint, date, commit = (str(data[key]) for key in ("paper", "fingerprint", "date", "commit"))
        day.fromisoformat(date)
        return Confirmation(paper, fingerprint, date, commit, dict(data["versions"]), seeds, results)
    except json.JSONDecodeError as error:
        raise ConfirmationError(f"{name}:{error.lineno}:{error.colno}: found no JSON: {error.msg}") from None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, OSError) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise ConfirmationError(f"{name}:1:1: found {what}, expected the file that lawbook confirm writes") from None


def _result_of(data: dict[str, Any]) -> Result:
    if data["outcome"] not in OUTCOMES:
        raise ValueError(f"the outcome {data['outcome']!r}")
    point = _point_of(data) if "measured" in data else None
    kept = data.get("intact")
    intact = None if kept is None else _point_of(kept)
    return Result(data["outcome"], point, intact, _fitted_of(data), None if kept is None else _fitted_of(kept))


def _fitted_of(data: Mapping[str, Any]) -> dict[str, float] | None:
    return {str(name): float(value) for name, value in data["fitted"].items()} if "fitted" in data else None


def _point_of(data: Mapping[str, Any]) -> Point:
    measured, error, predicted = (float(data[key]) for key in ("measured", "error", "predicted"))
    if error < 0:
        raise ValueError(f"an error of {error:g}, below 0")
    given = {str(name): float(value) for name, value in data.get("given", {}).items()}
    return Point(measured, error, predicted, predicted, predicted, data["verdict"], given)
