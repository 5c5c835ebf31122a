"""Diagonal linear networks: the update by hand, the identity of the gain, and a solver that must agree with training."""

import numpy as np
import pytest
from lawbook.lab.solvable import diagonal

RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 10))
Y = X[:, 0] - 0.5 * X[:, 1]
START = np.sqrt(2) * 0.3, 0.0


def test_the_update_by_hand():
    u, v, squares = np.full(10, START[0]), np.zeros(10), np.zeros(10)
    for _ in range(7):
        g = X.T @ (X @ (u * v) - Y) / 6
        u, v, squares = u - 0.1 * g * v, v - 0.1 * g * u, squares + g**2
    run = diagonal.descend(X, Y, START, [0.05, 0.1], steps=7)
    np.testing.assert_allclose(run.u[1], u, rtol=1e-13)
    np.testing.assert_allclose(run.beta[1], u * v, atol=1e-14)
    np.testing.assert_allclose(run.squares[1], squares, rtol=1e-13)
    np.testing.assert_allclose(run.loss[1], np.sum((X @ (u * v) - Y) ** 2) / 12, rtol=1e-12)


def test_single_samples_by_hand():
    u, v = np.full(10, START[0]), np.zeros(10)
    order = np.array([3, 1, 1, 5])
    for i in order:
        g = X[i] * (X[i] @ (u * v) - Y[i])
        u, v = u - 0.05 * g * v, v - 0.05 * g * u
    run = diagonal.descend(X, Y, START, [0.05], steps=4, order=order)
    np.testing.assert_allclose(run.v[0], v, rtol=1e-13)


def test_the_gain_is_what_the_imbalance_loses():
    run = diagonal.descend(X, Y, START, [0.1, 0.4], steps=2000)
    lost = -np.log(np.abs(run.u**2 - run.v**2) / (2 * 0.3**2))
    np.testing.assert_allclose(run.gain, lost, atol=1e-11)


def test_training_ends_where_the_potential_says():
    run = diagonal.descend(X, Y, START, [0.3], steps=20_000)
    assert run.loss[0] < 1e-25
    found = diagonal.interpolate(X, Y, 0.3**2 * np.exp(-run.gain[0]), run.asymmetry[0])
    np.testing.assert_allclose(run.beta[0], found.beta, atol=1e-10)
    assert found.residual < 1e-12


def test_a_small_scale_gives_the_least_l1_norm_and_a_large_one_the_least_l2_norm():
    rich, lazy = diagonal.interpolate(X, Y, 1e-12).beta, diagonal.interpolate(X, Y, 1e4).beta
    np.testing.assert_allclose(lazy, np.linalg.pinv(X) @ Y, atol=1e-6)
    assert np.abs(rich).sum() < 1.51  # the sparse truth has 1.5
    np.testing.assert_allclose(X @ rich, Y, atol=1e-9)


def test_newtons_method_goes_on_where_the_value_is_flat_to_rounding():
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((10, 40))
    targets = inputs @ (rng.standard_normal(40) * (rng.random(40) < 0.2))
    found = diagonal.interpolate(inputs, targets, 1e-6 * np.exp(-10 * rng.random(40)))
    assert found.residual < 1e-13  # a search along the value alone ends at 3e-9


def test_an_offset_in_the_range_of_the_data_changes_nothing():
    plain = diagonal.interpolate(X, Y, 0.01).beta
    np.testing.assert_allclose(diagonal.interpolate(X, Y, 0.01, X.T @ np.arange(6.0)).beta, plain, atol=1e-9)


def test_the_sharpness_is_that_of_the_whole_hessian():
    run = diagonal.descend(X, Y, START, [0.3], steps=20_000)
    u, v = run.u[0], run.v[0]
    block = np.concatenate([np.diag(v), np.diag(u)])  # d beta / d (u, v), shape (20, 10)
    hessian = block @ X.T @ X @ block.T / 6  # the residual vanishes, and with it the other term
    np.testing.assert_allclose(diagonal.sharpness(X, u, v), np.linalg.eigvalsh(hessian)[-1], rtol=1e-12)


def test_an_order_of_the_wrong_length_is_told():
    with pytest.raises(ValueError, match="one sample for each of the 5 steps"):
        diagonal.descend(X, Y, START, [0.1], steps=5, order=[0, 1])
