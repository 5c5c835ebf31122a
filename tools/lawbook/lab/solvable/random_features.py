"""Random features: ReLU features and the kernel they average to, and what a random linear teacher leaves unlearned.

The teacher is y = w . F(x) with w standard normal, on features F of second moments `eigenvalues` that are uncorrelated
over the population. A student that resolves n directions learns the part of w along them and misses the rest. With n
random features of infinitely many samples the directions are the features' coefficients; with n samples of infinitely
many features they are the samples (Bahri et al. 2024, linear random features).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def relu_features(x: Array, count: int, rng: np.random.Generator) -> Array:
    """sqrt(2 / count) relu(w . x) for `count` standard normal w; their products average to `arc_cosine`.

    Arguments:
        x: Inputs, shape (n, d).
        count: Number of features.
        rng: Draws w.

    Returns:
        Shape (n, count).
    """
    return np.asarray(np.maximum(x @ rng.standard_normal((x.shape[1], count)), 0) * np.sqrt(2 / count))


def arc_cosine(x: Array, z: Array) -> Array:
    """The kernel of infinitely many ReLU features, |x| |z| (sin a + (pi - a) cos a) / pi with a the angle between.

    Twice the arc-cosine kernel of order 1 (Cho & Saul 2009), so that the kernel of x with itself is |x|^2.

    Arguments:
        x: Shape (n, d).
        z: Shape (m, d).

    Returns:
        Shape (n, m).
    """
    norms = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(z, axis=1)  # (n, m)
    cosine = np.clip(np.divide(x @ z.T, norms, out=np.zeros_like(norms), where=norms > 0), -1, 1)
    angle = np.arccos(cosine)
    return np.asarray(norms * (np.sin(angle) + (np.pi - angle) * cosine) / np.pi)


def unresolved(directions: Array, eigenvalues: ArrayLike) -> float:
    """Half the squared error that is left of a random linear teacher, averaged over teachers, without noise or ridge.

    Either limit of the linear random feature model, where C = diag(eigenvalues) and X is `directions`:

        few samples, infinite width: X = F(x_1..n):              L = Tr[C - C X^T (X X^T)^-1 X] / 2
        few features P F, infinite data: X = P C^(1/2):          L = Tr[C - C P^T (P C P^T)^-1 P C] / 2

    which are the same trace of X (Bahri et al. 2024).

    Arguments:
        directions: X, shape (n, p) with n <= p, of full rank.
        eigenvalues: Second moments of the teacher's features over the population, shape (p,).

    Returns:
        L, in the unit of the eigenvalues.
    """
    from scipy.linalg import cholesky, solve_triangular

    eta = np.asarray(eigenvalues, dtype=float)
    triangle = cholesky(directions @ directions.T, lower=True, check_finite=False)  # (n, n)
    orthonormal = solve_triangular(triangle, directions, lower=True, check_finite=False)  # rows that span those of X
    return float(eta.sum() - np.sum(orthonormal**2 @ eta)) / 2


def fitted(samples: Array, projection: Array, eigenvalues: ArrayLike) -> float:
    """Half the squared error, averaged over teachers, of least squares with a few features on more samples.

    Arguments:
        samples: Teacher's features of the training samples, shape (n, p).
        projection: Coefficients of the student's features, shape (count, p) with count <= n.
        eigenvalues: Second moments of the teacher's features over the population, shape (p,).

    Returns:
        L, in the unit of the eigenvalues; `unresolved(projection * sqrt(eigenvalues), eigenvalues)` for n to infinity.
    """
    eta = np.asarray(eigenvalues, dtype=float)
    features = samples @ projection.T  # (n, count)
    weights = np.linalg.solve(features.T @ features, features.T @ samples)  # (count, p): one column a unit teacher
    seen = projection * eta  # (count, p): products of the two sorts of features over the population
    return float(eta.sum() - 2 * np.sum(seen * weights) + np.sum(weights * (seen @ projection.T @ weights))) / 2
