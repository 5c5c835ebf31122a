"""How a record looks in a notebook: a small table for people, the record itself for machines."""

from __future__ import annotations

import sys
from html import escape
from typing import Any

from lawbook.evidence.record import MIME, Measured, Point, Series, to_json
from lawbook.numbers import plain, with_error
from lawbook.reference.model import Check

MARK = {"holds": "✓", "fails": "✗", "undecided": "?"}


def show(record: Measured | Series, check: Check | None) -> None:
    """Display `record`: through IPython in a notebook, as text elsewhere."""
    text, html = ("", "") if isinstance(record, Series) else (_text(record), _html(record))
    if "IPython" in sys.modules and _in_kernel():
        from IPython.display import publish_display_data

        bundle: dict[str, Any] = {MIME: to_json(record)}
        if text:
            bundle |= {"text/html": html, "text/plain": text}
        else:
            bundle |= (
                {"text/plain": f"recorded for the page: {record.chart}, {record.label}"}
                if isinstance(record, Series)
                else {}
            )
        publish_display_data(bundle)  # type: ignore[no-untyped-call]
    elif text:
        print(text)


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


def band_of(point: Point) -> str:
    """The tolerance band in words."""
    if point.low == float("-inf"):
        return f"at most {plain(point.high)}"
    if point.high == float("inf"):
        return f"at least {plain(point.low)}"
    return f"{plain(point.low)} to {plain(point.high)}"


def _given(point: Point) -> str:
    return ", ".join(f"{name} = {plain(value)}" for name, value in point.given.items())


def _rows(record: Measured) -> list[list[str]]:
    rows = []
    for point in record.points:
        row = [_given(point), plain(point.predicted), with_error(point.measured, point.error), band_of(point)]
        rows.append([*row, MARK[point.verdict] + " " + point.verdict])
    return rows if any(row[0] for row in rows) else [row[1:] for row in rows]


def _heads(record: Measured) -> list[str]:
    heads = ["predicted", "measured", "tolerance", "verdict"]
    return ["at", *heads] if any(p.given for p in record.points) else heads


def _text(record: Measured) -> str:
    rows = [_heads(record), *_rows(record)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"{record.kind} {record.id}: {verdict_of(record)}", *lines])


def _html(record: Measured) -> str:
    good = record.verdict == ("holds" if record.kind == "check" else "fails")
    tone = "good" if good else ("undecided" if record.verdict == "undecided" else "bad")
    head = "".join(f"<th>{escape(cell)}</th>" for cell in _heads(record))
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in _rows(record))
    caption = f"{record.kind} <code>{escape(record.id)}</code>: <strong>{escape(verdict_of(record))}</strong>"
    return (
        f'<table class="lawbook-record lawbook-{tone}"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
