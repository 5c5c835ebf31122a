"""Walks on graphs small enough to count by hand, and on random graphs against their known statistics."""

import numpy as np
import pytest
from lawbook.lab.data import walks

LINE = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], bool)  # a - b - c


def test_a_line_of_three_nodes():
    np.testing.assert_allclose(walks.stationary(LINE), [0.25, 0.5, 0.25])
    np.testing.assert_allclose(walks.transition(LINE), [[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]])
    assert walks.entropy_rate(LINE) == pytest.approx(0.5 * np.log(2))  # a choice at every other step


def test_entropy_rate_is_that_of_the_transition_matrix():
    graph = walks.erdos_renyi(40, 5, np.random.default_rng(0))
    t = walks.transition(graph)
    logs = np.where(t > 0, np.log(np.where(t > 0, t, 1)), 0)
    assert walks.entropy_rate(graph) == pytest.approx(-walks.stationary(graph) @ (t * logs).sum(axis=1))


def test_walks_use_edges_as_often_as_they_should():
    rng = np.random.default_rng(1)
    graph = walks.erdos_renyi(30, 4, rng)
    path = walks.sample(graph, 20_000, 10, rng)
    assert path.shape == (20_000, 11)
    assert graph[path[:, :-1], path[:, 1:]].all()
    for t in (0, 10):
        share = np.bincount(path[:, t], minlength=30) / len(path)
        np.testing.assert_allclose(share, walks.stationary(graph), atol=0.01)
    pairs = np.bincount(path[:, 4] * 30 + path[:, 5], minlength=900).reshape(30, 30) / len(path)
    np.testing.assert_allclose(pairs, graph / graph.sum(), atol=0.005)


def test_random_graphs():
    rng = np.random.default_rng(2)
    graph = walks.erdos_renyi(400, 3, rng)
    assert (graph == graph.T).all()
    assert not graph.diagonal().any()
    degree = graph.sum(axis=1)
    assert degree.min() >= 1  # about 20 nodes were alone
    assert degree.mean() == pytest.approx(3, abs=0.4)
    assert degree.max() < 13
    scale_free = walks.barabasi_albert(400, 2, rng)
    assert (scale_free == scale_free.T).all()
    assert scale_free.sum() == 2 * (3 + 2 * 397)
    assert scale_free.sum(axis=1).max() > 25


def test_excess_of_the_truth_is_zero_and_of_a_uniform_guess_is_known():
    path = walks.sample(LINE, 4000, 6, np.random.default_rng(3))
    with np.errstate(divide="ignore"):
        truth = np.maximum(np.log(walks.transition(LINE)), -50)[path[:, :-1]]
    np.testing.assert_allclose(walks.excess(LINE, path, truth), np.zeros(4000), atol=1e-12)
    uniform = np.full((*path[:, :-1].shape, 3), -np.log(3))
    assert walks.excess(LINE, path, uniform).mean() == pytest.approx(np.log(3) - walks.entropy_rate(LINE), abs=1e-3)
