"""Deep linear networks: whitening, balanced factors, and descent where the answer is known."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.solvable import linear


def test_whitened_inputs_have_unit_covariance():
    inputs = np.random.default_rng(0).normal(size=(50, 6)) * np.arange(1, 7) + 3
    white, variances = linear.whiten(inputs, 4)
    np.testing.assert_allclose(white.T @ white / 50, np.eye(4), atol=1e-14)
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-13)
    spectrum = np.linalg.eigvalsh(np.cov(inputs.T, bias=True))[::-1]
    np.testing.assert_allclose(variances, spectrum[:4], rtol=1e-12)


@pytest.mark.parametrize(("shape", "depth", "width"), [((3, 10), 3, 5), ((4, 4), 2, 4), ((1, 8), 4, 3)])
def test_balanced_factors(shape, depth, width):
    matrix = np.random.default_rng(1).normal(size=shape)
    factors = linear.balanced(matrix, depth, width)
    assert [f.shape for f in factors] == [(width, shape[1]), *[(width, width)] * (depth - 2), (shape[0], width)]
    np.testing.assert_allclose(linear.product(factors), matrix, atol=1e-13)
    for before, after in itertools.pairwise(factors):
        np.testing.assert_allclose(after.T @ after, before @ before.T, atol=1e-13)


def test_a_bottleneck_gives_the_best_approximation_of_its_rank():
    matrix = np.diag([3.0, 2.0, 1.0])
    np.testing.assert_allclose(linear.product(linear.balanced(matrix, 2, 2)), np.diag([3.0, 2.0, 0.0]), atol=1e-14)


def test_a_step_of_descent_by_hand():
    first, last, target = np.array([[2.0]]), np.array([[3.0]]), np.array([[5.0]])
    run = linear.descend((first, last), target, step_size=0.1, steps=1)
    np.testing.assert_allclose([run.weights[0][0, 0], run.weights[1][0, 0]], [2 - 0.1 * 3, 3 - 0.1 * 2], rtol=1e-15)
    np.testing.assert_allclose(run.loss, [0.5, 0.5 * (1.7 * 2.8 - 5) ** 2], rtol=1e-13)
    np.testing.assert_allclose(run.product[:, 0, 0], [6, 1.7 * 2.8], rtol=1e-14)


def test_one_layer_descends_at_the_rate_of_each_input_variance():
    variances = np.array([1.0, 0.25])
    run = linear.descend(
        (np.zeros((1, 2)),), np.ones((1, 2)), step_size=0.2, steps=20, every=5, covariance=np.diag(variances)
    )
    np.testing.assert_array_equal(run.step, [0, 5, 10, 15, 20])
    np.testing.assert_allclose(run.product[:, 0], 1 - (1 - 0.2 * variances) ** run.step[:, None], rtol=1e-13)


def test_velocity_of_the_product_is_the_limit_of_a_small_step():
    rng = np.random.default_rng(2)
    weights = (rng.normal(size=(4, 3)), rng.normal(size=(4, 4)), rng.normal(size=(2, 4)))
    target = rng.normal(size=(2, 3))
    run = linear.descend(weights, target, step_size=1e-6, steps=1)
    np.testing.assert_allclose((run.product[1] - run.product[0]) / 1e-6, linear.velocity(weights, target), rtol=1e-3)
    assert jnp.isclose(linear.loss(weights, target), run.loss[0])


def test_steps_must_fill_the_log():
    with pytest.raises(ValueError, match="multiple of every = 3"):
        linear.descend((np.eye(2),), np.eye(2), step_size=0.1, steps=10, every=3)


def test_descent_with_a_covariance_follows_the_gradient_of_the_data():
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(40, 3)) * [1.0, 0.5, 2.0]
    outputs = rng.normal(size=(40, 2))
    weights = (rng.normal(size=(4, 3)), rng.normal(size=(2, 4)))

    def of_the_data(weights):
        return 0.5 * jnp.mean(jnp.sum((inputs @ linear.product(weights).T - outputs) ** 2, axis=1))

    covariance = inputs.T @ inputs / 40
    best = outputs.T @ inputs / 40 @ np.linalg.inv(covariance)  # the map of least loss, and not the correlation itself
    run = linear.descend(weights, best, step_size=0.1, steps=1, covariance=covariance)
    for before, after, slope in zip(weights, run.weights, jax.grad(of_the_data)(weights), strict=True):
        np.testing.assert_allclose((before - after) / 0.1, slope, rtol=1e-9)
