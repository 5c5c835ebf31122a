"""Tight versions of the count of conservation laws and of the recursive feature machine, to measure ours against.

As little as the same answer needs: no checks, one kind of network, derivatives written out where the instruments take
any polynomial.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import numpy as np
from lawbook.lab.data import digits
from lawbook.lab.models import layered, rfm
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Array = NDArray[np.float64]

NETWORKS = (  # widths, ReLU, biases
    ((2, 3, 2), False, False),
    ((3, 5, 2), False, False),
    ((2, 2, 2, 2), False, False),
    ((2, 3, 3, 2), False, False),
    ((2, 2, 2, 2, 2), False, False),
    ((2, 2, 2, 2), True, False),
    ((3, 4, 2), True, True),
)


def derivatives(model: layered.Paths, theta: Array, orders: int) -> list[Array]:
    """Derivatives of φ of order 1 to `orders`: of shapes (functions, D), (functions, D, D), …."""
    factors = np.append(theta, 1.0)[model.taken]  # (paths, layers)
    layers = range(factors.shape[1])
    found = []
    for order in range(1, orders + 1):
        size = (model.size + 1) ** order
        flat = np.zeros(len(model.sums) * size)
        q, path = np.nonzero(model.sums)  # which function each path belongs to
        for chosen in itertools.permutations(layers, order):
            where = np.ravel_multi_index(tuple(model.taken[path, h] for h in chosen), (model.size + 1,) * order)
            others = np.prod(factors[:, [h for h in layers if h not in chosen]], axis=1)[path]
            flat += np.bincount(q * size + where, others, len(flat))
        whole = flat.reshape(len(model.sums), *[model.size + 1] * order)
        found.append(whole[(slice(None), *[slice(model.size)] * order)])
    return found


def laws(model: layered.Paths, theta: Array, rng: np.random.Generator) -> int:
    """D less the dimension of the orbit, the same at a second point: a special one would give a wrong count."""
    here, there = (orbit(model, point, rng) for point in (theta, theta + rng.standard_normal(model.size)))
    if here != there:
        raise ValueError(f"found orbits of {here} and {there} dimensions, expected a generic point")
    return model.size - here


def orbit(model: layered.Paths, theta: Array, rng: np.random.Generator) -> int:
    """The rank of all brackets of pairs, and of one combination with them where those were new."""
    x, h = derivatives(model, theta, 2)
    hx = (h @ x.T).transpose(2, 0, 1)  # the derivative of j along i
    i, j = np.triu_indices(len(x), 1)
    two = hx[i, j] - hx[j, i]
    rows = np.concatenate([x, two])
    span, found = np.linalg.matrix_rank(x), np.linalg.matrix_rank(rows)
    if found > span:
        third = derivatives(model, theta, 3)[2]
        mix = rng.standard_normal(len(x)) / np.sqrt(len(x))
        along, turned = mix @ x, np.tensordot(mix, h, 1)  # the combination, and its derivative
        slope = ((third @ along) @ x.T + h @ (h @ along).T).transpose(2, 0, 1)
        three = slope[i, j] - slope[j, i] - two @ turned
        found = np.linalg.matrix_rank(np.concatenate([rows, three]))
    return int(found)


def recursive(
    x: Array, y: Array, tests: Array, rounds: int, bandwidth: float = 10.0, ridge: float = 1e-3
) -> list[Array]:
    """Predictions of each round of a normalised recursive feature machine."""
    n, d = x.shape
    metric, predictions = np.eye(d), []

    def apart(left: Array, right: Array) -> Array:
        squares = (left @ metric) @ (-2 * right.T)
        squares += np.einsum("ij,ij->i", left @ metric, left)[:, None]
        squares += np.einsum("ij,ij->i", right @ metric, right)
        return np.sqrt(np.maximum(squares, 0, out=squares), out=squares)

    for left in range(rounds, -1, -1):
        far = apart(x, x)
        np.fill_diagonal(far, 0)
        kernel = np.exp(far / -bandwidth)
        np.fill_diagonal(kernel, 1 + ridge)  # the diagonal is not used again
        dual = cho_solve(cho_factor(kernel, check_finite=False), y, check_finite=False)
        predictions.append(np.exp(apart(tests, x) / -bandwidth) @ dual)
        if left:
            np.fill_diagonal(far, np.inf)
            kernel /= far
            slopes = (kernel @ (dual[:, :, None] * x[:, None]).reshape(n, -1)).reshape(n, -1, d)
            slopes -= (kernel @ dual)[:, :, None] * x[:, None]
            rows = slopes.reshape(-1, d) @ metric
            metric = rows.T @ rows
            metric *= d / np.trace(metric)
    return predictions


def cases() -> list[tuple[str, Callable[[], object], Callable[[], object], int]]:
    """What is measured, our version, the tight one, and how often."""
    rng = np.random.default_rng(0)
    networks = [layered.paths(widths, relu=relu, bias=bias) for widths, relu, bias in NETWORKS]
    points = [0.8 * rng.standard_normal(model.size) for model in networks]

    def count(one: Callable[[layered.Paths, Array, np.random.Generator], object]) -> None:
        for model, point in zip(networks, points, strict=True):
            one(model, point, rng)

    images, labels = digits.load(centred=True)
    order = rng.permutation(len(images))
    train, test = order[:1000], order[1000:]
    data = images[train], np.eye(10)[labels[train]], images[test]
    return [
        ("conservation laws of 7 networks", partial(count, layered.count), partial(count, laws), 15),
        (
            "recursive feature machine, digits, 5 rounds",
            partial(rfm.recursive, *data, rounds=5, normalise=True),
            partial(recursive, *data, 5),
            5,
        ),
    ]
