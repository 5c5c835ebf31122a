"""Power laws y = A x^b, or y = A x^b + c with an irreducible floor, fitted with their uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PowerLaw:
    """A fitted power law.

    Attributes:
        amplitude: A, in the unit of y over that of x to the power b.
        exponent: b, a pure number; negative for a decay.
        floor: c, in the unit of y; 0 where none was fitted.
        covariance: Of (log A, b), or of (log A, b, log c) with a floor; shape (2, 2) or (3, 3).
    """

    amplitude: float
    exponent: float
    floor: float
    covariance: Array

    @property
    def exponent_error(self) -> float:
        """One standard error of the exponent."""
        return float(np.sqrt(self.covariance[1, 1]))

    def __call__(self, x: ArrayLike) -> Array:
        """The law at `x`, of the same shape."""
        return np.asarray(self.amplitude * np.asarray(x, dtype=float) ** self.exponent + self.floor)


def fit(x: ArrayLike, y: ArrayLike, error: ArrayLike | None = None, *, floor: bool = False) -> PowerLaw:
    """Least squares in log y.

    Arguments:
        x: Positive, shape (k,).
        y: Positive, shape (k,).
        error: One standard error of each y, shape (k,): it weighs the points and sets the covariance. Without it all
            points have the same relative error, which the residuals tell.
        floor: Fit an irreducible floor c > 0 too, by Gauss-Newton from the best of a grid of starts.

    Returns:
        The law with the covariance of its parameters.

    Raises:
        ValueError: Fewer points than parameters (than parameters + 1 without `error`), or a value that is not positive.
    """
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    needed = 2 + floor + (error is None)
    if xs.shape != ys.shape or xs.ndim != 1 or len(xs) < needed:
        raise ValueError(f"found shapes {xs.shape} and {ys.shape}, expected two of one length of at least {needed}")
    if not (np.all(xs > 0) and np.all(ys > 0)):
        raise ValueError("found a value that is not positive, expected x > 0 and y > 0")
    weights = np.ones_like(ys) if error is None else ys / np.asarray(error, dtype=float)  # (k,) of log y
    centre = np.log(xs).mean()  # log A and b are then nearly independent
    u, target = np.log(xs) - centre, np.log(ys)
    theta, jacobian, residual = _with_floor(u, target, weights) if floor else _line(u, target, weights)
    covariance = np.linalg.inv(jacobian.T @ jacobian)
    if error is None:
        covariance = covariance * (residual @ residual) / (len(ys) - len(theta))
    back = np.eye(len(theta))
    back[0, 1] = -centre  # log A = theta_0 - b * centre
    theta = back @ theta
    covariance = back @ covariance @ back.T
    return PowerLaw(
        float(np.exp(theta[0])), float(theta[1]), float(np.exp(theta[2])) if floor else 0.0, np.asarray(covariance)
    )


def _line(u: Array, target: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Parameters (2,), weighted Jacobian (k, 2) and weighted residual (k,) of a straight line."""
    jacobian = weights[:, None] * np.stack([np.ones_like(u), u], axis=1)
    theta = np.linalg.lstsq(jacobian, weights * target, rcond=None)[0]
    return np.asarray(theta, dtype=float), jacobian, jacobian @ theta - weights * target


def _with_floor(u: Array, target: Array, weights: Array) -> tuple[Array, Array, Array]:
    """The same for (log A, b, log c): a line is fitted above each floor of a grid, and the best one is polished."""
    from scipy.optimize import least_squares

    def residual(theta: Array) -> Array:
        return np.asarray(weights * (np.logaddexp(theta[0] + theta[1] * u, theta[2]) - target))

    lowest = float(np.exp(target.min()))
    starts = []
    for share in (0.01, 0.1, 0.3, 0.6, 0.9, 0.99):
        line = _line(u, np.log(np.exp(target) - share * lowest), weights)[0]
        starts.append(np.array([*line, np.log(share * lowest)]))
    best = min(starts, key=lambda theta: float(np.sum(residual(theta) ** 2)))
    found = least_squares(residual, best, method="lm", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    return np.asarray(found.x), np.asarray(found.jac), np.asarray(found.fun)


def bootstrap(
    statistic: Callable[[Array], ArrayLike], samples: ArrayLike, rng: np.random.Generator, *, draws: int = 400
) -> tuple[Any, Any]:
    """A statistic of the mean over repetitions, and its standard error by resampling the repetitions.

    Arguments:
        statistic: Maps a mean, shape (...), to a number or an array.
        samples: Shape (repetitions, ...).
        rng: Draws the resamples.
        draws: How many.

    Returns:
        The statistic of the mean, and one standard error of the same shape.

    Raises:
        ValueError: Fewer than two repetitions.
    """
    values = np.asarray(samples, dtype=float)
    repetitions = len(values)
    if repetitions < 2:
        raise ValueError("found one repetition, expected at least two to resample")
    shares = rng.multinomial(repetitions, np.full(repetitions, 1 / repetitions), size=draws) / repetitions
    resampled = np.stack([np.asarray(statistic(np.tensordot(share, values, axes=1)), dtype=float) for share in shares])
    # the spread falls short by the factor between the two estimates of a variance
    error = np.std(resampled, axis=0, ddof=1) * np.sqrt(repetitions / (repetitions - 1))
    return statistic(values.mean(axis=0)), error
