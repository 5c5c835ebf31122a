"""A binary chain with long memory whose correlations and entropies decay as powers that can be chosen apart.

x_t = +1 or -1, with P(x_t = 1 | past) = (1 + sum_j phi_j x_(t-j)) / 2 and j = 1..p. The conditional mean is linear, so
the autocorrelation obeys the Yule-Walker equations of an autoregression exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_BLOCK = 32  # steps that one matrix product serves


def coefficients(order: int, decay: float, gap: float, power: float, rng: np.random.Generator) -> Array:
    """phi_j = +- a j^-decay at the lags round(1^gap), round(2^gap), ... up to `order`, with random signs.

    Arguments:
        order: p, the largest lag.
        decay: Of the coefficients.
        gap: 1 for every lag, 2 for squares.
        power: Sum of the squares, which is about the variance of the conditional mean; sets a.
        rng: Draws the signs.

    Returns:
        phi, shape (p,); its first element belongs to lag 1.
    """
    lags = np.unique(np.round(np.arange(1, order + 1, dtype=float) ** gap).astype(np.int64))
    lags = lags[lags <= order]
    phi = np.zeros(order)
    phi[lags - 1] = rng.choice([-1.0, 1.0], len(lags)) * lags**-decay
    return np.asarray(phi * np.sqrt(power / np.sum(phi**2)))


def fractional(order: int, d: float) -> Array:
    """Coefficients of fractionally integrated noise, (1 - B)^d x = noise, cut at `order`; shape (order,)."""
    k = np.arange(1, order + 1)
    return np.asarray(-np.cumprod((k - 1 - d) / k))


def autocorrelation(phi: Array) -> Array:
    """r_0 = 1, r_1, ..., r_p from r_k = sum_j phi_j r_|k-j|; shape (p + 1,)."""
    p = len(phi)
    k = np.arange(1, p + 1)
    system = np.zeros((p, p + 1))
    for j in np.flatnonzero(phi) + 1:
        system[k - 1, np.abs(k - j)] += phi[j - 1]
    return np.concatenate([[1.0], np.linalg.solve(np.eye(p) - system[:, 1:], system[:, 0])])


def innovations(r: Array) -> Array:
    """Variance left by the best linear prediction from the last 0, 1, ..., p values, by Levinson's recursion.

    Arguments:
        r: Autocorrelation, shape (p + 1,).

    Returns:
        Shape (p + 1,), decreasing.
    """
    weights = np.zeros(0)
    left = [float(r[0])]
    for k in range(1, len(r)):
        reflection = (r[k] - weights @ r[k - 1 : 0 : -1]) / left[-1]
        weights = np.append(weights - reflection * weights[::-1], reflection)
        left.append(left[-1] * (1 - reflection**2))
    return np.array(left)


def simulate(phi: Array, chains: int, steps: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Independent chains side by side, after a burn-in of p steps.

    Arguments:
        phi: Shape (p,).
        chains: How many.
        steps: Length after the burn-in.
        rng: Draws everything.

    Returns:
        Shape (p + steps, chains): the burn-in comes first, as the past of what follows.
    """
    p = len(phi)
    blocks = -(-(p + steps) // _BLOCK)
    x = np.empty((p + blocks * _BLOCK, chains), dtype=np.float32)
    x[:p] = rng.choice([-1, 1], (p, chains))
    backwards = phi[::-1].astype(np.float32)  # the order of rows of x
    distant = np.zeros((_BLOCK, p), dtype=np.float32)
    for i in range(_BLOCK):
        distant[i, i:] = backwards[: p - i]  # step i of a block reaches p - i steps before it
    for start in range(p, len(x), _BLOCK):
        mean = distant @ x[start - p : start]  # (block, chains)
        threshold = 2 * rng.random((_BLOCK, chains), dtype=np.float32) - 1
        for i in range(_BLOCK):
            near = min(i, p)
            value = mean[i] + backwards[p - near :] @ x[start + i - near : start + i]
            x[start + i] = np.where(threshold[i] < value, 1, -1)
    return x[p : 2 * p + steps]


def lagged_products(x: NDArray[np.float32], order: int, sizes: Sequence[int]) -> Array:
    """Mean of x_t x_(t-j) over chains and the first steps that have a past of `order` values.

    Arguments:
        x: Shape (order + at least sizes[-1], chains).
        order: The largest lag.
        sizes: How many steps, increasing.

    Returns:
        Shape (sizes, order + 1), from lag 0 on.
    """
    total = np.zeros(order + 1)  # of lag order, ..., 1, 0
    rows, done = [], 0
    for size in sizes:
        while done < size:
            block = min(_BLOCK, size - done)
            now, past = x[order + done : order + done + block], x[done : order + done + block]
            for i, products in enumerate(now @ past.T):  # (order + block,)
                total += products[i : i + order + 1]
            done += block
        rows.append(total[::-1] / (size * x.shape[1]))
    return np.array(rows)


def all_lags(r: Array, orders: ArrayLike) -> Array:
    """Least squares on every lag up to each order, from autocorrelations; shape (orders, p).

    Arguments:
        r: Shape (p + 1,).
        orders: Integers, each at most p.
    """
    from scipy.linalg import solve_toeplitz

    fits = np.zeros((np.size(orders), len(r) - 1))
    for row, order in zip(fits, np.asarray(orders), strict=True):
        row[:order] = solve_toeplitz(r[:order], r[1 : order + 1])
    return fits


def resolved_lags(r: Array, samples: int, cuts: ArrayLike) -> Array:
    """Least squares on the lags whose correlation exceeds cut / sqrt(samples), for each cut; shape (cuts, p).

    Arguments:
        r: Measured autocorrelation, shape (p + 1,).
        samples: How many products it is the mean of: its noise is one over their square root.
        cuts: In units of that noise.
    """
    fits = np.zeros((np.size(cuts), len(r) - 1))
    for row, cut in zip(fits, np.asarray(cuts), strict=True):
        lags = np.flatnonzero(np.abs(r[1:]) > cut / np.sqrt(samples)) + 1
        row[lags - 1] = np.linalg.solve(r[np.abs(lags[:, None] - lags)], r[lags])
    return fits


def excess_loss(mean: ArrayLike, learned: ArrayLike) -> Array:
    """Kullback-Leibler divergence of two values of +-1, from conditional means; probabilities are kept in [0.01, 0.99].

    Arguments:
        mean: True conditional mean, any shape.
        learned: What a model takes it for, a shape that goes with it.

    Returns:
        In nats.
    """
    p, q = ((1 + np.clip(np.asarray(m, dtype=float), -0.98, 0.98)) / 2 for m in (mean, learned))
    return np.asarray(p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)))
