"""Errors that allow each point, or each group of points, a scatter of its own, and quantiles for few points.

The sandwich with residuals brought to their own size (HC2; CR2 for groups of points: Bell and McCaffrey 2002, Survey
Methodology 28, 169-181). Its ratio to what it stands for does not follow Student's t where points scatter unequally,
so the quantile comes from the wild bootstrap: the residuals with random signs, group by group (Wu 1986, Annals of
Statistics 14, 1261-1295; Cameron, Gelbach and Miller 2008, Review of Economics and Statistics 90, 414-427). Pure
numerics.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEAST = 1e-8
"""An eigenvalue of what the fit leaves of a group below this share is 0: the fit follows it wholly."""
SIGNS = 1999
"""How often signs are drawn."""


@dataclass(frozen=True)
class Sandwich:
    """The design of a fit and what its points are off by.

    Attributes:
        u: Orthonormal design, shape (k, r).
        back: Maps numbers' gradients by the parameters to coordinates in it, shape (p, r).
        residual: Shape (k,).
        group: Which points move together, numbers from 0 on, shape (k,); each by itself if None.
    """

    u: Array
    back: Array
    residual: Array
    group: NDArray[np.int64] | None

    def unit(self, gradient: Array) -> float:
        """The error that a number would have if each point scattered by 1.

        Arguments:
            gradient: Of the number by the parameters, shape (p,).

        Examples:
            >>> import numpy as np
            >>> from lawbook import sandwich
            >>> mean = sandwich.of_design(np.ones((4, 1)), np.array([1.0, -1.0, 2.0, -2.0]), None)
            >>> mean.unit(np.ones(1))
            0.5
        """
        return float(np.linalg.norm(gradient @ self.back))

    def error(self, gradient: Array) -> float:
        """One standard error of a number.

        Arguments:
            gradient: Of the number by the parameters, shape (p,).

        Examples:
            >>> import numpy as np
            >>> from lawbook import sandwich
            >>> mean = sandwich.of_design(np.ones((5, 1)), np.array([1.0, -1.0, 2.0, -2.0, 0.0]), None)
            >>> round(mean.error(np.ones(1)), 4)  # the error of a mean of five
            0.7071
        """
        return float(self._errors(self._weights(gradient), self.residual[None])[0])

    def quantile(self, gradient: Array, level: float) -> float:
        """Standard errors to either side of a number that cover with probability `level`.

        Arguments:
            gradient: Of the number by the parameters, shape (p,).
            level: A probability, below 1.

        Returns:
            About what Student's t gives where all points scatter alike.

        Examples:
            >>> import numpy as np
            >>> from lawbook import sandwich
            >>> rng = np.random.default_rng(0)
            >>> mean = sandwich.of_design(np.ones((20, 1)), rng.standard_normal(20), None)
            >>> 1.9 < mean.quantile(np.ones(1), 0.95) < 2.3
            True
        """
        weights = self._weights(gradient)
        moved = self._signed @ (self.u @ (gradient @ self.back))
        left = self._signed - (self._signed @ self.u) @ self.u.T
        return float(np.quantile(np.abs(moved) / self._errors(weights, left), level))

    @cached_property
    def _signed(self) -> Array:
        """The residuals, brought to the size of what they stand for, with random signs, shape (signs, k)."""
        own = np.empty_like(self.residual)
        for rows, root in self._groups:
            own[rows] = root @ root @ self.residual[rows]
        signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(SIGNS, len(self._groups)))
        return np.asarray(signs[:, self._which] * own)

    def _weights(self, gradient: Array) -> Array:
        """What the number moves by when a point moves by 1, adjusted for what the fit leaves of it, shape (k,)."""
        weights = self.u @ (gradient @ self.back)
        for rows, root in self._groups:
            weights[rows] = root @ weights[rows]
        return np.asarray(weights)

    def _errors(self, weights: Array, residuals: Array) -> Array:
        """Errors for several sets of residuals, shape (m, k) to (m,)."""
        moves = residuals * weights
        if self.group is not None:
            sums = np.zeros((len(moves), len(self._groups)))
            np.add.at(sums.T, self._which, moves.T)
            moves = sums
        return np.asarray(np.sqrt(np.sum(moves**2, axis=1)))

    @property
    def _which(self) -> NDArray[np.int64]:
        return np.arange(len(self.residual)) if self.group is None else self.group

    @cached_property
    def _groups(self) -> list[tuple[NDArray[np.intp], Array]]:
        """The points of each group, and the root of the inverse of what the fit leaves of them."""
        found = []
        order = np.argsort(self._which, kind="stable")
        starts = np.flatnonzero(np.diff(self._which[order], prepend=-1))
        for rows in np.split(order, starts[1:]):
            values, vectors = np.linalg.eigh(np.eye(len(rows)) - self.u[rows] @ self.u[rows].T)
            inverse = np.where(values > LEAST, 1 / np.sqrt(np.maximum(values, LEAST)), 0.0)
            found.append((rows, (vectors * inverse) @ vectors.T))
        return found


def of_design(
    jacobian: Array, residual: Array, group: NDArray[np.int64] | None, *, tolerance: float = 1e-10
) -> Sandwich:
    """The sandwich of a fit by least squares.

    Arguments:
        jacobian: Of the weighted residuals by the parameters, shape (k, p), in steps of like size.
        residual: What each point is off by, shape (k,).
        group: Which points move together, numbers from 0 on, shape (k,), or None.
        tolerance: What moves no point by more than this share counts as rounding.

    Returns:
        The sandwich. Directions that no point feels are left out.

    Examples:
        >>> import numpy as np
        >>> from lawbook import sandwich
        >>> design = np.stack([np.ones(6), np.arange(6.0)], axis=1)
        >>> line = sandwich.of_design(design, np.array([1, -1, 1, -1, 1, -1.0]), np.array([0, 0, 1, 1, 2, 2]))
        >>> round(line.error(np.array([0.0, 1.0])), 3)
        0.154
    """
    lengths = np.linalg.norm(jacobian, axis=0)
    unit = np.where(lengths > tolerance * lengths.max(initial=0.0), 1 / np.maximum(lengths, np.finfo(float).tiny), 0.0)
    u, singular, vt = np.linalg.svd(jacobian * unit, full_matrices=False)
    good = singular > tolerance * singular.max(initial=0.0)
    back = unit[:, None] * vt[good].T / singular[good]
    numbered = None if group is None else np.unique(group, return_inverse=True)[1].astype(np.int64)
    return Sandwich(u[:, good], back, residual, numbered)
