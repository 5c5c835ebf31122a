"""Charts: truthful, in the colours of the page, the same at every build."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from lawbook.evidence.record import Series
from lawbook.site import charts
from lawbook.site.charts import draw, grouped

LOG = Series("c", "law", "measured", (1.0, 10.0, 100.0), (2.0, 0.2, 0.02), (0.1, 0.01, 0.001), (2.0, 0.2, 0.02),
             x_scale="log", y_scale="log", x_label="samples $n$", y_label="a < b & c")  # fmt: skip


def test_an_svg_takes_its_colours_from_the_page_and_names_itself() -> None:
    svg = draw([LOG]).svg
    assert "#a0000" not in svg
    assert "var(--lb-accent)" in svg
    assert "var(--lb-line-0)" in svg
    assert 'role="img"' in svg
    assert "<title" in svg
    assert "<desc" in svg
    assert "a &lt; b &amp; c" in svg
    assert "<script" not in svg
    assert not re.search(r'(?:href|src)="', svg)
    assert "10⁻" not in svg or "0.02" not in svg
    assert len(svg) < 8_000


def test_the_same_series_gives_the_same_bytes_and_is_kept(tmp_path: Path) -> None:
    first = draw([LOG], tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    assert draw([LOG], tmp_path) == first == draw([LOG])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0, 0.0])
def test_values_that_an_axis_cannot_show_are_left_out(bad: float) -> None:
    one = Series("c", "law", "measured", (1.0, 2.0, 3.0), (1.0, bad, 2.0), (0.1, bad, 0.1), None, y_scale="log")
    assert "NaN" not in draw([one]).svg


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("ends", [(1e-300, 1e307), (5e-324, 1.7e308), (1e307, 1.7e308), (1.0, 1e307), (1e-310, 1e-308)])
def test_the_largest_and_the_smallest_numbers_can_be_drawn(
    scale: Literal["linear", "log"], ends: tuple[float, float]
) -> None:
    low, high = ends
    one = Series(
        "c", "law", "measured", (low, high), (low, high), (low, high), (high, low), x_scale=scale, y_scale=scale
    )
    svg = draw([one]).svg
    assert "NaN" not in svg
    assert "Infinity" not in svg
    assert "<path" in svg


def test_negative_numbers_as_large_as_they_come_can_be_drawn() -> None:
    svg = draw([Series("c", "law", "measured", (0.0, 1.0), (-1.7e308, 1.7e308), (1e308, 0.0))]).svg
    assert "NaN" not in svg


def test_many_steps_are_a_line_and_a_cloud_is_points() -> None:
    steps = Series("c", "law", "s", tuple(map(float, range(100))), tuple(map(float, range(100))))
    rng = np.random.default_rng(0)
    cloud = Series("c", "law", "s", tuple(np.sort(rng.normal(size=100)).tolist()), tuple(rng.normal(size=100).tolist()))
    assert draw([steps]).keys[0].mark == "line"
    assert draw([cloud]).keys[0].mark == "point"


def test_series_of_one_chart_are_drawn_together() -> None:
    other = Series("d", "law", "x", (1.0,), (1.0,))
    second = Series("c", "law", "again", (1.0, 2.0), (1.0, 2.0))
    assert [[s.label for s in g] for g in grouped([LOG, other, second])] == [["measured", "again"], ["x"]]


@pytest.mark.parametrize(("low", "high"), [(1.0, 1e6), (0.3, 0.7), (1e-9, 1e-2), (2.0, 30.0), (1.7, 2.8), (4.0, 8.9)])
def test_a_log_axis_has_a_few_ticks_inside_its_range(low: float, high: float) -> None:
    ticks = charts.ticks(low, high)
    assert 2 <= len(ticks) <= 8
    assert all(0.9 * low <= t <= 1.1 * high for t in ticks)
