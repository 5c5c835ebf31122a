"""What search knows."""

from __future__ import annotations

from lawbook.reference.catalog import Catalog
from lawbook.site.search import documents


def test_a_paper_is_known_by_title_alias_author_and_formula(catalog: Catalog) -> None:
    found = {d["location"]: d for d in documents(catalog)}
    paper = found["laws/halving2001/"]
    assert paper["title"].startswith("The test loss falls")
    assert "LLN" in paper["tags"]
    assert catalog.works["halving2001"].authors[0].family in paper["text"]
    law = found["laws/halving2001/#inverse-root"]
    assert "number of samples" in law["text"]
    assert law["title"] == "The error falls as n^(−1/2)"
    assert "families/scaling/" in found


def test_text_is_escaped(catalog: Catalog) -> None:
    from dataclasses import replace

    entry = catalog.entries["corner2002"].model_copy(update={"title": "<b>x</b>", "summary": "<i>"})
    bad = replace(catalog, entries={"corner2002": entry})
    for document in documents(bad):
        assert "<b>" not in document["title"]
        assert "<i>" not in document["text"]
