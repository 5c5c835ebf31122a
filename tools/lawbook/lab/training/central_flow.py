"""The central flow: the time average of a descent that oscillates at the edge of stability, as a smooth flow.

Where eigenvalues of the Hessian H sit at the threshold 2/η, descent oscillates along their eigenvectors with some
covariance Σ. Its average feels the gradient of ½⟨H, Σ⟩ besides that of the loss (Cohen et al. 2025). Σ is not fitted:
it is the one positive semidefinite matrix that holds the eigenvalues at or below the threshold and acts only along
those that are there. That is a complementarity problem between small symmetric matrices, solved here inside jit.

Parameters are flat vectors w of shape (p,); a symmetric k × k matrix is a vector of its m = k (k + 1) / 2 coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.typing import ArrayLike
from numpy.typing import NDArray

from lawbook.measure.sharpness import hessian_product, top_eigenpairs

Loss = Callable[[Array], Array]

NEWTON_STEPS = 12  # twice what was ever needed on a thousand random problems


class Edge(NamedTuple):
    """The top of the Hessian's spectrum at a point, and how it changes from there."""

    point: Array
    """Where, shape (p,)."""
    values: Array
    """The k largest eigenvalues, the largest first, shape (k,)."""
    vectors: Array
    """Their orthonormal eigenvectors V, shape (p, k). Signs are those of the Lanczos iteration: they may flip."""
    slopes: Array
    """Gradients of the coordinates of V' H V with V held fixed: third derivatives of the loss, shape (m, p).
    For k = 1 this is the gradient of the sharpness."""
    start: Array
    """Where the eigensolver may begin at a point nearby, shape (p,)."""


class Step(NamedTuple):
    """The state of the central flow after a step."""

    w: Array
    """Parameters, shape (p,)."""
    nu: Array
    """Running average of the squared gradient norm, a scalar; for plain gradient descent it stays 1."""
    covariance: Array
    """Σ, averaged over the substeps, shape (k, k), in the basis of `Edge.vectors`."""


def edge(
    loss: Loss, w: Array, start: Array | None = None, count: int = 1, *, most: int = 24, tolerance: float = 1e-3
) -> Edge:
    """The `count` largest Hessian eigenpairs of `loss` at `w`, and the gradient of each entry of that block.

    Arguments:
        loss: three times differentiable, of vectors of shape (p,).
        w: the point, shape (p,).
        start: `Edge.start` of a nearby point; saves most of the work.
        count: k.
        most: largest number of Hessian-vector products.
        tolerance: relative residual of the eigenpairs. Eigenvalues are wrong by its square, vectors by itself.
    """
    top = top_eigenpairs(hessian_product(loss, w), w.size, start, count, most=most, tolerance=tolerance, dtype=w.dtype)
    vectors = top.vectors
    first, second = np.triu_indices(count)
    scale = np.where(first == second, 1.0, np.sqrt(2.0))

    def third(a: Array, b: Array) -> Array:
        """The gradient of a' H b, shape (p,)."""
        along: Array = jax.jvp(lambda x: jax.jvp(jax.grad(loss), (x,), (b,))[1], (w,), (a,))[1]
        return along

    slopes = jax.vmap(third)(vectors.T[first], vectors.T[second]) * scale[:, None]
    return Edge(w, top.values, vectors, slopes, top.start)


def step(
    loss: Loss,
    w: Array,
    at: Edge,
    *,
    step_size: ArrayLike,
    nu: ArrayLike = 1.0,
    forgetting: ArrayLike = 0.0,
    substeps: int = 2,
) -> Step:
    """Follow the central flow for as long as one step of the optimiser, with the step size η/√ν:

        dw/dt = −(η/√ν) [∇L + ½ ∇⟨H, Σ⟩],    dν/dt = c [|∇L|² + tr(H² Σ) − ν].

    With c = 0 and ν = 1 this is the flow of gradient descent, with c = (1 − β₂)/β₂ that of Scalar RMSProp.
    Euler's method; Σ is chosen such that the eigenvalues are at most 2√ν/η *after* the substep, to first order, so the
    constraint does not drift and an eigenvalue that arrives at the threshold is met there.

    Arguments:
        loss: as for `edge`.
        w: where the flow is, shape (p,).
        at: the edge at `w`, or not far from it; it is held over the substeps.
        step_size: η.
        nu: ν.
        forgetting: c per step.
        substeps: Euler substeps. Two at least, for the flow is stiff: along an eigenvector at the threshold one
            substep multiplies the gradient by 1 − 2/substeps.
    """
    dtype = w.dtype
    identity = jnp.asarray(_coordinates(np.eye(len(at.values))), dtype)
    spectrum = jnp.einsum("mii,i->m", jnp.asarray(_basis(len(at.values)), dtype), at.values)
    gram = at.slopes @ at.slopes.T  # (m, m)
    dt = 1.0 / substeps

    def substep(state: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], Array]:
        w, nu = state
        effective = step_size / jnp.sqrt(nu)
        threshold = 2 / effective
        gradient = jax.grad(loss)(w)
        drift = dt * forgetting * (gradient @ gradient - nu)
        # With threshold 2√ν/η: how it moves by itself, and with each unit of variance (which adds threshold² to |∇L|²).
        rises = threshold / (2 * nu) * drift
        per_variance = threshold / (2 * nu) * dt * forgetting * threshold**2
        curvature = spectrum + at.slopes @ (w - at.point - effective * dt * gradient)
        room = (threshold + rises) * identity - curvature
        response = 0.5 * effective * dt * gram + per_variance * jnp.outer(identity, identity)
        sigma = complementary(jnp.asarray(room), jnp.asarray(response))
        w = w - effective * dt * (gradient + 0.5 * sigma @ at.slopes)
        return (w, nu + drift + dt * forgetting * threshold**2 * (identity @ sigma)), sigma

    (w, nu_after), sigmas = lax.scan(substep, (w, jnp.asarray(nu, dtype)), None, substeps)
    return Step(w, nu_after, symmetric(sigmas.mean(axis=0)))


def complementary(room: Array, response: Array) -> Array:
    """The X ⪰ 0 with room + response X ⪰ 0 and ⟨X, room + response X⟩ = 0, by semismooth Newton steps.

    Solves X = P(X − ρ (room + response X)), where P projects on the positive semidefinite matrices: the generalised
    derivative of P is known in closed form (Sun & Sun 2002). For k = 1 it is max(0, −room / response).

    Arguments:
        room: a symmetric matrix as coordinates, shape (m,).
        response: a positive semidefinite map of coordinates, shape (m, m).

    Returns:
        Coordinates of X, shape (m,); `symmetric` makes the matrix. The iterate with the least misfit.
    """
    dtype = room.dtype
    size = room.shape[0]
    order = round((np.sqrt(8 * size + 1) - 1) / 2)
    basis = jnp.asarray(_basis(order), dtype)
    tiny = float(np.finfo(dtype).tiny)
    scale = jnp.trace(response) / size + tiny
    response = response / scale + 1e-10 * jnp.eye(size, dtype=dtype)  # unique even where slopes are parallel
    room = room / scale
    tolerance = 10 * float(np.finfo(dtype).eps) * jnp.linalg.norm(room)

    def newton(carry: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
        x, best, least, count = carry
        values, vectors = jnp.linalg.eigh(symmetric(x - room - response @ x))
        positive = jnp.maximum(values, 0)
        turned = jnp.einsum("ai,mab,bj->mij", vectors, basis, vectors)  # the basis, seen by the eigenvectors
        projected = jnp.einsum("mii,i->m", turned, positive)
        misfit = jnp.linalg.norm(x - projected)
        best = jnp.where(misfit < least, x, best)
        sums = jnp.abs(values[:, None]) + jnp.abs(values)
        weights = jnp.where(sums > 0, (positive[:, None] + positive) / jnp.where(sums > 0, sums, 1), 0)
        derivative = jnp.einsum("mij,ij,nij->mn", turned, weights, turned)
        jacobian = jnp.eye(size, dtype=dtype) - derivative + derivative @ response
        x = x - jnp.linalg.solve(jacobian, x - projected)
        return x, best, jnp.minimum(misfit, least), count + 1

    def unfinished(carry: tuple[Array, Array, Array, Array]) -> Array:
        _, _, least, count = carry
        return jnp.logical_and(count < NEWTON_STEPS, least > tolerance)

    nothing = jnp.zeros_like(room)
    begin = (nothing, nothing, jnp.asarray(np.inf, dtype), jnp.asarray(0))
    _, best, _, _ = lax.while_loop(unfinished, newton, begin)
    solution: Array = best
    return solution


def symmetric(coordinates: Array) -> Array:
    """The symmetric matrix, shape (k, k), with these coordinates, shape (m,)."""
    order = round((np.sqrt(8 * coordinates.shape[0] + 1) - 1) / 2)
    matrix: Array = jnp.einsum("m,mij->ij", coordinates, jnp.asarray(_basis(order), coordinates.dtype))
    return matrix


class Arrival(NamedTuple):
    """Where `until_sharp` stopped."""

    w: Array
    """Parameters, shape (p,)."""
    steps: Array
    """Steps taken, a scalar integer."""
    sharpness: Array
    """Sharpness there, a scalar."""
    start: Array
    """As in `Edge`."""


def until_sharp(
    loss: Loss, w: Array, *, step_size: ArrayLike, level: ArrayLike, most: int = 20_000, every: int = 5
) -> Arrival:
    """Gradient descent until the sharpness, measured every few steps, exceeds `level`; at most about `most` steps."""

    def descend(_: int, w: Array) -> Array:
        after: Array = w - step_size * jax.grad(loss)(w)
        return after

    def measure(w: Array, start: Array) -> tuple[Array, Array]:
        top = top_eigenpairs(hessian_product(loss, w), w.size, start, most=24, tolerance=1e-3, dtype=w.dtype)
        return top.values[0], top.start

    def go_on(at: Arrival) -> Arrival:
        w = lax.fori_loop(0, every, descend, at.w)
        return Arrival(w, at.steps + every, *measure(w, at.start))

    begin = Arrival(w, jnp.asarray(0), *measure(w, jnp.zeros_like(w)))
    return lax.while_loop(lambda at: (at.sharpness <= level) & (at.steps < most), go_on, begin)


@lru_cache
def _basis(order: int) -> NDArray[np.float64]:
    """An orthonormal basis of the symmetric matrices of this order, shape (m, order, order), upper triangle by rows."""
    first, second = np.triu_indices(order)
    basis = np.zeros((len(first), order, order))
    index = np.arange(len(first))
    weight = np.where(first == second, 1.0, np.sqrt(0.5))
    basis[index, first, second] = weight
    basis[index, second, first] = weight
    return basis


def _coordinates(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The coordinates, shape (m,), of a symmetric matrix."""
    coordinates: NDArray[np.float64] = np.einsum("mij,ij->m", _basis(len(matrix)), matrix)
    return coordinates
