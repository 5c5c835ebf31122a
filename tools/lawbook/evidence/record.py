"""What was measured: the records that a notebook leaves in its own outputs, and how a run ended."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from lawbook.evidence.fit import Source
from lawbook.reference.model import Entry
from lawbook.reference.verdict import Verdict, worst

MIME = "application/vnd.lawbook.record+json"

Kind = Literal["check", "control"]
Outcome = Literal[
    "holds", "fails", "undecided", "cannot tell", "confounded", "error", "timed out", "invalid", "not run"
]  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
Status = Literal["finished", "error", "timed out", "invalid", "not run"]


@dataclass(frozen=True)
class Point:
    """One measured number against its prediction. `low` and `high` bound the tolerance band (±inf where it is open)."""

    measured: float
    error: float
    predicted: float
    low: float
    high: float
    verdict: Verdict
    given: dict[str, float] = field(default_factory=dict)
    rivals: tuple[float, ...] = ()  # what each rival of the check gives here, in the entry's order
    reported: float | None = None  # what the paper reports of it, where the check is held against that


@dataclass(frozen=True)
class Fitted:
    """The law's own formula with fitted constants, and what they were fitted to: whoever reads them fits again."""

    values: dict[str, float]  # every constant, those that were given too
    source: Source


@dataclass(frozen=True)
class Measured:
    """The measurement of one check, or of one control (then `verdict` is that of the check it must miss)."""

    kind: Kind
    paper: str
    id: str
    law: str
    check: str  # for a control: the check it must miss; for a check: itself
    verdict: Verdict
    points: tuple[Point, ...]
    fitted: Fitted | None = None  # where the check predicts `fitted`
    intact: tuple[Point, ...] | None = None  # of a control: the run with the assumption kept, if it is not the check
    intact_fitted: Fitted | None = None

    @property
    def representative(self) -> Point:
        """The point that decides: of a check the one nearest to failing, of a control the one nearest to passing."""
        sign = 1 if self.kind == "check" else -1
        return max(self.points, key=lambda p: sign * strain(p))

    @property
    def deciding(self) -> Point:
        """Among the points of the record's own verdict, the one that decides."""
        sign = 1 if self.kind == "check" else -1
        return max((p for p in self.points if p.verdict == self.verdict), key=lambda p: sign * strain(p))

    @property
    def intact_point(self) -> Point | None:
        """The point of the intact run that is nearest to failing."""
        return max(self.intact, key=strain) if self.intact else None

    @property
    def cannot_tell(self) -> bool:
        """Whether a rival stands inside the band at every point: then the check could not have told it from the law."""
        rivals = range(len(self.points[0].rivals))
        return self.kind == "check" and any(all(_between(p, p.rivals[i]) for p in self.points) for i in rivals)


def _between(point: Point, rival: float) -> bool:
    return math.isfinite(rival) and point.low <= rival <= point.high


def strain(point: Point) -> float:
    """How far the measurement lies from the middle of the band, in half widths (1 is the edge)."""
    if not math.isfinite(point.measured):
        return math.inf
    if math.isinf(point.low):
        return (point.measured - point.predicted) / (abs(point.high - point.predicted) or abs(point.predicted) or 1.0)
    if math.isinf(point.high):
        return (point.predicted - point.measured) / (abs(point.predicted - point.low) or abs(point.predicted) or 1.0)
    half = (point.high - point.low) / 2
    return abs(point.measured - point.predicted) / half if half else abs(point.measured - point.predicted)


@dataclass(frozen=True)
class Series:
    """Measured points of a chart, with the law's own curve where it has one."""

    chart: str
    law: str
    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    error: tuple[float, ...] | None = None
    prediction: tuple[float, ...] | None = None
    title: str = ""
    x_label: str = "x"
    y_label: str = "y"
    x_scale: Literal["linear", "log"] = "linear"
    y_scale: Literal["linear", "log"] = "linear"


@dataclass(frozen=True)
class Usage:
    """CPU seconds of a notebook's kernel, split, and its peak memory."""

    start_up: float = 0.0  # interpreter and imports, until the notebook opened its entry
    compilation: float = 0.0  # XLA
    compute: float = 0.0  # the rest
    peak_mb: float = 0.0

    @property
    def cpu(self) -> float:
        """All CPU seconds."""
        return self.start_up + self.compilation + self.compute


BESIDE = ("notebook", "content")  # what a run does not say of itself: where it was read


@dataclass(frozen=True)
class Run:
    """One execution of one notebook, read out of the executed `.ipynb`."""

    paper: str
    seed: int
    scale: str
    status: Status
    message: str = ""  # what went wrong, cut to the reader's own lines
    measured: tuple[Measured, ...] = ()
    series: tuple[Series, ...] = ()
    seconds: float = 0.0  # wall clock
    usage: Usage = Usage()
    versions: dict[str, str] = field(default_factory=dict)
    commit: str = ""
    finished: str = ""  # ISO time, UTC
    machine: str = ""
    notebook: Path | None = None  # the executed .ipynb
    content: str = field(default="", compare=False)  # a hash of that file

    def of(self, kind: Kind, name: str) -> Measured | None:
        """The record of a check or control, if the run has left one."""
        return next((m for m in self.measured if m.kind == kind and m.id == name), None)

    def outcome(self, kind: Kind, name: str) -> Outcome:
        """The outcome of a check, or of the check that a control broke. A run that did not finish passes nothing.

        A check that cannot tell the law from a rival passes nothing either, nor does a control whose intact run does
        not hold: it is confounded.
        """
        if self.status != "finished":
            return self.status
        record = self.of(kind, name)
        if record is None:
            return "not run"
        if record.cannot_tell:
            return "cannot tell"
        return "confounded" if kind == "control" and self.intact_verdict(record) != "holds" else record.verdict

    def intact_verdict(self, control: Measured) -> Verdict | Literal["not run"]:
        """How the run that a control is paired with came out."""
        if control.intact is not None:
            return worst([point.verdict for point in control.intact])
        check = self.of("check", control.check)
        return check.verdict if check is not None else "not run"


@dataclass(frozen=True)
class Result:
    """What one seed gave for a check or control: the point that decides, and of a control the one of its intact run.

    Where the check predicts `fitted`, each has the constants of its fit.
    """

    outcome: Outcome
    point: Point | None
    intact: Point | None = None
    fitted: dict[str, float] | None = None
    intact_fitted: dict[str, float] | None = None


@dataclass(frozen=True)
class Confirmation:
    """The seeds that a prediction draws, and what each of them gave.

    Attributes:
        paper: The id.
        fingerprint: Of what was predicted and how it was measured.
        date: The day on which the last seed ended, ISO.
        commit: What was checked out.
        versions: Of Python and the packages.
        seeds: In the order in which they are drawn.
        results: One a seed, by kind and id.
        is_current: Whether entry, notebook and code are still those that were confirmed.
    """

    paper: str
    fingerprint: str
    date: str
    commit: str
    versions: dict[str, str]
    seeds: tuple[int, ...]
    results: dict[tuple[Kind, str], tuple[Result, ...]]
    is_current: bool = True

    def passed(self, entry: Entry, kind: Kind, name: str) -> tuple[int, int] | None:
        """(seeds that came out as claimed, seeds); None for what was not there when the seeds were run."""
        found = self.results.get((kind, name))
        if found is None:
            return None
        return sum(is_good(entry, kind, name, result.outcome) for result in found), len(found)


@dataclass(frozen=True)
class Evidence:
    """All runs of one paper whose inputs are as they are now: the one that the page shows, and every seed; and the
    seeds that its prediction has drawn."""

    paper: str
    shown: Run
    seeds: tuple[Run, ...] = ()  # one a seed, in order, the shown one among them
    confirmed: Confirmation | None = None

    def passed(self, entry: Entry, kind: Kind, name: str) -> tuple[int, int]:
        """(seeds in which the check held, or the control failed as it must; seeds run)."""
        good = sum(is_good(entry, kind, name, run.outcome(kind, name)) for run in self.seeds)
        return good, len(self.seeds)


def is_good(entry: Entry, kind: Kind, name: str, outcome: Outcome) -> bool:
    """Whether an outcome is the one claimed.

    A check must hold; one marked `not-reproduced` must be measured and not hold; a control must fail.
    """
    if kind == "control":
        return outcome == "fails"
    found = entry.check(name)
    if found is not None and found[2].not_reproduced is not None:
        return outcome in ("fails", "undecided")
    return outcome == "holds"


def expected(entry: Entry) -> list[tuple[Kind, str]]:
    """Every check and control that a run of the entry's notebook must leave, in the entry's order."""
    out: list[tuple[Kind, str]] = []
    for law in entry.laws.values():
        out += [("check", name) for name in law.checks]
        out += [("control", name) for name in law.controls]
    return out


def to_json(record: Measured | Series | Usage) -> dict[str, Any]:
    """A record as JSON data; numbers that JSON lacks (inf, nan) become strings."""
    return {"type": type(record).__name__, **_encode(asdict(record))}


def from_json(data: dict[str, Any]) -> Measured | Series | Usage:
    """The inverse of `to_json`."""
    data = {key: _decode(value) for key, value in data.items()}
    match data.pop("type"):
        case "Measured":
            data["points"] = _points(data["points"])
            data["intact"] = None if data["intact"] is None else _points(data["intact"])
            for key in ("fitted", "intact_fitted"):
                data[key] = None if data[key] is None else _fitted(data[key])
            return Measured(**data)
        case "Series":
            for key in ("x", "y", "error", "prediction"):
                data[key] = None if data[key] is None else tuple(data[key])
            return Series(**data)
        case "Usage":
            return Usage(**data)
        case other:
            raise ValueError(f"found a record of type {other!r}, expected Measured, Series or Usage")


def _points(data: list[dict[str, Any]]) -> tuple[Point, ...]:
    return tuple(Point(**point | {"rivals": tuple(point["rivals"])}) for point in data)


def _fitted(data: dict[str, Any]) -> Fitted:
    source = data["source"]
    x = {name: tuple(values) for name, values in source["x"].items()}
    return Fitted(data["values"], Source(**source | {"x": x, "y": tuple(source["y"])}))


def _encode(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _encode(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"float"}:
            return float(value["float"])
        return {key: _decode(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_decode(part) for part in value]
    return value


def digest(data: Any) -> str:
    """A stable fingerprint of JSON data."""
    import hashlib

    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
