"""Random features against closed forms: the arc-cosine kernel, isotropic teachers, direct solutions."""

import numpy as np
import pytest
from lawbook.lab.solvable import kernel, random_features


def test_arc_cosine_at_known_angles():
    x = np.array([[2.0, 0.0], [0.0, 3.0], [-2.0, 0.0], [0.0, 0.0]])
    found = random_features.arc_cosine(x, x)
    np.testing.assert_allclose(np.diag(found), [4, 9, 4, 0], atol=1e-12)  # |x|^2
    assert found[0, 1] == pytest.approx(6 / np.pi)  # orthogonal: |x| |z| / pi
    assert found[0, 2] == pytest.approx(0, abs=1e-12)  # opposite: never both active


def test_relu_features_average_to_the_kernel():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 3))
    features = random_features.relu_features(x, 200_000, rng)
    np.testing.assert_allclose(features @ features.T, random_features.arc_cosine(x, x), atol=0.05)


def test_isotropic_teacher_is_missed_by_what_is_left_of_its_dimensions():
    rng = np.random.default_rng(1)
    assert random_features.unresolved(rng.standard_normal((30, 80)), np.ones(80)) == pytest.approx((80 - 30) / 2)


def test_unresolved_is_the_mean_over_teachers():
    rng = np.random.default_rng(2)
    eta = np.arange(1, 13.0) ** -2
    samples = rng.standard_normal((5, 12)) * np.sqrt(eta)
    missed = np.eye(12) - np.linalg.pinv(samples) @ samples  # of a unit teacher: least norm
    assert random_features.unresolved(samples, eta) == pytest.approx(np.sum(eta[:, None] * missed**2) / 2)


def test_the_two_limits_are_one_trace():
    rng = np.random.default_rng(3)
    eta = np.arange(1, 13.0) ** -2
    projection = rng.standard_normal((5, 12))
    covariance = np.diag(eta)
    seen = projection @ covariance
    left = covariance - seen.T @ np.linalg.solve(projection @ seen.T, seen)
    assert random_features.unresolved(projection * np.sqrt(eta), eta) == pytest.approx(np.trace(left) / 2)


def test_few_samples_follow_the_effective_ridge():
    # averaged over teachers the closed form of kernel regression is n kappa / 2
    rng = np.random.default_rng(4)
    eta = np.arange(1, 1001.0) ** -1.5
    found = [random_features.unresolved(rng.standard_normal((60, 1000)) * np.sqrt(eta), eta) for _ in range(30)]
    assert np.mean(found) == pytest.approx(60 * kernel.effective_ridge(eta, 60, 0.0) / 2, rel=0.02)


def test_fitted_is_the_mean_over_teachers():
    rng = np.random.default_rng(5)
    eta = np.arange(1, 13.0) ** -2
    samples, projection = rng.standard_normal((20, 12)) * np.sqrt(eta), rng.standard_normal((4, 12))
    weights = np.linalg.lstsq(samples @ projection.T, samples, rcond=None)[0]  # (4, 12)
    missed = np.eye(12) - projection.T @ weights
    assert random_features.fitted(samples, projection, eta) == pytest.approx(np.sum(eta[:, None] * missed**2) / 2)


def test_fitted_without_anything_to_miss():
    rng = np.random.default_rng(6)
    projection = rng.standard_normal((6, 6))
    assert random_features.fitted(rng.standard_normal((9, 6)), projection, np.ones(6)) == pytest.approx(0, abs=1e-9)
