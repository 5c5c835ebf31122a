"""Recursive feature machines: kernel regression that learns which input directions matter (Radhakrishnan et al. 2024).

Alternate ridge regression with the kernel K_M(x, z) = exp(-|x - z|_M / L), where |u|_M² = uᵀ M u, and M ← the average
gradient outer product of the fit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Round(NamedTuple):
    """One round: a metric and the fit with it."""

    metric: Array  # M of this round's kernel, (d, d)
    prediction: Array  # on the test inputs, (tests, c)


def distances(x: Array, z: Array, metric: Array) -> Array:
    """|x_i - z_j|_M, shape (n, m), of x (n, d) and z (m, d)."""
    left, right = x @ metric, z @ metric
    squares = left @ (-2 * z.T)
    squares += np.einsum("ij,ij->i", left, x)[:, None]
    squares += np.einsum("ij,ij->i", right, z)
    np.maximum(squares, 0, out=squares)
    return np.sqrt(squares, out=squares)


def gradients(dual: Array, x: Array, at: Array, metric: Array, bandwidth: float) -> Array:
    """Gradients of f(z) = Σ_i K_M(x_i, z) dual_i at the rows of `at`, shape (m, c, d).

    The kernel has a cusp at its centre; the term of a centre is left out there.

    Arguments:
        dual: Shape (n, c).
        x: Centres, shape (n, d).
        at: Shape (m, d).
        metric: M, shape (d, d).
        bandwidth: L.
    """
    apart = distances(at, x, metric)
    slopes = _slopes(dual, x, at, apart, np.exp(apart / -bandwidth))
    return np.asarray(slopes @ (metric / bandwidth)).reshape(len(at), dual.shape[1], x.shape[1])


def _slopes(dual: Array, x: Array, at: Array, apart: Array, kernel: Array) -> Array:
    """The gradients times L M⁻¹, from distances and kernel (m, n) of points and centres, shape (m c, d).

    Σ_i K_M(x_i, z) dual_i (x_i - z) / |x_i - z|_M, the sums over x_i for all outputs in one product.
    """
    pull = kernel / np.where(apart < 1e-6 * max(1.0, float(apart.max())), np.inf, apart)  # (m, n)
    slopes = (pull @ (dual[:, :, None] * x[:, None, :]).reshape(len(x), -1)).reshape(len(at), dual.shape[1], x.shape[1])
    slopes -= (pull @ dual)[:, :, None] * at[:, None, :]
    return np.asarray(slopes).reshape(-1, x.shape[1])


def recursive(
    x: ArrayLike,
    y: ArrayLike,
    tests: ArrayLike,
    *,
    rounds: int,
    bandwidth: float = 10.0,
    ridge: float = 1e-3,
    normalise: bool = False,
) -> list[Round]:
    """Run the machine; the first round has M = 1 and is plain kernel regression.

    Arguments:
        x: Training inputs, shape (n, d).
        y: Targets, shape (n, c).
        tests: Inputs to predict at, shape (tests, d).
        rounds: Updates of M; there is one more fit, after which no M is computed.
        bandwidth: L of the kernel.
        ridge: Added to the diagonal of the kernel matrix.
        normalise: Scale every M to trace d, which keeps the bandwidth's meaning.

    Returns:
        rounds + 1 entries.

    Raises:
        ValueError: the fit has no gradient to normalise, as with targets that are all 0.
    """
    from scipy.linalg import cho_factor, cho_solve

    inputs, targets, points = (np.asarray(a, float) for a in (x, y, tests))
    metric, found = np.eye(inputs.shape[1]), []
    for last in [False] * rounds + [True]:
        apart = distances(inputs, inputs, metric)
        np.fill_diagonal(apart, 0)  # exactly: the kernel's cusp would turn a rounding of 1e-16 into 1e-8
        kernel = np.exp(apart / -bandwidth)
        ridged = kernel.copy()
        ridged[np.diag_indices_from(ridged)] += ridge
        dual = cho_solve(cho_factor(ridged, overwrite_a=True, check_finite=False), targets, check_finite=False)
        found.append(Round(metric, np.exp(distances(points, inputs, metric) / -bandwidth) @ dual))
        if not last:
            slopes = _slopes(dual, inputs, inputs, apart, kernel)
            update = metric @ (slopes.T @ slopes) @ metric / (len(inputs) * bandwidth**2)
            trace = np.trace(update)
            if normalise and not trace > 0:
                raise ValueError(f"found a fit whose gradients have trace {trace}, expected slopes")
            metric = update * len(update) / trace if normalise else update
    return found
