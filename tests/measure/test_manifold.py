"""Dimension estimators on clouds of known dimension, and grids on functions whose interpolation error is known."""

import numpy as np
import pytest
from lawbook.measure import manifold


def sphere(rng, n, dimension, ambient=20):
    """Uniform points on a sphere of the given dimension, turned into a larger space: no edges, no flat directions."""
    x = rng.standard_normal((n, dimension + 1))
    rotation = np.linalg.qr(rng.standard_normal((ambient, dimension + 1)))[0]
    return (x / np.linalg.norm(x, axis=1, keepdims=True)) @ rotation.T


@pytest.mark.parametrize("dimension", [1, 2, 4])
def test_both_estimators_read_the_dimension_of_a_sphere(dimension):
    points = sphere(np.random.default_rng(0), 3000, dimension)
    assert manifold.two_nn(points) == pytest.approx(dimension, rel=0.07)  # two to three standard errors, d / √n each
    assert manifold.maximum_likelihood(points) == pytest.approx(dimension, rel=0.05)


def test_a_cube_on_a_linear_manifold_has_its_own_dimension_not_that_of_the_space():
    rng = np.random.default_rng(1)
    points = rng.random((3000, 2)) @ rng.standard_normal((2, 30)) + 5
    assert manifold.two_nn(points) == pytest.approx(2, rel=0.07)
    assert manifold.maximum_likelihood(points) == pytest.approx(2, rel=0.07)


def test_dimension_does_not_depend_on_unit_or_place():
    points = sphere(np.random.default_rng(2), 500, 3)
    assert manifold.two_nn(1e-3 * points + 7) == pytest.approx(manifold.two_nn(points), rel=1e-6)


def test_distances_by_hand_and_twins_count_once():
    found = manifold.neighbour_distances([[0.0], [1.0], [1.0], [3.0]], 2)
    np.testing.assert_allclose(found, [[1, 3], [1, 2], [2, 3]])
    with pytest.raises(ValueError, match="found 2 different points, expected more than neighbours = 2"):
        manifold.neighbour_distances([[0.0], [1.0], [1.0]], 2)


def test_distances_agree_with_brute_force_across_blocks():
    points = np.random.default_rng(3).random((700, 4))
    points = points[np.lexsort(points.T[::-1])]  # the order of np.unique
    brute = np.sort(np.linalg.norm(points[:, None] - points, axis=2), axis=1)[:, 1:6]
    np.testing.assert_allclose(manifold.neighbour_distances(points, 5), brute)


@pytest.mark.parametrize("unit", [1e-200, 1e-20, 1e15, 1e200])
def test_any_unit_gives_the_same_dimension(unit):
    points = sphere(np.random.default_rng(2), 300, 3)
    assert manifold.two_nn(unit * points) == pytest.approx(manifold.two_nn(points), rel=1e-6)
    assert manifold.maximum_likelihood(unit * points) == pytest.approx(manifold.maximum_likelihood(points), rel=1e-6)


@pytest.mark.parametrize("place", ["far from the origin", "one point far away"])
def test_neighbours_are_the_nearest_where_the_difference_of_squares_loses_all_digits(place):
    points = np.random.default_rng(4).random((300, 2))
    points = np.vstack([points, [[1e9, 1e9]]]) if place == "one point far away" else points + 1e9
    points = np.unique(points, axis=0)
    brute = np.sort(np.linalg.norm(points[:, None] - points, axis=2), axis=1)[:, 1:4]
    np.testing.assert_array_equal(manifold.neighbour_distances(points, 3), brute)


def test_single_precision_and_constant_coordinates():
    points = np.float32(sphere(np.random.default_rng(5), 500, 2) + 10)
    exact = manifold.two_nn(points.astype(float))
    assert manifold.two_nn(points) == exact == pytest.approx(2, rel=0.15)
    padded = np.hstack([points.astype(float), np.full((500, 3), 0.5)])
    assert manifold.two_nn(padded) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (lambda: manifold.two_nn(np.arange(10.0)), r"points of shape \(10,\)"),
        (lambda: manifold.two_nn([[0.0, 1.0], [np.nan, 0.0], [1.0, 1.0], [2.0, 0.0]]), "finite numbers"),
        (lambda: manifold.two_nn(np.zeros((50, 3))), "found 1 different points"),
        (lambda: manifold.two_nn(np.empty((0, 3))), "found 0 different points"),
        (lambda: manifold.two_nn(np.indices((6, 6)).reshape(2, -1).T), "every second neighbour as far as the first"),
        (lambda: manifold.two_nn(np.random.default_rng(0).random((9, 2)), share=1.0), r"share = 1\.0 of 9 points"),
        (lambda: manifold.two_nn(np.random.default_rng(0).random((9, 2)), share=0.1), r"share = 0\.1 of 9 points"),
        (lambda: manifold.maximum_likelihood(np.indices((6, 6)).reshape(2, -1).T, 3), "3 neighbours equally far"),
        (
            lambda: manifold.maximum_likelihood(np.random.default_rng(0).random((9, 2)), 2),
            "neighbours = 2, expected at",
        ),
        (lambda: manifold.neighbour_distances([[0.0], [1.0]], 0), "neighbours = 0"),
    ],
)
def test_points_without_a_dimension_are_refused(found, message):
    with pytest.raises(ValueError, match=message):
        found()
