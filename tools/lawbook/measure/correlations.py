"""Correlations of two tokens at a lag: the strength that a text has, and the noise with which a sample shows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def joint(earlier: ArrayLike, later: ArrayLike, size: int) -> Array:
    """Shares of the pairs (earlier_i, later_i), shape (size, size): the earlier token is the row.

    Arguments:
        earlier: Integers 0..size - 1, shape (pairs,); for lag n of a text `tokens[:-n]`.
        later: The same shape; `tokens[n:]`.
        size: Number of tokens of the vocabulary.
    """
    pairs = np.asarray(earlier).astype(np.int64) * size + np.asarray(later)
    return np.asarray(np.bincount(pairs, minlength=size * size).reshape(size, size) / len(pairs))


def covariance(shares: ArrayLike) -> Array:
    """P(a, b) - P(a) P(b) from the shares of pairs, of the same shape (v, v)."""
    p = np.asarray(shares, dtype=float)
    return np.asarray(p - np.outer(p.sum(axis=1), p.sum(axis=0)))


def strength(matrix: ArrayLike) -> float:
    """Largest singular value."""
    return float(np.linalg.norm(np.asarray(matrix, dtype=float), 2))


def drawn(shares: ArrayLike, pairs: int, rng: np.random.Generator) -> Array:
    """Shares in a sample of independent pairs, of the same shape.

    Arguments:
        shares: Probability of each pair, shape (v, v).
        pairs: How many are drawn.
        rng: Draws them.
    """
    p = np.asarray(shares, dtype=float)
    return np.asarray(rng.multinomial(pairs, p.ravel() / p.sum()).reshape(p.shape) / pairs)


def markov_strengths(bigrams: ArrayLike, lags: ArrayLike) -> Array:
    """Largest singular value of the covariance at each lag of the Markov chain with these shares of neighbours.

    Arguments:
        bigrams: Shares of pairs of neighbours, the earlier token is the row; shape (v, v), sums to 1.
        lags: Shape (k,).

    Returns:
        Shape (k,), exact: diag(p) (T^lag - 1 p) with the transition matrix T and its stationary distribution p.
    """
    shares = np.asarray(bigrams, dtype=float)
    transition = shares / shares.sum(axis=1, keepdims=True)
    values, vectors = np.linalg.eig(transition.T)
    p = np.real(vectors[:, np.argmax(values.real)])
    p = p / p.sum()
    return np.array(
        [strength(p[:, None] * (np.linalg.matrix_power(transition, int(lag)) - p)) for lag in np.asarray(lags)]
    )
