"""Verdicts: inside, outside, or neither."""

from __future__ import annotations

import math

import pytest
from lawbook.reference.model import Check
from lawbook.reference.verdict import band, best, excludes, is_inside, judge, standing, worst


def check(**parts: object) -> Check:
    """A check whose tolerance is 0.1 around 1 unless `parts` say otherwise."""
    told = {"measures": "m", "tests": "claim", "predicted": 1, "band-from": "theory", "error-from": "fit"}
    return Check.model_validate(told | {"tolerance": {"abs": 0.1}} | parts)


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


@pytest.mark.parametrize(
    ("rival", "measured", "error", "excluded"),
    [
        (1.3, 1.0, 0.01, True),  # in the place of the prediction, 1.0 would not hold
        (1.05, 1.0, 0.01, False),
        (1.11, 1.0, 0.0, True),
        (1.09, 1.0, 0.01, True),  # the measurement would be undecided, so it would not hold
        (1.3, math.nan, 0.01, False),
        (math.inf, 1.0, 0.01, False),
        (5.0, 1.0, 50.0, False),  # noise would not hold with anything, the law itself included
        (5.0, 1.3, 0.1, True),  # undecided about the law, and yet far from the rival
    ],
)
def test_a_rival_is_excluded_if_the_measurement_would_not_hold_in_its_place(
    rival: float, measured: float, error: float, excluded: bool
) -> None:
    assert excludes(check(), 1.0, rival, measured, error) is excluded


@pytest.mark.parametrize(
    ("rival", "measured", "error", "excluded"),
    [
        (0.0, 3.0, 0.1, True),
        (0.95, 3.0, 0.1, False),  # it keeps the bound itself
        (2.0, 3.0, 0.1, False),
        (0.85, 0.95, 0.02, True),
        (0.85, 0.95, 0.06, False),  # the measurement does not keep the bound beyond doubt
        (0.0, 0.5, 0.0, False),  # it does not keep it at all
    ],
)
def test_a_rival_of_a_bound_must_break_it_beside_a_measurement_that_keeps_it(
    rival: float, measured: float, error: float, excluded: bool
) -> None:
    assert excludes(check(sense="at-least"), 1.0, rival, measured, error) is excluded


def test_a_relative_band_goes_with_the_rival() -> None:
    relative = check(tolerance={"rel": 0.5})
    assert is_inside(relative, 1.0, 1.4)
    assert not excludes(relative, 1.0, 1.9, 1.0, 0.0)  # 1.0 is within half of 1.9
    assert excludes(relative, 1.0, 2.1, 1.0, 0.0)


@pytest.mark.parametrize(
    ("against", "measured", "error", "stands"),
    [
        ({"reported": 1.05}, 1.0, 0.01, "same-value"),
        ({"reported": 1.3}, 1.0, 0.01, "same-direction"),
        ({"reported": 1.3, "error": 0.2}, 1.0, 0.01, "same-value"),
        ({"reported": 1.3}, -0.5, 0.1, "contradicted"),
        ({"reported": 1.3}, -0.5, 0.3, "not-reproduced"),
        ({"reported": 1.3}, math.nan, 0.0, "not-reproduced"),
        ({"reported": 2.0, "nothing": 1.5}, 1.0, 0.01, "contradicted"),
        ({"reported": 2.0, "nothing": 0.5}, 1.0, 0.01, "same-direction"),
    ],
)
def test_a_measurement_stands_against_what_the_paper_reports(
    against: dict[str, float], measured: float, error: float, stands: str
) -> None:
    found = check(against=against | {"is": "same-value"})
    assert standing(found, float(against["reported"]), measured, error) == stands
