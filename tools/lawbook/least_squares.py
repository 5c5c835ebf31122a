"""Least squares whose errors cover: what the fits of power laws, of loss surfaces and of formulas share.

Pure numerics: functions and arrays go in, nothing else of ours is imported. Whoever fits brings residuals, their
Jacobian and starts; what comes back knows the errors of its parameters and of any number made from them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Scatter = Literal["equal", "unequal"]

FEW = 12
"""Below so many points one cannot see that they scatter unequally: the sandwich is then worse than one scatter."""
POLISHED = 6
"""How many of the starts are followed to their minimum, the best ones."""
EXACT = 1e-10
"""Share of a Jacobian that is rounding, where it is not made of differences."""
TIE = 1e-6
"""Ends whose costs differ by a smaller share are equally good."""
STEPS = 1000
"""After so many a descent has no end."""
UNUSABLE = 1e6
"""Stands for a residual that is not a finite number: far from any minimum, and flat."""


class Prediction(NamedTuple):
    """What a fit says at some point, and how well it knows it. The scatter of a new measurement comes on top."""

    value: Array
    """The fitted law, in the unit of y."""
    error: Array
    """One standard error of it, in the unit of y; infinite where the data do not determine it."""
    low: Array
    """Lower end of the interval, above 0: the interval is one of log y."""
    high: Array
    """Upper end."""


def quantile(level: float, freedom: float) -> float:
    """Standard errors to either side that cover with probability `level`, by Student's t.

    Arguments:
        level: A probability, such as 0.95.
        freedom: Degrees of freedom of the errors, above 0; infinite for a normal law.

    Returns:
        A factor of standard errors, above 0.

    Raises:
        ValueError: `level` is no probability.

    Examples:
        >>> from lawbook import least_squares
        >>> round(least_squares.quantile(0.95, float("inf")), 2), round(least_squares.quantile(0.95, 4), 2)
        (1.96, 2.78)
    """
    from scipy import special

    if not 0 < level < 1:
        raise ValueError(f"found the level {level}, expected a probability between 0 and 1, such as 0.95")
    above = (1 + level) / 2
    return float(special.ndtri(above) if np.isinf(freedom) else special.stdtrit(freedom, above))


@dataclass(frozen=True)
class Estimate:
    """Parameters at the least sum of squares, or of Huber's loss, and what is known of them.

    Attributes:
        names: Of the parameters, (p,).
        values: The parameters, shape (p,).
        jacobian: Of the weighted residuals by the parameters, shape (k, p).
        residual: Weighted residuals, shape (k,).
        scatter: `known`: residuals are in units of given standard errors. `equal`: one scatter, told by the residuals.
            `unequal`: each point has its own, told by its residual (sandwich HC3, MacKinnon & White 1985; the pooled
            scatter for a point that a parameter follows wholly, whose residual tells nothing).
        huber: Where Huber's loss turns from square to linear, in units of the residuals; None for squares.
        scale: A step of each parameter that counts as large, shape (p,).
        tolerance: What moves no point by more than this share counts as rounding of the Jacobian.
        draws: Parameters fitted to resampled points, shape (draws, p), if the covariance is to come from them.
    """

    names: tuple[str, ...]
    values: Array
    jacobian: Array
    residual: Array
    scatter: Literal["known", "equal", "unequal"]
    huber: float | None
    scale: Array
    tolerance: float
    draws: Array | None = None

    @property
    def cost(self) -> float:
        """Half the sum of squares, or of Huber's loss."""
        return _cost(self.residual, self.huber)

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the errors: points less determined parameters; infinite where given errors tell all."""
        told = self.scatter == "known" and self.huber is None and self.draws is None
        return np.inf if told else float(len(self.residual) - self._design[0].shape[1])

    @cached_property
    def _design(self) -> tuple[Array, Array, NDArray[np.bool_], Array, Array]:
        """Orthonormal design (k, r) with the parameters (p, r) of each direction, and the directions that are blind.

        Columns are brought to one length before the rank is read, so units do not matter.
        """
        lengths = np.linalg.norm(self.jacobian * self.scale, axis=0)
        dead = ~(lengths > self.tolerance * lengths.max())
        unit = np.where(dead, 0.0, self.scale / np.where(dead, 1.0, lengths))  # (p,) step that moves the points by 1
        u, singular, vt = np.linalg.svd((self.jacobian * unit)[:, ~dead], full_matrices=False)
        good = singular > self.tolerance * singular.max(initial=0.0)
        back = np.zeros((len(singular), len(unit)))
        back[:, ~dead] = vt
        parameters = unit[:, None] * back[good].T / singular[good]
        return u[:, good], parameters, dead, unit, back[~good]

    @cached_property
    def _spread(self) -> Array:
        """Covariance within what the data determine, shape (p, p)."""
        if self.draws is not None:
            return np.atleast_2d(np.cov(self.draws, rowvar=False))
        z, parameters, *_ = self._design
        k, rank = z.shape
        if self.scatter == "known" and self.huber is None:
            return np.asarray(parameters @ parameters.T)
        psi = self.residual if self.huber is None else np.clip(self.residual, -self.huber, self.huber)
        slope = np.ones(k) if self.huber is None else _slope_of_huber(self.residual, self.huber)
        pooled = float(psi @ psi) / (k - rank) if k > rank else 0.0
        if self.scatter == "unequal":
            rest = 1 - np.sum(z**2, axis=1)  # one less the leverage
            own = np.where(rest > 1e-6, (psi / np.maximum(rest, 1e-6)) ** 2, pooled)
            bread = np.linalg.pinv(z.T @ (slope[:, None] * z))
            inner = bread @ (z.T @ (own[:, None] * z)) @ bread
        else:
            inner = pooled / np.mean(slope) ** 2 * np.eye(rank)
        return np.asarray(parameters @ inner @ parameters.T)

    def _blind(self, gradients: Array) -> NDArray[np.bool_]:
        """Which of the numbers with these gradients, shape (m, p), the data leave open, shape (m,)."""
        _, _, dead, unit, combined = self._design
        lengths = np.linalg.norm(self.jacobian * self.scale, axis=0)
        felt = np.abs(gradients * self.scale)[:, dead] > self.tolerance * max(lengths.max(), np.finfo(float).tiny)
        in_steps = gradients * unit  # (m, p)
        size = np.linalg.norm(in_steps, axis=1, keepdims=True)
        return np.asarray(felt.any(axis=1) | (np.abs(in_steps @ combined.T) > 1e-4 * size).any(axis=1))

    def covariance_of(self, gradients: Array) -> Array:
        """Covariance of numbers that are linear in the parameters.

        Arguments:
            gradients: Of each number by the parameters, shape (m, p).

        Returns:
            Shape (m, m). What the data do not determine has infinity on the diagonal and NaN beside it.
        """
        covariance = np.asarray(gradients @ self._spread @ gradients.T)
        blind = self._blind(gradients)
        covariance[blind], covariance[:, blind] = np.nan, np.nan
        covariance[blind, blind] = np.inf
        return covariance

    @property
    def covariance(self) -> Array:
        """Covariance of the parameters, shape (p, p), infinity and NaN as in `covariance_of`."""
        return self.covariance_of(np.eye(len(self.values)))

    def error_of(self, gradients: Array) -> Array:
        """One standard error of numbers with these gradients, shape (..., p) to (...)."""
        flat = gradients.reshape(-1, gradients.shape[-1])
        variance = np.einsum("mi,ij,mj->m", flat, self._spread, flat)
        errors = np.where(self._blind(flat), np.inf, np.sqrt(np.maximum(variance, 0)))
        return np.asarray(errors.reshape(gradients.shape[:-1]))

    @cached_property
    def errors(self) -> Array:
        """One standard error of each parameter, shape (p,); infinite for what the data do not determine."""
        return self.error_of(np.eye(len(self.values)))

    @cached_property
    def undetermined(self) -> dict[str, str]:
        """Why a parameter has an infinite error, by name; empty where all are determined."""
        _, _, dead, _, combined = self._design
        reasons = {}
        for name, is_dead in zip(self.names, dead, strict=True):
            if is_dead:
                reasons[name] = "no point feels it"
        for direction in combined:
            together = [name for name, part in zip(self.names, direction, strict=True) if abs(part) > 1e-4]
            for name in together:
                others = [other for other in together if other != name]
                reasons.setdefault(name, f"no point feels it if {' and '.join(others)} may move along")
        return reasons

    def interval(self, level: float) -> Array:
        """Ends of the interval of each parameter, shape (p, 2)."""
        half = quantile(level, self.freedom) * self.errors
        return np.stack([self.values - half, self.values + half], axis=1)

    def predict(self, log_value: Array, gradients: Array, level: float) -> Prediction:
        """The prediction whose log is `log_value`, shape (...), with gradients of shape (..., p)."""
        error = self.error_of(gradients)
        half = quantile(level, self.freedom) * error
        with np.errstate(over="ignore", under="ignore"):  # an interval may reach beyond what a float holds
            value, low, high = (np.exp(log_value + step) for step in (0.0, -half, half))
            return Prediction(value, np.where(np.isinf(error), np.inf, value * error), low, high)


def _slope_of_huber(residual: Array, huber: float) -> Array:
    """Derivative of Huber's ψ at each residual, shape (k,), smoothed over the spread of the residuals.

    Where `huber` is far below the scatter hardly a residual lies on the square part, and counting them tells little;
    a normal kernel of Silverman's width counts the neighbours too.
    """
    from scipy import special

    spread = 1.4826 * np.median(np.abs(residual - np.median(residual)))
    width = max(1.06 * float(spread) * len(residual) ** -0.2, 1e-9 * huber)
    return np.asarray(special.ndtr((huber - residual) / width) - special.ndtr((-huber - residual) / width))


def central_differences(function: Callable[[Array], Array], at: Array, scale: Array) -> Array:
    """Derivatives of a function by each of its arguments.

    Arguments:
        function: Maps arguments, shape (p,), to values, shape (...).
        at: Where, shape (p,).
        scale: A step of each argument that counts as large, shape (p,).

    Returns:
        Shape (..., p); 0 where a difference is no finite number.

    Examples:
        >>> import numpy as np
        >>> from lawbook import least_squares
        >>> at = np.array([2.0, 3.0])
        >>> np.round(least_squares.central_differences(lambda t: t[:1] ** 2 * t[1:], at, np.ones(2)), 6)
        array([[12.,  4.]])
    """
    columns = []
    for i, size in enumerate(scale):
        step = np.zeros_like(at)
        step[i] = np.finfo(float).eps ** (1 / 3) * size  # balances rounding against the third derivative
        above, below = at + step, at - step
        with np.errstate(all="ignore"):
            columns.append((function(above) - function(below)) / (above[i] - below[i]))
    return np.asarray(np.nan_to_num(np.stack(columns, axis=-1), nan=0.0, posinf=0.0, neginf=0.0))


def solve(
    names: Sequence[str],
    residual: Callable[[Array], Array],
    jacobian: Callable[[Array], Array],
    starts: Sequence[ArrayLike],
    *,
    known: bool = False,
    scatter: Scatter | None = None,
    huber: float | None = None,
    scale: Callable[[Array], Array] = np.ones_like,
    tolerance: float = EXACT,
    bootstrap: np.random.Generator | None = None,
    draws: int = 400,
) -> Estimate:
    """The least sum of squares, or of Huber's loss, over several starts.

    Arguments:
        names: Of the parameters, (p,).
        residual: Maps parameters, shape (p,), to weighted residuals, shape (k,); not finite where there are none.
        jacobian: Maps them to the derivatives of the residuals, shape (k, p).
        starts: Each of shape (p,). The first and the best others are followed; of equally good ends the first counts.
        known: The residuals are in units of given standard errors.
        scatter: As in `Estimate`; by default `equal` below `FEW` points and `unequal` from there on.
        huber: As in `Estimate`.
        scale: Maps parameters to the `scale` of `Estimate`.
        tolerance: As in `Estimate`.
        bootstrap: Draws the points anew, with replacement; the covariance is then that of the fits to them.
        draws: How often.

    Returns:
        The parameters at the least, and what is known of them.

    Raises:
        ValueError: Options that contradict each other, or too few points to draw them anew.
        RuntimeError: No start leads to a minimum, or nothing is determined at the best one.

    Examples:
        >>> import numpy as np
        >>> from lawbook import least_squares
        >>> u, y = np.arange(4.0), np.array([1.0, 3.1, 4.9, 7.0])  # a line through 1 of slope 2
        >>> design = np.stack([np.ones(4), u, u], axis=1)  # its slope is the sum of two parameters
        >>> found = least_squares.solve("abc", lambda t: design @ t - y, lambda t: design, [np.zeros(3)])
        >>> np.round(found.errors, 2), found.undetermined["b"]
        (array([0.08,  inf,  inf]), 'no point feels it if c may move along')
    """
    check_options(known=known, scatter=scatter, huber=huber)

    def usable(theta: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.nan_to_num(residual(theta), nan=UNUSABLE, posinf=UNUSABLE, neginf=-UNUSABLE)

    def slopes(theta: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.nan_to_num(jacobian(theta), nan=0.0, posinf=0.0, neginf=0.0)

    first, *others = (np.asarray(start, dtype=float) for start in starts)
    others = sorted(others, key=lambda start: _cost(usable(start), huber))[: POLISHED - 1]
    ends = [_descend(usable, slopes, start, huber) for start in (first, *others)]
    with np.errstate(all="ignore"):
        ends = [(theta, cost) for theta, cost in ends if np.isfinite(cost) and np.all(np.isfinite(residual(theta)))]
    if not ends:
        raise RuntimeError(
            f"found no minimum from {len(starts)} starts, expected one: start nearer to it, "
            "or fit fewer parameters if the points cannot tell them apart"
        )
    least = min(cost for _, cost in ends)
    best = next(theta for theta, cost in ends if cost <= least * (1 + TIE))
    estimate = Estimate(
        tuple(names),
        best,
        slopes(best),
        usable(best),
        chosen_scatter(len(usable(best)), known=known, scatter=scatter),
        huber,
        scale(best),
        tolerance,
        None if bootstrap is None else _resampled(usable, slopes, best, huber, bootstrap, draws),
    )
    if len(estimate.undetermined) == len(names) and np.all(estimate._design[2]):
        raise RuntimeError("found an end where no point feels any parameter, expected a minimum: start nearer to it")
    return estimate


def check_options(*, known: bool, scatter: Scatter | None, huber: float | None) -> None:
    """Refuse options of a fit that contradict each other, by a ValueError."""
    if known and scatter is not None:
        raise ValueError(f"found given errors and scatter={scatter!r}, expected one of them: errors say the scatter")
    if scatter not in (None, "equal", "unequal"):
        raise ValueError(f"found scatter={scatter!r}, expected 'equal', 'unequal' or None")
    if huber is not None and not (0 < huber < np.inf):
        raise ValueError(f"found huber={huber}, expected a number above 0, in the unit of the residuals")


def chosen_scatter(points: int, *, known: bool, scatter: Scatter | None) -> Literal["known", "equal", "unequal"]:
    """How the points of a fit scatter, as `solve` takes it by default."""
    if known:
        return "known"
    return scatter or ("equal" if points < FEW else "unequal")


def _cost(residual: Array, huber: float | None) -> float:
    """Half the sum of squares, or of Huber's loss."""
    size = np.abs(residual)
    if huber is None:
        return 0.5 * float(size @ size)
    return float(np.sum(np.where(size <= huber, 0.5 * size**2, huber * (size - 0.5 * huber))))


def _descend(
    residual: Callable[[Array], Array], jacobian: Callable[[Array], Array], start: Array, huber: float | None
) -> tuple[Array, float]:
    """The end of a descent and its cost, infinite if it did not come to an end."""
    from scipy.optimize import least_squares

    exact = {"xtol": 1e-10, "ftol": 1e-10, "gtol": 1e-13, "x_scale": "jac", "max_nfev": STEPS}
    found = least_squares(residual, start, jac=jacobian, method="lm", **exact)
    if huber is not None:
        # where most residuals lie beyond the turn the valley is narrow: the turn is brought in by steps
        reach = max(float(np.abs(found.fun).max()) / huber, 1.0)
        for turn in huber * np.geomspace(reach, 1, 2 + int(np.log(reach))):
            found = least_squares(residual, found.x, jac=jacobian, method="trf", loss="huber", f_scale=turn, **exact)
    return found.x, _cost(found.fun, huber) if found.status > 0 else np.inf


def _resampled(
    residual: Callable[[Array], Array],
    jacobian: Callable[[Array], Array],
    start: Array,
    huber: float | None,
    rng: np.random.Generator,
    draws: int,
) -> Array:
    """Parameters fitted to points drawn with replacement, shape (draws, p)."""
    k, p = len(residual(start)), len(start)
    if k < 3 * p or draws < 2:
        raise ValueError(
            f"found {k} points and {draws} draws, expected at least {3 * p} points and 2 draws to resample"
        )
    fitted: list[Array] = []
    while len(fitted) < draws:
        picked = rng.integers(k, size=k)
        if len(np.unique(picked)) <= p:  # too few different points to fit: the draw says nothing
            continue
        theta, cost = _descend(partial(_rows, residual, picked), partial(_rows, jacobian, picked), start, huber)
        if np.isfinite(cost):
            fitted.append(theta)
    return np.stack(fitted)


def _rows(function: Callable[[Array], Array], picked: NDArray[np.int64], theta: Array) -> Array:
    return np.asarray(function(theta)[picked])


def column(values: ArrayLike, name: str) -> Array:
    """One positive number a point, in double precision.

    Arguments:
        values: Positive, shape (k,).
        name: What a message calls them.

    Returns:
        Shape (k,).

    Raises:
        ValueError: Another shape, or a value that is not a positive finite number; the sentence says which.

    Examples:
        >>> from lawbook import least_squares
        >>> least_squares.column([1, 2], "x")
        array([1., 2.])
    """
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise ValueError(f"found {name} of shape {array.shape}, expected one number a point: shape (points,)")
    bad = np.flatnonzero(~((array > 0) & np.isfinite(array)))
    if len(bad):
        raise ValueError(f"found {name} = {array[bad[0]]} at point {bad[0]}, expected finite values above 0 only")
    return array
