"""Errors that allow each point, or each group of points, a scatter of its own, and how well so few points know them.

The sandwich with residuals brought to their own size (HC2; CR2 for groups), and degrees of freedom after Satterthwaite:
Bell and McCaffrey 2002 (Survey Methodology 28, 169-181). Imbens and Kolesár 2016 (Review of Economics and Statistics
98, 701-712) found intervals from the two to cover where the common sandwich does not, with a dozen points. Pure
numerics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEAST = 1e-8
"""An eigenvalue of what the fit leaves of a group below this share is 0: the fit follows it wholly."""


class Spread(NamedTuple):
    """How far a number made from the parameters of a fit may be off."""

    error: float
    """One standard error."""
    freedom: float
    """Degrees of freedom of that error, at least 1: what Student's t is to be taken with."""
    unit: float
    """The error that it would have if each weighted point scattered by 1."""


@dataclass(frozen=True)
class Sandwich:
    """The design of a fit and what its points are off by.

    Attributes:
        u: Orthonormal design, shape (k, r).
        back: Maps numbers' gradients by the parameters to coordinates in it, shape (p, r).
        score: What each point is off by, as the loss counts it, shape (k,).
        group: Which points move together, shape (k,); each by itself if None.
    """

    u: Array
    back: Array
    score: Array
    group: NDArray[np.int64] | None

    def of(self, gradient: Array) -> Spread:
        """The spread of a number.

        Arguments:
            gradient: Of the number by the parameters, shape (p,).

        Returns:
            Its error, with the degrees of freedom.

        Examples:
            >>> import numpy as np
            >>> from lawbook import sandwich
            >>> mean = sandwich.of_design(np.ones((5, 1)), np.array([1.0, -1.0, 2.0, -2.0, 0.0]), None)
            >>> found = mean.of(np.ones(1))  # the error of a mean of five, and its four degrees of freedom
            >>> round(found.error, 4), round(found.freedom, 4), round(found.unit, 4)
            (0.7071, 4.0, 0.4472)
        """
        along = gradient @ self.back  # (r,)
        weight = self.u @ along  # (k,): the number moves by `weight` times what the points move
        own, inside = self._adjusted(weight)  # (G,) squares of length, (G, r)
        told = self._sums(weight)
        trace = float(np.sum(own) - np.sum(inside**2))
        square = float(np.sum(own**2) - 2 * np.sum(own * np.sum(inside**2, axis=1)) + np.sum((inside.T @ inside) ** 2))
        freedom = trace**2 / square if square > 0 else 1.0
        return Spread(float(np.sqrt(np.sum(told**2))), max(freedom, 1.0), float(np.linalg.norm(along)))

    def _adjusted(self, weight: Array) -> tuple[Array, Array]:
        """Of each group the squared length of its adjusted weights, and these seen in the design."""
        if self.group is None:
            left = 1 - np.sum(self.u**2, axis=1)
            scaled = np.where(left > LEAST, weight / np.sqrt(np.maximum(left, LEAST)), 0.0)
            return scaled**2, scaled[:, None] * self.u
        parts = [(rows, root @ weight[rows]) for rows, root in self._groups()]
        return np.array([b @ b for _, b in parts]), np.stack([self.u[rows].T @ b for rows, b in parts])

    def _sums(self, weight: Array) -> Array:
        """What each group moves the number by."""
        if self.group is None:
            left = 1 - np.sum(self.u**2, axis=1)
            return np.where(left > LEAST, weight * self.score / np.sqrt(np.maximum(left, LEAST)), 0.0)
        return np.array([weight[rows] @ root @ self.score[rows] for rows, root in self._groups()])

    def _groups(self) -> list[tuple[NDArray[np.intp], Array]]:
        """The rows of each group, and the root of the inverse of what the fit leaves of it."""
        assert self.group is not None  # asked for only then
        found = []
        for name in np.unique(self.group):
            rows = np.flatnonzero(self.group == name)
            values, vectors = np.linalg.eigh(np.eye(len(rows)) - self.u[rows] @ self.u[rows].T)
            inverse = np.where(values > LEAST, 1 / np.sqrt(np.maximum(values, LEAST)), 0.0)
            found.append((rows, (vectors * inverse) @ vectors.T))
        return found


def of_design(jacobian: Array, score: Array, group: NDArray[np.int64] | None, *, tolerance: float = 1e-10) -> Sandwich:
    """The sandwich of a fit.

    Arguments:
        jacobian: Of the weighted residuals by the parameters, shape (k, p), in steps of like size.
        score: What each point is off by: its residual, or Huber's ψ of it over the mean slope of ψ, shape (k,).
        group: Which points move together, shape (k,), or None.
        tolerance: What moves no point by more than this share counts as rounding.

    Returns:
        The sandwich. Directions that no point feels are left out.

    Examples:
        >>> import numpy as np
        >>> from lawbook import sandwich
        >>> design = np.stack([np.ones(6), np.arange(6.0)], axis=1)
        >>> line = sandwich.of_design(design, np.array([1, -1, 1, -1, 1, -1.0]), np.array([0, 0, 1, 1, 2, 2]))
        >>> round(line.of(np.array([0.0, 1.0])).error, 3)  # within each group the errors cancel, nearly
        0.154
    """
    lengths = np.linalg.norm(jacobian, axis=0)
    unit = np.where(lengths > tolerance * lengths.max(initial=0.0), 1 / np.maximum(lengths, np.finfo(float).tiny), 0.0)
    u, singular, vt = np.linalg.svd(jacobian * unit, full_matrices=False)
    good = singular > tolerance * singular.max(initial=0.0)
    back = unit[:, None] * vt[good].T / singular[good]
    return Sandwich(u[:, good], back, score, group)
