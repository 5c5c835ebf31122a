"""Errors that allow each point, or each group of points, a scatter of its own, and how well few points know them.

The sandwich with residuals brought to their own size (HC2; CR2 for groups of points), and degrees of freedom after
Satterthwaite: Bell and McCaffrey 2002, Survey Methodology 28, 169-181. Imbens and Kolesár 2016 (Review of Economics and
Statistics 98, 701-712) recommend both where points are few. Pure numerics.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEAST = 1e-8
"""An eigenvalue of what the fit leaves of a group below this share is 0: the fit follows it wholly."""


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
        moves = self.residual * self._weights(gradient)
        return float(np.linalg.norm(moves if self.group is None else np.bincount(self.group, weights=moves)))

    def freedom(self, gradient: Array) -> float:
        """Degrees of freedom of the error of a number: what Student's t is to be taken with.

        Those of a sum of squares with the mean and variance that the squared error has where all points scatter alike.

        Arguments:
            gradient: Of the number by the parameters, shape (p,).

        Returns:
            At least 1; as many as points less parameters where all points weigh alike.

        Examples:
            >>> import numpy as np
            >>> from lawbook import sandwich
            >>> mean = sandwich.of_design(np.ones((5, 1)), np.array([1.0, -1.0, 2.0, -2.0, 0.0]), None)
            >>> round(mean.freedom(np.ones(1)), 4)
            4.0
        """
        weights = self._weights(gradient)
        if self.group is None:
            own, inside = weights**2, weights[:, None] * self.u  # (G,), (G, r): seen in the design
        else:
            own = np.asarray(np.bincount(self.group, weights=weights**2), dtype=np.float64)
            inside = np.stack([self.u[rows].T @ weights[rows] for rows, _ in self._groups])
        felt = np.sum(inside**2, axis=1)
        mean = float(np.sum(own - felt))
        half_variance = float(np.sum(own**2 - 2 * own * felt) + np.sum((inside.T @ inside) ** 2))
        return max(mean**2 / half_variance, 1.0) if half_variance > 0 else 1.0

    def _weights(self, gradient: Array) -> Array:
        """What the number moves by when a point moves by 1, adjusted for what the fit leaves of it, shape (k,)."""
        weights = self.u @ (gradient @ self.back)
        if self.group is None:
            left = 1 - np.sum(self.u**2, axis=1)
            return np.where(left > LEAST, weights / np.sqrt(np.maximum(left, LEAST)), 0.0)
        for rows, root in self._groups:
            weights[rows] = root @ weights[rows]
        return np.asarray(weights)

    @cached_property
    def _groups(self) -> list[tuple[NDArray[np.intp], Array]]:
        """The points of each group, and the root of the inverse of what the fit leaves of them."""
        assert self.group is not None  # asked for only then
        found = []
        for name in range(int(self.group.max()) + 1):
            rows = np.flatnonzero(self.group == name)
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
        group: Which points move together, any numbers, shape (k,), or None.
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
