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
        ValueError: Too few different points, or points that are no matrix of finite numbers.

    Examples:
        >>> from lawbook.measure.manifold import neighbour_distances
        >>> print(neighbour_distances([[0.0], [1.0], [3.0]], neighbours=2))
        [[1. 3.]
         [1. 2.]
         [2. 3.]]
    """
    x = np.asarray(points, dtype=float)
    if x.ndim != 2 or not np.all(np.isfinite(x)):
        raise ValueError(f"found points of shape {x.shape}, expected a matrix of finite numbers with a point a row")
    if neighbours < 1:
        raise ValueError(f"found neighbours = {neighbours}, expected at least 1")
    x = np.unique(x, axis=0)
    if len(x) <= neighbours:
        raise ValueError(f"found {len(x)} different points, expected more than neighbours = {neighbours}")
    _, exponent = np.frexp(np.max(np.abs(x)))
    x = np.ldexp(x, -exponent)  # a power of two: squares stay in range, and no digit is lost
    centred = x - x.mean(axis=0)
    square = np.sum(centred**2, axis=1)
    rounding = 8 * x.shape[1] * np.finfo(float).eps * (square + square.max())
    rows = []
    for begin in range(0, len(x), 512):  # blocks of rows, so that memory stays small
        block = slice(begin, begin + 512)
        distance = square[block, None] + square - 2 * centred[block] @ centred.T
        distance[np.arange(len(distance)), np.arange(begin, begin + len(distance))] = np.inf
        nearest = np.argpartition(distance, neighbours - 1, axis=1)[:, :neighbours]
        exact = np.linalg.norm(x[block, None] - x[nearest], axis=2)  # the difference of squares loses digits
        # Where it may have lost so many that a nearer point was passed over, all distances are taken exactly.
        doubtful = np.sum(distance <= (exact.max(axis=1) ** 2 + rounding[block])[:, None], axis=1) > neighbours
        for i in np.flatnonzero(doubtful):
            everywhere = np.delete(np.linalg.norm(x[begin + i] - x, axis=1), begin + i)
            exact[i] = np.partition(everywhere, neighbours - 1)[:neighbours]
        rows.append(np.sort(exact, axis=1))
    return np.asarray(np.ldexp(np.concatenate(rows), exponent))


def two_nn(points: ArrayLike, *, share: float = 0.9) -> float:
    """Intrinsic dimension from the ratio μ of the second distance to the first (Facco et al. 2017).

    Where the density is constant over such distances the share of points with a smaller ratio is C = 1 - μ^(-d). The
    dimension is the slope, through the origin, of -log(1 - C) against log μ.

    Arguments:
        points: Shape (n, ambient).
        share: Part of the points, those of the smallest ratios, that enter the fit, between 0 and 1. The largest
            ratios scatter.

    Returns:
        The dimension.

    Raises:
        ValueError: As in `neighbour_distances`; a share that leaves no point, or all of them; or no point among those
            with a second neighbour farther than the first.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure.manifold import two_nn
        >>> plane = np.random.default_rng(0).random((2000, 2)) @ np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
        >>> print(f"{two_nn(plane):.0f}")
        2
    """
    distances = neighbour_distances(points, 2)
    log_ratio = np.sort(np.log(distances[:, 1] / distances[:, 0]))
    kept = int(share * len(log_ratio))
    if not 0 < kept < len(log_ratio):
        raise ValueError(f"found share = {share} of {len(log_ratio)} points, expected some but not all of them")
    if log_ratio[kept - 1] == 0:
        raise ValueError("found every second neighbour as far as the first, expected points in general position")
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

    Raises:
        ValueError: As in `neighbour_distances`; fewer than 3 neighbours; or a point whose neighbours are all equally
            far.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure.manifold import maximum_likelihood
        >>> plane = np.random.default_rng(0).random((2000, 2)) @ np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
        >>> print(f"{maximum_likelihood(plane):.0f}")
        2
    """
    if neighbours < 3:
        raise ValueError(f"found neighbours = {neighbours}, expected at least 3")
    distances = neighbour_distances(points, neighbours)
    logs = np.log(distances[:, -1:] / distances[:, :-1])  # (n, k - 1)
    sums = logs.sum(axis=1)
    if not sums.all():
        raise ValueError(f"found a point with {neighbours} neighbours equally far, expected points in general position")
    return float(np.mean((neighbours - 2) / sums))
