"""When a measurement holds against a prediction."""

from __future__ import annotations

import math
from typing import Literal

from lawbook.reference.model import Check

Verdict = Literal["holds", "fails", "undecided"]
_WORST: tuple[Verdict, ...] = ("fails", "undecided", "holds")


def half_width(check: Check, predicted: float) -> float:
    """The half width of the tolerance band around `predicted`."""
    if check.tolerance.abs is not None:
        return check.tolerance.abs
    assert check.tolerance.rel is not None  # one of the two, says the model
    return check.tolerance.rel * abs(predicted)


def band(check: Check, predicted: float) -> tuple[float, float]:
    """The interval (low, high) in which a measurement agrees with `predicted`."""
    half = half_width(check, predicted)
    low = -math.inf if check.sense == "at-most" else predicted - half
    high = math.inf if check.sense == "at-least" else predicted + half
    return low, high


def judge(check: Check, predicted: float, measured: float, error: float) -> Verdict:
    """Compare [measured - 2 error, measured + 2 error] with the band: inside, outside, or neither."""
    if not (math.isfinite(measured) and math.isfinite(error) and math.isfinite(predicted)):
        return "undecided"
    low, high = band(check, predicted)
    bottom, top = measured - 2 * error, measured + 2 * error
    if low <= bottom and top <= high:
        return "holds"
    if top < low or bottom > high:
        return "fails"
    return "undecided"


def worst(verdicts: list[Verdict]) -> Verdict:
    """The verdict on a check of several points: it holds only if every point holds."""
    return min(verdicts, key=_WORST.index)


def best(verdicts: list[Verdict]) -> Verdict:
    """The verdict on a control of several points: it fails only if every point fails."""
    return max(verdicts, key=_WORST.index)
