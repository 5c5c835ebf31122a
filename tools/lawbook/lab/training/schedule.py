"""Learning-rate schedules as arrays: the step size of every step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Sizes = NDArray[np.float64]


def stable_decay(peak: float, steps: int, *, decay: float = 0.0, warmup: float = 0.0) -> Sizes:
    """Warmup-stable-decay: linear warm-up, constant, linear decay to zero.

    Arguments:
        peak: The step size of the stable phase.
        steps: How many steps in all.
        decay: Share of the steps that decay; 0 keeps the step size constant to the end.
        warmup: Share of the steps that warm up.

    Returns:
        Shape (steps,). The step after the last would be zero.
    """
    up, down = round(warmup * steps), round(decay * steps)
    sizes = np.full(steps, peak)
    sizes[:up] *= np.arange(1, up + 1) / (up + 1)
    if down:
        sizes[-down:] *= np.arange(down, 0, -1) / (down + 1)
    return sizes


def cosine(peak: float, steps: int, *, warmup: float = 0.0) -> Sizes:
    """Half a period of the cosine from the peak to zero, after a linear warm-up. Arguments as in `stable_decay`."""
    up = round(warmup * steps)
    sizes = peak / 2 * (1 + np.cos(np.pi * np.arange(steps) / steps))
    sizes[:up] *= np.arange(1, up + 1) / (up + 1)
    return sizes
