"""Kernel ridge regression with Gaussian design: the closed form of its learning curve, and the experiment itself.

Features are psi = sqrt(eta) z with z standard normal, the target is psi . theta, and labels carry noise of standard
deviation sigma. The weights w minimise (1/n) sum (y - w . psi)^2 + ridge |w|^2; the excess error is the mean of
(w . psi - theta . psi)^2 over new psi.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class ClosedForm(NamedTuple):
    """The ingredients of the asymptotic excess error (bias + sigma^2 gamma) / (1 - gamma)."""

    kappa: float  # effective ridge, in the unit of the eigenvalues
    bias: float  # sum of kappa^2 eta theta^2 / (eta + kappa)^2, in the unit of the squared label
    gamma: float  # (1/n) sum of eta^2 / (eta + kappa)^2, a pure number below 1

    def excess(self, noise: float) -> float:
        """The excess error for label noise of standard deviation `noise`."""
        return (self.bias + noise**2 * self.gamma) / (1 - self.gamma)


def power_law_spectrum(p: int, capacity: float, source: float) -> tuple[Array, Array]:
    """Eigenvalues k^-capacity and coefficients theta with eta_k theta_k^2 = k^(-1 - 2 capacity source), k = 1..p.

    Arguments:
        p: Number of features.
        capacity: Above 1.
        source: At least 0; large is easy.

    Returns:
        Eigenvalues and coefficients, each of shape (p,).
    """
    k = np.arange(1, p + 1, dtype=float)
    return k**-capacity, k ** (-(1 + capacity * (2 * source - 1)) / 2)


def effective_ridge(eigenvalues: ArrayLike, n: int, ridge: float) -> float:
    """The positive root of kappa = ridge + (kappa / n) sum_k eta_k / (eta_k + kappa).

    Divided by kappa both sides are monotone, so the root is unique; it is bracketed in log kappa.

    Arguments:
        eigenvalues: Shape (p,), in the unit of the ridge.
        n: Number of samples.
        ridge: At least 0.

    Returns:
        kappa, at least `ridge`.

    Raises:
        ValueError: No ridge and no more than n features: then the samples determine the target, and kappa is 0.
    """
    from scipy.optimize import brentq

    eta = np.asarray(eigenvalues, dtype=float)
    if ridge == 0 and np.count_nonzero(eta) <= n:
        raise ValueError(f"found {np.count_nonzero(eta)} features for n = {n} and no ridge, expected more than n")

    def surplus(log_kappa: float) -> float:
        kappa = np.exp(log_kappa)
        return float(ridge / kappa + np.sum(eta / (eta + kappa)) / n - 1)

    high = np.log(ridge + eta.sum() / n)
    low = np.log(ridge) if ridge > 0 else high - 1
    while ridge == 0 and surplus(low) < 0:
        low -= 2
    return float(np.exp(brentq(surplus, low - 1e-9, high + 1e-9, xtol=1e-14, rtol=1e-14)))


def closed_form(eigenvalues: ArrayLike, coefficients: ArrayLike, n: int, ridge: float) -> ClosedForm:
    """What the asymptotic learning curve is made of (Cui et al. 2021, eq. 14, in the normalisation of this module).

    Arguments:
        eigenvalues: eta, shape (p,).
        coefficients: theta, shape (p,).
        n: Number of samples.
        ridge: At least 0.

    Returns:
        kappa, bias and gamma.
    """
    eta, theta = np.asarray(eigenvalues, dtype=float), np.asarray(coefficients, dtype=float)
    kappa = effective_ridge(eta, n, ridge)
    bias = float(np.sum(kappa**2 * eta * theta**2 / (eta + kappa) ** 2))
    gamma = float(np.sum(eta**2 / (eta + kappa) ** 2)) / n
    return ClosedForm(kappa, bias, gamma)


class Trial(NamedTuple):
    """One training set. The excess error, averaged over the label noise alone, is bias + sigma^2 variance."""

    bias: Array  # (targets, ridges)
    variance: Array  # (ridges,)


def gaussian_trial(
    eigenvalues: ArrayLike, coefficients: ArrayLike, n: int, ridges: ArrayLike, rng: np.random.Generator
) -> Trial:
    """Draw one training set and solve kernel ridge regression for several targets and ridges at once.

    The error over test points is a quadratic form of the weights, so no test set is drawn; it is also quadratic in the
    label noise, whose mean is taken exactly.

    Arguments:
        eigenvalues: eta, shape (p,).
        coefficients: One row a target, shape (targets, p).
        n: Number of samples.
        ridges: Shape (ridges,).
        rng: Draws the features.

    Returns:
        Bias and variance.
    """
    eta, theta = np.asarray(eigenvalues, dtype=float), np.atleast_2d(np.asarray(coefficients, dtype=float))
    features = rng.standard_normal((n, len(eta))) * np.sqrt(eta)
    return solve(features, eta, theta, np.asarray(ridges, dtype=float))


def solve(features: Array, eta: Array, theta: Array, ridges: Array) -> Trial:
    """Kernel ridge regression on given features, shape (n, p), tested on the population with second moments `eta`.

    Arguments:
        features: Training features, shape (n, p).
        eta: Second moments of the features over the population, which are uncorrelated there, shape (p,).
        theta: One row a target, shape (targets, p).
        ridges: Shape (ridges,).

    Returns:
        Bias and variance.
    """
    n = len(features)
    levels, modes = np.linalg.eigh(features @ features.T)  # (n,), (n, n)
    shrink = 1 / (levels[:, None] + n * ridges)  # (n, ridges): one factorisation serves every ridge
    labels = modes.T @ (features @ theta.T)  # (n, targets)
    dual = np.einsum("nt,nr->ntr", labels, shrink).reshape(n, -1)
    weights = features.T @ (modes @ dual)  # (p, targets * ridges)
    missed = weights.reshape(-1, len(theta), len(ridges)) - theta.T[:, :, None]
    bias = np.einsum("p,ptr->tr", eta, missed**2)
    spread = modes.T @ (features * np.sqrt(eta))  # (n, p)
    second = spread @ spread.T  # (n, n): population error of weights that the samples span
    variance = np.einsum("nr,nn->r", shrink**2, second)
    return Trial(bias, variance)
