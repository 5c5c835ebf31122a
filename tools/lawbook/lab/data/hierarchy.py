"""The random hierarchy model with rules from a cyclic difference set, and its exact statistics.

A string is the leaves of a binary tree: each symbol becomes one of m ordered pairs, equally likely, `depth` times
(Cagnetta and Wyart 2024; Cagnetta et al. 2026). The task is to predict the last token y from the tokens before it.
Block k is the 2^k tokens at lags 2^k to 2^(k+1) - 1, the leaves of one subtree: its root u_k is the left sibling of
z_k, the ancestor of y at height k (z_0 = y).

Rules from a difference set make all token correlations of one lag equally strong, with the strength known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Symbols = NDArray[np.uint8]
Codes = NDArray[np.uint16]  # of symbols, pairs and triples: small numbers are counted twice as fast


@dataclass(frozen=True)
class Grammar:
    """Production rules; the alphabet is the same at every height.

    Attributes:
        rules: `rules[h, s, i]` is the i-th pair that symbol s of height h + 1 becomes; shape (depth, v, m, 2).
        singular: Singular value of the map from a symbol to one of its children, sqrt(m - lambda) / m.
    """

    rules: Symbols
    singular: float

    @property
    def symbols(self) -> int:
        """v, how many symbols there are at each height."""
        return int(self.rules.shape[1])

    @property
    def depth(self) -> int:
        """Height of the root: strings have 2^depth tokens."""
        return int(self.rules.shape[0])

    def correlations(self) -> Array:
        """Largest singular value of the covariance of y with a token of block k, shape (depth,), exact.

        The covariance of siblings falls by (m - lambda) / m^2 for each height that both descend.
        """
        return np.asarray(self.singular ** (1 + 2.0 * np.arange(self.depth)) / self.symbols)


def cyclic_grammar(symbols: int, differences: tuple[int, ...], depth: int, rng: np.random.Generator) -> Grammar:
    """Random rules such that any two symbols share the same number of left children, and of right children.

    Rule i of symbol p(s) is (q(s + d_i), r(s + c d_i + b)) mod v: random permutations p, q, r and random b and c at
    each height, with c neither 0 nor 1. No pair belongs to two symbols, and every symbol is equally frequent.

    Arguments:
        symbols: v, a prime, so that c may be any other number.
        differences: A (v, m, lambda) difference set: d_i - d_j takes each value but 0 lambda times.
        depth: Height of the tree.
        rng: Draws the rules.

    Raises:
        ValueError: The differences are no difference set.
    """
    d = np.asarray(differences)
    found = np.bincount((d[:, None] - d).ravel() % symbols, minlength=symbols)[1:]
    if found.min() != found.max():
        raise ValueError(f"found {differences}, expected a difference set modulo {symbols}: the counts are {found}")
    rules = np.empty((depth, symbols, len(d), 2), dtype=np.uint8)
    s = np.arange(symbols)[:, None]
    for level in rules:
        own, left, right = (rng.permutation(symbols) for _ in range(3))
        c, b = rng.integers(2, symbols), rng.integers(symbols)
        level[own, :, 0] = left[(s + d) % symbols]
        level[own, :, 1] = right[(s + c * d + b) % symbols]
    m = len(d)
    return Grammar(rules, float(np.sqrt(m - m * (m - 1) / (symbols - 1)) / m))


def sample(grammar: Grammar, strings: int, rng: np.random.Generator) -> Symbols:
    """Independent strings, shape (strings, 2^depth), stored token by token: the learner counts down the columns."""
    m = grammar.rules.shape[2]
    rows = rng.integers(grammar.symbols, size=(1, strings), dtype=np.uint8)  # (tokens, strings)
    for level in grammar.rules[::-1]:
        rule = rows * m + rng.integers(m, size=rows.shape, dtype=np.uint8)
        rows = np.stack([level[..., side].ravel()[rule] for side in (0, 1)], axis=1).reshape(-1, strings)
    return rows.T


def covariances(grammar: Grammar) -> Array:
    """Covariance of the last token (column) with the last one of block k (row), for each k; shape (depth, v, v), exact.

    For any rules: the pairs at height k, then down the tree, each child by the share of rules that make it.
    """
    v, m = grammar.symbols, grammar.rules.shape[2]
    pairs = np.zeros((grammar.depth, v, v))  # of siblings at each height, whose parents are equally frequent
    last = np.zeros((grammar.depth, v, v))  # right child (column) given its parent (row)
    for height, level in enumerate(grammar.rules):
        np.add.at(pairs[height], (level[..., 0], level[..., 1]), 1 / (v * m))
        np.add.at(last[height], (np.arange(v)[:, None], level[..., 1]), 1 / m)
    found = []
    down = np.eye(v)
    for height in range(grammar.depth):
        joint = down.T @ pairs[height] @ down
        found.append(joint - np.outer(joint.sum(axis=1), joint.sum(axis=0)))
        down = last[height] @ down
    return np.array(found)


def conditional_entropies(grammar: Grammar, rng: np.random.Generator, *, strings: int = 100_000) -> Array:
    """Entropy of y in nats given blocks 0..K-1, for K = 0..depth; shape (depth + 1,).

    Given u_0..u_(K-1) all y are equally likely whose path (u_k, z_k) -> z_(k+1) is made of legal pairs, so the entropy
    is the mean log number of them. Exact up to the sampling of the u_k.
    """
    v, depth = grammar.symbols, grammar.depth
    parent = np.full((depth, v, v), v, dtype=np.int64)  # v: not a legal pair
    for table, level in zip(parent, grammar.rules, strict=True):
        table[level[..., 0], level[..., 1]] = np.arange(v)[:, None]
    z = rng.integers(v, size=strings)
    lefts = []
    for level in grammar.rules[::-1]:
        pairs = level[z, rng.integers(level.shape[1], size=strings)]
        lefts.append(pairs[:, 0])
        z = pairs[:, 1]
    candidates = np.tile(np.arange(v), (strings, 1))
    entropies = [np.log(v)]
    for table, left in zip(parent, lefts[::-1], strict=True):
        upward = np.column_stack([table.reshape(v, v)[left], np.full(strings, v)])  # (strings, v + 1): dead stays dead
        candidates = np.take_along_axis(upward, candidates, axis=1)
        entropies.append(float(np.mean(np.log(np.sum(candidates < v, axis=1)))))
    return np.array(entropies)
