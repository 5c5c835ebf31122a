"""Gradient flow of a linear student on randomly projected features: its loss at any time, exactly, without integrating.

A target psi . theta of features with second moments eta is learned by a student that sees N random projections of them,
A psi, and trains w in w . A psi / sqrt(N) on the population's squared error. In the coordinates
u_k = sqrt(eta_k) (theta - A^T w / sqrt(N))_k the loss is |u|^2 and du/dt = -K u with
K = sqrt(eta) A^T A sqrt(eta) / N (Bordelon et al. 2024), so that the loss is a sum of exponentials. As N grows K
becomes the diagonal matrix of the eta.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Curve(NamedTuple):
    """The loss L(t) = floor + sum_j power_j exp(-2 rate_j t)."""

    rate: Array
    """Shape (q,), per unit of time."""
    power: Array
    """What is learned at each rate, shape (q,), in the unit of the loss."""
    floor: float
    """What is never learned."""

    def __call__(self, time: ArrayLike) -> Array:
        """The loss at `time`, of the same shape."""
        decay = np.exp(-2 * np.multiply.outer(np.asarray(time, dtype=float), self.rate))
        return np.asarray(self.floor + decay @ self.power)


class Tail(NamedTuple):
    """All modes beyond the last one that is simulated."""

    trace: float  # sum of their second moments
    power: float  # power of the target in them


NO_TAIL = Tail(0.0, 0.0)


def power_law_tail(p: int, capacity: float, source: float) -> Tail:
    """What `kernel.power_law_spectrum(p, capacity, source)` leaves out: the same sums over k > p.

    Arguments:
        p: Number of modes that are kept.
        capacity: Above 1, where the sums exist.
        source: Above 0.
    """
    from scipy.special import zeta

    return Tail(float(zeta(capacity, p + 1)), float(zeta(1 + 2 * capacity * source, p + 1)))


class Student(NamedTuple):
    """What a student of finite width can learn, and how fast."""

    rate: Array
    """Eigenvalues of K, shape (N,), per unit of time."""
    share: Array
    """Share of mode k that is learned at rate j, shape (N, p). It sums over j to less than 1."""

    @property
    def unlearned(self) -> Array:
        """Share of each mode that is never learned, shape (p,)."""
        return np.asarray(1 - self.share.sum(axis=0))

    def curve(self, power: ArrayLike, tail: Tail = NO_TAIL) -> Curve:
        """The loss for a target of this power in each mode, shape (p,), averaged over the signs of its coefficients."""
        known = np.asarray(power, dtype=float)
        learned = self.share @ known
        return Curve(self.rate, learned, float(known.sum() - learned.sum()) + tail.power)


def student(projection: ArrayLike, eta: ArrayLike, tail: Tail = NO_TAIL) -> Student:
    """The student of N projected features, from the N eigenvectors of A diag(eta) A^T / N.

    The modes of the tail are many and faint: to the projected features they are noise of one variance, which adds
    trace / N to every eigenvalue. What they help to learn of the target is neglected.

    Arguments:
        projection: A, of entries with mean 0 and variance 1, shape (N, p).
        eta: Shape (p,).
        tail: Modes beyond p.
    """
    a, moments = np.asarray(projection, dtype=float), np.asarray(eta, dtype=float)
    seen = a * np.sqrt(moments / len(a))  # (N, p), so that K = seen^T seen
    rate, modes = np.linalg.eigh(seen @ seen.T)  # (N,), (N, N)
    rate = rate + tail.trace / len(a)
    return Student(rate, (modes.T @ seen) ** 2 / rate[:, None])


class Reuse(NamedTuple):
    """Losses of a student that sees every feature but only n samples, over and over."""

    train: Array  # on the samples
    test: Array  # on the population


def reuse(samples: ArrayLike, eta: ArrayLike, power: ArrayLike, time: ArrayLike) -> Reuse:
    """Gradient flow dv/dt = -C v of v = theta - w, with C the second moments of the samples, from w = 0.

    Arguments:
        samples: Features of the training samples, shape (n, p).
        eta: Second moments of the features over the population, where they are uncorrelated, shape (p,).
        power: Power of the target in each mode, eta theta^2, shape (p,).
        time: Shape (k,).

    Returns:
        Train and test loss, each of shape (k,), averaged over the signs of the coefficients theta.
    """
    psi, moments = np.asarray(samples, dtype=float), np.asarray(eta, dtype=float)
    square = np.asarray(power, dtype=float) / moments  # theta^2
    triangle = np.linalg.qr(psi / np.sqrt(len(psi)), mode="r")  # of the same second moments, but small
    _, singular, rows = np.linalg.svd(triangle, full_matrices=False)
    rate, modes = singular**2, rows.T  # of C, but for those that no sample has: (q,), (p, q) with q = min(n, p)
    train, test = [], []
    for decay in np.exp(-np.multiply.outer(np.asarray(time, dtype=float), rate)):
        train.append((rate * decay**2) @ (modes.T**2 @ square))
        kept = np.eye(len(moments)) - (modes * (1 - decay)) @ modes.T  # of v, (p, p)
        test.append(moments @ kept**2 @ square)
    return Reuse(np.array(train), np.array(test))


class Frontier(NamedTuple):
    """The best that a budget buys."""

    loss: Array  # the least loss
    width: Array  # the width that has it


def frontier(widths: ArrayLike, losses: ArrayLike) -> Frontier:
    """The least loss over widths for each budget, refined by a parabola in log width and log loss.

    Arguments:
        widths: Shape (m,), ascending.
        losses: Loss of each width at each budget, shape (budgets, m).

    Returns:
        Loss and width at the minimum, each of shape (budgets,); at an end of the range they are those of that end.
    """
    x, best = np.log(np.asarray(widths, dtype=float)), []
    for row in np.log(np.asarray(losses, dtype=float)):
        i = int(row.argmin())
        if 0 < i < len(x) - 1:
            curvature, tilt, level = np.polyfit(x[i - 1 : i + 2] - x[i], row[i - 1 : i + 2], 2)
            step = -tilt / (2 * curvature)
            best.append((level + tilt * step / 2, x[i] + step))
        else:
            best.append((row[i], x[i]))
    loss, width = np.exp(best).T
    return Frontier(loss, width)
