"""The buttons of a law page lead where the book is published, and nowhere else."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.site.book import Published
from lawbook.site.pages import Book
from lawbook.site.tools import report, tools


def test_an_error_is_reported_on_the_entry() -> None:
    address = urlsplit(str(report("halving2001", "scaling", "https://github.com/a/b.git/")))
    assert (address.netloc, address.path) == ("github.com", "/a/b/issues/new")
    query = parse_qs(address.query)
    assert query["title"] == ["halving2001: "]
    assert "references/scaling/halving2001.yml" in query["body"][0]


@pytest.mark.parametrize("repo", [None, "", "javascript:x", "github.com/a/b"])
def test_without_a_repository_there_is_nowhere_to_report(catalog: Catalog, repo: str | None) -> None:
    assert tools(catalog, "halving2001", Published(None, repo)).report is None


def test_the_page_offers_what_there_is(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    here = Book(catalog, evidence).law("halving2001").text
    assert "Run it: <code>lawbook run halving2001</code>" in here
    assert "Report an error" not in here
    assert 'href="../../laws/halving2001/error.svg"' in here
    there = Book(
        catalog, evidence, published=Published("https://a.github.io/b/", "https://github.com/a/b")
    ).law("halving2001").text  # fmt: skip
    assert "Run it: <code>" not in there
    for button in ("Run in Colab", "Run in Binder", "Report an error", "Cite this page"):
        assert f">{button}</a>" in there
