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

    Raises:
        ValueError: A size that is no integer from 1 to `pool`.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import learning_curve
        >>> small, large = learning_curve.nested(100, [10, 60], np.random.default_rng(0))
        >>> len(small), len(large), set(small) <= set(large)
        (10, 60, True)
    """
    _check_sizes(pool, sizes)
    order = rng.permutation(pool)
    return [order[:size] for size in sizes]


def windows(pool: int, sizes: Sequence[int], rng: np.random.Generator) -> list[slice]:
    """Stretches of a sequence of `pool` symbols, each at its own random place; for text in an order that says nothing.

    Arguments:
        pool: How many symbols there are.
        sizes: Length of each stretch, at most `pool`.
        rng: Draws the places.

    Returns:
        A slice of each size.

    Raises:
        ValueError: A size that is no integer from 1 to `pool`.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import learning_curve
        >>> (window,) = learning_curve.windows(100, [30], np.random.default_rng(0))
        >>> len(range(100)[window])
        30
    """
    _check_sizes(pool, sizes)
    starts = [int(rng.integers(0, pool - size + 1)) for size in sizes]
    return [slice(start, start + size) for start, size in zip(starts, sizes, strict=True)]


def _check_sizes(pool: int, sizes: Sequence[int]) -> None:
    for size in sizes:
        if not isinstance(size, int | np.integer):
            raise ValueError(f"found the size {size!r}, expected an integer: round sizes that were computed")
        if not 1 <= size <= pool:
            raise ValueError(f"found the size {size}, expected 1 to {pool}: there are no more samples in the pool")


def sweep(learn: Callable[[Subset], ArrayLike], draw: Callable[[], Sequence[Subset]], repetitions: int) -> Array:
    """Train every member of a family on every subset, again and again.

    Arguments:
        learn: Maps a training subset to the held-out losses of the members, shape (members,) or any other, the
            smallest model first.
        draw: Returns one subset of each size.
        repetitions: How often subsets are drawn.

    Returns:
        Losses, shape (repetitions, sizes, members), in the unit of `learn`.

    Raises:
        ValueError: No repetition.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import learning_curve
        >>> rng = np.random.default_rng(0)
        >>> def draw():
        ...     return learning_curve.nested(100, [10, 50], rng)
        >>> def learn(subset):  # a small model that is biased, a large one that is noisy
        ...     return [0.1, 2 / len(subset)]
        >>> losses = learning_curve.sweep(learn, draw, repetitions=3)
        >>> losses.shape, losses[0].tolist()
        ((3, 2, 2), [[0.1, 0.2], [0.1, 0.04]])
    """
    if repetitions < 1:
        raise ValueError(f"found {repetitions} repetitions, expected at least one")
    return np.array([[learn(subset) for subset in draw()] for _ in range(repetitions)], dtype=float)


def best(losses: ArrayLike) -> Array:
    """The loss of the best member for each size.

    Arguments:
        losses: Mean over repetitions, shape (sizes, members). The member is chosen by the mean, not anew in every
            repetition: the least of several noisy values would look better than any of them is.

    Returns:
        Shape (sizes,).

    Raises:
        ValueError: A loss that is not a number.

    Examples:
        >>> from lawbook.measure import learning_curve
        >>> learning_curve.best([[0.3, 0.2, 0.4], [0.3, 0.1, 0.05]]).tolist()
        [0.2, 0.05]
    """
    values = np.asarray(losses, dtype=float)
    if np.any(np.isnan(values)):
        raise ValueError("found a loss that is not a number, expected numbers: leave members that diverged out")
    return np.asarray(np.min(values, axis=-1))


def smallest_sufficient(losses: ArrayLike, within: float = 0.02) -> Indices:
    """The first member, counting from the smallest, whose loss is within a share of the best.

    Arguments:
        losses: Mean over repetitions, shape (sizes, members), the smallest model first.
        within: Share of the best loss that a smaller model may lose.

    Returns:
        Member numbers, shape (sizes,).

    Raises:
        ValueError: Losses that are not positive numbers, of which there are no shares.

    Examples:
        >>> from lawbook.measure import learning_curve
        >>> learning_curve.smallest_sufficient([[0.3, 0.201, 0.2], [0.3, 0.1, 0.05]]).tolist()
        [1, 2]
    """
    values = np.asarray(losses, dtype=float)
    if values.ndim != 2 or not np.all(values > 0) or not within >= 0:
        raise ValueError(
            f"found losses of shape {values.shape}, the least {values.min(initial=np.inf):.3g}, and within = {within}, "
            "expected losses above 0 of shape (sizes, members) and a share of at least 0"
        )
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
        sizes: Positive, shape (k,), at least three.
        losses: Positive, shape (k,), in any unit.
        to: Positive sizes to predict, any shape.

    Returns:
        Predicted losses, each of the shape of `to`. The error of the power law is told by `powerlaw.fit(…).predict`.

    Raises:
        ValueError: What `powerlaw.fit` refuses, or sizes to predict that are not positive.

    Examples:
        >>> from lawbook.measure import learning_curve
        >>> found = learning_curve.extrapolate([100, 200, 400], [0.8, 0.4, 0.2], [800, 1600])
        >>> found.power_law.round(6).tolist()
        [0.1, 0.05]
        >>> bool(found.logarithm[1] < 0)  # a straight line in log m runs below zero
        True
    """
    target = np.asarray(to, dtype=float)
    power = powerlaw.fit(sizes, losses)(target)
    line = np.polynomial.Polynomial.fit(np.log(np.asarray(sizes, dtype=float)), np.asarray(losses, dtype=float), 1)
    return Extrapolation(power, np.asarray(line(np.log(target))))
