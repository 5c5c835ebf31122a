"""What the page tells the script of a measurement: the entry's formula and tolerance, never numbers of its own."""

from __future__ import annotations

import ast
import dataclasses
import math
import re
from pathlib import Path
from typing import Any

import pytest
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.formula import Formula
from lawbook.site import remeasure
from lawbook.site.formula_json import tree

REPO = Path(__file__).resolve().parents[2]
SIGNS: dict[str, Any] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "**": lambda a, b: a**b, "sqrt": math.sqrt, "exp": math.exp, "Max": max,
}  # fmt: skip


def value(node: Any, given: dict[str, float]) -> float:
    if isinstance(node, int | float):
        return float(node)
    if isinstance(node, str):
        return given[node]
    return float(SIGNS[node[0]](*(value(part, given) for part in node[1:])))


@pytest.fixture(scope="module")
def book() -> Catalog:
    return load(REPO)[0]


@pytest.mark.parametrize(
    "text", ["2/eta", "-eta**2 + pi*eta", "Max(eta, 1)/sqrt(eta + 3)", "exp(-2*eta)*E", "+eta - 1"]
)
def test_the_tree_is_the_formula(text: str) -> None:
    formula = Formula.parse(text, ["eta"])
    assert value(tree(formula), {"eta": 0.7}) == pytest.approx(formula(eta=0.7), rel=1e-14)


@pytest.mark.parametrize("paper", sorted(remeasure.SETUPS))
def test_prediction_and_tolerance_are_the_entrys(book: Catalog, paper: str) -> None:
    again = remeasure.of(book, paper)
    assert again is not None
    law, name = remeasure.SETUPS[paper].judged
    check = book.entries[paper].laws[law].checks[name]
    assert again.specification["tolerance"] == {"abs": check.tolerance.abs, "rel": check.tolerance.rel}
    formula = book.expression(book.entries[paper].laws[law], str(check.predicted))
    assert again.specification["predicted"] == tree(formula)
    script = (REPO / "docs" / "assets" / "measure" / f"{paper}.js").read_text(encoding="utf-8")
    asked = re.search(r"serve\(\(\{([^}]*)\}", script)
    assert asked is not None
    known = {view.knob.id for view in again.knobs}
    assert {name.strip() for name in asked[1].split(",")} | {"seed"} == known


def test_every_function_of_the_safe_syntax_is_known_to_the_script() -> None:
    shell = (REPO / "docs" / "assets" / "measure" / "shell.js").read_text(encoding="utf-8")
    calls = shell[shell.index("const CALLS") : shell.index("function compute")]
    used = {
        node.func.id
        for setup, paper in ((remeasure.SETUPS[p], p) for p in remeasure.SETUPS)
        for law in load(REPO)[0].entries[paper].laws.values()
        if law.formula.expr
        for node in ast.walk(ast.parse(" ".join(law.formula.expr.split()), mode="eval"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert all(re.search(rf"\b{name}\b", calls) for name in used), used


def test_a_page_without_a_measurement_loads_none(catalog: Catalog) -> None:
    assert remeasure.of(catalog, "halving2001") is None


def test_an_entry_that_lost_the_law_has_no_measurement(book: Catalog) -> None:
    entry = book.entries["cohen2021"]
    lost = {name: law for name, law in entry.laws.items() if name != "sharpness-at-the-edge"}
    entries = book.entries | {"cohen2021": entry.model_copy(update={"laws": lost})}
    assert remeasure.of(dataclasses.replace(book, entries=entries), "cohen2021") is None
