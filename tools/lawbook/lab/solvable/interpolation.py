"""What a regular grid of cells can approximate: the error of interpolation in a cube of any dimension."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def interpolation_error(
    target: Callable[[Array], Array],
    dimension: int,
    cells: int,
    method: Literal["nearest", "linear"],
    rng: np.random.Generator,
    *,
    power: float = 2.0,
    tests: int = 20_000,
) -> float:
    """Mean of |error|^power of a function that is interpolated on a regular grid of the unit cube.

    Arguments:
        target: Maps points, shape (n, dimension), to values, shape (n,).
        dimension: d.
        cells: Cells along each side; there are cells^d in all.
        method: Constant pieces (the value at the nearest grid point) or linear in each coordinate.
        rng: Draws the test points, uniform in the cube.
        power: Exponent of the loss: 2 for squares, 1 for absolute values.
        tests: How many test points.

    Returns:
        The loss.
    """
    from scipy.interpolate import RegularGridInterpolator

    axes = [np.linspace(0, 1, cells + 1)] * dimension
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dimension)
    values = target(grid).reshape([cells + 1] * dimension)
    x = rng.random((tests, dimension))
    found = RegularGridInterpolator(axes, values, method=method)(x)
    return float(np.mean(np.abs(found - target(x)) ** power))
