"""The charts of a law page to take away: the drawing as an SVG that stands alone, and its numbers as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from lawbook.evidence.record import Series
from lawbook.site.book import Views
from lawbook.site.charts import Chart, Key, grouped
from lawbook.site.markdown import plain

# The colours that the page would give, in its light palette: a file of its own has no style sheet.
PALETTE = {
    "chart-ink": "#566070", "chart-grid": "#e3e6ea", "line-0": "#0072b2", "line-1": "#c26a00", "line-2": "#d11e68",
    "line-3": "#8a35d6", "line-4": "#8a5a2c", "line-5": "#4a5568",
}  # fmt: skip
ACCENTS = ("#1d5c9e", "#a8431a", "#6a3fa8", "#0d6b78", "#8a5a00", "#9c2f68")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
LEFT, LINE = 8, 18  # of the legend, in units of the drawing
_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def files(book: Views) -> dict[str, str]:
    """Every chart of every law page, beside its page: `laws/cohen2021/sharpness.svg` and `.csv`."""
    out: dict[str, str] = {}
    for paper in book.papers:
        found = book.evidence.get(paper)
        groups = {group[0].chart: group for group in grouped(found.shown.series)} if found else {}
        for chart in book.view(paper, "", drawn=True).charts if groups else ():
            accent = ACCENTS[book.accents[book.catalog.family_of[paper]]]
            out[f"laws/{paper}/{stem(chart.id)}.svg"] = alone(chart, accent)
            out[f"laws/{paper}/{stem(chart.id)}.csv"] = numbers(groups[chart.id])
    return out


def stem(chart: str) -> str:
    """The name of a chart's files, without ending."""
    return re.sub(r"[^a-z0-9]+", "-", chart.lower()).strip("-") or "chart"


def numbers(series: Sequence[Series]) -> str:
    """What a chart shows, a row a point. A column is empty where a series has no such number."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    first = series[0]
    heads = ["series", plain(first.x_label), plain(first.y_label), "standard error", "the law"]
    table.writerow(map(_cell, heads))
    for one in series:
        for i, (x, y) in enumerate(zip(one.x, one.y, strict=True)):
            error = one.error[i] if one.error is not None else ""
            law = one.prediction[i] if one.prediction is not None else ""
            table.writerow([_cell(plain(one.label)), x, y, error, law])
    return out.getvalue()


def _cell(text: str) -> str:
    """Words of a notebook as a cell: a spreadsheet must not take them for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def alone(chart: Chart, accent: str) -> str:
    """The drawing with its colours, a ground, its title and its legend, which on the page stand outside of it."""
    svg = chart.svg
    for name, colour in (PALETTE | {"accent": accent}).items():
        svg = svg.replace(f"var(--lb-{name})", colour)
    box = _VIEW_BOX.search(svg)
    assert box is not None  # charts.py has written it
    width, height = float(box[1]), float(box[2])
    legend = list(_legend(chart.keys, accent, height + 2 * LINE))
    whole = height + (2 + len(legend)) * LINE
    opening, _, drawing = svg.partition(">")
    opening = opening.replace(box[0], f'viewBox="0 0 {width:g} {whole:g}" width="{width:g}" height="{whole:g}"')
    ground = f'<rect width="{width:g}" height="{whole:g}" fill="#fff"/>'
    title = f'<text x="{LEFT}" y="{height + LINE:g}" font-size="12" fill="#1c2430">{escape(chart.title)}</text>'
    inside = drawing.removesuffix("</svg>")
    return f'{opening} font-family="{FONT}">{ground}{inside}{title}{"".join(legend)}</svg>\n'


def _legend(keys: Iterable[Key], accent: str, top: float) -> Iterator[str]:
    for i, key in enumerate(keys):
        y = top + i * LINE
        colour = accent if key.colour == -1 else PALETTE.get(f"line-{key.colour}", PALETTE["chart-ink"])
        if key.mark == "point":
            mark = f'<circle cx="{LEFT + 9}" cy="{y - 4:g}" r="3.5" fill="{colour}"/>'
        else:
            dash = ' stroke-dasharray="5 3"' if key.mark == "law" else ""
            mark = f'<path d="M{LEFT} {y - 4:g}h18" stroke="{colour}" stroke-width="2"{dash}/>'
        text = (
            f'<text x="{LEFT + 25}" y="{y:g}" font-size="11" fill="{PALETTE["chart-ink"]}">{escape(key.label)}</text>'
        )
        yield mark + text
