"""The built site of the miniature knowledge base: links, weights, what mkdocs-jupyter got wrong, nothing from elsewhere."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

NOTEBOOK = "notebooks/halving2001/index.html"
LAW = "laws/halving2001/index.html"


class Page(HTMLParser):
    """The ids, links and loaded addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        for name in ("src", "data-lb-vega") + (("href",) if tag == "link" and found.get("rel") != "canonical" else ()):
            if found.get(name) is not None:
                self.loads.append(str(found[name]))


def all_pages(site: Path) -> Iterator[tuple[Path, Page]]:
    for path in sorted(site.rglob("*.html")):
        yield path, Page(path.read_text(encoding="utf-8"))


@pytest.fixture(params=["site", "ported"])
def anywhere(request: pytest.FixtureRequest) -> Path:
    """The built site, and the one that plain mkdocs-material builds of what `lawbook pages` writes."""
    return Path(request.getfixturevalue(request.param))


def test_every_link_leads_somewhere(anywhere: Path) -> None:
    pages = dict(all_pages(anywhere))
    broken = []
    for path, page in pages.items():
        if path.name == "404.html":  # served for any address: its links are from the root
            continue
        for link in page.links:
            target, anchor = urldefrag(link)
            target = target.partition("?")[0]
            if re.match(r"[a-z]+:", target):
                continue
            goal = (path.parent / unquote(target)).resolve() if target else path
            goal = goal / "index.html" if goal.is_dir() else goal
            if not goal.is_file() or (
                anchor and goal in pages and unquote(anchor) not in pages[goal].ids and anchor != "__codelineno-0-1"
            ):
                broken.append(f"{path.relative_to(anywhere)}: {link}")
    assert broken == []


def test_ids_are_unique(anywhere: Path) -> None:
    for path, page in all_pages(anywhere):
        twice = {i for i in page.ids if page.ids.count(i) > 1}
        assert not twice, (path, twice)


def test_nothing_is_loaded_from_another_host(anywhere: Path) -> None:
    for path, page in all_pages(anywhere):
        for load in page.loads:
            assert not re.match(r"(?:[a-z]+:)?//", load), (path, load)
            assert load, path
    for style in anywhere.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", style.read_text(encoding="utf-8")), style


def test_the_first_load_of_a_law_page_is_light(site: Path) -> None:
    path = site / LAW
    text = path.read_text(encoding="utf-8")
    loads = {load for load in Page(text).loads if not load.endswith("vega.js")}
    files = {(path.parent / load).resolve() for load in loads}
    fonts = {site / "assets/lawbook/stix-two-math.woff2"}
    weight = len(gzip.compress(text.encode()))
    weight += sum(
        len(gzip.compress(f.read_bytes())) if f.suffix != ".woff2" else f.stat().st_size for f in files | fonts
    )
    assert weight <= 350_000
    assert "vega" not in "".join(loads)


def test_the_book_has_one_style_sheet_of_all(site: Path) -> None:
    repo = Path(__file__).parents[2]
    listed = re.search(r"(?s)^extra_css: \[(.*?)\]", (repo / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed is not None
    sheets = re.split(r",\s*", listed[1])
    assert len(sheets) > 8
    whole = (site / sheets[0]).read_text(encoding="utf-8")
    for sheet in sheets:
        assert (repo / "docs" / sheet).read_text(encoding="utf-8").strip() in whole
        assert sheet == sheets[0] or not (site / sheet).exists()
    linked = re.findall(r'<link rel="stylesheet" href="([^"]+)"', (site / LAW).read_text(encoding="utf-8"))
    assert sum("assets/lawbook.css" in href for href in linked) == 1
    assert not [href for href in linked for sheet in sheets[1:] if href.endswith(sheet)]


# What mkdocs-jupyter does to a page, each mended (the numbers are those of toolchain.md).
def test_1_no_styles_are_inlined_and_the_page_is_small(site: Path) -> None:
    text = (site / NOTEBOOK).read_text(encoding="utf-8")
    assert "<style" not in text.partition("<article")[2]
    assert len(text.encode()) <= 100_000
    assert (site / "assets/notebook.css").stat().st_size < 20_000


def test_2_no_script_without_an_address_and_none_in_the_article(site: Path) -> None:
    text = (site / NOTEBOOK).read_text(encoding="utf-8")
    assert 'src=""' not in text
    assert "<script" not in text.partition("<article")[2].partition("</article>")[0]


def test_3_math_is_mathml_made_at_build_time(site: Path) -> None:
    text = (site / NOTEBOOK).read_text(encoding="utf-8")
    article = text.partition("<article")[2].partition("</article>")[0]
    assert article.count("<math") >= 2
    assert 'display="block"' in article
    assert "$" not in re.sub(r"<pre.*?</pre>", "", article, flags=re.DOTALL)
    assert "\\begin" not in article
    assert "mathjax" not in text.lower()


def test_4_links_in_cells_are_resolved(site: Path) -> None:
    assert 'href="../../laws/halving2001/"' in (site / NOTEBOOK).read_text(encoding="utf-8")
    assert '.md"' not in (site / NOTEBOOK).read_text(encoding="utf-8")


def test_5_search_knows_each_page_once(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))["config"]["index"]
    pages = [json.loads(path.read_text(encoding="utf-8")) for path in site.glob(f"search/{index['key']}/pages/*.json")]
    assert len(pages) == index["documents"]
    places = [place[0] for page in pages for place in page]
    assert len(places) == len(set(places))
    assert "¶" not in json.dumps(pages, ensure_ascii=False)
    assert {
        "laws/halving2001/",
        "laws/halving2001/#inverse-root",
        "families/scaling/",
        "notebooks/halving2001/",
    } <= set(places)
    assert {"reading/", "verdicts/"} <= set(places)


def test_6_a_broken_notebook_is_not_rendered_as_if_it_were_sound() -> None:
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads mkdocs.yml."""

    config = yaml.load((Path(__file__).parents[2] / "mkdocs.yml").read_text(encoding="utf-8"), Loader)
    options = next(
        plugin["mkdocs-jupyter"]
        for plugin in config["plugins"]
        if isinstance(plugin, dict) and "mkdocs-jupyter" in plugin
    )
    assert options["allow_errors"] is False
    assert options["execute"] is False


def test_7_what_scrolls_takes_keyboard_focus(site: Path) -> None:
    text = (site / NOTEBOOK).read_text(encoding="utf-8")
    for tag in re.findall(r"<pre[^>]*>(?!<span></span><code>)", text):
        assert "tabindex" in tag  # code itself gets it from the theme, in the browser
    for tag in re.findall(r'<div class="lb-formula[ "][^>]*>', (site / LAW).read_text(encoding="utf-8")):
        assert 'tabindex="0"' in tag


def test_8_the_notebook_can_be_downloaded(site: Path) -> None:
    text = (site / NOTEBOOK).read_text(encoding="utf-8")
    for suffix in ("ipynb", "py"):
        assert f'href="../../download/halving2001.{suffix}"' in text
    whole = json.loads((site / "download/halving2001.ipynb").read_text(encoding="utf-8"))
    assert whole["metadata"]["lawbook"]["paper"] == "halving2001"
    assert any("$" in "".join(cell["source"]) for cell in whole["cells"])  # as it was executed, not as it is shown


def test_code_keeps_its_indents_and_stands_there_once(site: Path) -> None:
    text = (site / NOTEBOOK).read_text(encoding="utf-8")
    assert "\n    out <span" in text or "\n    out " in re.sub(r"<[^>]*>", "", text)
    assert re.sub(r"<[^>]*>", "", text).count("def errors(copies: bool)") == 1


def test_building_again_gives_the_same_bytes(site: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    root = site.parents[1]
    code = "import sys; from pathlib import Path; from lawbook.site.build import build; build(Path(sys.argv[1]), out=Path(sys.argv[2]))"
    subprocess.run(
        [sys.executable, "-c", code, str(root), str(tmp_path / "again")], check=True, timeout=120, capture_output=True
    )
    for path in sorted(site.rglob("*")):
        if path.is_file() and path.name not in ("sitemap.xml", "sitemap.xml.gz"):
            assert (tmp_path / "again" / path.relative_to(site)).read_bytes() == path.read_bytes(), path


def test_the_navigation_lists_families_not_papers(site: Path) -> None:
    text = (site / "reading/index.html").read_text(encoding="utf-8")
    assert "families/scaling/" in text
    assert "halving2001" not in text
