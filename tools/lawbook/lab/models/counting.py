"""A learner of the hierarchical grammar that only counts: pairs of symbols that say the same of the last token are one.

Block k is the 2^k tokens at lags 2^k to 2^(k+1) - 1 before the last token y; see `lawbook.lab.data.hierarchy`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Symbols = NDArray[np.uint8]
Codes = NDArray[np.uint16]  # of symbols, pairs and triples: small numbers are counted twice as fast


class Curve(NamedTuple):
    """Test losses of the counting learner in nats."""

    best: Array  # with as many blocks as the validation strings advise, shape (sizes,)
    held: Array  # held to at most K blocks, K = 0..depth, shape (sizes, depth + 1)


MIXTURES = np.array([1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 0.6])


def learning_curve(strings: Symbols, test: Symbols, sizes: ArrayLike, symbols: int, *, shared: bool = False) -> Curve:
    """Losses of the counting learner on the first P strings, for each P of `sizes`.

    Arguments:
        strings: To learn from, shape (at least max(sizes), 2^depth).
        test: Shape (t, 2^depth); the first half chooses the mixture and the number of blocks, the second is the test.
        sizes: How many strings to learn from, shape (sizes,).
        symbols: v, at most 40.
        shared: Let the classes of pairs that were found next to y serve in all blocks. Otherwise each position of each
            block has its own, learned from its own correlation with y.
    """
    held = np.stack([_held_losses(strings[:size], test, symbols, shared) for size in np.asarray(sizes)])
    return Curve(held[:, -1], held)


def _held_losses(strings: Symbols, test: Symbols, v: int, shared: bool) -> Array:
    """Test losses with at most K blocks, shape (depth + 1,)."""
    depth = int(np.log2(strings.shape[1]))
    y = strings[:, -1].astype(np.uint16)
    prior = np.bincount(y, minlength=v) / len(y)
    z, log_score = y, np.tile(np.log(np.maximum(prior, 1e-12)), (len(test), 1))  # (t, v)
    candidates = np.tile(np.arange(v), (len(test), 1))
    half = len(test) // 2
    chosen = [_mixed_losses(log_score, prior, test[:, -1], half)]
    known: list[Codes] = []
    for k in range(depth):
        u, u_test = _roots(_block(strings, k), _block(test, k), y, v, known if shared else None)
        pairs = np.bincount(u * v + z, minlength=v * v).reshape(v, v)
        with np.errstate(divide="ignore"):
            logs = np.log(pairs / np.maximum(pairs.sum(axis=0), 1))  # (u, z) of p(u | z)
        log_score = log_score + logs[u_test[:, None], candidates]
        chosen.append(_mixed_losses(log_score, prior, test[:, -1], half))
        if k + 1 < depth:
            table = _classes(_rows(u * v + z, _block(strings, k + 1), v), v)
            z = table[u * v + z]
            candidates = table[u_test[:, None] * v + candidates]
    validation, final = np.array(chosen).T
    winners = [int(np.argmin(validation[: k + 1])) for k in range(depth + 1)]
    return np.asarray(final[winners])


def _block(strings: Symbols, k: int) -> Symbols:
    """Its tokens, shape (n, 2^k)."""
    return strings[:, strings.shape[1] - 2 ** (k + 1) : strings.shape[1] - 2**k]


def _roots(block: Symbols, test: Symbols, y: Codes, v: int, known: list[Codes] | None) -> tuple[Codes, Codes]:
    """What the learner takes for the root of a block, in the strings it learns from and in the test strings.

    Neighbouring symbols are put in one class if they say the same about y, position by position, height by height.
    With `known`, the classes of each height are kept there when first found, and used from then on.
    """
    row, row_test = block.T.astype(np.uint16), test.T.astype(np.uint16)
    height = 0
    while len(row) > 1:
        pairs, pairs_test = row[::2] * v + row[1::2], row_test[::2] * v + row_test[1::2]  # (positions, n)
        if known is None:
            tables = [_classes(_rows(position, y[:, None], v), v) for position in pairs]
        else:
            if height == len(known):
                known.append(_classes(_rows(pairs[-1], y[:, None], v), v))
            tables = [known[height]] * len(pairs)
        row = np.stack([table[position] for table, position in zip(tables, pairs, strict=True)])
        row_test = np.stack([table[position] for table, position in zip(tables, pairs_test, strict=True)])
        height += 1
    return row[0], row_test[0]


def _rows(pairs: Codes, tokens: NDArray[np.integer], v: int) -> tuple[Array, NDArray[np.int64]]:
    """p(token | pair) - p(token) for every token column, shape (v^2, columns * v), and how often each pair was seen."""
    counts = np.stack(
        [np.bincount(pairs * v + column, minlength=v**3).reshape(v * v, v) for column in tokens.T],
        axis=1,
    )  # (v^2, columns, v)
    seen = counts[:, 0].sum(axis=1)
    rows = counts / np.maximum(seen, 1)[:, None, None] - counts.sum(axis=0) / len(pairs)
    return rows.reshape(v * v, -1), seen


def _classes(rows_and_seen: tuple[Array, NDArray[np.int64]], v: int) -> Codes:
    """Class of each pair, shape (v^2,): Ward clustering of the seen rows into v. Pairs never seen are in class 0."""
    from scipy.cluster.hierarchy import fcluster, linkage

    rows, seen = rows_and_seen
    table = np.zeros(len(rows), dtype=np.uint16)
    present = np.flatnonzero(seen)
    if len(present) > v:
        table[present] = fcluster(linkage(rows[present], "ward"), v, "maxclust") - 1
    else:
        table[present] = np.arange(len(present))
    return table


def _mixed_losses(log_score: Array, prior: Array, y: Symbols, half: int) -> tuple[float, float]:
    """Validation and test loss of the score mixed with the prior, with the weight that validates best."""
    top = log_score.max(axis=1, keepdims=True)
    score = np.exp(log_score - np.where(np.isfinite(top), top, 0.0))
    total = score.sum(axis=1)
    share = score[np.arange(len(y)), y] / np.maximum(total, 1e-300)
    base = prior[y]
    weight = np.where(total[:, None] > 0, MIXTURES, 1.0)  # (t, mixtures): the prior alone where no y is left
    losses = -np.log(np.maximum((1 - weight) * share[:, None] + weight * base[:, None], 1e-12))
    validation, final = losses[:half].mean(axis=0), losses[half:].mean(axis=0)
    best = int(np.argmin(validation))
    return float(validation[best]), float(final[best])
