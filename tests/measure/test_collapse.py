"""Neural-collapse metrics on exact simplices, on random features and on cases worked out by hand."""

import jax
import numpy as np
import pytest
from lawbook.measure import collapse as nc


@pytest.fixture(autouse=True)
def _double_precision():
    with jax.enable_x64(True):
        yield


def simplex(classes, width, rng):
    """A simplex equiangular tight frame, rotated into R^width: shape (classes, width)."""
    rotation, _ = np.linalg.qr(rng.standard_normal((width, width)))
    corners = np.sqrt(classes / (classes - 1)) * (np.eye(classes) - 1 / classes)
    _, _, basis = np.linalg.svd(corners)
    return (corners @ basis[: classes - 1].T) @ rotation[:, : classes - 1].T


@pytest.mark.parametrize(("classes", "width"), [(2, 1), (3, 2), (4, 3), (10, 9), (10, 64)])
def test_everything_vanishes_on_a_simplex_frame(classes, width):
    rng = np.random.default_rng(0)
    corners = simplex(classes, width, rng)
    labels = np.repeat(np.arange(classes), 5)
    features = 3 * corners[labels] + rng.standard_normal(width)  # the centre may lie anywhere
    found = nc.collapse(features, labels, 7 * corners, -7 * corners @ features.mean(axis=0))
    np.testing.assert_allclose(np.array(found), 0, atol=1e-13)
    np.testing.assert_allclose(nc.cosines(corners), -1 / (classes - 1), atol=1e-13)


def test_random_features_are_far_from_collapse():
    rng = np.random.default_rng(1)
    labels = rng.permutation(np.repeat(np.arange(10), 50))
    found = nc.collapse(rng.standard_normal((500, 64)), labels, rng.standard_normal((10, 64)))
    assert found.within > 1
    assert found.means_angle > 0.05
    assert found.duality == pytest.approx(np.sqrt(2), abs=0.3)  # unrelated directions are about orthogonal
    assert found.disagreement > 0.5


def test_the_mean_cosine_cannot_tell_a_simplex_from_random_means_but_the_spread_can():
    rng = np.random.default_rng(2)
    means = rng.standard_normal((10, 512))
    centred = means - means.mean(axis=0)
    squashed = centred * np.r_[np.full(4, 10.0), np.ones(508)]  # most of the length in four directions
    for vectors, spread in ((centred, 0.02), (squashed, 0.15)):
        assert np.mean(nc.cosines(vectors)) == pytest.approx(-1 / 9, abs=0.02)
        assert nc.equiangularity(vectors) > spread


@pytest.mark.parametrize(("classes", "width", "samples"), [(4, 12, 40), (6, 3, 60), (3, 2, 9)])
def test_nc1_is_the_trace_with_the_pseudo_inverse(classes, width, samples):
    rng = np.random.default_rng(3)
    labels = np.arange(samples) % classes
    h = rng.standard_normal((samples, width)) + 2 * rng.standard_normal((classes, width))[labels]
    mu = np.array([h[labels == c].mean(axis=0) for c in range(classes)])
    rest = h - mu[labels]
    within = rest.T @ rest / samples
    between = (mu - mu.mean(axis=0)).T @ (mu - mu.mean(axis=0)) / classes
    expected = np.trace(within @ np.linalg.pinv(between, rcond=1e-10)) / classes
    assert nc.within_class_variability(h, labels, mu) == pytest.approx(expected, rel=1e-10)
    np.testing.assert_allclose(nc.class_means(h, labels, classes), mu, atol=1e-14)


def test_two_classes_on_a_line_by_hand():
    # Means ±2, so Σ_B = 4; each class scatters by ±1, so Σ_W = 1 and NC1 = 1/4/2.
    h, labels = np.array([[1.0], [3.0], [-1.0], [-3.0]]), np.array([0, 0, 1, 1])
    found = nc.collapse(h, labels, np.array([[1.0], [-1.0]]))
    assert found.within == pytest.approx(1 / 8, abs=1e-15)
    assert found.disagreement == 0
    # A bias of -2.5 for the first class moves the boundary from 0 to 1.25: one sample of four changes sides.
    moved = nc.collapse(h, labels, np.array([[1.0], [-1.0]]), np.array([-2.5, 0.0]))
    assert moved.disagreement == 0.25
    assert moved.mistakes == 0.25


def test_angles_and_lengths_by_hand():
    vectors = np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])  # cosines 0, -1, 0; lengths 1, 2, 3
    np.testing.assert_allclose(nc.cosines(vectors), [0, -1, 0], atol=1e-15)
    assert nc.equiangularity(vectors) == pytest.approx(np.sqrt(2) / 3)
    assert nc.worst_angle(vectors) == pytest.approx(0.5)
    assert nc.equinorm(vectors) == pytest.approx(np.sqrt(2 / 3) / 2)


def test_duality_does_not_see_scale_but_sees_angle():
    rows = np.array([[1.0, 0.0], [-1.0, 0.0]])
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    assert nc.self_duality(5 * rows, rows) == pytest.approx(0, abs=1e-15)
    assert nc.self_duality(rows @ turn, rows) == pytest.approx(np.sqrt(2))
    assert nc.self_duality(-rows, rows) == pytest.approx(2)


def test_single_precision_inside_jit():
    rng = np.random.default_rng(4)
    corners = simplex(10, 32, rng).astype(np.float32)
    labels = np.repeat(np.arange(10), 8)
    noise = 1e-2 * rng.standard_normal((80, 32)).astype(np.float32)
    found = jax.jit(nc.collapse)(corners[labels] + noise, labels, corners)
    assert found.within.dtype == np.float32
    with jax.enable_x64(True):
        exact = nc.collapse((corners[labels] + noise).astype(float), labels, corners.astype(float))
    np.testing.assert_allclose(found.within, exact.within, rtol=1e-4)
