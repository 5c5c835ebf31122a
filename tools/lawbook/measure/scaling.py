"""Loss as a function of model size and data size at once: Kaplan's form, and two forms it is compared with.

All three are fitted by least squares in the log of the loss, as sums of exponentials of log N and log D, so that
constants of any size (N_c = 10^13) are harmless.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.least_squares import Estimate, Prediction, Scatter, column, solve

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Joint:
    """A fitted surface L(N, D).

    Attributes:
        form: A key of `FORMS`.
        estimate: Of the parameters.
    """

    form: str
    estimate: Estimate

    @property
    def values(self) -> dict[str, float]:
        """Fitted by name; exponents are positive for a loss that falls, constants are logarithms."""
        return _named(self.estimate, self.estimate.values)

    @property
    def errors(self) -> dict[str, float]:
        """One standard error of each; infinite for what the cells do not determine.

        The logarithm of a term that is 0 within its error has a huge one: that error over next to nothing.
        """
        return _named(self.estimate, self.estimate.errors)

    @property
    def covariance(self) -> Array:
        """Of the parameters in the order of `values`; infinity on the diagonal and NaN beside it where undetermined."""
        return self.estimate.covariance

    @property
    def undetermined(self) -> dict[str, str]:
        """Why a parameter has an infinite error, by name; empty where all are determined."""
        return self.estimate.undetermined

    @property
    def rms(self) -> float:
        """Root mean square of the residuals of log L."""
        return float(np.sqrt(np.mean(self.estimate.residual**2)))

    def interval(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Intervals that cover each parameter with probability `level`, each by itself (Student's t).

        Arguments:
            level: A probability, below 1.

        Returns:
            Lower and upper end by name, as in `values`.

        Raises:
            ValueError: A level that is no probability.

        Examples:
            >>> import numpy as np
            >>> from lawbook.measure import scaling
            >>> n, d = np.repeat([1e6, 1e7, 1e8], 4), np.tile([1e8, 1e9, 1e10, 1e11], 3)
            >>> wiggle = np.exp(0.01 * np.cos(np.arange(12.0) ** 2))
            >>> surface = scaling.fit("product", n, d, 60 * n**-0.1 * d**-0.1 * wiggle)
            >>> low, high = surface.interval()["a"]
            >>> bool(0.09 < low < 0.1 < high < 0.11)
            True
        """
        ends = self.estimate.interval(level)
        return {name: (float(low), float(high)) for name, (low, high) in zip(self.estimate.names, ends, strict=True)}

    def __call__(self, n: ArrayLike, d: ArrayLike) -> Array:
        """The loss at sizes `n` and `d`.

        Arguments:
            n: Model sizes, positive.
            d: Data sizes, positive; the two broadcast.

        Returns:
            Shape that they broadcast to, in the unit of the fitted losses.

        Raises:
            ValueError: Sizes at or below 0, or that do not broadcast.
        """
        return np.asarray(np.exp(self._log(n, d)[0]))

    def predict(self, n: ArrayLike, d: ArrayLike, level: float = 0.95) -> Prediction:
        """The loss at sizes `n` and `d`, among the cells or beyond them, with its error and an interval.

        Arguments:
            n: Model sizes, positive.
            d: Data sizes, positive; the two broadcast.
            level: Probability with which the interval covers the surface, not a new measurement.

        Returns:
            Value, error and ends of the interval, each of the shape that sizes broadcast to, in the unit of the losses.

        Raises:
            ValueError: Sizes at or below 0, or that do not broadcast, or a level that is no probability.

        Examples:
            >>> import numpy as np
            >>> from lawbook.measure import scaling
            >>> n, d = np.repeat([1e6, 1e7, 1e8], 4), np.tile([1e8, 1e9, 1e10, 1e11], 3)
            >>> wiggle = np.exp(0.01 * np.cos(np.arange(12.0) ** 2))
            >>> surface = scaling.fit("product", n, d, 60 * n**-0.1 * d**-0.1 * wiggle)
            >>> found = surface.predict([1e7, 1e13], [1e9, 1e16])
            >>> near, far = found.error / found.value
            >>> bool(near < 0.01), bool(far > 3 * near)
            (True, True)
        """
        return self.estimate.predict(*self._log(n, d), level)

    def _log(self, n: ArrayLike, d: ArrayLike) -> tuple[Array, Array]:
        sizes = np.broadcast_arrays(np.asarray(n, dtype=float), np.asarray(d, dtype=float))
        if not all(np.all(size > 0) for size in sizes):
            raise ValueError("found a size at or below 0, expected n > 0 and d > 0")
        return FORMS[self.form].log_loss(self.estimate.values, np.log(sizes[0]), np.log(sizes[1]))


def _named(estimate: Estimate, numbers: Array) -> dict[str, float]:
    return {name: float(number) for name, number in zip(estimate.names, numbers, strict=True)}


@dataclass(frozen=True)
class Form:
    """A two-variable form.

    Attributes:
        names: Of the parameters, (p,).
        log_loss: Log of the loss, shape (...), and its gradients, shape (..., p), at parameters, log N and log D.
        starts: Of a fit, from log N, log D and log L of the cells.
        settled: Maps parameters, log N and log D of the cells to parameters as good and to a step of each that counts
            as large, both of shape (p,).
    """

    names: tuple[str, ...]
    log_loss: Callable[[Array, Array, Array], tuple[Array, Array]]
    starts: Callable[[Array, Array, Array], list[list[float]]]
    settled: Callable[[Array, Array, Array], tuple[Array, Array]]


def _kaplan(theta: Array, u: Array, v: Array) -> tuple[Array, Array]:
    alpha_n, alpha_d, log_nc, log_dc = theta
    ratio = alpha_n / alpha_d
    both = np.logaddexp(ratio * (log_nc - u), log_dc - v)
    share = np.exp(ratio * (log_nc - u) - both)  # of the term in N
    slopes = [
        share * (log_nc - u),
        both - share * ratio * (log_nc - u),
        share * alpha_n,
        (1 - share) * alpha_d,
    ]
    return np.asarray(alpha_d * both), np.stack(slopes, axis=-1)


def _additive(theta: Array, u: Array, v: Array) -> tuple[Array, Array]:
    a, b, log_a, log_b, log_e = theta
    log = np.logaddexp(np.logaddexp(log_a - a * u, log_b - b * v), log_e)
    in_n, in_d = np.exp(log_a - a * u - log), np.exp(log_b - b * v - log)  # shares of the two terms
    return log, np.stack([-in_n * u, -in_d * v, in_n, in_d, np.exp(log_e - log)], axis=-1)


def _product(theta: Array, u: Array, v: Array) -> tuple[Array, Array]:
    a, b, log_c = theta
    return np.asarray(log_c - a * u - b * v), np.stack([-u, -v, np.ones_like(u)], axis=-1)


EXPONENTS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Where the fits start; those of language models lie between the ends."""
FADED = 1e-12
"""Share of the loss below which a term of a sum is 0."""


def _start_kaplan(u: Array, v: Array, y: Array) -> list[list[float]]:
    # each limit alone gives the loss at the two ends: log L = alpha (log N_c - log N)
    low = y.min()
    return [[a, b, u.max() + low / a, v.max() + low / b] for a in EXPONENTS for b in EXPONENTS]


def _start_additive(u: Array, v: Array, y: Array) -> list[list[float]]:
    # with the exponents given the loss is linear in the three constants, which are at least 0
    from scipy.optimize import nnls

    starts = []
    top_u, top_v, low = u.max(), v.max(), y.min()
    for a in EXPONENTS:
        for b in EXPONENTS:
            terms = np.stack([np.exp(a * (top_u - u)), np.exp(b * (top_v - v)), np.ones_like(u)], axis=1)
            weights = np.exp(low - y)  # so that relative misses count
            shares = nnls(terms * weights[:, None], np.ones_like(u))[0]
            log_a, log_b, log_e = np.log(np.maximum(shares, 0.01)) + low
            starts.append([a, b, log_a + a * top_u, log_b + b * top_v, log_e])
    return starts


def _as_they_are(theta: Array, u: Array, v: Array) -> tuple[Array, Array]:
    return theta, np.ones_like(theta)


def _settled_additive(theta: Array, u: Array, v: Array) -> tuple[Array, Array]:
    # the logarithm of a term that fades out runs away: the term itself is 0 with an error, and that error counts in the
    # others' too, so it stops at a share of 1e-12 of the loss, and steps are measured in the term, not in its logarithm
    log, (a, b, *constants) = _additive(theta, u, v)[0], theta
    shares = [np.max(c - slope - log) for c, slope in zip(constants, (a * u, b * v, 0 * u), strict=True)]
    raised = np.maximum(shares, np.log(FADED)) - shares
    return theta + np.array([0.0, 0.0, *raised]), np.array([1, 1, *np.exp(-(shares + raised))])


def _start_product(u: Array, v: Array, y: Array) -> list[list[float]]:
    return [[0.1, 0.1, float(y.max())]]  # the log is linear in the parameters: any start will do


FORMS = {
    # L = [(N_c / N)^(alpha_N / alpha_D) + D_c / D]^alpha_D, Kaplan et al. 2020, equation 1.5
    "kaplan": Form(("alpha_N", "alpha_D", "log_Nc", "log_Dc"), _kaplan, _start_kaplan, _as_they_are),
    # L = E + A / N^a + B / D^b, Hoffmann et al. 2022 (Chinchilla)
    "additive": Form(("a", "b", "log_A", "log_B", "log_E"), _additive, _start_additive, _settled_additive),
    # L = c N^-a D^-b: two independent power laws
    "product": Form(("a", "b", "log_c"), _product, _start_product, _as_they_are),
}
ALSO_CALLED = {"chinchilla": "additive", "hoffmann": "additive"}


def fit(
    form: str,
    n: ArrayLike,
    d: ArrayLike,
    loss: ArrayLike,
    *,
    scatter: Scatter | None = None,
    huber: float | None = None,
    bootstrap: np.random.Generator | None = None,
) -> Joint:
    """Least squares in log L over all cells, from the best of many starts.

    Arguments:
        form: A key of `FORMS`: kaplan, additive (that of Hoffmann et al. 2022) or product.
        n: Model sizes, positive, shape (cells,).
        d: Data sizes, positive, shape (cells,).
        loss: Positive, shape (cells,), in any unit.
        scatter: `equal` if all cells have the same relative error, `unequal` if each may have its own (sandwich HC3).
            By default `equal` below 12 cells, which cannot tell, and `unequal` from there on.
        huber: Fit by Huber's loss, which turns from square to linear at this residual of log L: outliers then count
            little. Besiroglu et al. 2024 (arXiv 2404.10102) take 1e-3.
        bootstrap: Draws the cells anew, 400 times, and takes the covariance from the fits to them.

    Returns:
        The surface, with errors, intervals and predictions.

    Raises:
        KeyError: No such form.
        ValueError: Values that are not positive and finite, unequal shapes, no more cells than parameters (fewer than 3
            a parameter with `bootstrap`), or options that contradict each other.
        RuntimeError: No start leads to a minimum.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import scaling
        >>> n, d = np.repeat([1e6, 1e7, 1e8], 4), np.tile([1e8, 1e9, 1e10, 1e11], 3)
        >>> found = scaling.fit("additive", n, d, 1.7 + 400 * n**-0.34 + 410 * d**-0.28).values
        >>> round(found["a"], 4), round(found["b"], 4), round(float(np.exp(found["log_E"])), 4)
        (0.34, 0.28, 1.7)
        >>> one_size = scaling.fit("product", np.full(4, 1e6), d[:4], d[:4] ** -0.1)
        >>> one_size.errors["a"], one_size.undetermined["a"]
        (inf, 'no point feels it if log_c may move along')
    """
    if form not in FORMS:
        close = ALSO_CALLED.get(form.lower()) or next(iter(difflib.get_close_matches(form, FORMS, n=1)), None)
        hint = f" (did you mean {close!r}?)" if close else ""
        raise KeyError(f"found no form {form!r}{hint}, expected one of {', '.join(sorted(FORMS))}")
    sizes, data, losses = column(n, "n"), column(d, "d"), column(loss, "loss")
    names = FORMS[form].names
    if not len(sizes) == len(data) == len(losses) > len(names):
        raise ValueError(
            f"found {len(sizes)} n, {len(data)} d and {len(losses)} losses, "
            f"expected three of one length above {len(names)}, the number of parameters"
        )
    u, v, y = np.log(sizes), np.log(data), np.log(losses)
    log_loss = FORMS[form].log_loss
    found = solve(
        names,
        lambda theta: log_loss(theta, u, v)[0] - y,
        lambda theta: log_loss(theta, u, v)[1],
        FORMS[form].starts(u, v, y),
        scatter=scatter,
        huber=huber,
        bootstrap=bootstrap,
    )
    theta, scale = FORMS[form].settled(found.values, u, v)
    log, jacobian = log_loss(theta, u, v)
    return Joint(form, replace(found, values=theta, residual=log - y, jacobian=jacobian, scale=scale))
