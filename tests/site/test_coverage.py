"""What has been shown, counted: as many as there are, and each in its group."""

from __future__ import annotations

from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.site.coverage import assumptions, laws, outcomes
from lawbook.site.markdown import Writer
from lawbook.site.pages import pages

PAPERS = ["corner2002", "halving2001"]


def told(catalog: Catalog, evidence: dict[str, Evidence]) -> dict[str, dict[str, int]]:
    return {row.group: {told.word: number for told, number in row.words} for row in outcomes(catalog, evidence, PAPERS)}


def test_every_check_and_control_is_counted_once_and_pilots_apart(
    catalog: Catalog, evidence: dict[str, Evidence]
) -> None:
    found = told(catalog, evidence)
    assert found["claims"] == {"holds": 1}
    assert found["claims within a tolerance set after trials"] == {"holds": 1}
    assert found["consequences"] == {"not run yet": 1}
    assert found["controls"] == {"breaks down, as it should": 1, "not run yet": 1}
    total = sum(len(law.checks) + len(law.controls) for paper in PAPERS for law in catalog.entries[paper].laws.values())
    assert sum(sum(words.values()) for words in found.values()) == total


def test_an_outcome_that_should_not_be_is_told(catalog: Catalog, unfinished: dict[str, Evidence]) -> None:
    assert told(catalog, unfinished)["controls"]["holds, though it should break down"] == 1


def test_what_stands_behind_an_assumption(
    catalog: Catalog, evidence: dict[str, Evidence], unfinished: dict[str, Evidence]
) -> None:
    def backing(found: dict[str, Evidence]) -> dict[str, str]:
        return {row.id: row.backing for row in assumptions(catalog, found, PAPERS) if row.paper == "halving2001"}

    broken = {
        control.breaks for law in catalog.entries["halving2001"].laws.values() for control in law.controls.values()
    }
    assert {id for id, by in backing(evidence).items() if by == "control"} == broken
    assert {id for id, by in backing(unfinished).items() if by == "control, not shown"} == broken
    assert {by for id, by in backing(evidence).items() if id not in broken} <= {"citation", "nothing"}


def test_a_law_with_its_power(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    rows = {row.paper: row for row in laws(catalog, evidence, PAPERS, Writer(catalog, "../"))}
    assert rows["halving2001"].checks == (("holds", 2),)
    assert (rows["halving2001"].counted > 0, rows["corner2002"].counted) == (True, 0)
    assert rows["halving2001"].caught <= rows["halving2001"].counted


def test_the_page(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = pages(catalog, evidence)["coverage.md"].text
    assert "2 laws." in text
    assert 'href="../laws/halving2001/#control-one-draw-repeated"' in text
    assert "pilot" not in text
