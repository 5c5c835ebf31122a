"""Exercises out of notebooks, and the order of reading, on the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from lawbook.reference.catalog import Catalog, load
from lawbook.site.exercises import of
from lawbook.site.pages import pages

ROOT = Path(__file__).resolve().parents[2]
TAIL = "\n# ## What to try next\n#\n# - Take $n$\n#   twice.\n# - Look [there](../laws/corner2002.md).\n"


@pytest.mark.parametrize("after", ["", "\n# %%\nx = 1\n", "# ## More\n#\n# - no\n", "x = 1\n"])
def test_the_list_ends_where_its_section_ends(after: str) -> None:
    made = of(f"# %% [markdown]{TAIL}{after}")
    assert made == "- Take $n$\n  twice.\n- Look [there](../laws/corner2002.md)."


def test_a_notebook_without_them_has_none() -> None:
    assert of("# %% [markdown]\n# ## Elsewhere\n# What to try next\n") == ""


def test_every_notebook_of_the_book_ends_with_some() -> None:
    catalog, _ = load(ROOT)
    assert [p for p in catalog.entries if not of(catalog.notebook(p).read_text(encoding="utf-8"))] == []


def test_exercises_and_order_stand_on_the_pages(tiny: Path) -> None:
    notebook = tiny / "notebooks/scaling/halving2001.py"
    notebook.write_text(notebook.read_text() + "\n# %% [markdown]" + TAIL + "# - <b>raw</b>\n")
    entry = tiny / "references/scaling/halving2001.yml"
    entry.write_text(entry.read_text().rstrip("\n") + "\nread-first: [corner2002]\n")
    catalog, problems = load(tiny)
    assert problems == []
    made = pages(catalog, {})
    law = made["laws/halving2001.md"].text
    assert 'Read first: <a href="../../laws/corner2002/">' in law
    part = law.partition('id="exercises"')[2]
    assert '<a href="../../laws/corner2002/">there</a>' in part
    assert "&lt;b&gt;raw" in part
    assert 'Next: <a href="../../laws/halving2001/">' in made["laws/corner2002.md"].text


def test_a_family_of_one_paper_has_no_path(catalog: Catalog) -> None:
    assert "lb-path" not in pages(catalog, {})["families/scaling.md"].text


def test_a_family_has_a_path() -> None:
    catalog, _ = load(ROOT)
    text = pages(catalog, {})["families/symmetry.md"].text.partition('class="lb-path"')[2].partition("</ol>")[0]
    assert text.count("<li>") == len(catalog.in_family("symmetry"))
    assert text.index("laws/du2018/") < text.index("laws/kunin2021/") < text.index("laws/tanaka2021/")
