"""What the pages of the real book weigh: what is made for each, to which the theme adds 17 to 21 kB.

The limits are what was reached, and a little. Of a paper without a run the page is lighter, and passes too.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lawbook.evidence import store
from lawbook.reference.catalog import load
from lawbook.site import content
from lawbook.site.conversion import Conversions
from lawbook.site.notebook_page import prepare
from lawbook.site.pages import Book

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def book() -> Book:
    catalog = load(REPO)[0]
    return Book(catalog, store.read(catalog), content.charts_of(REPO))


@pytest.fixture(scope="module")
def sizes(book: Book) -> dict[str, int]:
    return {path: len(page.text.encode()) for path, page in book.pages().items()}


@pytest.mark.parametrize(
    ("folder", "depth", "limit"),
    [("laws/", 1, 128_000), ("laws/", 2, 125_000), ("own-model", 0, 105_000)],
)
def test_a_page_is_light(sizes: dict[str, int], folder: str, depth: int, limit: int) -> None:
    found = {path: size for path, size in sizes.items() if path.startswith(folder) and path.count("/") == depth}
    assert found
    assert {path: size for path, size in found.items() if size > limit} == {}


def test_what_can_be_tested_on_an_own_model_is_light(book: Book, sizes: dict[str, int]) -> None:
    papers = {family: len(book.catalog.in_family(family)) for family in book.catalog.families}
    of_each = {family: sizes[f"own-model/{family}.md"] / count for family, count in papers.items()}
    assert {family: size for family, size in of_each.items() if size > 11_000} == {}


def test_a_notebook_is_light(book: Book, tmp_path: Path) -> None:
    found = book.evidence.get("kunin2021")  # the heaviest
    if found is None:
        pytest.skip("kunin2021 has not been run")
    ready = prepare("kunin2021", json.loads(store.notebook_text(book.catalog, found.shown)))
    made = Conversions(tmp_path)
    made.make([ready.text])
    assert len(made.of(ready.text).html.encode()) < 95_000
