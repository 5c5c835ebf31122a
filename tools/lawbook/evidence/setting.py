"""The setting of a run: its seed, its size and the random numbers that follow from the seed."""

from __future__ import annotations

import os
from typing import Literal, cast

import numpy as np

Scale = Literal["quick", "full"]


def seed() -> int:
    """The random seed of this run.

    Returns:
        0 unless `lawbook run --seed` says otherwise.

    Raises:
        ValueError: `LAWBOOK_SEED` is set to something else than a whole number.

    Examples:
        >>> from lawbook import notebook
        >>> notebook.seed()
        0
    """
    value = os.environ.get("LAWBOOK_SEED", "0")
    if not value.isdecimal():
        raise ValueError(f"found LAWBOOK_SEED={value!r}, expected a whole number, at least 0")
    return int(value)


def scale() -> Scale:
    """The size of this run.

    Returns:
        `quick` for a laptop (the default), `full` nearer to the paper: `lawbook run --scale` says which.

    Raises:
        ValueError: The environment variable `LAWBOOK_SCALE` holds another word.

    Examples:
        >>> from lawbook import notebook
        >>> 10_000 if notebook.scale() == "full" else 500
        500
    """
    value = os.environ.get("LAWBOOK_SCALE", "quick")
    if value not in ("quick", "full"):
        raise ValueError(f"found LAWBOOK_SCALE={value!r}, expected quick or full")
    return cast(Scale, value)


def rng() -> np.random.Generator:
    """A fresh source of random numbers.

    Returns:
        A NumPy generator that starts from this run's seed; each call starts it anew.

    Examples:
        >>> from lawbook import notebook
        >>> notebook.rng().integers(10, size=4) == notebook.rng().integers(10, size=4)
        array([ True,  True,  True,  True])
    """
    return np.random.default_rng(seed())
