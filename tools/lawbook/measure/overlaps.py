"""Overlaps of the rows of a code: how much features that share dimensions are in each other's way."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def mean_squared_overlap(code: ArrayLike) -> float:
    """Mean of (w_i · w_j)² over pairs i ≠ j of the rows of a code, each divided by its length.

    By |W Wᵀ| = |Wᵀ W| (Frobenius norms) it takes a matrix of the size of the width only.

    Arguments:
        code: shape (n, m), a row for each feature.

    Returns:
        A number between 0 and 1, to rounding.

    Raises:
        ValueError: A row that is zero or no finite vector, or fewer rows than two.

    Examples:
        >>> from lawbook.measure.overlaps import mean_squared_overlap
        >>> print(f"{mean_squared_overlap([[1.0, 0.0], [1.0, 1.0]]):.3f}")  # at 45 degrees
        0.500
    """
    rows = np.asarray(code, dtype=float)
    if rows.ndim != 2 or len(rows) < 2:
        raise ValueError(f"found a code of shape {rows.shape}, expected (n, m) with two rows at least")
    largest = np.max(np.abs(rows), axis=1, keepdims=True, initial=0.0)
    usable = np.isfinite(largest) & (largest > 0)
    if not usable.all():
        raise ValueError(
            f"found that row {np.argmin(usable)} is zero or no finite vector, expected one with a direction"
        )
    _, exponent = np.frexp(largest)
    rows = np.ldexp(rows, -exponent)  # a power of two: squares stay in range, and no digit is lost
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    n = len(rows)
    return max(0.0, float((np.sum((rows.T @ rows) ** 2) - n) / (n * (n - 1))))


def measured_interference(overlaps: ArrayLike, thresholds: ArrayLike) -> Array:
    """Mean square that one active feature adds to the output of another, ⟨ReLU(g v − t)²⟩ over overlaps g.

    The mean over its value v, uniform on [0, 2], is (2g − t)₊³ / 6g. Above t/2 that is 4g²/3 − 2gt + t² − t³/6g:
    overlaps are sorted once, and sums over those above t/2 are cumulated sums.

    Arguments:
        overlaps: g, products of pairs of rows of length 1, any shape.
        thresholds: t, above 0, shape (k,).

    Returns:
        Shape (k,), without unit.

    Raises:
        ValueError: Overlaps that are empty or no finite numbers, or thresholds that are not above 0.

    Examples:
        >>> from lawbook.measure.overlaps import measured_interference
        >>> print(measured_interference([0.5, 0.1], [0.4]).round(3))  # 0.6³ / 3 / 2: one is below t/2
        [0.036]
    """
    g = np.ravel(np.asarray(overlaps))
    t = np.asarray(thresholds, dtype=float)
    if not g.size or not np.all(np.isfinite(g)):
        raise ValueError(f"found {g.size} overlaps, {np.sum(~np.isfinite(g))} of them not finite, expected numbers")
    if t.ndim != 1 or not t.size or not np.all((t > 0) & np.isfinite(t)):
        raise ValueError(f"found thresholds {t.tolist()}, expected finite numbers above 0, shape (k,)")
    size, g = g.size, np.sort(g[2 * g > t.min()].astype(float))[::-1]
    inverse, count, first, second = (np.concatenate([[0.0], np.cumsum(g**power)]) for power in (-1, 0, 1, 2))
    above = np.searchsorted(-g, -t / 2)
    total = 4 / 3 * second[above] - 2 * t * first[above] + t**2 * count[above] - t**3 / 6 * inverse[above]
    return np.asarray(total / size)
