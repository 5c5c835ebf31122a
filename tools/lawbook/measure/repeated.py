"""Exponents of what repeated experiments give on average, with standard errors from resampling the repetitions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.least_squares import column
from lawbook.measure import powerlaw
from lawbook.measure.powerlaw import Resampled

Array = NDArray[np.float64]


def exponent(x: ArrayLike, samples: ArrayLike, rng: np.random.Generator, *, draws: int = 400) -> Resampled:
    """Exponent in x of the mean over repetitions, and its standard error.

    Arguments:
        x: Positive, shape (k,).
        samples: Shape (repetitions, k); single ones may be negative, but not the mean of any resample.
        rng: Draws the resamples.
        draws: How many.

    Returns:
        The pair of exponent and standard error; its `interval` covers for few repetitions too.

    Raises:
        ValueError: Fewer than two repetitions, other shapes, values that are not finite, or a mean at or below 0.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import repeated
        >>> x = np.array([1.0, 2.0, 4.0, 8.0])
        >>> samples = x**-0.5 * np.random.default_rng(0).lognormal(0, 0.1, size=(50, 4))
        >>> value, error = repeated.exponent(x, samples, np.random.default_rng(1))
        >>> bool(abs(value + 0.5) < 3 * error), bool(0.004 < error < 0.012)
        (True, True)
    """
    xs, values = _checked(x, samples)
    return powerlaw.bootstrap(lambda mean: powerlaw.fit(xs, _positive(mean, xs)).exponent, values, rng, draws=draws)


def local_exponents(x: ArrayLike, samples: ArrayLike, rng: np.random.Generator) -> Resampled:
    """Exponents in x of the mean over repetitions between neighbours in x, and their standard errors.

    Arguments:
        x: Positive, shape (k,); neighbours differ.
        samples: Shape (repetitions, k); single ones may be negative, but not the mean of any resample.
        rng: Draws the resamples.

    Returns:
        The pair of exponents and standard errors, shape (k - 1,) each; its `interval` covers for few repetitions too.

    Raises:
        ValueError: As for `exponent`, or the same x twice in a row.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import repeated
        >>> samples = np.tile([1.0, 0.5, 0.25, 0.25], (3, 1))  # three repetitions that agree
        >>> rng = np.random.default_rng(0)
        >>> value, error = repeated.local_exponents([1, 2, 4, 8], samples, rng)
        >>> np.round(value, 6) + 0.0
        array([-1., -1.,  0.])
    """
    xs, values = _checked(x, samples)
    steps = np.diff(np.log(xs))
    if np.any(steps == 0):
        same = xs[1:][steps == 0][0]
        raise ValueError(f"found x = {same} twice in a row, expected neighbours that differ")
    return powerlaw.bootstrap(lambda mean: np.diff(np.log(_positive(mean, xs))) / steps, values, rng)


def _checked(x: ArrayLike, samples: ArrayLike) -> tuple[Array, Array]:
    """Both in double precision, shapes (k,) and (repetitions, k)."""
    xs, values = column(x, "x"), np.asarray(samples, dtype=float)
    if values.ndim != 2 or values.shape[1] != len(xs):
        raise ValueError(f"found samples of shape {values.shape}, expected (repetitions, {len(xs)}) for {len(xs)} x")
    return xs, values


def _positive(mean: Array, x: Array) -> Array:
    """`mean` if it has a logarithm everywhere."""
    bad = np.flatnonzero(mean <= 0)
    if len(bad):
        raise ValueError(
            f"found {mean[bad[0]]:.3g} for x = {x[bad[0]]:g} as the mean of the repetitions, or of a resample of them, "
            "expected it above 0: take more repetitions, or leave this x out"
        )
    return mean
