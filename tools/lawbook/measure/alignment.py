"""How well the matrices of a trained layer agree: weights, activations, gradients, and what chance would give.

A layer maps its inputs h_a, shape (n, k), through W, shape (m, k), to h_b = W h_a. Its matrices live on two sides:
k × k on the side of the inputs, m × m on that of the outputs. Cosines of such matrices are high by themselves wherever
both are near a multiple of the identity; `traceless_cosine` takes that part away, and `chance` says what luck gives.

All is computed in double precision, whatever comes in, and in any unit. What has no direction (a matrix of zeros, a
constant one, a multiple of the identity) is refused, to the rounding of the precision in which it comes: the agreement
of rounding errors is no result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.measure._arrays import real, rounding

Array = NDArray[np.float64]


class Signals(NamedTuple):
    """What passes through one layer, for each of n samples."""

    weight: Array
    """W, shape (m, k)."""
    inputs: Array
    """h_a, shape (n, k)."""
    outputs: Array
    """h_b = W h_a, shape (n, m)."""
    gradient: Array
    """g_b = -dloss/dh_b, shape (n, m); without the 1/n of a mean loss."""
    jacobian: Array
    """d network output / d h_b, shape (n, c, m)."""

    @property
    def input_gradient(self) -> Array:
        """g_a = Wᵀ g_b, minus the gradient of the loss in the layer's inputs, shape (n, k)."""
        return _times(self.gradient, self.weight, "gradient", "weight")


def signals(
    weights: Sequence[ArrayLike],
    x: ArrayLike,
    activation: Callable[[Array], tuple[Array, Array]],
    loss_gradient: Callable[[Array], Array],
) -> tuple[Signals, ...]:
    """Forward and backward pass of a network without biases, all that `Signals` holds for each layer.

    Arguments:
        weights: One matrix a layer, shape (m, k), the input layer first; `activation` between them, none at the end.
        x: Inputs, shape (n, in).
        activation: Maps pre-activations to activations and their derivatives, elementwise.
        loss_gradient: Maps network outputs (n, c) to the gradient of each sample's loss in them, (n, c).

    Returns:
        One a layer, the input layer first.

    Raises:
        ValueError: shapes that do not fit, no layer, no sample, or numbers that are not finite.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import alignment
        >>> weights = [np.eye(2), np.array([[1.0, 1.0]])]  # the sum of two inputs; loss: its square / 2
        >>> def linear(z):
        ...     return z, np.ones_like(z)
        >>> first, last = alignment.signals(weights, [[1.0, 2.0]], linear, lambda f: f)
        >>> last.outputs.tolist(), first.gradient.tolist()
        ([[3.0]], [[-3.0, -3.0]])
    """
    matrices = [real(w, "weights", 2) for w in weights]
    inputs, outputs, slopes = [real(x, "x", 2)], [], []
    if not matrices or not len(inputs[0]):
        raise ValueError(f"found {len(matrices)} layers and {len(inputs[0])} samples, expected at least one of each")
    for w in matrices:
        if w.shape[1] != inputs[-1].shape[1]:
            raise ValueError(
                f"found weights of shape {w.shape} after {inputs[-1].shape[1]} units, expected (m, k) after k"
            )
        outputs.append(inputs[-1] @ w.T)
        h, slope = (real(a, "activations and their derivatives", 2) for a in activation(outputs[-1]))
        if not h.shape == slope.shape == outputs[-1].shape:
            raise ValueError(
                f"found activations of shape {h.shape} and derivatives of shape {slope.shape} for {outputs[-1].shape} "
                "pre-activations, expected the same"
            )
        inputs.append(h)
        slopes.append(slope)
    samples, classes = outputs[-1].shape
    gradient = -real(loss_gradient(outputs[-1]), "gradients of the loss", 2)
    if gradient.shape != outputs[-1].shape:
        raise ValueError(f"found gradients of the loss of shape {gradient.shape}, expected {outputs[-1].shape}")
    jacobian = np.broadcast_to(np.eye(classes), (samples, classes, classes))
    found = []
    for depth in range(len(matrices) - 1, -1, -1):
        found.append(Signals(matrices[depth], inputs[depth], outputs[depth], gradient, jacobian))
        if depth:
            gradient = (gradient @ matrices[depth]) * slopes[depth - 1]
            jacobian = (jacobian @ matrices[depth]) * slopes[depth - 1][:, None, :]
    return tuple(found[::-1])


def feature_matrix(layer: Signals) -> Array:
    """Wᵀ W, the neural feature matrix (Radhakrishnan et al. 2024).

    Arguments:
        layer: Its `weight` is used.

    Returns:
        Shape (k, k).

    Raises:
        ValueError: W is no matrix of finite numbers, or the product overflows.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import alignment
        >>> one = np.ones((1, 1))
        >>> alignment.feature_matrix(alignment.Signals(3 * one, one, 3 * one, one, one[None])).tolist()
        [[9.0]]
    """
    return _times(np.transpose(layer.weight), layer.weight, "weight", "weight")


def agop(layer: Signals) -> Array:
    """Average gradient outer product of the network's outputs in the layer's inputs, (1/n) Σ Jᵀ J.

    Source: Radhakrishnan et al. (2024).

    Arguments:
        layer: Its `jacobian` and `weight` are used; J is their product, shape (c, k) for each sample.

    Returns:
        Shape (k, k).

    Raises:
        ValueError: no samples, shapes that do not fit, numbers that are not finite or a product that overflows.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import alignment
        >>> one = np.ones((1, 1))
        >>> alignment.agop(alignment.Signals(3 * one, one, 3 * one, one, 2 * one[None])).tolist()
        [[36.0]]
    """
    jacobian = real(layer.jacobian, "jacobian", 3)
    rows = jacobian.reshape(-1, jacobian.shape[2])  # (n c, m)
    above = _times(_mean_product(rows, rows, len(jacobian)), layer.weight, "jacobian", "weight")
    return _times(np.transpose(layer.weight), above, "weight", "jacobian")


def loss_agop(layer: Signals) -> Array:
    """Average gradient outer product of each sample's loss in the layer's inputs, (1/n) Σ g_a g_aᵀ.

    Boix-Adserà et al. (2025) call it equivariant.

    Arguments:
        layer: Its `gradient` and `weight` are used.

    Returns:
        Shape (k, k).

    Raises:
        ValueError: as for `agop`.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import alignment
        >>> one = np.ones((1, 1))
        >>> alignment.loss_agop(alignment.Signals(3 * one, one, 3 * one, -2 * one, one[None])).tolist()
        [[36.0]]
    """
    return _mean_product(layer.input_gradient, layer.input_gradient, len(layer.gradient))


def fact(layer: Signals, decay: float) -> Array:
    """What Wᵀ W is at a critical point of loss + ½ decay |W|²: (1/(n decay)) Σ g_a h_aᵀ.

    Boix-Adserà et al. (2025), Theorem 3.1. Not symmetric elsewhere.

    Arguments:
        layer: Its `gradient`, `weight` and `inputs` are used.
        decay: Weight decay, positive: without one, no critical point determines Wᵀ W.

    Returns:
        Shape (k, k).

    Raises:
        ValueError: as for `agop`, or a decay that is not positive and finite.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import alignment
        >>> one = np.ones((1, 1))
        >>> layer = alignment.Signals(2 * one, one, 2 * one, one, one[None])
        >>> alignment.fact(layer, decay=0.5).tolist()  # a critical point: g = decay W h
        [[4.0]]
        >>> alignment.feature_matrix(layer).tolist()
        [[4.0]]
    """
    _positive(decay)
    return _mean_product(layer.input_gradient, layer.inputs, len(layer.inputs) * decay)


def backward_fact(layer: Signals, decay: float) -> Array:
    """What W Wᵀ is at a critical point of loss + ½ decay |W|²: (1/(n decay)) Σ h_b g_bᵀ.

    Boix-Adserà et al. (2025), Remark 3.4.

    Arguments:
        layer: Its `outputs` and `gradient` are used.
        decay: Weight decay, positive.

    Returns:
        Shape (m, m).

    Raises:
        ValueError: as for `fact`.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import alignment
        >>> one = np.ones((1, 1))
        >>> layer = alignment.Signals(2 * one, one, 2 * one, one, one[None])
        >>> alignment.backward_fact(layer, decay=0.5).tolist()
        [[4.0]]
    """
    _positive(decay)
    return _mean_product(layer.outputs, layer.gradient, len(layer.outputs) * decay)


def _positive(decay: float) -> None:
    if not 0 < decay < np.inf:
        raise ValueError(f"found decay={decay!r}, expected a positive number")


def _times(a: ArrayLike, b: ArrayLike, left: str, right: str) -> Array:
    """A product of two matrices, (n, k) and (k, m), in double precision."""
    x, y = real(a, left, 2), real(b, right, 2)
    if x.shape[1] != len(y):
        raise ValueError(f"found {left} of shape {x.shape} and {right} of shape {y.shape}, expected (n, m) and (m, k)")
    with np.errstate(over="ignore", invalid="ignore"):
        return real(x @ y, f"a product of {left} and {right}", 2)


def _mean_product(a: ArrayLike, b: ArrayLike, count: float) -> Array:
    """Aᵀ B / count of two signals with a row a sample."""
    if not count:
        raise ValueError("found no samples, expected at least one")
    return _times(np.transpose(a), b, "signals", "signals") / count


def power(matrix: ArrayLike, exponent: float) -> Array:
    """Power of a symmetric positive semi-definite matrix.

    Eigenvalues within rounding of 0, k times that of the largest, count as 0 on either side of it: a fourth root would
    make 1e-4 of 1e-16.

    Arguments:
        matrix: Shape (k, k).
        exponent: Any real number; below 0 for a positive definite matrix only.

    Returns:
        Shape (k, k).

    Raises:
        ValueError: not square, not symmetric, with eigenvalues below 0 by more than the square root of rounding, or
            singular where the exponent is negative.

    Examples:
        >>> from lawbook.measure import alignment
        >>> alignment.power([[4.0, 0.0], [0.0, 9.0]], 0.5).tolist()
        [[2.0, 0.0], [0.0, 3.0]]
    """
    a, least = _square(matrix), rounding(matrix)
    size = np.abs(a).max(initial=0)
    if np.abs(a - a.T).max(initial=0) > np.sqrt(least) * size:
        raise ValueError(
            f"found a matrix that differs from its transpose by {np.abs(a - a.T).max():.3g}, expected the same"
        )
    values, vectors = np.linalg.eigh(a / size if size else a)
    largest = np.abs(values).max(initial=0)
    if values.min(initial=0) < -np.sqrt(least) * largest:
        raise ValueError(f"found an eigenvalue {values.min() * size:.3g}, expected none below 0")
    values = np.where(values > len(a) * least * largest, values, 0)
    if exponent < 0 and not values.all():
        raise ValueError(
            f"found a matrix with {int((values == 0).sum())} of {len(a)} eigenvalues 0 (within rounding) and the "
            f"exponent {exponent}, expected a positive definite matrix"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        return real((vectors * (values * size) ** exponent) @ vectors.T, f"the power {exponent} of a matrix", 2)


def _square(matrix: ArrayLike) -> Array:
    a = real(matrix, "a matrix", 2)
    if a.shape[0] != a.shape[1] or not a.size:
        raise ValueError(f"found a matrix of shape {a.shape}, expected a square one")
    return a


def cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Cosine of two matrices, as vectors of their entries.

    Arguments:
        a: Any shape.
        b: The same shape.

    Returns:
        Between -1 and 1.

    Raises:
        ValueError: shapes that differ, numbers that are not finite, or a matrix of zeros, which has no direction.

    Examples:
        >>> from lawbook.measure import alignment
        >>> round(alignment.cosine([[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 0.0]]), 3)
        0.707
    """
    return _cosine(a, b, lambda x: np.zeros_like(x), "is 0 everywhere")


def traceless_cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Cosine after subtracting from each square matrix its trace over k times the identity.

    0 on average over rotations of one of them (see `chance`), however close to a multiple of the identity they are.

    Arguments:
        a: Shape (k, k).
        b: Shape (k, k).

    Returns:
        Between -1 and 1.

    Raises:
        ValueError: as for `cosine`; and a matrix that is not square, or a multiple of the identity within rounding.

    Examples:
        >>> from lawbook.measure import alignment
        >>> alignment.traceless_cosine([[3.0, 0.0], [0.0, 1.0]], [[5.0, 0.0], [0.0, 7.0]])
        -1.0
    """
    _square(a), _square(b)
    return _cosine(a, b, lambda x: np.trace(x) / len(x) * np.eye(len(x)), "is a multiple of the identity")


def pearson(a: ArrayLike, b: ArrayLike) -> float:
    """Pearson correlation of the entries of two matrices. It keeps most of the part along the identity.

    Arguments:
        a: Any shape.
        b: The same shape.

    Returns:
        Between -1 and 1.

    Raises:
        ValueError: as for `cosine`; and a matrix with all entries equal within rounding.

    Examples:
        >>> from lawbook.measure import alignment
        >>> alignment.pearson([[1.0, 2.0], [3.0, 4.0]], [[8.0, 6.0], [4.0, 2.0]])
        -1.0
    """
    return _cosine(a, b, lambda x: np.full_like(x, x.mean()), "has all entries equal")


def _cosine(a: ArrayLike, b: ArrayLike, common: Callable[[Array], Array], without: str) -> float:
    """Cosine of what is left of two matrices after a part of each; `without` says what a matrix is that is all part."""
    if np.shape(a) != np.shape(b):
        raise ValueError(f"found matrices of shapes {np.shape(a)} and {np.shape(b)}, expected the same")
    directions = []
    for matrix in (a, b):
        x = real(matrix, "a matrix", np.ndim(matrix))
        x = x / (np.abs(x).max(initial=0) or 1)  # first, for squares of very small entries would vanish
        left = x - common(x) if x.size else x
        length = np.linalg.norm(left)
        if length <= 10 * rounding(matrix) * np.linalg.norm(x):
            raise ValueError(
                f"found a matrix of shape {x.shape} that {without} (within rounding), expected one with a direction"
            )
        directions.append(np.ravel(left) / length)
    return float(np.clip(directions[0] @ directions[1], -1, 1))


class Ansatz(NamedTuple):
    """How well WᵀW and a power of the average gradient outer product agree, each between -1 and 1."""

    cosine: float
    """As `cosine`; high by itself where both are near a multiple of the identity."""
    traceless_cosine: float
    """As `traceless_cosine`; 0 by chance."""
    pearson: float
    """As `pearson`."""


def feature_ansatz(weight: ArrayLike, gradients: ArrayLike, *, exponent: float = 0.5) -> Ansatz:
    """The neural feature ansatz at a layer of your own network, WᵀW ∝ ((1/n) Σ Jᵀ J)^exponent.

    Source: Radhakrishnan et al. (2024).

    Arguments:
        weight: W, shape (m, k), of the layer h_b = W h_a.
        gradients: J of each sample, the gradients of the network's outputs in h_a, what enters the layer: shape
            (n, c, k), or (n, k) for one output.
        exponent: Of the average gradient outer product.

    Returns:
        The agreement in three measures.

    Raises:
        ValueError: shapes that do not fit, no samples, numbers that are not finite, or a matrix without a direction,
            such as a multiple of the identity.

    Examples:
        >>> from lawbook.measure import alignment
        >>> weight = [[2.0, 0.0], [0.0, 1.0]]  # WᵀW is diag(4, 1)
        >>> gradients = [[4.0, 1.0], [4.0, -1.0]]  # their mean outer product diag(16, 1)
        >>> alignment.feature_ansatz(weight, gradients)
        Ansatz(cosine=1.0, traceless_cosine=1.0, pearson=1.0)
    """
    w, jacobian = real(weight, "weight", 2), np.asarray(gradients)
    rows = real(jacobian[:, None] if jacobian.ndim == 2 else jacobian, "gradients", 3)
    if not rows.size or rows.shape[2] != w.shape[1]:
        raise ValueError(
            f"found gradients of shape {jacobian.shape} and a weight of shape {w.shape}, expected (n, c, k) or (n, k) "
            "and (m, k), n at least 1"
        )
    flat = rows.reshape(-1, rows.shape[2])  # (n c, k)
    outer = power(_mean_product(flat, flat, len(rows)), exponent)
    features = _times(w.T, w, "weight", "weight")
    return Ansatz(cosine(features, outer), traceless_cosine(features, outer), pearson(features, outer))


def chance(
    measure: Callable[[Array, Array], float], a: ArrayLike, b: ArrayLike, rng: np.random.Generator, draws: int = 100
) -> tuple[float, float]:
    """Mean and standard deviation of `measure(a, b)` when b keeps its eigenvalues and loses its directions.

    Arguments:
        measure: `cosine`, `traceless_cosine` or `pearson`.
        a: Symmetric, shape (k, k).
        b: Likewise; it is rotated at random, Q b Qᵀ with Q uniform on the orthogonal group.
        rng: Draws the rotations.
        draws: How many, at least 2.

    Returns:
        The mean over draws and the standard deviation of one draw.

    Raises:
        ValueError: fewer draws, matrices that are not square or of different shapes, or what `measure` refuses.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import alignment
        >>> a, b, rng = np.diag([3.0, 1.0]), np.diag([2.0, 1.0]), np.random.default_rng(0)
        >>> mean, spread = alignment.chance(alignment.cosine, a, b, rng)
        >>> round(mean, 1)  # tr a tr b / (k |a| |b|) is 0.85: high by itself
        0.8
    """
    left, right = _square(a), _square(b)
    if left.shape != right.shape or draws < 2:
        raise ValueError(
            f"found matrices of shapes {left.shape} and {right.shape} and draws={draws}, expected the same shape and "
            "at least 2 draws, for a spread"
        )
    found = []
    for _ in range(draws):
        q, r = np.linalg.qr(rng.standard_normal(right.shape))
        q = q * np.sign(np.diag(r))  # without this the rotations are not uniform
        found.append(measure(left, q @ right @ q.T))
    return float(np.mean(found)), float(np.std(found, ddof=1))


def covariance(vectors: ArrayLike, *, normalised: bool = True) -> Array:
    """Covariance over samples of vectors, the mean over n and not over n - 1.

    Ziyin et al. (2024) normalise so that a few samples with a large gradient do not decide. A vector of zeros stays so.

    Arguments:
        vectors: Shape (n, k).
        normalised: Scale each vector to length 1 first.

    Returns:
        Shape (k, k).

    Raises:
        ValueError: no samples, numbers that are not finite or a product that overflows.

    Examples:
        >>> from lawbook.measure import alignment
        >>> alignment.covariance([[2.0, 0.0], [-2.0, 0.0]]).tolist()
        [[1.0, 0.0], [0.0, 0.0]]
        >>> alignment.covariance([[2.0, 0.0], [-2.0, 0.0]], normalised=False).tolist()
        [[4.0, 0.0], [0.0, 0.0]]
    """
    v = real(vectors, "vectors", 2)
    if not v.size:
        raise ValueError(f"found vectors of shape {v.shape}, expected (n, k) with at least one sample")
    if normalised:
        for order in (np.inf, 2):  # the largest entry first, for squares of very small or large ones leave the range
            lengths = np.linalg.norm(v, order, axis=1, keepdims=True)
            v = v / np.where(lengths == 0, 1, lengths)
    v = v - v.mean(axis=0)
    return _mean_product(v, v, len(v))


class Canonical(NamedTuple):
    """The six alignments of the canonical representation hypothesis, Pearson correlations in [-1, 1]."""

    forward_rga: float
    """H_b with G_b, the covariances of h_b and g_b."""
    backward_rga: float
    """H_a with G_a, those of h_a and g_a."""
    forward_rwa: float
    """H_b with W Wᵀ."""
    backward_rwa: float
    """H_a with Wᵀ W."""
    forward_gwa: float
    """G_b with W Wᵀ."""
    backward_gwa: float
    """G_a with Wᵀ W."""


def canonical(layer: Signals, *, normalised: bool = True) -> Canonical:
    """Alignment of representations (R), gradients (G) and weights (W) at a layer, on both of its sides.

    Ziyin et al. (2024): forward is the side of the outputs, backward that of the inputs.

    Arguments:
        layer: All but its `jacobian` is used.
        normalised: As for `covariance`.

    Returns:
        The six correlations.

    Raises:
        ValueError: shapes that do not fit, or a covariance or W Wᵀ with all entries equal (a single unit, a single
            sample, no gradient), which correlates with nothing.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import alignment
        >>> weight = np.diag([1.0, 0.0])
        >>> h = np.array([[1.0, 0.0], [-1.0, 0.0]])  # inputs, outputs, and gradients up to a factor
        >>> layer = alignment.Signals(weight, h, h @ weight.T, 3 * h, np.zeros((2, 1, 2)))
        >>> [round(value, 6) for value in alignment.canonical(layer)]
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    counts = [len(v) for v in (layer.inputs, layer.outputs, layer.gradient)]
    if len(set(counts)) > 1:
        raise ValueError(
            f"found {counts[0]} inputs, {counts[1]} outputs and {counts[2]} gradients, expected one of each a sample"
        )
    outputs, inputs, errors, back = (
        covariance(v, normalised=normalised)
        for v in (layer.outputs, layer.inputs, layer.gradient, layer.input_gradient)
    )
    above, below = _times(layer.weight, np.transpose(layer.weight), "weight", "weight"), feature_matrix(layer)
    return Canonical(
        pearson(outputs, errors),
        pearson(inputs, back),
        pearson(outputs, above),
        pearson(inputs, below),
        pearson(errors, above),
        pearson(back, below),
    )
