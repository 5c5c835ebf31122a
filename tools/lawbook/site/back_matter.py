"""The pages at the back of the book: notation, glossary, coverage, what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

from lawbook.site import coverage, notation
from lawbook.site.markdown import Writer

if TYPE_CHECKING:
    from lawbook.site.pages import Book, Page


def pages(book: Book) -> dict[str, Page]:
    """Path below the root of the docs to page."""
    out = {"notation.md": quantities(book), "coverage.md": covered(book)}
    if book.catalog.glossary:
        out["glossary.md"] = glossary(book)
    return out | {f"{page.rstrip('/')}.md": gone(book, page) for page in book.catalog.addresses.gone_pages}


def quantities(book: Book) -> Page:
    """Every quantity, and the laws that use it."""
    canonical, own = notation.index(book.catalog, book.papers, Writer(book.catalog, "../"))
    meta = {"title": "Notation", "description": "Every quantity of the laws: symbol, name, unit, role, laws."}
    return book.page("notation.md.jinja", meta, "../", "references/notation.yml", canonical=canonical, own=own)


def glossary(book: Book) -> Page:
    """Every word of the field, and the papers that speak of it where they state their laws."""
    used: dict[str, list[str]] = {id: [] for id in book.catalog.glossary}
    for paper in book.papers:
        entry = book.catalog.entries[paper]
        stated = " ".join([entry.title, *(f"{law.name} {law.statement}" for law in entry.laws.values())])
        for id in dict.fromkeys(id for id, _ in book.terms.used_in(stated)):
            used[id].append(paper)
    terms = dict(sorted(book.catalog.glossary.items(), key=lambda item: item[1].term.casefold()))
    meta = {"title": "Glossary", "description": "Words of the field in plain ones.", "hide": ["toc"]}
    shorts = {paper: book.catalog.works[paper].short for paper in book.papers}
    return book.page(
        "glossary.md.jinja", meta, "../", "references/glossary.yml", terms=terms, used=used, shorts=shorts
    )  # fmt: skip


class _OfAPaper(Protocol):
    @property
    def paper(self) -> str: ...


Row = TypeVar("Row", bound=_OfAPaper)


def _by_family(book: Book, rows: Iterable[Row]) -> dict[str, list[Row]]:
    out: dict[str, list[Row]] = {}
    for row in rows:
        out.setdefault(book.catalog.family_of[row.paper], []).append(row)
    return out


def covered(book: Book) -> Page:
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
    return book.page("coverage.md.jinja", meta, "../", "", **told)


def gone(book: Book, address: str) -> Page:
    """The page at an address, `laws/doe2020/`, whose entry is gone: it says where that went."""
    found = book.catalog.addresses.gone_from(address)
    meta = {"title": "No longer here"}
    return book.page("gone_page.md.jinja", meta, "../../", "references/gone.yml", gone=found, address=address)
