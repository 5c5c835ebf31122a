"""What instruments ask of the arrays that they are given: real, finite, of the right shape; and their rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def real(values: ArrayLike, name: str, axes: int) -> Array:
    """Values as finite numbers in double precision, with that many axes.

    Raises:
        ValueError: they are none; the message calls them `name`.
    """
    given = np.asarray(values)
    if given.dtype.kind not in "fiub":
        raise ValueError(f"found {name} of type {given.dtype}, expected real numbers")
    if given.ndim != axes:
        raise ValueError(f"found {name} of shape {given.shape}, expected {axes} {'axis' if axes == 1 else 'axes'}")
    if not np.isfinite(given).all():
        raise ValueError(f"found {name} with infinite or undefined (NaN) entries, expected finite numbers")
    return given.astype(np.float64)


def rounding(values: ArrayLike) -> float:
    """Relative rounding of the precision of values: 1.2e-7 in single, 2.2e-16 in double or for integers."""
    kind = np.asarray(values).dtype
    coarse = kind.kind == "f" and kind.itemsize < 8
    return float(np.finfo(kind if coarse else np.float64).eps)


def read(values: Any, name: str) -> NDArray[Any]:
    """What NumPy reads of anybody's array, a tensor of PyTorch that requires a gradient too, as it is.

    Raises:
        ValueError: it reads nothing; the message calls them `name`.
    """
    detach = getattr(values, "detach", None)  # of PyTorch: the number is the same, the graph stays behind
    try:
        return np.asarray(values if detach is None else detach())
    except (TypeError, ValueError, RuntimeError) as error:
        why = str(error).partition("\n")[0]
        raise ValueError(f"found {name} that NumPy does not read ({why}), expected an array in main memory") from error
