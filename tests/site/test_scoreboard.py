"""The scoreboard: every claim at its distance from the prediction, as a link and in words."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

import pytest
from lawbook.evidence.record import Evidence, Point
from lawbook.reference.catalog import Catalog
from lawbook.site import home, scoreboard
from lawbook.site.pages import Book, pages
from lawbook.site.scoreboard import HEIGHT, REACH, SPAN, Group, groups

from tests.site.conftest import measured_run


def moved(evidence: dict[str, Evidence], **changed: object) -> dict[str, Evidence]:
    """The evidence with the first check measured otherwise."""
    run = measured_run()
    first = replace(run.measured[0], points=(replace(run.measured[0].points[0], **changed),))  # type: ignore[arg-type]
    run = replace(run, measured=(first, *run.measured[1:]))
    return {"halving2001": Evidence("halving2001", run, (run,))}


def only(catalog: Catalog, evidence: dict[str, Evidence]) -> Group:
    (group,) = (group for group in groups(Book(catalog, evidence), "") if group.size)
    return group


def test_a_mark_stands_as_far_from_the_middle_as_it_was_measured(
    catalog: Catalog, evidence: dict[str, Evidence]
) -> None:
    (strip,) = (strip for strip in only(catalog, evidence).strips if strip.size)
    mark = next(mark for mark in strip.marks if mark.id == "exponent")  # 0.513 ± 0.012, predicted 0.5 ± 0.1
    assert mark.y == pytest.approx(HEIGHT / 2 * (1 - 0.13 / SPAN), abs=0.06)
    assert mark.bottom - mark.top == pytest.approx(4 * 0.12 * HEIGHT / 2 / SPAN, abs=0.11)
    assert mark.distance == "+0.13"
    assert mark.words == "predicted 0.5 ± 0.1, measured 0.513 ± 0.012: holds"
    assert mark.beyond == 0


@pytest.mark.parametrize(("measured", "beyond"), [(0.5 + 0.101 * REACH, 1), (0.5 - 0.101 * REACH, -1), (0.6, 0)])
def test_what_lies_farther_out_than_is_drawn_says_so(
    catalog: Catalog, evidence: dict[str, Evidence], measured: float, beyond: int
) -> None:
    mark = only(catalog, moved(evidence, measured=measured)).strips[0].marks[0]
    assert mark.beyond == beyond
    assert 0 < mark.y < HEIGHT


def test_a_number_that_is_none_is_counted_and_not_drawn(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    before, after = only(catalog, evidence), only(catalog, moved(evidence, measured=float("nan")))
    assert (after.size, after.without) == (before.size - 1, before.without + 1)


def test_every_claim_is_a_link_and_a_row(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    page = pages(catalog, evidence)["scoreboard.md"].text
    group = only(catalog, evidence)
    for strip in group.strips:
        for mark in strip.marks:
            goal = f'href="../laws/{mark.paper}/#check-{mark.id}"'
            assert page.count(goal) == 2
            assert f'{goal} aria-label="{escape(strip.label)}, {mark.name}: {mark.words}"' in page
    assert 'scripts: ["scoreboard.js"]' in page


def test_the_home_page_has_the_same_marks(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    made = home.scoreboard(Book(catalog, evidence))
    assert made.count('href="laws/halving2001/#check-') == only(catalog, evidence).size
    assert "The same as a table" in made


def test_a_book_of_many_claims_shows_the_first_at_home_and_all_on_pages(
    catalog: Catalog, evidence: dict[str, Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "MARKS", 1)
    monkeypatch.setattr(scoreboard, "LIMIT", 1)
    book = Book(catalog, evidence)
    assert "All claims, as drawings and as a table" in home.scoreboard(book)
    assert sum("check-" in text.text for path, text in book.pages().items() if path.startswith("scoreboard")) >= 1


def test_a_bound_is_an_edge_of_the_band() -> None:
    from lawbook.site.gauge import place

    inside, error = place(Point(0.2, 0.01, 0.5, float("-inf"), 0.5, "holds", {}, (0.9,)))
    outside, _ = place(Point(0.6, 0.01, 0.5, float("-inf"), 0.5, "fails", {}, (0.9,)))
    assert inside < 1 < outside
    assert error > 0


def test_the_named_law_stands_first_while_it_holds(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    made = home.law(Book(catalog, evidence), "halving2001")
    assert re.search(r'<h2 id="first"><a href="laws/halving2001/">', made)
    assert 'href="laws/halving2001/#assumes-' in made
    assert "<svg" in made
    other = next(paper for paper in catalog.entries if paper != "halving2001")
    assert "laws/halving2001/" in home.law(Book(catalog, evidence), other)  # it has no run
    assert f"laws/{other}/" in home.law(Book(catalog, {}), other)
