"""Exponents of a mean over repetitions, on powers that are known."""

import numpy as np
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
