"""The little picture of a measurement against its band."""

from __future__ import annotations

import math

import pytest
from lawbook.evidence.record import Point
from lawbook.site.gauge import WIDTH, draw


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
    import re

    for x in map(float, re.findall(r'(?: x="|[MH])(-?[\d.]+)', made)):
        assert 0 <= x <= WIDTH


def test_every_rival_has_its_cross() -> None:
    assert draw([Point(1.0, 0.01, 1.0, 0.9, 1.1, "holds", {}, (0.5, 2.0, math.nan))], "").count("l7 7m0-7l-7 7") == 2


def test_twenty_seeds_are_twenty_dots() -> None:
    made = draw([point(1.0 + i / 400) for i in range(20)], "")
    assert made.count("h0") == 20
    assert made.count('class="lb-g-dots"') == 1
