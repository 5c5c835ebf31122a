"""Gradient descent, heavy ball, Nesterov and mini-batches in one compiled scan that logs loss and sharpness."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import ArrayLike, NDArray

from lawbook.measure.sharpness import Params, sharpness

State = tuple[Params, Params, Params]  # position, velocity, and where the next measurement begins
Data = Any  # a pytree of arrays that share their leading axis: the samples

MEASUREMENTS_AT_A_TIME = 50  # a longer run calls the same program again: runs of all lengths share a compilation


class Path(NamedTuple):
    """What was logged along a run of `descend`. All arrays are NumPy's but for the parameters."""

    step: NDArray[np.int64]
    """Steps taken before each measurement of the sharpness, shape (steps / every,)."""
    sharpness: NDArray[np.floating]
    """Largest eigenvalue of the Hessian of the loss on all of the data, same shape."""
    residual: NDArray[np.floating]
    """Residuals of the eigenpairs, same shape, in the unit of the sharpness."""
    loss: NDArray[np.floating]
    """Loss that each step descended (on its batch, at its look-ahead point), shape (steps,)."""
    params: Params
    """Parameters after the last step."""


def descend(
    loss: Callable[[Params, Data], Array],
    params: Params,
    data: Data,
    *,
    step_size: float,
    steps: int,
    momentum: float = 0.0,
    nesterov: bool = False,
    batches: ArrayLike | None = None,
    every: int = 20,
    most: int = 32,
    tolerance: float = 1e-3,
) -> Path:
    """Minimise `loss(params, data)` at a constant step size η, with momentum β.

    The velocity starts at zero, and each step does (`look` is θ, or θ + β v for Nesterov's method)

        v ← β v − η ∇L(look),    θ ← θ + v,

    which is gradient descent at β = 0. The gradient is not damped by 1 − β. Step size, momentum and method are
    arguments of the compiled program: runs that differ in nothing else, or in length, share one compilation, as long
    as `loss` is the same object.

    Arguments:
        loss: mean loss over the samples of its second argument, a scalar.
        params: where to start, a pytree.
        data: arrays with one row a sample.
        step_size: η.
        steps: how many steps, a multiple of `every`.
        momentum: β in [0, 1).
        nesterov: take the gradient at the look-ahead point.
        batches: row numbers of the batch of each step, shape (steps, batch size). None takes all rows every time.
        every: steps between two measurements of the sharpness, which is always that of the full loss.
        most: largest number of Hessian-vector products a measurement takes.
        tolerance: relative residual at which a measurement stops sooner; the value's own error is of second order.

    Returns:
        The log of the run.

    Raises:
        ValueError: if `steps` is no multiple of `every`, or `batches` has no row for each step.
    """
    if steps % every:
        raise ValueError(f"expected steps to be a multiple of every = {every}, found {steps}")
    rows = None if batches is None else np.asarray(batches)
    if rows is not None and rows.shape[0] != steps:
        raise ValueError(f"expected a batch for each of the {steps} steps, found {rows.shape[0]}")
    blocks = np.zeros((steps // every, every, 0), int) if rows is None else rows.reshape(-1, every, rows.shape[1])
    # One type for Python and NumPy numbers: another type would be another program to compile.
    knobs = jnp.asarray([step_size, momentum, momentum * nesterov], jnp.result_type(float))
    rest = jax.tree.map(jnp.zeros_like, params)
    state, logs = (params, rest, rest), []
    for first in range(0, len(blocks), MEASUREMENTS_AT_A_TIME):
        part = blocks[first : first + MEASUREMENTS_AT_A_TIME]
        state, log = _run(loss, state, data, part, knobs, full=rows is None, most=most, tolerance=tolerance)
        logs.append(log)
    values, residuals, losses = (np.concatenate(column) for column in zip(*logs, strict=True))
    return Path(np.arange(0, steps, every), values, residuals, losses.reshape(steps), state[0])


@partial(jax.jit, static_argnames=("loss", "full", "most", "tolerance"))
def _run(
    loss: Callable[[Params, Data], Array],
    state: State,
    data: Data,
    blocks: Array,
    knobs: Array,
    *,
    full: bool,
    most: int,
    tolerance: float,
) -> tuple[State, tuple[Array, Array, Array]]:
    """The scan over `blocks`, shape (measurements, every, batch size).

    `knobs` are step size, momentum and how far ahead, in velocities, the gradient is taken.
    """
    step_size, momentum, ahead = knobs

    def step(state: tuple[Params, Params], rows: Array) -> tuple[tuple[Params, Params], Array]:
        position, velocity = state
        look = jax.tree.map(lambda w, v: w + ahead.astype(w.dtype) * v, position, velocity)
        batch = data if full else jax.tree.map(lambda a: a[rows], data)
        value, gradient = jax.value_and_grad(loss)(look, batch)
        velocity = jax.tree.map(
            lambda v, g: momentum.astype(v.dtype) * v - step_size.astype(v.dtype) * g, velocity, gradient
        )
        return (jax.tree.map(jnp.add, position, velocity), velocity), value

    def block(carry: State, rows: Array) -> tuple[State, tuple[Array, Array, Array]]:
        position, velocity, start = carry
        top = sharpness(lambda p: loss(p, data), position, start, tolerance=tolerance, most=most)
        (position, velocity), losses = lax.scan(step, (position, velocity), rows)
        return (position, velocity, top.start), (top.value, top.residual, losses)

    return lax.scan(block, state, blocks)
