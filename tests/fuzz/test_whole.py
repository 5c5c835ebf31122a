"""The commands on damaged and hostile books: the same words at every start, and a site that holds text alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lawbook.reference.checked import load_checked
from lawbook.site.build import build

from tests.conftest import REPO, TINY, tried
from tests.fuzz import inputs
from tests.fuzz.pages import Reader, strict

ENTRY, FAMILIES = "references/scaling/halving2001.yml", "references/families.yml"
CONFIG = """
site_name: Lawbook
site_dir: build/site
theme: {name: material, font: false}
plugins: [search, lawbook]
markdown_extensions: [attr_list, toc: {permalink: '#'}]
validation: {nav: {omitted_files: ignore, not_found: ignore}}
"""


def test_what_check_says_does_not_depend_on_the_order_of_sets(tiny: Path) -> None:
    for path in tiny.glob("references/**/*.yml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\b(halving2001|n|text|kind|predicted)\b", r"\1x", text), encoding="utf-8")
    said = set()
    for seed in ("0", "1", "2"):
        command = [sys.executable, "-m", "lawbook", "check"]
        env = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(command, cwd=tiny, env=env, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        said.add(done.stdout + done.stderr)
    assert len(said) == 1


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The miniature with what a build of it needs."""
    root = tmp_path_factory.mktemp("whole") / "tinybook"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    (root / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text("# Home\n\n<!-- lawbook:home -->\n", encoding="utf-8")
    (root / "build" / "cache" / "site").mkdir(parents=True)
    cache = REPO / "build" / "cache" / "site"
    for kept in (*cache.glob("*.woff2"), *cache.glob("*.js")):  # seconds to make
        shutil.copy(kept, root / "build" / "cache" / "site" / kept.name)
    return root


@pytest.fixture(scope="module")
def scripts(book: Path) -> dict[str, int]:
    """How many scripts each page has while its texts are as they were."""
    return {path: text.count("<script") for path, text in pages(build(book, strict=False))}


def pages(site: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(site.rglob("*.html")):
        yield path.relative_to(site).as_posix(), path.read_text(encoding="utf-8")


@settings(max_examples=max(2, settings().max_examples // 25))
@given(data=st.data())
def test_any_sound_book_becomes_a_site_of_text_alone(book: Path, scripts: dict[str, int], data: st.DataObject) -> None:
    for name in (ENTRY, FAMILIES):
        (book / name).write_bytes((TINY / name).read_bytes())
    name = data.draw(st.sampled_from([ENTRY, FAMILIES]))
    (book / name).write_bytes(data.draw(inputs.reworded((TINY / name).read_bytes())))
    assume(not load_checked(book)[1])
    tried["whole site"] += 1
    site = build(book, strict=False)
    for path, text in pages(site):
        reader = Reader(forms=99)
        reader.feed(text)
        ours = ("no element of ours", "an end out of order")  # the theme has others; scripts are counted
        assert [defect for defect in reader.found if not defect.startswith(ours)] == [], path
        assert text.count("<script") == scripts[path], path
    for file in site.rglob("*.json"):
        strict(file.read_text(encoding="utf-8"))
