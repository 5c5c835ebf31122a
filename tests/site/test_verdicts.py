"""A verdict in words: what is green, and what must not be."""

from __future__ import annotations

from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.site.verdicts import tally, tell


def test_a_check_that_holds(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    told = tell(catalog.entries["halving2001"], evidence["halving2001"], "check", "exponent")
    assert (told.word, told.tone, told.counted) == ("holds", "good", "3 of 3 seeds")


def test_a_control_is_green_only_if_it_fails(
    catalog: Catalog, evidence: dict[str, Evidence], unfinished: dict[str, Evidence]
) -> None:
    entry = catalog.entries["halving2001"]
    good = tell(entry, evidence["halving2001"], "control", "one-draw-repeated")
    assert (good.word, good.tone) == ("fails, as it must", "good")
    bad = tell(entry, unfinished["halving2001"], "control", "one-draw-repeated")
    assert (bad.word, bad.tone, bad.counted) == ("holds, but must fail", "bad", "0 of 2 seeds")


def test_a_seed_that_did_not_finish_is_counted_as_run(catalog: Catalog, unfinished: dict[str, Evidence]) -> None:
    told = tell(catalog.entries["halving2001"], unfinished["halving2001"], "check", "exponent")
    assert told.counted == "1 of 2 seeds"


def test_not_reproduced_has_a_tone_of_its_own(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    from dataclasses import replace

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
    assert tally(entry, evidence["halving2001"], entry.main.checks).word == "2 of 2 hold"
    assert tally(entry, None, entry.main.checks).tone == "none"
    assert tally(entry, None, []).word == "no check"
