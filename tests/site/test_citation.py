"""Citations of the book and of its pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bibtexparser
from lawbook.evidence.contributors import Work
from lawbook.reference.catalog import Catalog
from lawbook.site import citation
from lawbook.site.pages import pages

REPO = Path(__file__).resolve().parents[2]
WORK = Work("2026-11-01", "2026-11-24", ("Ada Lane",))


def test_the_book_as_citation_cff_says() -> None:
    book = citation.read(REPO, "https://x.org/lawbook/")
    made = citation.whole(book)
    assert book.version
    assert f"(Version {book.version}) [Computer software]. https://x.org/lawbook/" in made.text
    (record,) = bibtexparser.loads(made.bibtex.replace("@software", "@misc")).entries
    assert record["version"] == book.version
    assert record["author"] == "{The Lawbook developers}"


def test_a_page_has_version_day_and_address(catalog: Catalog) -> None:
    book = replace(citation.read(REPO, "https://x.org/lawbook/"), version="1.2")
    made = citation.page(book, catalog.entries["halving2001"], WORK)
    assert made.text.startswith("The Lawbook developers. (2026, November 24). ")
    assert made.text.endswith("In Lawbook (Version 1.2), entry halving2001. https://x.org/lawbook/laws/halving2001/")
    (record,) = bibtexparser.loads(made.bibtex).entries
    assert (record["ID"], record["year"], record["month"]) == ("lawbook-halving2001", "2026", "11")
    assert record["url"] == "https://x.org/lawbook/laws/halving2001/"
    assert "24 November 2026" in record["note"]


def test_without_git_and_address_neither_is_told(catalog: Catalog) -> None:
    made = citation.page(citation.Book(), catalog.entries["halving2001"], Work())
    assert "(n.d.)" in made.text
    assert "http" not in made.text
    assert "url" not in made.bibtex
    assert "year" not in made.bibtex


def test_signs_of_latex_are_escaped_and_math_stays(catalog: Catalog) -> None:
    entry = catalog.entries["halving2001"].model_copy(update={"title": "50% of $n_1$ & #1, *now* [@halving2001]"})
    assert r"title     = {{50\% of $n_1$ \& \#1, now}}" in citation.page(citation.Book(), entry, WORK).bibtex


def test_people_of_a_cff_file(tmp_path: Path) -> None:
    text = "title: 'B: c'\nauthors:\n  - {family-names: Bee, given-names: Ann}\n  - {name: The Cees}\n  - nobody\n"
    (tmp_path / "CITATION.cff").write_text(text)
    made = citation.whole(citation.read(tmp_path))
    assert made.text == "Bee, Ann & The Cees. (n.d.). B: c [Computer software]."
    assert "author    = {Bee, Ann and {The Cees}}" in made.bibtex
    (tmp_path / "CITATION.cff").write_text("- nothing of the kind\n")
    assert citation.read(tmp_path) == citation.Book()


def test_a_page_says_how_to_cite_it_beneath_its_paper(catalog: Catalog) -> None:
    cite = pages(catalog, {})["laws/halving2001.md"].text.partition("{#cite}")[2]
    assert cite.index("@") < cite.index('id="cite-this-page"') < cite.index("@incollection{lawbook-halving2001")
    assert "data-lb-copy" in cite
