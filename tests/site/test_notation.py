"""The index of quantities."""

from __future__ import annotations

from pathlib import Path

from lawbook.reference.catalog import Catalog, load
from lawbook.site.markdown import Writer
from lawbook.site.notation import index
from lawbook.site.pages import pages


def test_every_symbol_of_every_law_is_in_it_once() -> None:
    catalog, _ = load(Path(__file__).resolve().parents[2])
    canonical, own = index(catalog, sorted(catalog.entries), Writer(catalog, "../"))
    rows = canonical + [row for rows in own.values() for row in rows]
    uses = sum(len(law.symbols) for entry in catalog.entries.values() for law in entry.laws.values())
    assert sum(len(row.uses) for row in rows) == uses
    assert [row.id for row in canonical] == list(catalog.notation)
    decay = next(row for row in canonical if row.id == "weight_decay")
    assert {letter for letter, _ in decay.letters.items()} >= {"k", r"\gamma"}
    assert decay.role == "set"


def test_the_page_links_to_the_laws(catalog: Catalog) -> None:
    text = pages(catalog, {})["notation.md"].text
    row = text.partition('id="n"')[2].partition("</tr>")[0]
    assert "number of samples" in row
    assert "in samples" in row
    assert 'href="../laws/halving2001/#inverse-root"' in row
    assert "## " in text
