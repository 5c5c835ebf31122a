"""Pages of the Python API are kept between builds, and made anew when they must be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lawbook.site.build import build
from mkdocs.exceptions import Abort

REPO = Path(__file__).resolve().parents[2]
CONFIG = """
site_name: Lawbook
site_dir: build/site
plugins: [lawbook, mkdocstrings]
markdown_extensions: [attr_list]
validation: {nav: {omitted_files: ignore, not_found: ignore}}
"""


@pytest.fixture
def book(tiny: Path, site: Path) -> Path:
    """The miniature book with one page of the API."""
    (tiny / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (tiny / "docs" / "python").mkdir(parents=True)
    (tiny / "docs" / "index.md").write_text("# Home\n", encoding="utf-8")
    (tiny / "docs" / "reading.md").write_text("# Reading {#seen}\n\n## More {#unconfirmed}\n", encoding="utf-8")
    (tiny / "docs" / "verdicts.md").write_text("# Verdicts\n", encoding="utf-8")
    (tiny / "docs" / "cite.md").write_text("# Cite {#addresses}\n", encoding="utf-8")
    write(tiny, "# An instrument\n\n::: lawbook.measure.overlaps\n")
    shutil.copytree(site.parent / "cache" / "site", tiny / "build" / "cache" / "site")
    (tiny / "build" / "cache" / "site" / "python-api.json").unlink()
    return tiny


def write(book: Path, text: str) -> None:
    (book / "docs" / "python" / "index.md").write_text(text, encoding="utf-8")


def made(book: Path) -> str:
    """The page, built."""
    build(book)
    return (book / "build" / "site" / "python" / "index.html").read_text(encoding="utf-8")


def test_a_kept_page_is_the_page(book: Path) -> None:
    first, style = made(book), (book / "build" / "site" / "assets" / "_mkdocstrings.css").read_bytes()
    assert 'id="lawbook.measure.overlaps.mean_squared_overlap"' in first
    kept = book / "build" / "cache" / "site" / "python-api.json"
    kept.write_text(kept.read_text(encoding="utf-8").replace("mean_squared_overlap", "kept_overlap"), encoding="utf-8")
    assert made(book) == first.replace("mean_squared_overlap", "kept_overlap")  # so it was not made again
    assert (book / "build" / "site" / "assets" / "_mkdocstrings.css").read_bytes() == style


def test_a_page_is_made_anew_when_its_text_changes(book: Path) -> None:
    made(book)
    write(book, "# Another instrument\n\n::: lawbook.measure.manifold\n")
    again = made(book)
    assert "Another instrument" in again
    assert 'id="lawbook.measure.manifold.two_nn"' in again


def test_a_page_is_made_anew_when_the_configuration_changes(book: Path) -> None:
    assert "Source code in" in made(book)
    quiet = CONFIG.replace("mkdocstrings]", "mkdocstrings: {handlers: {python: {options: {show_source: false}}}}]")
    (book / "mkdocs.yml").write_text(quiet, encoding="utf-8")
    assert "Source code in" not in made(book)


def test_a_page_that_warns_is_not_kept(book: Path) -> None:
    write(book, "# An instrument\n\n::: lawbook.measure.overlaps\n\n[somewhere][lawbook.nowhere]\n")
    for _ in range(2):
        with pytest.raises(Abort, match="1 warning"):
            build(book)
