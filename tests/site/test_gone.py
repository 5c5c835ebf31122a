"""What is gone from the book leaves a page, or a place on one, that says where it went."""

from __future__ import annotations

from pathlib import Path

from lawbook.evidence.contributors import Work
from lawbook.reference.catalog import Catalog, load
from lawbook.site.pages import Book, pages

GONE = """\
'laws/halving2001/#check-old': {on: 2026-11-27, to: 'laws/halving2001/#check-exponent', says: Renamed & <b>bold</b>.}
laws/doe2020/: {on: 2026-11-26, to: laws/halving2001/, says: Merged into another entry.}
'laws/doe2020/#main': {on: 2026-11-26, says: Merged too.}
"""


def book(tiny: Path) -> Catalog:
    (tiny / "references/published.txt").write_text(
        "laws/doe2020/\nlaws/doe2020/#main\nlaws/halving2001/#check-old\nlaws/halving2001/\n"
    )
    (tiny / "references/gone.yml").write_text(GONE)
    catalog, problems = load(tiny)
    assert problems == []
    return catalog


def test_a_check_that_is_gone_has_its_place_on_the_page(tiny: Path) -> None:
    text = pages(book(tiny), {})["laws/halving2001.md"].text.partition("## No longer here {#gone}")[2]
    assert '<li id="check-old">' in text
    assert 'href="../../laws/halving2001/#check-exponent">Where it went</a>' in text
    assert "Renamed &amp; &lt;b&gt;bold&lt;/b&gt;." in text


def test_an_entry_that_is_gone_leaves_a_page(tiny: Path) -> None:
    made = pages(book(tiny), {})["laws/doe2020.md"]
    assert made.source == "references/gone.yml"
    assert "# No longer here" in made.text
    assert 'href="../../laws/halving2001/">Where it went</a>' in made.text
    assert '<li id="main">' in made.text


def test_a_page_without_losses_does_not_speak_of_them(catalog: Catalog) -> None:
    assert "No longer here" not in pages(catalog, {})["laws/halving2001.md"].text


def test_whoever_worked_on_a_page_is_named_and_stays_text(catalog: Catalog) -> None:
    made = Book(catalog, {})
    made.worked = {paper: Work("2026-11-01", "2026-11-24", ("Ada <b>Lane</b>",)) for paper in catalog.entries}
    text = made.pages()["laws/halving2001.md"].text
    assert "Written and changed by Ada &lt;b&gt;Lane&lt;/b&gt;, from <time>2026-11-01</time> to" in text
