"""Recorded points against many predictions at once, and intervals in words."""

import doctest
import math

import numpy as np
import pytest
from lawbook.evidence import trial as module
from lawbook.evidence.trial import Interval, all_hold, in_words
from lawbook.reference.model import Check
from lawbook.reference.verdict import judge

PARTS = {"measures": "m", "tests": "claim", "predicted": 1, "band-from": "theory", "error-from": "replicas"}


@pytest.mark.parametrize("sense", ["equal", "at-most", "at-least"])
@pytest.mark.parametrize("tolerance", [{"abs": 0.3}, {"rel": 0.1}, {"abs": 0.0}])
def test_many_at_once_are_judged_as_one(sense, tolerance):
    check = Check.model_validate(PARTS | {"sense": sense, "tolerance": tolerance})
    rng = np.random.default_rng(0)
    odd = [math.nan, math.inf, -math.inf, 0.0]
    predicted = np.concatenate([rng.choice([-1, 1], 300) * rng.uniform(0.7, 1.3, 300), odd, [1.0, 1.1]])
    measured = [1.0, -1.0, 0.0, math.nan, math.inf, 1.1]
    for m in measured:
        for error in (0.0, 0.05, math.nan, math.inf):
            one_by_one = [judge(check, float(p), m, error) == "holds" for p in predicted]
            found = all_hold(check, predicted[:, None], np.array([m]), np.array([error]))
            assert found.tolist() == one_by_one
    assert all_hold(check, np.array([1.0, 1.0]), np.array([1.0, 5.0]), np.zeros(2)) == (
        judge(check, 1.0, 5.0, 0.0) == "holds"
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Interval("x", 2.0, 1.5, 2.25), "x from 1.5 to 2.25"),
        (Interval("x", 2.0, -math.inf, math.inf), "x, whatever it is"),
        (Interval("x", 2.0, 1.9, math.inf), "x from 1.9 on"),
        (Interval("x", 2.0, -math.inf, 2.1), "x up to 2.1"),
        (Interval("x", 2.0, 1.9999997, 2.0000004), "x from 1.9999997 to 2.0000004"),
        (Interval("x", 2.0, 2.0, 2.0), "x at 2 alone"),
        (Interval("x", 0.0, -0.0123, 0.0456), "x from −0.0123 to 0.0456"),
    ],
)
def test_intervals_in_words(found, words):
    assert in_words(found) == words


def test_examples_run():
    done = doctest.testmod(module)
    assert done.attempted >= 4
    assert not done.failed
