"""LASSO against scikit-learn, closed forms on orthogonal designs, Monte Carlo, and its own state evolution."""

import numpy as np
import pytest
from lawbook.lab.solvable import lasso


def test_soft_moves_towards_zero():
    np.testing.assert_allclose(lasso.soft([-3, -0.5, 0, 0.5, 3], 1), [-2, 0, 0, 0, 2])


def test_orthogonal_design_is_soft_thresholding():
    rng = np.random.default_rng(0)
    x = np.linalg.qr(rng.normal(size=(30, 10)))[0]
    y = rng.normal(size=30)
    np.testing.assert_allclose(lasso.solve(x, y, 0.3, tolerance=1e-12), lasso.soft(x.T @ y, 0.3), atol=1e-10)


@pytest.mark.parametrize(("n", "d"), [(40, 20), (30, 80)])
def test_agrees_with_scikit_learn(n, d):
    from sklearn.linear_model import Lasso

    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, d))
    y = x[:, :4] @ [3, -2, 1, 0.5] + 0.5 * rng.normal(size=n)
    expected = Lasso(alpha=4.0 / n, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(x, y).coef_
    np.testing.assert_allclose(lasso.solve(x, y, 4.0, tolerance=1e-11), expected, atol=1e-6)
    both = lasso.solve(x, np.stack([y, -2 * y], axis=1), 4.0, tolerance=1e-11)
    np.testing.assert_allclose(both[:, 0], expected, atol=1e-6)


def test_matrix_problem_is_stationary():
    # at the minimum the gradient G of the smooth part has G + penalty >= 0 and (G + penalty) S = 0
    rng = np.random.default_rng(2)
    d, n, penalty = 8, 60, 20.0
    x = rng.normal(size=(n, d))
    y = x[:, 0] ** 2 - 1 + 0.3 * rng.normal(size=n)
    s = lasso.solve_matrix(x, y, penalty, tolerance=1e-11)
    residual = np.einsum("ni,ij,nj->n", x, s, x) - np.trace(s) - y
    slope = (x * residual[:, None]).T @ x - residual.sum() * np.eye(d) + penalty * np.eye(d)
    assert np.linalg.eigvalsh(s)[0] > -1e-10
    assert np.linalg.eigvalsh(slope)[0] > -1e-3
    assert np.abs(slope @ s).max() < 1e-2
    assert s[0, 0] == pytest.approx(1, abs=0.4)


def test_state_is_what_sampling_gives():
    theta, n, noise = np.arange(1, 301) ** -1.0, 150, 1.0
    found = lasso.state(theta, n, noise, 1.5)
    rng = np.random.default_rng(3)
    weights = lasso.soft(theta + found.noise * rng.normal(size=(20_000, 300)), found.threshold)
    assert found.noise**2 == pytest.approx((noise**2 + found.risk) / n, rel=1e-9)
    assert np.mean(np.sum((weights - theta) ** 2, axis=1)) == pytest.approx(found.risk, rel=0.01)
    assert np.mean(np.sum(weights != 0, axis=1)) == pytest.approx(found.active, rel=0.01)


def test_state_without_threshold_is_least_squares():
    # R = τ² d and τ² = (σ² + R)/n give R = σ² d/(n - d)
    found = lasso.state(np.ones(50), 200, 2.0, 1e-9)
    assert found.risk == pytest.approx(4 * 50 / 150, rel=1e-6)
    assert lasso.state(np.ones(50), 40, 2.0, 1e-9) is None


def test_state_at_a_penalty_and_the_best_one():
    theta = np.arange(1, 301) ** -1.0
    at = lasso.state_at(theta, 150, 1.0, 20.0)
    assert at.penalty == pytest.approx(20.0, rel=1e-6)
    best = lasso.best_state(theta, 150, 1.0)
    assert all(best.risk <= lasso.state_at(theta, 150, 1.0, p).risk + 1e-12 for p in (5, 20, best.penalty, 60))


def test_simulation_follows_state_evolution():
    rng = np.random.default_rng(4)
    theta, n = np.arange(1, 801) ** -1.0, 300
    at = lasso.state_at(theta, n, 1.0, 30.0)
    risks = []
    for _ in range(16):
        x = rng.normal(size=(n, 800))
        fitted = lasso.solve(x, x @ theta + rng.normal(size=n), 30.0)
        risks.append(np.sum((fitted - theta) ** 2))
    assert np.mean(risks) == pytest.approx(at.risk, rel=0.12)


def test_groups_stand_for_all_weights():
    whole = np.arange(1, 20_001) ** -1.0
    theta, counts = lasso.grouped(lambda i: i**-1.0, 20_000)
    assert counts.sum() == 20_000
    few, many = lasso.best_state(theta, 500, 1.0, counts), lasso.best_state(whole, 500, 1.0)
    assert few.risk == pytest.approx(many.risk, rel=1e-4)
