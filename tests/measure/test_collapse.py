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


def nc1_by_hand(h, labels, classes):
    """The trace with the pseudo-inverse, in double precision."""
    h = np.asarray(h, float)
    h = h / np.abs(h).max()
    mu = np.array([h[labels == c].mean(axis=0) for c in range(classes)])
    centred = mu - mu.mean(axis=0)
    inverse = np.linalg.pinv(centred, rcond=1e-9)  # (p, C)
    return np.mean(np.sum(((h - mu[labels]) @ inverse) ** 2, axis=1))


def cloud(classes=4, width=6, samples=40, noise=0.1, seed=5):
    rng = np.random.default_rng(seed)
    labels = np.arange(samples) % classes
    return rng.standard_normal((classes, width))[labels] + noise * rng.standard_normal((samples, width)), labels, rng


@pytest.mark.parametrize("gap", [1e-1, 1e-3, 1e-4])
def test_two_close_class_means_in_single_precision(gap):
    # Scatter along the line between them alone, in units of their distance: the Gram matrix of the means loses it.
    labels = np.arange(40) % 4
    corners = np.eye(4)
    corners[1] = corners[0] + gap * np.eye(4)[1]
    h = np.float32(corners[labels] + gap * np.outer(np.where(np.arange(40) % 8 < 4, 0.3, -0.3), np.eye(4)[1]))
    expected = nc1_by_hand(h, labels, 4)
    assert expected > 0.05
    assert nc.collapse(h, labels, np.float32(corners)).within == pytest.approx(expected, rel=1e-2)
    assert nc.within_class_variability(h, labels, nc.class_means(h, labels, 4)) == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize("unit", [1e-20, 1.0, 1e15])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_metrics_do_not_depend_on_the_unit(unit, dtype):
    h, labels, rng = cloud()
    w = rng.standard_normal((4, 6))
    expected = nc.collapse(h, labels, w)
    found = nc.collapse((unit * h).astype(dtype), labels, (unit * w).astype(dtype))
    np.testing.assert_allclose(np.array(found), np.array(expected), rtol=1e-4 if dtype == np.float32 else 1e-10)
    assert found.within == pytest.approx(nc1_by_hand(h, labels, 4), rel=1e-4)


def test_features_far_from_the_origin_in_single_precision():
    h, labels, rng = cloud(noise=0.6)
    far = np.float32(h + 3000)
    found = nc.collapse(far, labels, np.float32(rng.standard_normal((4, 6))))
    exact = nc.collapse(far.astype(float), labels, rng.standard_normal((4, 6)))
    assert found.within == pytest.approx(float(exact.within), rel=1e-2)
    assert found.means_angle == pytest.approx(float(exact.means_angle), rel=1e-2)


def test_fewer_features_than_classes_use_all_of_them():
    h, labels, rng = cloud(classes=6, width=2, samples=60)
    found = nc.collapse(h, labels, rng.standard_normal((6, 2)))
    assert found.within == pytest.approx(nc1_by_hand(h, labels, 6), rel=1e-9)


def test_axes_without_features_count_nothing():
    h, labels, rng = cloud(classes=6, width=3, samples=60)
    padded = np.hstack([h, np.zeros((60, 3))])  # dead units
    found = nc.collapse(padded, labels, rng.standard_normal((6, 6)))
    assert found.within == pytest.approx(nc1_by_hand(h, labels, 6), rel=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_class_means_are_no_collapse(dtype):
    rng = np.random.default_rng(6)
    half = (3 + rng.standard_normal((3, 20, 5))).astype(dtype)
    h, labels = np.concatenate([half[0], half[0][::-1], half[1], half[2]]), np.repeat(np.arange(4), 20)
    assert nc.collapse(h, labels, rng.standard_normal((4, 5)).astype(dtype)).within == np.inf  # two of four
    two = nc.collapse(h[:40], labels[:40], rng.standard_normal((2, 5)).astype(dtype))
    assert two.within == np.inf
    assert np.isnan([two.means_angle, two.means_worst, two.means_norm, two.duality, two.disagreement]).all()


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1])
def test_constant_features_determine_nothing_but_the_rows(value):
    _, labels, rng = cloud()
    found = nc.collapse(np.full((40, 6), value), labels, rng.standard_normal((4, 6)))
    undefined = ("within", "means_angle", "means_worst", "means_norm", "duality", "disagreement")
    assert all(np.isnan(getattr(found, name)) for name in undefined)
    assert np.isfinite([found.mistakes, found.rows_angle, found.rows_worst, found.rows_norm]).all()


def test_one_sample_a_class_has_no_scatter_to_measure():
    h, labels, rng = cloud(samples=4)
    assert np.isnan(nc.collapse(h, labels, rng.standard_normal((4, 6))).within)


def test_numbers_that_are_none_stay_none():
    h, labels, rng = cloud()
    w = rng.standard_normal((4, 6))
    for wrong in (np.nan, np.inf):
        spoilt = h.copy()
        spoilt[3, 2] = wrong
        found = nc.collapse(spoilt, labels, w)
        assert np.isnan([found.mistakes, found.within, found.means_angle, found.duality, found.disagreement]).all()
    assert np.isnan(nc.collapse(h, labels, w * np.nan).mistakes)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.arange(40) % 4 + 1, r"found labels 1 \.\. 4, expected integers 0 \.\. 3"),
        (np.arange(40) % 4 - 1, r"found labels -1 \.\. 2"),
        (np.arange(40) % 4 * 1.0, "found labels of type float64, expected integers"),
        (np.arange(40) % 4 > 1, "found labels of type bool"),
        (np.arange(40) % 3, "found no sample of class 3"),
        (np.arange(39) % 4, r"found labels of shape \(39,\), expected \(40,\)"),
        (np.eye(4, dtype=int)[np.arange(40) % 4], r"found labels of shape \(40, 4\)"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels, message):
    h, _, rng = cloud()
    with pytest.raises(ValueError, match=message):
        nc.collapse(h, labels, rng.standard_normal((4, 6)))
    with pytest.raises(ValueError, match=message):
        nc.class_means(h, labels, 4)
    with pytest.raises(ValueError, match=message):
        nc.within_class_variability(h, labels, rng.standard_normal((4, 6)))


@pytest.mark.parametrize("labels", [np.arange(40) % 4 + 1, np.arange(40) % 4 - 1, np.arange(40) % 3])
def test_labels_that_cannot_be_checked_make_no_plausible_number(labels):
    h, right, rng = cloud()
    w = rng.standard_normal((4, 6))
    inside = jax.jit(nc.collapse)
    found = inside(h, labels, w)
    undefined = ["within", "means_angle", "means_worst", "means_norm", "duality", "disagreement"]
    assert all(np.isnan(getattr(found, name)) for name in undefined + ["mistakes"] * (set(labels) != {0, 1, 2}))
    np.testing.assert_allclose(np.array(inside(h, right, w)), np.array(nc.collapse(h, right, w)), rtol=1e-12)


def test_shapes_that_do_not_fit_are_refused():
    h, labels, rng = cloud()
    w = rng.standard_normal((4, 6))
    with pytest.raises(ValueError, match=r"features of shape \(40, 6\) and weight \(4, 5\)"):
        nc.collapse(h, labels, w[:, :5])
    with pytest.raises(ValueError, match="bias"):
        nc.collapse(h, labels, w, np.zeros(3))
    with pytest.raises(ValueError, match="found 1 class"):
        nc.collapse(h, np.zeros(40, int), w[:1])
    with pytest.raises(ValueError, match=r"features of shape \(40,\)"):
        nc.collapse(h[:, 0], labels, w)
    with pytest.raises(ValueError, match="the same shape"):
        nc.self_duality(w, w[:3])
    with pytest.raises(ValueError, match="two rows at least"):
        nc.cosines(w[:1])
    with pytest.raises(ValueError, match=r"logits \(40, 3\)"):
        nc.nearest_centre_disagreement(h, np.zeros((40, 3)), w)
    with pytest.raises(ValueError, match="C at least 2"):
        nc.nearest_centre_disagreement(h, np.zeros((40, 1)), w[:1])


def test_a_scatter_about_the_rounding_is_not_called_collapse():
    # Single precision resolves features of 10 to 1e-6, sums of them less: two class means closer than that may be one.
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 4
    means = 10 + rng.standard_normal((4, 6))
    means[1] = means[0] + 2e-5 * rng.standard_normal(6)
    features = means[labels] + 3e-5 * rng.standard_normal((60, 6))
    double = nc.within_class_variability(features, labels, nc.class_means(features, labels, 4))
    single = np.float32(features)
    assert 0.1 < double < 10
    assert np.isnan(nc.within_class_variability(single, labels, nc.class_means(single, labels, 4)))


@pytest.mark.parametrize("unit", [1e-30, 1e30])
def test_angles_lengths_and_duality_of_small_and_large_rows(unit):
    rows = np.float32([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])
    scaled = np.float32(unit) * rows
    np.testing.assert_allclose(nc.cosines(scaled), [0, -1, 0], atol=1e-6)
    assert nc.equinorm(scaled) == pytest.approx(np.sqrt(2 / 3) / 2, rel=1e-5)
    assert nc.self_duality(scaled, rows) == pytest.approx(0, abs=1e-6)
    assert np.isnan(nc.cosines(rows * np.float32([[0], [1], [1]]))[0])
    assert np.isnan(nc.self_duality(0 * rows, rows))


def test_labels_that_are_known_are_checked_inside_a_traced_function_too():
    h, labels, rng = cloud()
    w = rng.standard_normal((4, 6))
    found = jax.jit(lambda h: nc.collapse(h, jax.numpy.asarray(labels), w))(h)
    np.testing.assert_allclose(np.array(found), np.array(nc.collapse(h, labels, w)), rtol=1e-12)
    with pytest.raises(ValueError, match=r"found labels 1 \.\. 4"):
        jax.jit(lambda h: nc.collapse(h, labels + 1, w))(h)
