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
        ValueError: No vector separates the data, or only by a margin below a millionth of the longest sample, which
            double precision cannot tell from none; or samples that are no matrix of finite numbers.

    Examples:
        >>> from lawbook.measure.margin import hard_margin
        >>> found = hard_margin([[1.0, 1.0], [3.0, 0.0], [1.0, -1.0]])
        >>> print(found.vector.round(3) + 0.0, found.support)
        [1. 0.] [0 2]
    """
    from scipy.optimize import nnls

    samples, scale = _in_units_of_the_longest(_samples(x))
    rows = np.vstack([samples.T, np.ones(len(samples))])
    found, _ = nnls(rows, np.r_[np.zeros(samples.shape[1]), 1.0])
    slack = 1 - found.sum()  # |ŵ|² / (1 + |ŵ|²) is missing to 1, in units of the longest sample
    if slack < 1e-12:
        raise ValueError(_INSEPARABLE)
    duals = found / slack
    support = np.flatnonzero(duals > 1e-12 * duals.max())
    active = samples[support]
    # Not from the products of samples, whose condition is the square: it hides margins below a thousandth.
    vector = np.asarray(np.linalg.lstsq(active, np.ones(len(support)), rcond=None)[0], dtype=float)
    duals = np.zeros(len(samples))
    duals[support] = np.linalg.lstsq(active.T, vector, rcond=None)[0]
    if not (np.min(samples @ vector) > 1 - 1e-6 and duals.min() >= 0):
        raise ValueError(_INSEPARABLE)
    return Separator(vector / scale, duals / scale / scale)


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

    Raises:
        ValueError: A step size that is not above 0; samples that are not those of the separator; or support vectors
            that depend on each other such that there is no solution.

    Examples:
        >>> from lawbook.measure.margin import hard_margin, offset
        >>> x = [[1.0, 1.0], [1.0, -1.0]]
        >>> print(f"{offset(x, hard_margin(x))[0]:.3f}")  # log 2: both dual variables are 1/2
        0.693
    """
    samples = _samples(x)
    vector = separator.vector
    if samples.shape != (len(separator.duals), len(vector)) or not np.allclose(
        separator.duals @ samples, vector, rtol=0, atol=1e-6 * np.max(np.abs(vector))
    ):
        raise ValueError(
            f"found samples of shape {samples.shape} that do not add up to the separator, "
            "expected those that the separator was found from"
        )
    if not 0 < step_size < np.inf:
        raise ValueError(f"found step_size = {step_size}, expected a finite number above 0")
    support = separator.support
    levels: Array = np.log(step_size / separator.duals[support])
    active, longest = _in_units_of_the_longest(samples[support])
    found = np.asarray(np.linalg.lstsq(active, levels, rcond=None)[0], dtype=float)
    if np.max(np.abs(active @ found - levels)) > 1e-6 * max(1, np.max(np.abs(levels))):
        raise ValueError("found support vectors that depend on each other: no w solves the equation on all of them")
    return np.asarray(found / longest)


def angle(vectors: ArrayLike, other: ArrayLike) -> Array:
    """The angle between each vector and another, exact for small ones too.

    Arguments:
        vectors: Shape (..., d).
        other: Shape (d,).

    Returns:
        Radians from 0 to π, shape (...); NaN for a vector that is zero, which has no direction.

    Raises:
        ValueError: Shapes that do not fit, or an `other` that is zero or no finite vector.

    Examples:
        >>> from lawbook.measure.margin import angle
        >>> print(angle([[2.0, 0.0], [0.0, 3.0]], [1.0, 0.0]).round(3))
        [0.    1.571]
    """
    v, u = np.asarray(vectors, dtype=float), np.asarray(other, dtype=float)
    if u.ndim != 1 or v.shape[-1:] != u.shape:
        raise ValueError(f"found vectors of shape {v.shape} and other of shape {u.shape}, expected (..., d) and (d,)")
    if not (np.all(np.isfinite(u)) and np.any(u)):
        raise ValueError("found that other is zero or has entries that are no finite number, expected a direction")
    direction = _powers_of_two_apart(u)
    unit = direction / np.linalg.norm(direction)
    v = _powers_of_two_apart(v)
    along = v @ unit
    found = np.arctan2(np.linalg.norm(v - along[..., None] * unit, axis=-1), along)
    return np.asarray(np.where(np.any(v != 0, axis=-1), found, np.nan))


_INSEPARABLE = (
    "found no vector w with x @ w > 0 on every sample (to a millionth of the longest), expected separable data"
)


def _samples(x: ArrayLike) -> Array:
    samples = np.asarray(x, dtype=float)
    if samples.ndim != 2 or not samples.size or not np.all(np.isfinite(samples)):
        raise ValueError(f"found samples of shape {samples.shape}, expected (n, d), not empty, and finite numbers")
    return samples


def _in_units_of_the_longest(samples: Array) -> tuple[Array, float]:
    """The samples over the length of the longest, and that length."""
    _, exponent = np.frexp(np.max(np.abs(samples)))
    near_one = np.ldexp(samples, -exponent)  # the squares of very short or long samples leave the range
    longest = np.linalg.norm(near_one, axis=1).max()
    if longest == 0:
        raise ValueError(_INSEPARABLE)
    return near_one / longest, float(np.ldexp(longest, exponent))


def _powers_of_two_apart(vectors: Array) -> Array:
    """Each vector, shape (..., d), times the power of two that makes its largest entry about 1: no digit is lost."""
    _, exponent = np.frexp(np.max(np.abs(vectors), axis=-1, keepdims=True))
    return np.asarray(np.ldexp(vectors, -exponent))
