"""Deep linear networks: products of matrices that are fitted to one target matrix by gradient descent.

With squared loss and whitened inputs the data enter only through the target, their input-output correlation, so
the loss is half the squared distance of the product from it. Weights are a tuple W_1, ..., W_N, the input layer first.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Weights = tuple[ArrayLike, ...]


def whiten(inputs: Array, components: int) -> tuple[Array, Array]:
    """Centre the inputs and scale their first principal components to unit variance.

    Arguments:
        inputs: Shape (samples, features).
        components: How many components to keep, those of the largest variance.

    Returns:
        Whitened inputs Z, shape (samples, components), with Zᵀ Z / samples = 1 to rounding, and the variances of the
        components, shape (components,), largest first.
    """
    centred = inputs - inputs.mean(axis=0)
    left, scales, _ = np.linalg.svd(centred, full_matrices=False)
    return left[:, :components] * np.sqrt(len(inputs)), scales[:components] ** 2 / len(inputs)


def balanced(matrix: ArrayLike, depth: int, width: int) -> tuple[Array, ...]:
    """Balanced factors of `matrix`, W_{j+1}ᵀ W_{j+1} = W_j W_jᵀ: each has its singular values to the power 1/N.

    Arguments:
        matrix: Shape (out, in).
        depth: Number of factors N, at least 2.
        width: Hidden width. Below the smaller side of `matrix` the product is its best approximation of that rank.

    Returns:
        W_1 of shape (width, in), W_2 to W_{N-1} of shape (width, width), W_N of shape (out, width).
    """
    left, values, right = np.linalg.svd(np.asarray(matrix, dtype=float), full_matrices=False)
    rank = min(len(values), width)
    root = np.zeros((width, width))
    np.fill_diagonal(root[:rank, :rank], values[:rank] ** (1 / depth))
    embed = np.eye(width)[:, :rank]  # (width, rank)
    first = root @ embed @ right[:rank]
    last = left[:, :rank] @ embed.T @ root
    return (first, *(root for _ in range(depth - 2)), last)


def product(weights: Sequence[ArrayLike]) -> jax.Array:
    """The end-to-end matrix W_N ⋯ W_1, shape (out, in)."""
    total = jnp.asarray(weights[0])
    for weight in weights[1:]:
        total = jnp.asarray(weight) @ total
    return total


def loss(weights: Weights, target: ArrayLike) -> jax.Array:
    """½ ‖W_N ⋯ W_1 − target‖², the part of the squared loss on whitened inputs that depends on the weights."""
    return 0.5 * jnp.sum((product(weights) - jnp.asarray(target)) ** 2)


def velocity(weights: Weights, target: ArrayLike) -> jax.Array:
    """Time derivative of the end-to-end matrix under gradient flow of `loss`, shape (out, in)."""
    descent = jax.tree.map(jnp.negative, jax.grad(loss)(weights, target))
    _, tangent = jax.jvp(product, (weights,), (descent,))
    return jnp.asarray(tangent)


class Descent(NamedTuple):
    """A run of gradient descent.

    Attributes:
        step: Steps taken at each entry, shape (logs + 1,).
        product: End-to-end matrices, shape (logs + 1, out, in).
        loss: Shape (logs + 1,).
        weights: The factors after the last step.
    """

    step: NDArray[np.int64]
    product: Array
    loss: Array
    weights: tuple[Array, ...]


def descend(
    weights: Weights,
    target: ArrayLike,
    *,
    step_size: float,
    steps: int,
    every: int = 1,
    covariance: ArrayLike | None = None,
) -> Descent:
    """Gradient descent on ½ tr (W − target) C (W − target)ᵀ with W = W_N ⋯ W_1, all of it on sufficient statistics.

    Arguments:
        weights: Where to start.
        target: Shape (out, in).
        step_size: η.
        steps: How many, a multiple of `every`.
        every: Steps between two entries of the log; the start is the first entry.
        covariance: C, that of the inputs, shape (in, in); the identity when None.

    Raises:
        ValueError: `steps` is no multiple of `every`.
    """
    if steps % every:
        raise ValueError(f"found {steps} steps, expected a multiple of every = {every}")
    goal = jnp.asarray(target)
    metric = jnp.eye(goal.shape[1]) if covariance is None else jnp.asarray(covariance)
    start = tuple(jnp.asarray(w) for w in weights)
    reached, products, losses = _run(start, goal, metric, step_size, every, steps // every)
    return Descent(
        np.arange(0, steps + 1, every),
        np.asarray(products),
        np.asarray(losses),
        tuple(np.asarray(w) for w in reached),
    )


@functools.partial(jax.jit, static_argnames="logs")
def _run(start: Any, goal: jax.Array, metric: jax.Array, step_size: float, every: int, logs: int) -> Any:
    def skewed_loss(weights: Any) -> jax.Array:
        gap = product(weights) - goal
        return 0.5 * jnp.sum((gap @ metric) * gap)

    def step(_: Any, weights: Any) -> Any:
        return jax.tree.map(lambda w, g: w - step_size * g, weights, jax.grad(skewed_loss)(weights))

    def block(weights: Any, _: None) -> Any:
        weights = jax.lax.fori_loop(0, every, step, weights)
        return weights, (product(weights), skewed_loss(weights))

    reached, (products, losses) = jax.lax.scan(block, start, None, length=logs)
    first = product(start)[None], skewed_loss(start)[None]
    return reached, jnp.concatenate([first[0], products]), jnp.concatenate([first[1], losses])
