"""Loss as a function of model size and data size at once: Kaplan's form, and two forms it is compared with.

All three are fitted by least squares in the log of the loss, as sums of exponentials of log N and log D, so that
constants of any size (N_c = 10^13) are harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Joint:
    """A fitted surface L(N, D).

    Attributes:
        form: A key of `FORMS`.
        values: Fitted by name; exponents are positive for a loss that falls, constants are logarithms.
        errors: One standard error of each, from the Jacobian and the scatter of the residuals.
        rms: Root mean square of the residuals of log L.
    """

    form: str
    values: dict[str, float]
    errors: dict[str, float]
    rms: float

    def __call__(self, n: ArrayLike, d: ArrayLike) -> Array:
        """The loss at sizes `n` and `d`, in the unit it was fitted in; broadcasts."""
        u, v = np.log(np.asarray(n, float)), np.log(np.asarray(d, float))
        return np.exp(FORMS[self.form].log_loss(np.array(list(self.values.values())), u, v))


@dataclass(frozen=True)
class Form:
    """A two-variable form: the log of the loss from its parameters, log N and log D, and where a fit may start."""

    names: tuple[str, ...]
    log_loss: Callable[[Array, Array, Array], Array]
    starts: Callable[[Array, Array, Array], list[list[float]]]


def _kaplan(theta: Array, u: Array, v: Array) -> Array:
    alpha_n, alpha_d, log_nc, log_dc = theta
    return np.asarray(alpha_d * np.logaddexp(alpha_n / alpha_d * (log_nc - u), log_dc - v))


def _additive(theta: Array, u: Array, v: Array) -> Array:
    a, b, log_a, log_b, log_e = theta
    return np.asarray(np.logaddexp(np.logaddexp(log_a - a * u, log_b - b * v), log_e))


def _product(theta: Array, u: Array, v: Array) -> Array:
    a, b, log_c = theta
    return np.asarray(log_c - a * u - b * v)


def _start_kaplan(u: Array, v: Array, y: Array) -> list[list[float]]:
    # each limit alone gives the loss at the two ends: log L = alpha (log N_c - log N)
    low = y.min()
    return [[a, b, u.max() + low / a, v.max() + low / b] for a in (0.1, 0.4) for b in (0.1, 0.4)]


def _start_additive(u: Array, v: Array, y: Array) -> list[list[float]]:
    low = y.min()
    return [
        [a, b, low + a * u.max() - 1, low + b * v.max() - 1, low + np.log(share)]
        for a in (0.1, 0.4)
        for b in (0.1, 0.4)
        for share in (0.1, 0.7)
    ]


FORMS = {
    # L = [(N_c / N)^(alpha_N / alpha_D) + D_c / D]^alpha_D, Kaplan et al. 2020, equation 1.5
    "kaplan": Form(("alpha_N", "alpha_D", "log_Nc", "log_Dc"), _kaplan, _start_kaplan),
    # L = E + A / N^a + B / D^b, Hoffmann et al. 2022
    "additive": Form(("a", "b", "log_A", "log_B", "log_E"), _additive, _start_additive),
    # L = c N^-a D^-b: two independent power laws
    "product": Form(("a", "b", "log_c"), _product, lambda u, v, y: [[0.1, 0.1, float(y.max())]]),
}


def fit(form: str, n: ArrayLike, d: ArrayLike, loss: ArrayLike) -> Joint:
    """Least squares in log L over all cells, from the best of several starts.

    Arguments:
        form: A key of `FORMS`: kaplan, additive or product.
        n: Model sizes, positive, shape (cells,).
        d: Data sizes, positive, shape (cells,).
        loss: Positive, shape (cells,).

    Raises:
        ValueError: Values that are not positive, unequal shapes, or no more cells than parameters.
    """
    from scipy.optimize import least_squares

    arrays = [np.asarray(a, float) for a in (n, d, loss)]
    names = FORMS[form].names
    if len({a.shape for a in arrays}) > 1 or arrays[0].ndim != 1 or len(arrays[0]) <= len(names):
        shapes = [a.shape for a in arrays]
        raise ValueError(f"found shapes {shapes}, expected three of one length above {len(names)}")
    if not all(np.all(a > 0) for a in arrays):
        raise ValueError("found a value that is not positive, expected n, d and loss above 0")
    u, v, y = (np.log(a) for a in arrays)
    log_loss = FORMS[form].log_loss

    def residual(theta: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(np.nan_to_num(log_loss(theta, u, v) - y, nan=1e6, posinf=1e6, neginf=-1e6))

    solutions = [
        least_squares(residual, start, method="lm", x_scale="jac", max_nfev=4000)
        for start in FORMS[form].starts(u, v, y)
    ]
    best = min(solutions, key=lambda s: float(s.cost))
    variance = 2 * best.cost / (len(y) - len(names))
    # a constant that fades out (E -> 0) leaves a flat direction: the pseudo-inverse gives the others their error
    covariance = variance * np.linalg.pinv(best.jac.T @ best.jac)
    return Joint(
        form,
        {name: float(value) for name, value in zip(names, best.x, strict=True)},
        {name: float(e) for name, e in zip(names, np.sqrt(np.diag(covariance)), strict=True)},
        float(np.sqrt(2 * best.cost / len(y))),
    )
