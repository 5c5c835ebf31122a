"""What a terminal shows of the book, made of catalog and evidence: plain data, kept by `lawbook.site.shelf`.

Everything slow happens here: reading the entries, judging the runs. What is kept is text and numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.math_text import math_text
from lawbook.reference.model import Entry
from lawbook.reference.problem import Problem
from lawbook.reference.prose import citations
from lawbook.site import search, search_index
from lawbook.site.facets import Line, Listing, in_order
from lawbook.site.in_words import shown
from lawbook.site.prose_text import Names, first_sentence


@dataclass
class _Book:
    """What lists of laws are made from."""

    catalog: Catalog
    evidence: Mapping[str, Evidence]
    papers: list[str]


def parts(catalog: Catalog, evidence: Mapping[str, Evidence], problems: Iterable[Problem] = ()) -> dict[str, Any]:
    """All that is kept: `list`, `search` and `entries`, each for a file of its own.

    Arguments:
        catalog: The book.
        evidence: What was measured, by paper.
        problems: What is wrong with its files.
    """
    works = {key: work.short for key, work in catalog.works.items()}
    bare = Names(works, {})
    laws = {f"{p}/{i}": bare.line(law.name) for p, e in catalog.entries.items() for i, law in e.laws.items()}
    names = Names(works, laws)
    listing = Listing(_Book(catalog, evidence, in_order(catalog)))
    lines = {(line.paper, line.id): line for line in listing.lines}
    return {
        "list": _listed(catalog, listing, names) | {"problems": [asdict(problem) for problem in problems]},
        "search": _searched(catalog, evidence),
        "entries": {
            paper.id: shown(catalog, paper.id, evidence.get(paper.id), names, lines) for paper in listing.papers
        },
    }


def _listed(catalog: Catalog, listing: Listing, names: Names) -> dict[str, Any]:
    assumptions: dict[str, list[str]] = {}
    for entry in catalog.entries.values():
        for name, assumption in entry.assumptions.items():
            assumptions.setdefault(name, []).append(names.line(assumption.text))
    return {
        "labels": {facet: dict(labels) for facet, labels in listing.labels.items()},
        "families": {name: names.line(family.title) for name, family in catalog.families.items()},
        "assumptions": {name: list(dict.fromkeys(texts)) for name, texts in sorted(assumptions.items())},
        "same": listing.assumption,
        "works": {key: work.short for key, work in sorted(catalog.works.items())},
        "papers": [
            {
                "paper": paper.id, "label": paper.label, "year": paper.year, "family": paper.family,
                "title": names.line(catalog.entries[paper.id].title),
                "cites": sorted(set(_cited(catalog.entries[paper.id])) - {paper.id}),
                "laws": [_row(catalog, line, names) for line in paper.lines],
            }
            for paper in listing.papers
        ],
    }  # fmt: skip


def _row(catalog: Catalog, line: Line, names: Names) -> dict[str, Any]:
    law = catalog.entries[line.paper].laws[line.id]
    symbols = {name: names.line(catalog.symbol(law, name).name or name) for name in law.symbols}
    return {
        "id": f"{line.paper}/{line.id}", "name": names.laws[f"{line.paper}/{line.id}"], "kind": law.kind,
        "support": law.support, "origin": law.origin, "verdict": line.values["verdict"][0], "told": line.told.word,
        "assumes": list(law.assumes), "symbols": symbols, "formula": math_text(law.formula.latex),
        "says": first_sentence(names.line(law.statement)),
    }  # fmt: skip


def _cited(entry: Entry) -> Iterator[str]:
    """The works that an entry cites anywhere, its related papers among them."""

    def texts(part: Any) -> Iterator[str]:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            for value in part.values():
                yield from texts(value)
        elif isinstance(part, list):
            for value in part:
                yield from texts(value)

    for text in texts(entry.model_dump(mode="json")):
        yield from (paper for paper, _ in citations(text))
    for caveat in entry.caveats:
        yield from caveat.cites
    yield from (relation.to for relation in entry.relations)
    yield from entry.read_first


def _searched(catalog: Catalog, evidence: Mapping[str, Evidence]) -> dict[str, Any]:
    """The index of the site's search, but for the pages that stand beside the laws."""
    documents = search.documents(catalog, evidence)
    return {
        "documents": [[place.location for place in document.places] for document in documents],
        "words": {word: search_index.listed(found) for word, found in search_index.inverted(documents).items()},
        "weights": search_index.runs(documents),
        "synonyms": search_index.groups(catalog.synonyms.values()),
    }
