"""A law of the book as something to be fitted: which of its symbols a table gives, which are constants to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lawbook.reference.api import formula, open_entry
from lawbook.reference.bound import LawFormula
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Entry, Law

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Unfitted:
    """A law, and what of it is to be fitted.

    Attributes:
        name: paper/law.
        catalog: The book, with its entry alone.
        entry: Its entry.
        law: The law in it.
        formula: Its formula.
        x: Of each symbol on an axis, the name that the runs have for it.
        free: Start values of the constants to be fitted.
        given: Values of the others.
        positive: Which of the free are above 0, or 0.
    """

    name: str
    catalog: Catalog
    entry: Entry
    law: Law
    formula: LawFormula
    x: dict[str, str]
    free: dict[str, float]
    given: dict[str, float]
    positive: frozenset[str]

    def letter(self, symbol: str) -> str:
        """A symbol as a reader types it: its shortest letter, or its id."""
        return min(self.formula.words(symbol), key=lambda word: (len(word), word))


def unfitted(
    reference: str, axes: tuple[str, ...], given: Mapping[str, float] | None = None, *, root: str | Path | None = None
) -> Unfitted:
    """The law `reference`, with the symbols named `axes` on its axes.

    Raises:
        UnknownNameError: There is no such law.
        ValueError: It has no closed form, or nothing to be fitted.
        TypeError: A symbol of `given` that it has not, or one without a value.
    """
    bound = formula(reference, root=root)
    paper, _, law_id = bound.name.partition("/")
    catalog, entry = open_entry(paper, root)
    law = entry.laws[law_id]
    x = {bound.symbol(axis): axis for axis in axes if bound.has(axis)}
    held = {bound.symbol(word): float(value) for word, value in (given or {}).items()}
    twice = sorted(x.keys() & held.keys())
    if twice:
        raise TypeError(f"{bound.name} was given {', '.join(twice)} as a column and as a number, expected one of them")
    in_order = [name for name in law.symbols if name in bound.symbols]
    left = [name for name in in_order if name not in x and name not in held]
    set_by_hand = [name for name in left if bound.known[name].role == "control"]
    if set_by_hand:
        told = ", ".join(f"{name} ({bound.known[name].name})" for name in set_by_hand)
        raise TypeError(
            f"{bound.name} needs a column or a number for {told}; the runs have {', '.join(axes)}: "
            f'lawbook.runs(…, {set_by_hand[0]}="…") or given={{"{set_by_hand[0]}": …}}'
        )
    if not x:
        raise TypeError(
            f"{bound.name} has none of the symbols {', '.join(axes)} of the runs, expected {', '.join(bound.symbols)}"
        )
    if not left:
        raise ValueError(f"{bound.name} has no constant left to be fitted, expected at least one")
    starts = {name: _start(bound, name) for name in left}
    positive = frozenset(name for name in left if _is_positive(bound, name))
    return Unfitted(bound.name, catalog, entry, law, bound, x, starts, held, positive)


def _start(bound: LawFormula, name: str) -> float:
    """The value that the entry has for a constant: the one reported, the default, or 1."""
    reported = [float(r.value) for r in bound.reported if r.symbol == name and not isinstance(r.value, str)]
    default = bound.known[name].value
    return next((value for value in (*reported, default) if value is not None), 1.0)


def _is_positive(bound: LawFormula, name: str) -> bool:
    """Whether a constant is above 0: its start is, or its range says so."""
    start, given = _start(bound, name), bound.known[name].range
    return (start > 0 and (given is None or given[0] >= 0)) or (start == 0 and given is not None and given[0] >= 0)
