"""While serving an entry may be broken for a moment: its page tells what is wrong, and all other pages stand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lawbook.evidence import store
from lawbook.evidence.execute import execute
from lawbook.evidence.schedule import plan
from lawbook.files import write_atomically
from lawbook.reference.catalog import load
from mkdocs.config import load_config
from mkdocs.structure.files import Files

HALVING = "references/scaling/halving2001.yml"
FAMILIES = "references/families.yml"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fonts and scripts that every build needs, made once."""
    return tmp_path_factory.mktemp("cache")


def set_up(root: Path, cache: Path) -> None:
    """What a build of the miniature needs beside the book."""
    (root / "mkdocs.yml").write_text("site_name: Lawbook\nplugins: [lawbook]\n", encoding="utf-8")
    (root / "docs").mkdir()
    (root / "build").mkdir(exist_ok=True)
    (root / "build" / "cache").symlink_to(cache)


def served(root: Path) -> dict[str, str]:
    """The generated pages and what can be downloaded, path to text."""
    config = load_config(str(root / "mkdocs.yml"))
    config.plugins.on_startup(command="serve", dirty=False)
    config = config.plugins.on_config(config)
    files = config.plugins.on_files(Files([]), config=config)
    made = {file.src_uri: file.content_string for file in files if file.src_uri.endswith((".md", ".ipynb"))}
    shown = config.plugins["lawbook"].shown
    return made | {path: page.text for path, page in shown.items()}


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    [
        (HALVING, "title: The", "titel: The", {"halving2001"}),
        (HALVING, "  inverse-root:", "  inverse-square:", set()),  # but the guide and another entry name it
        (HALVING, "      exponent:", "      exponents:", {"halving2001"}),
        ("references/papers.bib", "halving2001,", "halving2002,", {"halving2001"}),
        (FAMILIES, "scaling:", "skaling:", {"halving2001"}),
        (FAMILIES, "halving2001/inverse-root", "halving2001/inverse-rot", set()),
        (FAMILIES, "halving2001/exponent", "halfing2001/exponent", set()),
    ],
)
def test_all_pages_but_broken_ones_stand(
    tiny: Path, cache: Path, file: str, old: str, new: str, broken: set[str]
) -> None:
    path = tiny / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    set_up(tiny, cache)
    made = served(tiny)
    assert "<code>references/" in made["problems.md"]
    papers = {"halving2001", "corner2002"}
    assert {paper for paper in papers if '<ul class="lb-problems">' in made[f"laws/{paper}.md"]} == broken
    assert "families/geometry.md" in made


def test_a_reworded_notebook_keeps_its_run_and_shows_the_new_words(tiny: Path, cache: Path) -> None:
    """A sentence and a comment, in the page and in the download; a changed number is *not run yet*."""
    set_up(tiny, cache)
    notebook = tiny / "notebooks/geometry/corner2002.py"
    (job,) = plan(load(tiny)[0], ["corner2002"], seeds=[0], scale="quick", timeout=60)
    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps an event loop in this one
        ran = thread.submit(execute, job).result().text
    write_atomically(store.run_path(tiny, "corner2002", "quick", 0), ran)
    page, download = "notebooks/corner2002.md", "download/corner2002.ipynb"
    assert served(tiny)[download] == ran

    text = notebook.read_text(encoding="utf-8")
    assert text.count("# Angles") == 1
    text = text.replace("# Angles", "# Reworded: angles").replace("\nlaw.check(", "\n# a new comment\nlaw.check(", 1)
    notebook.write_text(text, encoding="utf-8")
    made = served(tiny)
    for path in (page, download):
        assert "Reworded: angles" in made[path]
        assert "# a new comment" in made[path]
        assert "lawbook-record" in made[path]  # what was measured
    assert store.MIME in made[download]

    notebook.write_text(text.replace("law.check(", "x = 1\nlaw.check(", 1), encoding="utf-8")
    assert page not in served(tiny)
