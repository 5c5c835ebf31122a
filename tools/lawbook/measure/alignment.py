"""How well the matrices of a trained layer agree: weights, activations, gradients, and what chance would give.

A layer maps its inputs h_a, shape (n, k), through W, shape (m, k), to h_b = W h_a. Its matrices live on two sides:
k × k on the side of the inputs, m × m on that of the outputs. Cosines of such matrices are high by themselves wherever
both are near a multiple of the identity; `traceless_cosine` takes that part away, and `chance` says what luck gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Signals(NamedTuple):
    """What passes through one layer, for each of n samples."""

    weight: Array  # W, (m, k)
    inputs: Array  # h_a, (n, k)
    outputs: Array  # h_b = W h_a, (n, m)
    gradient: Array  # g_b = -dloss/dh_b, (n, m); without the 1/n of a mean loss
    jacobian: Array  # d network output / d h_b, (n, c, m)

    @property
    def input_gradient(self) -> Array:
        """g_a = Wᵀ g_b, minus the gradient of the loss in the layer's inputs, shape (n, k)."""
        return np.asarray(self.gradient @ self.weight)


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
    """
    matrices = [np.asarray(w, float) for w in weights]
    inputs, outputs, slopes = [np.asarray(x, float)], [], []
    for w in matrices:
        outputs.append(inputs[-1] @ w.T)
        h, slope = activation(outputs[-1])
        inputs.append(h)
        slopes.append(slope)
    samples, classes = outputs[-1].shape
    gradient = -np.asarray(loss_gradient(outputs[-1]))
    jacobian = np.broadcast_to(np.eye(classes), (samples, classes, classes))
    found = []
    for depth in range(len(matrices) - 1, -1, -1):
        found.append(Signals(matrices[depth], inputs[depth], outputs[depth], gradient, jacobian))
        if depth:
            gradient = (gradient @ matrices[depth]) * slopes[depth - 1]
            jacobian = (jacobian @ matrices[depth]) * slopes[depth - 1][:, None, :]
    return tuple(found[::-1])


def feature_matrix(layer: Signals) -> Array:
    """Wᵀ W, shape (k, k): the neural feature matrix."""
    return np.asarray(layer.weight.T @ layer.weight)


def agop(layer: Signals) -> Array:
    """Average gradient outer product of the network's outputs in the layer's inputs, (1/n) Σ Jᵀ J, shape (k, k)."""
    samples, classes, units = layer.jacobian.shape
    rows = layer.jacobian.reshape(samples * classes, units)
    return np.asarray(layer.weight.T @ (rows.T @ rows / samples) @ layer.weight)


def loss_agop(layer: Signals) -> Array:
    """The same of the loss in place of the outputs, shape (k, k) (Boix-Adserà et al. 2025 call it equivariant)."""
    return np.asarray(layer.input_gradient.T @ layer.input_gradient / len(layer.inputs))


def fact(layer: Signals, decay: float) -> Array:
    """What Wᵀ W is at a critical point of loss + ½ decay |W|²: (1/(n decay)) Σ g_a h_aᵀ, shape (k, k).

    Boix-Adserà et al. (2025), Theorem 3.1. Not symmetric elsewhere.
    """
    return np.asarray(layer.input_gradient.T @ layer.inputs / (len(layer.inputs) * decay))


def backward_fact(layer: Signals, decay: float) -> Array:
    """What W Wᵀ is at a critical point: (1/(n decay)) Σ h_b g_bᵀ, shape (m, m). The same paper, Remark 3.4."""
    return np.asarray(layer.outputs.T @ layer.gradient / (len(layer.inputs) * decay))


def power(matrix: ArrayLike, exponent: float) -> Array:
    """Power of a symmetric positive semi-definite matrix; eigenvalues below 0 by rounding count as 0."""
    values, vectors = np.linalg.eigh(np.asarray(matrix, float))
    return np.asarray((vectors * np.clip(values, 0, None) ** exponent) @ vectors.T)


def cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Cosine of two matrices of one shape, as vectors of their entries."""
    u, v = np.ravel(a), np.ravel(b)
    return float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))


def traceless_cosine(a: ArrayLike, b: ArrayLike) -> float:
    """Cosine after subtracting from each square matrix its trace over k times the identity.

    0 on average over rotations of one of them (see `chance`), however close to a multiple of the identity they are.
    """
    return cosine(_traceless(a), _traceless(b))


def _traceless(a: ArrayLike) -> Array:
    matrix = np.asarray(a, float)
    return np.asarray(matrix - np.trace(matrix) / len(matrix) * np.eye(len(matrix)))


def pearson(a: ArrayLike, b: ArrayLike) -> float:
    """Correlation of the entries of two matrices. It keeps most of the part along the identity."""
    u, v = np.ravel(a), np.ravel(b)
    return cosine(u - u.mean(), v - v.mean())


def chance(
    measure: Callable[[Array, Array], float], a: ArrayLike, b: ArrayLike, rng: np.random.Generator, draws: int = 100
) -> tuple[float, float]:
    """Mean and standard deviation of `measure(a, b)` when b keeps its eigenvalues and loses its directions.

    Arguments:
        measure: `cosine`, `traceless_cosine` or `pearson`.
        a: Symmetric, shape (k, k).
        b: Likewise; it is rotated at random, Q b Qᵀ with Q uniform on the orthogonal group.
        rng: Draws the rotations.
        draws: How many.
    """
    left, right = np.asarray(a, float), np.asarray(b, float)
    found = []
    for _ in range(draws):
        q, r = np.linalg.qr(rng.standard_normal(right.shape))
        q = q * np.sign(np.diag(r))  # without this the rotations are not uniform
        found.append(measure(left, q @ right @ q.T))
    return float(np.mean(found)), float(np.std(found, ddof=1))


def covariance(vectors: ArrayLike, *, normalised: bool = True) -> Array:
    """Covariance over samples of (n, k) vectors, each first scaled to length 1 if `normalised`, shape (k, k).

    Ziyin et al. (2024) normalise so that a few samples with a large gradient do not decide.
    """
    v = np.asarray(vectors, float)
    if normalised:
        v = v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), np.finfo(float).tiny)
    v = v - v.mean(axis=0)
    return np.asarray(v.T @ v / len(v))


class Canonical(NamedTuple):
    """The six alignments of the canonical representation hypothesis, Pearson correlations in [-1, 1]."""

    forward_rga: float  # H_b with G_b
    backward_rga: float  # H_a with G_a
    forward_rwa: float  # H_b with W Wᵀ
    backward_rwa: float  # H_a with Wᵀ W
    forward_gwa: float  # G_b with W Wᵀ
    backward_gwa: float  # G_a with Wᵀ W


def canonical(layer: Signals, *, normalised: bool = True) -> Canonical:
    """Alignment of representations (R), gradients (G) and weights (W) at a layer, on both of its sides.

    Ziyin et al. (2024): forward is the side of the outputs, backward that of the inputs.
    """
    outputs, inputs, errors, back = (
        covariance(v, normalised=normalised)
        for v in (layer.outputs, layer.inputs, layer.gradient, layer.input_gradient)
    )
    above, below = layer.weight @ layer.weight.T, feature_matrix(layer)
    return Canonical(
        pearson(outputs, errors),
        pearson(inputs, back),
        pearson(outputs, above),
        pearson(inputs, below),
        pearson(errors, above),
        pearson(back, below),
    )
