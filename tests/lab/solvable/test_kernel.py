"""Kernel ridge regression against direct solutions and limits of known answer; the theory against the experiment."""

import numpy as np
import pytest
from lawbook.lab.solvable import kernel


def test_effective_ridge_solves_its_equation():
    eta, _ = kernel.power_law_spectrum(2000, 1.5, 0.5)
    for ridge in (0.0, 1e-6, 0.1, 10.0):
        kappa = kernel.effective_ridge(eta, 100, ridge)
        assert kappa == pytest.approx(ridge + kappa / 100 * np.sum(eta / (eta + kappa)), rel=1e-12)
        assert kappa >= ridge


def test_effective_ridge_of_a_flat_spectrum():
    # eta = 1 for p features and no ridge: p / (1 + kappa) = n
    assert kernel.effective_ridge(np.ones(300), 100, 0.0) == pytest.approx(2.0, rel=1e-12)


def test_no_ridge_and_too_few_features_is_refused():
    with pytest.raises(ValueError, match="expected more than n"):
        kernel.effective_ridge(np.ones(100), 100, 0.0)


def test_closed_form_of_a_flat_spectrum_is_the_known_ridgeless_one():
    # isotropic least norm: excess = |theta|^2 (1 - n/p) + sigma^2 n/(p - n)   (Hastie et al. 2022, isotropic features)
    p, n = 300, 100
    theta = np.full(p, 0.1)
    form = kernel.closed_form(np.ones(p), theta, n, 0.0)
    assert form.excess(0.0) == pytest.approx(3.0 * (1 - n / p), rel=1e-12)
    assert form.excess(2.0) - form.excess(0.0) == pytest.approx(4 * n / (p - n), rel=1e-12)


def test_large_ridge_learns_nothing():
    eta, theta = kernel.power_law_spectrum(500, 2, 0.5)
    assert kernel.closed_form(eta, theta, 100, 1e6).excess(1.0) == pytest.approx(np.sum(eta * theta**2), rel=1e-4)


def test_spectrum_has_the_stated_exponents():
    eta, theta = kernel.power_law_spectrum(100, 1.7, 0.4)
    k = np.arange(1, 101)
    np.testing.assert_allclose(eta, k**-1.7)
    np.testing.assert_allclose(eta * theta**2, k ** (-1 - 2 * 1.7 * 0.4))


def test_trial_is_the_plain_ridge_solution():
    rng = np.random.default_rng(0)
    eta, theta = kernel.power_law_spectrum(40, 1.5, 0.5)
    features = rng.standard_normal((30, 40)) * np.sqrt(eta)
    trial = kernel.solve(features, eta, np.stack([theta, 2 * theta]), np.array([0.01, 0.1]))
    for i, ridge in enumerate((0.01, 0.1)):
        operator = np.linalg.solve(features.T @ features / 30 + ridge * np.eye(40), features.T / 30)  # (p, n)
        weights = operator @ features @ theta
        assert trial.bias[0, i] == pytest.approx(np.sum(eta * (weights - theta) ** 2), rel=1e-10)
        assert trial.bias[1, i] == pytest.approx(4 * trial.bias[0, i], rel=1e-10)
        assert trial.variance[i] == pytest.approx(np.sum(eta[:, None] * operator**2), rel=1e-10)


@pytest.mark.parametrize("ridge", [1e-4, 1e-2])
def test_experiment_follows_the_closed_form(ridge):
    rng = np.random.default_rng(1)
    eta, theta = kernel.power_law_spectrum(1000, 1.5, 0.5)
    trials = [kernel.gaussian_trial(eta, theta, 120, [ridge], rng) for _ in range(40)]
    form = kernel.closed_form(eta, theta, 120, ridge)
    for measured, predicted in (
        ([t.bias[0, 0] for t in trials], form.excess(0.0)),
        ([t.variance[0] for t in trials], form.excess(1.0) - form.excess(0.0)),
    ):
        error = np.std(measured, ddof=1) / np.sqrt(40)
        assert error < 0.04 * predicted
        assert abs(np.mean(measured) - predicted) < 3 * error + 0.02 * predicted
