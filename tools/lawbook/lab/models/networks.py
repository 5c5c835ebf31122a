"""Multilayer perceptrons as plain pytrees: a tuple of layers, each a weight matrix and perhaps a bias."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

Activation = Callable[[jax.Array], jax.Array]


class Layer(NamedTuple):
    """One affine map. `None` as the bias is an empty pytree, so gradients and updates pass it by."""

    weight: ArrayLike  # (out, in)
    bias: ArrayLike | None = None  # (out,)


Params = tuple[Layer, ...]

ACTIVATIONS: dict[str, Activation] = {
    "linear": lambda z: z,
    "relu": jax.nn.relu,
    "leaky_relu": lambda z: jnp.where(z > 0, z, 0.1 * z),
    "tanh": jnp.tanh,
    "softplus": jax.nn.softplus,
    "gelu": jax.nn.gelu,
}


def initialise(widths: Sequence[int], rng: np.random.Generator, *, gain: float = 2.0, bias: bool = False) -> Params:
    """Draw Gaussian weights of variance gain / fan-in; biases start at zero.

    Arguments:
        widths: Numbers of units from the input to the output, length depth + 1.
        rng: The NumPy generator that draws (`jax.random` would take a second and a half to compile).
        gain: 2 keeps the second moment through ReLU layers (He et al. 2015), 1 through linear ones.
        bias: Whether layers have a bias.

    Returns:
        A tuple of layers; weight h has shape (widths[h + 1], widths[h]), float64 until JAX converts it.
    """
    return tuple(
        Layer(rng.normal(0.0, np.sqrt(gain / fan_in), (fan_out, fan_in)), np.zeros(fan_out) if bias else None)
        for fan_in, fan_out in itertools.pairwise(widths)
    )


def forward(params: Params, x: ArrayLike, activation: Activation) -> jax.Array:
    """The outputs of the network: affine maps with `activation` between them, none after the last.

    Arguments:
        params: The layers.
        x: Inputs, shape (batch, in).
        activation: Applied to each hidden layer, elementwise.

    Returns:
        Shape (batch, out). Features of the last hidden layer: `activation(forward(params[:-1], x, activation))`.
    """
    h = jnp.asarray(x)
    for depth, layer in enumerate(params):
        h = h if depth == 0 else activation(h)
        h = h @ jnp.asarray(layer.weight).T  # (batch, out)
        h = h if layer.bias is None else h + layer.bias
    return h


def cross_entropy(logits: jax.Array, labels: ArrayLike) -> jax.Array:
    """Mean of -log softmax at the true class.

    Arguments:
        logits: Shape (batch, classes).
        labels: Integers, shape (batch,).

    Returns:
        A scalar, in nats.
    """
    rows = jnp.arange(logits.shape[0])
    return -jnp.mean(jax.nn.log_softmax(logits)[rows, jnp.asarray(labels)])


def batch_normalise(z: ArrayLike, gain: ArrayLike = 1.0, shift: ArrayLike = 0.0, *, epsilon: float = 1e-5) -> jax.Array:
    """Batch normalisation (Ioffe & Szegedy 2015) by the mean and variance of the samples at hand.

    Arguments:
        z: Pre-activations, shape (batch, units). Pass the whole training set to evaluate with its own statistics.
        gain: Standard deviation that each unit gets, shape (units,).
        shift: Mean that each unit gets, shape (units,).
        epsilon: Constant beside the variance; it keeps a unit that never changes finite. Only with 0 does the result
            not change at all when z is scaled.

    Returns:
        Shape (batch, units).
    """
    z = jnp.asarray(z)
    return (z - z.mean(axis=0)) / jnp.sqrt(z.var(axis=0) + epsilon) * gain + shift
