"""Correlations of two tokens at a lag: the strength that a text has, and the noise with which a sample shows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def joint(earlier: ArrayLike, later: ArrayLike, size: int) -> Array:
    """Shares of the pairs (earlier_i, later_i).

    Arguments:
        earlier: Integers 0..size - 1, shape (pairs,); for lag n of a text `tokens[:-n]`.
        later: The same shape; `tokens[n:]`.
        size: Number of tokens of the vocabulary.

    Returns:
        Shape (size, size), sums to 1; the earlier token is the row.

    Raises:
        ValueError: Tokens that are no integers 0..size - 1, or two arrays of different shape, or empty ones.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure.correlations import joint
        >>> tokens = np.array([0, 1, 0, 1, 1])
        >>> print(joint(tokens[:-1], tokens[1:], size=2))
        [[0.   0.5 ]
         [0.25 0.25]]
    """
    first, second = np.asarray(earlier), np.asarray(later)
    if first.ndim != 1 or first.shape != second.shape or not first.size:
        raise ValueError(f"found tokens of shapes {first.shape} and {second.shape}, expected (pairs,) twice, not empty")
    for tokens in (first, second):
        if not np.issubdtype(tokens.dtype, np.integer):
            raise ValueError(f"found tokens of type {tokens.dtype}, expected integers 0 .. {size - 1}")
        if tokens.min() < 0 or tokens.max() >= size:
            raise ValueError(f"found tokens {tokens.min()} .. {tokens.max()}, expected 0 .. {size - 1}")
    pairs = first.astype(np.int64) * size + second.astype(np.int64)
    return np.asarray(np.bincount(pairs, minlength=size * size).reshape(size, size) / len(pairs))


def covariance(shares: ArrayLike) -> Array:
    """P(a, b) - P(a) P(b) from the shares of pairs.

    Arguments:
        shares: P(a, b), shape (v, v), sums to 1; the earlier token is the row.

    Returns:
        Shape (v, v).

    Raises:
        ValueError: Shares that are no square matrix of numbers from 0 on that sum to 1.

    Examples:
        >>> from lawbook.measure.correlations import covariance
        >>> print(covariance([[0.5, 0.0], [0.0, 0.5]]))
        [[ 0.25 -0.25]
         [-0.25  0.25]]
    """
    p = _shares(shares)
    return np.asarray(p - np.outer(p.sum(axis=1), p.sum(axis=0)))


def strength(matrix: ArrayLike) -> float:
    """Largest singular value of a matrix.

    Arguments:
        matrix: Such as a covariance, any shape of two axes.

    Returns:
        0 or more, in the unit of the matrix.

    Raises:
        ValueError: What is no matrix of finite numbers.

    Examples:
        >>> from lawbook.measure.correlations import strength
        >>> print(f"{strength([[0.25, -0.25], [-0.25, 0.25]]):.3f}")
        0.500
    """
    m = np.asarray(matrix, dtype=float)
    if m.ndim != 2 or not m.size or not np.all(np.isfinite(m)):
        raise ValueError(f"found a matrix of shape {m.shape}, expected two axes and finite numbers")
    return float(np.linalg.norm(m, 2))


def drawn(shares: ArrayLike, pairs: int, rng: np.random.Generator) -> Array:
    """Shares in a sample of independent pairs.

    Arguments:
        shares: Probability of each pair, shape (v, v).
        pairs: How many are drawn.
        rng: Draws them.

    Returns:
        Shape (v, v), sums to 1.

    Raises:
        ValueError: As in `covariance`, or pairs that are no whole number from 1 on.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure.correlations import drawn
        >>> sample = drawn([[0.5, 0.0], [0.0, 0.5]], pairs=100, rng=np.random.default_rng(0))
        >>> print(f"{sample.sum():.3f}, {sample[0, 1]:.3f}")
        1.000, 0.000
    """
    p = _shares(shares)
    if pairs < 1 or pairs != int(pairs):
        raise ValueError(f"found pairs = {pairs}, expected a whole number, at least 1")
    return np.asarray(rng.multinomial(pairs, p.ravel() / p.sum()).reshape(p.shape) / pairs)


def markov_strengths(bigrams: ArrayLike, lags: ArrayLike) -> Array:
    """Largest singular value of the covariance at each lag of the Markov chain with these shares of neighbours.

    Arguments:
        bigrams: Shares of pairs of neighbours, the earlier token is the row; shape (v, v), sums to 1.
        lags: Shape (k,).

    Returns:
        Shape (k,), exact: diag(p) (T^lag - 1 p) with the transition matrix T and its stationary distribution p.

    Raises:
        ValueError: As in `covariance`; a token that is never the earlier one; a chain that falls into parts, which has
            many stationary distributions; lags that are no integers from 0 on.

    Examples:
        >>> from lawbook.measure.correlations import markov_strengths
        >>> stays = [[0.4, 0.1], [0.1, 0.4]]  # with probability 0.8: a factor 0.6 for each lag
        >>> print(markov_strengths(stays, [1, 2]).round(3))
        [0.3  0.18]
    """
    shares, steps = _shares(bigrams), np.asarray(lags)
    if steps.ndim != 1 or not np.issubdtype(steps.dtype, np.integer) or np.any(steps < 0):
        raise ValueError(f"found lags {steps.tolist()}, expected integers from 0 on, shape (k,)")
    leaving = shares.sum(axis=1, keepdims=True)
    if not leaving.all():
        raise ValueError(f"found that token {np.argmin(leaving)} never comes first, expected one that follows each")
    transition = shares / leaving
    values, vectors = np.linalg.eig(transition.T)
    if np.sum(np.abs(values - 1) < 1e-12) > 1:
        raise ValueError("found a chain in parts that never reach each other, expected one stationary distribution")
    p = np.real(vectors[:, np.argmax(values.real)])
    p = p / p.sum()
    return np.array([strength(p[:, None] * (np.linalg.matrix_power(transition, int(lag)) - p)) for lag in steps])


def _shares(shares: ArrayLike) -> Array:
    p = np.asarray(shares, dtype=float)
    if p.ndim != 2 or p.shape[0] != p.shape[1] or not p.size:
        raise ValueError(f"found shares of shape {p.shape}, expected (v, v), not empty")
    if not (np.all(p >= 0) and abs(p.sum() - 1) < 1e-5):
        raise ValueError(f"found shares that sum to {p.sum():.6g}, the least {p.min():.3g}: expected 1 and 0 or more")
    return p
