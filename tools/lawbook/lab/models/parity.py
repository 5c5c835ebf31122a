"""A small smooth network that tells even digits from odd ones, as a loss over one flat vector of parameters.

The laws of the edge of stability are about a loss and its first three derivatives in a parameter vector. The papers on
the central flow and on self-stabilisation are tested on this same one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jax.typing import ArrayLike

from lawbook.lab.data import digits
from lawbook.lab.models import networks

Batch = tuple[ArrayLike, ArrayLike]


class Parity(NamedTuple):
    """A network at its random start, its data, and the loss."""

    start: jax.Array
    """Parameters, shape (p,)."""
    batch: Batch
    """Images (samples, 64), and targets (samples, 1): 1 for even, -1 for odd."""
    loss: Callable[..., jax.Array]
    """`loss(w, batch, weights=1.0)`: half the mean squared error; `weights` of the samples, shape (samples,)."""


def parity(rng: np.random.Generator, *, samples: int = 200, hidden: Sequence[int] = (24, 24)) -> Parity:
    """Draw a training set of digits and a SiLU network with biases. SiLU is smooth: flows at the edge need three
    derivatives of the loss.

    Arguments:
        rng: Draws samples, then weights.
        samples: Size of the training set, of which there are 1797.
        hidden: Widths of the hidden layers.
    """
    images, labels = digits.load(centred=True)
    rows = rng.permutation(len(labels))[:samples]
    batch = images[rows], np.where(labels[rows] % 2 == 0, 1.0, -1.0)[:, None]
    network = networks.initialise((64, *hidden, 1), rng, gain=1.0, bias=True)
    start, unravel = ravel_pytree(jax.tree.map(jnp.asarray, network))

    def loss(w: jax.Array, batch: Batch, weights: ArrayLike = 1.0) -> jax.Array:
        inputs, targets = batch
        misses = networks.forward(unravel(w), inputs, jax.nn.silu) - targets
        return 0.5 * jnp.mean(weights * misses[:, 0] ** 2)

    return Parity(start, batch, loss)
