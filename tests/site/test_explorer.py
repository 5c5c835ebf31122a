"""The formula under sliders: axes that say what they are, points that were measured, whole numbers where things are counted."""

from __future__ import annotations

import json
import math

import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.symbols import Symbol
from lawbook.site.explorer import explorer, titled


def test_the_sliders_of_a_formula(catalog: Catalog) -> None:
    law = catalog.entries["halving2001"].main
    made = explorer(catalog, law)
    assert made is not None
    assert made.over == "n"
    assert [s.symbol for s in made.sliders] == ["n", "b"]
    assert made.sliders[0].log
    text = json.dumps(made.specification)
    for name in ("p_n", "p_b"):
        assert name in text
    assert "http" not in text.replace("https://vega.github.io/schema", "")


def test_the_curve_under_the_sliders_is_the_formula(catalog: Catalog) -> None:
    """Evaluate what Vega would: the calculate steps, in order, over its 201 points."""
    law = catalog.entries["halving2001"].main
    made = explorer(catalog, law)
    assert made is not None
    layer = made.specification["layer"][0]
    signals = {f"p_{s.symbol}": s.value for s in made.sliders}
    for i in (0, 77, 200):
        datum = {"i": float(i)}
        for step in layer["transform"]:
            if "calculate" in step:
                source = step["calculate"].replace("datum.", "datum_")
                scope = {f"datum_{k}": v for k, v in datum.items()} | signals | {"pow": pow, "exp": math.exp}
                datum[step["as"]] = eval(source, {"__builtins__": {}}, scope)
        wanted = catalog.expression(law, str(law.formula.expr))(n=datum["n"], spread=1.0, b=0.5)
        assert datum["lb_y"] == pytest.approx(wanted, rel=1e-14)


def test_no_sliders_without_axis(catalog: Catalog) -> None:
    assert explorer(catalog, catalog.entries["corner2002"].main) is None


def test_axes_have_names_units_and_accents() -> None:
    speed = Symbol(latex=r"\dot u", name="speed of a mode (per step)", unit="output per time")
    assert titled(speed) == "u\u0307 speed of a mode (output per time)"
    assert titled(Symbol(latex=r"\lVert\hat w\rVert", name="length", unit="1")) == "‖ ŵ‖ length"


def test_what_is_counted_moves_in_whole_numbers(catalog: Catalog) -> None:
    made = explorer(catalog, catalog.entries["halving2001"].main)
    assert made is not None
    assert [(s.symbol, s.whole) for s in made.sliders] == [("n", True), ("b", False)]


def test_the_vertical_axis_follows_what_is_shown(catalog: Catalog) -> None:
    made = explorer(catalog, catalog.entries["halving2001"].main)
    assert made is not None
    assert all("domain" not in layer["encoding"]["y"].get("scale", {}) for layer in made.specification["layer"])


def rows_of(columns: dict[str, list[float]]) -> list[dict[str, float]]:
    """The points as rows, as explorer.js makes them."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def test_measured_points_stand_on_the_chart(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    law = catalog.entries["halving2001"].main
    made, bare = explorer(catalog, law, evidence["halving2001"]), explorer(catalog, law)
    assert made is not None and bare is not None  # noqa: PT018
    assert made.measured
    assert not bare.measured
    band, _, points = made.specification["layer"][2:]
    rows = rows_of(made.specification["datasets"][points["data"]["name"]])
    assert [(row["n"], row["lb_y"]) for row in rows] == [(1024.0, 0.0312), (2048.0, 0.0225)]
    assert band["data"]["values"] == [{"lb_from": 1024.0, "lb_to": 2048.0}]
    assert points["encoding"]["opacity"]["condition"]["test"] == "abs(datum['b'] - p_b) <= 0.05*abs(datum['b']) + 1e-12"
    assert len(made.settings) == 1
    assert points["encoding"]["x"]["field"] == "n"
    assert made.specification["layer"][0]["encoding"]["x"]["scale"]["domain"] == [1.0, 2048.0]


def test_a_point_that_the_sliders_cannot_reach_is_left_out(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    law = catalog.entries["halving2001"].main
    b = law.symbols["b"].model_copy(update={"range": (0.6, 1.0), "value": 0.8})
    made = explorer(catalog, law.model_copy(update={"symbols": law.symbols | {"b": b}}), evidence["halving2001"])
    assert made is not None
    assert not made.measured


def test_a_point_far_beyond_the_axis_does_not_stretch_it(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    law = catalog.entries["halving2001"].main
    n = law.symbols["n"].model_copy(update={"range": (1.0, 40.0), "value": 4.0, "scale": "log"})
    made = explorer(catalog, law.model_copy(update={"symbols": law.symbols | {"n": n}}), evidence["halving2001"])
    assert made is not None
    rows = rows_of(made.specification["datasets"]["measured"])
    assert [row["n"] for row in rows] == [1024.0]  # within another 1 to 40 of the end; 2048 is not
    assert made.specification["layer"][0]["encoding"]["x"]["scale"]["domain"] == [1.0, 1024.0]
