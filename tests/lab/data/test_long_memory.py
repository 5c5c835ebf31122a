"""The long-memory chain against the autoregression of order one, whose answers are closed, and against itself."""

import numpy as np
import pytest
from lawbook.lab.data import long_memory


def test_autocorrelation_of_order_one():
    phi = np.zeros(30)
    phi[0] = 0.6
    np.testing.assert_allclose(long_memory.autocorrelation(phi), 0.6 ** np.arange(31), atol=1e-14)


def test_innovations_of_order_one():
    # one past value leaves 1 - phi^2; more do not help
    left = long_memory.innovations(0.6 ** np.arange(11.0))
    np.testing.assert_allclose(left, [1.0] + [1 - 0.36] * 10, rtol=1e-12)


def test_innovations_agree_with_regression():
    phi = long_memory.coefficients(40, 0.8, 1, 0.06, np.random.default_rng(0))
    r = long_memory.autocorrelation(phi)
    left = long_memory.innovations(r)
    for order in (3, 17):
        gram = r[np.abs(np.subtract.outer(np.arange(order), np.arange(order)))]
        known = r[1 : order + 1]
        assert left[order] == pytest.approx(1 - known @ np.linalg.solve(gram, known), rel=1e-12)


def test_coefficients_have_the_stated_lags_decay_and_power():
    phi = long_memory.coefficients(100, 0.9, 2, 0.06, np.random.default_rng(0))
    lags = np.flatnonzero(phi) + 1
    np.testing.assert_array_equal(lags, np.arange(1, 11) ** 2)
    np.testing.assert_allclose(np.abs(phi[lags - 1]) / np.abs(phi[0]), lags**-0.9)
    assert np.sum(phi**2) == pytest.approx(0.06)


def test_fractional_coefficients_by_hand():
    # (1 - B)^d = 1 - d B - d (1 - d) / 2 B^2 - ...
    np.testing.assert_allclose(long_memory.fractional(2, 0.3), [0.3, 0.3 * 0.7 / 2])


def test_simulated_chain_has_the_autocorrelation():
    rng = np.random.default_rng(0)
    phi = long_memory.coefficients(60, 0.7, 1, 0.1, rng)
    x = long_memory.simulate(phi, 100, 4000, rng)
    assert x.shape == (4060, 100)
    found = long_memory.lagged_products(x, 60, [4000])
    np.testing.assert_allclose(found[0], long_memory.autocorrelation(phi), atol=5 / np.sqrt(400_000))


def test_lagged_products_are_means_of_products():
    x = np.random.default_rng(0).choice([-1, 1], (150, 3)).astype(np.float32)
    found = long_memory.lagged_products(x, 20, [7, 130])
    for row, size in zip(found, (7, 130), strict=True):
        for lag in (0, 1, 20):
            assert row[lag] == pytest.approx(np.mean(x[20 : 20 + size] * x[20 - lag : 20 + size - lag]), abs=1e-6)


def test_learners_find_the_coefficients():
    phi = np.zeros(9)
    phi[[0, 3]] = 0.3, -0.2
    r = long_memory.autocorrelation(phi)
    np.testing.assert_allclose(long_memory.all_lags(r, [4, 9]), [phi, phi], atol=1e-12)
    # every correlation above its noise, or none
    np.testing.assert_allclose(long_memory.resolved_lags(r, 10**12, [4])[0], phi, atol=1e-10)
    np.testing.assert_array_equal(long_memory.resolved_lags(r, 1, [4])[0], 0)


def test_excess_loss_is_zero_only_for_the_truth():
    assert long_memory.excess_loss(0.3, 0.3) == 0
    assert long_memory.excess_loss(0.01, 0.03) == pytest.approx(0.02**2 / 2, rel=1e-3)
