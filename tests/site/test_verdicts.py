"""A verdict in words: what is green, and what must not be."""

from __future__ import annotations

from dataclasses import replace

from lawbook.evidence.record import Confirmation, Evidence, Kind, Point, Result
from lawbook.reference.catalog import Catalog
from lawbook.site.counts import count
from lawbook.site.pages import Book
from lawbook.site.verdicts import tally, tell


def test_a_check_that_holds(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    told = tell(catalog.entries["halving2001"], evidence["halving2001"], "check", "exponent")
    assert (told.word, told.tone, told.counted) == ("holds", "good", "3 of 3 seeds")


def test_a_control_is_green_only_if_it_fails(
    catalog: Catalog, evidence: dict[str, Evidence], unfinished: dict[str, Evidence]
) -> None:
    entry = catalog.entries["halving2001"]
    good = tell(entry, evidence["halving2001"], "control", "one-draw-repeated")
    assert (good.word, good.tone) == ("breaks down, as it should", "good")
    bad = tell(entry, unfinished["halving2001"], "control", "one-draw-repeated")
    assert (bad.word, bad.tone, bad.counted) == ("holds, though it should break down", "bad", "0 of 2 seeds")


def test_a_seed_that_did_not_finish_is_counted_as_run(catalog: Catalog, unfinished: dict[str, Evidence]) -> None:
    told = tell(catalog.entries["halving2001"], unfinished["halving2001"], "check", "exponent")
    assert told.counted == "1 of 2 seeds"


def test_not_reproduced_has_a_tone_of_its_own(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    entry = catalog.entries["halving2001"]
    law = entry.main
    marked = law.checks["exponent"].model_copy(update={"not_reproduced": "too small"})
    changed = entry.model_copy(
        update={"laws": {"inverse-root": law.model_copy(update={"checks": law.checks | {"exponent": marked}})}}
    )
    holds = tell(changed, evidence["halving2001"], "check", "exponent")
    assert (holds.word, holds.tone) == ("holds, though marked not reproduced", "bad")
    run = evidence["halving2001"].shown
    record = replace(run.measured[0], verdict="fails")
    fails = Evidence("halving2001", replace(run, measured=(record, *run.measured[1:])))
    told = tell(changed, fails, "check", "exponent")
    assert (told.word, told.tone) == ("not reproduced", "other")


def test_a_law_in_one_verdict(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    entry = catalog.entries["halving2001"]
    assert tally(entry, evidence["halving2001"], entry.main).word == "2 of 2 hold"
    assert tally(entry, None, entry.main).tone == "none"
    assert tally(entry, None, entry.main.model_copy(update={"checks": {}})).word == "no check"


def test_a_law_with_consequences_alone_is_not_green(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    entry = catalog.entries["halving2001"]
    checks = {name: check.model_copy(update={"tests": "consequence"}) for name, check in entry.main.checks.items()}
    told = tally(entry, evidence["halving2001"], entry.main.model_copy(update={"checks": checks}))
    assert (told.word, told.tone) == ("by construction: 2 of 2 hold", "algebra")


def test_only_claims_count_for_a_law_that_has_some(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    entry = catalog.entries["halving2001"]
    checks = dict(entry.main.checks)
    checks["exponent"] = checks["exponent"].model_copy(update={"tests": "consequence"})
    told = tally(entry, evidence["halving2001"], entry.main.model_copy(update={"checks": checks}))
    assert (told.word, told.tone) == ("1 of 1 holds", "good")


def confirmation(good: int, *, is_current: bool = True) -> Confirmation:
    """Twenty seeds, of which `good` came out as claimed."""
    holds, fails = (Result(v, Point(m, 0.01, 0.5, 0.4, 0.6, v)) for v, m in (("holds", 0.5), ("fails", 0.9)))
    results = tuple([holds] * good + [fails] * (20 - good))
    seeds = tuple(range(1000, 1020))
    found: dict[tuple[Kind, str], tuple[Result, ...]] = {("check", "exponent"): results}
    return Confirmation("halving2001", "f" * 64, "2026-11-28", "abc", {}, seeds, found, is_current)


def test_seeds_that_the_prediction_draws_count_before_trials(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    entry, trials = catalog.entries["halving2001"], evidence["halving2001"]
    told = tell(entry, replace(trials, confirmed=confirmation(19)), "check", "exponent")
    assert (told.word, told.counted, told.drawn) == ("holds", "19 of 20 seeds", "28 November 2026")
    stale = tell(entry, replace(trials, confirmed=confirmation(20, is_current=False)), "check", "exponent")
    assert (stale.counted, stale.drawn) == ("3 of 3 seeds", "")
    other = tell(entry, replace(trials, confirmed=confirmation(20)), "check", "extrapolates")
    assert (other.counted, other.drawn) == ("3 of 3 seeds", "")


def test_a_check_that_holds_here_but_in_too_few_drawn_seeds_is_not_green(
    catalog: Catalog, evidence: dict[str, Evidence]
) -> None:
    entry, trials = catalog.entries["halving2001"], evidence["halving2001"]
    told = tell(entry, replace(trials, confirmed=confirmation(18)), "check", "exponent")
    assert (told.word, told.tone, told.counted) == ("holds here, not in enough seeds", "open", "18 of 20 seeds")


def test_a_confounded_control_and_a_run_that_is_not_believed_have_names(
    catalog: Catalog, evidence: dict[str, Evidence]
) -> None:
    entry, run = catalog.entries["halving2001"], evidence["halving2001"].shown
    control = run.measured[2]
    assert control.intact is not None
    lost = replace(control, intact=(replace(control.intact[0], verdict="fails"),))
    shown = replace(run, measured=(*run.measured[:2], lost))
    told = tell(entry, Evidence("halving2001", shown, (shown,)), "control", "one-draw-repeated")
    assert (told.word, told.tone, told.good) == ("confounded", "confounded", 0)
    invalid = replace(run, status="invalid", measured=())
    told = tell(entry, Evidence("halving2001", invalid, (invalid,)), "check", "exponent")
    assert (told.word, told.tone) == ("not believed", "bad")


def test_no_claim_is_left_out_of_the_counts(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    few = replace(evidence["halving2001"], confirmed=confirmation(10))
    counts = count(catalog, [(catalog.entries["halving2001"], few)])
    run = counts.claims.run + counts.pilots.run
    assert counts.open > 0
    assert counts.claims.held + counts.pilots.held + counts.not_reproduced + counts.open == run
    text = Book(catalog, evidence | {"halving2001": few}).law("halving2001").text
    assert f"<b>{counts.open}</b> undecided, or not in enough seeds" in text


def test_claims_pilots_and_consequences_are_counted_apart(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    found = [(entry, evidence.get(paper)) for paper, entry in catalog.entries.items()]
    counts = count(catalog, found)
    assert (counts.claims.held, counts.claims.run) == (1, 1)
    assert (counts.pilots.held, counts.pilots.run) == (1, 1)
    assert (counts.consequences.run, counts.consequences.not_run) == (0, 1)
    assert (counts.controls, counts.caught, counts.controls_open, counts.confounded) == (1, 1, 0, 0)
    assert counts.blunt == 0
    assert 0 < counts.caught_laws <= counts.changed
