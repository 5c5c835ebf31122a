"""Exponents of what repeated experiments give on average, with standard errors from resampling the repetitions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lawbook.measure import powerlaw


def exponent(x: ArrayLike, samples: ArrayLike, rng: np.random.Generator, *, draws: int = 400) -> tuple[Any, Any]:
    """Exponent in x of the mean over repetitions, and its standard error.

    Arguments:
        x: Positive, shape (k,).
        samples: Positive means, shape (repetitions, k).
        rng: Draws the resamples.
        draws: How many.
    """
    return powerlaw.bootstrap(lambda mean: powerlaw.fit(x, mean).exponent, samples, rng, draws=draws)


def local_exponents(x: ArrayLike, samples: ArrayLike, rng: np.random.Generator) -> tuple[Any, Any]:
    """Exponents between neighbours in x, shape (k - 1,), and their standard errors. Arguments as in `exponent`."""
    steps = np.diff(np.log(np.asarray(x, dtype=float)))
    return powerlaw.bootstrap(lambda mean: np.diff(np.log(mean)) / steps, samples, rng)
