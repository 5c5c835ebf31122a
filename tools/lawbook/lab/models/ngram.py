"""Interpolated n-gram models of symbols, counted for all orders at once by sorting the windows of a text.

A window of K symbols is one 64-bit integer, its first symbol in the highest bits. In sorted windows all that begin
alike stand together, so a shorter n-gram is counted by two binary searches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Smoothing = Callable[[Integers, Integers, Integers, Array], Array]
"""Maps times, total and types (see `Occurrences`) and the probability of the order below to a probability."""


class Occurrences(NamedTuple):
    """How often what a held-out text shows was seen in training. Row k - 1 is order k, which looks at k - 1 symbols.

    All orders predict the same symbols: those of the held-out text but its first K - 1.
    """

    times: Integers
    """How often the context was followed by this symbol, shape (orders, predicted)."""
    total: Integers
    """How often the context was followed by any symbol, same shape."""
    types: Integers
    """How many different symbols followed the context, same shape."""
    distinct: Integers
    """How many different n-grams of each length the training text has, shape (orders,)."""


def occurrences(train: ArrayLike, held_out: ArrayLike, orders: int, size: int) -> Occurrences:
    """Look up in a training text the contexts of a held-out text and what follows them.

    Arguments:
        train: Symbols 0 .. size - 1, shape (m,).
        held_out: Symbols, shape (h,).
        orders: The largest order K.
        size: Number of symbols of the alphabet; up to 63, K may be 10.

    Returns:
        The counts of orders 1 to K.

    Raises:
        ValueError: K symbols do not fit in 63 bits, or the held-out text is shorter than K.
    """
    bits = size.bit_length()  # symbol s is written s + 1, and 0 stands after the end of the text
    if orders * bits > 63:
        raise ValueError(f"found {orders} symbols of {bits} bits, expected at most 63 bits in all")
    if np.size(held_out) < orders:
        raise ValueError(f"found a held-out text of {np.size(held_out)} symbols, expected at least {orders}")
    written = np.concatenate([np.asarray(train, dtype=np.int64) + 1, np.zeros(orders - 1, dtype=np.int64)])
    seen = np.sort(_windows(written, orders, bits))
    asked = _windows(np.asarray(held_out, dtype=np.int64) + 1, orders, bits)
    rows, distinct = [], []
    for k in range(1, orders + 1):
        rest = bits * (orders - k)  # bits of a window after its first k symbols
        grams = (asked << rest) & ((1 << bits * orders) - 1)  # the last k symbols, moved to the front
        grams, back = np.unique(grams, return_inverse=True)  # sorted questions are answered several times faster
        contexts = grams >> (rest + bits) << (rest + bits)
        first = np.searchsorted(seen, contexts + (1 << rest))  # passes over the context at the very end of the text
        last = np.searchsorted(seen, contexts | ((1 << rest + bits) - 1), side="right")
        times = np.searchsorted(seen, grams | ((1 << rest) - 1), side="right") - np.searchsorted(seen, grams)
        prefixes = seen >> rest
        different = np.zeros(len(seen) + 1, dtype=np.int64)  # k-grams among the first i windows
        np.cumsum(np.concatenate([[True], prefixes[1:] != prefixes[:-1]]), out=different[1:])
        rows.append([times[back], (last - first)[back], (different[last] - different[first])[back]])
        distinct.append(different[-1] - min(k - 1, len(seen)))  # k - 1 windows end before they have k symbols
    times, total, types = np.array(rows, dtype=np.int64).transpose(1, 0, 2)
    return Occurrences(times, total, types, np.array(distinct))


def _windows(symbols: Integers, length: int, bits: int) -> Integers:
    """All windows as integers, shape (symbols - length + 1,)."""
    windows = np.zeros(len(symbols) - length + 1, dtype=np.int64)
    for i in range(length):
        windows = windows << bits | symbols[i : i + len(windows)]
    return windows


def witten_bell(times: Integers, total: Integers, types: Integers, below: Array) -> Array:
    """(c + T p) / (N + T): a context mixes in the order below as often as it showed something new (Witten & Bell 1991).

    Arguments:
        times: c, shape (predicted,), and so the others.
        total: N.
        types: T.
        below: p, the probability of the order below.
    """
    return np.asarray((times + types * below) / np.maximum(total + types, 1))


def absolute_discounting(times: Integers, total: Integers, types: Integers, below: Array) -> Array:
    """(max(c - d, 0) + d T p) / N with d = 3/4: every n-gram gives d of its count away (Ney, Essen & Kneser 1994).

    Arguments as in `witten_bell`.
    """
    return np.asarray((np.maximum(times - 0.75, 0.0) + 0.75 * types * below) / np.maximum(total, 1))


def log_probability(found: Occurrences, size: int, smoothing: Smoothing = witten_bell) -> Array:
    """Log probability of every predicted symbol under every order, each interpolated with the order below it.

    Below the first order all symbols are equally likely; a context that was never seen leaves it to the order below.

    Arguments:
        found: What `occurrences` returned.
        size: Number of symbols of the alphabet.
        smoothing: `witten_bell` or `absolute_discounting`.

    Returns:
        Shape (orders, predicted), in nats; minus its mean over the last axis is the held-out loss of each order.
    """
    probability = np.full(found.times.shape[1], 1 / size)
    rows = []
    for times, total, types in zip(found.times, found.total, found.types, strict=True):
        probability = np.where(total > 0, smoothing(times, total, types, probability), probability)
        rows.append(np.log(probability))
    return np.array(rows)
