"""One small classifier of digits, followed from its start to a critical point: several notebooks measure on it.

Three papers say what the features of a trained layer are. To compare them, all are measured on the same networks: four
layers without biases, GELU, cross-entropy, weight decay. They are trained by mini-batches, and from there taken to
a critical point of the regularised loss, which theorems about convergence need and stochastic training never reaches.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.training import stationary
from lawbook.measure import alignment

Array = NDArray[np.float64]
Weights = tuple[Array, ...]

WIDTHS = (64, 32, 32, 32, 10)
DECAY = 3e-3
LOGS = (0, 30, 100, 300, 1000, 3000, 6000, 10000)  # steps at which the weights are kept


class Classifier(NamedTuple):
    """Weights of one network at several times, with its training set."""

    path: tuple[Weights, ...]
    """Weights after each of `LOGS` steps of mini-batch training; the first are those drawn at random."""
    images: Array  # (n, 64)
    labels: NDArray[np.int64]  # (n,)
    decay: float
    activation: str

    def signals(self, weights: Sequence[ArrayLike]) -> tuple[alignment.Signals, ...]:
        """What passes through each layer of the network with these weights, on its training set."""
        return alignment.signals(weights, self.images, partial(_with_slope, self.activation), self._loss_gradient)

    def mistakes(self, weights: Sequence[ArrayLike]) -> float:
        """Share of the training set that is classified wrongly."""
        logits = self.signals(weights)[-1].outputs
        return float(np.mean(logits.argmax(axis=1) != self.labels))

    def converged(self, gradient: float = 1e-8, iterations: int = 3000) -> stationary.Stationary:
        """A critical point of mean loss + ½ decay |θ|² below the end of the path. Needs double precision in JAX."""

        def objective(weights: Weights) -> tuple[float, Weights]:
            value, slopes = _penalised(weights, self.images, self.labels, self.decay, activation=self.activation)
            return float(value), tuple(np.asarray(s) for s in slopes)

        return stationary.minimise(objective, self.path[-1], gradient=gradient, iterations=iterations)

    def _loss_gradient(self, logits: Array) -> Array:
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return np.asarray(shares - np.eye(logits.shape[1])[self.labels])


def digits_classifier(
    rng: np.random.Generator,
    *,
    decay: float = DECAY,
    first_scale: float = 1.0,
    samples: int = 500,
    step_size: float = 0.1,
    batch: int = 16,
    activation: str = "gelu",
) -> Classifier:
    """Draw a training set and a network, and train it by mini-batches with L2 decay in the gradient.

    Arguments:
        rng: Draws samples, weights and batches; the same generator state gives the same network in every notebook.
        decay: Coefficient λ of ½ λ |θ|².
        first_scale: Factor on the first layer's random weights; above 1 the network learns lazily.
        samples: Size of the training set.
        step_size: Of the gradient steps.
        batch: Samples a step.
        activation: A key of `networks.ACTIVATIONS`.
    """
    images, labels = digits.load(centred=True)
    rows = rng.permutation(len(labels))[:samples]
    weights = [np.asarray(layer.weight) for layer in networks.initialise(WIDTHS, rng)]
    weights[0] = first_scale * weights[0]
    batches = rng.integers(0, samples, (LOGS[-1], batch))
    x, y = images[rows].astype(np.float32), labels[rows]
    now = tuple(jnp.asarray(w, jnp.float32) for w in weights)
    path = [tuple(weights)]
    for start, stop in itertools.pairwise(LOGS):
        # traced length: every stretch runs the same program
        now = _train(now, x, y, batches, start, stop, np.float32(step_size), np.float32(decay), activation=activation)
        path.append(tuple(np.asarray(w, float) for w in now))
    return Classifier(tuple(path), images[rows], y, decay, activation)


def _loss(weights: tuple[jax.Array, ...], x: jax.Array, y: jax.Array, activation: str) -> jax.Array:
    layers = tuple(networks.Layer(w) for w in weights)
    return networks.cross_entropy(networks.forward(layers, x, networks.ACTIVATIONS[activation]), y)


@partial(jax.jit, static_argnames="activation")
def _train(
    weights: tuple[jax.Array, ...],
    x: jax.Array,
    y: jax.Array,
    batches: jax.Array,
    start: int,
    stop: int,
    step_size: jax.Array,
    decay: jax.Array,
    *,
    activation: str,
) -> tuple[jax.Array, ...]:
    def step(t: int, now: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        rows = batches[t]
        slopes = jax.grad(_loss)(now, x[rows], y[rows], activation)
        return tuple(w - step_size * (g + decay * w) for w, g in zip(now, slopes, strict=True))

    return tuple(jax.lax.fori_loop(start, stop, step, weights))


@partial(jax.jit, static_argnames="activation")
def _penalised(weights: Weights, x: Array, y: Array, decay: float, *, activation: str) -> tuple[jax.Array, Weights]:
    def total(w: tuple[jax.Array, ...]) -> jax.Array:
        return _loss(w, jnp.asarray(x), jnp.asarray(y), activation) + 0.5 * decay * sum(jnp.sum(v**2) for v in w)

    value, slopes = jax.value_and_grad(total)(weights)
    return value, slopes


def _with_slope(name: str, z: Array) -> tuple[Array, Array]:
    value, slope = jax.jvp(networks.ACTIVATIONS[name], (jnp.asarray(z),), (jnp.ones_like(z),))
    return np.asarray(value), np.asarray(slope)
