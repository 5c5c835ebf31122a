"""Gradient flow and heavy-ball flow: descent with an infinitesimal step, integrated to a stated tolerance."""

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
    path, steps = _solve(_descent(loss), params, 0.0, times, args, tolerance)
    return Flow(path, steps)


class HeavyBall(NamedTuple):
    """A path of heavy-ball flow.

    Attributes:
        params: The parameters at the asked times, each leaf with a leading axis of their number.
        velocity: Their time derivative, of the same shapes.
        steps: Steps the solver took, accepted and rejected.
    """

    params: Any
    velocity: Any
    steps: int


@functools.cache
def _newton(loss: Loss) -> diffrax.ODETerm:
    gradient = jax.grad(loss)

    def field(t: jax.Array, state: tuple[Any, Any], args: tuple[jax.Array, Any]) -> tuple[Any, Any]:
        params, velocity = state
        (mass, constant, fading), inner = args
        friction = constant + jnp.where(fading == 0, 0.0, fading / jnp.where(fading == 0, 1.0, t))
        force = gradient(params, inner)
        return velocity, jax.tree.map(lambda v, g: -(friction * v + g) / mass, velocity, force)

    return diffrax.ODETerm(field)


def heavy_ball_flow(
    loss: Loss,
    params: Any,
    velocity: Any,
    times: ArrayLike,
    *,
    friction: float = 0.0,
    fading_friction: float = 0.0,
    mass: float = 1.0,
    start: float = 0.0,
    args: Any = None,
    tolerance: float = 1e-8,
) -> HeavyBall:
    """Solve mass params'' + (friction + fading_friction / t) params' = - grad loss(params), as `gradient_flow` does.

    Constant friction is the limit of heavy-ball descent, friction 3/t that of Nesterov's method (Su, Boyd & Candès
    2016), and mass 0 that of gradient flow.

    Arguments:
        loss: As for `gradient_flow`; it compiles once, whatever the mass and friction.
        params: Where the flow starts, at time `start`.
        velocity: The velocity there, of the same shapes.
        times: Where to save, increasing and not before `start`, shape (k,).
        friction: Constant part of the friction.
        fading_friction: Part that falls as 1/t; it needs `start` above 0.
        mass: Above 0.
        start: The time at the start.
        args: As for `gradient_flow`.
        tolerance: As for `gradient_flow`. A ReLU is resolved less finely here: ask for no less than 1e-8.

    Returns:
        Parameters and velocities at `times`, and the number of steps.

    Raises:
        ValueError: Single precision, or a friction that falls as 1/t from time 0.
        RuntimeError: The solver needed more than `MAX_STEPS` steps.
    """
    if fading_friction and start <= 0:
        raise ValueError(f"found start = {start:g} with a friction that falls as 1/t, expected start above 0")
    knobs = jnp.asarray([mass, friction, fading_friction]), args
    (path, speed), steps = _solve(_newton(loss), (params, velocity), start, times, knobs, tolerance)
    return HeavyBall(path, speed, steps)


def _solve(
    term: diffrax.ODETerm, state: Any, start: float, times: ArrayLike, args: Any, tolerance: float
) -> tuple[Any, int]:
    """The solution at `times`, and the number of steps."""
    begin = jax.tree.map(jnp.asarray, state)
    if any(leaf.dtype != jnp.float64 for leaf in jax.tree.leaves(begin)):
        raise ValueError("found parameters below double precision, expected jax.config.update('jax_enable_x64', True)")
    save = jnp.asarray(times)
    solution = diffrax.diffeqsolve(
        term,
        diffrax.Tsit5(),
        t0=jnp.asarray(start, save.dtype),
        t1=save[-1],
        dt0=None,
        y0=begin,
        args=args,
        saveat=diffrax.SaveAt(ts=save),
        stepsize_controller=diffrax.PIDController(rtol=jnp.asarray(tolerance), atol=jnp.asarray(tolerance)),
        max_steps=MAX_STEPS,
        throw=False,
    )
    if solution.result != diffrax.RESULTS.successful:
        raise RuntimeError(f"the flow did not reach time {float(save[-1]):g} in {MAX_STEPS} steps")
    return solution.ys, int(solution.stats["num_steps"])
