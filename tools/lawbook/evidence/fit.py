"""Fit a law's own formula, never another, to measured data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.extras import require
from lawbook.least_squares import Estimate, Prediction, Scatter, central_differences, column, solve
from lawbook.reference.formula import Formula
from lawbook.reference.problem import nearest

Array = NDArray[np.float64]

NOTHING = 1e-6
"""A constant that no point feels any more, and that has fallen below this share of its start, is 0."""

BY_DIFFERENCES = 1e-7
"""Share of a Jacobian from central differences that is rounding: their error is eps^(2/3) = 4e-11 of log y."""


@dataclass(frozen=True)
class Source:
    """All that determines the constants of a fit, so that whoever reads them can fit again.

    Attributes:
        x: The symbols on the axes, one number a point each.
        y: Measured, one number a point.
        free: Start values of the symbols that were fitted.
        given: Values of the others.
        huber: The residual of log y at which the loss turns from square to linear; None for least squares.
    """

    x: dict[str, tuple[float, ...]]
    y: tuple[float, ...]
    free: dict[str, float]
    given: dict[str, float]
    huber: float | None = None


@dataclass(frozen=True)
class Fit:
    """A formula with fitted constants. Called with the symbols that are left: `fit(n=100)`.

    Attributes:
        formula: The law's.
        given: Values of the symbols that were not fitted.
        estimate: Of the fitted symbols; of the logarithms of those in `positive`.
        positive: Which of them are above 0, shape (p,).
        source: What was fitted, and from where.
    """

    formula: Formula
    given: dict[str, float]
    estimate: Estimate
    positive: NDArray[np.bool_]
    source: Source

    @property
    def values(self) -> dict[str, float]:
        """The fitted constants."""
        return _named(self.estimate.names, _real(self.estimate.values, self.positive))

    @property
    def errors(self) -> dict[str, float]:
        """One standard error of each; infinite for what the points do not determine."""
        return _named(self.estimate.names, np.sqrt(np.diag(self.covariance)))

    @property
    def covariance(self) -> Array:
        """Of the constants, in the order of `values`; infinity on the diagonal and NaN beside it where undetermined."""
        slopes = np.where(self.positive, _real(self.estimate.values, self.positive), 1.0)
        covariance = self.estimate.covariance
        blind = np.isinf(np.diag(covariance))
        with np.errstate(invalid="ignore"):  # infinity times a constant that has run away to 0
            covariance = covariance * slopes[:, None] * slopes
        covariance[blind, blind] = np.inf
        return covariance

    @property
    def undetermined(self) -> dict[str, str]:
        """Why a constant has an infinite error, by name; empty where all are determined."""
        return self.estimate.undetermined

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that a call needs."""
        return tuple(s for s in self.formula.symbols if s not in self.estimate.names and s not in self.given)

    def interval(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Intervals that cover each constant with probability `level`, each by itself (Student's t).

        Those of constants above 0 stay above 0.

        Arguments:
            level: A probability, below 1.

        Returns:
            Lower and upper end by symbol, in its unit.

        Raises:
            ValueError: A level that is no probability.

        Examples:
            >>> from lawbook import notebook
            >>> law = notebook.open("hestness2017")
            >>> n, y = [10, 20, 40, 80], [0.63, 0.45, 0.31, 0.225]
            >>> free, given = {"amplitude": 1.0, "data_exponent": -1.0}, {"floor": 0.0}
            >>> fit = law.fit("learning-curve-power-law", x={"n": n}, y=y, free=free, given=given)
            >>> low, high = fit.interval()["data_exponent"]
            >>> bool(-0.6 < low < -0.5 < high < -0.4)
            True
        """
        with np.errstate(over="ignore", under="ignore"):  # an interval may reach beyond what a float holds
            ends = _real(self.estimate.interval(level), self.positive[:, None])
        return {name: (float(low), float(high)) for name, (low, high) in zip(self.estimate.names, ends, strict=True)}

    def __call__(self, **x: ArrayLike) -> Any:
        """The fitted law at `x`.

        Arguments:
            **x: A number or an array for each of `symbols`; they broadcast against each other.

        Returns:
            A float, or an array of the shape that the values broadcast to, in the unit of y.

        Raises:
            TypeError: A symbol without a value, or one that the law has not.
        """
        return self.formula(**self._given(), **self.values, **x)

    def predict(self, level: float = 0.95, **x: ArrayLike) -> Prediction:
        """The fitted law at `x`, among the points or beyond them, with its error and an interval.

        Arguments:
            level: Probability with which the interval covers the law, not a new measurement.
            **x: A number or an array for each of `symbols`; they broadcast against each other.

        Returns:
            Value, error and ends of the interval, each of the shape that `x` broadcasts to, in the unit of y.

        Raises:
            ValueError: The law has no value above 0 there, or the level is no probability.
            TypeError: A symbol without a value, or one that the law has not.

        Examples:
            >>> from lawbook import notebook
            >>> law = notebook.open("hestness2017")
            >>> n, y = [10, 20, 40, 80], [0.63, 0.45, 0.31, 0.225]
            >>> free, given = {"amplitude": 1.0, "data_exponent": -1.0}, {"floor": 0.0}
            >>> fit = law.fit("learning-curve-power-law", x={"n": n}, y=y, free=free, given=given)
            >>> found = fit.predict(n=1000.0)
            >>> bool(found.low < 2 * 1000**-0.5 < found.high), bool(found.error < 0.1 * found.value)
            (True, True)
        """

        def log(theta: Array) -> Array:
            return np.asarray(np.log(self.formula(**self._given(), **self._constants(theta), **x)))

        with np.errstate(all="ignore"):
            log_value = log(self.estimate.values)
        if not np.all(np.isfinite(log_value)):
            raise ValueError(
                f"found no finite value of {self.formula.text!r} above 0 there, expected one at each point"
            )
        gradients = central_differences(log, self.estimate.values, self.estimate.scale)
        return self.estimate.predict(log_value, gradients, level)

    def _given(self) -> dict[str, float]:
        return {name: value for name, value in self.given.items() if name in self.formula.symbols}

    def _constants(self, theta: Array) -> dict[str, float]:
        return _named(self.estimate.names, _real(theta, self.positive))


def _real(theta: Array, positive: NDArray[np.bool_]) -> Array:
    """The constants themselves: `theta` has the logarithms of those above 0."""
    return np.where(positive, np.exp(np.where(positive, theta, 0.0)), theta)


def _named(names: tuple[str, ...], numbers: Array) -> dict[str, float]:
    return {name: float(number) for name, number in zip(names, numbers, strict=True)}


def fit_formula(
    formula: Formula,
    *,
    x: Mapping[str, ArrayLike],
    y: ArrayLike,
    free: Mapping[str, float],
    given: Mapping[str, float],
    scatter: Scatter | None = None,
    huber: float | None = None,
    bootstrap: np.random.Generator | None = None,
) -> Fit:
    """Least squares in log y over the symbols `free`, from their start values and from others around them and around 1.

    Free symbols that start above 0 stay above 0 (they are fitted as logarithms), or end at 0: a constant that the
    points push there has the error of a number that may leave it.

    Arguments:
        formula: The law's.
        x: The symbols on the axes, finite, shape (points,) each.
        y: Measured, positive, shape (points,).
        free: Start values of the symbols to fit.
        given: Values of the others.
        scatter: `equal` if all points have the same relative error, `unequal` if each may have its own (sandwich HC3).
            By default `equal` below 12 points, which cannot tell, and `unequal` from there on.
        huber: Fit by Huber's loss, which turns from square to linear at this residual of log y: outliers then count
            little.
        bootstrap: Draws the points anew, 400 times, and takes the covariance from the fits to them.

    Returns:
        The formula with its constants, their errors, intervals and predictions.

    Raises:
        KeyError: A symbol that the formula has not.
        TypeError: A symbol without a value, or with two.
        ValueError: No more points than free symbols (fewer than 3 a symbol with `bootstrap`), unequal shapes, values
            that cannot be fitted, or options that contradict each other.
        RuntimeError: No start leads to a minimum.

    Examples:
        >>> import numpy as np
        >>> from lawbook import Formula
        >>> from lawbook.evidence.fit import fit_formula
        >>> n = np.array([10.0, 20.0, 40.0, 80.0])
        >>> law = Formula.parse("a*n**(-b)", {"a", "b", "n"})
        >>> fit = fit_formula(law, x={"n": n}, y=2 * n**-0.5, free={"a": 1.0, "b": 1.0}, given={})
        >>> round(fit.values["a"], 6), round(fit.values["b"], 6), round(float(fit(n=400.0)), 6)
        (2.0, 0.5, 0.1)
    """
    require("lab", "scipy")
    for name in (*x, *free, *given):
        if name not in formula.symbols:
            raise KeyError(f"the formula {formula.text!r} has no symbol {name!r}{nearest(name, formula.symbols)}")
    left = sorted(set(formula.symbols) - {*x, *free, *given})
    if left:
        raise TypeError(f"the formula {formula.text!r} needs a value for {', '.join(left)}: in x, free or given")
    twice = sorted(name for name in formula.symbols if (name in x) + (name in free) + (name in given) > 1)
    if twice:
        raise TypeError(f"found {', '.join(twice)} in more than one of x, free and given, expected each in one")
    names, target = tuple(free), column(y, "y")
    points = {name: np.asarray(value, dtype=float) for name, value in x.items()}
    for name, value in points.items():
        if value.shape != target.shape:
            raise ValueError(f"found {name} of shape {value.shape} for y of shape {target.shape}, expected one shape")
        if not np.all(np.isfinite(value)):
            raise ValueError(f"found {name} = {value[~np.isfinite(value)][0]} among the points, expected finite values")
    for name, number in (*free.items(), *given.items()):
        if np.ndim(number) or not np.isfinite(number):
            raise ValueError(f"found {name} = {number}, expected one finite number")
    if not names or len(target) <= len(names):
        raise ValueError(f"found {len(target)} points for {len(names)} free symbols, expected more points than symbols")
    start = np.array([free[name] for name in names], dtype=float)
    positive = start > 0

    def residual(theta: Array, positive: NDArray[np.bool_] = positive) -> Array:
        modelled = np.log(formula(**points, **given, **_named(names, _real(theta, positive))))
        return np.asarray(np.broadcast_to(modelled, target.shape) - np.log(target))

    theta = np.where(positive, np.log(np.where(positive, start, 1.0)), start)
    least = np.where(positive | (start == 0), 1.0, np.minimum(np.abs(start), 1.0))

    def scale(at: Array) -> Array:
        return np.where(positive, 1.0, np.maximum(np.abs(at), least))

    estimate = solve(
        names,
        residual,
        lambda at: central_differences(residual, at, scale(at)),
        _starts(theta, scale(theta), positive),
        scatter=scatter,
        huber=huber,
        scale=scale,
        tolerance=BY_DIFFERENCES,
        bootstrap=bootstrap,
    )
    gone = positive & np.isinf(estimate.errors) & (estimate.values < theta + np.log(NOTHING))
    if gone.any() and bootstrap is None:
        positive = positive & ~gone
        at = np.where(gone, 0.0, estimate.values)
        size = np.where(gone, start, scale(at))
        with np.errstate(all="ignore"):
            jacobian = central_differences(lambda t: residual(t, positive), at, size)
            estimate = replace(estimate, values=at, residual=residual(at, positive), jacobian=jacobian, scale=size)
    source = Source(
        {name: _plain(value) for name, value in points.items()},
        _plain(target),
        {name: float(value) for name, value in free.items()},
        {name: float(value) for name, value in given.items()},
        huber,
    )
    return Fit(formula, dict(given), estimate, positive, source)


def _plain(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def refit(formula: Formula, source: Source) -> Fit:
    """The fit of a formula to the points of another fit, from the same start. Raises as `fit_formula` does.

    Arguments:
        formula: The law's, as it stands today.
        source: What was fitted.

    Returns:
        The same constants, where formula and points are still the same.

    Examples:
        >>> import numpy as np
        >>> from lawbook import Formula
        >>> from lawbook.evidence.fit import fit_formula, refit
        >>> n = np.array([10.0, 20.0, 40.0, 80.0])
        >>> law = Formula.parse("a*n**(-b)", {"a", "b", "n"})
        >>> fit = fit_formula(law, x={"n": n}, y=2 * n**-0.5, free={"a": 1.0, "b": 1.0}, given={})
        >>> refit(law, fit.source).values == fit.values
        True
    """
    return fit_formula(formula, x=source.x, y=source.y, free=source.free, given=source.given, huber=source.huber)


def _starts(theta: Array, scale: Array, positive: NDArray[np.bool_]) -> list[Array]:
    """The start that was asked for, and others around it and around constants of size 1; the same ones every time."""
    rng = np.random.default_rng(0)
    around = theta + 1.5 * scale * rng.standard_normal((12, len(theta)))
    one = np.where(positive, 0.0, np.sign(theta)) + 1.5 * rng.standard_normal((12, len(theta)))
    return [theta, *around, *one]
