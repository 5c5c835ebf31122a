"""Gradient descent on linearly separable data: its direction tends to the maximum-margin separator, ever more slowly.

Labels are absorbed: a sample is `y x` with y = ±1, so w separates the data when every `x @ w` is positive. There is no
bias; append a column of ones to the samples for one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Tail = Callable[[jax.Array], jax.Array]


def logistic(margin: jax.Array) -> jax.Array:
    """The loss `log(1 + exp(-u))`, whose tail is exponential."""
    return jax.nn.softplus(-margin)


def inverse(margin: jax.Array) -> jax.Array:
    """The loss `1 / u` above 1 and its tangent `2 - u` below: convex and smooth, but its tail is a power."""
    return jnp.where(margin > 1, 1 / jnp.maximum(margin, 1), 2 - margin)


def descend(
    x: ArrayLike,
    start: ArrayLike,
    steps: ArrayLike,
    *,
    step_size: float,
    loss: Tail = logistic,
    steer: Tail | None = None,
) -> Array:
    """Gradient descent on `sum(loss(x @ w))`, in double precision.

    At time t a step is about `ŵ / t`: single precision loses it beside w near a million steps, and stops.

    Arguments:
        x: Signed samples, shape (n, d).
        start: Where to begin, shape (d,).
        steps: After how many steps to save, increasing, shape (k,).
        step_size: η, constant.
        loss: Of the margin, elementwise; another one compiles anew, another number of steps does not.
        steer: Turns the gradient into the direction of the step; `jnp.sign` is steepest descent in the max norm.

    Returns:
        The iterates, shape (k, d).

    Raises:
        ValueError: JAX computes in single precision.
    """
    samples, w = jnp.asarray(x, float), jnp.asarray(start, float)
    if w.dtype != jnp.float64:
        raise ValueError("found single precision, expected jax.config.update('jax_enable_x64', True)")
    path, done = [], 0
    for count in np.asarray(steps):
        w = _advance(samples, w, int(count) - done, jnp.asarray(step_size, float), loss=loss, steer=steer)
        done = int(count)
        path.append(np.asarray(w))
    return np.array(path)


@partial(jax.jit, static_argnames=("loss", "steer"))
def _advance(
    x: jax.Array, w: jax.Array, count: int, step_size: jax.Array, *, loss: Tail, steer: Tail | None
) -> jax.Array:
    slope = jax.grad(lambda u: jnp.sum(loss(u)))

    def step(_: int, v: jax.Array) -> jax.Array:
        gradient = slope(x @ v) @ x
        return v - step_size * (gradient if steer is None else steer(gradient))

    end: jax.Array = lax.fori_loop(0, count, step, w)
    return end


def logistic_risk(w: jax.Array, args: tuple[jax.Array, float]) -> jax.Array:
    """What a gradient flow descends: `sum(logistic(x @ w)) + decay / 2 * |w|²`.

    Arguments:
        w: Shape (d,).
        args: The signed samples x, shape (n, d), and the decay.
    """
    x, decay = args
    return jnp.sum(logistic(x @ w)) + 0.5 * decay * w @ w


def inverse_risk(w: jax.Array, args: tuple[jax.Array, float]) -> jax.Array:
    """The same with the loss `inverse`."""
    x, decay = args
    return jnp.sum(inverse(x @ w)) + 0.5 * decay * w @ w
