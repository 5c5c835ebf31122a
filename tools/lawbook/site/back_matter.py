"""The pages at the back of the book: notation, glossary, coverage, what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from lawbook.site import coverage, notation
from lawbook.site.book import Views
from lawbook.site.markdown import Writer
from lawbook.site.terms import Glossary


@dataclass(frozen=True)
class Draft:
    """A page before it is written: its template, what it says of itself, its way up to the root, its source, values."""

    template: str
    meta: dict[str, Any]
    base: str
    source: str
    values: dict[str, Any]


def drafts(book: Views, terms: Glossary) -> dict[str, Draft]:
    """Path below the root of the docs to page.

    Arguments:
        book: The catalog with its evidence.
        terms: The words of its glossary.
    """
    out = {"notation.md": quantities(book), "coverage.md": covered(book)}
    if book.catalog.glossary:
        out["glossary.md"] = glossary(book, terms)
    return out | {f"{page.rstrip('/')}.md": gone(book, page) for page in book.catalog.addresses.gone_pages}


def quantities(book: Views) -> Draft:
    """Every quantity, and the laws that use it."""
    canonical, own = notation.index(book.catalog, book.papers, Writer(book.catalog, "../"))
    meta = {"title": "Notation", "description": "Every quantity of the laws: symbol, name, unit, role, laws."}
    told = {"canonical": canonical, "own": own}
    return Draft("notation.md.jinja", meta, "../", "references/notation.yml", told)


def glossary(book: Views, terms: Glossary) -> Draft:
    """Every word of the field, and the papers that speak of it where they state their laws."""
    used: dict[str, list[str]] = {id: [] for id in book.catalog.glossary}
    for paper in book.papers:
        entry = book.catalog.entries[paper]
        stated = " ".join([entry.title, *(f"{law.name} {law.statement}" for law in entry.laws.values())])
        for id in dict.fromkeys(id for id, _ in terms.used_in(stated)):
            used[id].append(paper)
    listed = dict(sorted(book.catalog.glossary.items(), key=lambda item: item[1].term.casefold()))
    meta = {"title": "Glossary", "description": "Words of the field in plain ones.", "hide": ["toc"]}
    shorts = {paper: book.catalog.works[paper].short for paper in book.papers}
    told = {"terms": listed, "used": used, "shorts": shorts}
    return Draft("glossary.md.jinja", meta, "../", "references/glossary.yml", told)


class _OfAPaper(Protocol):
    @property
    def paper(self) -> str: ...


Row = TypeVar("Row", bound=_OfAPaper)


def _by_family(book: Views, rows: Iterable[Row]) -> dict[str, list[Row]]:
    out: dict[str, list[Row]] = {}
    for row in rows:
        out.setdefault(book.catalog.family_of[row.paper], []).append(row)
    return out


def covered(book: Views) -> Draft:
    """What was tested and what came out: all outcomes, assumption by assumption, law by law."""
    drawn_on = (book.catalog, book.evidence, book.papers)
    assumed = coverage.assumptions(*drawn_on)
    laws = coverage.laws(*drawn_on, Writer(book.catalog, "../"))
    told = {
        "outcomes": coverage.outcomes(*drawn_on),
        "assumed": assumed,
        "assumed_by_family": _by_family(book, assumed),
        "backed": Counter(row.backing for row in assumed),
        "laws": laws,
        "laws_by_family": _by_family(book, laws),
        "unchecked": sum(not row.checks for row in laws),
        "caught": sum(row.caught for row in laws),
        "counted": sum(row.counted for row in laws),
        "shorts": {paper: book.catalog.works[paper].short for paper in book.papers},
    }
    meta = {"title": "Coverage", "description": "What was tested, what came out, and what has not been shown."}
    return Draft("coverage.md.jinja", meta, "../", "", told)


def gone(book: Views, address: str) -> Draft:
    """The page at an address, `laws/doe2020/`, whose entry is gone: it says where that went."""
    found = book.catalog.addresses.gone_from(address)
    meta = {"title": "No longer here"}
    told = {"gone": found, "address": address}
    return Draft("gone_page.md.jinja", meta, "../../", "references/gone.yml", told)
