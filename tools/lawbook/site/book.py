"""What every page of a book draws on: the catalog with its evidence, and views of the entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lawbook.evidence.record import Evidence, Series
from lawbook.reference.catalog import Catalog
from lawbook.site import charts
from lawbook.site.curves import tracers
from lawbook.site.entry_view import EntryView
from lawbook.site.facets import in_order


@dataclass(frozen=True)
class Published:
    """Where the site is published and its source lies, as mkdocs.yml says: `site_url` and `extra.repo`."""

    site_url: str | None = None
    repo: str | None = None


@dataclass(frozen=True)
class Page:
    """A page: Markdown with front matter, and the file a reader edits to change it."""

    text: str
    source: str = ""


Render = Callable[..., Page]  # template, front matter, way up to the root, source, and what the template is told
ACCENTS = 6  # accent colours in the style sheet; families take them in order


class Views:
    """The catalog with its evidence, and views of its entries for any page."""

    def __init__(self, catalog: Catalog, evidence: Mapping[str, Evidence], cache: Path | None = None) -> None:
        """Charts are kept under `cache` when given."""
        self.catalog, self.evidence, self.cache = catalog, evidence, cache
        self.accents = {family: i % ACCENTS for i, family in enumerate(catalog.families)}
        self.papers = in_order(catalog)

    def chart(self, paper: str, group: Sequence[Series]) -> charts.Chart:
        """A chart of a paper's run, the curve of its law drawn from the formula."""
        law = self.catalog.entries[paper].laws.get(group[0].law)
        return charts.draw(group, self.cache, tracers(self.catalog, law, self.evidence[paper].shown))

    def view(self, paper: str, base: str, *, drawn: bool = False) -> EntryView:
        """An entry for a page with this way up to the root."""
        found = self.evidence.get(paper)
        shown = [self.chart(paper, group) for group in charts.grouped(found.shown.series)] if found and drawn else []
        entry = self.catalog.entries[paper]
        main = next(iter(entry.laws))
        shown.sort(key=lambda chart: chart.law != main)  # the main law's own chart goes above the fold
        return EntryView(self.catalog, entry, found, base, shown)
