"""LASSO: l1-penalised least squares, its matrix counterpart, and the state evolution that predicts error and weights.

Labels are y = X θ* + σ z with standard normal inputs, and θ minimises ½ |y − X θ|² + penalty · |θ|₁. Diagonal networks
with weight decay solve this problem; networks with quadratic activation solve the one with the nuclear norm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def soft(x: ArrayLike, threshold: ArrayLike) -> Array:
    """Soft thresholding: x moved towards zero by the threshold, and zero where it would cross."""
    values = np.asarray(x, dtype=float)
    return np.asarray(np.sign(values) * np.maximum(np.abs(values) - threshold, 0.0))


def fista(
    gradient: Callable[[Array], Array],
    shrink: Callable[[Array, float], Array],
    start: Array,
    step_size: float,
    *,
    iterations: int = 1000,
    tolerance: float = 1e-6,
) -> Array:
    """Accelerated proximal gradient descent (Beck & Teboulle 2009), its momentum reset when it points uphill.

    Arguments:
        gradient: Of the smooth part.
        shrink: Proximal map of the penalty, called with a point and the step size.
        start: Any shape.
        step_size: At most one over the largest eigenvalue of the smooth part.
        iterations: The most to take.
        tolerance: Relative change at which it stops.

    Returns:
        The minimiser, of the shape of `start`.
    """
    now, ahead, pace = start, start, 1.0
    for _ in range(iterations):
        new = shrink(ahead - step_size * gradient(ahead), step_size)
        change = new - now
        if np.sum((ahead - new) * change) > 0:
            pace = 1.0
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        ahead, now, pace = new + (pace - 1) / faster * change, new, faster
        if np.linalg.norm(change) <= tolerance * np.linalg.norm(new):
            break
    return now


def _largest(apply: Callable[[Array], Array], start: Array) -> float:
    """Largest eigenvalue of a positive map by power iteration, 10 % on the safe side."""
    vector, value = start / np.linalg.norm(start), 0.0
    for _ in range(15):
        image = apply(vector)
        value = float(np.linalg.norm(image))
        vector = image / value
    return 1.1 * value


def solve(inputs: ArrayLike, targets: ArrayLike, penalty: float, *, tolerance: float = 1e-6) -> Array:
    """Minimise ½ |y − X θ|² + penalty · |θ|₁.

    Arguments:
        inputs: X, shape (n, d).
        targets: y, shape (n,), or (n, k) for k problems on the same inputs.
        penalty: At least 0.
        tolerance: Of `fista`.

    Returns:
        θ, shape (d,) or (d, k).
    """
    x, y = np.asarray(inputs), np.asarray(targets)
    bound = _largest(lambda v: x.T @ (x @ v), np.ones(x.shape[1], x.dtype))
    return fista(
        lambda theta: np.asarray(x.T @ (x @ theta - y)),
        lambda theta, step: np.asarray(soft(theta, step * penalty), dtype=x.dtype),
        np.zeros((x.shape[1], *y.shape[1:]), x.dtype),
        1 / bound,
        tolerance=tolerance,
    )


def solve_matrix(inputs: ArrayLike, targets: ArrayLike, penalty: float, *, tolerance: float = 1e-4) -> Array:
    """Minimise ½ Σ (y − xᵀ S x + tr S)² + penalty · tr S over positive semidefinite S.

    Arguments:
        inputs: One x a row, shape (n, d).
        targets: y, shape (n,).
        penalty: At least 0.
        tolerance: Of `fista`.

    Returns:
        S, shape (d, d).
    """
    x, y = np.asarray(inputs, dtype=float), np.asarray(targets, dtype=float)
    d = x.shape[1]

    def outputs(s: Array) -> Array:
        return np.asarray(np.einsum("ni,ni->n", x @ s, x) - np.trace(s))

    def adjoint(r: Array) -> Array:
        return np.asarray((x * r[:, None]).T @ x - r.sum() * np.eye(d))

    def shrink(s: Array, step: float) -> Array:
        values, vectors = np.linalg.eigh(s)
        return np.asarray((vectors * np.maximum(values - step * penalty, 0)) @ vectors.T)

    bound = _largest(lambda s: adjoint(outputs(s)), np.eye(d) + 0.1)
    return fista(
        lambda s: adjoint(outputs(s) - y), shrink, np.zeros((d, d)), 1 / bound, tolerance=tolerance, iterations=300
    )


class State(NamedTuple):
    """The fixed point of state evolution: weights are as soft(θ* + noise · z; threshold) with z standard normal."""

    noise: float
    """τ: standard deviation of the effective noise on each weight."""
    threshold: float
    """Where weights are cut to zero."""
    risk: float
    """Σ (θ − θ*)², which is the excess error on new inputs."""
    active: float
    """Expected number of weights that are not zero."""
    penalty: float
    """The penalty that this belongs to: threshold · (n − active)."""


def _one_weight(u: Array, k: float) -> tuple[Array, Array]:
    """For θ*/τ = u and threshold kτ: mean squared error over τ², and probability that the weight is not zero."""
    from scipy.special import ndtr

    low, high = k - u, k + u
    active = ndtr(-low) + ndtr(-high)  # a sum of small numbers, not one less their complement: right for rare ones too
    bell = np.sqrt(2 * np.pi)
    edges = high * np.exp(-(low**2) / 2) / bell + low * np.exp(-(high**2) / 2) / bell
    return u**2 * (1 - active) + (1 + k**2) * active - edges, active


def state(teacher: ArrayLike, n: int, noise: float, ratio: float, counts: ArrayLike = 1.0) -> State | None:
    """State evolution at a given ratio of threshold to effective noise: τ² = (σ² + R) / n.

    Arguments:
        teacher: θ*, shape (d,) or one of each group.
        n: Number of samples.
        noise: σ, standard deviation of the label noise.
        ratio: Threshold over τ.
        counts: How many weights each element stands for.

    Returns:
        The fixed point, or None where the ratio is so small that there is none with n above the active weights.
    """
    from scipy.optimize import brentq

    theta, size = np.asarray(teacher, dtype=float), np.asarray(counts, dtype=float)
    power = float(np.sum(size * theta**2))

    def surplus(log_tau: float) -> float:  # n minus what noise and error leave, in units of τ²
        tau = np.exp(log_tau)
        return float(n - noise**2 / tau**2 - np.sum(size * _one_weight(theta / tau, ratio)[0]))

    low = np.log(max(noise, 1e-12) / np.sqrt(n)) - 1e-9
    high = np.log(np.sqrt((noise**2 + power) / n)) + 10
    if surplus(high) <= 0 or surplus(low) > 0:
        return None
    tau = float(np.exp(brentq(surplus, low, high, xtol=1e-12)))
    active = float(np.sum(size * _one_weight(theta / tau, ratio)[1]))
    return State(tau, ratio * tau, n * tau**2 - noise**2, active, ratio * tau * (n - active))


def state_at(teacher: ArrayLike, n: int, noise: float, penalty: float) -> State:
    """State evolution at a given penalty above 0, which grows with the ratio of threshold to noise."""
    from scipy.optimize import brentq

    def surplus(ratio: float) -> float:
        found = state(teacher, n, noise, ratio)
        return -penalty if found is None else found.penalty - penalty

    ratio = brentq(surplus, 1e-3, 50.0, xtol=1e-10)
    found = state(teacher, n, noise, ratio)
    if found is None:
        raise ValueError(
            f"found no fixed point at the penalty {penalty}, expected one: it may be too small for n = {n}"
        )
    return found


def best_state(teacher: ArrayLike, n: int, noise: float, counts: ArrayLike = 1.0) -> State:
    """State evolution at the penalty of the least risk, with a threshold of at most eight times the noise."""
    from scipy.optimize import minimize_scalar

    def risk(ratio: float) -> float:
        found = state(teacher, n, noise, ratio, counts)
        return float(np.inf) if found is None else found.risk

    grid = np.linspace(0.2, 8.0, 27)
    lowest = grid[int(np.argmin([risk(ratio) for ratio in grid]))]
    ratio = float(minimize_scalar(risk, bounds=(max(lowest - 0.3, 0.05), lowest + 0.3), method="bounded").x)
    found = state(teacher, n, noise, ratio, counts)
    if found is None:
        raise ValueError(f"found no fixed point for n = {n}, expected one at some ratio of threshold to noise")
    return found


class MatrixState(NamedTuple):
    """The fixed point of the matrix problem: S is as S* + noise · G, its eigenvalues cut by the threshold, at least 0.

    G is symmetric with independent normal entries, of variance 1 on the diagonal and 1/2 off it.
    """

    noise: float
    threshold: float
    """What is taken off each eigenvalue before the negative ones are cut to zero."""
    risk: float
    """2 |S - S*|², which is the excess error on new inputs."""
    eigenvalues: Array
    """Of S, in every draw, shape (draws, d)."""


def matrix_state(
    teacher: ArrayLike, n: int, noise: float, penalty: float, rng: np.random.Generator, *, draws: int = 40
) -> MatrixState:
    """State evolution of `solve_matrix`, its expectations taken over draws of the noise: τ² = (σ² + R) / 2n.

    The entries of x xᵀ - I in an orthonormal basis of symmetric matrices have variance 2, hence the 2. The threshold
    is penalty / 2(n - df), where df, the degrees of freedom, is the mean of <G, S> over τ (Stein).

    Arguments:
        teacher: Eigenvalues of S*, shape (d,).
        n: Number of samples.
        noise: σ, standard deviation of the label noise.
        penalty: As for `solve_matrix`.
        rng: Draws G.
        draws: How many G.

    Raises:
        ValueError: The iteration does not settle: there may be too few samples, or the penalty may be too small.
    """
    values = np.asarray(teacher, dtype=float)
    start, normal = np.diag(values), rng.standard_normal((draws, len(values), len(values)))
    normal = (normal + normal.swapaxes(1, 2)) / 2
    variance, degrees = (noise**2 + 2 * np.sum(values**2)) / (2 * n), 0.3 * n
    for _ in range(100):
        tau, threshold = np.sqrt(variance), penalty / (2 * (n - degrees))
        spectrum, vectors = np.linalg.eigh(start + tau * normal)
        kept = np.maximum(spectrum - threshold, 0)  # (draws, d)
        fitted = (vectors * kept[:, None]) @ vectors.swapaxes(1, 2)
        risk = 2 * float(np.mean(np.sum((fitted - start) ** 2, axis=(1, 2))))
        new = np.array([(noise**2 + risk) / (2 * n), np.mean(np.sum(normal * fitted, axis=(1, 2))) / tau])
        if np.allclose(new, [variance, degrees], rtol=1e-4, atol=0):
            return MatrixState(float(tau), float(threshold), risk, kept)
        variance, degrees = (variance + new[0]) / 2, min((degrees + new[1]) / 2, 0.9 * n)
    raise ValueError(f"found no fixed point for n = {n}, penalty {penalty}: take more samples, or a larger penalty")


def path(inputs: ArrayLike, targets: ArrayLike, penalties: ArrayLike) -> Array:
    """The LASSO at several penalties from its whole path (Efron et al. 2004), exact however small the penalty.

    Arguments:
        inputs: X, shape (n, d).
        targets: y, shape (n,).
        penalties: Shape (k,), above 0.

    Returns:
        θ at each penalty, shape (k, d).
    """
    from sklearn.linear_model import lars_path_gram

    x, y, wanted = np.asarray(inputs, dtype=float), np.asarray(targets, dtype=float), np.asarray(penalties, dtype=float)
    knots, _, weights = lars_path_gram(
        x.T @ y, x.T @ x, n_samples=1, method="lasso", alpha_min=0.99 * wanted.min(), max_iter=20 * x.shape[1]
    )
    return np.array([np.interp(wanted, knots[::-1], row[::-1]) for row in weights]).T


def grouped(teacher: Callable[[Array], Array], d: int, *, exact: int = 200, groups: int = 600) -> tuple[Array, Array]:
    """A teacher of d weights θ*(i) as few values with counts: the first ones exactly, the rest in logarithmic groups.

    Arguments:
        teacher: Maps indices 1, 2, … to weights; smooth.
        d: Number of weights.
        exact: How many of the first to keep one by one.
        groups: About how many groups for the rest.

    Returns:
        Weights at the geometric middle of each group, and counts that sum to d.
    """
    edges = np.unique(np.round(np.geomspace(exact + 1, d + 1, groups)))  # first index of each group
    first = np.arange(1.0, exact + 1)
    middle = np.sqrt(edges[:-1] * (edges[1:] - 1))
    return teacher(np.concatenate([first, middle])), np.concatenate([np.ones(exact), np.diff(edges)])
