"""While serving: the pages of an edited entry, made before the rest of the site is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mkdocs.commands import build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from lawbook.evidence import store
from lawbook.reference.checked import load_checked
from lawbook.site import content
from lawbook.site.book import Page as Made
from lawbook.site.pages import Book

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass
class Built:
    """What a finished build leaves behind: the site, and the book that it shows.

    Arguments:
        book: The book, as its pages show it.
        config: The settings of the site.
        files: All files of the site.
        nav: Its navigation.
        env: The templates of its theme.
    """

    book: Book
    config: MkDocsConfig
    files: Files
    nav: Navigation
    env: Environment

    def edited(self) -> dict[str, Made]:
        """The pages of entries that were edited since, by their path.

        Nothing if the book has problems, or if papers came or went: then all pages have to be made first.
        """
        before = self.book
        catalog, problems = load_checked(before.catalog.root)
        if problems or catalog.entries.keys() != before.catalog.entries.keys():
            return {}
        papers = [paper for paper in catalog.entries if catalog.digest(paper) != before.catalog.digest(paper)]
        if not papers:
            return {}
        others = {paper: found for paper, found in before.evidence.items() if paper not in papers}
        evidence = others | store.read(catalog, papers=papers)
        self.book = Book(catalog, evidence, content.charts_of(catalog.root), before.published)
        self.book.histories, self.book.worked = before.histories, before.worked  # git knows no more than before
        return {path: page for paper in papers for path, page in self.book.of_paper(paper).pages(paper).items()}

    def write(self, path: str, text: str) -> None:
        """Put a page into the site, in the place of an earlier one."""
        file = File.generated(self.config, path, content=text)
        page = Page(None, file, self.config)
        build._populate_page(page, self.config, self.files)
        build._build_page(page, self.config, self.files.documentation_pages(), self.nav, self.env)
