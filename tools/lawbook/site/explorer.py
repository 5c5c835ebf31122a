"""The formula of a law under sliders, as a Vega-Lite specification, with what the checks measured as points on it."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.formula import Formula
from lawbook.reference.model import Law
from lawbook.reference.rules import FITTED
from lawbook.reference.symbols import Symbol
from lawbook.site.charts import INK, LAW, LINES, axis, ticks, vega_lite
from lawbook.site.markdown import plain

STEPS = 200
POINTS = 80  # of more, some are left out
MEASURED = "measured"  # the name of the points in the specification
NEAR = 0.05  # share of a symbol's value within which a slider stands where it was measured
# What is counted comes in whole numbers; what a symbol counts is its unit.
COUNTED = frozenset(
    (
        "classes", "count", "features", "inputs", "layers", "neurons", "parameters", "quanta", "samples", "steps",
        "students", "tokens",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Slider:
    """A symbol that the reader moves. `low`, `high`, `value` are the symbol's own, also on a log scale."""

    symbol: str
    name: str
    low: float
    high: float
    value: float
    log: bool
    whole: bool


@dataclass(frozen=True)
class Explorer:
    """The formula of a law under sliders: a specification with one parameter `p_<symbol>` for each slider.

    `settings` are where the sliders stood in measurements: symbol to value, but for the symbol of the axis. `measured`
    is whether there are points.
    """

    specification: dict[str, Any]
    sliders: tuple[Slider, ...]
    over: str
    settings: tuple[Mapping[str, float], ...] = ()
    measured: bool = False


def explorer(catalog: Catalog, law: Law, evidence: Evidence | None = None) -> Explorer | None:
    """The slider chart of a law, or None where it has no closed form, no axis, or a function that Vega lacks."""
    if law.formula.expr is None or law.formula.gives is None:
        return None
    formula = catalog.expression(law, law.formula.expr)
    symbols = {name: catalog.symbol(law, name) for name in formula.symbols}
    ranged = [name for name, s in symbols.items() if s.range is not None]
    over = law.formula.over if law.formula.over in ranged else next(iter(ranged), None)
    if over is None or formula.vega is None or any(s.range is None and s.value is None for s in symbols.values()):
        return None
    ranged.sort(key=lambda name: name != over)  # the axis first: its slider moves a point along the curve
    sliders = tuple(_slider(name, symbols[name]) for name in ranged)
    fixed = {name: s.value for name, s in symbols.items() if s.range is None and s.value is not None}
    found = list(_measured(law, over, sliders, fixed, evidence)) if evidence is not None else []
    found = _thinned(found, [s.symbol for s in sliders[1:]])
    gives = catalog.symbol(law, law.formula.gives)
    shown = [sliders[0].low, sliders[0].high, *(row[over] for row in found)]
    spec = _curve(formula, sliders, fixed, (min(shown), max(shown)), titled(symbols[over]), titled(gives))
    is_log = spec["layer"][0]["encoding"]["y"]["scale"]["type"] == "log"
    found = [row for row in found if not is_log or row["lb_low"] > 0]
    spec |= {"datasets": {MEASURED: _columns(found)}} if found else {}
    spec["layer"] += _points(found, sliders)
    others = [s.symbol for s in sliders[1:]]
    settings = {tuple(row[name] for name in others): {name: row[name] for name in others} for row in found}
    return Explorer(spec, sliders, over, tuple(settings.values())[:6] if others else (), bool(found))


def titled(symbol: Symbol) -> str:
    """What an axis says: letter, name, unit."""
    name = plain((symbol.name or "").split(" (")[0])
    unit = f" ({symbol.unit})" if symbol.unit not in (None, "1") else ""
    return f"{plain(f'${symbol.latex}$')} {name}{unit}".strip()


def _slider(name: str, symbol: Symbol) -> Slider:
    assert symbol.range is not None
    low, high = symbol.range
    log = symbol.scale == "log"
    middle = math.sqrt(low) * math.sqrt(high) if log else (low + high) / 2
    value = middle if symbol.value is None else symbol.value
    called = plain((symbol.name or name).split(" (")[0])
    whole = symbol.unit in COUNTED and not called.startswith("effective")
    return Slider(name, called, low, high, round(value) if whole else value, log, whole)


def _measured(
    law: Law, over: str, sliders: Sequence[Slider], fixed: Mapping[str, float], evidence: Evidence
) -> Iterator[dict[str, float]]:
    """What the checks measured of the quantity that the formula gives, at settings that the other sliders can reach.

    These are the checks that hold the formula itself against a measurement: their numbers have the units of the axes.
    """
    for name, check in law.checks.items():
        record = evidence.shown.of("check", name)
        is_law = check.predicted == FITTED or _same(str(check.predicted), law.formula.expr)
        if record is None or not is_law:
            continue
        for point in record.points:
            at = dict(point.given) | (record.fitted.values if record.fitted is not None else {})
            reached = over in at and all(s.symbol in at and s.low <= at[s.symbol] <= s.high for s in sliders[1:])
            reached = reached and (at[over] > 0 or not sliders[0].log) and _is_near(at[over], sliders[0])
            as_fixed = all(abs(at.get(key, math.inf) - value) <= NEAR * abs(value) for key, value in fixed.items())
            if reached and as_fixed and math.isfinite(point.measured):
                error = point.error if math.isfinite(point.error) else 0.0
                row = {"lb_y": point.measured, "lb_low": point.measured - 2 * error}
                row |= {"lb_high": point.measured + 2 * error}
                yield row | {s.symbol: at[s.symbol] for s in sliders}


def _is_near(value: float, axis: Slider) -> bool:
    """Whether a value lies no farther beyond the axis than the axis is long: the rest would be a corner of it."""
    low, high, at = (math.log10(one) if axis.log else one for one in (axis.low, axis.high, value))
    return 2 * low - high <= at <= 2 * high - low


def _thinned(found: Sequence[dict[str, float]], others: Sequence[str]) -> list[dict[str, float]]:
    """Few enough points, the same share of each setting."""
    every = max(1, math.ceil(len(found) / POINTS))
    groups: dict[tuple[float, ...], list[dict[str, float]]] = {}
    for row in found:
        groups.setdefault(tuple(row[name] for name in others), []).append(row)
    return [row for group in groups.values() for row in group[::every]]


def _columns(found: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """The points to more digits than can be seen, name to values: explorer.js makes rows of them."""
    return {name: [float(f"{row[name]:.6g}") for row in found] for name in found[0]}


def _same(one: str, other: str | None) -> bool:
    return "".join(one.split()) == "".join((other or "").split())


def _curve(
    formula: Formula,
    sliders: Sequence[Slider],
    fixed: Mapping[str, float],
    ends: tuple[float, float],
    x_title: str,
    y_title: str,
) -> dict[str, Any]:
    import numpy as np

    over, (low, high) = sliders[0].symbol, ends
    scale = "log" if sliders[0].log else "linear"
    grid = np.geomspace(low, high, 64) if scale == "log" else np.linspace(low, high, 64)
    start = {s.symbol: s.value for s in sliders} | dict(fixed)
    # Each slider at each of its ends, the others where they start: whether all that can be shown is above zero.
    corners = [start] + [start | {s.symbol: end} for s in sliders[1:] for end in (s.low, s.high)]
    columns = {name: np.array([[at[name]] for at in corners]) for name in start if name != over}
    values = np.ravel(formula(**columns, **{over: grid}))
    values = values[np.isfinite(values)]
    log = scale == "log" and bool(values.size and np.all(values > 0))
    if scale == "log":
        at = f"exp({math.log(low)!r} + datum.i*{(math.log(high) - math.log(low)) / STEPS!r})"
    else:
        at = f"{low!r} + datum.i*{(high - low) / STEPS!r}"
    spec: dict[str, Any] = json.loads(_bare_curve(scale, log))
    spec["params"] = [{"name": f"p_{s.symbol}", "value": s.value} for s in sliders]
    others = [(s.symbol, f"p_{s.symbol}") for s in sliders[1:]]
    others += [(name, repr(value)) for name, value in fixed.items()]
    for layer, along in zip(spec["layer"], (at, f"p_{over}"), strict=True):
        steps = [(over, along), *others, ("lb_y", str(formula.vega))]
        layer["transform"] = [{"calculate": expression, "as": name} for name, expression in steps]
        layer["transform"].append({"filter": "isFinite(datum.lb_y)" + (" && datum.lb_y > 0" if log else "")})
        if log:  # far below the top, an axis tells nothing
            layer["transform"] += [
                {"joinaggregate": [{"op": "max", "field": "lb_y", "as": "lb_top"}]},
                {"filter": "datum.lb_y >= datum.lb_top*1e-12"},
            ]
        layer["encoding"]["x"] |= {"field": over, "title": textwrap.wrap(x_title, 46)}
        layer["encoding"]["x"]["scale"]["domain"] = [low, high]
        if scale == "log":
            layer["encoding"]["x"]["axis"]["values"] = ticks(low, high)
        lines = textwrap.wrap(y_title, 46)
        layer["encoding"]["y"]["title"] = lines
        layer["encoding"]["y"]["axis"]["titleY"] = -8 - 15 * (len(lines) - 1)
    for channel in spec["layer"][1]["encoding"].values():  # the axes are those of the curve
        for shared in ("axis", "title", "scale"):
            del channel[shared]
    return spec


@lru_cache(maxsize=4)
def _bare_curve(x_scale: str, log: bool) -> str:
    """The curve of no formula yet, as JSON. Altair takes 12 ms to build one, so each formula fills in a copy."""
    import altair as alt

    x = alt.X("x:Q", axis=axis("x", x_scale), scale=alt.Scale(type="log" if x_scale == "log" else "linear", nice=False))
    # No domain: the axis follows what is shown.
    y_scale = alt.Scale(type="log", nice=False) if log else alt.Scale(type="linear", zero=False, nice=True)
    y = alt.Y("lb_y:Q", axis=axis("y", "log" if log else "linear"), scale=y_scale)
    many: Any = {"sequence": {"start": 0, "stop": STEPS + 1, "step": 1, "as": "i"}}
    curve = alt.Chart(many).mark_line(color=LAW, strokeWidth=2.5, clip=True).encode(x, y)
    one: Any = {"sequence": {"start": 0, "stop": 1, "step": 1, "as": "i"}}
    point = alt.Chart(one).mark_point(color=INK, fill=INK, size=70, opacity=1, clip=True).encode(x, y)
    chart = alt.layer(curve, point).properties(width="container", height=220)
    return json.dumps(vega_lite(chart))


def _points(found: Sequence[Mapping[str, float]], sliders: Sequence[Slider]) -> list[dict[str, Any]]:
    """Layers of what was measured: the range as a bar on the axis, error bars, points.

    They are faint where the sliders stand elsewhere than in the measurement.
    """
    if not found:
        return []
    over = sliders[0].symbol
    here = [f"abs(datum['{s.symbol}'] - p_{s.symbol}) <= {NEAR}*abs(datum['{s.symbol}']) + 1e-12" for s in sliders[1:]]
    opacity = {"condition": {"test": " && ".join(here) or "true", "value": 1}, "value": 0.25}
    x = {"field": over, "type": "quantitative"}
    y = {"field": "lb_y", "type": "quantitative"}
    data = {"name": MEASURED}
    low, high = min(row[over] for row in found), max(row[over] for row in found)
    bar = {"type": "rule", "strokeWidth": 6, "opacity": 0.55, "color": LINES[0], "clip": False}
    spread = {"y": y | {"field": "lb_low"}, "y2": {"field": "lb_high"}}
    mark = {"type": "point", "color": LINES[0], "fill": LINES[0], "size": 30, "clip": True}
    return [
        {
            "data": {"values": [{"lb_from": low, "lb_to": high}]},
            "mark": bar,
            "encoding": {"x": x | {"field": "lb_from"}, "x2": {"field": "lb_to"}, "y": {"value": {"expr": "height"}}},
        },
        {
            "data": data,
            "mark": {"type": "rule", "color": LINES[0], "strokeWidth": 1.5, "clip": True},
            "encoding": {"x": x, **spread, "opacity": opacity},
        },
        {"data": data, "mark": mark, "encoding": {"x": x, "y": y, "opacity": opacity}},
    ]
