"""What the code of a notebook has shown, as its page may show it: the best form that it came in, made harmless."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from lawbook.evidence.record import MIME
from lawbook.site import notebook_text, sanitise
from lawbook.site.markdown import on_site

_SUFFIXES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def is_silent(output: dict[str, Any]) -> bool:
    """A series recorded for the chart of the law page has nothing to show here."""
    data = output.get("data", {})
    return MIME in data and "text/html" not in data


def shown(paper: str, output: dict[str, Any], figures: dict[str, bytes]) -> dict[str, Any]:
    """An output with one form of what it shows, beside its plain text; an image goes to `figures`.

    Forms that a page would have to run, such as JavaScript and the data of widgets, are left out.
    """
    data = output.get("data")
    if not data:
        return output
    found = {kind: content if isinstance(content, str) else "".join(content) for kind, content in data.items()
             if isinstance(content, str | list)}  # fmt: skip
    made = _figure(paper, found, figures) or _text(found)
    kept = {"text/html": made} if made else {kind: found[kind] for kind in ("text/plain",) if kind in found}
    return output | {"data": kept}


def _figure(paper: str, data: dict[str, str], figures: dict[str, bytes]) -> str:
    for kind, suffix in _SUFFIXES.items():
        if kind not in data:
            continue
        content = sanitise.svg(data[kind]).encode() if suffix == "svg" else _decoded(data[kind])
        if not content:
            continue
        name = f"{paper}-{len(figures) + 1}.{suffix}"
        figures[name] = content
        size = re.search(r'<svg[^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', data[kind][:2000])
        box = f' width="{float(size[1]) * 4 / 3:.0f}" height="{float(size[2]) * 4 / 3:.0f}"' if size else ""
        alt = f"Figure {len(figures)}, drawn by the code above"
        return f'<img class="lb-figure" src="../../figures/{name}" alt="{alt}"{box} loading="lazy">'
    return ""


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content)
    except binascii.Error:
        return b""


def _text(data: dict[str, str]) -> str:
    if "text/html" in data:
        made = on_site(_shortened(sanitise.html(data["text/html"])))
        if re.sub(r"<[^>]*>", "", made).strip() or re.search("<(?:img|svg|table)", made):
            return made  # more than what a script would have filled
    if "text/markdown" in data:
        return notebook_text.rendered(data["text/markdown"])
    return notebook_text.latex(data["text/latex"]) if "text/latex" in data else ""


def _shortened(table: str) -> str:
    """The table of a record without its rows past the 20th: the whole is in the download."""
    if "lawbook-record" not in table:
        return table
    table = _told_once(table)
    rows = list(re.finditer(r"<tr>.*?</tr>", table, re.DOTALL))
    if len(rows) <= 21:  # with that of the headings
        return table
    rest = f'<tr><td colspan="9">and {len(rows) - 21} more, in the downloaded notebook</td></tr>'
    return table[: rows[20].end()] + rest + table[rows[-1].end() :]


_PLACE = re.compile(r"(?<=<tr><td>)[^<]*(?=</td>)")


def _told_once(table: str) -> str:
    """The table of a record with what is the same at all of its points, `eta = 0.1`, in the heading of the column."""
    places = [place.split(", ") for place in _PLACE.findall(table)]
    if len(places) < 2 or "<th>at</th>" not in table:
        return table
    same = [part for part in places[0] if all(part in place for place in places)]
    if not same or any(len(place) == len(same) for place in places):  # a cell must say something
        return table
    table = _PLACE.sub(lambda found: ", ".join(part for part in found[0].split(", ") if part not in same), table)
    return table.replace("<th>at</th>", f"<th>at {', '.join(same)}, and</th>", 1)
