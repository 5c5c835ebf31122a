"""Overlaps of the rows of a code: how much features that share dimensions are in each other's way."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def mean_squared_overlap(code: ArrayLike) -> float:
    """Mean of (w_i · w_j)² over pairs i ≠ j of the rows of a code, each divided by its length.

    By |W Wᵀ| = |Wᵀ W| (Frobenius norms) it takes a matrix of the size of the width only.
    """
    rows = np.asarray(code, dtype=float)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    n = len(rows)
    return float((np.sum((rows.T @ rows) ** 2) - n) / (n * (n - 1)))


def measured_interference(overlaps: ArrayLike, thresholds: ArrayLike) -> Array:
    """The same mean over given overlaps g of pairs of rows, of any shape: shape of `thresholds`, (k,), above 0.

    (2g − t)³ / 6g = 4g²/3 − 2gt + t² − t³/6g: overlaps are sorted once, and sums over those above t/2 are differences
    of cumulated sums.
    """
    g = np.ravel(np.asarray(overlaps))
    t = np.asarray(thresholds, dtype=float)
    size, g = g.size, np.sort(g[2 * g > t.min()].astype(float))[::-1]
    inverse, count, first, second = (np.concatenate([[0.0], np.cumsum(g**power)]) for power in (-1, 0, 1, 2))
    above = np.searchsorted(-g, -t / 2)
    total = 4 / 3 * second[above] - 2 * t * first[above] + t**2 * count[above] - t**3 / 6 * inverse[above]
    return np.asarray(total / size)
