"""The sharpness: the largest eigenvalue of the Hessian of a loss, without forming the Hessian.

Hessian-vector products come from one linearisation of the gradient. Lanczos with full reorthogonalisation turns a few
dozen of them into the leading eigenvalues. *Largest* means largest algebraic: a large negative curvature is never
returned in its place. All of it is traceable: use it inside `jax.jit`, `jax.lax.scan`, `jax.vmap`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.flatten_util import ravel_pytree

Params = Any  # any pytree of floating-point arrays

Lanczos = tuple[Array, Array, Array]
"""The basis (most + 1, p), of which rows not reached yet are zero; the diagonal (most,) and off-diagonal (most,)."""

LEAST_PRODUCTS = 7  # beside one for each eigenpair: a start at a wrong eigenvector has a small residual at first
RITZ_VECTORS_HANDED_ON = 4  # enough for the eigenvalues that may overtake each other before the next call
PRODUCTS_BETWEEN_TESTS = 4  # a small eigenproblem is solved only so often: it costs about as much as a product


class Eigenpairs(NamedTuple):
    """The leading eigenpairs of a symmetric operator on R^p, the largest eigenvalue first."""

    values: Array
    """Shape (count,)."""
    vectors: Array
    """Orthonormal, shape (p, count)."""
    residuals: Array
    """`|A v - value v|`, shape (count,): an eigenvalue of A lies within this distance of the value."""
    products: Array
    """How many products with A were taken, a scalar integer."""
    start: Array
    """A mixture of the leading Ritz vectors, shape (p,): where to begin for an operator nearby."""


class Sharpness(NamedTuple):
    """The largest eigenvalue of a Hessian and how well it is known."""

    value: Array
    """The eigenvalue, a scalar in units of loss per squared parameter."""
    residual: Array
    """`|H v - value v|`, a scalar in the same unit: H has an eigenvalue within this distance of the value."""
    vector: Params
    """The eigenvector of unit Euclidean norm, a pytree shaped like the parameters."""
    products: Array
    """How many Hessian-vector products were taken, a scalar integer."""
    start: Params
    """Where to begin at parameters nearby, shaped like the parameters: a mixture of the leading eigenvectors. (`vector`
    alone would be kept, with a small residual, when another eigenvalue overtakes its own.)"""


def sharpness(
    loss: Callable[[Params], Array],
    params: Params,
    start: Params | None = None,
    *,
    tolerance: float | None = None,
    most: int = 100,
) -> Sharpness:
    """The largest eigenvalue of the Hessian of `loss` at `params`.

    Arguments:
        loss: a twice differentiable function of the parameters alone, with a scalar value.
        params: a pytree of floating-point arrays with p entries in all.
        start: where Lanczos begins, shaped like `params`; best the `start` of a nearby call. The default and a small
            admixture to any `start` are a fixed pseudo-random direction, so that no eigenvector is missed for being
            orthogonal to the start.
        tolerance: stop when the residual is below this share of the largest eigenvalue in magnitude that was seen.
            The default is the square root of the machine precision; the error of the value is of second order in it.
        most: stop after this many Hessian-vector products all the same; the residual then tells. With `most` at least
            p the value is exact up to rounding.

    Returns:
        The eigenvalue with its residual, eigenvector and cost. A residual that is not small marks a value that is
        a lower bound only.
    """
    point, unravel = ravel_pytree(params)
    beginning = None if start is None else ravel_pytree(start)[0]
    product = hessian_product(loss, params)
    top = top_eigenpairs(product, point.size, beginning, tolerance=tolerance, most=most, dtype=point.dtype)
    return Sharpness(top.values[0], top.residuals[0], unravel(top.vectors[:, 0]), top.products, unravel(top.start))


def hessian_product(loss: Callable[[Params], Array], params: Params) -> Callable[[Array], Array]:
    """The map v -> H v for the Hessian H of `loss` at `params`, on flat vectors of shape (p,).

    The gradient is linearised once; each product then costs about one forward and one backward pass.
    """
    point, unravel = ravel_pytree(params)
    _, product = jax.linearize(jax.grad(lambda flat: loss(unravel(flat))), point)
    return product


def top_eigenpairs(
    product: Callable[[Array], Array],
    size: int,
    start: Array | None = None,
    count: int = 1,
    *,
    tolerance: float | None = None,
    most: int = 100,
    dtype: Any = None,
) -> Eigenpairs:
    """The `count` largest (algebraic) eigenvalues of a symmetric operator, by Lanczos with full reorthogonalisation.

    Arguments:
        product: v -> A v on vectors of shape (size,).
        size: the dimension p of the space.
        start: the first vector, shape (size,); best the `start` of a nearby call, see `sharpness`.
        count: how many eigenpairs.
        tolerance: as in `sharpness`, for the worst of the `count` pairs.
        most: the largest number of products, at least `count`.
        dtype: of the vectors; the default is JAX's default floating-point type.

    Returns:
        Values, vectors, residuals, the number of products and a start for the next call.

    Raises:
        ValueError: if `count` exceeds `most` or `size`.
    """
    dtype = jnp.dtype(dtype or jnp.result_type(float))
    steps = min(most, size)
    if not 1 <= count <= steps:
        raise ValueError(f"expected 1 <= count <= min(most, size) = {steps}, found count = {count}")
    precision = float(np.finfo(dtype).eps)
    tolerance = precision**0.5 if tolerance is None else tolerance

    def step(j: Array, lanczos: Lanczos) -> Lanczos:
        basis, diagonal, off = lanczos
        image = product(basis[j])
        alpha = basis[j] @ image
        # The three-term recurrence first, so that one full pass leaves the basis orthogonal to rounding.
        rest = image - alpha * basis[j] - jnp.where(j > 0, off[j - 1], 0) * basis[j - 1]
        rest = rest - (basis @ rest) @ basis
        beta = jnp.linalg.norm(rest)
        invariant = beta <= 10 * precision * jnp.maximum(jnp.max(jnp.abs(diagonal)), jnp.linalg.norm(image))
        following = lax.cond(invariant, lambda: fresh(j + 1, basis), lambda: rest / jnp.where(invariant, 1, beta))
        following = jnp.where(j + 1 < steps, following, 0)
        off = off.at[j].set(jnp.where(invariant, 0, beta))
        return basis.at[j + 1].set(following), diagonal.at[j].set(alpha), off

    def fresh(index: Array, basis: Array) -> Array:
        # The Krylov space is invariant. Go on in a new direction, uncoupled: otherwise a start that happens to be
        # an eigenvector would hide every larger eigenvalue.
        vector = _direction(size, index, dtype)
        for _ in range(2):
            vector = vector - (basis @ vector) @ basis
        return _unit(vector)

    def ritz(lanczos: Lanczos, taken: Array) -> tuple[Array, Array, Array, Array]:
        """Values, coordinates in the basis (steps, steps), residuals, and the size of the largest eigenvalue seen."""
        _, diagonal, off = lanczos
        live = jnp.arange(steps) < taken
        bound = jnp.max(jnp.abs(diagonal)) + 2 * jnp.max(off)  # no Ritz value is larger in magnitude
        coupling = jnp.diag(jnp.where(live[1:], off[:-1], 0), 1)
        # What is not yet filled goes to the bottom of the spectrum.
        values, vectors = jnp.linalg.eigh(jnp.diag(jnp.where(live, diagonal, -2 * bound - 1)) + coupling + coupling.T)
        scale = jnp.max(jnp.where(live, jnp.abs(values[::-1]), 0))
        coordinates = vectors[:, ::-1]
        return values[::-1][:count], coordinates, off[taken - 1] * jnp.abs(coordinates[taken - 1, :count]), scale

    def unfinished(carry: tuple[Lanczos, Array, Array]) -> Array:
        _, taken, done = carry
        return (taken < steps) & ~done

    def block(carry: tuple[Lanczos, Array, Array]) -> tuple[Lanczos, Array, Array]:
        lanczos, taken, _ = carry
        taken_now = jnp.minimum(taken + PRODUCTS_BETWEEN_TESTS, steps)
        lanczos = lax.fori_loop(taken, taken_now, step, lanczos)
        _, _, residuals, scale = ritz(lanczos, taken_now)
        done = jnp.all(residuals <= tolerance * scale) & (taken_now >= LEAST_PRODUCTS + count)
        return lanczos, taken_now, done

    first = _direction(size, 0, dtype)
    if start is not None:
        begin = start.astype(dtype)
        norm = jnp.linalg.norm(begin)
        first = jnp.where(norm > 0, begin / jnp.where(norm > 0, norm, 1) + 0.03 * first, first)
    basis = jnp.zeros((steps + 1, size), dtype).at[0].set(_unit(first))
    empty: Lanczos = (basis, jnp.zeros(steps, dtype), jnp.zeros(steps, dtype))
    lanczos, taken, _ = lax.while_loop(unfinished, block, (empty, jnp.asarray(0), jnp.asarray(False)))
    values, coordinates, residuals, _ = ritz(lanczos, taken)
    ritz_vectors = lanczos[0][:-1].T @ coordinates[:, : max(count, RITZ_VECTORS_HANDED_ON)]  # (size, .)
    shares = 0.5 ** np.arange(ritz_vectors.shape[1], dtype=dtype)
    return Eigenpairs(values, ritz_vectors[:, :count], residuals, taken, _unit(ritz_vectors @ shares))


def _direction(size: int, index: Array | int, dtype: Any) -> Array:
    """A fixed pseudo-random unit vector of shape (size,), another one for each index.

    An integer hash (two rounds of xor-shift-multiply) instead of `jax.random`, which takes seconds to compile.
    """
    bits = jnp.arange(size, dtype=jnp.uint32) + jnp.asarray(index, jnp.uint32) * jnp.uint32(0x9E3779B9)
    for multiplier in (0x7FEB352D, 0x846CA68B):
        bits = (bits ^ (bits >> 16)) * jnp.uint32(multiplier)
    entries = (bits ^ (bits >> 16)).astype(dtype) / 2.0**32 - 0.5
    return _unit(entries)


def _unit(vector: Array) -> Array:
    length: Array = jnp.linalg.norm(vector)
    return vector / length
