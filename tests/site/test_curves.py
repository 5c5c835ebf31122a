"""The curve of a law: from its formula, through every number that was recorded, or not at all."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from lawbook.evidence.record import Evidence, Series
from lawbook.reference.catalog import Catalog
from lawbook.site.charts import draw
from lawbook.site.curves import Tracer, trace, tracers


@pytest.fixture
def laws(catalog: Catalog, evidence: dict[str, Evidence]) -> tuple[Tracer, ...]:
    return tracers(catalog, catalog.entries["halving2001"].main, evidence["halving2001"].shown)


def series(x: tuple[float, ...], prediction: tuple[float, ...]) -> Series:
    return Series("c", "inverse-root", "m", x, prediction, prediction=prediction, x_scale="log", y_scale="log")


def test_between_two_points_the_curve_is_the_formula(laws: tuple[Tracer, ...], evidence: dict[str, Evidence]) -> None:
    one = evidence["halving2001"].shown.series[0]
    curve = trace(laws, one)
    assert curve is not None
    assert len(curve.x) > 100
    np.testing.assert_allclose(curve.y, np.array(curve.x) ** -0.5, rtol=1e-12)
    assert set(one.x) <= set(curve.x)


def test_constants_are_solved_for(laws: tuple[Tracer, ...]) -> None:
    x = (8.0, 16.0, 32.0, 64.0)
    curve = trace(laws, series(x, tuple(3.0 * v**-0.37 for v in x)))
    assert curve is not None
    np.testing.assert_allclose(curve.y, 3.0 * np.array(curve.x) ** -0.37, rtol=1e-6)


def test_another_law_gets_no_curve(laws: tuple[Tracer, ...]) -> None:
    x = (8.0, 16.0, 32.0, 64.0, 128.0)
    assert trace(laws, series(x, tuple(1 / (1 + v**0.5) for v in x))) is None


def test_too_few_points_fix_no_constants(laws: tuple[Tracer, ...]) -> None:
    assert trace(laws, series((8.0, 16.0), (0.9, 0.2))) is None


def test_the_drawn_line_has_more_corners_than_points(laws: tuple[Tracer, ...], evidence: dict[str, Evidence]) -> None:
    one = replace(evidence["halving2001"].shown.series[0], x_scale="linear", y_scale="linear")  # where it is bent
    longest = [max(map(len, re.findall(r' d="([^"]*)"', draw([one], None, told).svg))) for told in (laws, ())]
    assert longest[0] > 1.5 * longest[1]
