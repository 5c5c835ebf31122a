"""The sentence on top of a page: whoever reads nothing else has the quantity, both numbers and every outcome."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.site.outcomes import outcomes
from lawbook.site.pages import Book, pages
from lawbook.site.sentence import verdict
from lawbook.site.verdicts import Told

from tests.site.test_verdicts import confirmation


def opening(catalog: Catalog, evidence: dict[str, Evidence], check: str = "exponent", **changes: Any) -> str:
    """The opening of halving2001 as text, where its page opens with `check`, changed so."""
    entry = catalog.entries["halving2001"]
    checks = {check: entry.main.checks[check].model_copy(update=changes)}
    law = entry.main.model_copy(update={"checks": checks, "controls": {}})
    changed = entry.model_copy(update={"laws": {"inverse-root": law}})
    book = Book(replace(catalog, entries=catalog.entries | {"halving2001": changed}), evidence)
    return html.unescape(re.sub("<[^>]+>", "", book.view("halving2001", "../../").opening))


def test_a_number(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    lead = "The exponent with which the error falls as n grows"
    assert opening(catalog, evidence) == f"{lead} is predicted to be 0.5 (± 0.1), and measured as 0.513 ± 0.012"
    assert opening(catalog, {}) == f"{lead} is predicted to be 0.5 (± 0.1)"
    assert "to be 0.5 nats (± 0.1), and measured as 0.513 ± 0.012 nats" in opening(catalog, evidence, unit="nats")


def test_a_bound(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    assert " is predicted to be at most 0.6, and measured as" in opening(catalog, evidence, sense="at-most")
    assert " is predicted to be at least 0.4, and measured as" in opening(catalog, evidence, sense="at-least")


def test_an_expression_shows_both_numbers(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    said = opening(catalog, evidence, "extrapolates", predicted="spread/n", quantity="the error")
    assert said.startswith(
        "The error is predicted to be σ/n (± 30 %, set after trials): at the worst of 2 points that is"
    )
    long = "n**3/spread + spread**2/n**5 + n/(7 + spread) + 5*n**4"
    assert "The error is predicted by a formula (± 30 %" in opening(
        catalog, evidence, "extrapolates", predicted=long, quantity="the error"
    )


def test_fitted_says_what_was_fitted(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    said = opening(catalog, evidence, "extrapolates", quantity="the error at a large $n$")
    assert said.startswith("The error at a large n is predicted by the formula, fitted to 3 other measurements")
    assert "(number of samples from 16 to 256) (± 30 %, set after trials)" in said
    assert said.endswith(": at the worst of 2 points that is 0.0221, and 0.02250 ± 0.00050 was measured")


def test_the_quantity_is_escaped(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    entry = catalog.entries["halving2001"]
    nasty = entry.main.checks["exponent"].model_copy(update={"quantity": "<script>x</script>", "unit": "<img src=x>"})
    law = entry.main.model_copy(update={"checks": entry.main.checks | {"exponent": nasty}})
    changed = replace(
        catalog, entries=catalog.entries | {"halving2001": entry.model_copy(update={"laws": {"inverse-root": law}})}
    )
    for page in pages(changed, evidence).values():
        assert "<script>x" not in page.text
        assert "<img" not in page.text


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (("holds", "holds"), ["2 of 2 claims hold"]),
        (("holds", "fails"), ["1 of 2 claims hold", "1 fails"]),
        (("fails", "fails"), ["0 of 2 claims hold", "2 fail"]),
        (("undecided", "fails"), ["0 of 2 claims hold", "1 fails", "1 is undecided"]),
    ],
)
def test_every_outcome_is_told(
    catalog: Catalog, evidence: dict[str, Evidence], verdicts: tuple[Any, Any], words: list[str]
) -> None:
    run = evidence["halving2001"].shown
    records = tuple(replace(r, verdict=v) for r, v in zip(run.measured[:2], verdicts, strict=True))
    shown = replace(run, measured=(*records, run.measured[2]))
    found = Evidence("halving2001", shown, (shown,))
    assert [told.word for told in outcomes(catalog.entries["halving2001"], found)] == words
    made = pages(catalog, {"halving2001": found})
    top = made["laws/halving2001.md"].text.partition("## The law")[0]
    for page in (top, made["families/scaling.md"].text):
        assert all(f">{word}</span>" in page for word in words)


def test_what_is_not_reproduced_stands_beside_what_holds(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    entry = catalog.entries["halving2001"]
    marked = entry.main.checks["extrapolates"].model_copy(update={"not_reproduced": "too small"})
    law = entry.main.model_copy(update={"checks": entry.main.checks | {"extrapolates": marked}})
    run = evidence["halving2001"].shown
    shown = replace(run, measured=(run.measured[0], replace(run.measured[1], verdict="fails"), run.measured[2]))
    told = outcomes(entry.model_copy(update={"laws": {"inverse-root": law}}), Evidence("halving2001", shown, (shown,)))
    assert [(one.word, one.tone) for one in told] == [("1 of 2 claims hold", "good"), ("1 is not reproduced", "other")]


def test_too_few_drawn_seeds_are_told(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    found = replace(evidence["halving2001"], confirmed=confirmation(18))
    told = outcomes(catalog.entries["halving2001"], found)
    assert [one.word for one in told] == ["1 of 2 claims hold", "1 holds in too few seeds"]


def test_consequences_alone_are_told_apart(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    assert [one.word for one in outcomes(catalog.entries["corner2002"], None)] == ["not run yet"]
    entry = catalog.entries["halving2001"]
    checks = {name: check.model_copy(update={"tests": "consequence"}) for name, check in entry.main.checks.items()}
    law = entry.main.model_copy(update={"checks": checks})
    told = outcomes(entry.model_copy(update={"laws": {"inverse-root": law}}), evidence["halving2001"])
    assert [(one.word, one.tone) for one in told] == [("2 of 2 consequences hold", "algebra")]


def test_too_few_seeds_are_not_told_as_if_it_had_failed_in_them() -> None:
    few = Told("holds here, not in enough seeds", "open", 17, 20, "28 November 2026")
    assert f"this {few.word} {verdict(few)}" == "this holds here, not in enough seeds (17 of 20 confirmed seeds)"
    assert verdict(Told("holds", "good", 20, 20, "28 November 2026")) == "in 20 of 20 confirmed seeds"
    otherwise = Told("not believed", "bad", 20, 20, "28 November 2026")
    assert verdict(otherwise) == "(it held in 20 of 20 confirmed seeds)"
