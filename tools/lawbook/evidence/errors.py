"""Standard errors of what a notebook measures, by where they come from. None is typed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.evidence.setting import rng

Array = NDArray[np.float64]
Error = float | Array

FEWEST_DRAWS = 20
"""A standard deviation from so few is off by a sixth."""


def rounding(size: ArrayLike, operations: float = 1) -> Error:
    """The error of rounding: that of a result of floating-point arithmetic which is exact otherwise.

    `size` is the size of the numbers that were added, not of their result: where numbers around 3 cancel to 1e-17 or
    to 0, it is 3. Its type says how many digits there are: give an array of the type that was computed in.

    Arguments:
        size: The numbers that were added or multiplied, or their size, of any shape. Python's numbers count as double
            precision.
        operations: How many follow upon each other, at least 1. Their errors add up like random steps.

    Returns:
        The spacing of floating-point numbers at `size`, times the square root of `operations`; of the shape of `size`.

    Raises:
        ValueError: A size that is 0, infinite or no number, a type that NumPy has not, such as bfloat16, or fewer than
            one operation.

    Examples:
        >>> from lawbook import notebook
        >>> notebook.rounding(3.0)
        6.661338147750939e-16
        >>> notebook.rounding([1.0, 100.0], operations=10_000)
        array([2.22044605e-14, 2.22044605e-12])
    """
    values = np.asarray(size)
    if values.dtype.kind not in "biufc":
        raise ValueError(f"found numbers of type {values.dtype}, expected floating-point numbers that NumPy knows")
    kind: Any = values.dtype if values.dtype.kind in "fc" else float
    sizes = _finite(np.abs(values), "a size")
    if not np.all(sizes):
        raise ValueError("found a size of 0, expected the size of the numbers that were added, not of their result")
    if not (np.isfinite(operations) and operations >= 1):
        raise ValueError(f"found {operations} operations, expected at least 1")
    return _natural(float(np.finfo(kind).eps) * sizes * np.sqrt(operations))


def solver(tolerance: float, size: ArrayLike = 1.0) -> Error:
    """The error of a solver that stops at a relative tolerance: of an integrator, a root finder, an optimiser.

    Arguments:
        tolerance: What the solver was given, above 0.
        size: The size of what it is relative to, of any shape; 1 for an absolute tolerance.

    Returns:
        Tolerance times size, of the shape of `size`.

    Raises:
        ValueError: A tolerance that is not above 0, or a size that is infinite or no number.

    Examples:
        >>> from lawbook import notebook
        >>> rtol = 1e-8
        >>> notebook.solver(rtol)
        1e-08
        >>> notebook.solver(rtol, [2.0, -5.0])
        array([2.e-08, 5.e-08])
    """
    if not (np.isfinite(tolerance) and tolerance > 0):
        raise ValueError(f"found a tolerance of {tolerance}, expected one above 0")
    return _natural(tolerance * np.abs(_finite(size, "a size")))


def spread(replicas: ArrayLike, axis: int = 0) -> Error:
    """The standard error of the mean of independent replicas, such as runs from other random starts.

    Arguments:
        replicas: One measurement of each, at least 2 along `axis`.
        axis: The axis of the replicas.

    Returns:
        Their standard deviation over the square root of their number; of the shape of their mean.

    Raises:
        ValueError: Fewer than 2 replicas, or one that is infinite or no number.

    Examples:
        >>> from lawbook import notebook
        >>> notebook.spread([1.0, 2.0, 3.0])
        0.5773502691896258
        >>> notebook.spread([[1.0, 10.0], [2.0, 30.0]])
        array([ 0.5, 10. ])
    """
    values = _along(replicas, axis, "replicas", 2)
    return _natural(np.std(values, axis=0, ddof=1) / np.sqrt(len(values)))


def blocks(series: ArrayLike, count: int = 5, axis: int = 0) -> Error:
    """The standard error of the mean of a correlated series, such as the last steps of a run, from means of blocks.

    The blocks follow upon each other and are to be longer than the correlation lasts; then their means are independent.

    Arguments:
        series: Equally spaced measurements, at least two in each block along `axis`.
        count: The number of blocks, at least 2.
        axis: The axis along which the series runs.

    Returns:
        The standard deviation of the blocks' means over the square root of `count`; of the shape of the mean.

    Raises:
        ValueError: Fewer than 2 blocks, fewer than 2 measurements in one, or one that is infinite or no number.

    Examples:
        >>> import numpy as np
        >>> from lawbook import notebook
        >>> slow = np.convolve(notebook.rng().standard_normal(2000), np.ones(20), "valid")
        >>> bool(notebook.blocks(slow) > 2 * notebook.spread(slow))
        True
    """
    if count < 2:
        raise ValueError(f"found {count} blocks, expected at least 2")
    values = _along(series, axis, f"measurements for {count} blocks", 2 * count)
    return spread(np.stack([part.mean(axis=0) for part in np.array_split(values, count)]))


def bootstrap(statistic: Callable[..., ArrayLike], *samples: ArrayLike, draws: int = 200) -> Error:
    """The standard error of any statistic of independent measurements, by drawing them anew with replacement.

    Arguments:
        statistic: Called with arrays like `samples`; gives a number or an array.
        *samples: Independent measurements along the first axis, at least 2. Several samples are drawn together: their
            rows belong to each other.
        draws: How often, at least 20; the error is itself uncertain by a share of 1 / √(2 draws).

    Returns:
        The standard deviation of the statistic over the draws, of its shape. The random numbers are those of `rng`.

    Raises:
        ValueError: No sample, fewer than 2 measurements, samples of unequal length, too few draws, a measurement or a
            statistic that is infinite or no number.

    Examples:
        >>> import numpy as np
        >>> from lawbook import notebook
        >>> x = np.arange(20.0)
        >>> y = 3 * x + notebook.rng().standard_normal(20)
        >>> error = notebook.bootstrap(lambda x, y: np.polyfit(x, y, 1)[0], x, y)
        >>> bool(0.02 < error < 0.06)
        True
    """
    if not samples:
        raise ValueError("found no sample, expected at least one")
    if draws < FEWEST_DRAWS:
        raise ValueError(f"found {draws} draws, expected at least {FEWEST_DRAWS}")
    for sample in samples:
        _along(sample, 0, "measurements in a sample", 2)
    arrays = [np.asarray(sample) for sample in samples]
    lengths = {len(array) for array in arrays}
    if len(lengths) > 1:
        raise ValueError(f"found samples of {' and '.join(map(str, sorted(lengths)))} rows, expected one length")
    random, n = rng(), len(arrays[0])
    found = []
    for _ in range(draws):
        rows = random.integers(n, size=n)
        found.append(_finite(statistic(*(array[rows] for array in arrays)), "a statistic of a draw"))
    return _natural(np.std(np.stack(found), axis=0, ddof=1))


def counted(hits: ArrayLike, trials: ArrayLike) -> Error:
    """The standard error of a share: so many hits in so many independent trials.

    It is that of two hits and two misses more (Agresti and Coull, The American Statistician 52, 1998), and so is not 0
    where all trials, or none, are hits.

    Arguments:
        hits: How many, from 0 to `trials`.
        trials: Out of how many, at least 1; broadcasts against `hits`.

    Returns:
        √(p (1 − p) / (trials + 4)) with p = (hits + 2) / (trials + 4), of the shape that the two broadcast to.

    Raises:
        ValueError: Numbers that are not whole, no trials, or hits that are not among them.

    Examples:
        >>> from lawbook import notebook
        >>> notebook.counted(50, 100)
        0.04902903378454601
        >>> notebook.counted([0, 100], 100)
        array([0.01346682, 0.01346682])
    """
    of, n = _whole(hits, "hits"), _whole(trials, "trials")
    if np.any(n < 1):
        raise ValueError(f"found {n.min():.0f} trials, expected at least 1")
    if np.any((of < 0) | (of > n)):
        raise ValueError("found fewer hits than 0 or more than trials, expected 0 to as many as there are trials")
    share = (of + 2) / (n + 4)
    return _natural(np.sqrt(share * (1 - share) / (n + 4)))


def exact(count: ArrayLike) -> Error:
    """The error of what was counted out, such as the rank of a matrix of whole numbers: none.

    Arguments:
        count: A whole number, or an array of them.

    Returns:
        Zero, of the shape of `count`.

    Raises:
        ValueError: A number that is not whole: it was not counted.

    Examples:
        >>> from lawbook import notebook
        >>> notebook.exact(3)
        0.0
        >>> notebook.exact([10, 45])
        array([0., 0.])
    """
    return _natural(np.zeros(_whole(count, "a count").shape))


def _finite(values: ArrayLike, what: str) -> Array:
    """Values as an array of finite numbers."""
    array = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"found {what} of {array[~np.isfinite(array)].flat[0]}, expected finite numbers")
    return array


def _along(values: ArrayLike, axis: int, what: str, least: int) -> Array:
    """Finite values with `axis` as the first, which has at least so many."""
    array = np.asarray(values, dtype=float)
    if not -array.ndim <= axis < array.ndim:
        raise ValueError(f"found {what} of shape {array.shape}, expected an array with axis {axis}")
    moved = np.moveaxis(array, axis, 0)
    if len(moved) < least:
        raise ValueError(f"found {len(moved)} {what}, expected at least {least}")
    if not np.all(np.isfinite(moved)):
        raise ValueError(f"found {moved[~np.isfinite(moved)].flat[0]} among the {what}, expected finite numbers")
    return moved


def _whole(values: ArrayLike, what: str) -> Array:
    """Values as an array of whole numbers."""
    array = _finite(values, what)
    if not np.all(array == np.round(array)):
        raise ValueError(f"found {what} of {array[array != np.round(array)].flat[0]}, expected whole numbers")
    return array


def _natural(values: Any) -> Error:
    """A float for a single number, else the array."""
    return float(values) if np.ndim(values) == 0 else np.asarray(values, dtype=float)
