"""The book for another generator: everything is there, and it is what the plugin shows too."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from lawbook.evidence import store
from lawbook.evidence.record import Evidence, digest
from lawbook.reference.catalog import Catalog, load
from lawbook.site import content as of_content
from lawbook.site.content import NotebookPage, content, nav
from lawbook.site.pages import Book
from lawbook.site.portable import guide, home, moved, notebook, settings

NOTEBOOK = "docs/notebooks/halving2001/index.md"


def test_everything_is_there(portable: Path) -> None:
    files = {p.relative_to(portable / "docs").as_posix() for p in (portable / "docs").rglob("*") if p.is_file()}
    assert {
        "index.md", "reading/index.md", "bibliography/index.md", "laws/index.md", "laws/halving2001/index.md",
        "families/scaling/index.md", "notebooks/halving2001/index.md", "download/halving2001.ipynb", "download/halving2001.py", "cite/lawbook.bib",
        "api/halving2001.json", "assets/lawbook.css", "assets/lawbook.js", "assets/favicon.svg",
        "assets/lawbook/vega.js", "assets/lawbook/stix-two-math.woff2", "overrides/main.html",
    } <= files  # fmt: skip


def test_it_is_what_the_plugin_takes(site: Path, portable: Path) -> None:
    catalog, _ = load(site.parents[1])
    made = content(Book(catalog, store.read(catalog)))
    for path, page in made.pages.items():
        assert (portable / "docs" / home(path)).read_text(encoding="utf-8") == page.text
    for path, data in made.files.items():
        written = (portable / "docs" / path).read_bytes()
        assert written == (data.encode() if isinstance(data, str) else data)
        assert (site / path).read_bytes() == written


def test_notebooks_and_the_map_are_made_ready_once(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog, _ = load(site.parents[1])
    made = content(Book(catalog, store.read(catalog)))

    def not_again(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr("lawbook.site.notebook_page.prepare", not_again)
    monkeypatch.setattr("lawbook.site.relation_map.layout", not_again)
    of_content._prepared.cache_clear()
    again = content(Book(catalog, store.read(catalog)))
    assert again.notebooks == made.notebooks
    assert again.files == made.files
    assert again.pages["browse/map.md"] == made.pages["browse/map.md"]


def test_guides_have_their_live_parts(portable: Path) -> None:
    for path in (portable / "docs").rglob("*.md"):
        assert not re.search("^<!-- lawbook:", path.read_text(encoding="utf-8"), re.MULTILINE), path
    home = (portable / "docs/index.md").read_text(encoding="utf-8")
    assert home.startswith("---\ntitle: Laws of deep learning")
    assert "<b>2</b> papers" in home
    assert "<math>" in (portable / "docs/verdicts/index.md").read_text(encoding="utf-8")


def test_a_notebook_keeps_code_outputs_figures_and_math(portable: Path, ported: Path) -> None:
    text = (portable / NOTEBOOK).read_text(encoding="utf-8")
    assert "```python\n" in text
    assert '<table class="lawbook-record' in text
    assert "<math" in text
    assert "](../../laws/halving2001/index.md" in text
    for figure in re.findall(r'src="\.\./\.\./(figures/[^"]+)"', text):
        assert (portable / "docs" / figure).is_file()
    assert "<svg" not in text
    built = (ported / "notebooks/halving2001/index.html").read_text(encoding="utf-8")
    assert 'href="../../laws/halving2001/"' in built
    assert '<span class="k">' in built  # code has its colours
    assert "assets/notebook.css" in built


def test_a_page_looks_as_on_the_site(site: Path, ported: Path) -> None:
    def article(root: Path, page: str) -> str:
        text = (root / page / "index.html").read_text(encoding="utf-8")
        return re.sub(r"\s+", "", text.partition("<article")[2].partition("</article>")[0])

    for page in ("laws/halving2001", "laws", "families/scaling", "bibliography", "verdicts", "numbers"):
        assert article(ported, page) == article(site, page), page


def test_outputs_of_every_kind_come_through() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "one\ntwo\n"},
        {"output_type": "display_data", "data": {"text/html": "<table>\n\n    <tr><td>3</td></tr>\n</table>"}, "metadata": {}},
        {"output_type": "execute_result", "data": {"text/plain": "array([4])"}, "metadata": {}, "execution_count": 1},
    ]  # fmt: skip
    cells = [
        {"cell_type": "markdown", "id": "a", "source": "# T\n\nSo\n<math><mi>x</mi></math> is.", "metadata": {}},
        {"cell_type": "code", "id": "b", "source": "f(1)", "outputs": outputs, "metadata": {}, "execution_count": 1},
    ]
    page = NotebookPage(
        {"title": "T: 1"}, json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    made = notebook(page, "notebooks/a.md")
    assert made.startswith('---\ntitle: "T: 1"\n---\n\n# T\n\nSo\n<span><math>')
    for part in ("    one\n    two\n", "<table>\n<tr><td>3</td></tr>\n</table>", "    array([4])", "f(1)\n```"):
        assert part in made


@pytest.mark.parametrize(
    ("path", "text", "made"),
    [
        ("a.md", "[b](b.md) [c](index.md#x)", "[b](../b/index.md) [c](../index.md#x)"),
        ("index.md", "[b](b.md) ![i](assets/i.png)", "[b](b/index.md) ![i](assets/i.png)"),
        ("p/a.md", "[b](b.md) [i](index.md) [c](../c.md)", "[b](../b/index.md) [i](../index.md) [c](../../c/index.md)"),
        ("p/index.md", "[b](b.md#x) [c](../c.md)", "[b](b/index.md#x) [c](../c/index.md)"),
        ("a.md", '![i](i.png "$5") [two\nlines](b.md)', '![i](../i.png "$5") [two\nlines](../b/index.md)'),
        ("a.md", "[x](https://x.org/a.md) [y](#y) [z](/z.md)", "[x](https://x.org/a.md) [y](#y) [z](/z.md)"),
        ("a.md", "`[b](b.md)` $f[x](b.md)$ $$g[x](b.md)$$", "`[b](b.md)` $f[x](b.md)$ $$g[x](b.md)$$"),
        ("a.md", "[`b` $x$](b.md) (b.md)", "[`b` $x$](../b/index.md) (b.md)"),
    ],
)  # fmt: skip
def test_links_follow_a_page_to_its_folder(path: str, text: str, made: str) -> None:
    assert moved(text, path) == made


def test_front_matter_of_a_guide_stays(catalog: Catalog) -> None:
    made = guide("---\ntitle: costs $5 or $6\n---\n\n$x$\n", "a.md", Book(catalog, {}))
    assert made.startswith("---\ntitle: costs $5 or $6\n---\n\n<span><math>")


def test_settings_lose_our_plugins_and_nothing_else() -> None:
    text = (
        "site_name: !ENV [NAME, Book]\nedit_uri: x\nplugins: [search: {lang: en}, lawbook, mkdocs-jupyter: {execute: false}, other]\n"
        "markdown_extensions: [attr_list, pymdownx.superfences: {custom_fences: []}]\n"
    )
    made = settings(text, [{"Home": "index.md"}])
    assert "!ENV [NAME, Book]" in made
    read = yaml.safe_load(made.replace("!ENV ", ""))
    assert read["plugins"] == [{"search": {"lang": "en"}}, "other"]
    assert read["markdown_extensions"] == [
        "attr_list",
        {"pymdownx.superfences": {"custom_fences": []}},
        "pymdownx.highlight",
    ]
    assert read["nav"] == [{"Home": "index.md"}]
    assert read["edit_uri"] == ""


@pytest.mark.parametrize("text", ["- a\n", "plugins: {lawbook: {}}\nmarkdown_extensions: []\n", "plugins: []\n"])
def test_settings_of_another_shape_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        settings(text, [])


def test_a_folder_of_guides_is_a_section(catalog: Catalog, tmp_path: Path) -> None:
    for name in (
        "index.md",
        "verdicts.md",
        "course/b.md",
        "course/index.md",
        "course/a.md",
        "python/index.md",
        "python/a.md",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("# T\n")
    made = nav(catalog, tmp_path)
    assert made[2:] == [
        {"Course": ["course/index.md", "course/a.md", "course/b.md"]},
        {"Python API": [{"Overview": "python/index.md"}]},  # its other pages are found from those it lists
        {"About": ["verdicts.md", "coverage.md", "notation.md", "glossary.md", "bibliography.md"]},
    ]


def test_what_a_notebook_brings_and_which_of_its_links_are_dead(tiny: Path, evidence: dict[str, Evidence]) -> None:
    path = tiny / "run.ipynb"
    text = "[a](../laws/corner2002.md#x) [b](../laws/gone1999.md) [c](https://x.org/y.md)"
    output = {"output_type": "display_data", "data": {"image/svg+xml": "<svg></svg>"}, "metadata": {}}
    cells = [{"cell_type": "markdown", "source": text}, {"cell_type": "code", "source": "f()", "outputs": [output]}]
    words = digest((tiny / "notebooks/scaling/halving2001.py").read_text())  # of today's file: nothing to refresh
    path.write_text(json.dumps({"cells": cells, "metadata": {store.METADATA: {"source": words}}}))
    run = replace(evidence["halving2001"].shown, notebook=path)
    (tiny / "docs").mkdir()
    made = content(Book(load(tiny)[0], {"halving2001": Evidence("halving2001", run, (run,))}))
    assert made.dead == ("the notebook of halving2001 links to ../laws/gone1999.md, which is no page of the site",)
    assert made.files["figures/halving2001-1.svg"] == b"<svg></svg>"
    assert made.files["download/halving2001.ipynb"] == path.read_text()
    assert made.notebooks["halving2001"].meta["search"] == {"exclude": True}
