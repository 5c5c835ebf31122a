"""Random walks on random graphs: a language whose entropy is known, with no power law in it unless one is put there.

A walker goes from a node to one of its neighbours, each with the same probability. Its stationary law is proportional
to the degree k_i, and the entropy rate, the least loss that a model of the next node can have, is
sum_i k_i log k_i / (2 m) with m edges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Graph = NDArray[np.bool_]  # (V, V), symmetric


def erdos_renyi(nodes: int, degree: float, rng: np.random.Generator) -> Graph:
    """Each pair is joined with the same probability: degrees are binomial with mean `degree`.

    A node that is left alone gets one random edge, so that every walk can go on.
    """
    graph = np.triu(rng.random((nodes, nodes)) < degree / (nodes - 1), 1)
    graph |= graph.T
    for node in np.flatnonzero(~graph.any(axis=1)):
        other = (node + rng.integers(1, nodes)) % nodes
        graph[node, other] = graph[other, node] = True
    return np.asarray(graph)


def barabasi_albert(nodes: int, links: int, rng: np.random.Generator) -> Graph:
    """Each new node is joined to `links` older ones, chosen by their degree: degrees have a power-law tail."""
    graph = np.zeros((nodes, nodes), bool)
    graph[: links + 1, : links + 1] = ~np.eye(links + 1, dtype=bool)
    for node in range(links + 1, nodes):
        degree = graph[:node].sum(axis=1)
        older = rng.choice(node, links, replace=False, p=degree / degree.sum())
        graph[node, older] = graph[older, node] = True
    return graph


def transition(graph: Graph) -> NDArray[np.float64]:
    """Probability of each next node, shape (V, V), rows sum to one."""
    return np.asarray(graph / graph.sum(axis=1, keepdims=True))


def stationary(graph: Graph) -> NDArray[np.float64]:
    """Share of time that the walker spends at each node, shape (V,)."""
    degree = graph.sum(axis=1)
    return np.asarray(degree / degree.sum())


def entropy_rate(graph: Graph) -> float:
    """Entropy of the next node given the present one, in nats."""
    return float(stationary(graph) @ np.log(graph.sum(axis=1)))


def sample(graph: Graph, walks: int, steps: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Walks that start in the stationary law, shape (walks, steps + 1)."""
    degree = graph.sum(axis=1)
    neighbours = np.argsort(~graph, axis=1, kind="stable")[:, : degree.max()]  # those of row i stand first
    path = np.empty((walks, steps + 1), np.int32)
    path[:, 0] = rng.choice(len(graph), walks, p=stationary(graph))
    for t in range(steps):
        now = path[:, t]
        path[:, t + 1] = neighbours[now, (rng.random(walks) * degree[now]).astype(int)]
    return path


def excess(graph: Graph, path: NDArray[np.int32], log_probability: NDArray[np.floating]) -> NDArray[np.floating]:
    """How much the loss of a model exceeds the entropy, in nats, without the noise of the draw: a value for each walk.

    The Kullback-Leibler divergence of the model's next-node probabilities from the true ones, averaged over the
    positions of a walk.

    Arguments:
        graph: What the walker walks on.
        path: Walks, shape (walks, steps + 1).
        log_probability: The model's, of every node next, at the positions of `path[:, :-1]`, shape (walks, steps, V).

    Returns:
        Shape (walks,).
    """
    degree = graph.sum(axis=1)
    here = path[:, :-1]
    cross = -np.sum(graph[here] * log_probability, axis=-1) / degree[here]  # (walks, steps)
    return np.asarray(np.mean(cross - np.log(degree[here]), axis=1))
