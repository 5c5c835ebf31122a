"""`lawbook.compare`: several laws fitted to the same runs, and which of them the runs can tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lawbook.numbers import plain
from lawbook.own.fit import LawFit, fit
from lawbook.own.runs import Runs
from lawbook.own.text import percent, table

Array = NDArray[np.float64]

APART = 2.0
"""So many standard errors of the difference tell two laws apart."""


@dataclass(frozen=True)
class Pair:
    """Two laws by how well they foretell runs that were held out.

    Attributes:
        better: The one with the smaller squared misses.
        worse: The other.
        difference: Mean over the runs of the difference of squared misses, worse less better.
        error: One standard error of it, runs of a group together.
    """

    better: str
    worse: str
    difference: float
    error: float

    @property
    def told_apart(self) -> bool:
        """Whether the difference is more than two standard errors."""
        return self.difference > APART * self.error


@dataclass(frozen=True)
class Comparison:
    """Laws fitted to the same runs, the best foreteller first. Print it.

    Attributes:
        fits: The fits, by law.
        criterion: By law, Akaike's information criterion with the correction for few runs (Hurvich & Tsai 1989), less
            that of the best: of two laws that differ by 10 the worse has next to nothing for it, if misses are normal.
        pairs: Each pair of laws.
    """

    fits: dict[str, LawFit]
    criterion: dict[str, float]
    pairs: list[Pair]

    def rows(self) -> list[list[str]]:
        """What the table shows of each law.

        Returns:
            Law, number of constants, misses, held out, of the largest fifth, ΔAICc, as text.

        Examples:
            >>> import lawbook
            >>> n = [1e6, 4e6, 16e6, 64e6, 256e6, 1e9]
            >>> table = {"N": n, "D": n[::-1], "loss": [4.0, 3.61, 3.22, 2.94, 2.63, 2.38]}
            >>> runs = lawbook.runs(table, N="N", D="D")
            >>> found = lawbook.compare(["kaplan2020/loss-vs-parameters", "kaplan2020/loss-vs-data"], runs)
            >>> [row[:2] for row in found.rows()]
            [['kaplan2020/loss-vs-parameters', '2'], ['kaplan2020/loss-vs-data', '2']]
        """
        rows = []
        for name, one in self.fits.items():
            held = one.held_out()
            misses = [percent(miss) for miss in (one.rms, held.each, held.largest)]
            rows.append([name, str(len(one.names)), *misses, f"{self.criterion[name]:.1f}"])
        return rows

    def sentences(self) -> list[str]:
        """What the runs say of each pair of laws.

        Returns:
            A sentence on each: which foretells better, or that the runs cannot tell.

        Examples:
            >>> import lawbook
            >>> n = [1e6, 4e6, 16e6, 64e6, 256e6, 1e9]
            >>> table = {"N": n, "D": n[::-1], "loss": [4.0, 3.61, 3.22, 2.94, 2.63, 2.38]}
            >>> runs = lawbook.runs(table, N="N", D="D")
            >>> found = lawbook.compare(["kaplan2020/loss-vs-parameters", "kaplan2020/loss-vs-data"], runs)
            >>> found.sentences()[0].partition(" than")[0]
            'kaplan2020/loss-vs-parameters foretells better'
        """
        told = []
        for pair in self.pairs:
            words = f"the runs cannot tell {pair.better} from {pair.worse}"
            words = f"{pair.better} foretells better than {pair.worse}" if pair.told_apart else words
            by = f"{plain(1e4 * pair.difference, 2)} ± {plain(1e4 * pair.error, 2)} squared per cent"
            told.append(f"{words}: squared misses of held-out runs differ by {by}")
        return told

    def __str__(self) -> str:
        head = ["", "constants", "misses", "held out", "largest fifth", "ΔAICc"]
        first = f"{len(self.fits)} laws fitted to {next(iter(self.fits.values())).runs}"
        return "\n".join([first, "", table(head, self.rows()), "", *(f"  {line}" for line in self.sentences())])


def compare(
    laws: Sequence[str],
    runs: Runs,
    *,
    huber: float | None = None,
    scatter: Literal["equal", "unequal"] | None = None,
    root: str | Path | None = None,
) -> Comparison:
    """Fit several laws to the same runs, and say which the runs can tell apart.

    Arguments:
        laws: Two or more, as for `lawbook.fit`.
        runs: From `lawbook.runs`.
        huber: As for `lawbook.fit`.
        scatter: As for `lawbook.fit`.
        root: The folder of the book.

    Returns:
        The fits, with held-out errors and an information criterion; print it.

    Raises:
        ValueError: Fewer than two laws, one twice, or too few runs to hold some out; and whatever `lawbook.fit` raises.

    Examples:
        >>> import numpy as np
        >>> import lawbook
        >>> n, d = np.repeat([1e6, 1e7, 1e8], 8), np.tile(np.geomspace(1e8, 1e11, 8), 3)
        >>> loss = ((6e13 / n) ** 0.75 + 2e13 / d) ** 0.1 * np.exp(0.002 * np.cos(np.arange(24.0) ** 2))
        >>> runs = lawbook.runs({"N": n, "D": d, "loss": loss}, N="N", D="D")
        >>> found = lawbook.compare(["kaplan2020/joint-loss", "kaplan2020/loss-vs-parameters"], runs)
        >>> found.pairs[0].better, found.pairs[0].told_apart
        ('kaplan2020/joint-loss', True)
    """
    names = list(laws) if not isinstance(laws, str) else [laws]
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"found {', '.join(names) or 'nothing'}, expected two different laws or more")
    fits = {name: fit(name, runs, huber=huber, scatter=scatter, root=root) for name in names}
    fits = {one.law.name: one for one in sorted(fits.values(), key=lambda one: one.held_out().each)}
    if len(fits) < len(names):
        raise ValueError(f"found one law by two names among {', '.join(names)}, expected different laws")
    criteria = {name: _criterion(one) for name, one in fits.items()}
    least = min(criteria.values())
    pairs = [_pair(one, other) for i, one in enumerate(fits.values()) for other in list(fits.values())[i + 1 :]]
    return Comparison(fits, {name: value - least for name, value in criteria.items()}, pairs)


def _criterion(one: LawFit) -> float:
    """Akaike's, corrected; the scatter counts as a constant where the runs do not have errors."""
    count, residual = len(one.runs), one.weighted
    free = len(one.names) + (one.runs.error is None)
    spread = float(residual @ residual)
    fits = spread if one.runs.error is not None else count * float(np.log(spread / count))
    return fits + 2 * free + (2 * free * (free + 1) / (count - free - 1) if count > free + 1 else np.inf)


def _pair(one: LawFit, other: LawFit) -> Pair:
    """The two by their squared misses of held-out runs; the differences of a group count as one."""
    apart = other.held_out().misses ** 2 - one.held_out().misses ** 2
    if one.runs.group is not None:
        apart = np.array([apart[one.runs.group == group].mean() for group in np.unique(one.runs.group)])
    mean, error = float(apart.mean()), float(apart.std(ddof=1) / np.sqrt(len(apart)))
    first, second = (one, other) if mean >= 0 else (other, one)
    return Pair(first.law.name, second.law.name, abs(mean), error)
