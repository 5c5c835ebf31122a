"""Fully connected networks as the vector fields that conservation laws are counted from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.measure import conservation
from lawbook.measure.conservation import Count, Fields

Array = NDArray[np.float64]


def linear_network(n: int, m: int) -> Fields:
    """The fields of a two-layer linear network U Vᵀ on Z = (U; V), shape (n + m, r): gradients of its n m entries."""
    matrices = np.zeros((n, m, n + m, n + m))
    i, j = np.ogrid[:n, :m]
    matrices[i, j, i, n + j] = matrices[i, j, n + j, i] = 1
    return Fields(np.zeros(n * m), matrices.reshape(n * m, n + m, n + m), False)


def relu_network(n: int, m: int, hidden: int) -> Fields:
    """The same for ReLU units away from their kinks, on flattened states (hidden (n + m), 1).

    There the network depends on each neuron's product u vᵀ on its own, so each has the fields of a linear neuron.
    """
    one = linear_network(n, m).matrices  # (n m, n + m, n + m)
    size = n + m
    matrices = np.zeros((hidden, len(one), hidden, size, hidden, size))
    for unit in range(hidden):
        matrices[unit, :, unit, :, unit, :] = one
    return Fields(np.zeros(hidden * len(one)), matrices.reshape(-1, hidden * size, hidden * size), False)


class Paths(NamedTuple):
    """A network as a function of the products of its weights along paths from an input (or bias) to an output.

    φ_q(θ) = Σ over paths p of `sums[q, p]` Π over layers l of θ[`taken[p, l]`], where parameter D stands for a 1.
    """

    taken: NDArray[np.int64]
    """Which parameter a path takes in a layer, shape (paths, layers)."""
    sums: Array
    """Shape (functions, paths)."""
    size: int
    """D, the number of parameters: weights (out, in) of each layer one after the other, then the hidden biases."""


def gradients(model: Paths, theta: ArrayLike) -> Array:
    """The fields ∇φ_q at each of a batch of points: polynomials of one degree less than there are layers.

    Arguments:
        theta: shape (batch, D).

    Returns:
        Shape (batch, functions, D).
    """
    points = np.asarray(theta, dtype=float)
    padded = np.ones((len(points), model.size + 1))
    padded[:, :-1] = points
    factors = padded[:, model.taken.T]  # (batch, layers, paths)
    others, after = np.ones_like(factors), np.ones_like(factors[:, 0])  # products of the other layers' factors
    layers = range(factors.shape[1])
    for layer in layers[1:]:
        others[:, layer] = others[:, layer - 1] * factors[:, layer - 1]
    for layer in layers[-2::-1]:
        after *= factors[:, layer + 1]
        others[:, layer] *= after
    out = np.zeros((len(points), len(model.taken), model.size + 1))
    out[:, np.arange(len(model.taken)), model.taken.T] = others  # a path takes no weight twice
    return np.asarray((model.sums @ out)[..., : model.size])


def count(model: Paths, theta: ArrayLike, rng: np.random.Generator) -> Count:
    """The number of conservation laws at a point, shape (D,): `conservation.count_polynomial` of the gradients."""
    return conservation.count_polynomial(partial(gradients, model), theta, rng, degree=model.taken.shape[1] - 1)


def paths(widths: Sequence[int], *, relu: bool, bias: bool = False) -> Paths:
    """The paths through a fully connected network.

    A linear network depends on the sums over all paths that share both ends, a ReLU network near a generic point on
    each path alone. Hidden layers may have biases, from which shorter paths start.
    """
    depth = len(widths) - 1
    starts = np.cumsum([0] + [a * b for a, b in itertools.pairwise(widths)])
    size = int(starts[-1]) + (sum(widths[1:-1]) if bias else 0)
    rows, ends = [], []
    for nodes in itertools.product(*map(range, widths)):
        rows.append([starts[h] + nodes[h + 1] * widths[h] + nodes[h] for h in range(depth)])
        ends.append((nodes[0], nodes[-1]))
    if bias:
        first = int(starts[-1])
        for layer in range(1, depth):
            for nodes in itertools.product(*map(range, widths[layer:])):
                on = [starts[h] + nodes[h - layer + 1] * widths[h] + nodes[h - layer] for h in range(layer, depth)]
                rows.append([size] * (layer - 1) + [first + nodes[0], *on])
                ends.append((-1, nodes[-1]))
            first += widths[layer]
    taken = np.array(rows, dtype=np.int64)
    if relu:
        return Paths(taken, np.eye(len(taken)), size)
    kinds = {end: k for k, end in enumerate(dict.fromkeys(ends))}
    sums = np.zeros((len(kinds), len(taken)))
    sums[[kinds[end] for end in ends], np.arange(len(taken))] = 1
    return Paths(taken, sums, size)
