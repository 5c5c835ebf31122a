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


def test_rare_weights_are_not_lost_to_rounding():
    # of d zero weights in noise, d P(|z| > k) pass the threshold, however large d is: here 2.57e-12 of 1e14
    found = lasso.state(np.zeros(1), 1000, 1.0, 7.0, np.array([1e14]))
    assert found.active == pytest.approx(1e14 * 2.559625e-12, rel=1e-4)
    assert 0 < found.risk < found.active * found.noise**2


def test_the_rate_is_reached_at_both_noise_levels_when_there_is_room():
    theta, counts = lasso.grouped(lambda i: i**-1.0, 10**12)
    for noise in (0.7, 2.2):
        risks = [lasso.best_state(theta, n, noise, counts).risk for n in (10**6, 10**7)]
        assert np.log10(risks[1] / risks[0]) == pytest.approx(-0.5, abs=0.02)


def test_path_is_the_lasso_at_each_penalty():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(30, 40))
    y = x[:, :3] @ [2, -1, 0.5] + 0.3 * rng.normal(size=30)
    for penalty, found in zip([0.5, 4.0], lasso.path(x, y, [0.5, 4.0]), strict=True):
        np.testing.assert_allclose(found, lasso.solve(x, y, penalty, tolerance=1e-12), atol=1e-4)


def test_matrix_state_without_noise_or_penalty_is_the_teacher():
    found = lasso.matrix_state(np.array([2.0, 1.0, 0.5]), 200, 1e-6, 1e-9, np.random.default_rng(0))
    np.testing.assert_allclose(found.eigenvalues.mean(axis=0), [0.5, 1, 2], atol=1e-3)


def test_matrix_problem_follows_its_state_evolution():
    rng = np.random.default_rng(6)
    d, n, noise = 24, 24 * 30, 1.4
    teacher = np.arange(1, d + 1.0) ** -1
    penalty = 0.7 * noise * np.sqrt(2 * n * d)
    risks = []
    for _ in range(30):
        x = rng.normal(size=(n, d))
        y = (x**2 - 1) @ teacher + noise * rng.normal(size=n)
        risks.append(2 * np.sum((lasso.solve_matrix(x, y, penalty) - np.diag(teacher)) ** 2))
    assert np.mean(risks) == pytest.approx(lasso.matrix_state(teacher, n, noise, penalty, rng).risk, rel=0.15)
