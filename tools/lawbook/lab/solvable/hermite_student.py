"""A wide student that learns a sum of orthogonal Hermite neurons, by gradient descent on the exact population loss.

The teacher is sum_p a_p h(x . e_p) with x standard normal, the student sum_k |v_k|^2 h(x . u_k) with v_k = |v_k| u_k:
a neuron's norm is its output weight (Ren et al. 2025). For the normalised Hermite polynomial h of degree q the mean
over x of h(x . u) h(x . w) is (u . w)^q, and half the mean squared error needs no samples:

    L = 1/2 [ sum_p a_p^2 + sum_kl |v_k|^2 |v_l|^2 (u_k . u_l)^q - 2 sum_kp |v_k|^2 a_p (u_k . e_p)^q ].
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

RECOVERED = 0.5  # squared cosine with a direction from which a neuron counts as having found it
STEPS_A_CALL = 1000  # a longer run calls the same program again: runs of all lengths share a compilation


def power_law_weights(directions: int, decay: float) -> Array:
    """Weights a_p proportional to p^-decay with sum a_p^2 = 1, shape (directions,)."""
    weights = np.arange(1, directions + 1, dtype=float) ** -decay
    return np.asarray(weights / np.linalg.norm(weights))


def initialise(neurons: int, dimension: int, directions: int, norm: float, rng: np.random.Generator) -> Array:
    """Draw neurons of one norm in random directions of R^dimension, in coordinates that are no more than they need.

    The first `directions` coordinates are those of the teacher. Of all others only the inner products of neurons
    matter, and they fit in as many coordinates as there are neurons: the rest is rotated away, without approximation.

    Returns:
        Shape (neurons, directions + min(neurons, dimension - directions)).
    """
    v = rng.standard_normal((neurons, dimension))
    v *= norm / np.linalg.norm(v, axis=1, keepdims=True)
    rest = v[:, directions:]
    if rest.shape[1] > neurons:
        rest = np.linalg.qr(rest.T)[1].T  # same inner products
    return np.asarray(np.concatenate([v[:, :directions], rest], axis=1))


def loss(neurons: ArrayLike, weights: ArrayLike, degree: int) -> jax.Array:
    """The population loss above, a scalar. Neurons (m, d), weights (p,)."""
    v, a = jnp.asarray(neurons), jnp.asarray(weights)
    square = jnp.sum(v**2, axis=1)
    u = v / jnp.sqrt(square)[:, None]
    twins = square @ (u @ u.T) ** degree @ square
    return 0.5 * (jnp.sum(a**2) + twins - 2 * square @ u[:, : len(a)] ** degree @ a)


class Path(NamedTuple):
    """What was logged along a run; time is step size times steps."""

    time: Array  # (records,)
    loss: Array  # (records,)
    overlap: Array  # largest squared cosine of any neuron with each direction, (records, p)

    def recovery(self) -> Array:
        """When each direction is recovered, shape (p,): the first crossing, interpolated; infinite if there is none."""
        above = self.overlap > RECOVERED
        found = np.full(above.shape[1], np.inf)
        for p in np.flatnonzero(above.any(axis=0)):
            i = int(above[:, p].argmax())
            found[p] = self.time[i]
            if i > 0:
                low, high = self.overlap[i - 1 : i + 1, p]
                found[p] -= (self.time[i] - self.time[i - 1]) * (high - RECOVERED) / (high - low)
        return found


def train(
    neurons: ArrayLike, weights: ArrayLike, *, step_size: float, steps: int, degree: int = 4, every: int = 20
) -> Path:
    """Gradient descent on the population loss.

    Arguments:
        neurons: Where to start, shape (m, d); the teacher's directions are the first coordinates.
        weights: The teacher's a_p, shape (p,).
        step_size: Small against 1 / (8 a_1).
        steps: Rounded up to a multiple of `STEPS_A_CALL`.
        degree: q, even; the information exponent.
        every: Steps between two records, a divisor of `STEPS_A_CALL`.

    Returns:
        The log, from time 0 on.
    """
    now, a, logs = jnp.asarray(neurons), jnp.asarray(weights), []
    for _ in range(-(-steps // STEPS_A_CALL)):
        now, log = _run(now, a, jnp.asarray(step_size, now.dtype), degree, every)
        logs.append(log)
    return _path(logs, step_size * every)


def _path(logs: list[tuple[jax.Array, jax.Array]], interval: float) -> Path:
    """Losses (...,) and overlaps (..., p) of successive calls, put in one row."""
    losses, overlaps = (np.concatenate(column).astype(float) for column in zip(*logs, strict=True))
    return Path(np.arange(len(losses), dtype=float) * interval, losses, overlaps)


@partial(jax.jit, static_argnames=("degree", "every"))
def _run(
    neurons: jax.Array, weights: jax.Array, step_size: jax.Array, degree: int, every: int
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    def step(_: int, v: jax.Array) -> jax.Array:
        return v + step_size * _descent(v, weights, degree)

    def record(v: jax.Array, _: None) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        return lax.fori_loop(0, every, step, v), _state(v, weights, degree)

    return lax.scan(record, neurons, None, length=STEPS_A_CALL // every)


def train_online(
    neurons: ArrayLike,
    weights: ArrayLike,
    rng: np.random.Generator,
    *,
    step_size: float,
    steps: int,
    batch: int,
    every: int = 10,
) -> Path:
    """Stochastic gradient descent at degree 4: each step takes fresh inputs from `rng` and knows nothing of the rest.

    Arguments:
        neurons: Where to start, shape (m, d), in all d coordinates of the inputs.
        weights: The teacher's a_p, shape (p,).
        rng: Draws the inputs.
        step_size: The noise of a run grows with it.
        steps: Rounded down to a multiple of `every`.
        batch: Inputs a step.
        every: Steps between two records.

    Returns:
        The log from time 0 on, with the population loss.
    """
    now, a, logs = jnp.asarray(neurons), jnp.asarray(weights), []
    for _ in range(steps // every):
        inputs = rng.standard_normal((every, batch, now.shape[1]), dtype=np.float32)
        now, log = _run_online(now, a, inputs, jnp.asarray(step_size, now.dtype))
        logs.append(log)
    return _path(logs, step_size * every)


def quartic(z: jax.Array) -> jax.Array:
    """The normalised Hermite polynomial of degree 4, elementwise."""
    return (z**4 - 6 * z**2 + 3) / 24**0.5


def sample_loss(neurons: jax.Array, weights: jax.Array, inputs: jax.Array) -> jax.Array:
    """Half the mean squared error on inputs of shape (n, d), a scalar; its mean is `loss` at degree 4."""
    norm = jnp.linalg.norm(neurons, axis=1)
    student = quartic(inputs @ (neurons / norm[:, None]).T) @ norm**2
    return 0.5 * jnp.mean((quartic(inputs[:, : len(weights)]) @ weights - student) ** 2)


@jax.jit
def _run_online(
    neurons: jax.Array, weights: jax.Array, inputs: jax.Array, step_size: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    def step(v: jax.Array, x: jax.Array) -> tuple[jax.Array, None]:
        return v - step_size * jax.grad(sample_loss)(v, weights, x), None

    now, best = _state(neurons, weights, 4)
    return lax.scan(step, neurons, inputs)[0], (now[None], best[None])


def _state(v: jax.Array, weights: jax.Array, degree: int) -> tuple[jax.Array, jax.Array]:
    """What is logged: the loss, and the largest squared cosine with each direction."""
    cosine = v[:, : len(weights)] / jnp.linalg.norm(v, axis=1, keepdims=True)
    return loss(v, weights, degree), jnp.max(cosine**2, axis=0)


def _descent(v: jax.Array, weights: jax.Array, degree: int) -> jax.Array:
    """Minus the gradient of the loss, (m, d), with the powers of the inner products shared between its terms."""
    square = jnp.sum(v**2, axis=1)
    norm = jnp.sqrt(square)[:, None]
    u = v / norm
    cosine, twins = u[:, : len(weights)], u @ u.T  # (m, p), (m, m)
    pull, push = weights * cosine ** (degree - 1), twins ** (degree - 1) * square
    radial = jnp.sum(pull * cosine, axis=1) - jnp.sum(push * twins, axis=1)  # (m,)
    along = (-push @ u).at[:, : len(weights)].add(pull)
    return norm * (degree * along - (degree - 2) * radial[:, None] * u)


def winners(neurons: ArrayLike, weights: ArrayLike, degree: int = 4) -> Array:
    """The initial squared cosine of each direction with the neuron that will recover it, shape (p,).

    Neurons race independently, and a neuron that has found a direction is out: the pair with the largest a_p times
    cosine to the power degree - 2 goes first, then the best of the rest (the greedy selection of Ren et al. 2025).

    Raises:
        ValueError: Fewer neurons than directions.
    """
    v, a = np.asarray(neurons, dtype=float), np.asarray(weights, dtype=float)
    if len(v) < len(a):
        raise ValueError(f"found {len(v)} neurons for {len(a)} directions, expected at least one each")
    square = (v[:, : len(a)] / np.linalg.norm(v, axis=1, keepdims=True)) ** 2
    speed, start = square ** (degree / 2 - 1) * a, np.empty(len(a))
    for _ in range(len(a)):
        k, p = np.unravel_index(speed.argmax(), speed.shape)
        start[p] = square[k, p]
        speed[k], speed[:, p] = -1, -1
    return start
