"""Letters of a formula that another law of the entry or its `letters` explain, and those that nothing explains."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.letters import explained, idle, instead, unexplained
from lawbook.reference.model import Entry
from lawbook.reference.symbols import Quantity, Symbol
from lawbook.site.pages import Book


def entry(catalog: Catalog, formula: str, *symbols: tuple[str, str]) -> Entry:
    """An entry whose first law has this formula and no symbols, and whose others have one of `symbols` each."""
    whole = catalog.entries["halving2001"]
    law = next(iter(whole.laws.values()))
    bare: dict[str, object] = {"checks": {}, "controls": {}, "reported": [], "assumes": []}
    laws = {"first": law.model_copy(update=bare | {"symbols": {}, "formula": formula_of(law.formula, formula)})}
    for number, (latex, name) in enumerate(symbols):
        made = Symbol.model_validate({"latex": latex, "name": name, "unit": "1"})
        laws[f"other-{number}"] = law.model_copy(
            update=bare | {"symbols": {f"s{number}": made}, "formula": formula_of(law.formula, latex)}
        )
    return whole.model_copy(update={"laws": laws})


def formula_of(formula: object, latex: str) -> object:
    return formula.model_copy(update={"latex": latex, "expr": None, "gives": None})  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("formula", "letter", "is_meant"),
    [
        (r"\frac{L}{m}", "m", True),
        (r"D^{-\alpha_D}", r"\alpha_D", True),
        (r"n^{\min(r,1)}", "r", True),
        (r"N_m", "m", False),  # an index
        (r"x_{m+1}", "m", False),
        (r"H_a \propto G_a", "H", False),  # with an index: another quantity
        (r"\mathbb E\,L", "E", False),
        (r"\hat{w}", "w", False),
        (r"m\ \text{for small}", "s", False),  # a word
        (r"\operatorname{rank}", "r", False),
        (r"\beta^{A}-\beta^{B}", "A", False),  # whose it is
        (r"\frac{d q}{d t}", "d", False),  # a differential
    ],
)
def test_a_letter_is_meant_where_it_stands_alone(catalog: Catalog, formula: str, letter: str, is_meant: bool) -> None:
    made = entry(catalog, formula, (letter, "a thing"))
    assert [symbol.name for symbol in explained(catalog.notation, made, made.laws["first"])] == ["a thing"] * is_meant


def test_a_letter_of_two_meanings_is_not_explained(catalog: Catalog) -> None:
    made = entry(catalog, "a + b", ("a", "one thing"), ("a", "another"), ("b", "a third"))
    assert [symbol.name for symbol in explained(catalog.notation, made, made.laws["first"])] == ["a third"]


def test_the_longest_symbol_takes_its_letters(catalog: Catalog) -> None:
    made = entry(catalog, r"\sum_k (1-s_k)", ("s_k", "a share"), ("1-s_k", "what is left"))
    assert [symbol.name for symbol in explained(catalog.notation, made, made.laws["first"])] == ["what is left"]


def test_the_loss_that_is_descended_is_the_training_loss(catalog: Catalog) -> None:
    loss = Quantity.model_validate({"latex": "L", "name": "training loss", "unit": "1", "role": "observable"})
    known = replace(catalog, notation={**catalog.notation, "loss": loss})
    for formula, told in ((r"\nabla^2 L(\theta_t)", ["training loss"]), ("L(n) = c", [])):
        made = entry(catalog, formula)
        assert [symbol.name for symbol in explained(known.notation, made, made.laws["first"])] == told


def test_the_page_says_it_under_the_formula(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    made = entry(catalog, r"\kappa + 1", (r"\kappa", "bending"))
    book = Book(replace(catalog, entries={**catalog.entries, "halving2001": made}), {})
    page = book.law("halving2001").text
    top, _, below = page.partition("## The laws")
    assert re.search(r'class="lb-sym" tabindex="0">.*bending', top)
    assert "bending" in below.split("###")[1]


def test_a_letter_is_no_number_and_has_nothing_behind_it(catalog: Catalog) -> None:
    made = entry(catalog, r"W + 1").model_copy(update={"letters": {"W": "weights of the layer"}})
    page = Book(replace(catalog, entries={**catalog.entries, "halving2001": made}), {}).law("halving2001").text
    line = re.search(r'<p class="lb-symline">.*', page)
    assert line is not None
    assert "weights of the layer</span>" in line[0]
    assert 'lb-sym"' not in line[0]
    assert "pure number" not in line[0]


def test_a_sum_is_not_the_head_of_a_longer_one(catalog: Catalog) -> None:
    entry = catalog.entries["halving2001"]
    law = entry.main
    total = law.model_copy(
        update={
            "symbols": {
                "total": Symbol.model_validate({}).model_copy(
                    update={"latex": r"\sum_k p_k", "name": "all shares", "unit": "1"}
                )
            }
        }
    )
    for latex, names in ((r"a=\sum_k p_k", ["all shares"]), (r"a=\sum_k p_k e^{-p_k}", [])):
        other = law.model_copy(update={"symbols": {}, "formula": law.formula.model_copy(update={"latex": latex})})
        changed = entry.model_copy(update={"laws": {"total": total, "other": other}})
        assert [symbol.name for symbol in explained(catalog.notation, changed, other)] == names


def test_letters_that_nothing_explains_are_told(catalog: Catalog) -> None:
    formula = r"W^{\mathsf T}W = \mathbb E\,\Sigma_B + O(h) \ \text{for most } h_i,\ \frac{d}{dt}k"
    made = entry(catalog, formula, ("k", "a place"))
    law = made.laws["first"]
    assert unexplained(catalog.notation, made, law) == ["W", r"\Sigma", "h", "t"]
    told = made.model_copy(update={"letters": {"W": "weights", r"\Sigma_B": "spread", "h": "features", "t": "time"}})
    assert unexplained(catalog.notation, told, law) == []
    assert [(s.latex, s.name, s.unit) for s in explained(catalog.notation, told, law)] == [
        ("W", "weights", None),
        (r"\Sigma_B", "spread", None),
        ("h", "features", None),
        ("t", "time", None),
        ("k", "a place", "1"),
    ]
    assert idle(catalog.notation, told) == []


def test_a_letter_that_no_formula_needs_is_told(catalog: Catalog) -> None:
    made = entry(catalog, "k + W", ("k", "a place")).model_copy(
        update={"letters": {"W": "weights", "k": "x", "V": "y"}}
    )
    assert idle(catalog.notation, made) == ["V"]  # what the entry says of k goes before what another law does
    assert explained(catalog.notation, made, made.laws["first"])[0].name == "x"


def test_a_letter_that_is_refused_is_told_which_key_is_left(catalog: Catalog) -> None:
    made = entry(catalog, r"L_{m} \le L_{m'} + \ell_\phi + \ell^2", ("L", "loss"))
    assert unexplained(catalog.notation, made, made.laws["first"]) == ["L", r"\ell"]
    assert instead(catalog.notation, made, "L") == (
        "; it is the symbol 's0' of other-0, explained there; with its index it may be a key: L_{m}, L_{m'}"
    )
    assert instead(catalog.notation, made, r"\ell") == r"; with its index it may be a key: \ell_\phi"
    assert instead(catalog.notation, made, "l") == ""  # a part of a command is no letter
    told = made.model_copy(update={"letters": {"L_{m}": "a", "L_{m'}": "b", r"\ell": "c"}})
    assert (unexplained(catalog.notation, told, told.laws["first"]), idle(catalog.notation, told)) == ([], [])
