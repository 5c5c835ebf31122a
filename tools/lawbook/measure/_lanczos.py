"""A symmetric operator that is known by its products with vectors, and what Lanczos sees of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from lawbook.measure._arrays import read

Array = NDArray[np.float64]
Vector = NDArray[np.floating[Any]]
Product = Callable[[Any], Any]

ROWS = 16  # of the basis in one piece: it grows as it is needed, and is never copied


class Operator:
    """v -> A v on R^p, each product looked at and counted.

    Vectors are handed over in the precision that was asked for; that of the first product is the precision of all.
    """

    def __init__(self, product: Product, size: int, dtype: DTypeLike) -> None:
        if not callable(product):
            raise ValueError(f"found a product of type {type(product).__name__}, expected a function of a vector")
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"found size={size!r}, expected the number of parameters, an integer of at least 1")
        self.given = np.dtype(dtype)
        if self.given not in (np.float32, np.float64):
            raise ValueError(f"found dtype={self.given}, expected float32 or float64")
        self.size, self.products = int(size), 0
        self.dtype = self.given  # of the basis
        self.rounding = float(np.finfo(self.given).eps)
        self._product = product

    def __call__(self, vector: Vector) -> Vector:
        """The product, shape (p,), in `dtype`."""
        image = read(self._product(np.array(vector, self.given)), "a product")  # a copy: it may be written into
        self.products += 1
        which = f"product number {self.products}"
        if image.shape != (self.size,):
            raise ValueError(f"found {which} of shape {image.shape}, expected {(self.size,)}, that of the vector")
        if image.dtype.kind not in "fiu":
            raise ValueError(f"found {which} of type {image.dtype}, expected real floating-point numbers")
        wrong = self.size - int(np.isfinite(image).sum())
        if wrong:
            raise ValueError(f"found {wrong} of {self.size} entries of {which} infinite or undefined (NaN)")
        if self.products == 1 and image.dtype.kind == "f":
            self.dtype = np.dtype(np.float64 if image.dtype.itemsize >= 8 else np.float32)
            self.rounding = max(float(np.finfo(image.dtype).eps), float(np.finfo(np.float64).eps))
        return image.astype(self.dtype, copy=False)

    def check_symmetry(self, found: float, scale: float, allowed: float | None) -> None:
        """Raise if products with two vectors of length one were seen to differ by more than rounding makes them."""
        limit = self.rounding**0.5 if allowed is None else allowed
        if found > limit * scale:
            raise ValueError(
                f"found products that are not symmetric: u·Av and v·Au differ by {found / scale:.1g} of the largest "
                f"eigenvalue seen, {scale:.3g}; expected at most {limit:.1g}. A Hessian-vector product is symmetric if "
                "each call takes the same data, parameters and dropout mask. If it is computed more coarsely than in "
                f"{self.dtype}, return it in the type that it is computed in, or say so by asymmetry="
            )


class Krylov:
    """Orthonormal v_0, v_1, .. of a Krylov space, by Lanczos with full reorthogonalisation.

    `A v_j = off[j - 1] v_(j - 1) + diagonal[j] v_j + off[j] v_(j + 1) + Σ_i beside[i, j] v_i`, where the last term is
    rounding if A is symmetric. Where the space is invariant, `off` is 0.
    """

    def __init__(self, operator: Operator, first: Vector) -> None:
        self.operator, self.taken = operator, 0
        self.diagonal, self.off = np.zeros(ROWS), np.zeros(ROWS)
        self.beside = np.zeros((ROWS, ROWS))
        self._next: Vector = unit(first)
        self._pieces: list[Vector] = []

    def extend(self) -> None:
        """Take one product, with the next vector of the basis."""
        j, vector = self.taken, self._next
        image = self.operator(vector)
        vector = self._append(vector.astype(image.dtype))
        alpha = float(vector @ image)
        rest = image - image.dtype.type(alpha) * vector
        if j and self.off[j - 1]:
            rest -= image.dtype.type(self.off[j - 1]) * self._row(j - 1)
        beside = self._without(rest)  # after the three terms one pass leaves the basis orthogonal to rounding
        beta = length(rest)
        self.diagonal[j], self.beside[: j + 1, j] = alpha, beside
        self.taken = j + 1
        invariant = beta <= 10 * self.operator.rounding * self.bound()
        self.off[j] = 0 if invariant else beta
        if self.taken < self.operator.size:
            self._next = self._fresh() if invariant else rest / image.dtype.type(beta)

    def bound(self) -> float:
        """What no eigenvalue of the tridiagonal matrix exceeds by more than a factor of 2, in magnitude."""
        seen = slice(0, self.taken)
        return float(np.abs(self.diagonal[seen]).max() + self.off[seen].max())

    def asymmetry(self) -> float:
        """The largest difference between u·Av and v·Au that was seen, for vectors of the basis."""
        return float(np.abs(self.beside[: self.taken, : self.taken]).max())

    def combine(self, coordinates: Array) -> Vector:
        """The vectors, shape (p, vectors), with these coordinates in the basis, (taken, vectors)."""
        shares = coordinates.astype(self.operator.dtype)
        return np.asarray(sum(rows.T @ shares[i : i + len(rows)] for i, rows in self._live()))

    def _live(self) -> list[tuple[int, Vector]]:
        """The rows of the basis in pieces, each with the number of its first."""
        starts = range(0, self.taken, ROWS)
        return [(i, piece[: self.taken - i]) for i, piece in zip(starts, self._pieces, strict=False)]

    def _row(self, index: int) -> Vector:
        return np.asarray(self._pieces[index // ROWS][index % ROWS])

    def _append(self, vector: Vector) -> Vector:
        if self.taken == len(self._pieces) * ROWS:
            self._pieces.append(np.zeros((ROWS, vector.size), vector.dtype))
        if self.taken == len(self.diagonal):
            more = self.taken
            self.diagonal, self.off = np.pad(self.diagonal, (0, more)), np.pad(self.off, (0, more))
            self.beside = np.pad(self.beside, (0, more))
        self._pieces[-1][self.taken % ROWS] = vector
        return vector

    def _without(self, vector: Vector) -> Array:
        """Take from a vector, in place, what it has of the basis up to the one just appended; shape (taken + 1,)."""
        self.taken += 1
        removed = []
        for _, rows in self._live():
            shares = rows @ vector
            vector -= shares @ rows
            removed.append(shares)
        self.taken -= 1
        return np.concatenate(removed).astype(np.float64)

    def _fresh(self) -> Vector:
        """A direction off the basis, uncoupled: else a start that is an eigenvector would hide larger eigenvalues."""
        vector = direction(self.operator.size, self.taken).astype(self.operator.dtype)
        for _ in range(2):
            for _, rows in self._live():
                vector -= (rows @ vector) @ rows
            vector = unit(vector)
        return vector


def direction(size: int, index: int) -> Array:
    """A fixed pseudo-random unit vector of shape (size,), another one for each index."""
    return np.asarray(unit(np.random.default_rng(index).standard_normal(size)))


def beginning(start: ArrayLike | None, size: int) -> Array:
    """Where Lanczos begins: at a start with a little of a fixed direction, or at that direction alone."""
    first = direction(size, 0)
    if start is None:
        return first
    given = read(start, "start")
    if given.shape != (size,) or given.dtype.kind not in "fiu" or not np.isfinite(given).all():
        raise ValueError(
            f"found a start of shape {given.shape} and type {given.dtype}, expected {(size,)} finite real numbers"
        )
    vector = given.astype(np.float64)
    return np.asarray(unit(vector) + 0.03 * first) if vector.any() else first


def length(vector: Vector) -> float:
    """The Euclidean length, in units of the largest entry: squares of small or large ones leave the range."""
    largest = float(np.abs(vector).max())
    return largest * float(np.linalg.norm(vector / vector.dtype.type(largest))) if largest else 0.0


def unit(vector: Vector) -> Vector:
    """A vector scaled to length one; one of zeros stays so."""
    size = length(vector)
    return vector / vector.dtype.type(size) if size else vector
