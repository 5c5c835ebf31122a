"""The guide of a family: text, tables that set laws side by side with live numbers, charts out of notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from lawbook.numbers import turned
from lawbook.reference.catalog import Catalog
from lawbook.reference.families import Block, Cell
from lawbook.site import charts, verdicts
from lawbook.site.book import Views
from lawbook.site.charts import Chart
from lawbook.site.markdown import Writer
from lawbook.site.markdown import plain as plain_text


@dataclass(frozen=True)
class BlockView:
    """A part of a guide, one of text, table and chart; a chart that was not run has only a title."""

    text: Markup | None = None
    title: str = ""
    heads: tuple[Markup, ...] = ()
    rows: tuple[tuple[Markup, ...], ...] = ()
    chart: Chart | None = None


def block(book: Views, part: Block, base: str) -> BlockView:
    """A part of a guide for a page whose way up to the root is `base`."""
    write = Writer(book.catalog, base)
    if part.text is not None:
        return BlockView(text=write.block(part.text))
    if part.table is not None:
        rows = tuple(tuple(_cell(book, write, cell) for cell in row) for row in part.table.rows)
        return BlockView(title=plain_text(part.table.title), heads=tuple(map(write.line, part.table.head)), rows=rows)
    assert part.chart is not None  # one of three, says the model
    found = book.evidence.get(part.chart.paper)
    for group in charts.grouped(found.shown.series) if found else ():
        if group[0].chart == part.chart.chart:
            return BlockView(title=plain_text(part.chart.caption), chart=book.chart(part.chart.paper, group))
    return BlockView(title=plain_text(part.chart.caption))


def _cell(book: Views, write: Writer, cell: str | Cell) -> Markup:
    if isinstance(cell, str):
        return write.line(cell)
    if not _stands(book.catalog, cell):
        return Markup("–")  # only while serving: the page of the entry says what is wrong with it
    parts = []
    if cell.text is not None or cell.law is not None:
        parts.append(_words(book, write, cell))
    parts += [_number(book, write, reference, cell) for reference in cell.checks]
    return Markup(" ").join(parts)


def _stands(catalog: Catalog, cell: Cell) -> bool:
    """Whether every law, check and control that a cell refers to is in a sound entry."""

    def known(reference: str, *, law: bool) -> bool:
        paper, _, name = reference.partition("/")
        entry = catalog.entries.get(paper)
        return entry is not None and bool(name in entry.laws if law else entry.check(name) or entry.control(name))

    return (cell.law is None or known(cell.law, law=True)) and all(known(check, law=False) for check in cell.checks)


def _words(book: Views, write: Writer, cell: Cell) -> Markup:
    if cell.law is None:
        return write.line(cell.text or "")
    paper, _, law = cell.law.partition("/")
    if cell.text is None:
        return write.cite(paper, law)
    # a link of math alone has a name only for those who see it
    link = Markup('<a href="{}laws/{}/#{}" aria-label="{}">{}</a>')
    return link.format(write.base, paper, law, plain_text(cell.text), write.name(cell.text))


def _number(book: Views, write: Writer, reference: str, cell: Cell) -> Markup:
    """What a check predicts, or what came out, linked to its row on the law page."""
    paper, _, name = reference.partition("/")
    view = book.view(paper, write.base)
    kind: Literal["check", "control"] = "check" if view.entry.check(name) else "control"
    row = view.row(kind, name)
    shown = row.measured if cell.show == "measured" else row.here or row.predicted
    if cell.turned and shown:
        shown = "" if "<" in shown else turned(shown)  # a formula has no sign to turn before a run gives its value
    seen_alone = "<math" in shown  # such a link has a name only for those who see it
    label = Markup(' aria-label="{}"').format(Markup(shown).striptags()) if seen_alone else ""
    link = Markup('<span class="lb-cell-check"><a href="{}laws/{}/#{}-{}"{}>{}</a>{}</span>')
    mark = _mark(row.told) if cell.show == "measured" else ""
    return link.format(write.base, paper, kind, name, label, shown or "–", mark)


def _mark(told: verdicts.Told) -> Markup:
    return Markup(' <span class="lb-verdict lb-{}">{}</span>').format(told.tone, told.word)
