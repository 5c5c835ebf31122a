"""Drawings written short: what is seen stays, what is not goes."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from lawbook.site.drawing import SEEN, short, simplified

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" viewBox="0 0 40 30">'
DISC = '<path transform="translate({},7)" d="M2.5,0A2.5,2.5,0,1,1,-2.5,0A2.5,2.5,0,1,1,2.5,0" fill="{}" stroke="{}"/>'


def drawn(inside: str) -> str:
    return short(f"{HEAD}{inside}</svg>")[0]


def test_the_size_is_told() -> None:
    assert short(f"{HEAD}</svg>")[1:] == ("40", "30")


def test_lines_that_look_the_same_are_one_path_where_they_stood() -> None:
    lines = "".join(f'<line transform="translate(0,{y})" x2="9" y2="0" stroke="red"/>' for y in (1, 2.5))
    assert '<path stroke="red" d="M5 1h9M5 2.5h9"/>' in drawn(f'<g transform="translate(5,0)">{lines}</g>')


def test_the_order_of_drawing_stays() -> None:
    made = drawn("".join(f'<line x2="{i}" y2="0" stroke="{c}"/>' for i, c in enumerate(("red", "blue", "red"), 1)))
    assert made.index("h1") < made.index("h2") < made.index("h3")
    assert made.count("<path") == 3


def test_discs_are_dots_of_one_line() -> None:
    made = drawn(DISC.format(3, "red", "red") + DISC.format(8, "red", "red") + DISC.format(8, "red", "red"))
    assert 'd="M3 7h.01M8 7h.01"' in made
    assert 'stroke-linecap="round" stroke-width="6"' in made


def test_a_disc_of_two_colours_is_refused() -> None:
    with pytest.raises(AssertionError):
        drawn(DISC.format(3, "red", "blue"))


def test_corners_are_steps_from_each_other() -> None:
    made = drawn('<path transform="translate(1,1)" d="M0,0L5,0L5,5L0,8.25L0,0Z" stroke="red"/>')
    assert 'd="M1 1h5v5l-5 3.2v-8.2z"' in made


def test_what_vega_hides_is_left_out() -> None:
    text = '<text transform="translate(1,2)" font-size="12px" fill="red" opacity="{}">a &lt; b</text>'
    assert "a &lt; b" not in drawn(text.format(0))
    assert '<g fill="red"><text x="1" y="2">a &lt; b</text></g>' in drawn(text.format(1))
    assert "<path" not in drawn('<path d="M0,0L3,3" display="none" stroke="red"/><path d="M0,0L9,9"/>')


def test_words_of_a_notebook_stay_text() -> None:
    assert "<script" not in drawn("<text>&lt;script&gt;</text>")


def test_a_line_keeps_every_corner_that_is_seen() -> None:
    line = [(x / 10, 10 * math.sin(x / 30)) for x in range(1000)] + [(50.0, 3.0), (50.0, 4.0), (50.0, 3.0)]
    kept = simplified(line)
    assert len(kept) < len(line) / 5
    assert (50.0, 4.0) in kept  # a turn back lies on the line through both neighbours, and is seen
    for x, y in line:
        assert min(distance((x, y), a, b) for a, b in pairwise(kept)) <= SEEN + 1e-9


def distance(p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = min(max(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy), 0), 1)
    return math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


def test_marks_nearer_than_can_be_seen_are_drawn_once() -> None:
    disc = "M3,0A3,3,0,1,1,-3,0A3,3,0,1,1,3,0"
    marks = "".join(
        f'<path transform="translate({x},5)" d="{disc}" fill="red" stroke="red"/>' for x in (1, 1.4, 1.8, 2.2)
    )
    assert 'd="M1 5h.01M2.2 5h.01"' in drawn(marks)
