"""The sharpness: the largest eigenvalue of the Hessian of a loss, without forming the Hessian.

Hessian-vector products come from one linearisation of the gradient. Lanczos with full reorthogonalisation turns a few
dozen of them into the leading eigenvalues. *Largest* means largest algebraic: a large negative curvature is never
returned in its place. All of it is traceable: use it inside `jax.jit`, `jax.lax.scan`, `jax.vmap`. Losses and products
are traced too: write them with `jax.numpy`. JAX makes single precision of double unless `jax_enable_x64` is set.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.flatten_util import ravel_pytree

from lawbook.extras import callable_module

_CALLED = callable_module(__name__, "lawbook.measure.spectrum", "sharpness")  # lawbook.measure.sharpness(…)

Params = Any  # any pytree of floating-point arrays

LEAST_PRODUCTS = 7  # beside one for each eigenpair: a start at a wrong eigenvector has a small residual at first
RITZ_VECTORS_HANDED_ON = 4  # enough for the eigenvalues that may overtake each other before the next call
PRODUCTS_BETWEEN_TESTS = 4  # a small eigenproblem is solved only so often: it costs about as much as a product
ROWS_AT_A_TIME = 8  # of the basis, against which a vector is made orthogonal while they are in the cache


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
        a lower bound only, or a product that is not symmetric. If a product is no finite number, all is NaN.

    Raises:
        ValueError: if parameters are neither float32 nor float64, `start` has another shape, or `most` is below 1.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure.sharpness import sharpness
        >>> weights = {"a": jnp.ones(()), "b": jnp.ones(())}
        >>> found = sharpness(lambda w: 3 * w["a"] ** 2 - 50 * w["b"] ** 2, weights)
        >>> print(f"{found.value:.3f}")  # the largest of 6 and -100
        6.000
    """
    point, unravel = ravel_pytree(params)
    beginning = None if start is None else ravel_pytree(start)[0]
    product = hessian_product(loss, params)
    top = top_eigenpairs(product, point.size, beginning, tolerance=tolerance, most=most, dtype=point.dtype)
    return Sharpness(top.values[0], top.residuals[0], unravel(top.vectors[:, 0]), top.products, unravel(top.start))


def hessian_product(loss: Callable[[Params], Array], params: Params) -> Callable[[Array], Array]:
    """The map v -> H v for the Hessian H of `loss` at `params`, on flat vectors.

    The gradient is linearised once; each product then costs about two gradients.

    Arguments:
        loss: a twice differentiable function of the parameters alone, with a scalar value.
        params: a pytree of floating-point arrays with p entries in all.

    Returns:
        The map, linear, of vectors of shape (p,) to such vectors.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure.sharpness import hessian_product
        >>> product = hessian_product(lambda w: w[0] ** 2 * w[1], jnp.array([1.0, 3.0]))
        >>> print(product(jnp.array([1.0, 0.0])))
        [6. 2.]
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
        ValueError: if `count` exceeds `most` or `size`, `start` has another shape, or vectors are neither float32
            nor float64.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure.sharpness import top_eigenpairs
        >>> found = top_eigenpairs(lambda v: jnp.arange(-90.0, 10.0) * v, size=100, count=2)
        >>> print(", ".join(f"{value:.3f}" for value in found.values))
        9.000, 8.000
    """
    dtype = jnp.dtype(dtype or jnp.result_type(float))
    if dtype not in (jnp.float32, jnp.float64):
        raise ValueError(f"found vectors of {dtype}, expected float32 or float64: convert the parameters")
    steps = min(most, size)
    if not 1 <= count <= steps:
        raise ValueError(f"expected 1 <= count <= min(most, size) = {steps}, found count = {count}")
    if start is not None and start.shape != (size,):
        raise ValueError(f"found a start of shape {start.shape}, expected {(size,)}")
    limit = float(np.finfo(dtype).eps) ** 0.5 if tolerance is None else tolerance

    def unfinished(carry: tuple[_Lanczos, _Ritz, Array]) -> Array:
        lanczos, _, done = carry
        return (lanczos.taken < steps) & ~done

    def block(carry: tuple[_Lanczos, _Ritz, Array]) -> tuple[_Lanczos, _Ritz, Array]:
        taken = jnp.minimum(carry[0].taken + PRODUCTS_BETWEEN_TESTS, steps)
        lanczos = lax.fori_loop(carry[0].taken, taken, lambda _, state: _extend(product, state), carry[0])
        ritz = _ritz(lanczos, count)
        settled = jnp.all(ritz.residuals <= limit * ritz.scale) & (taken >= LEAST_PRODUCTS + count)
        return lanczos, ritz, settled | jnp.isnan(ritz.scale)

    empty = _begin(size, steps, start, dtype)
    nothing = jax.tree.map(
        lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), jax.eval_shape(partial(_ritz, count=count), empty)
    )
    lanczos, ritz, _ = lax.while_loop(unfinished, block, (empty, nothing, jnp.asarray(False)))
    vectors = _combine(lanczos, ritz.coordinates)
    shares = 0.5 ** np.arange(vectors.shape[1], dtype=dtype)
    return Eigenpairs(ritz.values, vectors[:, :count], ritz.residuals, lanczos.taken, _unit(vectors @ shares))


class _Lanczos(NamedTuple):
    """An operator A on a growing Krylov space: `A v_j = off[j - 1] v_(j - 1) + diagonal[j] v_j + off[j] v_(j + 1)`."""

    basis: Array
    """Orthonormal vectors v_j, zero where not reached yet; in bundles, shape (bundles, ROWS_AT_A_TIME, p)."""
    diagonal: Array
    """Shape (steps,), zero where not reached yet, like `off`."""
    off: Array
    """Shape (steps,)."""
    drift: Array
    """Sum of all that A v_j has in the basis beside the three terms, in magnitude: rounding where A is symmetric."""
    taken: Array
    """How many products were taken."""


class _Ritz(NamedTuple):
    """The leading eigenpairs of A as seen from a Krylov space."""

    values: Array
    """The largest ones, the largest first, shape (count,)."""
    coordinates: Array
    """Of the vectors in the basis, shape (steps, vectors): a few more than `count`, for the next start."""
    residuals: Array
    """Shape (count,)."""
    scale: Array
    """The largest magnitude of an eigenvalue that was seen."""


def _begin(size: int, steps: int, start: Array | None, dtype: Any) -> _Lanczos:
    """A basis of one vector: the start with a little of a fixed direction, or that direction alone."""
    first = _direction(size, 0, dtype)
    if start is not None:
        begin = start.astype(dtype)
        norm = _norm(begin)
        usable = (norm > 0) & jnp.isfinite(norm)
        first = jnp.where(usable, begin / jnp.where(usable, norm, 1) + 0.03 * first, first)
    basis = jnp.zeros((-(-steps // ROWS_AT_A_TIME), ROWS_AT_A_TIME, size), dtype)
    nothing = jnp.zeros(steps, dtype)
    return _Lanczos(basis.at[0, 0].set(_unit(first)), nothing, nothing, jnp.zeros((), dtype), jnp.asarray(0))


def _extend(product: Callable[[Array], Array], state: _Lanczos) -> _Lanczos:
    """Take one product and append the direction that it adds."""
    basis, diagonal, off, drift, j = state
    vector, previous = _row(basis, j), _row(basis, jnp.maximum(j - 1, 0))
    image = product(vector)
    alpha = vector @ image
    # The three-term recurrence first, so that one full pass leaves the basis orthogonal to rounding.
    rest = image - alpha * vector - jnp.where(j > 0, off[j - 1], 0) * previous
    rest, removed = _orthogonal(rest, basis, j + 1)
    beta = _norm(rest)
    seen = jnp.max(jnp.append(jnp.abs(diagonal), jnp.abs(alpha))) + jnp.max(off)
    invariant = beta <= 10 * float(np.finfo(basis.dtype).eps) * seen
    following = lax.cond(invariant, lambda: _fresh(basis, j + 1), lambda: rest / jnp.where(invariant, 1, beta))
    following = jnp.where(j + 1 < len(diagonal), following, 0)
    return _Lanczos(
        basis.at[(j + 1) // ROWS_AT_A_TIME, (j + 1) % ROWS_AT_A_TIME].set(following),
        diagonal.at[j].set(jnp.where(jnp.isfinite(beta), alpha, jnp.nan)),
        off.at[j].set(jnp.where(invariant, 0, beta)),
        drift + removed,
        j + 1,
    )


def _fresh(basis: Array, index: Array) -> Array:
    """A new direction, uncoupled, for an invariant Krylov space.

    Otherwise a start that happens to be an eigenvector would hide every larger eigenvalue.
    """
    vector = _direction(basis.shape[2], index, basis.dtype)
    for _ in range(2):
        vector, _ = _orthogonal(vector, basis, index)
    return _unit(vector)


def _orthogonal(vector: Array, basis: Array, live: Array) -> tuple[Array, Array]:
    """The part of a vector orthogonal to the first `live` rows of the basis, and the summed size of what they held."""

    def against(i: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        rest, removed = carry
        shares = basis[i] @ rest  # (ROWS_AT_A_TIME,)
        return rest - shares @ basis[i], removed + jnp.sum(jnp.abs(shares))

    bundles = (live + ROWS_AT_A_TIME - 1) // ROWS_AT_A_TIME
    rest, removed = lax.fori_loop(0, bundles, against, (vector, jnp.zeros((), vector.dtype)))
    return rest, removed


def _ritz(state: _Lanczos, count: int) -> _Ritz:
    """Eigenpairs of the tridiagonal matrix, solved in the smallest of a few sizes that holds it."""
    steps = len(state.diagonal)
    kept = min(max(count, RITZ_VECTORS_HANDED_ON), steps)
    # No Ritz value is larger in magnitude; in units of this, small numbers are not lost beside the empty rows.
    bound = jnp.max(jnp.abs(state.diagonal)) + 2 * jnp.max(state.off)
    unit = jnp.where(bound == 0, 1, bound)

    def solve(size: int) -> _Ritz:
        live = jnp.arange(size) < state.taken
        # Rows not reached yet go to the bottom of the spectrum.
        diagonal = jnp.where(live, state.diagonal[:size] / unit, -2)
        coupling = jnp.diag(jnp.where(live[1:], state.off[: size - 1] / unit, 0), 1)
        values, vectors = jnp.linalg.eigh(jnp.diag(diagonal) + coupling + coupling.T)
        coordinates = jnp.zeros((steps, kept), values.dtype).at[:size].set(vectors[:, : -kept - 1 : -1])
        last = jnp.abs(coordinates[state.taken - 1, :count])
        residuals = jnp.hypot(state.off[state.taken - 1] * last, state.drift)
        scale = unit * jnp.maximum(jnp.abs(values[-1]), jnp.abs(values[size - state.taken]))
        return _Ritz(unit * values[: -count - 1 : -1], coordinates, residuals, scale)

    sizes = [steps]
    while sizes[0] >= 2 * max(kept, ROWS_AT_A_TIME):
        sizes.insert(0, -(-sizes[0] // 2))
    which = jnp.searchsorted(jnp.asarray(sizes), state.taken)
    found: _Ritz = lax.switch(which, [partial(solve, size) for size in sizes])
    return found


def _combine(state: _Lanczos, coordinates: Array) -> Array:
    """The vectors, shape (p, vectors), with these coordinates in the basis, (steps, vectors)."""
    bundles, rows, size = state.basis.shape
    padded = (
        jnp.zeros((bundles * rows, coordinates.shape[1]), coordinates.dtype).at[: len(coordinates)].set(coordinates)
    )
    shares = padded.reshape(bundles, rows, -1)

    def add(i: Array, sums: Array) -> Array:
        total: Array = sums + shares[i].T @ state.basis[i]
        return total

    reached = (state.taken + rows - 1) // rows
    found: Array = lax.fori_loop(0, reached, add, jnp.zeros((coordinates.shape[1], size), coordinates.dtype)).T
    return found


def _row(basis: Array, index: Array) -> Array:
    """Vector number `index` of a basis in bundles."""
    row: Array = basis[index // ROWS_AT_A_TIME, index % ROWS_AT_A_TIME]
    return row


def _direction(size: int, index: Array | int, dtype: Any) -> Array:
    """A fixed pseudo-random unit vector of shape (size,), another one for each index.

    An integer hash (two rounds of xor-shift-multiply) instead of `jax.random`, which takes seconds to compile.
    """
    bits = jnp.arange(size, dtype=jnp.uint32) + jnp.asarray(index, jnp.uint32) * jnp.uint32(0x9E3779B9)
    for multiplier in (0x7FEB352D, 0x846CA68B):
        bits = (bits ^ (bits >> 16)) * jnp.uint32(multiplier)
    entries = (bits ^ (bits >> 16)).astype(dtype) / 2.0**32 - 0.5
    return _unit(entries)


def _norm(vector: Array) -> Array:
    """The Euclidean length, in units of the largest entry: squares of small or large ones leave the range."""
    largest = jnp.max(jnp.abs(vector))
    unit = jnp.where(largest == 0, 1, largest)
    length: Array = unit * jnp.linalg.norm(vector / unit)
    return length


def _unit(vector: Array) -> Array:
    unit: Array = vector / _norm(vector)
    return unit
