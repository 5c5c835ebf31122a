"""A check and its recorded points, judged against any prediction: which laws hold, and how far a constant may move."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawbook.evidence.record import Measured
from lawbook.numbers import plain
from lawbook.reference import changed
from lawbook.reference.catalog import Catalog
from lawbook.reference.changed import Place
from lawbook.reference.formula import evaluate
from lawbook.reference.model import Check, Law
from lawbook.reference.rewrite import HOLE
from lawbook.reference.rules import FITTED

Array = NDArray[np.float64]

FARTHEST = 1e3  # times a constant, beyond which an interval is open
FARTHEST_EXPONENT = 16.0  # from an exponent
OFFSETS = 10.0 ** np.linspace(-12.0, 3.0, 241)  # 1 among them: there a constant is 0
EXPONENT_OFFSETS = FARTHEST_EXPONENT * 10.0 ** np.linspace(-13.0, 0.0, 209)


@dataclass(frozen=True)
class Interval:
    """The values of a constant or an exponent around its present one with which the check would still hold.

    An end is infinite where the check holds with all that was tried: 1000 times a constant, an exponent moved by 16.
    """

    name: str
    value: float
    low: float
    high: float


def in_words(interval: Interval) -> str:
    """An interval as it is read after "would hold for": `the exponent of n from −0.61 to −0.43`.

    Arguments:
        interval: The interval.

    Returns:
        Its name and its ends, with as many digits as tell them from the present value.

    Examples:
        >>> import math
        >>> from lawbook.evidence.trial import Interval, in_words
        >>> in_words(Interval("the exponent of n", -0.5, -0.6123, -0.4319))
        'the exponent of n from −0.612 to −0.432'
        >>> in_words(Interval("the constant 2", 2.0, -math.inf, 2.25))
        'the constant 2 up to 2.25'
    """
    name, low, high = interval.name, interval.low, interval.high
    if low == -math.inf and high == math.inf:
        return f"{name}, whatever it is"
    ends = [end for end in (low, high) if math.isfinite(end)]
    size, width = max(map(abs, ends)), (high - low if len(ends) == 2 else abs(ends[0] - interval.value))
    digits = 3 if width >= size else 2 + math.ceil(math.log10(size / max(width, 1e-300)))
    if digits > 12:
        return f"{name} at {plain(interval.value)} alone"
    low_text, high_text = (plain(end, max(digits, 3)) for end in (low, high))
    if low == -math.inf:
        return f"{name} up to {high_text}"
    return f"{name} from {low_text} on" if high == math.inf else f"{name} from {low_text} to {high_text}"


def all_hold(check: Check, predicted: Array, measured: Array, error: Array) -> NDArray[np.bool_]:
    """Whether every measured point holds, for many predictions at once: `verdict.judge` over arrays.

    Arguments:
        check: The check, for its tolerance and sense.
        predicted: Predictions, shape (..., points).
        measured: Shape (points,).
        error: One standard error of each, shape (points,).

    Returns:
        Shape (...).
    """
    with np.errstate(all="ignore"):
        low, high = _band(check, predicted)
        inside = (low <= measured - 2 * error) & (measured + 2 * error <= high)
    finite = np.isfinite(predicted) & np.isfinite(measured) & np.isfinite(error)
    return np.asarray(np.all(inside & finite, axis=-1))


def _band(check: Check, predicted: Array) -> tuple[Array, Array]:
    """`verdict.band` over arrays."""
    tolerance = check.tolerance
    half = tolerance.abs if tolerance.abs is not None else (tolerance.rel or 0.0) * np.abs(predicted)
    low = np.full_like(predicted, -np.inf) if check.sense == "at-most" else predicted - half
    high = np.full_like(predicted, np.inf) if check.sense == "at-least" else predicted + half
    return low, high


class Trial:
    """A check and its recorded points as arrays of shape (points,), and the places of its prediction."""

    def __init__(self, catalog: Catalog, law: Law, check: Check, record: Measured) -> None:
        points = record.points
        self.check = check
        self.measured = np.array([point.measured for point in points])
        self.error = np.array([point.error for point in points])
        self.values: dict[str, Any] = {
            name: np.array([point.given[name] for point in points]) for name in points[0].given
        }
        self.places, self.parts = [], []
        if not isinstance(check.predicted, str):
            self.places = [changed.number(check.predicted)]
            self.predicted = np.full(len(points), check.predicted)
            self.shown = self.places
            return
        fitted = record.fitted.values if record.fitted is not None and check.predicted == FITTED else {}
        text = law.formula.expr if check.predicted == FITTED else check.predicted
        assert text is not None  # `fitted` is a fit of the law's own expression, says `lawbook check`
        formula = catalog.expression(law, text)
        self.values |= fitted
        self.predicted = self.at(formula.tree)
        self.parts = changed.parts(formula)
        self.places = changed.places(formula, fitted)
        if not self.places and not self.parts:
            self.places = [changed.factor(formula)]
        self.shown = [place for place in self.places if not place.in_exponent]
        if fitted:
            self.shown = [place for place in self.places if getattr(place.now, "id", None) in fitted]

    def at(self, tree: Any, hole: Array | None = None) -> Array:
        """The values of a tree at the points; with `hole` of shape (k, 1) or (k, points), shape (k, points)."""
        values = self.values if hole is None else self.values | {HOLE: hole}
        shape = self.measured.shape if hole is None else (len(hole), *self.measured.shape)
        with np.errstate(all="ignore"):
            return np.array(np.broadcast_to(evaluate(tree, values), shape), dtype=float)

    def holds(self, predicted: Array) -> NDArray[np.bool_]:
        """Whether every point holds, for predictions of shape (..., points)."""
        return all_hold(self.check, predicted, self.measured, self.error)

    def interval(self, place: Place) -> Interval:
        """How far a place may move."""
        now = self.at(place.now)
        if np.ptp(now) > 1e-12 * np.max(np.abs(now)):  # an exponent that differs between points
            return Interval(f"a number added to {place.name}", 0.0, *self._ends(place, now, 0.0, EXPONENT_OFFSETS))
        value = float(now[0])
        if place.kind == "exponent":
            return Interval(place.name, value, *self._ends(place, now, value, EXPONENT_OFFSETS))
        size = abs(value) or (self.check.tolerance.abs if place.kind == "number" else 0.0) or 1.0
        return Interval(place.name, value, *self._ends(place, now, value, size * OFFSETS))

    def _ends(self, place: Place, now: Array, value: float, offsets: Array) -> tuple[float, float]:
        def hold(moved: Array) -> NDArray[np.bool_]:
            return self.holds(self.at(place.tree, now + moved[:, None]))

        return value - reach(lambda d: hold(-d), offsets), value + reach(hold, offsets)


def reach(hold: Callable[[Array], NDArray[np.bool_]], offsets: Array) -> float:
    """How far from 0 `hold` is true without a gap: to the first of `offsets` where it is not, and then closer."""
    held = hold(offsets)
    if held.all():
        return math.inf
    first = int(np.argmin(held))
    inner, outer = (float(offsets[first - 1]) if first else 0.0), float(offsets[first])
    for _ in range(2):
        tried = np.linspace(inner, outer, 33)
        held = np.append(hold(tried[1:-1]), False)
        first = int(np.argmin(held))
        inner, outer = float(tried[first]), float(tried[first + 1])
    return inner


def follows(check: Check, laws: Array, predicted: Array) -> NDArray[np.bool_]:
    """Which bounds are no tighter than the check's at any point, and so follow from it."""
    with np.errstate(all="ignore"):
        if check.sense == "at-most":
            return np.asarray((_band(check, laws)[1] >= _band(check, predicted)[1]).all(axis=1))
        return np.asarray((_band(check, laws)[0] <= _band(check, predicted)[0]).all(axis=1))
