"""Counting conservation laws: how many functions of the parameters a flow keeps, whatever the data and the loss.

The gradients of all losses of a model lie in the span of a few vector fields. A function is conserved by all of them if
and only if it is constant on the orbit, the set that can be reached by following the fields and their Lie brackets. So
the number of independent laws is the dimension of the space less that of the orbit (Marcotte, Gribonval & Peyré 2023).
Two ways close the span under brackets: commutators of matrices, where the fields are linear in the state; and finite
differences, exact up to rounding, where they are polynomials. No known answer enters. Plain NumPy: the matrices are
small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.measure._arrays import real, rounding

Array = NDArray[np.float64]

ENOUGH = 1e4  # between the last singular value that counts and the first that does not
ROUNDING = 1e-12  # of brackets, as a share of the terms that they are differences of
MOST_NUMBERS = 20_000_000  # coordinates of points at which fields are evaluated at once: 160 MB


class AmbiguousRankError(ValueError):
    """The singular values have no gap that tells a rank, or the rank is not the same at the point and beside it."""


class Rank(NamedTuple):
    """A numerical rank."""

    rank: int
    """How many singular values count."""
    gap: float
    """Ratio of the last singular value that counts to the first that does not (or to the noise, at full rank)."""


class NullSpace(NamedTuple):
    """What all rows of a matrix are at right angles to."""

    basis: Array
    """Orthonormal, shape (d - rank, d)."""
    gap: float
    """Of the rank."""
    turned: float
    """Sine of the largest angle by which noise of the rows may have turned the basis."""


class Count(NamedTuple):
    """How many independent laws there are at a point."""

    laws: int
    """Dimension of the space less that of the orbit."""
    orbit: int
    """Dimension of the orbit."""
    gap: float
    """Of the rank that told it; the least where several did."""


def rank(rows: ArrayLike, *, noise: float | None = None, enough: float = ENOUGH) -> Rank:
    """The rank of a matrix, read off the widest gap between neighbouring singular values.

    Arguments:
        rows: shape (k, d). Scale them so that rows and columns of the same standing have about the same size: a value
            of 1e-8 beside a value of 1 may be a matter of units, and is refused.
        noise: singular values below this share of the largest are taken for rounding. By default 20 √max(k, d)
            roundings of the precision in which the rows come: 4e-14 for 100 rows in double precision, 2e-5 in single.
        enough: the least gap that is accepted, 1e4 by default.

    Returns:
        The rank and its gap.

    Raises:
        AmbiguousRankError: no gap is wide enough, or the widest leaves out a singular value above the noise.
        ValueError: not a matrix of finite real numbers, or `noise` not below 1.

    Examples:
        >>> from lawbook.measure import conservation
        >>> conservation.rank([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]).rank
        1
        >>> conservation.rank([[1.0, 0.0], [0.0, 1e-8]], noise=1e-7).rank
        1
    """
    matrix, noise = _matrix(rows, noise)
    return _widest(np.asarray(np.linalg.svd(matrix, compute_uv=False), dtype=float), noise, enough)


def null_space(rows: ArrayLike, *, noise: float | None = None, enough: float = ENOUGH) -> NullSpace:
    """An orthonormal basis of what all rows are at right angles to.

    Rounding of the rows turns the basis, the more the smaller the least singular value that counts. Whoever goes on to
    take the rank of something computed from the basis has to hand that on as noise: it can be far above the rounding
    of the last operation. The bound is Wedin's sin Θ theorem (1972), noise over the least value that counts.

    Arguments:
        rows: as for `rank`, shape (k, d).
        noise: as for `rank`.
        enough: as for `rank`.

    Returns:
        The basis, shape (d - rank, d), the gap of the rank, and how far noise may have turned the basis.

    Raises:
        AmbiguousRankError: as for `rank`.
        ValueError: as for `rank`.

    Examples:
        >>> from lawbook.measure import conservation
        >>> basis, gap, turned = conservation.null_space([[3.0, 4.0], [6.0, 8.0]])
        >>> basis.shape, bool(abs(abs(basis[0, 0]) - 0.8) < 1e-12), turned < 1e-14
        ((1, 2), True, True)
    """
    matrix, noise = _matrix(rows, noise)
    _, values, vectors = np.linalg.svd(matrix, full_matrices=True)
    found = _widest(values, noise, enough)
    turned = noise * values[0] / values[found.rank - 1] if found.rank else 0.0
    return NullSpace(np.asarray(vectors[found.rank :]), found.gap, float(turned))


def _matrix(rows: ArrayLike, noise: float | None) -> tuple[Array, float]:
    """Rows in double precision, largest entry 1, and the noise of their singular values."""
    matrix = real(rows, "rows", 2)
    if noise is None:
        noise = 20 * rounding(rows) * math.sqrt(max(*matrix.shape, 1))
    if not 0 < noise < 1:
        raise ValueError(f"found noise={noise!r}, expected a share of the largest singular value between 0 and 1")
    largest = np.abs(matrix).max(initial=0)
    return matrix / largest if largest else matrix, noise


def _widest(values: Array, noise: float, enough: float) -> Rank:
    """The rank that singular values, in falling order, tell."""
    if values.size == 0 or values[0] == 0:
        return Rank(0, np.inf)
    floor = noise * values[0]
    steps = np.append(np.maximum(values, floor), floor)
    ratios = steps[:-1] / steps[1:]
    found = int(ratios.argmax())
    if ratios[found] < enough:
        raise AmbiguousRankError(
            f"found no clear rank: the widest gap of {len(values)} singular values is {ratios[found]:.3g} "
            f"(after number {found + 1}), expected at least {enough:g}; move the point, or compute more exactly"
        )
    if steps[found + 1] > floor:
        raise AmbiguousRankError(
            f"found no clear rank: after the widest gap of {len(values)} singular values (a factor {ratios[found]:.3g} "
            f"after number {found + 1}) comes {steps[found + 1] / values[0]:.3g} of the largest, expected at most the "
            f"noise, {noise:.3g}; bring rows and columns to one size, or say how much noise there is"
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


def _checked(fields: Fields) -> tuple[Array, Array]:
    clock, matrices = real(fields.clock, "clock", 1), real(fields.matrices, "matrices", 3)
    if matrices.shape[1:] != (matrices.shape[1],) * 2 or clock.shape != matrices.shape[:1]:
        raise ValueError(
            f"found matrices of shape {matrices.shape} and a clock of shape {clock.shape}, expected (k, p, p) and (k,)"
        )
    if clock.any() and not fields.timed:
        raise ValueError("found fields with a component along time, expected none where `timed` is False")
    return clock, matrices


def with_momentum(fields: Fields, friction: float) -> Fields:
    """The fields of Z'' + friction Z' = -gradient on (t, (Z; Z')), states of twice as many rows.

    Source: the lift to phase space of Marcotte, Gribonval & Peyré (2024). One drift, and a force for each field.

    Arguments:
        fields: without time, matrices of shape (k, p, p).
        friction: per unit of time. Choose the unit so that it is of order one, or 0.

    Returns:
        k + 1 fields, matrices of shape (k + 1, 2p, 2p).

    Raises:
        ValueError: the fields have time already, or something is not finite.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import conservation
        >>> spring = conservation.Fields(np.zeros(1), np.ones((1, 1, 1)), False)
        >>> conservation.with_momentum(spring, 0.5).matrices.tolist()
        [[[0.0, 1.0], [0.0, -0.5]], [[0.0, 0.0], [1.0, 0.0]]]
    """
    if fields.timed:
        raise ValueError("found fields on time and state, expected fields on the state alone: momentum adds the time")
    if not math.isfinite(friction):
        raise ValueError(f"found friction={friction!r}, expected a finite number")
    _, forces = _checked(fields)
    k, p, _ = forces.shape
    matrices = np.zeros((k + 1, 2 * p, 2 * p))
    matrices[0, :p, p:] = np.eye(p)
    matrices[0, p:, p:] = -friction * np.eye(p)
    matrices[1:, p:, :p] = forces
    return Fields(np.append(1.0, np.zeros(k)), matrices, True)


def lie_closure(fields: Fields) -> Fields:
    """A basis of the Lie algebra that the fields generate: brackets with the fields are added until none is new.

    The bracket of two fields that are linear in the state is the commutator of their matrices; its clock is 0.

    Arguments:
        fields: matrices of shape (k, p, p). Fields that vanish are left out.

    Returns:
        At most p² + 1 fields, orthonormal as vectors of their entries.

    Raises:
        AmbiguousRankError: it is not clear whether a bracket is new; choose units in which the fields' entries are of
            one size.
        ValueError: wrong shapes, or entries that are not finite.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import conservation
        >>> turns = np.array([[[0, 1, 0], [-1, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1], [0, -1, 0]]])
        >>> algebra = conservation.lie_closure(conservation.Fields(np.zeros(2), turns, False))
        >>> len(algebra.matrices)  # the third axis of rotation is the bracket of the other two
        3
    """
    clock, matrices = _checked(fields)
    k, p, _ = matrices.shape
    flat = np.column_stack([clock, matrices.reshape(k, p * p)])
    flat = flat[flat.any(axis=1)]
    flat = flat / np.abs(flat).max(axis=1, keepdims=True)  # first, for squares of very small entries would vanish
    flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    basis = fresh = _off(flat, flat[:0])
    while len(fresh):
        a, b = flat[:, 1:].reshape(-1, 1, p, p), fresh[:, 1:].reshape(1, -1, p, p)
        brackets = (a @ b - b @ a).reshape(-1, p * p)  # of unit matrices: rounding is of order 1e-16
        fresh = _off(np.column_stack([np.zeros(len(brackets)), brackets]), basis)
        basis = np.concatenate([basis, fresh])
    return Fields(basis[:, 0], basis[:, 1:].reshape(-1, p, p), fields.timed)


def _off(rows: Array, basis: Array) -> Array:
    """An orthonormal basis of what rows, of length one at most, add to the span of an orthonormal basis."""
    for _ in range(2):  # once leaves what rounding put back
        rows = rows - (rows @ basis.T) @ basis
    _, values, vectors = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(vectors[: _added(values, len(basis), ROUNDING, ENOUGH).rank])


def _added(values: Array, known: int, noise: float, enough: float) -> Rank:
    """How many directions rows add to `known` orthonormal ones, from the singular values of their parts off those.

    Together they are the singular values of all rows, of which a part near rounding does not count.
    """
    together = np.sort(np.append(np.ones(known), values))[::-1]
    found = _widest(together, noise, enough)
    return Rank(found.rank - known, found.gap)


def count_linear(fields: Fields, state: ArrayLike) -> Count:
    """The number of laws at a state, shape (p, r), of fields that are linear in it.

    At a special state (of low rank, say) the orbit is smaller than nearby, and the count is that of the special state.

    Arguments:
        fields: matrices of shape (k, p, p).
        state: shape (p, r), in any unit.

    Returns:
        The laws, with time among their variables if the fields have it.

    Raises:
        AmbiguousRankError: the state is too close to a special one, or its rows differ too much in size.
        ValueError: wrong shapes, or entries that are not finite.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import conservation
        >>> turn = np.array([[0.0, 1.0], [-1.0, 0.0]])  # a rotation of the plane keeps the radius
        >>> fields = conservation.Fields(np.zeros(1), turn[None], False)
        >>> found = conservation.count_linear(fields, [[3.0], [4.0]])
        >>> found.laws, found.orbit
        (1, 1)
    """
    algebra = lie_closure(fields)
    z = real(state, "state", 2)
    p = algebra.matrices.shape[1]
    if len(z) != p or z.size == 0:
        raise ValueError(f"found a state of shape {z.shape}, expected ({p}, r) with r at least 1, as the fields have")
    size = np.abs(z).max()
    tangents = (algebra.matrices @ (z / size if size else z)).reshape(len(algebra.matrices), z.size)
    if algebra.timed:
        tangents = np.column_stack([algebra.clock, tangents])
    found = rank(tangents, noise=ROUNDING)
    return Count(tangents.shape[1] - found.rank, found.rank, found.gap)


# Fields that are polynomials of the parameters: the gradients of a network's products of weights, for one.

Field = Callable[[Array], Array]
"""Maps points, shape (batch, D), to k fields there, shape (batch, k, D)."""


class _Family(NamedTuple):
    """Fields that are polynomials of at most that degree."""

    at: Field
    degree: int


class _Terms(NamedTuple):
    """What brackets ∂Y X - ∂X Y at some points consist of, each (batch, m, D), or m = 1 for one field with all."""

    x: Array
    y: Array
    y_along_x: Array
    x_along_y: Array

    def bracket(self) -> Array:
        """Shape (batch, m, D)."""
        return self.y_along_x - self.x_along_y

    def scale(self) -> Array:
        """The size that brackets would have if nothing cancelled, (batch, m, 1): rounding is a share of it."""
        x, y, first, second = (np.sqrt(np.einsum("bmd,bmd->bm", a, a)) for a in self)
        size = x * y + first + second  # derivatives are taken over a length of 1
        return np.where(size == 0, 1, size)[..., None]


class _Brackets(NamedTuple):
    """Brackets as functions of points (batch, D), polynomials of at most that degree."""

    at: Callable[[Array], _Terms]
    degree: int


def count_polynomial(
    fields: Field, theta: ArrayLike, rng: np.random.Generator, *, degree: int, enough: float = ENOUGH
) -> Count:
    """The number of laws at a generic point, of fields that are polynomials of the parameters.

    Brackets [X, Y] = ∂Y X - ∂X Y are differences of directional derivatives, which central differences at enough nodes
    give exactly for polynomials, nested ones too. First all brackets of pairs, then those of a random combination of
    the fields with whatever was new, until nothing is. At a generic point, near which the ranks are constant, a
    combination that adds nothing means that none does (Frobenius). So the ranks are taken at a second, random point as
    well and must agree.

    Arguments:
        fields: maps points, shape (batch, D), to the fields there, shape (batch, k, D), in double precision.
        theta: the point, shape (D,); in any unit, if the fields are homogeneous polynomials.
        rng: draws the second point and the combinations.
        degree: of the polynomials, or more. Four layers of weights have gradients of degree 3.
        enough: the least gap of singular values that is accepted, 1e4 by default.

    Returns:
        The laws at `theta` and all generic points near it.

    Raises:
        AmbiguousRankError: a rank is not clear, or the point is special: ranks are higher beside it.
        ValueError: wrong shapes, single precision, numbers that are not finite, fields that are no polynomials of that
            degree, or brackets so deeply nested that they cannot be computed.

    Examples:
        >>> import numpy as np
        >>> from lawbook.measure import conservation
        >>> def field(points):  # the gradient of xyz, which keeps two differences of squares
        ...     x, y, z = points.T
        ...     return np.stack([y * z, x * z, x * y], axis=1)[:, None]
        >>> rng = np.random.default_rng(0)
        >>> conservation.count_polynomial(field, [1.0, 2.0, 3.0], rng, degree=2).laws
        2
    """
    start = real(theta, "theta", 1)
    if start.size == 0 or degree < 0:
        raise ValueError(f"found {start.size} parameters and degree={degree}, expected at least 1 and at least 0")
    unit = float(np.abs(start).max()) or 1.0
    if degree * abs(math.log10(unit)) > 100:
        raise ValueError(f"found parameters of size {unit:.3g}, expected fields of degree {degree} not to overflow")
    given = _Family(lambda x: _evaluated(fields, unit * x), degree)
    line = start / unit + np.linspace(0, 1, degree + 2)[:, None] * rng.standard_normal(start.size)
    along = given.at(line)  # (degree + 2, k, D)
    points, values = line[[0, -1]], along[[0, -1]]
    sizes = np.linalg.norm(values, axis=2).max(axis=0)
    sizes[sizes == 0] = 1.0
    _check_degree(along / sizes[:, None])

    span = np.zeros((2, 0, start.size))  # orthonormal at each of the points
    mix, span, gap = _grown(values / sizes[:, None], span, enough)
    mix = mix / sizes
    generators = _Family(lambda x: mix @ given.at(x), degree)
    brackets, found = _of_pairs(generators, len(mix)), list[_Family]()
    while 0 < span.shape[1] < start.size:
        terms = brackets.at(points)
        scale = terms.scale()
        new, span, clear = _grown(terms.bracket() / scale, span, enough)
        gap = min(gap, clear)
        if not len(new):
            break
        found.append(_combined(brackets, new / scale[0, :, 0]))
        brackets = _with_each(_drawn(generators, len(mix), rng), tuple(found))
    orbit = span.shape[1]
    return Count(start.size - orbit, orbit, gap)


def _evaluated(fields: Field, points: Array) -> Array:
    values = np.asarray(fields(points))
    if values.ndim != 3 or values.shape[::2] != points.shape:
        raise ValueError(
            f"found fields of shape {values.shape} at points of shape {points.shape}, expected (batch, k, D)"
        )
    if values.dtype != np.float64:
        raise ValueError(f"found fields computed as {values.dtype}, expected double precision (float64)")
    if not np.isfinite(values).all():
        raise ValueError("found fields that are infinite or undefined (NaN) near the point, expected polynomials")
    return values


def _check_degree(values: Array) -> None:
    """Raise if fields at equal steps on a line, (degree + 2, k, D), are no polynomials: the last difference is 0."""
    n = len(values) - 1
    weights = np.array([(-1) ** i * math.comb(n, i) for i in range(n + 1)]) / 2**n
    left = np.abs(np.tensordot(weights, values, 1)).max(initial=0)
    whole = np.tensordot(np.abs(weights), np.abs(values), 1).max(initial=0)
    if left > 1e-10 * whole:
        raise ValueError(
            f"found fields that are no polynomials of degree {n - 1}: a share {left / whole:.2g} of the difference of "
            "next order is left, expected rounding; give a higher degree, or fields that are polynomials"
        )


def _grown(rows: Array, span: Array, enough: float) -> tuple[Array, Array, float]:
    """What rows (2, m, D) add to a span (2, r, D) at both points.

    Returns:
        Combinations (q, m) of the rows that are orthonormal off the span at the first point, the span with them, and
        the gap.
    """
    for _ in range(2 if span.size else 0):
        rows = rows - (rows @ np.swapaxes(span, 1, 2)) @ span
    left, values, vectors = np.linalg.svd(rows, full_matrices=False)
    here, there = (_added(v, span.shape[1], ROUNDING, enough) for v in values)
    if here.rank != there.rank:
        raise AmbiguousRankError(
            f"found fields and brackets that span {span.shape[1] + here.rank} directions at the point and "
            f"{span.shape[1] + there.rank} at a random one, expected a generic point; move it"
        )
    q = here.rank
    mix = left[0, :, :q].T / values[0, :q, None]
    return mix, np.concatenate([span, vectors[:, :q]], axis=1), min(here.gap, there.gap)


def _of_pairs(family: _Family, size: int) -> _Brackets:
    """The brackets of each pair of a family of that size."""
    i, j = np.triu_indices(size, 1)

    def at(points: Array) -> _Terms:
        values = family.at(points)
        _, slopes = _along(family, points, values)
        return _Terms(values[:, i], values[:, j], slopes[:, i, j], slopes[:, j, i])

    return _Brackets(at, 2 * family.degree - 1)


def _with_each(left: _Family, families: tuple[_Family, ...]) -> _Brackets:
    """The brackets of one field with all of some families."""

    def at(points: Array) -> _Terms:
        field = left.at(points)  # (batch, 1, D)
        values, slopes = zip(*(_along(family, points, field) for family in families), strict=True)
        others, forward = np.concatenate(values, axis=1), np.concatenate(slopes, axis=2)[:, 0]
        return _Terms(field, others, forward, _along(left, points, others)[1][:, :, 0])

    return _Brackets(at, left.degree + max(family.degree for family in families) - 1)


def _combined(brackets: _Brackets, mix: Array) -> _Family:
    """Combinations of brackets as a family."""
    return _Family(lambda points: np.asarray(mix @ brackets.at(points).bracket()), brackets.degree)


def _drawn(family: _Family, size: int, rng: np.random.Generator) -> _Family:
    """One random combination of a family of that size."""
    weights = rng.standard_normal((1, size)) / math.sqrt(size)
    return _Family(lambda points: np.asarray(weights @ family.at(points)), family.degree)


def _along(family: _Family, points: Array, directions: Array) -> tuple[Array, Array]:
    """A family at points (batch, D), and its derivatives in m directions at each, (batch, m, D): (batch, m, k, D)."""
    steps, weights = _central(family.degree)
    lengths = np.sqrt(np.einsum("bmd,bmd->bm", directions, directions))[..., None]
    lengths[lengths == 0] = 1.0
    there = points[:, None, None] + steps[:, None] * (directions / lengths)[:, :, None]  # (batch, m, nodes, D)
    if there.size > MOST_NUMBERS:
        raise ValueError(
            f"found brackets nested so deeply that they need the fields at {there.size // points.shape[1]} points at "
            f"once, expected at most {MOST_NUMBERS // points.shape[1]}; count a smaller model"
        )
    values = family.at(np.concatenate([points, there.reshape(-1, points.shape[1])]))
    beside = values[len(points) :].reshape(*there.shape[:3], -1)  # (batch, m, nodes, k D)
    slopes = (weights @ beside) * lengths
    return values[: len(points)], slopes.reshape(*there.shape[:2], -1, points.shape[1])


@lru_cache
def _central(degree: int) -> tuple[Array, Array]:
    """Nodes in (-1, 1), and the weights that give the derivative at 0 of any polynomial of that degree.

    Half as many pairs as the degree, at roots of a Chebyshev polynomial, where rounding grows least.
    """
    pairs = max(1, (degree + 1) // 2)
    nodes = np.cos(np.pi * (2 * np.arange(pairs) + 1) / (4 * pairs))
    powers = nodes ** (2 * np.arange(pairs)[:, None] + 1)  # row j: the nodes to the power 2 j + 1
    weights = np.linalg.solve(powers, np.eye(pairs)[0]) / 2
    return np.append(nodes, -nodes), np.append(weights, -weights)
