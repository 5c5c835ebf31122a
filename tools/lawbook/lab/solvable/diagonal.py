"""Diagonal linear networks, β = u ⊙ v fitted to linear regression, and the interpolator their implicit bias selects.

The loss is |X β − y|² / (2n). Sums, products and powers of vectors are elementwise. Source of the formulas: Even,
Pesme, Gunasekar and Flammarion (2023).
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

NEWTON_STEPS = 200


class Run(NamedTuple):
    """What `descend` found, one row a step size. Shapes are (step sizes, d) where not said otherwise."""

    u: Array
    v: Array
    gain: Array
    """Σ q(γ g) with q(x) = −½ ln (1 − x²)², accumulated along the way: ln(α² / α_∞²) for the standard start."""
    asymmetry: Array
    """½ Σ (ln|1 − γ g| − ln|1 + γ g|): the offset of the potential, up to a vector in the range of Xᵀ."""
    squares: Array
    """Σ g², the squared gradients."""
    loss: Array
    """Training loss at the end, shape (step sizes,)."""
    half_gain: Array
    """The gain after half of the steps."""

    @property
    def beta(self) -> Array:
        """The regression vector u ⊙ v."""
        return self.u * self.v


def descend(
    inputs: ArrayLike,
    targets: ArrayLike,
    start: tuple[ArrayLike, ArrayLike],
    step_sizes: ArrayLike,
    *,
    steps: int,
    order: ArrayLike | None = None,
) -> Run:
    """Gradient descent on (u, v), or stochastic descent with one sample a step, at several step sizes at once.

    Arguments:
        inputs: X, shape (n, d).
        targets: y, shape (n,).
        start: u and v before the first step, each broadcast to (d,).
        step_sizes: γ, shape (k,).
        steps: How many steps.
        order: Which sample each step uses, shape (steps,); all step sizes see the same. None: all samples each time.

    Returns:
        The end of each run and what was accumulated. A diverged run has entries that are not finite.

    Raises:
        ValueError: `order` does not name one sample for each step.
    """
    x, y = np.asarray(inputs, float), np.asarray(targets, float)
    gammas = np.asarray(step_sizes, float)[:, None]
    u, v = (np.broadcast_to(np.asarray(w, float), (len(gammas), x.shape[1])) for w in start)
    samples = np.zeros(steps, int) if order is None else np.asarray(order)
    if samples.shape != (steps,):
        raise ValueError(f"found an order of shape {samples.shape}, expected one sample for each of the {steps} steps")
    ones, zeros = np.ones(u.shape), np.zeros(u.shape)
    state = (u, v, ones, ones, zeros)
    half = steps // 2
    state = _steps(x, y, gammas, samples[:half], state, full=order is None)
    halfway = np.abs(np.asarray(state[2]) * np.asarray(state[3]))
    u, v, minus, plus, squares = map(np.asarray, _steps(x, y, gammas, samples[half:], state, full=order is None))
    with np.errstate(all="ignore"):  # diverged runs
        loss = np.mean((u * v @ x.T - y) ** 2, axis=1) / 2
        half_gain, gain = -np.log(halfway), -np.log(np.abs(minus * plus))
        asymmetry = np.log(np.abs(minus / plus)) / 2
    return Run(u, v, gain, asymmetry, squares, loss, half_gain)


State = tuple[jax.Array | Array, ...]


@partial(jax.jit, static_argnames="full")
def _steps(x: jax.Array, y: jax.Array, gammas: jax.Array, samples: jax.Array, state: State, *, full: bool) -> State:
    """The scan. Products of 1 ∓ γ g stand for the sums of their logarithms: no logarithm in the loop."""

    def step(state: State, sample: jax.Array) -> tuple[State, None]:
        u, v, minus, plus, squares = state
        if full:
            g = ((u * v) @ x.T - y) @ x / len(x)  # (k, d)
        else:
            row = x[sample]
            g = ((u * v) @ row - y[sample])[:, None] * row  # (k, d)
        t = gammas * g
        return (u - t * v, v - t * u, minus * (1 - t), plus * (1 + t), squares + g * g), None

    return jax.lax.scan(step, state, samples)[0]


class Interpolator(NamedTuple):
    """The interpolator that a potential selects, β = α² sinh(2 (Xᵀ ν + z))."""

    beta: Array
    """Shape (d,)."""
    dual: Array
    """Xᵀ ν, shape (d,)."""
    residual: float
    """|X β − y| over |y|: how far Newton's method is from the end."""


def interpolate(inputs: ArrayLike, targets: ArrayLike, scale: ArrayLike, offset: ArrayLike = 0.0) -> Interpolator:
    """Minimise the Bregman divergence of the hyperbolic entropy at scale α among the solutions of X β = y.

    The potential has the gradient ½ arcsinh(β / α²); a stationary point has ½ arcsinh(β / α²) = Xᵀ ν + z. The dual
    G(ν) = Σ ½ α² cosh(2 (Xᵀ ν + z)) − ν · y is convex and is minimised by Newton's method with halved steps.

    Arguments:
        inputs: X, shape (n, d), of rank n.
        targets: y, shape (n,).
        scale: α², broadcast to (d,).
        offset: z = ½ arcsinh(β₀ / α²) of the point β₀ that the divergence is from, broadcast to (d,). Adding a vector
            in the range of Xᵀ changes nothing.

    Returns:
        The minimiser, where the dual is, and how well it interpolates.
    """
    x, y = np.asarray(inputs, float), np.asarray(targets, float)
    squared = np.broadcast_to(np.asarray(scale, float), x.shape[1:])
    z = np.broadcast_to(np.asarray(offset, float), x.shape[1:])
    # The part of the offset in the range of Xᵀ is taken up by ν: without it the start is as near as it can be.
    z = z - np.linalg.lstsq(x, x @ z, rcond=None)[0]
    nu = np.zeros(len(x))

    def value(nu: Array) -> float:
        with np.errstate(over="ignore"):
            return float(np.sum(squared / 2 * np.cosh(2 * (x.T @ nu + z))) - nu @ y)

    now, before = value(nu), np.inf
    for _ in range(NEWTON_STEPS):
        at = 2 * (x.T @ nu + z)
        gradient = x @ (squared * np.sinh(at)) - y
        curvature = x * (2 * squared * np.cosh(at)) @ x.T
        move = np.linalg.solve(curvature, gradient)
        decrement = gradient @ move
        flat = decrement <= 1e-15 * (1 + abs(now))  # of the value, to rounding
        if flat and decrement >= before:
            break
        length, lower, before = 1.0, now, decrement
        while not flat and not (lower := value(nu - length * move)) <= now - 0.1 * length * decrement:
            length /= 2
            if length <= 1e-12:
                length, lower = 1.0, now
                break
        nu, now = nu - length * move, lower  # where the value is flat, full steps sharpen the root while they can
    dual = x.T @ nu + z
    beta = squared * np.sinh(2 * dual)
    return Interpolator(beta, dual, float(np.linalg.norm(x @ beta - y) / np.linalg.norm(y)))


def sharpness(inputs: ArrayLike, u: ArrayLike, v: ArrayLike) -> float:
    """Largest eigenvalue of the Hessian in (u, v) at an interpolator: inputs (n, d), u and v (d,)."""
    x = np.asarray(inputs, float)
    jacobian = np.concatenate([x * np.asarray(v), x * np.asarray(u)], axis=1)  # (n, 2d)
    return float(np.linalg.eigvalsh(jacobian @ jacobian.T)[-1] / len(x))
