"""Recursive feature machines: distances and gradients by other means, and a target of one direction."""

import numpy as np
import pytest
from lawbook.lab.models import rfm


def test_distances_in_a_metric():
    rng = np.random.default_rng(0)
    x, z, root = rng.standard_normal((4, 3)), rng.standard_normal((5, 3)), rng.standard_normal((3, 3))
    expected = np.linalg.norm((x[:, None] - z) @ root, axis=2)
    np.testing.assert_allclose(rfm.distances(x, z, root @ root.T), expected, atol=1e-12)


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(1)
    x, at, dual = rng.standard_normal((6, 3)), rng.standard_normal((4, 3)), rng.standard_normal((6, 2))
    root = rng.standard_normal((3, 3))
    metric, step = root @ root.T, 1e-6

    def f(z):
        return np.exp(-rfm.distances(z, x, metric) / 2.0) @ dual

    found = rfm.gradients(dual, x, at, metric, 2.0)
    for axis in range(3):
        move = step * np.eye(3)[axis]
        np.testing.assert_allclose(found[:, :, axis], (f(at + move) - f(at - move)) / (2 * step), atol=1e-7)


@pytest.mark.parametrize("normalise", [False, True])
def test_finds_the_one_direction_that_matters(normalise):
    rng = np.random.default_rng(2)
    x, tests = rng.standard_normal((200, 6)), rng.standard_normal((100, 6))
    rounds = rfm.recursive(x, np.sin(2 * x[:, :1]), tests, rounds=3, normalise=normalise)
    assert len(rounds) == 4
    np.testing.assert_array_equal(rounds[0].metric, np.eye(6))
    assert rounds[-1].metric[0, 0] > 0.95 * np.trace(rounds[-1].metric)
    errors = [np.mean((r.prediction - np.sin(2 * tests[:, :1])) ** 2) for r in rounds]
    assert errors[-1] < 0.3 * errors[0]
    if normalise:
        assert np.trace(rounds[-1].metric) == pytest.approx(6)


def test_the_next_metric_is_the_average_outer_product_of_finite_differences():
    """The machine's own predictions beside its training inputs: a cusp's two slopes cancel in central differences."""
    rng = np.random.default_rng(3)
    x, y, step = rng.standard_normal((30, 4)), rng.standard_normal((30, 3)), 1e-4
    moves = step * np.concatenate([np.eye(4), -np.eye(4)])
    tests = (x + moves[:, None]).reshape(-1, 4)
    first, second = rfm.recursive(x, y, tests, rounds=1, bandwidth=3.0)
    ahead, behind = first.prediction.reshape(2, 4, 30, 3)
    slopes = (ahead - behind) / (2 * step)  # (d, n, c)
    np.testing.assert_allclose(second.metric, np.einsum("inc,jnc->ij", slopes, slopes) / 30, rtol=1e-5)


def test_a_fit_without_slopes_cannot_be_normalised():
    with pytest.raises(ValueError, match="expected slopes"):
        rfm.recursive(np.eye(3), np.zeros((3, 1)), np.eye(3), rounds=1, normalise=True)
