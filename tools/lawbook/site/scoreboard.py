"""The scoreboard: every claim as a mark, as far from the middle of its tolerance as it was measured to lie.

A tolerance is the one unit that claims of all kinds share: exponents, ratios and bounds stand on one scale, and so does
a prediction of 0; the band in which a claim holds is the same for all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lawbook.evidence.display import measured_of
from lawbook.evidence.record import Evidence, Point
from lawbook.numbers import plain
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Check
from lawbook.site import gauge, paging, verdicts
from lawbook.site.book import Page, Render, Views
from lawbook.site.markdown import plain as plain_text
from lawbook.site.rows import humanised, tolerance
from lawbook.site.verdicts import Told

STEP, HEIGHT = 12, 120  # pixels that a claim is wide, and that the picture is high
ARROW = 12.0  # pixels that a mark and the arrow beside it need
SPAN = 3.2  # half widths of the tolerance from the middle to the edge
REACH = SPAN * (1 - 2 * ARROW / HEIGHT)  # as far as a mark is drawn where it lies
BOARD = {"STEP": STEP, "HEIGHT": HEIGHT, "SPAN": SPAN}
LIMIT = 600  # claims on a page
_LEAD = {"equal": "", "at-most": "at most ", "at-least": "at least "}


@dataclass(frozen=True)
class Mark:
    """A claim with its number: where it stands in the strip of its paper, and the words that say it."""

    paper: str
    id: str
    name: str
    x: float
    y: float
    top: float  # of the error bar
    bottom: float
    beyond: int  # 1 where it lies above what is drawn, -1 below
    predicted: str
    measured: str
    distance: str  # from the prediction, in tolerances; of a bound nothing
    told: Told

    @property
    def words(self) -> str:
        """`predicted 1 ± 6 %, measured 1.013 ± 0.004: holds`."""
        return f"predicted {self.predicted}, measured {self.measured}: {self.told.word}"


@dataclass(frozen=True)
class Strip:
    """The claims of a paper, side by side in the order of its page."""

    paper: str
    label: str  # who and when
    title: str
    marks: tuple[Mark, ...]
    without: int  # claims that have no number: not run yet, or the notebook broke before

    @property
    def width(self) -> int:
        """Pixels."""
        return STEP * len(self.marks)

    @property
    def size(self) -> int:
        """How many claims have a number."""
        return len(self.marks)


@dataclass(frozen=True)
class Group:
    """A family with its strips."""

    family: str
    strips: tuple[Strip, ...]

    @property
    def label(self) -> str:
        """The family, by its id."""
        return self.family

    @property
    def size(self) -> int:
        """How many claims have a number."""
        return sum(strip.size for strip in self.strips)

    @property
    def without(self) -> int:
        """How many have none yet."""
        return sum(strip.without for strip in self.strips)

    @property
    def held(self) -> int:
        """How many hold."""
        return sum(mark.told.tone == "good" for strip in self.strips for mark in strip.marks)

    def cut(self, limit: int) -> Group:
        """The first papers, as many as have no more than `limit` claims; one at least."""
        return replace(self, strips=paging.sheets(self.strips, limit)[0].sections)


def groups(book: Views, base: str) -> list[Group]:
    """Every claim of the book that was measured, by family and paper."""
    catalog = book.catalog
    found: dict[str, list[Strip]] = {family: [] for family in catalog.families}
    for paper in book.papers:
        made = strip(catalog, book.evidence, paper)
        if made.marks or made.without:
            found[catalog.family_of[paper]].append(made)
    return [Group(family, tuple(strips)) for family, strips in found.items() if strips]


def strip(catalog: Catalog, evidence: Mapping[str, Evidence], paper: str) -> Strip:
    """The claims of a paper."""
    entry, found = catalog.entries[paper], evidence.get(paper)
    marks: list[Mark] = []
    without = 0
    for law in entry.laws.values():
        for name, check in law.checks.items():
            if check.tests != "claim":
                continue
            record = found.shown.of("check", name) if found is not None else None
            if record is None or not math.isfinite(record.representative.measured):
                without += 1
                continue
            told = verdicts.tell(entry, found, "check", name)
            marks.append(_mark(paper, name, check, record.representative, told, len(marks)))
    return Strip(paper, catalog.works[paper].short, plain_text(entry.title), tuple(marks), without)


def _mark(paper: str, name: str, check: Check, point: Point, told: Told, index: int) -> Mark:
    halves, error = gauge.place(point)
    low, high = _y(halves - 2 * error), _y(halves + 2 * error)
    edge = {"equal": point.predicted, "at-most": point.high, "at-least": point.low}[check.sense]
    width = tolerance(check) if check.sense == "equal" else ""
    return Mark(
        paper=paper,
        id=name,
        name=humanised(name),
        x=STEP * (index + 0.5),
        y=_y(halves, ARROW),
        top=high,
        bottom=low,
        beyond=(halves > REACH) - (halves < -REACH),
        predicted=f"{_LEAD[check.sense]}{plain(edge)}{' ' if width else ''}{width}",
        measured=measured_of(point),
        distance=f"{halves:+.2f}".replace("-", "−") if check.sense == "equal" else "",
        told=told,
    )


def _y(halves: float, edge: float = 6.0) -> float:
    """Pixels from the top, kept inside the picture."""
    return round(min(max(HEIGHT / 2 * (1 - halves / SPAN), edge), HEIGHT - edge), 1)


def pages(book: Views, render: Render) -> dict[str, Page]:
    """The scoreboard as a page of its own, with all of it as a table; of very many claims, over several pages."""
    shown = paging.sheets([part for group in groups(book, "") for part in _parted(group)], LIMIT)
    out = {}
    for sheet in shown:
        path = paging.address("scoreboard.md", sheet.number)
        title = "Scoreboard" + (f", part {sheet.number}" if sheet.number > 1 else "")
        meta = {"title": title, "hide": ["toc"], "scripts": ["scoreboard.js"]}
        values = {"title": title, "sheet": sheet, "sheets": shown, "address": paging.address, "board": BOARD}
        out[path] = render("scoreboard.md.jinja", meta, "../", "", **values)
    return out


def _parted(group: Group) -> list[Group]:
    """A family in parts that fit a page."""
    return [replace(group, strips=sheet.sections) for sheet in paging.sheets(group.strips, LIMIT)]
