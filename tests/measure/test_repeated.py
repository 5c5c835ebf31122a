"""Exponents of a mean over repetitions, on powers that are known."""

import numpy as np
import pytest
from lawbook.measure import repeated

X = np.array([1.0, 2.0, 4.0, 8.0])


def test_an_exact_power_has_its_exponent_and_no_error():
    samples = np.outer([1.0, 1.5, 2.0], X**-0.7)  # repetitions differ by a factor, which the exponent does not see
    value, error = repeated.exponent(X, samples, np.random.default_rng(0))
    np.testing.assert_allclose([value, error], [-0.7, 0], atol=1e-12)
    value, error = repeated.local_exponents(X, samples, np.random.default_rng(0))
    np.testing.assert_allclose(value, [-0.7] * 3, rtol=1e-12)
    np.testing.assert_allclose(error, 0, atol=1e-12)


def test_a_kink_shows_in_the_local_exponents():
    samples = np.tile([1.0, 0.5, 0.25, 0.25], (2, 1))
    np.testing.assert_allclose(
        repeated.local_exponents(X, samples, np.random.default_rng(0))[0], [-1, -1, 0], atol=1e-12
    )


def test_the_error_is_the_spread_of_the_exponent():
    rng = np.random.default_rng(1)
    means = []
    for _ in range(200):
        samples = X**-1.0 * np.exp(0.1 * rng.standard_normal((40, 4)))
        means.append(repeated.exponent(X, samples, rng, draws=2)[0])
    error = repeated.exponent(X, X**-1.0 * np.exp(0.1 * rng.standard_normal((40, 4))), rng)[1]
    assert 0.7 < error / np.std(means) < 1.4


@pytest.mark.parametrize("repetitions", [2, 4])
def test_intervals_cover_with_few_repetitions(repetitions):
    """One standard error of two repetitions covers half, not two thirds."""
    rng = np.random.default_rng(2)
    inside = []
    for _ in range(300):
        samples = X**-0.7 * np.exp(0.1 * rng.standard_normal((repetitions, 4)))
        found = repeated.exponent(X, samples, rng, draws=40)
        inside.append([low <= -0.7 <= high for low, high in (found.interval(0.6827), found.interval(0.95))])
    low, high = 100 * np.mean(inside, axis=0)
    assert low == pytest.approx(69, abs=8)
    assert high == pytest.approx(95.5, abs=3.5)


def test_units_and_single_precision_change_nothing():
    samples = np.exp(0.1 * np.random.default_rng(3).standard_normal((5, 4))) / X
    for function in (repeated.exponent, repeated.local_exponents):
        here = function(X, samples, np.random.default_rng(0))
        there = function(np.float32(X * 1e20), np.float32(samples * 1e-30), np.random.default_rng(0))
        np.testing.assert_allclose(there[0], here[0], atol=1e-6)
        np.testing.assert_allclose(there[1], here[1], atol=1e-6)


def test_single_repetitions_may_be_negative_but_no_mean():
    samples = np.tile(1 / X, (40, 1))
    samples[0] *= -1
    assert repeated.exponent(X, samples, np.random.default_rng(0))[0] == pytest.approx(-1)
    samples[:, 2] *= -1
    for function in (repeated.exponent, repeated.local_exponents):
        with pytest.raises(ValueError, match=r"for x = 4 as the mean .* expected it above 0: take more repetitions"):
            function(X, samples, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("x", "samples", "message"),
    [
        (X, np.ones((3, 5)), r"found samples of shape \(3, 5\), expected \(repetitions, 4\) for 4 x"),
        (X, np.ones(4), r"found samples of shape \(4,\)"),
        (X, np.ones((1, 4)), "found 1 repetition, expected at least two"),
        (X, np.full((3, 4), np.nan), "found nan at"),
        (-X, np.ones((3, 4)), "found x = -1.0 at point 0"),
    ],
)
def test_what_has_no_exponent_is_refused(x, samples, message):
    for function in (repeated.exponent, repeated.local_exponents):
        with pytest.raises(ValueError, match=message):
            function(x, samples, np.random.default_rng(0))


def test_neighbours_that_are_the_same_are_refused():
    with pytest.raises(ValueError, match=r"found x = 2.0 twice in a row"):
        repeated.local_exponents([1, 2, 2, 4], np.ones((3, 4)), np.random.default_rng(0))
