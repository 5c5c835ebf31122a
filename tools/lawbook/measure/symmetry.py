"""Symmetries of a loss in its parameters, as generators, and the charges that Noether's theorem pairs with them.

A one-parameter group moves the parameters q along its generator δ(q): a translation adds a constant, a scaling grows q,
a rescaling grows one part and shrinks the other, a rotation turns. The loss does not change, so its gradient is at
right angles to δ. The four groups are those of Kunin et al. (2021) and Tanaka & Kunin (2021).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

Params = Any  # a pytree of floating-point arrays
Generator = Callable[[Params], Params]
"""Maps the parameters of a group to the direction in which the symmetry moves them, a pytree of the same shapes."""


def translation(q: Params) -> Params:
    """δ = 1. Softmax has it: the same number added to the weights of all classes changes no probability."""
    return jax.tree.map(jnp.ones_like, q)


def scale(q: Params) -> Params:
    """δ = q. Weights before a normalisation have it."""
    return q


def rescale(q: tuple[Params, Params]) -> tuple[Params, Params]:
    """δ = (q₁, -q₂) of a pair (incoming, outgoing). The weights of a homogeneous unit have it: ReLU, linear."""
    incoming, outgoing = q
    return incoming, jax.tree.map(jnp.negative, outgoing)


def rotation(skew: ArrayLike) -> Generator:
    """δ = q A for a skew-symmetric A of shape (r, r), on factors of shape (..., r). Products U Vᵀ have it."""
    return lambda q: jax.tree.map(lambda factor: factor @ jnp.asarray(skew), q)


def inner(a: Params, b: Params, *, groups: int = 0) -> Array:
    """The Euclidean inner product of two pytrees of the same shapes.

    With δ a generator, `inner(gradient, δ(q))` is 0 for an invariant loss, and `inner(q, δ(q))` is what gradient flow
    conserves: the sum of q for a translation, |q|² for a scaling, |q₁|² - |q₂|² for a rescaling, nothing (0) for a
    rotation.

    Arguments:
        groups: how many leading axes of every leaf number groups of parameters (neurons, or saved times); they stay.

    Returns:
        Shape of those leading axes; a scalar by default.
    """
    terms = jax.tree.map(lambda x, y: jnp.sum(x * y, axis=tuple(range(groups, jnp.ndim(x)))), a, b)
    return jax.tree.reduce(jnp.add, terms)


def charge(q: Params, velocity: Params, generator: Generator, *, groups: int = 0) -> Array:
    """Noether's charge ⟨dq/dt, δ(q)⟩. Arguments and shape as for `inner`."""
    return inner(velocity, generator(q), groups=groups)


def kinetic_breaking(q: Params, velocity: Params, generator: Generator, *, groups: int = 0) -> Array:
    """⟨dq/dt, dδ/dt⟩: what makes the charge of a symmetric loss change, for the kinetic energy lacks the symmetry.

    The right side of Noether's learning dynamics (Tanaka & Kunin 2021), over the mass; 0 for translation and rotation.
    Arguments and shape as for `inner`.
    """
    moved = jax.jvp(generator, (q,), (velocity,))[1]
    return inner(velocity, moved, groups=groups)


def angular_momentum(factors: Params, velocities: Params) -> Array:
    """The charges of all rotations at once: Σ FᵀV - VᵀF over the factors F (..., n, r) and their velocities V.

    Returns:
        Skew-symmetric matrices, shape (..., r, r). Half the sum of their products with the entries of A is the charge
        of `rotation(A)`.
    """

    def one(factor: ArrayLike, velocity: ArrayLike) -> Array:
        product = jnp.swapaxes(jnp.asarray(factor), -1, -2) @ jnp.asarray(velocity)
        return product - jnp.swapaxes(product, -1, -2)

    return jax.tree.reduce(jnp.add, jax.tree.map(one, factors, velocities))
