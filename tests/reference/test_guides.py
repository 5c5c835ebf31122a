"""The guides of the real families: what the rule on reported values has to look at there."""

from __future__ import annotations

from pathlib import Path

from lawbook.reference.catalog import load
from lawbook.reference.cross import REPORTED
from lawbook.reference.families import Cell

REPO = Path(__file__).resolve().parents[2]


def test_the_guides_say_what_papers_report() -> None:
    tables = [block.table for family in load(REPO)[0].families.values() for block in family.guide if block.table]
    looked_at = [
        row[i]
        for table in tables
        for row in table.rows
        for i, head in enumerate(table.head)
        if head.startswith(REPORTED) and isinstance(row[i], Cell)
    ]
    assert len(looked_at) > 5
