"""Verdicts: inside, outside, or neither."""

from __future__ import annotations

import math

import pytest
from lawbook.reference.model import Check
from lawbook.reference.verdict import band, best, judge, worst


def check(**parts: object) -> Check:
    """A check whose tolerance is 0.1 around 1 unless `parts` say otherwise."""
    return Check.model_validate({"measures": "m", "predicted": 1, "tolerance": {"abs": 0.1}} | parts)


@pytest.mark.parametrize(
    ("measured", "error", "verdict"),
    [
        (1.0, 0.0, "holds"),
        (1.1, 0.0, "holds"),  # the edge belongs to the band
        (1.09, 0.004, "holds"),
        (1.09, 0.006, "undecided"),
        (1.2, 0.04, "fails"),
        (1.2, 0.06, "undecided"),
        (0.8, 0.0, "fails"),
        (1.0, 1.0, "undecided"),  # far too noisy to say anything
        (math.nan, 0.0, "undecided"),
        (1.0, math.nan, "undecided"),
        (math.inf, 0.0, "undecided"),
        (1.0, math.inf, "undecided"),
    ],
)
def test_two_standard_errors_against_the_band(measured: float, error: float, verdict: str) -> None:
    assert judge(check(), 1.0, measured, error) == verdict


def test_relative_tolerance_scales_with_the_prediction() -> None:
    assert band(check(tolerance={"rel": 0.1}), -20.0) == (-22.0, -18.0)


def test_one_sided_senses_leave_one_side_open() -> None:
    assert judge(check(sense="at-most"), 1.0, -50.0, 0.0) == "holds"
    assert judge(check(sense="at-most"), 1.0, 1.2, 0.0) == "fails"
    assert judge(check(sense="at-least"), 1.0, 50.0, 0.0) == "holds"
    assert judge(check(sense="at-least"), 1.0, 0.8, 0.0) == "fails"


def test_a_check_needs_every_point_and_a_control_needs_none() -> None:
    assert worst(["holds", "undecided", "holds"]) == "undecided"
    assert worst(["holds", "undecided", "fails"]) == "fails"
    assert best(["fails", "undecided"]) == "undecided"
    assert best(["fails", "fails"]) == "fails"
