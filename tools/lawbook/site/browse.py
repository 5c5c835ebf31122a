"""Pages to browse by: what a law tells, what one can turn, what it assumes, its kind, its data. Each law under each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lawbook.site import paging
from lawbook.site.book import Page, Render, Views
from lawbook.site.facets import Line, Listing
from lawbook.site.markdown import Writer

LIMIT = 250  # laws on a page, and texts of assumptions
OFTEN = 8  # values named on the page of all ways to browse
SHARED = 24  # values named at the top of a page that has many more


@dataclass(frozen=True)
class Way:
    """A way to browse: a facet, and the page that has a section for each of its values."""

    facet: str
    page: str
    title: str
    asks: str


WAYS = (
    Way("tells", "observable", "By what a law tells", "Which law tells the sharpness, which the test loss?"),
    Way("turn", "turn", "By what you can turn", "What does the step size change, what the width?"),
    Way("assumes", "assumption", "By assumption", "Which laws need full batches, which a small start?"),
    Way("kind", "kind", "By kind", "Which are power laws, which are conserved?"),
    Way("data", "data", "By data set", "Which were measured on data that nobody made for them?"),
)
KIND = {
    "power-law": "One quantity goes as a power of another: a straight line where both axes are logarithmic.",
    "limit": "A quantity comes to rest at a value, or approaches it.",
    "conservation": "A quantity stays as it was at the start, all through training.",
    "identity": "Two quantities are equal, always.",
    "bound": "A quantity cannot pass a value.",
    "dynamics": "How a quantity moves in time.",
    "correspondence": "Two descriptions of training come to the same.",
    "phase-transition": "Something changes at a threshold.",
}


@dataclass(frozen=True)
class Part:
    """Laws of a section: of an assumption, those of one entry, under the words that the entry has for it."""

    lines: tuple[Line, ...]
    says: Markup | None = None


@dataclass(frozen=True)
class Section:
    """A value of a facet with its laws."""

    value: str
    label: str
    parts: tuple[Part, ...]
    note: str = ""

    @property
    def size(self) -> int:
        """How many lines: laws, and texts above them."""
        return self.many + sum(part.says is not None for part in self.parts)

    @property
    def many(self) -> int:
        """How many laws."""
        return sum(len(part.lines) for part in self.parts)

    @property
    def is_shared(self) -> bool:
        """Whether laws of several papers have the value."""
        return len({line.paper for part in self.parts for line in part.lines}) > 1


def pages(book: Views, listing: Listing, render: Render) -> dict[str, Page]:
    """A page for each way, and one that leads to all of them."""
    out: dict[str, Page] = {}
    often = []
    shorts = {paper: book.catalog.works[paper].short for paper in book.papers}
    for way in WAYS:
        found = list(sections(book, listing, way, "../../"))
        shown = paging.sheets(found, LIMIT)
        where = {section.value: sheet.number for sheet in shown for section in sheet.sections}
        largest = [(section, where[section.value]) for section in sorted(found, key=lambda section: -section.many)]
        often.append((way, len(found), largest[:OFTEN]))
        shared = [item for item in largest if item[0].is_shared][:SHARED] if len(found) > SHARED else []
        for sheet in shown:
            path = paging.address(f"browse/{way.page}.md", sheet.number)
            title = f"Laws {way.title[0].lower()}{way.title[1:]}"
            title += f", part {sheet.number}" if sheet.number > 1 else ""
            meta: dict[str, Any] = {"title": title, "hide": ["toc"]}
            values = {
                "way": way,
                "ways": WAYS,
                "shared": shared,
                "sheet": sheet,
                "sheets": shown,
                "address": paging.address,
            }
            out[path] = render("browse.md.jinja", meta, "../../", "", title=title, shorts=shorts, **values)
    meta = {"title": "Browse", "hide": ["toc"]}
    out["browse/index.md"] = render("browse_index.md.jinja", meta, "../", "", often=often, address=paging.address)
    return out


def sections(book: Views, listing: Listing, way: Way, base: str) -> Iterator[Section]:
    """The values of the facet in order, each with its laws."""
    for value, label in listing.labels[way.facet].items():
        lines = listing.having(way.facet, value)
        if way.facet == "assumes":
            yield Section(value, label, tuple(_by_entry(book, listing, value, lines, base)))
        else:
            yield Section(value, label, (Part(tuple(lines)),), KIND.get(value, "") if way.facet == "kind" else "")


def _by_entry(book: Views, listing: Listing, assumption: str, lines: list[Line], base: str) -> Iterator[Part]:
    """Each entry says an assumption in its own words, and so it is shown."""
    write = Writer(book.catalog, base)
    for paper in dict.fromkeys(line.paper for line in lines):
        mine = tuple(line for line in lines if line.paper == paper)
        known = book.catalog.entries[paper].assumptions
        names = [name for name in known if listing.assumption[name] == assumption]
        yield Part(mine, Markup(" ").join(write.line(known[name].text) for name in names))
