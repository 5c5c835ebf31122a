"""Sharpness-aware minimisation (SAM), and the flows on a manifold of minimisers that it is said to follow.

The flows are for a loss L(w) = |r(w)|² / (2 M) of M residuals and more parameters than residuals. Where r = 0 the
Hessian is Jᵀ J / M with the Jacobian J of r, so its non-zero eigenvalues are those of the small matrix J Jᵀ / M.
Parameters are one flat vector, shape (p,). Source of the flows: Wen, Ma and Li (2023).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from numpy.typing import NDArray

Data = Any  # a pytree of arrays that share their leading axis: the samples
Loss = Callable[[jax.Array, Data], jax.Array]
Residuals = Callable[[jax.Array], jax.Array]
Curvature = Literal["largest", "trace"]

NEWTON_STEPS = 3  # between two steps of a flow; the first lands within the square of the step
POLISH = 20


def sharpness_aware(
    loss: Loss,
    params: ArrayLike,
    data: Data,
    *,
    step_size: float,
    radius: float,
    steps: int,
    every: int,
    batches: ArrayLike | None = None,
    normalised: bool = True,
) -> NDArray[np.floating]:
    """The path of SAM: each step takes the gradient a distance ρ uphill, w ← w − η ∇L(w + ρ ∇L(w) / |∇L(w)|).

    Arguments:
        loss: Mean loss over the samples of its second argument.
        params: Where to start, shape (p,).
        data: All samples.
        step_size: η.
        radius: ρ; 0 is gradient descent.
        steps: How many, a multiple of `every`.
        every: Steps between two entries of the path.
        batches: Row numbers of each step, shape (steps, batch size); both gradients of a step use the same rows. None
            takes all samples.
        normalised: False leaves out the division by the length of the gradient.

    Returns:
        The parameters at the start and after every `every` steps, shape (steps / every + 1, p).

    Raises:
        ValueError: `steps` is no multiple of `every`, or `batches` has no row for each step.
    """
    if steps % every:
        raise ValueError(f"expected steps to be a multiple of every = {every}, found {steps}")
    rows = None if batches is None else np.asarray(batches)
    if rows is not None and len(rows) != steps:
        raise ValueError(f"expected a batch for each of the {steps} steps, found {len(rows)}")
    blocks = np.zeros((steps // every, every, 0), int) if rows is None else rows.reshape(-1, every, rows.shape[1])
    start = jnp.asarray(params)
    knobs = jnp.asarray([step_size, radius], start.dtype)
    path = _path(loss, start, data, blocks, knobs, full=rows is None, normalised=normalised)
    return np.concatenate([np.asarray(start)[None], np.asarray(path)])


@partial(jax.jit, static_argnames=("loss", "full", "normalised"))
def _path(
    loss: Loss, params: jax.Array, data: Data, blocks: jax.Array, knobs: jax.Array, *, full: bool, normalised: bool
) -> jax.Array:
    step_size, radius = knobs

    def step(w: jax.Array, rows: jax.Array) -> tuple[jax.Array, None]:
        batch = data if full else jax.tree.map(lambda a: a[rows], data)
        uphill = jax.grad(loss)(w, batch)
        # Close to a minimiser the gradient is as small as η ρ: guard against an exact zero only.
        length = jnp.linalg.norm(uphill) + 1e-300 if normalised else 1.0
        return w - step_size * jax.grad(loss)(w + radius * uphill / length, batch), None

    def block(w: jax.Array, rows: jax.Array) -> tuple[jax.Array, jax.Array]:
        w, _ = jax.lax.scan(step, w, rows)
        return w, w

    path: jax.Array = jax.lax.scan(block, params, blocks)[1]
    return path


def curvatures(residuals: Residuals, params: jax.Array) -> jax.Array:
    """The non-zero eigenvalues of the Hessian at a minimiser, largest first, shape (M,)."""
    jacobian: jax.Array = jax.jacrev(residuals)(params)  # (M, p)
    values: jax.Array = jnp.linalg.eigvalsh(jacobian @ jacobian.T / len(jacobian))[::-1]
    return values


def retract(residuals: Residuals, params: jax.Array, steps: int = POLISH) -> jax.Array:
    """A minimiser nearby, by Gauss-Newton steps of least length, w ← w − Jᵀ (J Jᵀ)⁻¹ r. Shapes (p,)."""

    def step(_: int, w: jax.Array) -> jax.Array:
        jacobian: jax.Array = jax.jacrev(residuals)(w)
        correction: jax.Array = jacobian.T @ jnp.linalg.solve(jacobian @ jacobian.T, residuals(w))
        return w - correction

    landed: jax.Array = jax.lax.fori_loop(0, steps, step, params)
    return landed


class Flow(NamedTuple):
    """A flow on the manifold of minimisers."""

    params: NDArray[np.floating]
    """Shape (steps + 1, p)."""
    curvatures: NDArray[np.floating]
    """Non-zero eigenvalues of the Hessian along the way, largest first, shape (steps + 1, M)."""

    @property
    def length(self) -> float:
        """Length of the path."""
        return float(np.linalg.norm(np.diff(self.params, axis=0), axis=1).sum())


def flow(residuals: Residuals, params: ArrayLike, curvature: Curvature, *, time: float, steps: int) -> Flow:
    """Riemannian gradient flow of half a curvature of the loss on its minimisers, dX/dτ = −½ P ∇κ(X).

    P projects onto the tangent space, κ is the largest eigenvalue or the trace of the Hessian. Heun's method (second
    order in the step), with a retraction after each step.

    Arguments:
        residuals: r, maps (p,) to (M,).
        params: A minimiser, shape (p,).
        curvature: Which κ.
        time: How far, in τ = η ρ² times the number of SAM's steps.
        steps: Steps of the integrator.
    """
    knob = jnp.asarray(time / steps)
    return Flow(*map(np.asarray, _flow(residuals, jnp.asarray(params), knob, curvature=curvature, steps=steps)))


@partial(jax.jit, static_argnames=("residuals", "curvature", "steps"))
def _flow(
    residuals: Residuals, params: jax.Array, step: jax.Array, *, curvature: Curvature, steps: int
) -> tuple[jax.Array, jax.Array]:
    def heun(w: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        first = -0.5 * tangent_gradient(residuals, w, curvature)
        second = -0.5 * tangent_gradient(residuals, w + step * first, curvature)
        moved = retract(residuals, w + step / 2 * (first + second), NEWTON_STEPS)
        return moved, moved

    _, path = jax.lax.scan(heun, params, None, length=steps)
    path = jnp.concatenate([params[None], path])
    return path, jax.lax.map(lambda w: curvatures(residuals, w), path)


def tangent_gradient(residuals: Residuals, params: jax.Array, curvature: Curvature) -> jax.Array:
    """The gradient of a curvature of the loss, projected onto the tangent space of the minimisers, shape (p,)."""

    def kappa(w: jax.Array) -> jax.Array:
        values = curvatures(residuals, w)
        return values[0] if curvature == "largest" else values.sum()

    jacobian: jax.Array = jax.jacrev(residuals)(params)
    gradient: jax.Array = jax.grad(kappa)(params)
    normal: jax.Array = jacobian.T @ jnp.linalg.solve(jacobian @ jacobian.T, jacobian @ gradient)
    return gradient - normal
