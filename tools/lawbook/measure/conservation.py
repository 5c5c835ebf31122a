"""Counting conservation laws: how many functions of the parameters a flow keeps, whatever the data and the loss.

The gradients of all losses of a model lie in the span of a few vector fields. A function is conserved by all of them if
and only if it is constant on the orbit, the set that can be reached by following the fields and their Lie brackets. So
the number of independent laws is the dimension of the space less that of the orbit (Marcotte, Gribonval & Peyré 2023).
Two ways give the latter: closing the span under brackets, where the fields are linear in the state; and pulling the
fields back along random flows, where they are not. No known answer enters. Plain NumPy: the matrices are small.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ENOUGH = 1e4  # between the last singular value that counts and the first that does not


class AmbiguousRankError(ValueError):
    """The singular values have no gap that tells a rank."""


class Rank(NamedTuple):
    """A numerical rank."""

    rank: int
    gap: float
    """Ratio of the last singular value that counts to the first that does not (or to the noise, at full rank)."""


class Count(NamedTuple):
    """How many independent laws there are at a point."""

    laws: int
    orbit: int
    """Dimension of the orbit."""
    gap: float
    """Of the rank that told it."""


def rank(rows: ArrayLike, *, noise: float = 1e-12, enough: float = ENOUGH) -> Rank:
    """The rank of a matrix, read off the widest gap between neighbouring singular values.

    Arguments:
        rows: shape (k, d).
        noise: singular values below this share of the largest are taken for rounding.
        enough: the least gap that is accepted.

    Returns:
        The rank and its gap.

    Raises:
        AmbiguousRankError: no gap is wide enough.
    """
    values = np.linalg.svd(np.asarray(rows, dtype=float), compute_uv=False)
    return _widest(values, noise, enough)


def null_space(rows: ArrayLike, *, noise: float = 1e-12, enough: float = ENOUGH) -> tuple[Array, float]:
    """An orthonormal basis of what all rows, (k, d), are at right angles to, and the gap of their rank.

    Arguments and errors as for `rank`.

    Returns:
        Shape (d - rank, d), and the gap.
    """
    _, values, vectors = np.linalg.svd(np.asarray(rows, dtype=float), full_matrices=True)
    found = _widest(values, noise, enough)
    return np.asarray(vectors[found.rank :]), found.gap


def _widest(values: Array, noise: float, enough: float) -> Rank:
    if values.size == 0 or values[0] == 0:
        return Rank(0, np.inf)
    floor = noise * values[0]
    steps = np.append(np.maximum(values, floor), floor)
    ratios = steps[:-1] / steps[1:]
    found = int(ratios.argmax())
    if ratios[found] < enough:
        raise AmbiguousRankError(
            f"found no clear rank: the widest gap of {len(values)} singular values is {ratios[found]:.3g} "
            f"(after number {found + 1}), expected at least {enough:g}; integrate more finely or move the point"
        )
    return Rank(found + 1, float(ratios[found]))


# Fields that are linear in the state: X(Z) = M Z, with a component c along time where there is one.


class Fields(NamedTuple):
    """Vector fields on (t, Z), Z of shape (p, r): field i is (clock_i, matrix_i Z)."""

    clock: Array
    """Components along time, shape (k,); all 0 where time does not enter."""
    matrices: Array
    """Shape (k, p, p)."""
    timed: bool
    """Whether time is one of the coordinates."""


def with_momentum(fields: Fields, friction: float) -> Fields:
    """The fields of Z'' + friction Z' = -gradient on (t, (Z; Z')), states of twice as many rows.

    Source: the lift to phase space of Marcotte, Gribonval & Peyré (2024). One drift, and a force for each field.
    """
    k, p, _ = fields.matrices.shape
    matrices = np.zeros((k + 1, 2 * p, 2 * p))
    matrices[0, :p, p:] = np.eye(p)
    matrices[0, p:, p:] = -friction * np.eye(p)
    matrices[1:, p:, :p] = fields.matrices
    return Fields(np.append(1.0, np.zeros(k)), matrices, True)


def lie_closure(fields: Fields) -> Fields:
    """A basis of the Lie algebra that the fields generate: brackets with the fields are added until none is new.

    The bracket of two fields that are linear in the state is the commutator of their matrices; its clock is 0.
    """
    k, p, _ = fields.matrices.shape
    flat = np.column_stack([fields.clock, fields.matrices.reshape(k, -1)])
    flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    basis = _orthonormal(flat)
    fresh = basis
    while len(fresh):
        a, b = flat[:, 1:].reshape(-1, 1, p, p), fresh[:, 1:].reshape(1, -1, p, p)
        brackets = (a @ b - b @ a).reshape(-1, p * p)
        brackets = np.column_stack([np.zeros(len(brackets)), brackets])
        new = brackets - (brackets @ basis.T) @ basis
        fresh = _orthonormal(new[np.linalg.norm(new, axis=1) > 1e-9])  # entries are of order one, or rounding
        basis = np.concatenate([basis, fresh])
    return Fields(basis[:, 0], basis[:, 1:].reshape(-1, p, p), fields.timed)


def _orthonormal(rows: Array) -> Array:
    """An orthonormal basis of the span of rows, each of order one or absent."""
    if not len(rows):
        return rows
    _, values, vectors = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(vectors[: _widest(values, 1e-12, ENOUGH).rank])


def count_linear(fields: Fields, state: ArrayLike) -> Count:
    """The number of laws at a generic state, shape (p, r), of fields that are linear in it.

    Raises:
        AmbiguousRankError: the state is too close to a special one.
    """
    z = np.asarray(state, dtype=float)
    algebra = lie_closure(fields)
    tangents = (algebra.matrices @ z).reshape(len(algebra.matrices), -1)
    if algebra.timed:
        tangents = np.column_stack([algebra.clock, tangents])
    found = rank(tangents)
    return Count(tangents.shape[1] - found.rank, found.rank, found.gap)


# Fields that are polynomial in the parameters: gradients of products of weights along paths through a network.


class Paths(NamedTuple):
    """A network as a function of the products of its weights along paths from an input (or bias) to an output.

    φ_q(θ) = Σ over paths p of `sums[q, p]` Π over layers l of θ[`taken[p, l]`], where parameter D stands for a 1.
    """

    taken: NDArray[np.int64]
    """Which parameter a path takes in a layer, shape (paths, layers)."""
    sums: Array
    """Shape (functions, paths)."""
    size: int
    """D, the number of parameters: weights (out, in) of each layer one after the other, then the hidden biases."""


def gradients(model: Paths, theta: ArrayLike) -> Array:
    """The fields ∇φ_q at each of a batch of points.

    Arguments:
        theta: shape (batch, D).

    Returns:
        Shape (batch, functions, D).
    """
    values = _values(model, np.asarray(theta, dtype=float))
    out = np.zeros((len(values), len(model.taken), model.size + 1))
    for layer, others in _leave_out(values, 1):
        out[:, np.arange(len(model.taken)), model.taken[:, layer[0]]] += others
    return np.asarray(model.sums @ out[..., : model.size])


def count_by_flows(
    model: Paths,
    theta: ArrayLike,
    rng: np.random.Generator,
    *,
    flows: int = 24,
    reach: float = 0.1,
    steps: int = 50,
    enough: float = ENOUGH,
) -> Count:
    """The number of laws at a point, from fields pulled back along random flows.

    By the orbit theorem of Sussmann the pulled-back fields span the same space as all brackets. Each flow follows the
    gradients of two random combinations of the functions in turn.

    Arguments:
        theta: the point, shape (D,).
        rng: draws the combinations.
        flows: how many.
        reach: how far each half of a flow would go at its first speed, as a share of the distance to the origin.
        steps: of the classical Runge-Kutta method, for each half. A run with half as many tells the error, below which
            a singular value counts for nothing.
        enough: the least gap that is accepted.

    Raises:
        AmbiguousRankError: the rank is not clear.
    """
    start = np.asarray(theta, dtype=float)
    mixes = rng.standard_normal((2, flows, len(model.sums)))
    pulled = _pulled_back(model, start, mixes, reach, steps)
    error = np.linalg.norm(pulled - _pulled_back(model, start, mixes, reach, steps // 2))
    if not np.isfinite(error):
        raise AmbiguousRankError("found a flow that left for infinity, expected a shorter reach or more steps")
    rows = np.concatenate([gradients(model, start[None])[0], pulled])
    found = rank(rows, noise=max(float(error / np.linalg.norm(rows, 2)), 1e-12), enough=enough)
    return Count(model.size - found.rank, found.rank, found.gap)


def _pulled_back(model: Paths, start: Array, mixes: Array, reach: float, steps: int) -> Array:
    """The fields at the ends of flows from `start`, pulled back to it, of unit length, (flows functions, D)."""
    point = np.repeat(start[None], mixes.shape[1], axis=0)  # (flows, D)
    jacobian = np.repeat(np.eye(model.size)[None], len(point), axis=0)  # (flows, D, D)
    with np.errstate(all="ignore"):
        for mix in mixes:
            speed = np.linalg.norm(np.einsum("bq,bqd->bd", mix, gradients(model, point)), axis=1)
            pace = reach * np.linalg.norm(point, axis=1) / speed  # a multiple of a field has the same orbit
            point, jacobian = _flow(model, mix * pace[:, None], point, jacobian, steps)
        if not np.isfinite(jacobian).all():
            return np.full((len(point) * len(model.sums), model.size), np.nan)
        rows = np.linalg.solve(jacobian, np.swapaxes(gradients(model, point), 1, 2))
        rows = np.swapaxes(rows, 1, 2).reshape(-1, model.size)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _flow(model: Paths, mix: Array, point: Array, jacobian: Array, steps: int) -> tuple[Array, Array]:
    """Flow for unit time along the gradient of mix · φ, mix (batch, functions): where one arrives, and its Jacobian."""
    weights, d = mix @ model.sums, model.size  # (batch, paths)
    first, second = np.eye(d + 1), np.eye((d + 1) ** 2)
    into_gradient: dict[tuple[int, ...], Array] = {}  # where the derivative with respect to a choice of layers goes
    into_hessian: dict[tuple[int, ...], Array] = {}
    for a, b in itertools.permutations(range(model.taken.shape[1]), 2):
        into_gradient[(a,)] = first[model.taken[:, a]]
        into_hessian[a, b] = second[model.taken[:, a] * (d + 1) + model.taken[:, b]]

    def field(theta: Array) -> tuple[Array, Array]:
        """Gradient (batch, D) and Hessian (batch, D, D) of the mixture."""
        values = _values(model, theta)
        gradient, hessian = np.zeros((len(theta), d + 1)), np.zeros((len(theta), (d + 1) ** 2))
        for layer, others in _leave_out(values, 1):
            gradient += (weights * others) @ into_gradient[layer]
        for pair, others in _leave_out(values, 2):
            hessian += (weights * others) @ into_hessian[pair]
        return gradient[:, :d], hessian.reshape(-1, d + 1, d + 1)[:, :d, :d]

    h = 1 / steps
    for _ in range(steps):
        g1, h1 = field(point)
        k1 = h1 @ jacobian
        g2, h2 = field(point + h / 2 * g1)
        k2 = h2 @ (jacobian + h / 2 * k1)
        g3, h3 = field(point + h / 2 * g2)
        k3 = h3 @ (jacobian + h / 2 * k2)
        g4, h4 = field(point + h * g3)
        k4 = h4 @ (jacobian + h * k3)
        point = point + h / 6 * (g1 + 2 * g2 + 2 * g3 + g4)
        jacobian = jacobian + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return point, jacobian


def _values(model: Paths, theta: Array) -> Array:
    """The factors of every path, shape (batch, paths, layers)."""
    return np.column_stack([theta, np.ones(len(theta))])[:, model.taken]


def _leave_out(values: Array, count: int) -> list[tuple[tuple[int, ...], Array]]:
    """For each ordered choice of `count` layers: the products of the other factors, (batch, paths)."""
    layers = range(values.shape[2])
    return [
        (chosen, np.prod(values[..., [h for h in layers if h not in chosen]], axis=2))
        for chosen in itertools.permutations(layers, count)
    ]
