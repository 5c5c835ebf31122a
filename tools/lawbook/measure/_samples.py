"""A batch of features and labels, from any array that NumPy reads, looked at."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawbook.measure._arrays import read

Array = NDArray[np.float64]


class Batch(NamedTuple):
    """Samples that were looked at."""

    features: Array
    """Shape (n, p)."""
    labels: NDArray[np.intp]
    """Shape (n,)."""
    rounding: float
    """Relative, of the precision that the features came in."""


def samples(features: Any, labels: Any, classes: int, width: int) -> Batch:
    """A batch, looked at."""
    given, y = read(features, "features"), read(labels, "labels")
    h = finite(given, "features")
    if h.ndim != 2 or h.shape[1] != width:
        raise ValueError(f"found features of shape {h.shape}, expected (n, {width}): a row for each sample")
    if not len(h):
        raise ValueError("found a batch of 0 samples, expected at least one")
    if y.shape != (len(h),):
        hint = "; of one-hot rows take the argmax" if y.ndim == 2 else ""
        raise ValueError(f"found labels of shape {y.shape}, expected {(len(h),)}: one for each row of features{hint}")
    if y.dtype.kind not in "iu":
        raise ValueError(f"found labels of type {y.dtype}, expected integers")
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(f"found labels {y.min()} .. {y.max()}, expected 0 .. {classes - 1}")
    rounding = np.finfo(given.dtype if given.dtype.kind == "f" else np.float64).eps
    return Batch(h, y.astype(np.intp), float(max(rounding, np.finfo(np.float64).eps)))


def finite(values: Any, name: str) -> Array:
    """Real, finite numbers in double precision."""
    given = read(values, name)
    if given.dtype.kind not in "fiu":
        raise ValueError(f"found {name} of type {given.dtype}, expected real numbers")
    wrong = int(given.size - np.isfinite(given).sum())
    if wrong:
        raise ValueError(f"found {wrong} of {given.size} {name} infinite or undefined (NaN), expected finite numbers")
    return given.astype(np.float64)
