"""The guides of the real families: a value that a guide says a paper reports stands in that paper's entry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lawbook.numbers import plain
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.families import Cell

REPO = Path(__file__).resolve().parents[2]
CATALOG: Catalog = load(REPO)[0]


def quoted() -> Iterator[tuple[str, str, bool]]:
    """Text and law of every cell in a column of reported values, and whether the table has one sign convention."""
    for family in CATALOG.families.values():
        for table in (block.table for block in family.guide if block.table is not None):
            columns = [i for i, head in enumerate(table.head) if head.startswith("reported")]
            turned = any(isinstance(cell, Cell) and cell.turned for row in table.rows for cell in row)
            for cell in (row[i] for row in table.rows for i in columns):
                if isinstance(cell, Cell):
                    assert cell.text is not None
                    assert cell.law is not None
                    yield cell.text, cell.law, turned


@pytest.mark.parametrize(("text", "reference", "turned"), list(quoted()))
def test_a_reported_value_in_a_guide_is_the_entrys(text: str, reference: str, turned: bool) -> None:
    paper, _, law = reference.partition("/")
    values = [item.value for item in CATALOG.entries[paper].laws[law].reported if item.by is None]
    known = {value if isinstance(value, str) else plain(value) for value in values}
    if turned:  # a column of exponents, positive where the loss falls
        known = {value.removeprefix("−").removeprefix("-") for value in known}
    assert any(value in text for value in known)


def test_there_is_something_to_compare() -> None:
    assert len(list(quoted())) > 5
