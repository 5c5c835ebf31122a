"""Pages to browse by, and the timeline."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Kind
from lawbook.site import browse
from lawbook.site.browse import KIND, WAYS, sections
from lawbook.site.facets import Paper
from lawbook.site.pages import Book, pages
from lawbook.site.timeline import years


def headings(text: str) -> list[str]:
    return re.findall(r'<h2 id="([^"]*)"', text)


def test_every_kind_is_said_in_a_sentence() -> None:
    assert set(KIND) == set(Kind.__args__)  # type: ignore[attr-defined]


def test_a_section_for_each_value_with_its_laws(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    made = pages(catalog, evidence)
    expected = {
        "observable": ["sum-of-the-angles", "test-loss"],
        "turn": ["number-of-samples"],
        "assumption": ["flat", "independent-draws"],
        "kind": ["power-law", "identity"],
        "data": ["coin-flips", "made-for-the-test"],
    }
    for way, values in expected.items():
        assert headings(made[f"browse/{way}.md"].text) == values, way
    text = made["browse/assumption.md"].text
    part = text.partition('id="independent-draws"')[2]
    assert "The draws are independent." in part
    assert 'href="../../laws/halving2001/#inverse-root"' in part
    assert 'href="../../laws/?assumes=independent-draws"' in part
    assert "2 of 2 hold" in part


def test_an_assumption_is_said_in_the_words_of_each_entry(catalog: Catalog) -> None:
    corner = catalog.entries["corner2002"]
    shared = corner.assumptions["flat"].model_copy(update={"text": "No angle bends another."})
    law = corner.main.model_copy(update={"assumes": ["independent-draws"]})
    corner = corner.model_copy(update={"laws": {"three-corners": law}, "assumptions": {"independent-draws": shared}})
    book = Book(replace(catalog, entries=catalog.entries | {"corner2002": corner}), {})
    way = next(way for way in WAYS if way.facet == "assumes")
    (section,) = sections(book, book.listing, way, "../../")
    assert [(str(part.says), [line.paper for line in part.lines]) for part in section.parts] == [
        ("The draws are independent.", ["halving2001"]),
        ("No angle bends another.", ["corner2002"]),
    ]
    assert (section.many, section.size, section.is_shared) == (2, 4, True)


def test_long_pages_are_in_parts_that_lead_to_one_another(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "LIMIT", 1)
    made = pages(catalog, {})
    first, second = made["browse/kind.md"].text, made["browse/kind-2.md"].text
    assert (headings(first), headings(second)) == (["power-law"], ["identity"])
    assert 'href="../../browse/kind-2/"' in first
    assert 'href="../../browse/kind/"' in second
    assert 'href="../browse/kind-2/#identity"' in made["browse/index.md"].text


def test_the_years_are_in_order_and_hold_every_paper_once() -> None:
    papers = [Paper(f"p{i}", "", "", "f", year, ()) for i, year in enumerate(["2021", "in press", "2014", "2021"])]
    assert [(year.label, [paper.id for paper in year.papers]) for year in years(papers)] == [
        ("2014", ["p2"]), ("2021", ["p0", "p3"]), ("in press", ["p1"]),
    ]  # fmt: skip


def test_the_timeline_has_laws_and_outcomes(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = pages(catalog, evidence)["browse/timeline.md"].text
    assert headings(text) == [f"y{year}" for year in sorted(work.year for work in book_works(catalog))]
    assert 'href="../../laws/halving2001/#inverse-root"' in text
    assert "2 of 2 hold" in text
    assert "not run yet" in text


def book_works(catalog: Catalog) -> list:  # type: ignore[type-arg]
    return [catalog.works[paper] for paper in catalog.entries]
