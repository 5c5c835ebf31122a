"""The map of the relations: every relation once, every paper in its place, all of it in words."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import pytest
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import INVERSE, Relation
from lawbook.site.map_layout import BOX, COLUMN, LEFT, curves, layout
from lawbook.site.pages import Book
from lawbook.site.relation_map import DIRECTED, MUTUAL, TYPES, edges


def related(catalog: Catalog, **relations: list[tuple[str, str]]) -> Catalog:
    """The catalog with other relations: paper to pairs of type and goal."""
    entries = {
        paper: entry.model_copy(
            update={"relations": [Relation(type=t, to=to, says="So.") for t, to in relations.get(paper, [])]}  # type: ignore[arg-type]
        )
        for paper, entry in catalog.entries.items()
    }
    return replace(catalog, entries=entries)


def test_every_type_of_relation_has_one_direction_on_the_map() -> None:
    assert {INVERSE[name] for name in MUTUAL} == set(MUTUAL)
    assert {*DIRECTED, *(INVERSE[name] for name in DIRECTED), *MUTUAL} == set(INVERSE)


@pytest.mark.parametrize(
    ("type", "edge"),
    [
        ("explains", ("halving2001", "explains", "corner2002")),
        ("explained-by", ("corner2002", "explains", "halving2001")),
        ("special-case-of", ("corner2002", "generalizes", "halving2001")),
        ("used-by", ("corner2002", "uses", "halving2001")),
        ("contradicts", ("halving2001", "contradicts", "corner2002")),
    ],
)
def test_a_relation_is_told_in_one_direction(catalog: Catalog, type: str, edge: tuple[str, str, str]) -> None:
    (found,) = edges(related(catalog, halving2001=[(type, "corner2002")]))
    assert (found.start, found.type, found.end) == edge


def test_a_relation_that_both_ends_declare_is_one(catalog: Catalog) -> None:
    both = related(catalog, halving2001=[("explains", "corner2002")], corner2002=[("explained-by", "halving2001")])
    assert len(edges(both)) == 1
    mutual = related(catalog, halving2001=[("related", "corner2002")], corner2002=[("related", "halving2001")])
    assert len(edges(mutual)) == 1
    two = related(catalog, halving2001=[("explains", "corner2002"), ("uses", "corner2002")])
    assert [edge.type for edge in edges(two)] == ["explains", "uses"]


def test_papers_stand_in_the_column_of_their_family_older_ones_above_and_never_on_another() -> None:
    column = {f"p{i}": i % 3 for i in range(40)}
    year = {paper: str(2000 + i % 7) for i, paper in enumerate(column)}
    lines = [(f"p{i}", f"p{(7 * i + 3) % 40}") for i in range(40) if i != (7 * i + 3) % 40]
    made = layout(column, year, lines)
    assert made == layout(column, year, lines)
    for paper, (x, y) in made.places.items():
        left = LEFT + COLUMN * column[paper]
        assert left <= x - BOX[0] / 2, paper
        assert x + BOX[0] / 2 <= left + COLUMN, paper
        assert y >= made.years[year[paper]]
        assert y + BOX[1] / 2 < made.height
    for a, b in combinations(made.places, 2):
        (ax, ay), (bx, by) = made.places[a], made.places[b]
        assert abs(ax - bx) >= BOX[0] or abs(ay - by) >= BOX[1], (a, b)
        if year[a] < year[b]:
            assert ay < by


def test_of_nothing_there_is_an_empty_map() -> None:
    made = layout({}, {}, [])
    assert made.places == {}
    assert curves({}, []) == []


def test_places_keep_lines_off_other_papers() -> None:
    # the line from the first to the last would run through the one between, in its column
    made = layout({"a": 0, "b": 0, "c": 0}, {"a": "1", "b": "2", "c": "3"}, [("a", "c")])
    (ax, _), (bx, _), (cx, _) = made.places.values()
    assert abs(bx - (ax + cx) / 2) > 60


def test_a_line_starts_and_ends_at_the_edges_of_the_boxes() -> None:
    (curve,) = curves({"a": (100.0, 100.0), "b": (600.0, 400.0)}, [("a", "b")])
    for (x, y), (mx, my) in zip((curve[:2], curve[4:]), ((100.0, 100.0), (600.0, 400.0)), strict=True):
        off = max(abs(x - mx) / (BOX[0] / 2 + 1), abs(y - my) / (BOX[1] / 2 + 1))
        assert off == pytest.approx(1)


def test_the_drawing_and_the_table_say_the_same(catalog: Catalog) -> None:
    text = Book(catalog, {}).pages()["browse/map.md"].text
    assert text.count('class="lb-edge ') == 1
    assert 'data-lb-ends="halving2001 corner2002" data-lb-type="explains"' in text
    nodes = re.findall(r'<a class="lb-map-node [^"]*" href="\.\./\.\./laws/(\w+)/"', text)
    assert sorted(nodes) == ["corner2002", "halving2001"]
    row = text.partition("<tbody")[2]
    assert (
        row.index("laws/halving2001/")
        < row.index(">explains<")
        < row.index("laws/corner2002/")
        < row.index("Both are tiny.")
    )


def test_a_relation_to_a_work_without_an_entry_stands_in_the_table_alone(catalog: Catalog) -> None:
    alone = replace(
        related(catalog, halving2001=[("uses", "corner2002")]),
        entries={"halving2001": related(catalog, halving2001=[("uses", "corner2002")]).entries["halving2001"]},
    )
    text = Book(alone, {}).pages()["browse/map.md"].text
    assert 'class="lb-edge ' not in text
    assert "1 relation to works without an entry stands" in text
    assert 'href="../../bibliography/#corner2002"' in text


def test_types_are_ordered_as_the_map_shows_them(catalog: Catalog) -> None:
    found = edges(related(catalog, halving2001=[("related", "corner2002"), ("uses", "corner2002")]))
    assert [TYPES.index(edge.type) for edge in found] == sorted(TYPES.index(edge.type) for edge in found)
