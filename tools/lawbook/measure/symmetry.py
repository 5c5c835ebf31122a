"""Symmetries of a loss in its parameters, as generators, and the charges that Noether's theorem pairs with them.

A one-parameter group moves the parameters q along its generator δ(q): a translation adds a constant, a scaling grows q,
a rescaling grows one part and shrinks the other, a rotation turns. The loss does not change, so its gradient is at
right angles to δ. The four groups are those of Kunin et al. (2021) and Tanaka & Kunin (2021).

All of it works inside `jax.jit` too: shapes and types are checked there as well, and NaN stays NaN. Numbers come in the
precision of the parameters, single at least; squares of what is below 1e-19 or above 1e19 leave the range of single
precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike

Params = Any  # a pytree of floating-point arrays
Generator = Callable[[Params], Params]
"""Maps the parameters of a group to the direction in which the symmetry moves them, a pytree of the same shapes."""


def translation(q: Params) -> Params:
    """δ = 1. Softmax has it: the same number added to the weights of all classes changes no probability.

    Arguments:
        q: the parameters of the group.

    Returns:
        δ, ones in the shapes of q.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure import symmetry
        >>> float(symmetry.inner(jnp.array([1.0, 2.0, 3.0]), symmetry.translation(jnp.zeros(3))))
        6.0
    """
    return jax.tree.map(jnp.ones_like, q)


def scale(q: Params) -> Params:
    """δ = q. Weights before a normalisation have it.

    Arguments:
        q: the parameters of the group.

    Returns:
        δ, q itself.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure import symmetry
        >>> q = jnp.array([3.0, 4.0])
        >>> float(symmetry.inner(q, symmetry.scale(q)))
        25.0
    """
    return q


def rescale(q: tuple[Params, Params]) -> tuple[Params, Params]:
    """δ = (q₁, -q₂) of a pair (incoming, outgoing). The weights of a homogeneous unit have it: ReLU, linear.

    Arguments:
        q: the pair of pytrees.

    Returns:
        δ, a pair of the same shapes.

    Raises:
        ValueError: q is no pair.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure import symmetry
        >>> incoming, outgoing = jnp.array([3.0, 4.0]), jnp.array([1.0])
        >>> float(symmetry.inner((incoming, outgoing), symmetry.rescale((incoming, outgoing))))
        24.0
    """
    if not isinstance(q, tuple | list) or len(q) != 2:
        raise ValueError(f"found {type(q).__name__}, expected a pair (incoming, outgoing) as a tuple of two")
    incoming, outgoing = q
    return incoming, jax.tree.map(jnp.negative, outgoing)


def rotation(skew: ArrayLike) -> Generator:
    """δ = q A for a skew-symmetric A, on factors that have r columns. Products U Vᵀ have it.

    Arguments:
        skew: A, shape (r, r).

    Returns:
        The generator: it maps a pytree of factors, shape (..., r) each, to δ of the same shapes.

    Raises:
        ValueError: A is not square, or differs from minus its transpose by more than rounding.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure import symmetry
        >>> quarter = symmetry.rotation(jnp.array([[0.0, 1.0], [-1.0, 0.0]]))
        >>> quarter(jnp.array([[3.0, 4.0]])).tolist()
        [[-4.0, 3.0]]
    """
    matrix = jnp.asarray(skew)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"found a generator of rotations of shape {matrix.shape}, expected (r, r)")
    if not isinstance(matrix, jax.core.Tracer):  # the entries of a traced one are not known yet
        entries = np.asarray(matrix)
        off = np.abs(entries + entries.T).max(initial=0)
        if not off <= 100 * _rounding(matrix) * np.abs(entries).max(initial=0):
            raise ValueError(
                f"found A + Aᵀ with entries up to {off:.3g}, expected a skew-symmetric A, such as (B - Bᵀ) / 2"
            )
    return lambda q: jax.tree.map(lambda factor: factor @ matrix, q)


def _rounding(matrix: Array) -> float:
    if not jnp.issubdtype(matrix.dtype, jnp.floating):
        return 0.0
    return float(jnp.finfo(matrix.dtype).eps)  # type: ignore[no-untyped-call]


def inner(a: Params, b: Params, *, groups: int = 0) -> Array:
    """The Euclidean inner product of two pytrees of the same shapes.

    With δ a generator, `inner(gradient, δ(q))` is 0 for an invariant loss, and `inner(q, δ(q))` is what gradient flow
    conserves: the sum of q for a translation, |q|² for a scaling, |q₁|² - |q₂|² for a rescaling, nothing (0) for a
    rotation.

    Arguments:
        a: arrays of real numbers. Integers and half precision are summed in single precision or better.
        b: arrays of the same shapes.
        groups: how many leading axes of every leaf number groups of parameters (neurons, or saved times); they stay.

    Returns:
        Shape of those leading axes; a scalar by default.

    Raises:
        ValueError: the trees or their shapes differ, there are no arrays, or they lack the leading axes.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure import symmetry
        >>> gradient = {"w": jnp.array([[1.0, 2.0], [3.0, 4.0]])}
        >>> moved = {"w": jnp.array([[2.0, -1.0], [1.0, 1.0]])}
        >>> float(symmetry.inner(gradient, moved))
        7.0
        >>> symmetry.inner(gradient, moved, groups=1).tolist()  # of each row
        [0.0, 7.0]
    """
    a, b = _alike(a, b, groups)
    terms = jax.tree.map(lambda x, y: jnp.sum(x * y, axis=tuple(range(groups, x.ndim))), a, b)
    return jax.tree.reduce(jnp.add, terms)


def _alike(a: Params, b: Params, groups: int) -> tuple[Params, Params]:
    """Two trees of arrays of the same shapes, both in the more precise of their types."""
    structure: Any = jax.tree.structure(a)
    other: Any = jax.tree.structure(b)
    if structure != other:
        raise ValueError(
            f"found trees {structure} and {other}, expected the same; a generator moves every parameter of the group"
        )
    leaves = [(jnp.asarray(x), jnp.asarray(y)) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)]
    if not leaves:
        raise ValueError("found a tree without arrays, expected parameters")
    shared = leaves[0][0].shape[:groups] if groups >= 0 else ()
    for x, y in leaves:
        if x.shape != y.shape:
            raise ValueError(f"found arrays of shapes {x.shape} and {y.shape}, expected the same")
        if groups < 0 or x.ndim < groups or x.shape[:groups] != shared:
            raise ValueError(
                f"found an array of shape {x.shape} and groups={groups}, expected that many leading axes, of the same "
                f"lengths in every array; the first has {shared}"
            )
        if jnp.iscomplexobj(x) or jnp.iscomplexobj(y):
            raise ValueError("found complex numbers, expected real ones")
    kinds = [jnp.promote_types(jnp.result_type(x, y, float), jnp.float32) for x, y in leaves]
    first, second = zip(*((x.astype(k), y.astype(k)) for (x, y), k in zip(leaves, kinds, strict=True)), strict=True)
    return jax.tree.unflatten(structure, first), jax.tree.unflatten(structure, second)


def charge(q: Params, velocity: Params, generator: Generator, *, groups: int = 0) -> Array:
    """Noether's charge ⟨dq/dt, δ(q)⟩.

    Arguments:
        q: the parameters of the group.
        velocity: dq/dt, of the same shapes.
        generator: of the symmetry, such as `scale`.
        groups: as for `inner`.

    Returns:
        Shape as for `inner`, in the unit of q² per unit of time for a scaling.

    Raises:
        ValueError: as for `inner`, or what the generator refuses.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure import symmetry
        >>> q, velocity = jnp.array([1.0, 2.0]), jnp.array([3.0, -1.0])
        >>> float(symmetry.charge(q, velocity, symmetry.scale))
        1.0
    """
    return inner(velocity, generator(q), groups=groups)


def kinetic_breaking(q: Params, velocity: Params, generator: Generator, *, groups: int = 0) -> Array:
    """⟨dq/dt, dδ/dt⟩: what makes the charge of a symmetric loss change, for the kinetic energy lacks the symmetry.

    The right side of Noether's learning dynamics (Tanaka & Kunin 2021), over the mass; 0 for translation and rotation.

    Arguments:
        q: the parameters of the group.
        velocity: dq/dt, of the same shapes.
        generator: of the symmetry, such as `scale`.
        groups: as for `inner`.

    Returns:
        Shape as for `inner`, in the unit of the charge per unit of time.

    Raises:
        ValueError: as for `inner`, or what the generator refuses.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure import symmetry
        >>> q, velocity = jnp.array([1.0, 2.0]), jnp.array([3.0, -1.0])
        >>> float(symmetry.kinetic_breaking(q, velocity, symmetry.scale))
        10.0
    """
    q, velocity = _alike(q, velocity, groups)
    moved = jax.jvp(generator, (q,), (velocity,))[1]
    return inner(velocity, moved, groups=groups)


def angular_momentum(factors: Params, velocities: Params) -> Array:
    """The charges of all rotations at once: Σ FᵀV - VᵀF over the factors F and their velocities V.

    Arguments:
        factors: F, shape (..., n, r) each, with the same r; leading axes number saved times or groups.
        velocities: V, of the same shapes.

    Returns:
        Skew-symmetric matrices, shape (..., r, r). Half the sum of their products with the entries of A is the charge
        of `rotation(A)`.

    Raises:
        ValueError: the trees or their shapes differ, or factors that are no matrices of the same r.

    Examples:
        >>> import jax.numpy as jnp
        >>> from lawbook.measure import symmetry
        >>> symmetry.angular_momentum(jnp.array([[1.0, 0.0]]), jnp.array([[0.0, 2.0]])).tolist()
        [[0.0, 2.0], [-2.0, 0.0]]
    """
    factors, velocities = _alike(factors, velocities, 0)
    shapes = [leaf.shape for leaf in jax.tree.leaves(factors)]
    if any(len(s) < 2 or (s[:-2], s[-1]) != (shapes[0][:-2], shapes[0][-1]) for s in shapes):
        raise ValueError(f"found factors of shapes {shapes}, expected (..., n, r) with the same r and leading axes")

    def one(factor: Array, velocity: Array) -> Array:
        product = jnp.swapaxes(factor, -1, -2) @ velocity
        return product - jnp.swapaxes(product, -1, -2)

    return jax.tree.reduce(jnp.add, jax.tree.map(one, factors, velocities))
