"""Intrinsic dimension of a cloud of points, from distances to neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def neighbour_distances(points: ArrayLike, neighbours: int) -> Array:
    """Distances to the nearest neighbours of each point, itself left out, in growing order.

    Arguments:
        points: Shape (n, ambient). A point that is there twice is taken once: its distance would be zero.
        neighbours: How many, below n.

    Returns:
        Shape (n, neighbours), in the unit of the points.

    Raises:
        ValueError: Too few different points.
    """
    x = np.unique(np.asarray(points, dtype=float), axis=0)
    if len(x) <= neighbours:
        raise ValueError(f"found {len(x)} different points, expected more than neighbours = {neighbours}")
    square = np.sum(x**2, axis=1)
    rows = []
    for begin in range(0, len(x), 512):  # blocks of rows, so that memory stays small
        block = slice(begin, begin + 512)
        distance = square[block, None] + square - 2 * x[block] @ x.T
        distance[np.arange(len(distance)), np.arange(begin, begin + len(distance))] = np.inf
        nearest = np.argpartition(distance, neighbours - 1, axis=1)[:, :neighbours]
        exact = np.linalg.norm(x[block, None] - x[nearest], axis=2)  # the difference of squares loses digits
        rows.append(np.sort(exact, axis=1))
    return np.concatenate(rows)


def two_nn(points: ArrayLike, *, share: float = 0.9) -> float:
    """Intrinsic dimension from the ratio μ of the second distance to the first (Facco et al. 2017).

    Where the density is constant over such distances the share of points with a smaller ratio is C = 1 - μ^(-d). The
    dimension is the slope, through the origin, of -log(1 - C) against log μ.

    Arguments:
        points: Shape (n, ambient).
        share: Part of the points, those of the smallest ratios, that enter the fit. The largest ratios scatter.

    Returns:
        The dimension.
    """
    distances = neighbour_distances(points, 2)
    log_ratio = np.sort(np.log(distances[:, 1] / distances[:, 0]))
    kept = int(share * len(log_ratio))
    x, y = log_ratio[:kept], -np.log1p(-np.arange(1, kept + 1) / len(log_ratio))
    return float(x @ y / (x @ x))


def maximum_likelihood(points: ArrayLike, neighbours: int = 10) -> float:
    """Intrinsic dimension from the first k distances (Levina & Bickel 2004), the mean over points of their estimates.

    At one point it is (k - 2) / sum_j log(r_k / r_j), without bias where the density is constant.

    Arguments:
        points: Shape (n, ambient).
        neighbours: k, at least 3.

    Returns:
        The dimension.
    """
    distances = neighbour_distances(points, neighbours)
    logs = np.log(distances[:, -1:] / distances[:, :-1])  # (n, k - 1)
    return float(np.mean((neighbours - 2) / logs.sum(axis=1)))
