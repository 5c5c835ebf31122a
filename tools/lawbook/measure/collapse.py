"""How far a classifier is from neural collapse: the four metrics NC1 to NC4.

Definitions follow Papyan, Han and Donoho (2020); C classes, last-layer features h in R^p of n samples, classifier
weights W (C, p) and biases b. Everything is traceable, at the precision of what it gets (half precision is raised to
single; JAX makes single of double unless `jax_enable_x64` is set). Shapes and types are checked always. The values of
labels can be checked outside `jax.jit` only: inside, a class without samples, or a label out of range, makes NaN of
every metric that it leaves undefined.

Samples enter through sums over them alone: counts and sums of the classes first; then, with the class means known,
mistakes, disagreements and the scatter along C - 1 directions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

ROUNDINGS = 10  # how many times the machine precision of the largest feature an entry of a class mean may be wrong


class Collapse(NamedTuple):
    """All four metrics, scalars without unit. Every one tends to 0 under neural collapse; NaN is not determined."""

    mistakes: Array
    """Share of samples that the classifier gets wrong; the terminal phase begins when it is 0."""
    within: Array
    """NC1: `within_class_variability`."""
    means_angle: Array
    """NC2: spread of the cosines between class means, `equiangularity`."""
    means_worst: Array
    """NC2: the pair of class means farthest from the simplex, `worst_angle`."""
    means_norm: Array
    """NC2: relative spread of the lengths of the class means, `equinorm`."""
    rows_angle: Array
    """NC2 for the rows of the classifier."""
    rows_worst: Array
    """NC2 for the rows of the classifier."""
    rows_norm: Array
    """NC2 for the rows of the classifier."""
    duality: Array
    """NC3: `self_duality`."""
    disagreement: Array
    """NC4: `nearest_centre_disagreement`."""


def collapse(features: ArrayLike, labels: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Collapse:
    """All metrics of neural collapse.

    Arguments:
        features: inputs of the last linear layer, shape (n, p).
        labels: integers 0 .. C - 1, each of which occurs, shape (n,).
        weight: of the last layer, shape (C, p), C at least 2.
        bias: shape (C,), or None for a layer without.

    Returns:
        The metrics, scalars.

    Raises:
        ValueError: shapes that do not fit; labels that are no integers, out of range, or leave a class empty.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure.collapse import collapse
        >>> features = np.array([[1.0], [3.0], [-1.0], [-3.0]])  # class means ±2, scatter ±1
        >>> found = collapse(features, np.array([0, 0, 1, 1]), weight=np.array([[1.0], [-1.0]]))
        >>> print(f"{found.within:.3f} {found.duality:.3f} {found.disagreement:.3f}")
        0.125 0.000 0.000
    """
    h, w = _matrix(features, "features"), _matrix(weight, "weight")
    y = _labels(labels, len(h), len(w))
    b = None if bias is None else _floating(bias)
    if w.shape[1] != h.shape[1]:
        raise ValueError(f"found features of shape {h.shape} and weight {w.shape}, expected (n, p) and (C, p)")
    if b is not None and b.shape != (len(w),):
        raise ValueError(f"found a bias of shape {b.shape}, expected {(len(w),)}: one for each row of the weight")
    found: Collapse = _collapse(h, y, w, b)
    return found


@jax.jit
def _collapse(h: Array, y: Array, w: Array, b: Array | None) -> Collapse:
    means = _means(_class_sums(h, y, len(w)))
    axes = _axes(h, means)
    centred = _centred(means, axes.noise)
    along = _along(h, axes)
    scores = w @ h.T if b is None else w @ h.T + b[:, None]  # (C, n)
    return Collapse(
        mistakes=_share(_largest(scores), y, len(w)),
        within=_within(along, y, axes),
        means_angle=equiangularity(centred),
        means_worst=worst_angle(centred),
        means_norm=equinorm(centred),
        rows_angle=equiangularity(w),
        rows_worst=worst_angle(w),
        rows_norm=equinorm(w),
        duality=self_duality(w, centred),
        disagreement=_disagreement(along, scores, axes),
    )


def class_means(features: ArrayLike, labels: ArrayLike, classes: int) -> Array:
    """The mean feature of each class.

    Arguments:
        features: shape (n, p).
        labels: integers 0 .. classes - 1, each of which occurs, shape (n,).
        classes: C, at least 2.

    Returns:
        Shape (C, p), in the unit of the features.

    Raises:
        ValueError: as in `collapse`.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure.collapse import class_means
        >>> features, labels = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 5.0]]), np.array([0, 0, 1])
        >>> print(class_means(features, labels, classes=2))
        [[2. 0.]
         [0. 5.]]
    """
    h = _matrix(features, "features")
    return _means(_class_sums(h, _labels(labels, len(h), classes), classes))


def within_class_variability(features: ArrayLike, labels: ArrayLike, means: ArrayLike) -> Array:
    """NC1: `Tr(Σ_W Σ_B⁺) / C`, the scatter inside classes measured in units of the scatter between them.

    With M (p, C) the centred class means, `Σ_B = M Mᵀ / C`, so `Σ_B⁺ = C (M⁺)ᵀ M⁺` and the metric is the mean of
    `|M⁺ (h - μ_c)|²` over samples. M has rank C - 1 at most: the one direction that is zero by construction is turned
    away before the singular values are taken. Of the others, min(C - 1, p), one that is zero up to the rounding of
    the means makes the metric infinite if samples scatter along it, counts nothing if they do not, and leaves it
    undetermined if they scatter by about the rounding. (Offsets far above the spread cost digits: subtract them.)

    Arguments:
        features: shape (n, p).
        labels: integers 0 .. C - 1, each of which occurs, shape (n,).
        means: the class means, shape (C, p).

    Returns:
        A scalar. Infinite where class means coincide and samples scatter between them; NaN where nothing is
        determined: one sample or fewer a class (n <= C), all features equal, or a scatter about the rounding along an
        axis on which class means coincide.

    Raises:
        ValueError: as in `collapse`.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure.collapse import within_class_variability
        >>> features, labels = np.array([[1.0], [3.0], [-1.0], [-3.0]]), np.array([0, 0, 1, 1])
        >>> print(f"{within_class_variability(features, labels, np.array([[2.0], [-2.0]])):.3f}")
        0.125
    """
    h, mu = _matrix(features, "features"), _matrix(means, "means")
    if h.shape[1] != mu.shape[1]:
        raise ValueError(f"found features of shape {h.shape} and means {mu.shape}, expected (n, p) and (C, p)")
    axes = _axes(h, mu)
    return _within(_along(h, axes), _labels(labels, len(h), len(mu)), axes)


def cosines(vectors: ArrayLike) -> Array:
    """The cosine of each pair of rows.

    Arguments:
        vectors: shape (C, p), C at least 2.

    Returns:
        Shape (C (C - 1) / 2,), the pairs (0, 1), (0, 2) and so on; NaN for a zero row.

    Raises:
        ValueError: if `vectors` is no array of at least two rows.

    Examples:
        >>> from lawbook.measure.collapse import cosines
        >>> print(cosines([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]]))
        [ 0. -1.  0.]
    """
    v = _matrix(vectors, "vectors")
    if len(v) < 2:
        raise ValueError(f"found vectors of shape {v.shape}, expected two rows at least")
    unit = v / _lengths(v)[:, None]
    pairs: Array = (unit @ unit.T)[np.triu_indices(len(v), 1)]
    return pairs


def equiangularity(vectors: ArrayLike) -> Array:
    """NC2: standard deviation of the cosines between pairs of rows.

    Their *mean* is no evidence: rows of about equal length that sum to zero have -1/(C - 1) whatever their angles.

    Arguments:
        vectors: class means less their mean, or rows of the classifier, shape (C, p).

    Returns:
        A scalar without unit, 0 or more; NaN with a zero row.

    Raises:
        ValueError: as in `cosines`.

    Examples:
        >>> from lawbook.measure.collapse import equiangularity
        >>> print(f"{equiangularity([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0]]):.3f}")  # cosines 0, 1, 0
        0.471
    """
    return jnp.std(cosines(vectors))


def worst_angle(vectors: ArrayLike) -> Array:
    """NC2: the largest `|cos + 1/(C - 1)|` over pairs of rows (the paper plots the mean over pairs).

    Arguments:
        vectors: class means less their mean, or rows of the classifier, shape (C, p).

    Returns:
        A scalar without unit, 0 or more; NaN with a zero row.

    Raises:
        ValueError: as in `cosines`.

    Examples:
        >>> from lawbook.measure.collapse import worst_angle
        >>> print(f"{worst_angle([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]]):.3f}")  # cosines 0, -1, 0
        0.500
    """
    pairs = cosines(vectors)
    return jnp.max(jnp.abs(pairs + 1 / (len(jnp.asarray(vectors)) - 1)))


def equinorm(vectors: ArrayLike) -> Array:
    """NC2: standard deviation of the Euclidean lengths of the rows, over their mean.

    Arguments:
        vectors: class means less their mean, or rows of the classifier, shape (C, p).

    Returns:
        A scalar without unit, 0 or more; NaN where all rows are zero.

    Raises:
        ValueError: if `vectors` is no array of rows.

    Examples:
        >>> from lawbook.measure.collapse import equinorm
        >>> print(f"{equinorm([[3.0, 4.0], [0.0, 15.0]]):.3f}")  # lengths 5 and 15
        0.500
    """
    lengths = _lengths(_matrix(vectors, "vectors"))
    lengths = lengths / jnp.max(lengths)
    return jnp.std(lengths) / jnp.mean(lengths)


def self_duality(weight: ArrayLike, centred: ArrayLike) -> Array:
    """NC3: `| W/|W| - Mᵀ/|M| |` in the Frobenius norm.

    Arguments:
        weight: W, shape (C, p).
        centred: Mᵀ, the class means less their mean, shape (C, p).

    Returns:
        A scalar without unit, between 0 and 2; NaN if one of the two is zero.

    Raises:
        ValueError: if the shapes differ.

    Examples:
        >>> from lawbook.measure.collapse import self_duality
        >>> weight, centred = [[1.0, 0.0], [-1.0, 0.0]], [[0.0, 5.0], [0.0, -5.0]]
        >>> print(f"{self_duality(weight, centred):.3f}")  # at right angles
        1.414
    """
    w, m = _matrix(weight, "weight"), _matrix(centred, "centred")
    if w.shape != m.shape:
        raise ValueError(f"found weight of shape {w.shape} and centred means {m.shape}, expected the same shape")
    gap: Array = jnp.linalg.norm(w / _lengths(w.reshape(1, -1)) - m / _lengths(m.reshape(1, -1)))
    return gap


def nearest_centre_disagreement(features: ArrayLike, logits: ArrayLike, means: ArrayLike) -> Array:
    """NC4: share of samples which the classifier and the nearest class mean assign to different classes.

    The first of several largest logits, or nearest means, is taken.

    Arguments:
        features: shape (n, p).
        logits: shape (n, C).
        means: the class means, shape (C, p).

    Returns:
        A scalar; NaN if a feature, logit or mean is no finite number, or all means coincide.

    Raises:
        ValueError: if the shapes do not fit.

    Examples:
        >>> from lawbook.measure.collapse import nearest_centre_disagreement
        >>> features, means = [[1.0], [3.0], [-1.0], [-3.0]], [[2.0], [-2.0]]
        >>> logits = [[-1.5, -1.0], [0.5, -3.0], [-3.5, 1.0], [-5.5, 3.0]]
        >>> print(nearest_centre_disagreement(features, logits, means))
        0.25
    """
    h, mu, scores = _matrix(features, "features"), _matrix(means, "means"), _matrix(logits, "logits")
    if h.shape[1] != mu.shape[1] or scores.shape != (len(h), len(mu)) or len(mu) < 2:
        raise ValueError(
            f"found features of shape {h.shape}, logits {scores.shape} and means {mu.shape}, "
            "expected (n, p), (n, C) and (C, p), C at least 2"
        )
    axes = _axes(h, mu)
    return _disagreement(_along(h, axes), scores.T, axes)


class _ClassSums(NamedTuple):
    """What class means need of samples: batches of them add up."""

    counts: Array
    """Samples of each class, shape (C,); NaN if a label is out of range."""
    sums: Array
    """Their summed features, shape (C, p)."""


class _Axes(NamedTuple):
    """The singular value decomposition of the class means without their common direction, r = min(C - 1, p)."""

    means: Array
    """The class means, shape (C, p)."""
    spread: Array
    """Singular values of the centred means, the largest first, shape (r,)."""
    directions: Array
    """Orthonormal, shape (r, p)."""
    noise: Array
    """What rounding may make of a singular value that is zero, a scalar in the unit of the features."""


def _class_sums(h: Array, y: Array, classes: int) -> _ClassSums:
    members = (jnp.arange(classes)[:, None] == y).astype(h.dtype)  # (C, n)
    counts = members.sum(axis=1)
    return _ClassSums(jnp.where(counts.sum() == len(h), counts, jnp.nan), members @ h)


def _means(samples: _ClassSums) -> Array:
    means: Array = samples.sums / samples.counts[:, None]
    return means


def _axes(h: Array, means: Array) -> _Axes:
    classes = len(means)
    # An orthonormal basis of what is orthogonal to (1, .., 1): it centres, and leaves no singular value that is zero.
    contrasts = np.linalg.qr(np.eye(classes) - 1 / classes)[0][:, : classes - 1].T
    centred = means - means.mean(axis=0)
    _, spread, directions = jnp.linalg.svd(jnp.asarray(contrasts, means.dtype) @ centred, full_matrices=False)
    largest = jnp.max(jnp.abs(h), axis=0)  # of each feature
    precision = float(np.finfo(means.dtype).eps)
    noise = ROUNDINGS * precision * classes**0.5 * _lengths(largest[None])[0]
    return _Axes(means, spread, directions, noise)


def _along(features: Array, axes: _Axes) -> Array:
    """Coordinates on the axes, seen from the centre of the class means; shape (r, n) for features (n, p)."""
    coordinates: Array = axes.directions @ (features - axes.means.mean(axis=0)).T
    return coordinates


def _within(along: Array, y: Array, axes: _Axes) -> Array:
    """NC1, axis by axis, from the coordinates of samples, shape (r, n)."""
    if along.shape[1] <= len(axes.means):
        return jnp.full((), jnp.nan, along.dtype)  # nothing is left to scatter
    rest = along - _along(axes.means, axes)[:, y]
    determined = axes.spread > axes.noise
    ratios = jnp.mean((rest / jnp.where(determined, axes.spread, axes.noise)[:, None]) ** 2, axis=1)  # (r,)
    # Along an axis on which the means do not differ: infinite where samples scatter by more than rounding may do,
    # nothing where by no more than it does, and in between there is no telling.
    blind = jnp.where(ratios > 1, jnp.inf, jnp.where(ratios > ROUNDINGS**-2, jnp.nan, 0 * ratios))
    total = jnp.sum(jnp.where(determined, ratios, blind))
    known = jnp.any(determined | (ratios > 1)) & jnp.all((y >= 0) & (y < len(axes.means)))
    return jnp.where(known, total, jnp.nan)


def _disagreement(along: Array, scores: Array, axes: _Axes) -> Array:
    """NC4 from the coordinates of samples, shape (r, n), and the classifier's scores, shape (C, n)."""
    unit = axes.spread[0]
    corners = (_along(axes.means, axes) / unit).T  # (C, r); squares of small or large numbers leave the range
    near = corners @ along - 0.5 * unit * jnp.sum(corners**2, axis=1)[:, None]  # (C, n)
    apart = axes.spread[0] > axes.noise
    return jnp.where(apart, _share(_largest(near), _largest(scores), len(axes.means)), jnp.nan)


def _centred(means: Array, noise: Array) -> Array:
    """Class means less their mean; zero where that is rounding, for a random direction is none."""
    centred = means - means.mean(axis=0)
    return jnp.where((_lengths(centred) <= noise)[:, None], 0, centred)


def _largest(scores: Array) -> Array:
    """The row of the largest score of each column, the first of several; the number of rows if there is none."""
    # Not by equality with the maximum: a compiler that computes scores twice may round them in two ways.
    known = jnp.isfinite(jnp.max(scores, axis=0))
    return jnp.where(known, jnp.argmax(scores, axis=0), len(scores))


def _share(found: Array, expected: Array, classes: int) -> Array:
    """Share of samples in which two assignments to classes differ, NaN if one of them is none."""
    known = jnp.all((found < classes) & (expected >= 0) & (expected < classes))
    return jnp.where(known, jnp.mean(found != expected), jnp.nan)


def _lengths(rows: Array) -> Array:
    """The Euclidean length of each row, taken in units of its largest entry."""
    largest = jnp.max(jnp.abs(rows), axis=1)
    unit = jnp.where(largest == 0, 1, largest)
    lengths: Array = unit * jnp.linalg.norm(rows / unit[:, None], axis=1)
    return lengths


def _floating(values: ArrayLike) -> Array:
    """An array of single precision at least."""
    array = jnp.asarray(values)
    if jnp.issubdtype(array.dtype, jnp.complexfloating):
        raise ValueError(f"found numbers of type {array.dtype}, expected real ones")
    if not jnp.issubdtype(array.dtype, jnp.floating):
        return array.astype(jnp.result_type(float))
    return array if array.dtype.itemsize >= 4 else array.astype(jnp.float32)


def _matrix(values: ArrayLike, name: str) -> Array:
    array = _floating(values)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"found {name} of shape {array.shape}, expected a matrix with a row each and no empty axis")
    return array


def _labels(labels: ArrayLike, samples: int, classes: int) -> Array:
    """Labels of the right shape and type; of the right values where they are known before the program runs."""
    # In NumPy where it can be: labels that are known are checked inside a traced function too.
    y: Any = labels if isinstance(labels, jax.core.Tracer) else np.asarray(labels)
    if classes < 2:
        raise ValueError(f"found {classes} class, expected two at least")
    if y.shape != (samples,):
        raise ValueError(f"found labels of shape {y.shape}, expected {(samples,)}: one for each row of the features")
    if not jnp.issubdtype(y.dtype, jnp.integer):
        raise ValueError(f"found labels of type {y.dtype}, expected integers 0 .. {classes - 1}")
    if isinstance(y, jax.core.Tracer):
        return y
    least, most = y.min(), y.max()
    if least < 0 or most >= classes:
        raise ValueError(f"found labels {least} .. {most}, expected integers 0 .. {classes - 1}: number classes from 0")
    empty = np.flatnonzero(np.bincount(y, minlength=classes) == 0)
    if len(empty):
        raise ValueError(f"found no sample of class {empty[0]}, expected one at least of each of 0 .. {classes - 1}")
    return jnp.asarray(labels)
