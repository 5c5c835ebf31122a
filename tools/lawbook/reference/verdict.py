"""When a measurement holds against a prediction, excludes a rival, and agrees with what a paper reports."""

from __future__ import annotations

import math
from typing import Literal

from lawbook.reference.model import Check, Standing

Verdict = Literal["holds", "fails", "undecided"]
_WORST: tuple[Verdict, ...] = ("fails", "undecided", "holds")
STANDINGS: tuple[Standing, ...] = ("same-value", "same-direction", "not-reproduced", "contradicted")


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


def is_inside(check: Check, predicted: float, rival: float) -> bool:
    """Whether a rival's number would itself agree with the prediction."""
    return judge(check, predicted, rival, 0.0) == "holds"


def excludes(check: Check, predicted: float, rival: float, measured: float, error: float) -> bool:
    """Whether one measured point excludes a rival.

    In the place of the prediction it must not hold; where the prediction does not hold either, as in noise, it must
    fail. A bound says only where the number must not lie, so a rival of a bound is excluded where its number breaks the
    bound and is not within two errors of a measurement that keeps it.
    """
    if not (math.isfinite(measured) and math.isfinite(error) and math.isfinite(rival)):
        return False
    keeps = judge(check, predicted, measured, error) == "holds"
    if check.sense == "equal":
        told = judge(check, rival, measured, error)
        return told == "fails" or (keeps and told == "undecided")
    return keeps and not is_inside(check, predicted, rival) and abs(measured - rival) > 2 * error


def standing(check: Check, reported: float, measured: float, error: float) -> Standing:
    """How one measured point compares with what the paper reports.

    same-value: it would hold with the reported value as the prediction, whose own error widens the band. Otherwise the
    two directions count, each from `against.nothing`: same-direction or contradicted if they are told apart by two
    errors, not-reproduced if they are not.
    """
    against = check.against
    assert against is not None  # only such checks are asked
    if not (math.isfinite(measured) and math.isfinite(error) and math.isfinite(reported)):
        return "not-reproduced"
    if abs(measured - reported) + 2 * error <= half_width(check, reported) + 2 * (against.error or 0.0):
        return "same-value"
    ours, theirs = measured - against.nothing, reported - against.nothing
    if abs(ours) <= 2 * error or theirs == 0:
        return "not-reproduced"
    return "same-direction" if ours * theirs > 0 else "contradicted"
