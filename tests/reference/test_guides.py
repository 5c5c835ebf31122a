"""The guides of the real families: a value that a guide says a paper reports stands in that paper's entry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lawbook.numbers import plain
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.model import Cell

REPO = Path(__file__).resolve().parents[2]
CATALOG: Catalog = load(REPO)[0]


def quoted() -> Iterator[tuple[str, str]]:
    """Text and law of every cell in a column of reported values."""
    for family in CATALOG.families.values():
        for table in (block.table for block in family.guide if block.table is not None):
            columns = [i for i, head in enumerate(table.head) if head.startswith("reported")]
            for cell in (row[i] for row in table.rows for i in columns):
                if isinstance(cell, Cell):
                    assert cell.text is not None
                    assert cell.law is not None
                    yield cell.text, cell.law


@pytest.mark.parametrize(("text", "reference"), list(quoted()))
def test_a_reported_value_in_a_guide_is_the_entrys(text: str, reference: str) -> None:
    paper, _, law = reference.partition("/")
    values = [item.value for item in CATALOG.entries[paper].laws[law].reported]
    assert any((value if isinstance(value, str) else plain(value)) in text for value in values)


def test_there_is_something_to_compare() -> None:
    assert len(list(quoted())) > 5
