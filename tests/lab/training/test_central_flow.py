"""The central flow where its answer is known: complementarity problems made backwards, quadratics, a valley by hand."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.training import central_flow
from lawbook.lab.training.central_flow import complementary, symmetric


def basis(order):
    """Orthonormal basis of the symmetric matrices, upper triangle by rows, written out apart from the module."""
    matrices = []
    for i in range(order):
        for j in range(i, order):
            matrix = np.zeros((order, order))
            matrix[i, j] = matrix[j, i] = 1.0
            matrices.append(matrix / np.linalg.norm(matrix))
    return np.array(matrices)


solve = jax.jit(complementary)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_finds_the_solution_that_the_problem_was_made_from(order):
    rng = np.random.default_rng(order)
    units = basis(order)
    for _ in range(25):
        axes, _ = np.linalg.qr(rng.standard_normal((order, order)))
        rank = rng.integers(0, order + 1)
        inside, outside = np.zeros(order), np.zeros(order)
        inside[:rank] = rng.exponential(size=rank)
        outside[rank:] = rng.exponential(size=order - rank) * 10 ** rng.uniform(-2, 2)
        x, rest = axes * inside @ axes.T, axes * outside @ axes.T
        root = rng.standard_normal((len(units), len(units) + 3))
        response = root @ root.T * 10 ** rng.uniform(-3, 3)
        room = np.einsum("mij,ij->m", units, rest) - response @ np.einsum("mij,ij->m", units, x)
        np.testing.assert_allclose(symmetric(solve(room, response)), x, atol=1e-7)


def test_one_direction_is_a_clamp():
    for room in (-3.0, -1e-9, 0.0, 2.0):
        found = solve(np.array([room]), np.array([[4.0]]))
        assert found[0] == pytest.approx(max(0.0, -room / 4), rel=1e-8, abs=1e-15)


def test_parallel_slopes_leave_it_finite():
    response = np.outer([1.0, 0.0, 1.0], [1.0, 0.0, 1.0])  # only the trace counts
    found = solve(np.array([-1.0, 0.0, -1.0]), response)
    assert np.trace(symmetric(found)) == pytest.approx(1.0, rel=1e-6)


def valley(w):
    """Curvature a across at height a along; the floor slopes to larger a: x² a / 2 − a + b² / 2."""
    x, a, b = w
    return 0.5 * a * x**2 - a + 0.5 * b**2


def test_edge_knows_the_third_derivatives():
    at = central_flow.edge(valley, jnp.array([0.0, 3.0, 0.5]), tolerance=1e-10)
    assert at.values[0] == pytest.approx(3.0, rel=1e-12)
    np.testing.assert_allclose(at.slopes, [[0, 1, 0]], atol=1e-9)

    def two(w):  # H = diag(a, b, 0, 0) + c (e0 e1' + e1 e0') at the origin of the first two
        return 0.5 * (w[2] * w[0] ** 2 + w[3] * w[1] ** 2) + 0.2 * w[2] * w[0] * w[1]

    w = jnp.array([0.0, 0.0, 3.0, 2.0])
    pair = central_flow.edge(two, w, count=2, tolerance=1e-10)
    hessian = jax.hessian(two)
    for direction in np.eye(4):
        _, turned = jax.jvp(lambda v: pair.vectors.T @ hessian(v) @ pair.vectors, (w,), (jnp.asarray(direction),))
        np.testing.assert_allclose(symmetric(pair.slopes @ direction), turned, atol=1e-8)


def test_in_the_valley_the_flow_stops_at_the_edge_with_the_variance_of_the_law():
    # There α = 1 and β = 1, so σ² = 2; before the edge the flow climbs by η a step.
    eta = 0.5

    @jax.jit
    def follow(w):
        return central_flow.step(valley, w, central_flow.edge(valley, w, tolerance=1e-8), step_size=eta)

    w = jnp.array([0.0, 3.2, 1.0])
    heights, variances = [], []
    for _ in range(6):
        after = follow(w)
        w = after.w
        heights.append(float(w[1]))
        variances.append(float(after.covariance[0, 0]))
    np.testing.assert_allclose(heights[0], 3.7, atol=1e-10)
    np.testing.assert_allclose(heights[1:], 2 / eta, atol=1e-6)
    assert variances[0] == 0
    np.testing.assert_allclose(variances[2:], 2.0, rtol=1e-6)
    assert w[2] == pytest.approx((1 - eta / 2) ** 12)  # Euler's method on what does not take part


def test_scalar_rmsprop_holds_the_effective_sharpness_at_two():
    rate, c = 0.5, 0.05
    w, nu = jnp.array([0.0, 3.9, 1.0]), jnp.asarray(1.0)

    @jax.jit
    def follow(w, nu):
        at = central_flow.edge(valley, w, tolerance=1e-8)
        return central_flow.step(valley, w, at, step_size=rate, nu=nu, forgetting=c, substeps=4)

    for t in range(60):
        after = follow(w, nu)
        gradient = jax.grad(valley)(w)
        expected = nu + c * (gradient @ gradient + w[1] ** 2 * after.covariance[0, 0] - nu)
        assert after.nu == pytest.approx(float(expected), rel=0.02)
        w, nu = after.w, after.nu
        if t > 10:
            assert rate * w[1] / np.sqrt(nu) == pytest.approx(2.0, rel=2e-3)
            assert after.covariance[0, 0] > 0


def test_below_the_edge_nothing_oscillates_and_forgetting_nothing_keeps_nu():
    w = jnp.array([0.3, 1.0, 1.0])
    after = central_flow.step(valley, w, central_flow.edge(valley, w, count=2), step_size=0.1, substeps=2)
    assert np.all(after.covariance == 0)
    assert after.nu == 1
    by_hand = w
    for _ in range(2):
        by_hand = by_hand - 0.05 * jax.grad(valley)(by_hand)
    np.testing.assert_allclose(after.w, by_hand, rtol=1e-14)


def test_until_sharp_stops_at_the_first_measurement_above():
    arrive = jax.jit(partial(central_flow.until_sharp, valley, step_size=0.1, level=3.0, every=2))
    at = arrive(jnp.array([0.0, 1.05, 0.0]))  # climbs 0.1 a step
    assert at.steps == 20
    assert at.sharpness == pytest.approx(3.05, rel=1e-6)
    assert at.w[1] == pytest.approx(3.05)
    short = central_flow.until_sharp(valley, jnp.array([0.0, 1.05, 0.0]), step_size=0.1, level=3.0, every=2, most=6)
    assert short.steps == 6
