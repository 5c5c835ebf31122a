"""A drawing of Vega's, written short: marks that look the same are one path, lines lose the corners nobody can see.

Vega gives each tick, each line of the grid and each point an element of its own, in groups within groups; a page would
weigh three times as much.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from xml.etree import ElementTree

from markupsafe import escape

SEEN = 0.1  # of a unit of the drawing, which is about a pixel: a corner nearer to the line is left out
CLOSE = 1.0  # two marks, several units wide, whose middles are nearer to each other are drawn as one
_MARK = re.compile(r"M(-?[\d.]+) ?(-?[\d.]+)(?:h\.01|l[^A-Za-z]+h[^A-Za-z]+z)$")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_COMMAND = re.compile(r"([MLhvAZC])([^MLhvAZC]*)")
_MOVED = re.compile(r"translate\(([^,)]+),([^)]+)\)$")
_ROUND = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0$")
_SQUARE = re.compile(r"M-([\d.]+),-\1h([\d.]+)v\2h-\2Z$")
_DROPPED = {"transform", "d", "x2", "y2", "font-weight", "font-family", "class", "role", "pointer-events"}
_IMPLIED = {
    ("font-size", "12px"),
    ("opacity", "1"),
    ("fill", "none"),
    ("stroke-width", "1"),
    ("stroke-dasharray", "1,0"),
}

Point = tuple[float, float]
Mark = tuple[str, tuple[tuple[str, str], ...], str]
"""Its tag, what it looks like, and its path, or for a text the element."""


def short(svg: str) -> tuple[str, str, str]:
    """What is inside a drawing, as few elements, with its width and its height.

    Arguments:
        svg: A drawing by Vega: groups, paths, lines and texts, each moved and never turned.
    """
    root = ElementTree.fromstring(svg)
    marks = groupby(_marks(root, (0.0, 0.0)), key=lambda mark: mark[:2])
    inside = "".join(_element(tag, dict(looks), [text for _, _, text in same]) for (tag, looks), same in marks)
    return (
        f'<g fill="none" stroke-miterlimit="10" font-size="12">{inside}</g>',
        root.attrib["width"],
        root.attrib["height"],
    )


def _element(tag: str, looks: dict[str, str], inside: Sequence[str]) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in looks.items())
    if tag == "text":
        return f"<g{attributes}>{''.join(inside)}</g>"
    return f'<path{attributes} d="{"".join(_apart(dict.fromkeys(inside)))}"/>'


def _apart(marks: Iterable[str]) -> Iterator[str]:
    """Marks of points that lie so near to the one before that they show as one: a curve of hundreds is such a row."""
    last: Point | None = None
    for mark in marks:
        point = _MARK.match(mark)
        at = (float(point[1]), float(point[2])) if point is not None else None
        if at is not None and last is not None and math.dist(at, last) < CLOSE:
            continue
        last = at
        yield mark


def _marks(element: ElementTree.Element, at: Point) -> Iterator[Mark]:
    """What can be seen below an element that stands at `at`."""
    moved = _MOVED.match(element.get("transform", "translate(0,0)"))
    assert moved is not None, element.attrib  # nothing in our charts is turned
    at = at[0] + float(moved[1]), at[1] + float(moved[2])
    tag = element.tag.rpartition("}")[2]
    if element.get("display") == "none" or element.get("opacity") == "0":  # so Vega hides labels without room
        return
    looks = {key: value for key, value in element.attrib.items() if not key.startswith(("aria-", "{"))}
    looks = {key: value for key, value in looks.items() if key not in _DROPPED and (key, value) not in _IMPLIED}
    if tag == "text":
        if element.text:
            yield tag, _sorted(looks), f'<text x="{_n(at[0])}" y="{_n(at[1])}">{escape(element.text)}</text>'
    elif tag == "line":
        end = at[0] + float(element.get("x2", 0)), at[1] + float(element.get("y2", 0))
        yield "path", _sorted(looks), _line([at, end])
    elif tag == "path" and ("fill" in looks or "stroke" in looks):
        drawn, more = _path(element.get("d", ""), looks, at)
        if drawn:
            yield "path", _sorted(looks | more), drawn
    for child in element:
        yield from _marks(child, at)


def _sorted(looks: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(looks.items()))


def _path(d: str, looks: dict[str, str], at: Point) -> tuple[str, dict[str, str]]:
    """A path that stands at `at`, and what it needs to look as before: a disc and a square are the end of a line."""
    width = float(looks.get("stroke-width", 1))
    if looks.get("fill") == looks.get("stroke"):
        disc, square = _ROUND.match(d), _SQUARE.match(d)
        if disc or square:
            side = float(square[2]) if square else 2 * float(disc[1]) if disc else 0.0
            end = {"stroke-linecap": "square" if square else "round", "stroke-width": _n(side + width), "fill": "none"}
            return f"M{_pair(*at)}h.01", end
    drawn, closed = "", False
    line: list[Point] = []
    for command, given in _COMMAND.findall(d):
        numbers = [float(number) for number in _NUMBER.findall(given)]
        if command in "ML":
            if command == "M":
                drawn, line = drawn + _line(line), []
            line += [(at[0] + x, at[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        else:
            assert command == "Z", d  # discs, squares, corners: no other shape is in use
            closed = True
    return drawn + _line(line) + "z" * closed, {}


def _line(points: Sequence[Point]) -> str:
    """A line as steps from corner to corner."""
    if not points:
        return ""
    corners = [(round(10 * x), round(10 * y)) for x, y in simplified(points)]
    out = [f"M{_pair(corners[0][0] / 10, corners[0][1] / 10)}"]
    if len(corners) == 1:
        out.append("h.01")
    for (x, y), (x1, y1) in pairwise(corners):
        dx, dy = (x1 - x) / 10, (y1 - y) / 10
        if dx or dy:
            out.append(f"v{_n(dy)}" if not dx else f"h{_n(dx)}" if not dy else f"l{_pair(dx, dy)}")
    return _joined(out)


def _joined(steps: Iterable[str]) -> str:
    """Steps of the same kind need their letter once."""
    out, last = "", ""
    for step in steps:
        same = step[0] == last and last != "M"
        rest = step[1:] if same else step
        out += rest if not same or rest.startswith("-") else f" {rest}"
        last = step[0]
    return out


def simplified(points: Sequence[Point]) -> list[Point]:
    """A line without the corners that lie within `SEEN` of what is left (Douglas and Peucker)."""
    keep, waiting = {0, len(points) - 1}, [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        (x, y), (x1, y1) = points[first], points[last]
        dx, dy = x1 - x, y1 - y
        length = dx * dx + dy * dy
        farthest, where = SEEN**2, 0
        for i in range(first + 1, last):
            px, py = points[i][0] - x, points[i][1] - y
            along = min(max((px * dx + py * dy) / length, 0.0), 1.0) if length else 0.0
            off = (px - along * dx) ** 2 + (py - along * dy) ** 2
            if off > farthest:
                farthest, where = off, i
        if where:
            keep.add(where)
            waiting += [(first, where), (where, last)]
    return [points[i] for i in sorted(keep)]


def _pair(x: float, y: float) -> str:
    second = _n(y)
    return f"{_n(x)}{second}" if second.startswith("-") else f"{_n(x)} {second}"


def _n(value: float) -> str:
    """A number to a tenth, as short as SVG lets it be: `-.5`."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else re.sub(r"^(-?)0(?=\.)", r"\1", text)
