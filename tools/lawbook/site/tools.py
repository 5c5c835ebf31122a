"""What a reader can do with a law page: run its notebook elsewhere, report an error."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from lawbook.reference.catalog import Catalog
from lawbook.site import download
from lawbook.site.book import Published
from lawbook.site.inert import web_address


@dataclass(frozen=True)
class Tools:
    """Addresses behind the buttons of a law page; None where the book is published in no such place."""

    colab: str | None
    binder: str | None
    report: str | None


def tools(catalog: Catalog, paper: str, published: Published) -> Tools:
    """The addresses for the page of `paper`."""
    notebook = catalog.notebook(paper).relative_to(catalog.root).as_posix()
    return Tools(
        colab=download.colab(paper, published.site_url),
        binder=download.binder(notebook, published.repo),
        report=report(paper, catalog.family_of[paper], published.repo),
    )


def report(paper: str, family: str, repo: str | None) -> str | None:
    """Where an error on the page of `paper` is reported: a new issue that names the entry."""
    if not repo or not web_address(repo):
        return None
    body = f"Entry: references/{family}/{paper}.yml\n\nFound:\n\nExpected, with its source:\n"
    query = urlencode({"title": f"{paper}: ", "body": body})
    return f"{repo.rstrip('/').removesuffix('.git')}/issues/new?{query}"
