"""Minima found to many digits, by L-BFGS in double precision: what theorems about critical points are tested on.

SciPy's L-BFGS-B takes four milliseconds a step on five thousand weights, most of it for bounds that nobody set, and its
line search compares values, which stop changing long before the gradient is small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Weights = tuple[Array, ...]


class Stationary(NamedTuple):
    """Where `minimise` stopped."""

    weights: Weights
    """Same shapes as the start."""
    gradient: float
    """Largest absolute component of the gradient there: how stationary it is."""
    iterations: int


def minimise(
    objective: Callable[[Weights], tuple[float, Weights]],
    start: Sequence[ArrayLike],
    *,
    gradient: float = 1e-9,
    iterations: int = 5000,
    memory: int = 20,
) -> Stationary:
    """Follow L-BFGS from `start` until no component of the gradient exceeds `gradient`.

    Arguments:
        objective: Maps weights to the value and its gradient, arrays of the same shapes.
        start: Where to begin, a sequence of arrays.
        gradient: Largest absolute component to stop at, in the unit of the gradient.
        iterations: Where to stop at the latest.
        memory: Pairs of steps and gradient changes that model the curvature.
    """
    shapes = [np.shape(w) for w in start]
    cuts = np.cumsum([int(np.prod(s)) for s in shapes])[:-1]

    def unpack(flat: Array) -> Weights:
        return tuple(part.reshape(shape) for part, shape in zip(np.split(flat, cuts), shapes, strict=True))

    def slope_at(flat: Array) -> Array:
        return np.concatenate([np.ravel(s) for s in objective(unpack(flat))[1]]).astype(float)

    x = np.concatenate([np.ravel(w) for w in start]).astype(float)
    slope = slope_at(x)
    steps, changes = np.zeros((0, len(x))), np.zeros((0, len(x)))
    done = 0
    while done < iterations and np.abs(slope).max() > gradient:
        direction = -_inverse_hessian(slope, steps, changes)
        if not len(steps):
            direction /= max(1.0, float(np.linalg.norm(slope)))
        if direction @ slope >= 0:  # the model of the curvature is worthless: begin again downhill
            steps, changes = steps[:0], changes[:0]
            direction = -slope / max(1.0, float(np.linalg.norm(slope)))
        length, slope_there = _search(slope_at, x, direction, float(direction @ slope))
        step, change = length * direction, slope_there - slope
        x, slope = x + step, slope_there
        if step @ change > 0:
            steps, changes = np.vstack([steps, step])[-memory:], np.vstack([changes, change])[-memory:]
        done += 1
    return Stationary(unpack(x), float(np.abs(slope).max()), done)


def _inverse_hessian(slope: Array, steps: Array, changes: Array) -> Array:
    """The two-loop recursion (Nocedal & Wright, algorithm 7.4): approximate inverse Hessian times `slope`."""
    q, weights = slope.copy(), []
    for s, y in zip(steps[::-1], changes[::-1], strict=True):
        weights.append((s @ q) / (s @ y))
        q -= weights[-1] * y
    if len(steps):
        q *= (steps[-1] @ changes[-1]) / (changes[-1] @ changes[-1])
    for s, y, weight in zip(steps, changes, weights[::-1], strict=True):
        q += (weight - (y @ q) / (s @ y)) * s
    return q


def _search(slope_at: Callable[[Array], Array], x: Array, direction: Array, fall: float) -> tuple[float, Array]:
    """A step length that the slopes alone accept: differences of values drown in rounding near a minimum.

    Arguments:
        slope_at: The gradient.
        x: Where from.
        direction: Where to.
        fall: Slope of the objective along `direction` at x, below 0.

    Returns:
        The length, at which the slope along `direction` lies between 0.9 and -0.8 of `fall`, and the gradient there.
    """
    low, high, length = 0.0, np.inf, 1.0
    for _ in range(30):
        there = slope_at(x + length * direction)
        along = float(direction @ there)
        if not along <= -0.8 * fall:  # climbing again, or not a number: too far
            high = length
        elif along < 0.9 * fall:
            low = length
        else:
            break
        length = 2 * length if np.isinf(high) else 0.5 * (low + high)
    return length, there


def linear_network(
    start: Sequence[ArrayLike],
    target: ArrayLike,
    *,
    decay: float,
    covariance: ArrayLike | None = None,
    gradient: float = 1e-9,
    iterations: int = 5000,
) -> Stationary:
    """Minimise ½ tr (P − T) C (P − T)ᵀ + ½ decay Σ |W_l|² over the factors of P = W_L ⋯ W_1.

    This is squared error with weight decay on data that enter through the input covariance C and the least-squares map
    T alone.

    Arguments:
        start: The factors, the input layer first.
        target: T, shape (out, in).
        decay: At least 0.
        covariance: C, shape (in, in); the identity when None.
        gradient: As for `minimise`.
        iterations: As for `minimise`.
    """
    goal = np.asarray(target, float)
    metric = np.eye(goal.shape[1]) if covariance is None else np.asarray(covariance, float)

    def objective(weights: Weights) -> tuple[float, Weights]:
        below: list[Array] = [np.eye(goal.shape[1])]  # W_l ⋯ W_1
        for w in weights:
            below.append(w @ below[-1])
        gap = below[-1] - goal
        slope = gap @ metric  # of the loss in P, (out, in)
        value = 0.5 * np.sum(slope * gap) + 0.5 * decay * sum(np.sum(w**2) for w in weights)
        above, slopes = np.eye(goal.shape[0]), []  # W_L ⋯ W_{l+1}
        for w, h in zip(weights[::-1], below[-2::-1], strict=True):
            slopes.append(above.T @ slope @ h.T + decay * w)
            above = above @ w
        return float(value), tuple(slopes[::-1])

    return minimise(objective, start, gradient=gradient, iterations=iterations)
