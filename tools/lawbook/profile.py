"""Intervals by profiling: how far a number made from the parameters of a fit may move before the fit gets too bad.

Pure numerics beside `least_squares`. A linearised interval, value ± t times an error, is wrong where a law bends over
the range of a parameter: an exponent and its constant move together, a floor cannot fall below 0. Here the number is
held at other values, all else is fitted anew, and the interval ends where the loss has grown by t² (Bates & Watts 1988,
Nonlinear Regression Analysis, section 6.1). It is not symmetric, and it is infinite where the loss stops growing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STIFF = 1e4
"""How much stiffer than the data a number is held."""
CLOSE = 2e-3
"""An end of an interval is found to this share of the quantile."""
TRIES = 40
"""After so many fits on one side the interval is infinite there."""
FAR = 1e4
"""Likewise where the number has moved this many times as far as a linearised interval reaches."""
STEPS = 500
"""After so many a descent is taken as ended."""
FLAT = 600.0
"""Likewise where the loss has not grown at all over so many steps of 0.1, about where no error was known."""
UNUSABLE = 1e6
"""Stands for a residual that is not a finite number: far from any minimum, and flat."""


@dataclass(frozen=True)
class Problem:
    """A sum of squares, or of Huber's loss.

    Attributes:
        residual: Maps parameters, shape (p,), to weighted residuals, shape (k,).
        jacobian: Maps them to the derivatives of the residuals, shape (k, p).
        huber: The residual at which the loss turns from square to linear; None for squares.
    """

    residual: Callable[[Array], Array]
    jacobian: Callable[[Array], Array]
    huber: float | None = None

    def usable(self, theta: Array) -> Array:
        """The residuals, those that are no finite number replaced by a large one."""
        with np.errstate(all="ignore"):
            return np.nan_to_num(self.residual(theta), nan=UNUSABLE, posinf=UNUSABLE, neginf=-UNUSABLE)

    def slopes(self, theta: Array) -> Array:
        """The derivatives, those that are no finite number replaced by 0."""
        with np.errstate(all="ignore"):
            return np.nan_to_num(self.jacobian(theta), nan=0.0, posinf=0.0, neginf=0.0)

    def cost(self, theta: Array) -> float:
        """Half the sum of squares, or the sum of Huber's loss."""
        size = np.abs(self.usable(theta))
        if self.huber is None:
            return 0.5 * float(size @ size)
        return float(np.sum(np.where(size <= self.huber, 0.5 * size**2, self.huber * (size - 0.5 * self.huber))))

    def psi(self, residual: Array) -> Array:
        """Derivative of the loss of each residual by it."""
        return residual if self.huber is None else np.clip(residual, -self.huber, self.huber)


def minimise(problem: Problem, start: Array, hold: Held | None = None) -> tuple[Array, float]:
    """The end of a descent from `start`.

    Arguments:
        problem: What is minimised.
        start: Shape (p,).
        hold: A number made from the parameters that is to stay near a value; for squares only.

    Returns:
        Parameters of shape (p,) and the cost there, without what holds; infinite if there is no end.

    Examples:
        >>> import numpy as np
        >>> from lawbook import profile
        >>> slopes = np.array([[1.0, 0.0], [-1.0, 1.0]])
        >>> parabola = profile.Problem(lambda t: slopes @ t - [1.0, 0.0], lambda t: slopes)
        >>> theta, cost = profile.minimise(parabola, np.zeros(2))
        >>> np.round(theta, 6), cost < 1e-20
        (array([1., 1.]), True)
        >>> held = profile.Held(lambda t: t[1], lambda t: np.array([0.0, 1.0]), 3.0, 1e4)
        >>> theta, cost = profile.minimise(parabola, np.zeros(2), held)
        >>> np.round(theta, 6), round(cost, 6)
        (array([2., 3.]), 1.0)
    """
    from scipy.optimize import least_squares

    def residual(theta: Array) -> Array:
        own = problem.usable(theta)
        return own if hold is None else np.append(own, hold.pull(theta))

    def jacobian(theta: Array) -> Array:
        own = problem.slopes(theta)
        return own if hold is None else np.vstack([own, hold.weight * hold.slopes(theta)])

    exact = {"xtol": 1e-9, "ftol": 1e-9, "gtol": 1e-12, "x_scale": "jac", "max_nfev": STEPS}
    found = least_squares(residual, start, jac=jacobian, method="lm", **exact)
    if found.status <= 0:
        return found.x, np.inf
    end = found.x if problem.huber is None else _robust(problem, found.x)
    return end, problem.cost(end)


def _robust(problem: Problem, start: Array) -> Array:
    """The least of Huber's loss, from the least of squares.

    The better of two steps is taken, whichever lowers the loss more: Newton's, from the residuals on the square part,
    and that of squares with the weights which make them touch the loss from above (Huber 1981, Robust Statistics,
    section 7.8). The second always goes down; the first ends it.
    """
    theta, cost = start, problem.cost(start)
    for _ in range(STEPS):
        residual, slopes = problem.usable(theta), problem.slopes(theta)
        lengths = np.linalg.norm(slopes, axis=0)
        unit = np.where(lengths > 0, 1 / np.maximum(lengths, np.finfo(float).tiny), 0.0)
        design, psi = slopes * unit, problem.psi(residual)
        square = psi == residual
        weight = np.sqrt(np.where(square, 1.0, psi / np.where(square, 1.0, residual)))
        steps = [np.linalg.lstsq(weight[:, None] * design, -weight * residual, rcond=1e-12)[0]]
        newton = np.linalg.lstsq(design[square].T @ design[square], -design.T @ psi, rcond=1e-12)[0]
        steps += [newton, newton / 4]
        ends = [(problem.cost(theta + unit * step), i) for i, step in enumerate(steps)]
        least, i = min(ends)
        if not least < cost:
            break
        theta, cost, before = theta + unit * steps[i], least, cost
        if before - least < 1e-12 * before:
            break
    return theta


@dataclass(frozen=True)
class Held:
    """A number made from the parameters that is held at a value.

    Attributes:
        number: Maps parameters to the number.
        slopes: Maps them to its derivatives, shape (p,).
        at: The value.
        weight: Of its distance from the value, as a residual.
    """

    number: Callable[[Array], float]
    slopes: Callable[[Array], Array]
    at: float
    weight: float

    def pull(self, theta: Array) -> float:
        """The distance from the value, as a residual."""
        with np.errstate(all="ignore"):
            apart = self.weight * (float(self.number(theta)) - self.at)
        return apart if np.isfinite(apart) else UNUSABLE


def interval(
    problem: Problem,
    theta: Array,
    number: Callable[[Array], float],
    slopes: Callable[[Array], Array],
    *,
    error: float,
    scatter: float,
    quantile: float,
) -> tuple[float, float]:
    """The values of a number at which the fit is not too bad.

    Arguments:
        problem: What was minimised, a sum of squares.
        theta: The parameters at the minimum, shape (p,).
        number: Maps parameters to the number.
        slopes: Maps them to its derivatives, shape (p,).
        error: One linearised standard error of it: the first guess, in its unit.
        scatter: One standard deviation of a residual, as it counts for this number.
        quantile: Standard deviations to either side, such as Student's t.

    Returns:
        Lower and upper end; infinite where the loss stops growing before it has grown enough.

    Examples:
        >>> import numpy as np
        >>> from lawbook import profile
        >>> four = profile.Problem(lambda t: np.full(4, t[0] - 1.0), lambda t: np.ones((4, 1)))  # 1, measured 4 times
        >>> itself = lambda t: t[0], lambda t: np.ones(1)
        >>> ends = profile.interval(four, np.ones(1), *itself, error=0.5, scatter=1.0, quantile=2.0)
        >>> np.round(ends, 2)
        array([0., 2.])
    """
    if not (scatter > 0 and np.isfinite(scatter)):
        middle = float(number(theta))
        return middle, middle
    least = problem.cost(theta)
    low, high = (_end(problem, theta, number, slopes, side, least, error, scatter, quantile) for side in (-1.0, 1.0))
    return low, high


def _end(
    problem: Problem,
    theta: Array,
    number: Callable[[Array], float],
    slopes: Callable[[Array], Array],
    side: float,
    least: float,
    error: float,
    scatter: float,
    quantile: float,
) -> float:
    """Where, to one side, the root of the deviance reaches `quantile`.

    Held loosely or tightly, the number ends at a place where all else is as good as can be: that place counts, and the
    target is moved until the deviance there is right.
    """
    middle = float(number(theta))
    known = np.isfinite(error) and error > 0
    unit = float(error) if known else 0.1
    weight = STIFF * scatter / unit
    inner, inner_root, warm, furthest = 0.0, 0.0, theta, 0.0  # a target too near, the deviance there
    outer: float | None = None
    outer_root = np.inf
    target = quantile if known else 1.0  # in units of `unit`
    for _ in range(TRIES):
        there, cost = minimise(problem, warm, Held(number, slopes, middle + side * target * unit, weight))
        with np.errstate(all="ignore"):
            apart = side * (float(number(there)) - middle) / unit
        root = float(np.sqrt(max(0.0, 2 * (cost - least)))) / scatter if np.isfinite(apart) else np.inf
        if abs(root - quantile) <= CLOSE * quantile:
            return middle + side * apart * unit
        if root < quantile:
            grows = root > inner_root * (1 + 1e-6) or inner == 0.0
            inner, inner_root, warm, furthest = target, root, there, apart
            if outer is None:
                if target > FAR or (not grows and target > (4 * quantile if known else FLAT)):
                    return float(side * np.inf)
                target *= min(max(quantile / max(root, 1e-9), 1.05), 4.0)
                continue
        else:
            outer, outer_root = target, root
        # between the two; the root is nearly proportional to the distance
        share = (quantile - inner_root) / (outer_root - inner_root) if np.isfinite(outer_root) else 0.5
        target = inner + (outer - inner) * min(max(share, 0.1), 0.9)
        if outer - inner < 1e-4 * outer:
            break
    return middle + side * furthest * unit if outer is not None else float(side * np.inf)
