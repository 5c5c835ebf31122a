"""The papers by year, each with its laws and how they came out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lawbook.site import paging
from lawbook.site.book import Page, Render
from lawbook.site.facets import Listing, Paper, slug

LIMIT = 500  # laws on a page


@dataclass(frozen=True)
class Year:
    """A year with its papers, in the order of the families."""

    label: str
    papers: tuple[Paper, ...]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"y{slug(self.label)}"

    @property
    def size(self) -> int:
        """How many laws."""
        return sum(paper.size for paper in self.papers)


def years(papers: Iterable[Paper]) -> list[Year]:
    """Every year in which a paper appeared, the oldest first; a year may be no number, as `in press` is none."""
    found: dict[str, list[Paper]] = {}
    for paper in papers:
        found.setdefault(paper.year, []).append(paper)
    return [Year(year, tuple(found[year])) for year in sorted(found)]


def pages(listing: Listing, render: Render) -> dict[str, Page]:
    """The timeline; of very many laws, over several pages."""
    shown = paging.sheets(years(listing.papers), LIMIT)
    out = {}
    for sheet in shown:
        title = "Timeline" + (f", part {sheet.number}" if sheet.number > 1 else "")
        path = paging.address("browse/timeline.md", sheet.number)
        meta = {"title": title, "hide": ["toc"]}
        values = {"title": title, "sheet": sheet, "sheets": shown, "address": paging.address}
        out[path] = render("timeline.md.jinja", meta, "../../", "", **values)
    return out
