"""What gradient descent keeps between neighbouring layers, from lists of weight matrices, along a run.

W_l has shape (out, in): the weights into its units are its rows, as in PyTorch. Gradient flow keeps for each neuron of
a layer between two others the squared norm of the incoming weights less that of the outgoing ones, if its activation
is positively homogeneous (ReLU: scaling the one up and the other down changes nothing), and the whole matrix
W_l W_lᵀ - W_{l+1}ᵀ W_{l+1} if it is linear (Arora, Cohen & Hazan 2018; Du, Hu & Lee 2018). A bias counts among the
incoming weights of ReLU neurons. Finite steps let them drift, in proportion to the step size.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawbook.measure._arrays import read, real

Array = NDArray[np.float64]


class Balance(NamedTuple):
    """How far two neighbouring layers are from balanced, and what is kept of it."""

    neurons: Array
    """Of each neuron between them, the squared norm of its incoming weights less that of its outgoing ones, (k,)."""
    matrix: Array
    """D = W_l W_lᵀ (+ b bᵀ) - W_{l+1}ᵀ W_{l+1}, shape (k, k); `neurons` is its diagonal."""
    size: float
    """The sum of the Frobenius norms of the two terms: the unit in which `imbalance` is told."""

    @property
    def imbalance(self) -> float:
        """The Frobenius norm of D over `size`, between 0, balanced, and 1; 0 where all weights are 0."""
        return float(np.linalg.norm(self.matrix)) / self.size if self.size else 0.0


def balancedness(weights: Sequence[Any], biases: Sequence[Any] | None = None) -> tuple[Balance, ...]:
    """How balanced neighbouring layers are.

    Arguments:
        weights: A matrix a layer, shape (out, in), the input layer first, at least two; any arrays that NumPy reads.
        biases: One a layer, shape (out,), or None for a layer without. That of the last one plays no part.

    Returns:
        One for each two neighbours.

    Raises:
        ValueError: fewer than two layers, shapes that do not fit, numbers that are not finite.

    Examples:
        >>> from lawbook.measure import balance
        >>> found, = balance.balancedness([[[3.0], [0.0]], [[1.0, 2.0]]])
        >>> found.neurons.tolist()  # 3² - 1², 0² - 2²
        [8.0, -4.0]
        >>> round(found.imbalance, 2)
        0.67
    """
    matrices = _matrices(weights)
    given = list(biases) if biases is not None else [None] * len(matrices)
    if len(given) != len(matrices):
        raise ValueError(f"found {len(given)} biases for {len(matrices)} layers, expected one each, or None")
    found = []
    for i, (below, above) in enumerate(pairwise(matrices)):
        incoming = below
        if given[i] is not None:
            bias = real(read(given[i], f"bias {i}"), f"bias {i}", 1)
            if bias.shape != (len(below),):
                raise ValueError(f"found bias {i} of shape {bias.shape}, expected {(len(below),)}")
            incoming = np.column_stack([below, bias])
        into, out = incoming @ incoming.T, above.T @ above
        difference = into - out
        found.append(Balance(np.diag(difference).copy(), difference, float(np.linalg.norm(into) + np.linalg.norm(out))))
    return tuple(found)


class Drift(NamedTuple):
    """How far what should be kept has moved since the first of T checkpoints."""

    neurons: Array
    """The largest change of a neuron's conserved number, over the largest squared norm of weights into or out of a
    neuron at the start; shape (T, layers - 1)."""
    matrices: Array
    """The Frobenius norm of the change of D, over `size` at the start; shape (T, layers - 1). Kept by linear layers."""
    weights: Array
    """The Frobenius norm of the change of all weights, over their norm at the start, shape (T,): how far training went,
    to hold the others against."""


def drift(checkpoints: Sequence[Sequence[Any]], biases: Sequence[Sequence[Any]] | None = None) -> Drift:
    """How well a run keeps what gradient flow would.

    Arguments:
        checkpoints: The weights at T times of a run, each as in `balancedness`.
        biases: Likewise.

    Returns:
        The changes since the first, without unit.

    Raises:
        ValueError: no checkpoint, shapes that change, layers whose weights are all 0 at the start, or what
            `balancedness` refuses.

    Examples:
        >>> from lawbook.measure import balance
        >>> before, after = [[[3.0]], [[1.0]]], [[[3.1]], [[1.3]]]  # 9 - 1 and 9.61 - 1.69
        >>> balance.drift([before, after]).neurons.round(3).tolist()
        [[0.0], [0.009]]
    """
    if not checkpoints:
        raise ValueError("found no checkpoint, expected at least one")
    if biases is not None and len(biases) != len(checkpoints):
        raise ValueError(f"found biases at {len(biases)} times and weights at {len(checkpoints)}, expected as many")
    runs = [_matrices(w) for w in checkpoints]
    shapes = [tuple(m.shape for m in run) for run in runs]
    changed = next((t for t, shape in enumerate(shapes) if shape != shapes[0]), None)
    if changed is not None:
        raise ValueError(f"found weights of shapes {shapes[changed]} at checkpoint {changed}, expected {shapes[0]}")
    at = [balancedness(run, None if biases is None else biases[t]) for t, run in enumerate(runs)]
    flat = np.array([np.concatenate([m.ravel() for m in run]) for run in runs])  # (T, parameters)
    largest = np.array([max(_largest_row(below), _largest_row(above.T)) for below, above in pairwise(runs[0])])
    sizes = np.array([balance.size for balance in at[0]])
    if not (largest.all() and sizes.all()):
        raise ValueError(
            "found neighbouring layers with weights all 0 at the first checkpoint, expected a unit for drift"
        )
    neurons = [[np.abs(b.neurons - a.neurons).max() for a, b in zip(at[0], now, strict=True)] for now in at]
    matrices = [[np.linalg.norm(b.matrix - a.matrix) for a, b in zip(at[0], now, strict=True)] for now in at]
    moved = np.linalg.norm(flat - flat[0], axis=1) / np.linalg.norm(flat[0])
    return Drift(np.array(neurons) / largest, np.array(matrices) / sizes, moved)


def _matrices(weights: Sequence[Any]) -> list[Array]:
    """The weights of a network as matrices that fit."""
    found = [real(read(w, f"weights {i}"), f"weights {i}", 2) for i, w in enumerate(weights)]
    if len(found) < 2:
        raise ValueError(f"found {len(found)} layers, expected at least two")
    for i, (below, above) in enumerate(pairwise(found)):
        if above.shape[1] != len(below) or not below.size or not above.size:
            raise ValueError(
                f"found weights {i} of shape {below.shape} and weights {i + 1} of shape {above.shape}, expected "
                "(k, in) and (out, k)"
            )
    return found


def _largest_row(matrix: Array) -> float:
    """The largest squared norm of a row."""
    return float(np.sum(matrix**2, axis=1).max())
