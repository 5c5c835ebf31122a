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
    """One round: a fit, and the feature matrix that it proposes for the next."""

    metric: Array  # M of this round's kernel, (d, d)
    prediction: Array  # on the test inputs, (tests, c)
    agop: Array  # of the fit over the training inputs, (d, d)


def distances(x: Array, z: Array, metric: Array) -> Array:
    """|x_i - z_j|_M, shape (n, m), of x (n, d) and z (m, d)."""
    left, right = x @ metric, z @ metric
    squares = np.sum(left * x, axis=1)[:, None] + np.sum(right * z, axis=1) - 2 * left @ z.T
    return np.asarray(np.sqrt(np.clip(squares, 0, None)))


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
    near = apart < 1e-6 * max(1.0, float(apart.max()))
    pull = np.where(near, 0, np.exp(-apart / bandwidth) / np.where(near, 1, apart)) / bandwidth  # (m, n)
    centre = (pull @ dual)[:, :, None] * at[:, None, :]  # (m, c, d)
    toward = np.stack([(pull * column) @ x for column in dual.T], axis=1)
    return np.asarray((toward - centre) @ metric)


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
        rounds: Updates of M; there is one more fit.
        bandwidth: L of the kernel.
        ridge: Added to the diagonal of the kernel matrix.
        normalise: Scale every M to trace d, which keeps the bandwidth's meaning.

    Returns:
        rounds + 1 entries.
    """
    from scipy.linalg import solve

    inputs, targets, points = (np.asarray(a, float) for a in (x, y, tests))
    metric, found = np.eye(inputs.shape[1]), []
    for _ in range(rounds + 1):
        kernel = np.exp(-distances(inputs, inputs, metric) / bandwidth)
        dual = solve(kernel + ridge * np.eye(len(inputs)), targets, assume_a="pos")
        prediction = np.exp(-distances(points, inputs, metric) / bandwidth) @ dual
        slopes = gradients(dual, inputs, inputs, metric, bandwidth).reshape(-1, inputs.shape[1])
        update = slopes.T @ slopes / len(inputs)
        found.append(Round(metric, prediction, update))
        metric = update * len(update) / np.trace(update) if normalise else update
    return found
