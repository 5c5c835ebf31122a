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
