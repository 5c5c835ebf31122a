"""The maximum-margin separator of separable data: where the direction of a classifier without weight decay tends to.

Labels are absorbed: a sample is `y x` with y = ±1, so w separates the data when every `x @ w` is positive. There is no
bias; append a column of ones to the samples for one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Separator(NamedTuple):
    """The hard-margin support vector machine through the origin: the shortest w with `x @ w >= 1` on every sample."""

    vector: Array
    """ŵ, shape (d,). The margin of its direction is `1 / |ŵ|`."""
    duals: Array
    """α >= 0, shape (n,), with `ŵ = α @ x`; above 0 on support vectors only, and `α.sum() = |ŵ|²`."""

    @property
    def support(self) -> NDArray[np.int64]:
        """Indices of the support vectors."""
        return np.flatnonzero(self.duals)


def hard_margin(x: ArrayLike) -> Separator:
    """Find the maximum-margin separator by non-negative least squares.

    The a >= 0 that minimises `|a @ x|² + (a.sum() - 1)²` is the dual solution up to a factor: with
    c = 1 - a.sum() its optimality conditions are those of the machine for `α = a / c`. An active-set method ends there
    after finitely many steps; the duals are then solved for once more on the support alone.

    Arguments:
        x: Signed samples, shape (n, d).

    Returns:
        The separator and its dual variables.

    Raises:
        ValueError: No vector separates the data.
    """
    from scipy.optimize import nnls

    samples = np.asarray(x, dtype=float)
    scale = np.linalg.norm(samples, axis=1).max()
    rows = np.vstack([samples.T / scale, np.ones(len(samples))])
    found, _ = nnls(rows, np.r_[np.zeros(samples.shape[1]), 1.0])
    slack = 1 - found.sum()  # |ŵ|² / (1 + |ŵ|²) is missing to 1, in units of the longest sample
    if slack < 1e-12:
        raise ValueError("found no vector w with x @ w > 0 on every sample, expected separable data")
    duals = found / (slack * scale**2)
    support = np.flatnonzero(duals > 1e-12 * duals.max())
    active = samples[support]
    duals = np.zeros(len(samples))
    duals[support] = np.linalg.lstsq(active @ active.T, np.ones(len(support)), rcond=None)[0]
    return Separator(duals @ samples, duals)


def offset(x: ArrayLike, separator: Separator, step_size: float = 1.0) -> Array:
    """The constant w̃ that descent leaves beside `ŵ log t`, within the span of the support vectors.

    It solves `step_size * exp(-x @ w̃) = α` on them (Soudry et al. 2018). For gradient flow, in its own time, the
    step size is 1.

    Arguments:
        x: Signed samples, shape (n, d).
        separator: What `hard_margin(x)` returned.
        step_size: η.

    Returns:
        The shortest solution, shape (d,): the only one where the support vectors span the space.
    """
    support = separator.support
    levels = np.log(step_size / separator.duals[support])
    found: Array = np.linalg.lstsq(np.asarray(x, dtype=float)[support], levels, rcond=None)[0]
    return found


def angle(vectors: ArrayLike, other: ArrayLike) -> Array:
    """The angle in radians between each vector, shape (..., d), and `other`, (d,); exact for small ones too."""
    v, u = np.asarray(vectors, dtype=float), np.asarray(other, dtype=float)
    unit = u / np.linalg.norm(u)
    along = v @ unit
    return np.asarray(np.arctan2(np.linalg.norm(v - along[..., None] * unit, axis=-1), along))
