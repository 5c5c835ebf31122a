"""A measurement against its band, as a picture the height of a line: band, points with two standard errors, rivals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from lawbook.evidence.record import Point

WIDTH, HEIGHT, MIDDLE = 132, 22, 11
CLOSE = 1.5  # discs of 6.8 this near to each other look like a line with round ends, to a tenth of a unit
_SPAN = 2.6  # half widths of the band from the middle to the edge of the picture


def draw(points: Sequence[Point], label: str, *, rivals: bool = True) -> Markup:
    """All points in one picture, each in half widths of its own band; what lies outside is drawn at the edge."""
    first = points[0]
    if math.isinf(first.low) or math.isinf(first.high):
        left = 0.0 if math.isinf(first.low) else _x(-1)
        right = float(WIDTH) if math.isinf(first.high) else _x(1)
        parts = [f'<rect class="lb-g-band" x="{_n(left)}" width="{_n(right - left)}"/>']
    else:  # always in the same place, which the style sheet knows
        parts = ['<rect class="lb-g-band lb-g-both"/><path class="lb-g-mid" d="M66 3v16"/>']
    rival, arrow = "", ""  # each a path, or a page with twenty seeds a check weighs twice as much
    errors: list[tuple[float, float]] = []
    dots: list[tuple[float, float]] = []
    for point in points[:24]:
        unit = _unit(point)
        for other in point.rivals if rivals and point is first else ():
            if math.isfinite(other):
                at = _clip(_x((other - point.predicted) / unit + _shift(point)))
                rival += f"M{_n(at - 3.5)} 7.5l7 7m0-7l-7 7"
        if not math.isfinite(point.measured):
            continue
        halves, deviation = place(point)
        at, reach = _x(halves), 2 * deviation * (WIDTH / 2 / _SPAN)
        low, high = _clip(at - reach), _clip(at + reach)
        if high - low > 1:
            errors.append((low, high))
        if 4 <= at <= WIDTH - 4:
            dots.append((at, at))
        else:
            beyond = f"M{WIDTH - 9} 7l7 4-7 4z" if at > 4 else "M9 7l-7 4 7 4z"
            arrow += "" if beyond in arrow else beyond
    drawn = {"rival": rival, "error": _lines(errors, 0.0), "dots": _lines(dots, CLOSE), "arrow": arrow}
    parts += [f'<path class="lb-g-{name}" d="{path}"/>' for name, path in drawn.items() if path]
    return Markup('<svg class="lb-gauge" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        WIDTH, HEIGHT, label
    ) + Markup("".join(parts) + "</svg>")


def _lines(spans: Iterable[tuple[float, float]], close: float) -> str:
    """Spans of the middle line as one path: those that touch are one, and so are those nearer than `close`."""
    joined: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if joined and low - joined[-1][1] <= close:
            joined[-1] = joined[-1][0], max(joined[-1][1], high)
        else:
            joined.append((low, high))
    return "".join(f"M{_n(low)} {MIDDLE}" + (f"H{_n(high)}" if _n(high) != _n(low) else "h0") for low, high in joined)


def place(point: Point) -> tuple[float, float]:
    """Where a measurement lies, and its standard error: in half widths of its band, from the middle of the band.

    A bound is an edge, at 1 if it is one from above and at -1 if from below; its unit is the distance to what lies
    farthest from it, the measurement or a rival.
    """
    unit = _unit(point)
    error = point.error / unit if math.isfinite(point.error) else 0.0
    return (point.measured - point.predicted) / unit + _shift(point), error


def _unit(point: Point) -> float:
    """Half the width of the band; of an open band a tenth of the prediction, or the distance of a rival."""
    if math.isfinite(point.low) and math.isfinite(point.high):
        return (point.high - point.low) / 2 or abs(point.predicted) * 0.01 or 1.0
    edge = point.high if math.isinf(point.low) else point.low
    far = [abs(v - edge) for v in (point.measured, *point.rivals) if math.isfinite(v)]
    return (max(far, default=0.0) or abs(edge) or 1.0) / 1.4


def _shift(point: Point) -> float:
    """An open band ends in the middle of the picture's left or right half."""
    if math.isinf(point.low):
        return 1.0 + (point.predicted - point.high) / _unit(point)
    if math.isinf(point.high):
        return -1.0 + (point.predicted - point.low) / _unit(point)
    return 0.0


def _x(halves: float) -> float:
    return WIDTH / 2 * (1 + halves / _SPAN)


def _clip(at: float) -> float:
    return min(max(at, 4.0), WIDTH - 4.0)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
