"""How a record looks in a notebook: a small table for people, the record itself for machines."""

from __future__ import annotations

import sys
from html import escape
from typing import Any

from lawbook.evidence.record import MIME, Measured, Point, Series, to_json
from lawbook.numbers import plain, with_error
from lawbook.reference.model import Check

MARK = {"holds": "✓", "fails": "✗", "undecided": "?"}


def show(record: Measured | Series, check: Check | None = None) -> None:
    """Display `record`: through IPython in a notebook, as text elsewhere."""
    bundle: dict[str, Any] = {MIME: to_json(record)}
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


def verdict_of(record: Measured) -> str:
    """The verdict in words: a control is right when the check it broke fails."""
    if record.kind == "check":
        return f"{MARK[record.verdict]} {record.verdict}"
    if record.verdict == "fails":
        return "✓ fails, as it must"
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


def _given(point: Point) -> str:
    return ", ".join(f"{name} = {plain(value)}" for name, value in point.given.items())


def _rows(record: Measured, check: Check) -> list[list[str]]:
    rows = []
    tolerance = tolerance_of(check)
    for point in record.points:
        row = [_given(point), plain(point.predicted), with_error(point.measured, point.error), tolerance]
        rows.append([*row, MARK[point.verdict] + " " + point.verdict])
    return rows if any(row[0] for row in rows) else [row[1:] for row in rows]


def _heads(record: Measured) -> list[str]:
    heads = ["predicted", "measured", "tolerance", "verdict"]
    return ["at", *heads] if any(p.given for p in record.points) else heads


def _text(record: Measured, check: Check) -> str:
    rows = [_heads(record), *_rows(record, check)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"{record.kind} {record.id}: {verdict_of(record)}", *lines])


def _html(record: Measured, check: Check) -> str:
    good = record.verdict == ("holds" if record.kind == "check" else "fails")
    tone = "good" if good else ("undecided" if record.verdict == "undecided" else "bad")
    head = "".join(f"<th>{escape(cell)}</th>" for cell in _heads(record))
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in _rows(record, check)
    )
    caption = f"{record.kind} <code>{escape(record.id)}</code>: <strong>{escape(verdict_of(record))}</strong>"
    return (
        f'<table class="lawbook-record lawbook-{tone}"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
