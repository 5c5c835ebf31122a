"""Which law to read first: what is wrong is told where it stands, and a path keeps to what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from lawbook.reference.catalog import load
from lawbook.reference.order import path

ROOT = Path(__file__).resolve().parents[2]
HALVING, CORNER = "scaling/halving2001", "geometry/corner2002"


def messages(root: Path, **first: str) -> list[str]:
    for paper, text in first.items():
        file = root / "references" / {"halving2001": "scaling", "corner2002": "geometry"}[paper] / f"{paper}.yml"
        file.write_text(file.read_text().rstrip("\n") + f"\nread-first: {text}\n")
    return [str(problem) for problem in load(root)[1]]


def test_an_entry_may_say_what_to_read_first(tiny: Path) -> None:
    assert messages(tiny, halving2001="[corner2002]") == []
    assert load(tiny)[0].entries["halving2001"].read_first == ["corner2002"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[corner2003]", "read-first[0]: found 'corner2003', expected the id of an entry (did you mean 'corner2002'?)"),
        ("[halving2001]", "read-first[0]: found 'halving2001' itself, expected another entry"),
        ("[corner2002, corner2002]", "read-first[1]: found 'corner2002' twice, expected it once"),
        ("[Corner]", "expected an id like cohen2021"),
    ],
)
def test_what_it_says_has_to_be_there(tiny: Path, text: str, message: str) -> None:
    found = messages(tiny, halving2001=text)
    assert found[0].startswith("references/scaling/halving2001.yml:")
    assert message in " ".join(found)


def test_a_circle_is_told_once(tiny: Path) -> None:
    (found,) = messages(tiny, halving2001="[corner2002]", corner2002="[halving2001]")
    assert "found a circle, " in found
    assert found.count("which is read after") == 2


def test_a_path_keeps_the_order_given_where_nothing_is_said() -> None:
    assert path(["a", "b", "c", "d"], {"a": ["c"], "b": ["elsewhere"]}) == ["b", "c", "a", "d"]
    assert path(["a", "b"], {"a": ["b"], "b": ["a"]}) == ["a", "b"]


def test_the_book_has_paths_in_which_nothing_comes_before_what_it_needs() -> None:
    catalog, _ = load(ROOT)
    assert sum(bool(entry.read_first) for entry in catalog.entries.values()) >= 20
    for family in catalog.families:
        papers = [entry.paper for entry in catalog.in_family(family)]
        way = path(papers, {paper: catalog.entries[paper].read_first for paper in papers})
        assert sorted(way) == sorted(papers)
        for place, paper in enumerate(way):
            assert not set(catalog.entries[paper].read_first) & set(way[place:])
