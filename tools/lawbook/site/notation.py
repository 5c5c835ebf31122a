"""The index of quantities: each with its letter, unit and role, the laws that use it, and how their papers write it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from markupsafe import Markup

from lawbook.reference.catalog import Catalog
from lawbook.reference.symbols import Symbol
from lawbook.site.markdown import Writer, plain
from lawbook.site.markdown import math as to_math

ROLES = {"observable": "measured", "control": "set", "constant": "fixed by the problem"}


@dataclass(frozen=True)
class Use:
    """A law that uses a quantity."""

    paper: str
    law: str
    short: str  # of the paper
    name: str  # of the law, as plain words


@dataclass
class Row:
    """A quantity of the index.

    Attributes:
        id: What the address of the row ends in; empty for a quantity that the canonical notation does not have.
        math: Its letter.
        name: What it is.
        unit: Its unit; empty for a pure number.
        role: What it is to an experiment, in words.
        letters: Other letters by which papers write it, each with the papers that do.
        uses: The laws, in the order of the book.
    """

    id: str
    math: Markup
    name: Markup
    unit: str
    role: str
    letters: dict[str, list[str]] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)

    @property
    def papers(self) -> list[str]:
        """The ids of the papers that use it."""
        return list(dict.fromkeys(use.paper for use in self.uses))

    @property
    def written(self) -> list[tuple[Markup, list[str]]]:
        """Other letters as MathML, with the papers."""
        return [(to_math(letter), papers) for letter, papers in self.letters.items()]


def index(catalog: Catalog, papers: Iterable[str], write: Writer) -> tuple[list[Row], dict[str, list[Row]]]:
    """The canonical quantities, then those that entries define for themselves, by family and in order of their names.

    Arguments:
        catalog: The book.
        papers: The ids of its entries in the order of the book.
        write: Writes names for the page.
    """
    canonical = {
        name: _row(name, Symbol.model_validate({}).model_copy(update=dict(quantity)), quantity.name, write)
        for name, quantity in catalog.notation.items()
    }
    own: dict[str, dict[tuple[str, str], Row]] = {family: {} for family in catalog.families}
    for paper in papers:
        entry, short = catalog.entries[paper], catalog.works[paper].short
        for law_id, law in entry.laws.items():
            use = Use(paper, law_id, short, plain(law.name))
            for name in law.symbols:
                symbol = catalog.symbol(law, name)
                said = symbol.name or name
                row = canonical.get(name)
                if row is None:
                    key = plain(said).casefold(), symbol.unit or "1"
                    row = own[catalog.family_of[paper]].setdefault(key, _row("", symbol, said, write))
                row.uses.append(use)
                letter = symbol.paper_writes or symbol.latex or name
                if to_math(letter) != row.math:
                    known = row.letters.setdefault(letter, [])
                    if short not in known:
                        known.append(short)
    return list(canonical.values()), {
        family: [row for _, row in sorted(rows.items(), key=lambda item: item[0])]
        for family, rows in own.items()
        if rows
    }


def _row(id: str, symbol: Symbol, name: str, write: Writer) -> Row:
    unit = "" if symbol.unit in (None, "1") else str(symbol.unit)
    return Row(id, to_math(symbol.latex or name), write.line(name), unit, ROLES[symbol.role or "constant"])
