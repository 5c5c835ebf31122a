"""How a record looks in a notebook: a small table for people, the record itself for machines."""

from __future__ import annotations

import math
import sys
from html import escape
from typing import Any

from lawbook.evidence.record import MIME, Measured, Point, Series, digest, to_json
from lawbook.numbers import plain, with_error
from lawbook.reference.model import Check
from lawbook.reference.verdict import worst

IS = {"fails": "fails too", "undecided": "is undecided", "not run": "was not measured"}
MARK = {"holds": "✓", "fails": "✗", "undecided": "?"}


_published: list[str] = []


def published() -> list[str]:
    """The fingerprint of every record that this process has shown, in order: what else stands in a notebook's outputs
    was put there by something else."""
    return list(_published)


def show(record: Measured | Series, check: Check | None = None) -> None:
    """Display `record`: through IPython in a notebook, as text elsewhere."""
    bundle: dict[str, Any] = {MIME: to_json(record)}
    _published.append(digest(bundle[MIME]))
    if isinstance(record, Series):
        bundle["text/plain"] = f"recorded for the page: {record.chart}, {record.label}"
    else:
        assert check is not None
        bundle |= {"text/plain": _text(record, check), "text/html": _html(record, check)}
    if "IPython" in sys.modules and _in_kernel():
        from IPython.display import publish_display_data

        publish_display_data(bundle)  # type: ignore[no-untyped-call]
    elif isinstance(record, Measured):
        print(bundle["text/plain"])


def _in_kernel() -> bool:
    from IPython import get_ipython

    return get_ipython() is not None


def verdict_of(record: Measured, intact: str | None = None) -> str:
    """The verdict in words: a control is right when the check it broke fails, and its intact run holds.

    `intact` is the verdict of the check that a control is paired with, where it has no intact run of its own.
    """
    if record.kind == "check":
        if record.cannot_tell:
            return f"✗ cannot tell: a rival stands inside the tolerance at every point ({record.verdict})"
        return f"{MARK[record.verdict]} {record.verdict}"
    kept = worst([p.verdict for p in record.intact]) if record.intact is not None else intact
    if kept not in (None, "holds"):
        return f"✗ confounded: the intact run {IS[str(kept)]}"
    if record.verdict == "fails":
        return "✓ breaks down, as it should"
    return f"✗ {record.verdict}, but must fail"


def tolerance_of(check: Check) -> str:
    """The tolerance in words: `± 5 %`, `± 0.01`, `at most, + 0.01`, `at least`."""
    rel, absolute = check.tolerance.rel, check.tolerance.abs
    if rel is not None:
        size = f"{plain(rel * 100)} %" if rel >= 1e-4 else f"{plain(rel)} of it"
    else:
        size = plain(absolute or 0.0)
    if check.sense == "equal":
        return f"± {size}"
    sign = "+" if check.sense == "at-most" else "−"
    return check.sense.replace("-", " ") + (f", {sign} {size}" if rel or absolute else "")


def band_of(point: Point) -> str:
    """The tolerance band in numbers."""
    if point.low == float("-inf"):
        return f"at most {plain(point.high)}"
    if point.high == float("inf"):
        return f"at least {plain(point.low)}"
    return f"{plain(point.low)} to {plain(point.high)}"


def measured_of(point: Point) -> str:
    """The measured number with its error; one that is nothing beside the tolerance is left out."""
    if math.isfinite(point.low) and math.isfinite(point.high):
        scale = (point.high - point.low) / 2
    else:  # beside what is left to the edge, of a bound
        edges = [edge for edge in (point.low, point.high) if math.isfinite(edge)]
        scale = min((abs(point.measured - edge) for edge in edges), default=0.0)
    return with_error(point.measured, point.error, scale)


def _given(point: Point) -> str:
    return ", ".join(f"{name} = {plain(value)}" for name, value in point.given.items())


def _rows(record: Measured, check: Check) -> list[list[str]]:
    """The heads, then a row a point; columns in which nothing stands are left out."""
    tolerance = tolerance_of(check)
    rows = [["assumption", "at", "predicted", "measured", "tolerance", "verdict"]]
    for run, points in (("broken", record.points), ("kept", record.intact or ())):
        for point in points:
            row = [run if record.intact is not None else "", _given(point), plain(point.predicted)]
            row += [measured_of(point), tolerance, f"{MARK[point.verdict]} {point.verdict}"]
            rows.append(row)
    empty = [i for i in range(2) if not any(row[i] for row in rows[1:])]
    return [[cell for i, cell in enumerate(row) if i not in empty] for row in rows]


def _text(record: Measured, check: Check) -> str:
    rows = _rows(record, check)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"{record.kind} {record.id}: {verdict_of(record)}", *lines])


def _html(record: Measured, check: Check) -> str:
    heads, *rows = _rows(record, check)
    said = verdict_of(record)
    tone = {"✓": "good", "?": "undecided"}.get(said[0], "bad")
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    caption = f"{record.kind} <code>{escape(record.id)}</code>: <strong>{escape(said)}</strong>"
    return (
        f'<table class="lawbook-record lawbook-{tone}"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
