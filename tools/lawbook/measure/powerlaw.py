"""Power laws y = A x^b, or y = A x^b + c with an irreducible floor, fitted with their uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook import least_squares
from lawbook.least_squares import Estimate, Prediction, Scatter, column

Array = NDArray[np.float64]
NAMES = ("amplitude", "exponent", "floor")


@dataclass(frozen=True)
class PowerLaw:
    """A fitted power law.

    Attributes:
        estimate: Of the log of A x^b at `centre` and of b; with a floor, of c in units of `unit` too.
        centre: Mean of log x over the points: there the two are nearly independent.
        unit: The least y.
    """

    estimate: Estimate
    centre: float
    unit: float

    @property
    def _log_amplitude(self) -> float:
        return float(self.estimate.values[0] - self.exponent * self.centre)

    @property
    def amplitude(self) -> float:
        """A, in the unit of y over that of x to the power b; 0 or infinite where a float cannot hold it."""
        with np.errstate(over="ignore", under="ignore"):
            return float(np.exp(self._log_amplitude))

    @property
    def exponent(self) -> float:
        """b, a pure number; negative for a decay."""
        return float(self.estimate.values[1])

    @property
    def floor(self) -> float:
        """c, in the unit of y; 0 where none was fitted or where the points ask for none."""
        return float(self.estimate.values[2]) * self.unit if len(self.estimate.values) == 3 else 0.0

    @property
    def covariance(self) -> Array:
        """Of (log A, b), or of (log A, b, c) with a floor; shape (2, 2) or (3, 3).

        What the points do not determine has infinity on the diagonal and NaN beside it.
        """
        unit = np.array([1.0, 1.0, self.unit])[: len(self.estimate.values)]
        return np.asarray(self.estimate.covariance_of(self._back()) * unit[:, None] * unit)

    @property
    def exponent_error(self) -> float:
        """One standard error of the exponent; infinite where the points do not determine it."""
        return float(self.estimate.errors[1])

    @property
    def floor_error(self) -> float:
        """One standard error of the floor, in the unit of y; 0 where none was fitted."""
        return float(self.estimate.errors[2]) * self.unit if len(self.estimate.values) == 3 else 0.0

    @property
    def undetermined(self) -> dict[str, str]:
        """Why `amplitude`, `exponent` or `floor` has an infinite error, by name; empty where all are determined."""
        return self.estimate.undetermined

    def interval(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Intervals that cover `amplitude`, `exponent` and `floor` with probability `level`, each by itself.

        They are wider than a normal law has it where few points tell the scatter (Student's t).

        Arguments:
            level: A probability, below 1.

        Returns:
            Lower and upper end by name; `floor` only where one was fitted. The ends of `amplitude` lie equally far in
            its logarithm; the lower end of `floor` is 0 at least.

        Raises:
            ValueError: A level that is no probability.

        Examples:
            >>> from lawbook.measure import powerlaw
            >>> law = powerlaw.fit([1, 2, 4, 8], [8.1, 3.9, 2.1, 0.98])
            >>> low, high = law.interval(0.95)["exponent"]
            >>> bool(low < -1 < high)
            True
            >>> round((high - low) / 2 / law.exponent_error, 1)  # Student's t, 2 degrees of freedom
            4.3
        """
        half = least_squares.quantile(level, self.estimate.freedom) * self.estimate.error_of(self._back())
        log_amplitude, exponent = self._log_amplitude, self.exponent
        with np.errstate(over="ignore", under="ignore"):
            amplitude = np.exp(log_amplitude + half[0] * np.array([-1.0, 1.0]))
        found = {
            "amplitude": (float(amplitude[0]), float(amplitude[1])),
            "exponent": (exponent - float(half[1]), exponent + float(half[1])),
        }
        if len(half) == 3:
            wide = float(half[2]) * self.unit
            found["floor"] = (max(0.0, self.floor - wide), self.floor + wide)
        return found

    def __call__(self, x: ArrayLike) -> Array:
        """The law at `x`.

        Arguments:
            x: Positive, any shape, in the unit it was fitted in.

        Returns:
            Shape of `x`, in the unit of y.

        Raises:
            ValueError: `x` at or below 0 or not finite.
        """
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(np.exp(self._log(x)[0]))

    def predict(self, x: ArrayLike, level: float = 0.95) -> Prediction:
        """The law at `x`, inside the points or beyond them, with its error and an interval.

        Arguments:
            x: Positive, any shape, in the unit it was fitted in.
            level: Probability with which the interval covers the law, not a new measurement.

        Returns:
            Value, error and ends of the interval, each of the shape of `x`, in the unit of y.

        Raises:
            ValueError: `x` at or below 0 or not finite, or a level that is no probability.

        Examples:
            >>> import numpy as np
            >>> from lawbook.measure import powerlaw
            >>> law = powerlaw.fit([1, 2, 4, 8], [8.1, 3.9, 2.1, 0.98])
            >>> found = law.predict([3, 1000])
            >>> np.round(found.value, 3)
            array([2.677, 0.008])
            >>> np.round(found.error / found.value, 2)  # the further away, the less is known
            array([0.02, 0.16])
        """
        return self.estimate.predict(*self._log(x), level)

    def _back(self) -> Array:
        """Gradients of (log A, b, c / unit) by the parameters of the estimate, shape (p, p)."""
        back = np.eye(len(self.estimate.values))
        back[0, 1] = -self.centre  # log A = theta_0 - b * centre
        return back

    def _log(self, x: ArrayLike) -> tuple[Array, Array]:
        """Log of the law at `x`, and its gradients by the parameters of the estimate, shape (..., p)."""
        xs = np.asarray(x, dtype=float)
        if not np.all((xs > 0) & np.isfinite(xs)):
            raise ValueError("found x at or below 0 or not finite, expected x > 0: a power law has no value there")
        return _log_law(self.estimate.values, np.log(xs) - self.centre, np.log(self.unit))


def _log_law(theta: Array, u: Array, log_unit: float) -> tuple[Array, Array]:
    """Log of exp(theta_0 + theta_1 u) + theta_2 unit, and its gradients by theta, shape (..., p)."""
    power = theta[0] + theta[1] * u
    if len(theta) == 2:
        return power, np.stack([np.ones_like(u), u], axis=-1)
    with np.errstate(divide="ignore"):
        log = np.logaddexp(power, np.log(theta[2]) + log_unit)
    share = np.exp(power - log)  # of the power in the law
    return log, np.stack([share, share * u, np.exp(log_unit - log)], axis=-1)


def fit(
    x: ArrayLike,
    y: ArrayLike,
    error: ArrayLike | None = None,
    *,
    floor: bool = False,
    scatter: Scatter | None = None,
    huber: float | None = None,
    bootstrap: np.random.Generator | None = None,
) -> PowerLaw:
    """Fit y = A x^b, or y = A x^b + c with `floor`, by least squares in log y.

    Arguments:
        x: Positive, shape (k,), in any unit.
        y: Positive, shape (k,), in any unit.
        error: One standard error of each y, positive, shape (k,): it weighs the points and sets the covariance. Without
            it the residuals tell the scatter.
        floor: Fit an irreducible floor c ≥ 0 too, from the best of a grid of starts.
        scatter: Without `error`: `equal` if all points have the same relative error, `unequal` if each may have its
            own (sandwich HC3). By default `equal` below 12 points, which cannot tell, and `unequal` from there on.
        huber: Fit by Huber's loss, which turns from square to linear at this residual of log y (in units of `error`,
            where that is given): outliers then count little.
        bootstrap: Draws the points anew, 400 times, and takes the covariance from the fits to them; for many points.

    Returns:
        The law, with errors, intervals and predictions.

    Raises:
        ValueError: Fewer points than parameters (than parameters + 1 without `error` or with `huber`, than 3 a
            parameter with `bootstrap`), fewer different x than parameters, a value that is not positive and finite,
            errors more than 1e100 times below or above y, or options that contradict each other.
        RuntimeError: With `floor`, `huber` or `bootstrap`: no start leads to a minimum.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import powerlaw
        >>> x = np.array([1, 2, 4, 8, 16])
        >>> law = powerlaw.fit(x, 3 * x**-0.5)
        >>> print(f"{law.amplitude:.3f} x^{law.exponent:.3f}")
        3.000 x^-0.500
        >>> round(powerlaw.fit(x, 3 * x**-0.5 + 0.2, floor=True).floor, 6)
        0.2
    """
    xs, ys = column(x, "x"), column(y, "y")
    errors = None if error is None else column(error, "error")
    known, names = error is not None, NAMES[: 2 + floor]
    needed = len(names) + (not known or huber is not None)  # one more where the residuals have to tell the scatter
    if xs.shape != ys.shape or len(xs) < needed:
        raise ValueError(f"found {len(xs)} x and {len(ys)} y, expected two of one length of at least {needed}")
    if errors is not None and errors.shape != ys.shape:
        raise ValueError(f"found {len(errors)} errors for {len(ys)} points, expected one each")
    least_squares.check_options(known=known, scatter=scatter, huber=huber)
    with np.errstate(over="ignore", under="ignore"):
        weights = np.ones_like(ys) if errors is None else ys / errors  # (k,) of log y
    if not np.all((weights > 1e-100) & (weights < 1e100)):  # squares of others leave the range
        raise ValueError("found an error below 1e-100 or above 1e100 of its y, expected errors in the unit of y")
    centre, unit = float(np.log(xs).mean()), float(ys.min())
    u, target = np.log(xs) - centre, np.log(ys)
    different = 1 + int(np.sum(np.diff(np.sort(u)) > 1e-13 * max(1.0, abs(centre))))
    if different < len(names):
        raise ValueError(f"found {different} different x for {len(names)} parameters, expected at least {len(names)}")
    solve = partial(least_squares.solve, known=known, scatter=scatter, huber=huber)
    theta, jacobian = _line(u, target, weights)
    scale = np.array([1.0, 1 / np.ptp(u), 1.0])[: len(names)]
    if huber is None and (floor or bootstrap is None):
        chosen = least_squares.chosen_scatter(len(u), known=known, scatter=scatter)
        residual = jacobian @ theta - weights * target
        estimate = Estimate(NAMES[:2], theta, jacobian, residual, chosen, None, scale[:2], least_squares.EXACT)
    else:
        estimate = solve(
            NAMES[:2],
            lambda theta: jacobian @ theta - weights * target,
            lambda theta: jacobian,
            [theta],
            scale=lambda theta: scale[:2],
            bootstrap=None if floor else bootstrap,
        )
    if floor:
        estimate = _with_floor(u, target, weights, estimate, scale, partial(solve, bootstrap=bootstrap))
    return PowerLaw(estimate, centre, unit)


def _line(u: Array, target: Array, weights: Array) -> tuple[Array, Array]:
    """Least squares of a straight line: its height at u = 0 and its slope, shape (2,), and its Jacobian (k, 2)."""
    jacobian = weights[:, None] * np.stack([np.ones_like(u), u], axis=1)
    return np.asarray(np.linalg.lstsq(jacobian, weights * target, rcond=None)[0], dtype=float), jacobian


def _with_floor(
    u: Array, target: Array, weights: Array, line: Estimate, scale: Array, solve: Callable[..., Estimate]
) -> Estimate:
    """A line in u, shape (k,), above a floor in units of the least y, at or above 0.

    Among floors above 0 it is fitted by its logarithm, from a line above each floor of a grid. Where the `line` without
    a floor is as good, the points ask for none; how well they know that is told by the slope in the floor itself.
    """
    lowest = target.min()

    def free(theta: Array) -> Array:  # the logarithm of the floor to the floor
        return np.array([theta[0], theta[1], np.exp(theta[2])])

    def residual(theta: Array) -> Array:
        return np.asarray(weights * (_log_law(theta, u, lowest)[0] - target))

    def jacobian(theta: Array) -> Array:
        return np.asarray(weights[:, None] * _log_law(theta, u, lowest)[1])

    starts = []
    for share in (0.01, 0.1, 0.3, 0.6, 0.9, 0.99):
        above = np.log(np.exp(target - lowest) - share) + lowest
        starts.append([*_line(u, above, weights)[0], np.log(share)])
    found = solve(
        NAMES,
        lambda theta: residual(free(theta)),
        lambda theta: jacobian(free(theta)) * [1.0, 1.0, np.exp(theta[2])],
        starts,
    )
    best = free(found.values) if found.cost < line.cost * (1 - 1e-9) else np.array([*line.values, 0.0])
    draws = None if found.draws is None else np.stack([free(theta) for theta in found.draws])
    return replace(found, values=best, jacobian=jacobian(best), residual=residual(best), scale=scale, draws=draws)


class Resampled(tuple[Any, Any]):
    """A statistic and its standard error, to be taken apart as a pair, with an interval for few repetitions.

    Made by `bootstrap`, or as `Resampled(value, error, repetitions)`.

    Attributes:
        repetitions: How many there were.
    """

    repetitions: int

    def __new__(cls, value: Any, error: Any, repetitions: int) -> Resampled:
        pair = super().__new__(cls, (value, error))
        pair.repetitions = repetitions
        return pair

    def interval(self, level: float = 0.95) -> tuple[Any, Any]:
        """Interval that covers the statistic with probability `level`.

        The error comes from `repetitions` - 1 differences, so a factor of Student's t makes up for few of them.

        Arguments:
            level: A probability, below 1.

        Returns:
            Lower and upper end, each of the shape and in the unit of the statistic.

        Raises:
            ValueError: A level that is no probability.

        Examples:
            >>> from lawbook.measure import powerlaw
            >>> low, high = powerlaw.Resampled(1.0, 0.1, repetitions=3).interval(0.95)
            >>> round(float(low), 2), round(float(high), 2)
            (0.57, 1.43)
        """
        value, error = self
        half = least_squares.quantile(level, self.repetitions - 1) * error
        return np.asarray(value) - half, np.asarray(value) + half


def bootstrap(
    statistic: Callable[[Array], ArrayLike], samples: ArrayLike, rng: np.random.Generator, *, draws: int = 400
) -> Resampled:
    """A statistic of the mean over repetitions, and its standard error by resampling the repetitions.

    Arguments:
        statistic: Maps a mean, shape (...), to a number or an array.
        samples: Finite, shape (repetitions, ...).
        rng: Draws the resamples.
        draws: How many, at least two.

    Returns:
        The pair of the statistic of the mean and one standard error of the same shape; its `interval` covers.

    Raises:
        ValueError: Fewer than two repetitions or draws, or a sample or statistic that is not finite.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import powerlaw
        >>> rng = np.random.default_rng(0)
        >>> heights = rng.normal(3.0, 0.5, size=(100, 2))  # 100 pairs: error 0.05 each
        >>> ratio, error = powerlaw.bootstrap(lambda mean: mean[0] / mean[1], heights, rng)
        >>> bool(abs(ratio - 1) < 3 * error), round(float(error), 2)
        (True, 0.02)
    """
    values = np.asarray(samples, dtype=float)
    repetitions = len(values) if values.ndim else 0
    if repetitions < 2:
        raise ValueError(f"found {repetitions or 'no'} repetition, expected at least two to resample")
    if draws < 2:
        raise ValueError(f"found {draws} draws, expected at least two for a spread")
    if not np.all(np.isfinite(values)):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"found {values[where]} at {where} of the samples, expected finite numbers only")
    value = statistic(values.mean(axis=0))
    shares = rng.multinomial(repetitions, np.full(repetitions, 1 / repetitions), size=draws) / repetitions
    resampled = np.stack([np.asarray(statistic(np.tensordot(share, values, axes=1)), dtype=float) for share in shares])
    if not (np.all(np.isfinite(resampled)) and np.all(np.isfinite(value))):
        raise ValueError("found a statistic that is not finite for some resample, expected finite: more repetitions")
    # the spread falls short by the factor between the two estimates of a variance
    _, exponent = np.frexp(np.abs(resampled).max(axis=0))
    spread = np.std(np.ldexp(resampled, -exponent), axis=0, ddof=1)  # squares of small or large ones leave the range
    error = np.ldexp(spread, exponent) * np.sqrt(repetitions / (repetitions - 1))
    return Resampled(value, error, repetitions)
