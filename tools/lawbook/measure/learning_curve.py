"""Learning curves: how the held-out loss of the best model of a family falls with the size of the training set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.measure import powerlaw

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Subset = TypeVar("Subset")


def nested(pool: int, sizes: Sequence[int], rng: np.random.Generator) -> list[Indices]:
    """Random subsets of 0 .. pool - 1, without replacement, each inside the next larger one.

    Arguments:
        pool: How many samples there are.
        sizes: Size of each subset, at most `pool`.
        rng: Draws one permutation.

    Returns:
        Sample numbers, an array of each size.
    """
    order = rng.permutation(pool)
    return [order[:size] for size in sizes]


def windows(pool: int, sizes: Sequence[int], rng: np.random.Generator) -> list[slice]:
    """Stretches of a sequence of `pool` symbols, each at its own random place; for text in an order that says nothing.

    Arguments as in `nested`.

    Returns:
        A slice of each size.
    """
    starts = [int(rng.integers(0, pool - size + 1)) for size in sizes]
    return [slice(start, start + size) for start, size in zip(starts, sizes, strict=True)]


def sweep(learn: Callable[[Subset], ArrayLike], draw: Callable[[], Sequence[Subset]], repetitions: int) -> Array:
    """Train every member of a family on every subset, again and again.

    Arguments:
        learn: Maps a training subset to the held-out losses of the members, shape (members,) or any other, the
            smallest model first.
        draw: Returns one subset of each size.
        repetitions: How often subsets are drawn.

    Returns:
        Losses, shape (repetitions, sizes, members).
    """
    return np.array([[learn(subset) for subset in draw()] for _ in range(repetitions)], dtype=float)


def best(losses: ArrayLike) -> Array:
    """The loss of the best member for each size.

    Arguments:
        losses: Mean over repetitions, shape (sizes, members). The member is chosen by the mean, not anew in every
            repetition: the least of several noisy values would look better than any of them is.

    Returns:
        Shape (sizes,).
    """
    return np.asarray(np.min(losses, axis=-1), dtype=float)


def smallest_sufficient(losses: ArrayLike, within: float = 0.02) -> Indices:
    """The first member, counting from the smallest, whose loss is within a share of the best.

    Arguments:
        losses: Mean over repetitions, shape (sizes, members), the smallest model first.
        within: Share of the best loss that a smaller model may lose.

    Returns:
        Member numbers, shape (sizes,).
    """
    values = np.asarray(losses, dtype=float)
    return np.asarray(np.argmax(values <= (1 + within) * best(values)[:, None], axis=-1))


class Extrapolation(NamedTuple):
    """What two forms, fitted to the same sizes, say of others."""

    power_law: Array
    """A m^b, fitted in log loss."""
    logarithm: Array
    """a + b log m, which curves the other way on log-log axes."""


def extrapolate(sizes: ArrayLike, losses: ArrayLike, to: ArrayLike) -> Extrapolation:
    """Continue a learning curve beyond the sizes that were measured.

    Arguments:
        sizes: Shape (k,), at least three.
        losses: Shape (k,).
        to: Sizes to predict, any shape.

    Returns:
        Predicted losses, each of the shape of `to`.
    """
    target = np.asarray(to, dtype=float)
    line = np.polynomial.Polynomial.fit(np.log(np.asarray(sizes, dtype=float)), np.asarray(losses, dtype=float), 1)
    return Extrapolation(powerlaw.fit(sizes, losses)(target), np.asarray(line(np.log(target))))
