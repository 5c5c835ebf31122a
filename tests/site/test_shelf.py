"""What a terminal shows is kept, and made anew when something that it depends on has changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from lawbook.evidence import packaged
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.kept import folder_of
from lawbook.site import shelf
from lawbook.site.shelf import PARTS, Shelf, file_of, key


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAWBOOK_CACHE", str(tmp_path / "cache"))


class Made:
    """Counts how often something was made anew."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def test_the_second_call_makes_nothing(tiny: Path) -> None:
    made = Made()
    first = {name: Shelf(tiny, made).part(name) for name in PARTS}
    assert made.times == 1
    assert {name: Shelf(tiny, made).part(name) for name in PARTS} == first
    assert made.times == 1
    assert sorted(path.name for path in folder_of(tiny).glob("*.json")) == sorted(map(file_of, PARTS))
    with pytest.raises(ValueError, match="found 'x', expected one of list, search, entries"):
        Shelf(tiny, made).part("x")


@pytest.mark.parametrize(
    "file",
    [
        "references/scaling/halving2001.yml",
        "references/papers.bib",
        "notebooks/scaling/halving2001.py",
        "requirements.lock",
    ],
)
def test_a_changed_file_is_another_book(tiny: Path, file: str) -> None:
    before = key(tiny)
    (tiny / file).write_text((tiny / file).read_text() + "\n")
    assert key(tiny) != before


def test_a_run_is_another_book_and_an_editors_own_file_is_not(tiny: Path) -> None:
    before = key(tiny)
    (tiny / "references/scaling/.halving2001.yml.swp").write_text("x")
    assert key(tiny) == before
    path = tiny / "build/runs/halving2001/quick-000.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    ran = key(tiny)
    assert ran != before
    os.utime(path, ns=(1, 1))
    assert key(tiny) != ran


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"key": 5}', '{"key": "other", "data": {}}', "\x00"])
def test_what_is_none_of_ours_is_made_again(tiny: Path, text: str) -> None:
    good = Shelf(tiny).part("list")
    path = folder_of(tiny) / file_of("list")
    path.write_text(text)
    assert Shelf(tiny).part("list") == good
    assert json.loads(path.read_text())["key"] == key(tiny)


def test_where_nothing_can_be_kept_it_is_made_each_time(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAWBOOK_CACHE", str(tmp_path / "file"))
    made = Made()
    for _ in range(2):
        assert len(Shelf(tiny, made).part("list")["papers"]) == 2
    assert made.times == 2


def test_problems_are_kept_with_the_rest(tiny: Path) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    path.write_text(path.read_text().replace("kind: power-law", "kind: powerlaw"))
    listed = Shelf(tiny).part("list")
    assert [paper["paper"] for paper in listed["papers"]] == ["corner2002"]
    assert listed["problems"][0]["file"] == "references/scaling/halving2001.yml"


def test_two_books_are_kept_apart(tiny: Path, tmp_path: Path) -> None:
    assert folder_of(tiny) != folder_of(tmp_path)


def test_what_is_packed_is_found_in_the_package(
    tiny: Path, catalog: Catalog, evidence: dict[str, Evidence], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lawbook"
    (tiny / "tools").mkdir()
    code = tiny / "tools" / "lawbook"
    code.mkdir()
    (code / "one.py").write_text("x = 1\n")
    out = tiny / "build" / "book"
    out.mkdir(parents=True)
    (out / packaged.NAME).write_text(packaged.text(evidence))
    found = Catalog(
        tiny,
        **{
            name: value
            for name, value in vars(catalog).items()
            if name in Catalog.__dataclass_fields__ and name != "root"
        },
    )
    shelf.pack(found, evidence, out)
    stamps = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    shelf.pack(found, evidence, out)
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == stamps
    book = package / "book"
    for folder in ("references", "notebooks"):
        (book / folder).parent.mkdir(parents=True, exist_ok=True)
        (tiny / folder).rename(book / folder)
    for path in out.iterdir():
        path.rename(book / path.name)
    (package / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(shelf, "PACKAGE", package)
    monkeypatch.setattr(shelf, "is_packaged", lambda root: True)
    made = Made()
    listed = Shelf(book, made).part("list")
    assert made.times == 0
    assert listed["papers"][0]["laws"][0]["told"] != "not run yet"
