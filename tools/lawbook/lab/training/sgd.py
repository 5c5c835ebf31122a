"""Mini-batch gradient descent with heavy-ball momentum and weight decay, in one scan that logs what is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

Params = Any  # a pytree of arrays
Data = Any  # a pytree of arrays that share their leading axis: the samples
Observe = Callable[[Params, Params, Params], Any]


class Run(NamedTuple):
    """A finished run of `train`."""

    log: Any
    """What `observe` returned before every `every`-th step, and after the last: leading axis steps / every + 1."""
    params: Params
    """Parameters after the last step."""


def train(
    loss: Callable[[Params, Data], jax.Array],
    params: Params,
    data: Data,
    *,
    step_size: float,
    batches: ArrayLike,
    observe: Observe,
    momentum: float = 0.0,
    weight_decay: float = 0.0,
    every: int = 1,
) -> Run:
    """Minimise `loss(params, batch)`; the velocity starts at zero, and each step does

        v ← β v − η (∇L(θ) + λ θ),    θ ← θ + v.

    Step size η, momentum β and weight decay λ are arguments of the compiled program: runs that differ in nothing else
    share one compilation as long as `loss` and `observe` are the same objects.

    Arguments:
        loss: mean loss over the samples of its second argument, a scalar; without the penalty ½ λ |θ|².
        params: where to start.
        data: arrays with one row a sample.
        batches: row numbers of the batch of each step, shape (steps, batch size).
        observe: maps (θ, v, ∇L on the coming batch) to a pytree of arrays to log; v is the last move. The entry after
            the last step has the gradient of the last batch.
        every: steps from one observation to the next.

    Returns:
        The log, as NumPy arrays, and the parameters at the end.

    Raises:
        ValueError: if there is no multiple of `every` steps, or a batch has rows that the data do not have.
    """
    rows = np.asarray(batches)
    samples = len(jax.tree.leaves(data)[0])
    if every < 1 or not len(rows) or len(rows) % every:
        raise ValueError(f"expected steps to be a multiple of every = {every}, found {len(rows)}")
    if rows.min() < 0 or rows.max() >= samples:
        raise ValueError(f"found row numbers {rows.min()} .. {rows.max()} in batches, expected 0 .. {samples - 1}")
    knobs = jnp.asarray([step_size, momentum, weight_decay], jnp.result_type(float))
    start = jax.tree.map(jnp.asarray, params)
    reached, log = _run(loss, observe, start, data, rows.reshape(-1, every, *rows.shape[1:]), knobs)
    return Run(jax.tree.map(np.asarray, log), reached)


@partial(jax.jit, static_argnames=("loss", "observe"))
def _run(
    loss: Callable[[Params, Data], jax.Array],
    observe: Observe,
    params: Params,
    data: Data,
    blocks: jax.Array,
    knobs: jax.Array,
) -> tuple[Params, Any]:
    """The scan over `blocks`, shape (observations, every, batch size)."""
    step_size, momentum, weight_decay = knobs

    def gradient(position: Params, rows: jax.Array) -> Params:
        return jax.grad(loss)(position, jax.tree.map(lambda a: a[rows], data))

    def moved(v: jax.Array, g: jax.Array, w: jax.Array) -> jax.Array:
        rate, keep, decay = (knob.astype(w.dtype) for knob in (step_size, momentum, weight_decay))
        velocity: jax.Array = keep * v - rate * (g + decay * w)
        return velocity

    def move(state: tuple[Params, Params], slope: Params) -> tuple[Params, Params]:
        position, velocity = state
        velocity = jax.tree.map(moved, velocity, slope, position)
        return jax.tree.map(jnp.add, position, velocity), velocity

    def step(state: tuple[Params, Params], rows: jax.Array) -> tuple[tuple[Params, Params], None]:
        return move(state, gradient(state[0], rows)), None

    def block(state: tuple[Params, Params], batches: jax.Array) -> tuple[tuple[Params, Params], Any]:
        slope = gradient(state[0], batches[0])
        seen = observe(*state, slope)
        return jax.lax.scan(step, move(state, slope), batches[1:])[0], seen

    (position, velocity), log = jax.lax.scan(block, (params, jax.tree.map(jnp.zeros_like, params)), blocks)
    last = observe(position, velocity, gradient(position, blocks[-1, -1]))
    return position, jax.tree.map(lambda a, b: jnp.concatenate([a, b[None]]), log, last)
