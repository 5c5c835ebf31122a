"""instruments.yml: every law of the book with a check has its line, and what is wrong is told with its place."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from lawbook.reference import source
from lawbook.reference.catalog import load
from lawbook.reference.instruments import OfCheck, functions

REPO = Path(__file__).resolve().parents[2]
NAME = "references/instruments.yml"
LAW = "halving2001/inverse-root"


def test_a_book_needs_none(tiny: Path) -> None:
    (tiny / NAME).unlink()
    catalog, problems = load(tiny)
    assert problems == []
    assert catalog.instruments == {}


def test_a_check_may_differ_from_its_law(tiny: Path) -> None:
    catalog, problems = load(tiny)
    assert problems == []
    law = catalog.instruments[LAW]
    assert law.of("exponent") == OfCheck("any", None, ("runs",), ("powerlaw.fit",))
    assert law.of("extrapolates") == OfCheck("such", "coins, or others whose spread $\\sigma$ you know", ("runs",), ())


def test_every_law_of_the_book_that_has_a_check_has_a_line() -> None:
    catalog, problems = load(REPO)
    assert problems == []
    asked = {f"{e.paper}/{name}" for e in catalog.entries.values() for name, law in e.laws.items() if law.checks}
    assert set(catalog.instruments) == asked


def test_the_functions_are_those_that_are_there() -> None:
    assert "sharpness.sharpness" in functions()
    for name in functions():
        module, _, function = name.partition(".")
        assert callable(getattr(importlib.import_module(f"lawbook.measure.{module}"), function)), name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{LAW}: {{where: any, have: [runs], by: [powerlaw.fitt]}}\n", "instruments.yml:1:59: halving2001/inverse-root.by[0]: found 'powerlaw.fitt', expected module.function of lawbook.measure (did you mean 'powerlaw.fit'?)"),
        (f"{LAW}: {{where: anywhere, have: [runs]}}\n", "where: found 'anywhere', expected one of any, such, only"),
        (f"{LAW}: {{where: any, have: [run]}}\n", "have[0]: found 'run', expected"),
        (f"{LAW}: {{where: any, have: []}}\n", "have: found a list, expected at least one item"),
        (f"{LAW}: {{where: any}}\n", "found no key 'have', expected it"),
        (f"{LAW}: {{where: such, have: [runs]}}\n", "found `where: such` without `such`, expected which kind of model"),
        (f"{LAW}: {{where: only, such: coins, have: [runs]}}\n", "such: found `such` beside `where: only`, expected `where: such`"),
        (f"{LAW}: {{where: any, have: [runs], checks: {{exponents: {{where: only}}}}}}\n", "found 'exponents', expected a check of halving2001/inverse-root (did you mean 'exponent'?)"),
        (f"{LAW}: {{where: any, have: [runs], checks: {{exponent: {{where: such}}}}}}\n", "checks.exponent: found `where: such` without `such`"),
        (f"{LAW}: {{where: any, have: [runs], checks: {{exponent: {{such: coins}}}}}}\n", "checks.exponent.such: found `such` beside `where: any`"),
        (f"{LAW}: {{where: any, have: [runs], checks: {{exponent: {{by: [nothing.here]}}}}}}\n", "by[0]: found 'nothing.here'"),
        ("halving2001/inverse-rot: {where: any, have: [runs]}\n", "found 'halving2001/inverse-rot', expected paper/law (did you mean 'inverse-root'?)"),
        ("halving2002/inverse-root: {where: any, have: [runs]}\n", "expected paper/law (did you mean 'halving2001'?)"),
        ("halving2001: {where: any, have: [runs]}\n", "found the key 'halving2001', expected paper/law, such as"),
        (f"{LAW}: {{where: such, such: '<b>', have: [runs]}}\n", "raw HTML"),
        ("- x\n", "found a list, expected a mapping"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tiny: Path, text: str, told: str) -> None:
    (tiny / NAME).write_text(text, encoding="utf-8")
    _, problems = load(tiny)
    assert told in "\n".join(map(str, problems))


def test_it_may_be_as_large_as_many_entries(tiny: Path) -> None:
    with (tiny / NAME).open("a", encoding="utf-8") as file:
        file.write(f"# {'x' * 2 * source.MAX_BYTES}\n")
    assert load(tiny)[1] == []
    assert load(tiny)[0].instruments
