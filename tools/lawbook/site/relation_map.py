"""The map of the relations between papers: a drawing with links, and all of it in words as a table."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

from lawbook.reference.catalog import Catalog
from lawbook.reference.model import INVERSE
from lawbook.site.book import Page, Render, Views
from lawbook.site.facets import Listing, Paper
from lawbook.site.map_layout import BOX, COLUMN, LEFT, Layout, curves, layout
from lawbook.site.markdown import Writer, plain

# Each relation is told in one of its two directions.
DIRECTED = ("explains", "generalizes", "extends", "uses")
MUTUAL = ("contradicts", "related")
TYPES = (*DIRECTED, *MUTUAL)


@dataclass(frozen=True)
class Edge:
    """A relation, from the paper that explains, generalizes, extends or uses to the other."""

    start: str
    type: str
    end: str
    says: str
    unconfirmed: bool

    @property
    def is_directed(self) -> bool:
        """Whether the two ends differ."""
        return self.type in DIRECTED


@dataclass(frozen=True)
class Drawn:
    """A relation as a line of the drawing."""

    edge: Edge
    curve: tuple[float, ...]  # start, control point and end of a parabola

    @property
    def path(self) -> str:
        """As SVG writes it."""
        return "M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}".format(*self.curve)


@dataclass(frozen=True)
class Node:
    """A paper of the drawing: the middle of its box, and how many relations it has."""

    paper: Paper
    x: float
    y: float
    degree: int

    @property
    def label(self) -> str:
        """Who; the year stands at the side."""
        return self.paper.label.removesuffix(self.paper.year).strip()


def edges(catalog: Catalog) -> list[Edge]:
    """Every relation once, by its type, then in the order of the entries."""
    found: dict[tuple[str, str, str], Edge] = {}
    for paper, entry in catalog.entries.items():
        for relation in entry.relations:
            turned = relation.type not in TYPES
            start, end = (relation.to, paper) if turned else (paper, relation.to)
            name = INVERSE[relation.type] if turned else relation.type
            pair = (start, end) if name in DIRECTED else (min(start, end), max(start, end))
            found.setdefault((*pair, name), Edge(start, name, end, relation.says, relation.unconfirmed))
    return sorted(found.values(), key=lambda edge: (TYPES.index(edge.type), edge.start, edge.end))


def pages(book: Views, listing: Listing, render: Render) -> dict[str, Page]:
    """The page of the map."""
    catalog = book.catalog
    known = edges(catalog)
    inside = [edge for edge in known if {edge.start, edge.end} <= catalog.entries.keys()]
    place = _placed(book, inside)
    ends = [end for edge in inside for end in (edge.start, edge.end)]
    nodes = [Node(paper, *place.places[paper.id], ends.count(paper.id)) for paper in listing.papers]
    bent = curves(place.places, [(edge.start, edge.end) for edge in inside])
    drawn = [Drawn(edge, curve) for edge, curve in zip(inside, bent, strict=True)]
    counts = {name: n for name in TYPES if (n := sum(edge.type == name for edge in known))}
    titles = {family: wrap(plain(group.title), 26)[:2] for family, group in catalog.families.items()}
    meta = {"title": "Map of the relations", "hide": ["toc"], "scripts": ["map.js"]}
    rows = [(edge, _end(book, edge.start), _end(book, edge.end)) for edge in known]
    values = {
        "nodes": nodes, "drawn": drawn, "rows": rows, "place": place, "box": BOX, "column": COLUMN, "left": LEFT,
        "counts": counts, "titles": titles, "directed": DIRECTED, "outside": len(known) - len(inside),
    }  # fmt: skip
    return {"browse/map.md": render("map.md.jinja", meta, "../../", "", **values)}


def _placed(book: Views, inside: list[Edge]) -> Layout:
    families = list(book.catalog.families)
    column = {paper: families.index(book.catalog.family_of[paper]) for paper in book.papers}
    year = {paper: book.catalog.works[paper].year for paper in book.papers}
    joined = [(edge.start, edge.end) for edge in inside]
    return book.catalog.kept.get("map", (repr((column, year, joined)),), lambda: layout(column, year, joined))


def _end(book: Views, paper: str) -> tuple[Markup, str, str]:
    """One end of a relation in the table: a link, the family if it has an entry, its name as text."""
    catalog = book.catalog
    work = catalog.works.get(paper)
    family = catalog.family_of[paper] if paper in catalog.entries else ""
    return Writer(catalog, "../../").cite(paper), family, work.short if work else paper
