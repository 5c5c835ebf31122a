"""All laws: the list that needs no script, and the index of the table."""

from __future__ import annotations

import json
import re

import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.site import laws_table
from lawbook.site.facets import FACETS
from lawbook.site.pages import Book, pages


def test_without_a_script_every_law_is_there_with_its_outcome(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = pages(catalog, evidence)["laws/index.md"].text
    listed = re.findall(r'<li><a href="\.\./laws/([^"]*)">.*?</a> <span class="lb-verdict lb-(\w+)">(.*?)</span>', text)
    assert listed == [
        ("halving2001/#inverse-root", "good", "2 of 2 hold"),
        ("corner2002/#three-corners", "none", "not run yet"),
    ]
    assert "2 laws from 2 papers" in text
    for page in ("observable", "turn", "assumption", "kind", "data", "timeline", "map"):
        assert f'href="../browse/{page}/"' in text


def test_a_list_of_very_many_is_on_several_pages(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws_table, "LIMIT", 1)
    made = pages(catalog, {})
    first, second = made["laws/index.md"].text, made["laws/all-2.md"].text
    assert "halving2001/#inverse-root" in first
    assert "corner2002/#three-corners" not in first
    assert 'href="../../laws/corner2002/#three-corners"' in second
    assert 'href="../laws/all-2/"' in first
    assert 'href="../../laws/"' in second


def test_the_index_has_the_values_of_each_law_as_numbers_of_options(
    catalog: Catalog, evidence: dict[str, Evidence]
) -> None:
    book = Book(catalog, evidence)
    files = laws_table.files(book, book.listing)
    index = json.loads(files["assets/lawbook/laws.json"])
    assert [facet["id"] for facet in index["facets"]] == [facet.id for facet in FACETS]
    paper, law_id, name, values, word, tone, formula = index["laws"][0]
    assert index["papers"][paper][:2] == ["halving2001", index["papers"][paper][1]]
    assert (law_id, name, word, tone) == ("inverse-root", "The error falls as n^(−1/2)", "2 of 2 hold", "good")
    named = [[facet["options"][i][1] for i in mine] for facet, mine in zip(index["facets"], values, strict=True)]
    assert named[FACETS.index(next(f for f in FACETS if f.id == "assumes"))] == ["independent draws"]
    assert "σ" in formula
    words, assumes = index["papers"][paper][4:]
    assert "law of large numbers" in words
    assert list(assumes.values()) == ["The draws are independent."]


def test_a_formula_that_does_not_fit_a_line_is_left_out(catalog: Catalog) -> None:
    book = Book(catalog, {})
    assert [bool(formula) for formula in laws_table.formulas(book, book.listing)] == [True, True]
    for latex in (r"\sum_i x_i", "a" * 31, r"a = b, \qquad c = d, \qquad e = f"):
        entry = catalog.entries["halving2001"]
        formula = entry.main.formula.model_copy(update={"latex": latex})
        law = entry.main.model_copy(update={"formula": formula})
        entries = catalog.entries | {"halving2001": entry.model_copy(update={"laws": {"inverse-root": law}})}
        changed = Catalog(catalog.root, entries, catalog.family_of, catalog.families, catalog.notation, catalog.works)
        changed_book = Book(changed, {})
        assert laws_table.formulas(changed_book, changed_book.listing)[0] == "", latex
