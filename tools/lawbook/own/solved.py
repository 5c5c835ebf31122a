"""A law of the book fitted to a reader's runs, as numbers: constants and intervals that cover."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook import profile, sandwich
from lawbook.least_squares import Estimate, Prediction, central_differences, quantile
from lawbook.own.law import Unfitted
from lawbook.own.runs import Runs

Array = NDArray[np.float64]
Scatter = Literal["known", "equal", "unequal"]

BY_DIFFERENCES = 1e-7
"""Share of a Jacobian from central differences that is rounding."""
STARTS = 60
"""How many starts a fit is tried from."""
SHIFTS = np.concatenate([np.zeros(1), np.arange(-40.0, 41.0)])
"""By how much a scale is moved before a descent begins, in its logarithm; where all are equal it stays."""
ROUNDED = float(np.log(1e6))
"""Beyond so many times, in the logarithm, an end of what is not determined is rounding."""
EXACT = 1e-14
"""A misfit of a run that is rounding."""
FOLLOWED = 10
"""How many of them, the best ones, are followed to their end."""
DRAWS = 200
"""How often runs are drawn anew for the bootstrap."""
A_CONSTANT = 3
"""So many runs, or groups, a constant are needed for it."""
FAR = 10.0
"""Beyond this many times the range of the runs a prediction warns."""


class ExtrapolationWarning(UserWarning):
    """A prediction far beyond the runs: its interval holds only if the law goes on as it is."""


@dataclass(frozen=True)
class Solved:
    """A law fitted to runs. Called with the symbols on its axes: `fit(N=7e10, D=1.4e12)`.

    Attributes:
        law: What was fitted, with its entry.
        runs: What it was fitted to.
        names: The fitted constants, by their ids.
        theta: Their values, shape (p,), logarithms of those that are above 0.
        positive: Which of them are, shape (p,).
        huber: The residual of log loss at which Huber's loss turns from square to linear; None for least squares.
        scatter: `known` where the runs have errors, `equal` if all have one relative error, `unequal` if each its own.
    """

    law: Unfitted
    runs: Runs
    names: tuple[str, ...]
    theta: Array
    positive: NDArray[np.bool_]
    huber: float | None
    scatter: Scatter
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def values(self) -> dict[str, float]:
        """The constants, by symbol; one that has faded away is 0.

        Examples:
            >>> import lawbook
            >>> n = [1e3, 1e4, 1e5, 1e6]
            >>> runs = lawbook.runs({"n": n, "error rate": [30 * m**-0.3 for m in n]}, n="n", loss="error rate")
            >>> fit = lawbook.fit("hestness2017", runs, given={"floor": 0.0})
            >>> {name: round(value, 3) for name, value in fit.values.items()}
            {'amplitude': 30.0, 'data_exponent': -0.3}
        """
        return dict(zip(self.names, (float(v) for v in self._real(self.theta)), strict=True))

    @property
    def given(self) -> dict[str, float]:
        """The constants that were not fitted, by symbol."""
        return dict(self.law.given)

    @property
    def errors(self) -> dict[str, float]:
        """One standard error of each constant; infinite for what the runs do not determine.

        By the sandwich, which lets each run, or each group of runs, have a scatter of its own, see `lawbook.sandwich`;
        for Huber's loss, of which the sandwich knows too little, by the bootstrap.
        """
        if self.huber is not None:
            return self.bootstrap()
        log_errors = np.array([self._sandwich.error(row) for row in np.diag(self._estimate.scale)])
        log_errors = np.where(np.isinf(self._estimate.errors), np.inf, log_errors)
        slopes = np.where(self.positive, self._real(self.theta), 1.0)
        with np.errstate(invalid="ignore"):
            errors = np.where(np.isinf(log_errors), np.inf, log_errors * slopes)
        return dict(zip(self.names, (float(e) for e in errors), strict=True))

    @property
    def rms(self) -> float:
        """Root mean square of the residuals of log loss: a relative miss."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    @property
    def residuals(self) -> Array:
        """Log of the fitted loss over the measured one, shape (runs,)."""
        return np.asarray(self._log_law(self.theta, self._points) - np.log(self.runs.loss))

    @property
    def weighted(self) -> Array:
        """The residuals in units of the given errors, shape (runs,); as `residuals` where there are none."""
        return self._weights * self.residuals

    @property
    def undetermined(self) -> dict[str, str]:
        """Why a constant has an interval without end, by symbol; empty where the runs determine all."""
        reasons, told = self._estimate.undetermined, {}
        for name, (low, high) in self.interval().items():
            if np.isinf(high) or np.isinf(low):
                open_end = "the fit gets hardly worse however far it moves, if the others may move along"
                told[name] = reasons.get(name, open_end)
            elif low == 0 and name in self._above:
                told[name] = "0 fits as well: the runs do not show this term"
        return told

    @property
    def _above(self) -> set[str]:
        return {name for name, above in zip(self.names, self.positive, strict=True) if above}

    def interval(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Intervals that cover each constant with probability `level`, by profiling.

        An end is where the fit, all other constants fitted anew, has got worse by as much as Student's t allows. Where
        it never does, the interval is infinite, or reaches down to 0.

        Arguments:
            level: A probability, below 1.

        Returns:
            Lower and upper end by symbol, in its unit.

        Raises:
            ValueError: A level that is no probability.

        Examples:
            >>> import lawbook
            >>> table = {"n": [1e3, 3e3, 1e4, 3e4, 1e5], "loss": [3.8, 2.71, 1.89, 1.36, 0.95]}
            >>> fit = lawbook.fit("hestness2017", lawbook.runs(table, n="n"), given={"floor": 0.0})
            >>> low, high = fit.interval()["data_exponent"]
            >>> print(f"{low:.3f} to {high:.3f}")
            -0.304 to -0.297
        """
        key = f"interval {level}"
        if key not in self._cache:
            found = {}
            for i, name in enumerate(self.names):
                _, *ends = self._told(_coordinate(i), level)
                found[name] = self._open(i, *ends) if self.positive[i] else (ends[0], ends[1])
            self._cache[key] = found
        return dict(self._cache[key])

    def bootstrap(self) -> dict[str, float]:
        """One standard error of each constant by fitting 200 times to runs drawn anew, groups of runs as wholes.

        Returns:
            By symbol, in its unit; it stands beside the error by the sandwich, and rests on no formula.

        Raises:
            ValueError: Fewer than three runs, or groups, a constant.

        Examples:
            >>> import numpy as np
            >>> import lawbook
            >>> n = np.geomspace(1e3, 1e6, 20)
            >>> loss = 30 * n**-0.3 * np.exp(0.01 * np.cos(np.arange(20.0) ** 2))
            >>> fit = lawbook.fit("hestness2017", lawbook.runs({"n": n, "loss": loss}, n="n"), given={"floor": 0.0})
            >>> 0.5 < fit.bootstrap()["data_exponent"] / fit.errors["data_exponent"] < 2
            True
        """
        draws = np.array([self._real(theta) for theta in self.draws()])
        return {name: float(np.std(column, ddof=1)) for name, column in zip(self.names, draws.T, strict=True)}

    def _open(self, i: int, low: float, high: float) -> tuple[float, float]:
        """The ends of a constant out of those of its logarithm.

        Where others may make up for it, an end that is only rounding, a million times away, is none.
        """
        felt = np.linalg.norm(self._estimate.jacobian, axis=0)
        if np.isinf(self._estimate.errors[i]) and felt[i] > BY_DIFFERENCES * felt.max():
            low = -np.inf if low < self.theta[i] - ROUNDED else low
            high = np.inf if high > self.theta[i] + ROUNDED else high
        return _exp(low, high)

    def predict(self, level: float = 0.95, **x: ArrayLike) -> Prediction:
        """The fitted law at `x`, among the runs or beyond them, with its error and an interval.

        Arguments:
            level: Probability with which the interval covers the law, not a new run: that scatters by `rms` besides.
            **x: A number or an array for each symbol on an axis, such as `N=7e10, D=1.4e12`; they broadcast.

        Returns:
            Value, error and ends of the interval, each of the shape that `x` broadcasts to, in the unit of the loss.

        Raises:
            TypeError: A symbol without a value, or one that the law has not.
            ValueError: A value at or below 0, or where the law has none.

        Warns:
            ExtrapolationWarning: Beyond ten times the range of the runs.

        Examples:
            >>> import lawbook
            >>> table = {"n": [1e3, 3e3, 1e4, 3e4, 1e5], "loss": [3.8, 2.71, 1.89, 1.36, 0.95]}
            >>> fit = lawbook.fit("hestness2017", lawbook.runs(table, n="n"), given={"floor": 0.0})
            >>> found = fit.predict(n=1e6)
            >>> print(f"{found.value:.3f}, 95 % from {found.low:.3f} to {found.high:.3f}")
            0.474, 95 % from 0.467 to 0.482
        """
        quantile(level, np.inf)
        points = self._at(x)
        shape = np.broadcast_shapes(*(p.shape for p in points.values()))
        flat = {name: np.broadcast_to(p, shape).ravel() for name, p in points.items()}
        self._warn_far(flat)
        log_value = self._log_law(self.theta, flat)
        if not np.all(np.isfinite(log_value)):
            raise ValueError(f"found no finite value of {self.law.name} above 0 there, expected one at each point")
        told = []
        for i in range(len(log_value)):
            here = {name: p[i : i + 1] for name, p in flat.items()}
            error, low, high = self._told(self._log_at(here), level)
            told.append((error * np.exp(log_value[i]), *_exp(low, high)))
        return Prediction(*(np.asarray(a).reshape(shape) for a in (np.exp(log_value), *np.array(told).T)))

    def _log_at(self, here: Mapping[str, Array]) -> Number:
        """The log of the law at a point, whose coordinates have shape (1,)."""
        return Number(lambda t: float(self._log_law(t, here)[0]), lambda t: self._log_slopes(t, here)[0])

    def __call__(self, **x: ArrayLike) -> Any:
        """The fitted law at `x`.

        Arguments:
            **x: A number or an array for each symbol on an axis; they broadcast.

        Returns:
            A float, or an array of the shape that the values broadcast to, in the unit of the loss.

        Raises:
            TypeError: A symbol without a value, or one that the law has not.
        """
        found = np.asarray(np.exp(self._log_law(self.theta, self._at(x))))
        return float(found) if found.ndim == 0 else found

    @property
    def _points(self) -> dict[str, Array]:
        return {symbol: self.runs.x[axis] for symbol, axis in self.law.x.items()}

    def _at(self, x: Mapping[str, ArrayLike]) -> dict[str, Array]:
        unused = [axis for axis in self.runs.x if not self.law.formula.has(axis)]  # as a column of that name is
        x = {word: value for word, value in x.items() if word not in unused}
        found = {self.law.formula.symbol(word): np.asarray(value, dtype=float) for word, value in x.items()}
        wanted = set(self.law.x)
        if found.keys() != wanted:
            raise TypeError(
                f"found {', '.join(sorted(x)) or 'nothing'}, expected a value for each of "
                f"{', '.join(map(self.law.letter, self.law.x))}"
            )
        for word, value in x.items():
            if not np.all((np.asarray(value, dtype=float) > 0) & np.isfinite(np.asarray(value, dtype=float))):
                raise ValueError(f"found {word} at or below 0 or not finite, expected numbers above 0")
        return found

    def _warn_far(self, points: Mapping[str, Array]) -> None:
        told = []
        for symbol, axis in self.law.x.items():
            low, high = self.runs.x[axis].min(), self.runs.x[axis].max()
            times = max(float(points[symbol].max()) / high, low / float(points[symbol].min()))
            if times > FAR:
                told.append(f"{axis} is {times:.3g} times beyond the runs")
        if told:
            message = f"{' and '.join(told)}: the interval holds only if {self.law.name} goes on as it is"
            warnings.warn(message, ExtrapolationWarning, stacklevel=3)

    def _real(self, theta: Array) -> Array:
        """The constants themselves; a faded one is 0."""
        with np.errstate(over="ignore", under="ignore"):
            return np.where(self.positive, np.exp(np.where(self.positive, theta, 0.0)), theta)

    def _scale(self, theta: Array) -> Array:
        return np.where(self.positive, 1.0, np.maximum(np.abs(theta), 0.1))

    def _log_law(self, theta: Array, points: Mapping[str, Array]) -> Array:
        constants = dict(zip(self.names, self._real(theta), strict=True))
        with np.errstate(all="ignore"):
            value = np.log(self.law.formula.expression(**points, **self.law.given, **constants))
        shape = np.broadcast_shapes(*(np.shape(p) for p in points.values()))
        return np.asarray(np.broadcast_to(value, shape))

    def _log_slopes(self, theta: Array, points: Mapping[str, Array]) -> Array:
        """Derivatives of the log of the law by the parameters, shape (m, p), by differences taken all at once."""
        step = np.finfo(float).eps ** (1 / 3) * self._scale(theta)
        around = theta + np.concatenate([np.diag(step), -np.diag(step)])  # (2 p, p)
        p = len(theta)
        value = self._log_laws(around, points)
        with np.errstate(all="ignore"):
            apart = np.diag(around[:p] - around[p:])[:, None]
            slopes = (value[:p] - value[p:]) / apart
        return np.asarray(slopes.T)

    def _log_laws(self, thetas: Array, points: Mapping[str, Array]) -> Array:
        """The log of the law with several sets of parameters, shape (t, p), at the same points: shape (t, m)."""
        columns = {name: values[:, None] for name, values in zip(self.names, self._real(thetas).T, strict=True)}
        with np.errstate(all="ignore"):
            value = np.log(self.law.formula.expression(**points, **self.law.given, **columns))
        return np.asarray(np.broadcast_to(value, (len(thetas), *np.shape(next(iter(points.values()))))))

    @cached_property
    def _weights(self) -> Array:
        return np.ones(len(self.runs)) if self.runs.error is None else self.runs.loss / self.runs.error

    @cached_property
    def _problem(self) -> profile.Problem:
        points, target, weights = self._points, np.log(self.runs.loss), self._weights
        return profile.Problem(
            lambda t: weights * (self._log_law(t, points) - target),
            lambda t: weights[:, None] * self._log_slopes(t, points),
            self.huber,
        )

    @cached_property
    def _estimate(self) -> Estimate:
        return Estimate(
            self.names,
            self.theta,
            self._problem.slopes(self.theta),
            self._problem.usable(self.theta),
            "equal" if self.runs.error is None else "known",
            self.huber,
            self._scale(self.theta),
            BY_DIFFERENCES,
        )

    @cached_property
    def _sandwich(self) -> sandwich.Sandwich:
        jacobian = self._estimate.jacobian * self._estimate.scale
        return sandwich.of_design(jacobian, self._estimate.residual, self.runs.group, tolerance=BY_DIFFERENCES)

    def _error(self, gradient: Array) -> float:
        """One standard error of a number with this gradient by the parameters, shape (p,); infinite if undetermined."""
        plain = float(self._estimate.error_of(gradient))
        if np.isinf(plain) or self.scatter != "unequal":
            return plain
        return self._sandwich.error(gradient * self._estimate.scale)

    def _told(self, number: Number, level: float) -> tuple[float, float, float]:
        """One standard error of a number made from the parameters, and the ends of its interval."""
        gradient = number.slopes(self.theta)
        freedom = max(float(self.units - len(self.names)), 1.0)
        if self.huber is not None:
            drawn = np.array([number.of(theta) for theta in self.draws()])
            error = np.inf if np.isinf(self._estimate.error_of(gradient)) else float(np.std(drawn, ddof=1))
            half = quantile(level, freedom) * error
            return error, number.of(self.theta) - half, number.of(self.theta) + half
        error, times = self._error(gradient), quantile(level, self._estimate.freedom)
        in_steps = gradient * self._estimate.scale
        unit = self._sandwich.unit(in_steps)
        if np.isfinite(error) and unit > 0:
            scatter = error / unit
            if self.scatter == "unequal":
                times = quantile(level, self._sandwich.freedom(in_steps))
        else:  # no direction of the parameters moves it alone: one scatter for all runs
            scatter = 1.0 if self.scatter == "known" else float(np.linalg.norm(self._estimate.residual)) / freedom**0.5
        return error, *profile.interval(
            self._problem, self.theta, *number, error=error, scatter=scatter, quantile=times
        )

    def _number(self, of: Callable[[Array], float]) -> Number:
        """A number made from the parameters, with its derivatives by differences."""
        return Number(of, lambda t: central_differences(lambda at: np.array([of(at)]), t, self._scale(t))[0])

    @property
    def units(self) -> int:
        """How many runs there are that know nothing of each other: runs, or groups of them."""
        return len(self.runs) if self.runs.group is None else len(np.unique(self.runs.group))

    @property
    def can_draw(self) -> bool:
        """Whether there are runs, or groups of them, enough for the bootstrap."""
        return self.units >= A_CONSTANT * len(self.names)

    def draws(self, tick: Callable[[int], None] = lambda steps: None) -> Array:
        """Parameters fitted to runs drawn anew with replacement, groups of runs as wholes; the same ones every time.

        Arguments:
            tick: Called after each draw, with 1.

        Returns:
            Shape (`DRAWS`, p), logarithms of the constants above 0.

        Raises:
            ValueError: Fewer than three runs, or groups, a constant.

        Examples:
            >>> import numpy as np
            >>> import lawbook
            >>> n = np.geomspace(1e3, 1e6, 20)
            >>> loss = 30 * n**-0.3 * np.exp(0.01 * np.cos(np.arange(20.0) ** 2))
            >>> fit = lawbook.fit("hestness2017", lawbook.runs({"n": n, "loss": loss}, n="n"), given={"floor": 0.0})
            >>> fit.draws().shape
            (200, 2)
        """
        if not self.can_draw:
            raise ValueError(few_to_draw(self.units, len(self.names)))
        if "draws" not in self._cache:
            rng = np.random.default_rng(0)
            kept: list[Array] = []
            group = np.arange(len(self.runs)) if self.runs.group is None else self.runs.group
            members = [np.flatnonzero(group == name) for name in np.unique(group)]
            while len(kept) < DRAWS:
                picked = rng.integers(len(members), size=len(members))
                if len(np.unique(picked)) <= len(self.names):  # too few different ones to be fitted
                    continue
                drawn = replace(self, runs=self.runs.rows(np.concatenate([members[i] for i in picked])), _cache={})
                theta, cost = profile.minimise(drawn._problem, self.theta)
                if np.isfinite(cost):
                    kept.append(theta)
                    tick(1)
            self._cache["draws"] = np.stack(kept)
        return np.asarray(self._cache["draws"])


class Number(NamedTuple):
    """A number made from the parameters of a fit."""

    of: Callable[[Array], float]
    """Maps parameters, shape (p,), to it."""
    slopes: Callable[[Array], Array]
    """Maps them to its derivatives, shape (p,)."""


def few_to_draw(units: int, constants: int) -> str:
    """Why runs cannot be drawn anew."""
    return f"found {units} runs or groups for {constants} constants, expected {A_CONSTANT} a constant to draw them anew"


def _coordinate(i: int) -> Number:
    return Number(lambda theta: float(theta[i]), lambda theta: np.eye(len(theta))[i])


def _exp(low: float, high: float) -> tuple[float, float]:
    with np.errstate(over="ignore", under="ignore"):
        return float(np.exp(low)), float(np.exp(high))


def solve(blank: Solved) -> Array:
    """The parameters at the least loss over all starts, shape (p,); of equally good ends the nearest to the entry's.

    Raises:
        RuntimeError: No start leads to a minimum.
    """
    problem = blank._problem
    entry, *others = _starts(blank)
    starts = [entry, *sorted(others, key=problem.cost)[:FOLLOWED]]
    ends = [profile.minimise(problem, start) for start in starts]
    ends = [
        (theta, cost)
        for theta, cost in ends
        if np.isfinite(cost) and np.all(np.isfinite(blank._problem.residual(theta)))
    ]
    if not ends:
        raise RuntimeError(
            f"found no minimum of {blank.law.name} from {STARTS} starts, expected one: do the runs have its shape?"
        )
    least = min(cost for _, cost in ends)
    good = [theta for theta, cost in ends if cost <= least * (1 + 1e-6) + EXACT * len(blank.runs)]
    return min(good, key=lambda theta: float(np.linalg.norm(theta - entry)))


def _starts(blank: Solved) -> list[Array]:
    """The constants of the entry, others around them, and exponents of all sizes; the same ones every time.

    Pure numbers among the constants are exponents, from 0.05 to 1. The others may be orders of magnitude away, where
    runs count in other units: each is moved to where the misfit is least, one after the other.
    """
    rng = np.random.default_rng(0)
    first = np.array([blank.law.free[name] for name in blank.names])
    floor = float(blank.runs.loss.min())
    known = blank.law.formula.known
    theta = np.where(blank.positive, np.log(np.where(first > 0, first, 0.3 * floor)), first)
    exponent = np.array([known[name].unit == "1" for name in blank.names])
    found = [theta]
    for i in range(STARTS - 1):
        start = theta + (0.5 if i % 3 == 0 else 3.0) * rng.standard_normal(len(theta)) * np.where(
            blank.positive, 1.0, np.abs(theta) + 0.1
        )
        sizes = rng.uniform(np.log(0.05), 0.0, len(theta))
        start = np.where(exponent & blank.positive, sizes, start)
        found.append(
            np.where(exponent & ~blank.positive, np.copysign(np.exp(sizes), np.where(theta == 0, 1.0, theta)), start)
        )
    scales = np.flatnonzero(blank.positive & ~exponent)
    return [theta, *(_moved(blank, start, scales) for start in found)]


def _moved(blank: Solved, theta: Array, scales: NDArray[np.intp]) -> Array:
    """Parameters with each of the scales moved to where the misfit is least, twice around."""
    points, target, best = blank._points, np.log(blank.runs.loss), theta.copy()
    for i in [*scales, *scales]:
        tried = np.tile(best, (len(SHIFTS), 1))
        tried[:, i] += SHIFTS
        with np.errstate(all="ignore"):
            misfit = np.sum((blank._log_laws(tried, points) - target) ** 2, axis=1)
        best = tried[int(np.argmin(np.nan_to_num(misfit, nan=np.inf)))]
    return best
