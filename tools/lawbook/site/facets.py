"""What lists of laws are narrowed down by: the facets, and the values that each law has of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, get_args

from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Entry, Kind, Law
from lawbook.site import verdicts
from lawbook.site.inert import clean
from lawbook.site.markdown import plain
from lawbook.site.support import SUPPORT
from lawbook.site.verdicts import Told, Tone


@dataclass(frozen=True)
class Facet:
    """A question that each law has answers to."""

    id: str
    title: str
    any: str  # what the choice says while nothing is chosen


FACETS = (
    Facet("family", "Family", "all families"),
    Facet("kind", "Kind", "any kind"),
    Facet("support", "Rests on", "anything"),
    Facet("verdict", "Measured", "any outcome"),
    Facet("assumes", "Assumes", "anything"),
    Facet("tells", "Tells", "anything"),
    Facet("turn", "You can turn", "anything"),
    Facet("data", "Data", "any data"),
    Facet("origin", "Origin", "paper or here"),
)
ORIGIN = {"paper": "stated in the paper", "ours": "derived here"}
# The worst first, as the table sorts them.
VERDICT = {
    "fails": "a claim fails",
    "undecided": "undecided, or in too few seeds",
    "not-reproduced": "something not reproduced",
    "not-run": "not run yet",
    "no-check": "no check",
    "by-construction": "by construction alone",
    "holds": "every claim holds",
}
_OUTCOME: dict[Tone, str] = {
    "good": "holds", "other": "not-reproduced", "open": "undecided", "bad": "fails", "confounded": "fails",
    "algebra": "by-construction", "none": "not-run",
}  # fmt: skip
# Entries say in their own words what a check was measured on: the same data set is one value.
MADE = "made for the test"
_DATA = {
    "handwritten digits": re.compile(r"\bdigits\b"),
    "documentation of Python packages": re.compile(r"documentation|docstring"),
    "photographs": re.compile(r"photograph"),
}


@dataclass(frozen=True)
class Line:
    """A law in a list."""

    paper: str
    id: str
    name: str  # as plain text
    told: Told
    values: Mapping[str, tuple[str, ...]]  # facet to the values that the law has, most important first


@dataclass(frozen=True)
class Paper:
    """A paper with its laws."""

    id: str
    label: str  # who and when
    title: str  # as plain text
    family: str
    year: str
    lines: tuple[Line, ...]

    @property
    def size(self) -> int:
        """How many laws."""
        return len(self.lines)


class Judged(Protocol):
    """A book with what was measured."""

    catalog: Catalog
    evidence: Mapping[str, Evidence]
    papers: list[str]  # in the order in which they are listed


class Listing:
    """All laws of a book in its order, and what each value of a facet is called."""

    def __init__(self, book: Judged) -> None:
        catalog = book.catalog
        self._labels: dict[str, dict[str, str]] = {facet.id: {} for facet in FACETS}
        self.assumption = same_assumptions(catalog.entries.values())
        self.papers = [self._paper(book, paper) for paper in book.papers]
        self.lines = [line for paper in self.papers for line in paper.lines]
        fixed = {
            "family": {name: plain(family.title) for name, family in catalog.families.items()},
            "kind": {kind: kind.replace("-", " ") for kind in get_args(Kind)},
            "support": SUPPORT | {"empirical": "empirical"},  # shorter, for a column
            "verdict": VERDICT,
            "origin": ORIGIN,
        }
        used = {facet.id: {value for line in self.lines for value in line.values[facet.id]} for facet in FACETS}
        self.labels: dict[str, dict[str, str]] = {
            facet.id: {
                value: label
                for value, label in fixed.get(facet.id, _sorted(self._labels[facet.id])).items()
                if value in used[facet.id]
            }
            for facet in FACETS
        }

    def having(self, facet: str, value: str) -> list[Line]:
        """The laws that have a value of a facet."""
        return [line for line in self.lines if value in line.values[facet]]

    def _paper(self, book: Judged, paper: str) -> Paper:
        catalog, found = book.catalog, book.evidence.get(paper)
        entry, work = catalog.entries[paper], catalog.works[paper]
        lines = [
            self._line(catalog, paper, law_id, law, verdicts.tally(entry, found, law))
            for law_id, law in entry.laws.items()
        ]
        return Paper(paper, work.short, plain(entry.title), catalog.family_of[paper], work.year, tuple(lines))

    def _line(self, catalog: Catalog, paper: str, law_id: str, law: Law, told: Told) -> Line:
        outcome = "no-check" if told.word == "no check" else _OUTCOME[told.tone]
        values = {
            "family": (catalog.family_of[paper],),
            "kind": (law.kind,),
            "support": (law.support,),
            "verdict": (outcome,),
            "assumes": self._named("assumes", (_spoken(self.assumption[name]) for name in law.assumes)),
            "tells": self._named("tells", map(_as_value, observables(catalog, law))),
            "turn": self._named("turn", map(_as_value, controls(catalog, law))),
            "data": self._named("data", map(_as_value, data_sets(law))),
            "origin": (law.origin,),
        }
        return Line(paper, law_id, plain(law.name), told, values)

    def _named(self, facet: str, found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Values with what they are called; each once."""
        values = []
        for value, label in found:
            self._labels[facet].setdefault(value, label)
            values.append(value)
        return tuple(dict.fromkeys(values))


def in_order(catalog: Catalog) -> list[str]:
    """The papers as lists have them: family by family, the oldest first."""
    order = list(catalog.families)
    return sorted(catalog.entries, key=lambda p: (order.index(catalog.family_of[p]), catalog.works[p].year, p))


def same_assumptions(entries: Iterable[Entry]) -> dict[str, str]:
    """The name that stands for each name of an assumption: the same name, or the same sentence, is one assumption.

    Assumptions are written entry by entry. Of several names the one that most entries use stands for all.
    """
    uses: Counter[str] = Counter()
    by_text: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        uses.update(entry.assumptions.keys())
        for name, assumption in entry.assumptions.items():
            by_text[plain(assumption.text).rstrip(".").casefold()].add(name)
    one = {name: name for name in uses}
    for names in by_text.values():
        joined = {name for name, stands in one.items() if stands in {one[name] for name in names}}
        best = min(joined, key=lambda name: (-uses[name], name))
        one |= dict.fromkeys(joined, best)
    return one


def observables(catalog: Catalog, law: Law) -> Iterator[str]:
    """The names of what a law tells: what its formula gives, what it has of the canonical observables, else its own."""
    gives = [law.formula.gives] if law.formula.gives in law.symbols else []
    seen = [name for name in law.symbols if catalog.symbol(law, name).role == "observable"]
    shared = [name for name in seen if name in catalog.notation]
    for name in dict.fromkeys([*gives, *shared] or seen):
        yield short_name(catalog.symbol(law, name).name or name)


def controls(catalog: Catalog, law: Law) -> Iterator[str]:
    """The names of what one can turn: the symbols of a law that an experimenter sets."""
    for name in law.symbols:
        symbol = catalog.symbol(law, name)
        if symbol.role == "control":
            yield short_name(symbol.name or name)


def data_sets(law: Law) -> Iterator[str]:
    """The names of the data that the checks of a law were measured on."""
    for check in law.checks.values():
        if check.data is None:
            yield MADE
            continue
        known = [name for name, pattern in _DATA.items() if pattern.search(check.data)]
        yield from known or [plain(check.data)]


def short_name(name: str) -> str:
    """The name of a quantity up to its explanation: `compute, parameters times steps` is `compute`."""
    return re.split(r", | \(|; ", plain(name))[0].strip() or plain(name)


def _spoken(name: str) -> tuple[str, str]:
    return name, name.replace("-", " ")


def slug(label: str) -> str:
    """What stands for a label in addresses: its letters and digits."""
    return re.sub(r"[\W_]+", "-", clean(label).casefold()).strip("-") or "other"


def _as_value(label: str) -> tuple[str, str]:
    return slug(label), label


def _sorted(labels: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(labels.items(), key=lambda item: (item[1].casefold(), item[0])))
