"""Which runs are held out to see how a fit foretells what it has not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lawbook.own.runs import Runs

Mask = NDArray[np.bool_]

FOLDS = 10
"""In so many parts runs are held out, each in turn."""
LARGEST = 0.2
"""The share of the runs, the largest, that is held out to try how a fit extrapolates."""


def folds(runs: Runs) -> list[Mask]:
    """Parts of the runs, each run in one of them, those of a group together; the same ones every time.

    Examples:
        >>> import lawbook
        >>> from lawbook.own.held_out import folds
        >>> parts = folds(lawbook.runs({"n": range(1, 25), "loss": range(1, 25)}, n="n"))
        >>> len(parts), int(sum(part.sum() for part in parts))
        (10, 24)
    """
    units, which = _units(runs)
    order = np.random.default_rng(0).permutation(units)
    part = np.empty(units, dtype=int)
    part[order] = np.arange(units) % min(FOLDS, units)
    return [part[which] == i for i in range(min(FOLDS, units))]


def largest(runs: Runs) -> Mask:
    """The fifth of the runs with the largest product of all axes, each counted in its own range; groups as wholes.

    Examples:
        >>> import numpy as np
        >>> import lawbook
        >>> from lawbook.own.held_out import largest
        >>> np.flatnonzero(largest(lawbook.runs({"n": range(1, 11), "loss": range(1, 11)}, n="n")))
        array([8, 9])
    """
    size = np.zeros(len(runs))
    for values in runs.x.values():
        logs = np.log(values)
        size += (logs - logs.min()) / max(float(np.ptp(logs)), np.finfo(float).tiny)
    units, which = _units(runs)
    by_unit = np.full(units, -np.inf)
    np.maximum.at(by_unit, which, size)
    chosen = np.argsort(by_unit, kind="stable")[units - max(1, round(LARGEST * units)) :]
    return np.isin(which, chosen)


def _units(runs: Runs) -> tuple[int, NDArray[np.intp]]:
    """How many runs or groups there are, and which one each run is of."""
    if runs.group is None:
        return len(runs), np.arange(len(runs))
    names, which = np.unique(runs.group, return_inverse=True)
    return len(names), which
