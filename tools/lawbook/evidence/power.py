"""How hard a check is: its prediction is changed by rule, and the recorded points are judged against each changed law.

Nothing is measured again. A changed law is caught where not every recorded point holds with it in the place of the
prediction, and has survived where every one does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lawbook.evidence.record import Measured, Run
from lawbook.evidence.trial import Array, Interval, Trial, follows, in_words
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Entry

__all__ = ["Changed", "Interval", "Power", "in_words", "power_of", "power_of_run", "total", "weak"]

ENOUGH = 0.8
"""A check that catches less than this share of its changed laws says in its entry what it is blind to."""

EQUIVALENT = 1e-6  # relative: the same as the prediction
SAME = 1e-9  # relative: one changed law, told twice


@dataclass(frozen=True)
class Changed:
    """A changed law, and whether the recorded points tell it from the law."""

    says: str
    caught: bool


@dataclass(frozen=True)
class Power:
    """How many changed laws a check catches, which survive, and how far each constant and exponent may move."""

    caught: int
    counted: int
    survivors: tuple[str, ...]
    intervals: tuple[Interval, ...]

    @property
    def share(self) -> float | None:
        """The share of the changed laws that is caught; None where none counts."""
        return self.caught / self.counted if self.counted else None


def power_of(catalog: Catalog, entry: Entry, record: Measured) -> Power | None:
    """The power of a check, from what was recorded.

    Not counted are changed laws that equal the prediction at every recorded point, that are not finite at one, or that
    follow from it: a bound that is weaker at every point. Two that give the same numbers count once.

    Arguments:
        catalog: The catalog that the entry is of.
        entry: The entry.
        record: The record of one of its checks.

    Returns:
        The power; None for a control, for a check that is marked `not-reproduced`, and for one that does not hold.

    Examples:
        >>> from pathlib import Path
        >>> from lawbook.evidence.power import power_of
        >>> from lawbook.evidence.record import Measured
        >>> from lawbook.reference.catalog import Catalog
        >>> power_of(Catalog(Path()), None, Measured("control", "a2000", "c", "l", "k", "fails", ())) is None
        True
    """
    found = entry.check(record.id) if record.kind == "check" else None
    if found is None or found[2].not_reproduced is not None:
        return None
    trial = Trial(catalog, found[1], found[2], record)
    if not trial.holds(trial.predicted):
        return None
    laws = _counted(trial)
    survivors = tuple(law.says for law in laws if not law.caught)
    return Power(len(laws) - len(survivors), len(laws), survivors, tuple(map(trial.interval, trial.shown)))


def power_of_run(catalog: Catalog, run: Run) -> dict[str, Power]:
    """The power of every check of a run that has one.

    Arguments:
        catalog: The catalog.
        run: A run of one of its papers.

    Returns:
        By the id of the check, in the order of the run. Nothing of an invalid run.
    """
    entry = catalog.require(run.paper)
    known = _known.get(run.paper)
    if known is None or known[0] is not run or (known[1] is not entry and known[1] != entry):
        if run.content:
            name, made_of = f"{run.paper}.power", (catalog.digest(run.paper), run.content, run.status)
            known = run, entry, catalog.kept.get(name, made_of, lambda: _power_of_run(catalog, run))
        else:
            known = run, entry, _power_of_run(catalog, run)
    _known[run.paper] = run, entry, known[2]
    return dict(known[2])


_known: dict[str, tuple[Run, Entry, dict[str, Power]]] = {}  # by paper: each page asks


def _power_of_run(catalog: Catalog, run: Run) -> dict[str, Power]:
    entry = catalog.entries[run.paper]
    records = [record for record in run.measured if record.kind == "check" and run.status != "invalid"]
    powers = {record.id: power_of(catalog, entry, record) for record in records}
    return {name: power for name, power in powers.items() if power is not None}


def total(powers: Iterable[Power]) -> tuple[int, int]:
    """How many changed laws all checks catch together, and how many count.

    Arguments:
        powers: The power of each check.

    Returns:
        The two counts.

    Examples:
        >>> from lawbook.evidence.power import Power, total
        >>> total([Power(9, 10, ("2 becomes 4",), ()), Power(5, 5, (), ())])
        (14, 15)
    """
    listed = list(powers)
    return sum(power.caught for power in listed), sum(power.counted for power in listed)


def weak(catalog: Catalog, run: Run) -> list[str]:
    """The checks of a run that catch too few changed laws and do not say what they are blind to.

    Arguments:
        catalog: The catalog.
        run: A run of one of its papers.

    Returns:
        A sentence for each, in the order of the run.
    """
    entry = catalog.require(run.paper)
    problems = []
    for name, power in power_of_run(catalog, run).items():
        found = entry.check(name)
        assert found is not None  # it has a power
        if power.share is not None and power.share < ENOUGH and found[2].blind_to is None:
            problems.append(
                f"{run.paper}: the check {name!r} catches {power.caught} of {power.counted} changed laws, expected"
                f" {100 * ENOUGH:.0f} % or a sentence in `blind-to`; survivors: {'; '.join(power.survivors)}"
            )
    return problems


def _counted(trial: Trial) -> list[Changed]:
    """The changed laws that count, each once, in the order of the rules."""
    told: list[str] = []
    rows: list[Array] = []
    for place in trial.places:
        now = trial.at(place.now)
        changes = place.changes(now if place.kind == "exponent" else now[0])
        told += [says for says, _ in changes]
        rows += list(trial.at(place.tree, np.array([np.broadcast_to(new, now.shape) for _, new in changes])))
    for part in trial.parts:
        told.append(part.says)
        rows.append(trial.at(part.tree))
    counts = _counts(trial, np.array(rows))
    caught = ~trial.holds(np.array(rows))
    return [Changed(says, bool(c)) for says, c, counted in zip(told, caught, counts, strict=True) if counted]


def _counts(trial: Trial, laws: Array) -> NDArray[np.bool_]:
    """Which of the changed laws, shape (laws, points), count."""
    counts = np.isfinite(laws).all(axis=1) & ~_agree(laws, trial.predicted, EQUIVALENT)
    if trial.check.sense != "equal":
        counts &= ~follows(trial.check, laws, trial.predicted)
    for i in np.flatnonzero(counts):
        counts[i] = not _agree(laws[:i][counts[:i]], laws[i], SAME).any()
    return counts


def _agree(laws: Array, one: Array, relative: float) -> NDArray[np.bool_]:
    """Which laws equal `one` at every point."""
    rounding = 1e-13 * np.max(np.abs(one))
    with np.errstate(all="ignore"):
        return np.asarray((np.abs(laws - one) <= relative * np.abs(one) + rounding).all(axis=1))
