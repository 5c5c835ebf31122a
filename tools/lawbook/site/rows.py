"""Rows of checks and controls: a measurement against a prediction, as text and as a gauge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from lawbook.evidence.display import band_of, measured_of
from lawbook.evidence.record import Measured, Point, strain
from lawbook.numbers import plain
from lawbook.reference.model import Check
from lawbook.reference.verdict import worst
from lawbook.site import gauge
from lawbook.site.verdicts import Told

ROUNDING = 1e-6  # a share of a bound that only leaves room for rounding
POINTS = 20  # a table of more tells a reader nothing


@dataclass(frozen=True)
class PointView:
    """One measured point: where, and against what."""

    at: tuple[str, ...]  # its value of each of the row's `places`; empty where it was given none
    predicted: str
    measured: str
    band: str
    told: Told


@dataclass(frozen=True)
class RivalView:
    """A wrong law, and what the measurement says of it."""

    says: Markup
    value: Markup
    fate: str  # "excluded at 4 of 4 points", "not excluded", or nothing before the first run
    is_excluded: bool


@dataclass(frozen=True)
class Hardness:
    """How hard a check was: what else would have passed."""

    caught: int
    counted: int
    survivors: tuple[str, ...]
    left_out: int  # survivors beyond those that are listed
    also: tuple[str, ...]  # "the exponent of n from −0.61 to −0.43"

    @property
    def survived(self) -> int:
        """How many changed laws would have passed."""
        return self.counted - self.caught


@dataclass(frozen=True)
class Row:
    """A check or a control with its numbers."""

    id: str
    kind: Literal["check", "control"]
    name: str
    measures: Markup
    predicted: Markup
    brief: Markup  # the same where a line has to do
    here: str  # what an expression predicts for the number shown
    band: str
    measured: str
    worst_of: int
    told: Told
    gauge: Markup
    places: tuple[Markup, ...] = ()  # the symbols whose values tell the points apart
    points: tuple[PointView, ...] = ()  # at most POINTS of them, those nearest to the edge
    left_out: int = 0
    tests: str = "claim"
    band_from: str = ""
    width: Markup | None = None  # how the width of the band follows, or what the trials gave
    error_from: str = ""
    is_pilot: bool = False
    is_blunt: bool = False
    rivals: tuple[RivalView, ...] = ()
    hardness: Hardness | None = None
    blind_to: Markup | None = None
    against: Markup | None = None
    data: str | None = None
    why_not: Markup | None = None
    breaks: str = ""
    misses: str = ""
    intact: Markup | None = None  # what the run with the assumption kept is
    kept: str = ""  # its number
    kept_told: Told | None = None

    @property
    def has_more(self) -> bool:
        """Whether there is more to tell than its line and the details behind it."""
        return bool(self.points or self.rivals or self.hardness or self.width)


def row(
    id: str,
    against: Check,
    record: Measured | None,
    told: Told,
    *,
    kind: Literal["check", "control"],
    measures: Markup,
    predicted: Markup,
    brief: Markup,
    letter: Callable[[str], Markup],
    drawn: Sequence[Point] = (),
) -> Row:
    """What a check and a control have in common: a measurement held against the prediction of a check.

    Arguments:
        id: Of the check or the control.
        against: The check whose prediction counts.
        record: What was measured, if anything.
        told: How it came out, in a word.
        kind: Which of the two it is.
        measures: What is measured, as the entry says it.
        predicted: The prediction, as the entry states it.
        brief: The same, as a line has room for it.
        letter: Writes a symbol, by its name.
        drawn: The deciding point of each seed that the prediction has drawn, for the picture.
    """
    nearest = _listed(record)
    places = tuple(dict.fromkeys(name for point in nearest for name in point.given))
    return Row(
        id=id,
        kind=kind,
        name=humanised(id),
        measures=measures,
        predicted=predicted,
        brief=brief,
        here=computed(against, record),
        band=tolerance(against),
        measured=_measured(record),
        worst_of=len(record.points) if record else 0,
        told=told,
        gauge=_gauge(record, told, drawn),
        places=tuple(map(letter, places)),
        points=tuple(_point(record, point, places) for point in nearest) if record else (),
        left_out=max(0, len(record.points) - POINTS) if record else 0,
    )


def _listed(record: Measured | None) -> list[Point]:
    """The points that a table shows: none where the line above says all."""
    if record is None or (len(record.points) < 2 and not record.points[0].given):
        return []
    return _nearest(record)


def _point(record: Measured, point: Point, places: Sequence[str]) -> PointView:
    at = tuple(plain(point.given[name]) if name in point.given else "" for name in places)
    return PointView(at, plain(point.predicted), measured_of(point), band_of(point), _told(record, point))


def _nearest(record: Measured) -> list[Point]:
    """The points to list, in their order: all, or those nearest to changing the verdict."""
    if len(record.points) <= POINTS:
        return list(record.points)
    sign = 1 if record.kind == "check" else -1
    order = sorted(range(len(record.points)), key=lambda i: -sign * strain(record.points[i]))
    return [record.points[i] for i in sorted(order[:POINTS])]


def _told(record: Measured, point: Point) -> Told:
    tones: dict[str, Literal["good", "bad", "open"]] = {"holds": "good", "fails": "bad", "undecided": "open"}
    if record.kind == "control":
        tones |= {"holds": "bad", "fails": "good"}
    return Told(point.verdict, tones[point.verdict])


def computed(check: Check, record: Measured | None) -> str:
    """What an expression or a fit predicts for the number shown; nothing where the entry states a number."""
    return plain(record.representative.predicted) if record and isinstance(check.predicted, str) else ""


def _measured(record: Measured | None) -> str:
    if record is None:
        return ""
    point = record.representative
    return measured_of(point)


def _gauge(record: Measured | None, told: Told, drawn: Sequence[Point]) -> Markup:
    if record is None:
        return Markup("")
    point = record.representative
    label = f"measured {measured_of(point)}, tolerance {band_of(point)}: {told.word}"
    if drawn:
        label = f"{len(drawn)} seeds beside the tolerance: {told.word} in {told.counted}"
        return gauge.draw(drawn, label, rivals=False)
    order = sorted(record.points, key=lambda p: p is not point)
    return gauge.draw(order, label, rivals=record.kind == "check")


def kept_of(record: Measured | None, check: Measured | None) -> tuple[str, Told | None]:
    """The number of a control's intact run, and how it came out: its own run, else that of the check."""
    if record is None:
        return "", None
    if record.intact is not None:
        point, verdict = record.intact_point, worst([p.verdict for p in record.intact])
    elif check is not None:
        point, verdict = check.representative, check.verdict
    else:
        return "", Told("not run yet", "none")
    assert point is not None  # there is one
    here, there = plain(point.predicted), plain(record.representative.predicted)
    return measured_of(point) + (f" where {here} is predicted" if here != there else ""), _TOLD[verdict]


_TOLD: dict[str, Told] = {
    "holds": Told("holds", "good"),
    "fails": Told("fails", "bad"),
    "undecided": Told("undecided", "open"),
}


def tolerance(check: Check) -> str:
    """`± 6 %`, `± 0.07`, or nothing for a bare bound."""
    half = check.tolerance.rel if check.tolerance.rel is not None else check.tolerance.abs
    assert half is not None
    if half == 0 or (check.sense != "equal" and not isinstance(check.predicted, str)):
        return ""  # nothing, or in the bound already
    if check.sense != "equal" and check.tolerance.rel is not None and half < ROUNDING:
        return ""  # room for rounding beside a bound
    sign = {"equal": "±", "at-most": "+", "at-least": "−"}[check.sense]
    if check.tolerance.rel is not None:
        return f"{sign} {plain(100 * half)} %" if half >= 1e-4 else f"{sign} {plain(half)} of it"
    return f"{sign} {plain(half)}"


def humanised(identifier: str) -> str:
    """`hovers-at-the-edge` as a heading: Hovers at the edge."""
    words = identifier.replace("-", " ")
    return words[:1].upper() + words[1:]
