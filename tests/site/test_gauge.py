"""The little picture of a measurement against its band."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from lawbook.evidence.record import Point
from lawbook.site.gauge import _SPAN, WIDTH, draw


def point(measured: float, low: float = 0.9, high: float = 1.1, rival: float | None = 2.0) -> Point:
    return Point(measured, 0.01, 1.0, low, high, "holds", {}, () if rival is None else (rival,))


def test_it_says_in_words_what_it_shows() -> None:
    made = draw([point(1.0)], 'measured 1 "& more"')
    assert 'role="img"' in made
    assert 'aria-label="measured 1 &#34;&amp; more&#34;"' in made


def test_a_point_far_outside_is_an_arrow_at_the_edge() -> None:
    assert "lb-g-arrow" in draw([point(50.0)], "")
    assert "lb-g-dots" not in draw([point(50.0)], "")
    assert "lb-g-arrow" not in draw([point(1.05)], "")


def test_a_control_has_no_rival() -> None:
    assert "lb-g-rival" in draw([point(1.0)], "")
    assert "lb-g-rival" not in draw([point(1.0)], "", rivals=False)


@pytest.mark.parametrize(
    "odd",
    [
        point(math.nan), point(math.inf), point(1.0, -math.inf, 1.1), point(1.0, 0.9, math.inf), point(0.0, 0.0, 0.0),
        point(1.0, rival=None), Point(0.0, 0.0, 0.0, 0.0, 0.0, "holds"), Point(0.0, math.nan, 0.0, -math.inf, 0.0, "undecided"),
    ],
)  # fmt: skip
def test_whatever_was_measured_the_picture_stays_in_its_frame(odd: Point) -> None:
    made = draw([odd, point(1.0)], "")
    assert "nan" not in made
    assert "inf" not in made
    for x in map(float, re.findall(r'(?: x="|[MH])(-?[\d.]+)', made)):
        assert 0 <= x <= WIDTH


def test_every_rival_has_its_cross() -> None:
    assert draw([Point(1.0, 0.01, 1.0, 0.9, 1.1, "holds", {}, (0.5, 2.0, math.nan))], "").count("l7 7m0-7l-7 7") == 2


def test_seeds_that_stand_apart_are_dots_and_those_that_touch_a_line() -> None:
    made = draw([point(at) for at in (0.92, 1.0, 1.001, 1.002)], "")
    (dots,) = re.findall('class="lb-g-dots" d="([^"]*)"', made)
    assert dots == "M45.7 11h0M66 11H66.5"


def test_error_bars_that_overlap_are_one() -> None:
    (errors,) = re.findall('class="lb-g-error" d="([^"]*)"', draw([point(1.0), point(1.01)], ""))
    assert errors == "M60.9 11H73.6"


def test_the_style_sheet_knows_where_a_band_of_two_sides_stands() -> None:
    style = (Path(__file__).resolve().parents[2] / "docs/assets/lawbook.css").read_text(encoding="utf-8")
    assert 'class="lb-g-band lb-g-both"' in draw([point(1.0)], "")
    left, width = WIDTH / 2 * (1 - 1 / _SPAN), WIDTH / _SPAN
    assert f".lb-g-both {{ x: {left:.1f}px; width: {width:.1f}px; }}" in style
