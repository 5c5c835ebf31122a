"""What laws are narrowed down by: the values of each facet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Assumption, Check
from lawbook.site.facets import FACETS, Listing, data_sets, same_assumptions, short_name
from lawbook.site.pages import Book


def assumption(text: str) -> Assumption:
    return Assumption.model_validate({"text": text, "kind": "regime", "when-broken": "It fails."})


def test_each_law_has_values_of_every_facet(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    listing = Book(catalog, evidence).listing
    line = next(line for line in listing.lines if line.paper == "halving2001")
    assert line.name == "The error falls as n^(−1/2)"
    assert dict(line.values) == {
        "family": ("scaling",), "kind": ("power-law",), "support": ("theorem",), "verdict": ("holds",),
        "assumes": ("independent-draws",), "tells": ("test-loss",), "turn": ("number-of-samples",),
        "data": ("coin-flips", "made-for-the-test"), "origin": ("paper",),
    }  # fmt: skip
    assert listing.labels["assumes"] == {"flat": "flat", "independent-draws": "independent draws"}
    assert listing.labels["verdict"] == {"not-run": "not run yet", "holds": "every claim holds"}  # the worst first
    for facet in FACETS:
        used = {value for law in listing.lines for value in law.values[facet.id]}
        assert used == set(listing.labels[facet.id]), facet


def test_a_law_is_listed_under_each_of_its_values_and_once(catalog: Catalog) -> None:
    listing = Listing(Book(catalog, {}))
    assert [line.id for line in listing.having("data", "made-for-the-test")] == ["inverse-root", "three-corners"]
    assert [line.id for line in listing.having("assumes", "flat")] == ["three-corners"]
    assert listing.having("assumes", "no such") == []


def test_the_same_name_or_the_same_sentence_is_one_assumption(catalog: Catalog) -> None:
    first, second = catalog.entries["halving2001"], catalog.entries["corner2002"]
    entries = [
        first.model_copy(update={"assumptions": {"full-batch": assumption("All samples.")}}),
        second.model_copy(update={"assumptions": {"full-batch": assumption("The whole gradient.")}}),
        second.model_copy(
            update={"assumptions": {"deterministic": assumption("the whole gradient"), "noise": assumption("It is.")}}
        ),
    ]
    assert same_assumptions(entries) == {
        "full-batch": "full-batch", "deterministic": "full-batch", "noise": "noise",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("sharpness (largest eigenvalue of the Hessian)", "sharpness"),
        ("compute, number of features times training time", "compute"),
        ("length of $w$", "length of w"),
        ("(odd)", "(odd)"),
    ],
)
def test_the_name_of_a_quantity_ends_where_its_explanation_begins(name: str, short: str) -> None:
    assert short_name(name) == short


def test_one_data_set_in_different_words_is_one_value(catalog: Catalog) -> None:
    law = catalog.entries["halving2001"].main
    check = law.checks["exponent"]

    def on(text: str | None) -> Check:
        return check.model_copy(update={"data": text})

    words = [
        "handwritten digits bundled with scikit-learn",
        "scikit-learn digits",
        "docstrings of NumPy",
        "a lake",
        None,
    ]
    law = law.model_copy(update={"checks": {f"c{i}": on(text) for i, text in enumerate(words)}})
    assert list(dict.fromkeys(data_sets(law))) == [
        "handwritten digits", "documentation of Python packages", "a lake", "made for the test",
    ]  # fmt: skip


def test_an_outcome_is_as_the_verdict_tells_it(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    run = evidence["halving2001"].shown
    failing = tuple(replace(record, verdict="fails") if record.kind == "check" else record for record in run.measured)
    bad = replace(run, measured=failing)
    listing = Book(catalog, {"halving2001": Evidence("halving2001", bad, (bad,))}).listing
    line = next(line for line in listing.lines if line.paper == "halving2001")
    assert line.values["verdict"] == ("fails",)
    assert line.told.tone == "bad"
