"""Gradient flow: gradient descent with an infinitesimal step, integrated to a stated tolerance."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import diffrax
import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

Loss = Callable[[Any, Any], jax.Array]

MAX_STEPS = 100_000


class Flow(NamedTuple):
    """A path of gradient flow.

    Attributes:
        params: The parameters at the asked times, each leaf with a leading axis of their number.
        steps: Steps the solver took, accepted and rejected.
    """

    params: Any
    steps: int


@functools.cache
def _descent(loss: Loss) -> diffrax.ODETerm:
    """The same object for the same loss, so that the solver is compiled once for all arguments of it."""
    gradient = jax.grad(loss)
    return diffrax.ODETerm(lambda t, params, args: jax.tree.map(jnp.negative, gradient(params, args)))


def gradient_flow(loss: Loss, params: Any, times: ArrayLike, *, args: Any = None, tolerance: float = 1e-8) -> Flow:
    """Solve d params / dt = - grad loss(params) by Tsitouras' 5(4) method with steps of adapted size.

    Arguments:
        loss: Maps a pytree of float64 arrays, and `args`, to a scalar. It compiles once, whatever the `args`.
        params: Where the flow starts, at time 0.
        times: Where to save, increasing and not negative, shape (k,); step size times number of steps.
        args: A pytree that the loss depends on and that does not flow.
        tolerance: Allowed local error of a step, relative and absolute. Behind a ReLU ask for no less than 1e-8: the
            solver cannot resolve kinks more finely than that and stalls.

    Returns:
        The parameters at `times`, and the number of steps.

    Raises:
        ValueError: JAX is in single precision, in which no tolerance below 1e-6 can be kept.
        RuntimeError: The solver needed more than `MAX_STEPS` steps.
    """
    start = jax.tree.map(jnp.asarray, params)
    if any(leaf.dtype != jnp.float64 for leaf in jax.tree.leaves(start)):
        raise ValueError("found parameters below double precision, expected jax.config.update('jax_enable_x64', True)")
    save = jnp.asarray(times)
    solution = diffrax.diffeqsolve(
        _descent(loss),
        diffrax.Tsit5(),
        t0=0.0,
        t1=save[-1],
        dt0=None,
        y0=start,
        args=args,
        saveat=diffrax.SaveAt(ts=save),
        stepsize_controller=diffrax.PIDController(rtol=jnp.asarray(tolerance), atol=jnp.asarray(tolerance)),
        max_steps=MAX_STEPS,
        throw=False,
    )
    if solution.result != diffrax.RESULTS.successful:
        raise RuntimeError(f"gradient flow did not reach time {float(save[-1]):g} in {MAX_STEPS} steps")
    return Flow(solution.ys, int(solution.stats["num_steps"]))
