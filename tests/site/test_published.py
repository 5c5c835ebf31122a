"""With the two settings of a published book: canonical addresses, a sitemap, links to Colab and Binder. Without: none."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from lawbook.site.build import build

NOTEBOOK = "notebooks/halving2001/index.html"


@pytest.fixture(scope="session")
def published(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The miniature site with `site_url` and `repo` set in mkdocs.yml, as its comments say."""
    root = tmp_path_factory.mktemp("published") / "tinybook"
    shutil.copytree(site.parents[1], root, ignore=shutil.ignore_patterns("site"))
    config = root / "mkdocs.yml"
    text = config.read_text()
    for name in ("site_url", "repo"):
        text, count = re.subn(rf"^( *)# ({name}: https://.*)$", r"\1\2", text, flags=re.MULTILINE)
        assert count == 1
    config.write_text(text)
    return build(root)


def test_a_published_book_has_addresses_and_opens_elsewhere(published: Path) -> None:
    page = (published / NOTEBOOK).read_text()
    here = "https://OWNER.github.io/NAME"
    assert f'<link rel="canonical" href="{here}/notebooks/halving2001/">' in page
    colab = f"https://colab.research.google.com/#fileId={here.replace(':', '%3A')}/download/halving2001.ipynb"
    assert f'href="{colab}">Open in Colab</a>' in page
    binder = "https://mybinder.org/v2/gh/OWNER/NAME/HEAD?labpath=notebooks/scaling/halving2001.py"
    assert f'href="{binder}">Open in Binder</a>' in page
    sitemap = (published / "sitemap.xml").read_text()
    for path in ("", "laws/halving2001/", "notebooks/halving2001/"):
        assert f"<loc>{here}/{path}</loc>" in sitemap


def test_a_published_page_links_to_its_source_and_to_a_report(published: Path) -> None:
    repo = "https://github.com/OWNER/NAME"
    for path, source in (
        ("laws/halving2001", "references/scaling/halving2001.yml"),
        ("notebooks/halving2001", "notebooks/scaling/halving2001.py"),
        ("families/scaling", "references/families.yml"),
        ("bibliography", "references/papers.bib"),
        ("reading", "docs/reading.md"),
    ):
        page = (published / path / "index.html").read_text()
        assert f'href="{repo}/blob/HEAD/{source}"' in page, path
        reports = set(re.findall(r'href="([^"]*/issues/new[^"]*)"', page))
        if path.startswith("laws/"):  # button and foot of the page make one report, which names the entry
            (report,) = reports
            assert "references%2Fscaling%2Fhalving2001.yml" in report
        else:
            assert reports == {f"{repo}/issues/new?title=Error%20on%20{path}/"}, path


def test_the_feed_has_whole_addresses(published: Path) -> None:
    feed = (published / "feed.xml").read_text()
    assert 'href="https://OWNER.github.io/NAME/feed.xml"' in feed
    assert "https://OWNER.github.io/NAME/laws/halving2001/" in (published / "llms.txt").read_text()


def test_without_an_address_nothing_dangles(site: Path) -> None:
    page = (site / NOTEBOOK).read_text()
    assert "Open in" not in page
    assert 'rel="canonical"' not in page
    assert not list(site.glob("sitemap*"))
    assert "lb-page-links" not in page
