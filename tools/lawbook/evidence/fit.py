"""Fit a law's own formula, never another, to measured data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lawbook.reference.formula import Formula
from lawbook.reference.problem import nearest


@dataclass(frozen=True)
class Fit:
    """A formula with fitted constants. Called with the symbols that are left: `fit(n=100)`."""

    formula: Formula
    values: dict[str, float]  # fitted constants
    errors: dict[str, float]  # one standard error of each
    given: dict[str, float]

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that a call needs."""
        return tuple(s for s in self.formula.symbols if s not in self.values and s not in self.given)

    def __call__(self, **x: ArrayLike) -> Any:
        """The fitted law at `x`."""
        return self.formula(**{k: v for k, v in self.given.items() if k in self.formula.symbols}, **self.values, **x)


def fit_formula(
    formula: Formula,
    *,
    x: Mapping[str, ArrayLike],
    y: ArrayLike,
    free: Mapping[str, float],
    given: Mapping[str, float],
) -> Fit:
    """Least squares in log y over the symbols `free`, from their start values.

    Free symbols that start above 0 stay above 0 (they are fitted as logarithms). Standard errors come from the
    Jacobian at the optimum and the scatter of the residuals.
    """
    from scipy.optimize import least_squares

    for name in (*x, *free, *given):
        if name not in formula.symbols:
            raise KeyError(f"the formula {formula.text!r} has no symbol {name!r}{nearest(name, formula.symbols)}")
    left = sorted(set(formula.symbols) - {*x, *free, *given})
    if left:
        raise TypeError(f"the formula {formula.text!r} needs a value for {', '.join(left)}: in x, free or given")
    points = {name: np.asarray(value, float) for name, value in x.items()}
    target = np.asarray(y, float)
    if target.size <= len(free):
        raise ValueError(f"found {target.size} points for {len(free)} free symbols, expected more points")
    if not np.all(target > 0):
        raise ValueError("found y at or below 0, expected values above 0 (the fit is in log y)")
    names = list(free)
    start = np.array([free[name] for name in names], float)
    positive = start > 0

    def values(theta: Any) -> dict[str, float]:
        real = np.where(positive, np.exp(np.where(positive, theta, 0.0)), theta)
        return {name: float(v) for name, v in zip(names, real, strict=True)}

    def residuals(theta: Any) -> Any:
        modelled = formula(**points, **given, **values(theta))
        with np.errstate(all="ignore"):
            difference = np.log(modelled) - np.log(target)
        return np.nan_to_num(np.broadcast_to(difference, target.shape).ravel(), nan=1e6, posinf=1e6, neginf=-1e6)

    theta0 = np.where(positive, np.log(np.where(positive, start, 1.0)), start)
    solution = least_squares(residuals, theta0, method="lm", x_scale="jac", max_nfev=2000 * len(names))
    if not solution.success:
        raise RuntimeError(f"the fit of {formula.text!r} did not converge: {solution.message}")
    variance = float(np.sum(solution.fun**2)) / (target.size - len(names))
    covariance = variance * np.linalg.pinv(solution.jac.T @ solution.jac)
    found = values(solution.x)
    slope = {name: found[name] if pos else 1.0 for name, pos in zip(names, positive, strict=True)}
    errors = {name: float(abs(slope[name]) * np.sqrt(covariance[i, i])) for i, name in enumerate(names)}
    return Fit(formula, found, errors, dict(given))
