"""The best split of a budget between the two axes of a law, such as parameters and tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
OfTwo = Callable[[Array, Array], Array]
"""Log of a loss or cost at logarithms of the two axes, shape (m,) each to (m,)."""
Line = Callable[[float, Array], Array]
"""Log of the second axis at which the cost is a budget, from the log of the budget and of the first, shape (m,)."""

REACH = 40.0
"""How far from the runs, in units of the logarithm, an optimum is looked for."""
STEP = 0.02
"""Of differences: wide enough to leave rounding aside, and of the fourth order."""


class Split(NamedTuple):
    """Logarithms of what is best on either axis, and of the loss there."""

    first: float
    second: float
    loss: float


def best(law: OfTwo, line: Line, log_budget: float, start: float, *, near: bool = False) -> Split:
    """The least loss at a cost.

    Arguments:
        law: Log of the loss.
        line: Where the cost is the budget.
        log_budget: Logarithm of what may be spent.
        start: Logarithm of the first axis to begin at.
        near: Whether the lowest point is near there: then no other one is looked for.

    Returns:
        The best point.

    Raises:
        ValueError: The loss falls all the way along the line of that cost, or the cost has no such value.

    Examples:
        >>> import numpy as np
        >>> from lawbook.own import optimum
        >>> law = lambda u, v: np.logaddexp(-u, -v)  # 1 / N + 1 / D
        >>> line = optimum.line(lambda u, v: u + v, (0.0, 0.0))  # N D
        >>> found = optimum.best(law, line, np.log(100.0), 0.0)
        >>> np.round(np.exp(found), 6)
        array([10. , 10. ,  0.2])
    """

    def loss(first: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.nan_to_num(law(first, line(log_budget, first)), nan=np.inf)

    centre = start if near else _lowest(loss, start)
    for _ in range(3 if near else 6):  # Newton's method on the slope
        values = loss(centre + STEP * np.arange(-2.0, 3.0))
        if not np.all(np.isfinite(values)):
            raise ValueError(NO_LOWEST)
        below, lower, middle, upper, above = values
        slope = (below - 8 * lower + 8 * upper - above) / (12 * STEP)
        bend = (-below + 16 * lower - 30 * middle + 16 * upper - above) / (12 * STEP**2)
        if not bend > 0:
            raise ValueError(NO_LOWEST)
        centre = centre - float(np.clip(slope / bend, -0.3, 0.3))
    at = np.array([centre])
    return Split(float(centre), float(line(log_budget, at)[0]), float(loss(at)[0]))


NO_LOWEST = "found a loss that falls all the way along the line of that cost, expected a lowest point on it"


def _lowest(loss: Callable[[Array], Array], start: float) -> float:
    """The lowest point of a grid."""
    grid = start + np.linspace(-REACH, REACH, 401)
    values = loss(grid)
    lowest = int(np.argmin(values))
    inside = 0 < lowest < len(grid) - 1
    if not (inside and np.isfinite(values[lowest]) and values[lowest] < max(values[lowest - 1], values[lowest + 1])):
        raise ValueError(NO_LOWEST)
    return float(grid[lowest])


def line(log_cost: OfTwo, around: tuple[float, float]) -> Line:
    """Where a cost is a budget.

    Arguments:
        log_cost: Log of the cost, which grows along the second axis.
        around: Logarithms of the two axes to begin at.

    Returns:
        The second axis by the budget and the first; not a number where the cost has no such value.

    Examples:
        >>> import numpy as np
        >>> from lawbook.own import optimum
        >>> cost = lambda u, v: np.log(np.exp(u + v) + np.exp(u))  # N D + N
        >>> second = optimum.line(cost, (0.0, 0.0))(np.log(12.0), np.log(np.array([3.0])))
        >>> round(float(np.exp(second[0])), 6)
        3.0
    """
    u, v = (np.array([start, start + 3.0, start - 2.0]) for start in around)
    by_first, by_second, at = log_cost(u + 1, v) - log_cost(u, v), log_cost(u, v + 1) - log_cost(u, v), log_cost(u, v)
    flat = at - by_first * u - by_second * v
    if all(np.ptp(part) < 1e-9 * (1 + np.abs(part).max()) for part in (by_first, by_second, flat)) and by_second[0] > 0:
        return lambda budget, first: (budget - flat[0] - by_first[0] * first) / by_second[0]  # a product of powers

    def solved(budget: float, first: Array) -> Array:
        second = np.full_like(first, around[1])
        for _ in range(60):  # Newton's method
            slope = (log_cost(first, second + 1e-4) - log_cost(first, second - 1e-4)) / 2e-4
            with np.errstate(all="ignore"):
                step = np.nan_to_num((budget - log_cost(first, second)) / slope, posinf=5.0, neginf=-5.0)
            second = second + np.clip(step, -5.0, 5.0)
            if np.all(np.abs(step) < 1e-12):
                break
        return np.where(np.abs(log_cost(first, second) - budget) < 1e-9, second, np.nan)

    return solved
