"""L-BFGS on problems whose minimum is known: a quadratic, Rosenbrock's valley, a regularised linear network."""

import itertools

import numpy as np
import pytest
from lawbook.lab.training import stationary


def test_a_quadratic_to_rounding():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((30, 30))
    hessian, solution = root @ root.T + np.eye(30), rng.standard_normal(30)

    def objective(weights):
        gap = np.concatenate([w.ravel() for w in weights]) - solution
        slope = hessian @ gap
        return 0.5 * gap @ slope, (slope[:20].reshape(4, 5), slope[20:])

    found = stationary.minimise(objective, [np.zeros((4, 5)), np.zeros(10)], gradient=1e-11)
    assert found.weights[0].shape == (4, 5)
    np.testing.assert_allclose(np.concatenate([w.ravel() for w in found.weights]), solution, atol=1e-9)
    assert found.gradient <= 1e-11
    assert found.iterations < 300


def test_a_curved_valley():
    def rosenbrock(weights):
        ((x, y),) = weights
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2, (np.array([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)]),)

    found = stationary.minimise(rosenbrock, [np.array([-1.2, 1.0])], gradient=1e-10)
    np.testing.assert_allclose(found.weights[0], 1, atol=1e-8)


def test_stops_at_the_last_iteration_and_says_how_far_it_got():
    found = stationary.minimise(lambda w: (0.5 * 4 * w[0] @ w[0], (4 * w[0],)), [np.ones(3)], iterations=0)
    assert found == (found.weights, 4.0, 0)


@pytest.mark.parametrize("depth", [2, 3])
def test_linear_network_with_decay_shrinks_each_singular_value_as_the_scalar_problem_says(depth):
    # White inputs: each singular value p of the product minimises (p - s)^2 / 2 + depth * decay * p^(2/depth) / 2.
    rng = np.random.default_rng(1)
    values, decay = np.array([2.0, 1.5, 1.0]), 0.05
    left, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    right, _ = np.linalg.qr(rng.standard_normal((5, 5)))
    target = left * values @ right[:, :3].T
    widths = [5] + [4] * (depth - 1) + [3]
    start = [rng.standard_normal((b, a)) / 2 for a, b in itertools.pairwise(widths)]
    found = stationary.linear_network(start, target, decay=decay, gradient=1e-11)
    product = np.linalg.multi_dot(found.weights[::-1])
    p = np.linalg.svd(product, compute_uv=False)
    np.testing.assert_allclose(p - values + decay * p ** (2 / depth - 1), 0, atol=1e-8)


def test_linear_network_without_decay_fits_skewed_inputs():
    rng = np.random.default_rng(2)
    root = rng.standard_normal((4, 4))
    start = [rng.standard_normal((6, 4)) / 2, rng.standard_normal((3, 6)) / 2]
    target = rng.standard_normal((3, 4))
    found = stationary.linear_network(start, target, decay=0.0, covariance=root @ root.T, gradient=1e-11)
    np.testing.assert_allclose(found.weights[1] @ found.weights[0], target, atol=1e-7)
