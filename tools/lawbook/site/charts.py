"""Charts by Altair: what was measured, as an inline SVG.

An SVG takes its colours from the page (CSS variables), so it reads in light and dark. Drawing one costs 30 ms of CPU:
the result is kept by content.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal

from lawbook.evidence.record import Series, digest, to_json
from lawbook.files import write_atomically
from lawbook.site.curves import Curve, Tracer, trace
from lawbook.site.drawing import short
from lawbook.site.markdown import plain

VL_VERSION = "6.4"
STYLE = 14  # raise it when the drawing changes: kept charts are then drawn anew
WIDTH, HEIGHT = 480, 232
MANY = 40  # from so many points on, a series is a line
# Colours that no chart would choose; each stands for a variable of the style sheet.
INK, GRID, LAW = "#a0000a", "#a0000b", "#a0000c"
LINES = tuple(f"#a0000{i}" for i in range(6))
_VARIABLES = {INK: "var(--lb-chart-ink)", GRID: "var(--lb-chart-grid)", LAW: "var(--lb-accent)"} | {
    colour: f"var(--lb-line-{i})" for i, colour in enumerate(LINES)
}
_FONT = "lawbook-text"
LARGEST, SMALLEST = 1e300, 1e-290  # beyond, the steps of a linear axis are no numbers
_TOP = math.log10(sys.float_info.max) - 1e-6  # the end of a log axis where the data leave it no room


@dataclass(frozen=True)
class Key:
    """A line of a legend.

    `mark` is line, point, curve (of the law) or law (dashed); `colour` counts the series, -1 for the law's own.
    """

    label: str
    mark: str
    colour: int


@dataclass(frozen=True)
class Chart:
    """A drawn chart."""

    id: str
    law: str
    title: str
    svg: str
    keys: tuple[Key, ...]


def grouped(series: Sequence[Series]) -> list[list[Series]]:
    """The series of each chart, charts in order of their first series."""
    charts: dict[str, list[Series]] = {}
    for one in series:
        charts.setdefault(one.chart, []).append(one)
    return list(charts.values())


def draw(series: Sequence[Series], cache: Path | None = None, laws: Sequence[Tracer] = ()) -> Chart:
    """The chart of one or more series that share a chart id; `laws` draw the law's curve between their points."""
    first = series[0]
    title = plain(first.title) or f"{plain(first.y_label)} against {plain(first.x_label)}"
    kept = cache / f"{digest([STYLE, [to_json(s) for s in series], _told(laws)])[:32]}.svg" if cache else None
    if kept is not None and kept.is_file():
        svg = kept.read_text(encoding="utf-8")
    else:
        svg = _svg(series, title, laws)
        if kept is not None:
            write_atomically(kept, svg)
    return Chart(first.chart, first.law, title, svg, _keys(series))


def _keys(series: Sequence[Series]) -> tuple[Key, ...]:
    alone = len(series) == 1
    keys = [
        Key(plain(s.label), "line" if _is_path(s) else "point", 0 if alone else i % len(LINES))
        for i, s in enumerate(series)
    ]
    if any(s.prediction is not None for s in series):
        curve = alone and not _is_path(series[0])  # drawn whole; over a path or with others, dashed
        keys.append(Key("the law", "curve" if curve else "law", -1 if alone else -2))
    return tuple(keys)


def _is_path(one: Series) -> bool:
    """Whether a series is to be read as a line: many points along steps, epochs or an even grid."""
    if len(one.x) <= MANY or any(b <= a for a, b in itertools.pairwise(one.x)):
        return False
    if all(float(x).is_integer() for x in one.x):
        return True
    at = [math.log(x) for x in one.x] if one.x_scale == "log" and one.x[0] > 0 else list(one.x)
    gaps = [b - a for a, b in itertools.pairwise(at)]
    return max(gaps) < 1.5 * min(gaps)


def _told(laws: Sequence[Tracer]) -> list[object]:
    """What a curve depends on."""
    return [[law.formula.text, list(law.axes), [dict(values) for values in law.settings]] for law in laws]


def _svg(series: Sequence[Series], title: str, laws: Sequence[Tracer] = ()) -> str:
    import vl_convert

    spec = _specification(series, [trace(laws, one) for one in series])
    return _dressed(vl_convert.vegalite_to_svg(spec, vl_version=VL_VERSION), title, _description(series))


def _rows(one: Series) -> list[dict[str, float]]:
    rows = []
    for i, (x, y) in enumerate(zip(one.x, one.y, strict=True)):
        row = {"y": y}
        if one.error is not None and math.isfinite(one.error[i]):
            low, high = y - 2 * one.error[i], y + 2 * one.error[i]
            if _has_room(low, one.y_scale) and _has_room(high, one.y_scale):
                row |= {"low": low, "high": high}
        if one.prediction is not None:
            row["p"] = one.prediction[i]
        if _has_room(x, one.x_scale):
            rows.append({"x": x} | {key: value for key, value in row.items() if _has_room(value, one.y_scale)})
    return rows


def _line(one: Series, curve: Curve) -> list[dict[str, float]]:
    """What an axis can show of a curve."""
    at = zip(curve.x, curve.y, strict=True)
    return [{"x": x, "p": p} for x, p in at if _has_room(x, one.x_scale) and _has_room(p, one.y_scale)]


def _has_room(value: float, scale: str) -> bool:
    """Whether an axis can show a number: a log axis any above 0, a linear one none near the end of all numbers."""
    return math.isfinite(value) and (value > 0 if scale == "log" else abs(value) <= LARGEST)


def _specification(series: Sequence[Series], curves: Sequence[Curve | None]) -> dict[str, Any]:
    import altair as alt

    first = series[0]
    rows = [_rows(s) for s in series]
    xs = [r["x"] for part in rows for r in part]
    x_scale = _scale(xs, first.x_scale, 0.03)
    x = alt.X("x:Q", title=plain(first.x_label), scale=x_scale, axis=axis("x", first.x_scale, _extent(xs)))
    rows_of_curves = [_line(one, curve) if curve is not None else [] for one, curve in zip(series, curves, strict=True)]
    ys = [r["p"] for part in rows_of_curves for r in part]
    ys += [r[key] for part in rows for r in part for key in ("y", "low", "high", "p") if key in r]
    y_scale = _scale(ys, first.y_scale, 0.06)
    y_axis = axis("y", first.y_scale, _extent(ys))
    layers: list[Any] = []
    datasets: dict[str, Any] = {}  # put in at the end: Altair copies what it is given, again and again
    alone = len(series) == 1

    def named(values: list[dict[str, float]]) -> Any:
        name = f"data{len(datasets)}"
        datasets[name] = values
        return alt.NamedData(name)

    for i, (one, part, curve) in enumerate(zip(series, rows, curves, strict=True)):
        colour = LINES[i % len(LINES)]
        data = named(part)

        def y(field: str) -> Any:
            return alt.Y(f"{field}:Q", title=plain(first.y_label), scale=y_scale, axis=y_axis)

        if one.prediction is not None:
            smooth = named(_line(one, curve)) if curve is not None else data
            law = alt.Chart(smooth).transform_filter("isValid(datum.p)")
            dash = [6, 3] if _is_path(one) or not alone else [1, 0]
            layers.append(
                law.mark_line(color=LAW if alone else colour, strokeWidth=2, strokeDash=dash, aria=False).encode(
                    x, y("p")
                )
            )
        measured = alt.Chart(data).transform_filter("isValid(datum.y)")
        if _is_path(one):
            layers.append(measured.mark_line(color=colour, strokeWidth=1.5, aria=False).encode(x, y("y")))
            continue
        bars = alt.Chart(data).transform_filter("isValid(datum.low)")
        layers.append(bars.mark_rule(color=colour, strokeWidth=1.5, aria=False).encode(x, y("low"), alt.Y2("high:Q")))
        shape = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")[i % 6]
        layers.append(
            measured.mark_point(
                color=colour, fill=colour, shape=shape, size=34 if len(one.x) <= MANY else 12, opacity=1, aria=False
            ).encode(x, y("y"))
        )
    fit = alt.AutoSizeParams(type="fit")
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, autosize=fit)
    return vega_lite(chart) | {"datasets": datasets}


def vega_lite(chart: Any) -> dict[str, Any]:
    """What Vega-Lite is told of a chart, in the look of the site."""
    found: dict[str, Any] = chart.to_dict(validate=False)
    return found | {"config": _look()}


@cache
def _look() -> dict[str, Any]:
    """The look of all charts, taken from one that is empty: Altair copies a chart for each thing that is set in it."""
    import altair as alt

    text = {"labelFont": _FONT, "titleFont": _FONT, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 400}
    chart = (
        alt.Chart()
        .mark_point()
        .configure(background="transparent", padding=2, font=_FONT)
        .configure_axis(
            labelColor=INK, titleColor=INK, domainColor=INK, tickColor=INK, gridColor=GRID, tickSize=4, **text
        )
        .configure_view(stroke=None)
    )
    found: dict[str, Any] = chart.to_dict(validate=False)["config"]
    return found


_POWER = "floor(log(datum.value)/LN10 + 0.000001)"
_RAISED = f"format({_POWER}, 'd')"
for _plain, _raised in zip("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True):
    _RAISED = f"replace({_RAISED}, regexp('{_plain}', 'g'), '{_raised}')"
_MANTISSA = f"format(datum.value/pow(10, {_POWER}), '.2~g')"
_LOG_LABEL = (
    "datum.value >= 0.001 && datum.value < 10000 ? format(datum.value, '~g') : "
    f"({_MANTISSA} == '1' ? '' : {_MANTISSA} + '·') + '10' + {_RAISED}"
)


def _extent(values: Sequence[float]) -> tuple[float, float] | None:
    good = [v for v in values if math.isfinite(v)]
    return (min(good), max(good)) if good else None


def ticks(low: float, high: float) -> list[float]:
    """Where a log axis is marked: powers of ten, with 2 and 5 between them where there are few."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    decades = math.log10(high) - math.log10(low)  # the quotient may be more than a number holds
    digits: tuple[float, ...] = (1, 2, 5) if decades < 2.2 else (1, 3) if decades < 3.2 else (1,)
    if decades < 0.8:
        digits = (1, 1.5, 2, 3, 4, 5, 6, 7, 8)
    if decades < 0.35:
        digits = (1, 1.2, 1.4, 1.6, 1.8, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9)
    every = max(1, math.ceil(decades / 6)) if digits == (1,) else 1
    powers = (k for k in range(first, last + 1) if k % every == 0 and k <= sys.float_info.max_10_exp)
    marks = [d * 10.0**k for k in powers for d in digits]
    return [t for t in marks if low * 0.93 <= t <= high * 1.07]


def axis(which: str, scale: str, extent: tuple[float, float] | None = None) -> Any:
    import altair as alt

    options: dict[str, Any] = {
        "grid": which == "y",
        "domain": which == "x",
        "ticks": which == "x",
        "labelOverlap": True,
    }
    options["tickCount"] = 6 if which == "x" else 5
    if which == "x":
        options["titlePadding"] = 8  # room for the larger text of a phone
    if scale == "log":
        options["labelExpr"] = _LOG_LABEL
        if extent is not None and extent[0] > 0:
            options["values"] = ticks(*extent)
        else:
            options["grid"] = False  # the lines between the powers of ten would fill the page
    if which == "y":  # the title lies on top, where it takes no width and reads without turning the head
        options |= {
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "end",
            "titleX": 0,
            "titleY": -8,
            "labelPadding": 6,
        }
        options["titleBaseline"] = "bottom"
    return alt.Axis(**options)


def _scale(values: Sequence[float], kind: Literal["linear", "log"], pad: float) -> Any:
    import altair as alt

    domain = _domain(values, kind, pad)
    return alt.Scale(type=kind, domain=domain, nice=False) if domain else alt.Scale(type="linear")


def _domain(values: Sequence[float], kind: Literal["linear", "log"], pad: float) -> list[float] | None:
    """What an axis spans: all that can be shown on it and a little more, from zero where zero is near."""
    good = [v for v in values if _has_room(v, kind)]
    if not good:
        return None
    low, high = min(good), max(good)
    if kind == "log":
        a, b = math.log10(low), math.log10(high)
        margin = max(pad * (b - a), 0.03)
        return [max(10 ** (a - margin), sys.float_info.min), 10 ** min(b + margin, _TOP)]
    margin = max(pad * (high - low) or abs(high) * 0.1 or 1.0, SMALLEST)
    return [0.0 if low >= 0 and low - margin < 0.35 * high else low - margin, high + margin]


def _description(series: Sequence[Series]) -> str:
    first = series[0]
    said = [f"{plain(first.y_label)} against {plain(first.x_label)}."]
    for one in series:
        good = [(x, y) for x, y in zip(one.x, one.y, strict=True) if math.isfinite(x) and math.isfinite(y)]
        if good:
            (x0, y0), (x1, y1) = good[0], good[-1]
            said.append(f"{plain(one.label)}: {len(good)} points, from {y0:.3g} at {x0:.3g} to {y1:.3g} at {x1:.3g}.")
    if any(s.prediction is not None for s in series):
        said.append("The curve of the law is drawn with them.")
    return " ".join(said)


def _dressed(svg: str, title: str, description: str) -> str:
    """The SVG as the page wants it: colours and font of the page, a title and a description, nothing superfluous."""
    # The width of the axis labels makes the drawing a little wider or narrower: the box is that of the drawing.
    inside, width, height = short(svg)
    for colour, variable in _VARIABLES.items():
        inside = inside.replace(colour, variable)
    name = digest([title, inside])[:8]
    label = f'<title id="t{name}">{escape(title)}</title><desc id="d{name}">{escape(description)}</desc>'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
    return f'{opening} aria-labelledby="t{name} d{name}">{label}{inside}</svg>'
