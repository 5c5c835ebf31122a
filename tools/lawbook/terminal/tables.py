"""Lists of papers and laws, and what a search found, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lawbook.terminal.layout import Page, Tone, width_of

TONES: dict[str, Tone] = {
    "holds": "good", "by-construction": "good", "fails": "bad", "undecided": "open", "not-reproduced": "other",
    "not-run": "none", "no-check": "none",
}  # fmt: skip
MARKS = {
    "holds": "✓", "by-construction": "=", "fails": "✗", "undecided": "?", "not-reproduced": "◇", "not-run": "·",
    "no-check": " ",
}  # fmt: skip
_Cells = list[tuple[str, Tone]]


def papers(chosen: Sequence[Mapping[str, Any]], families: Mapping[str, str], page: Page, *, laws: bool = True) -> str:
    """Papers family by family, with their laws beneath."""
    family = ""
    for paper in chosen:
        if paper["family"] != family:
            family = paper["family"]
            page.gap()
            page.line(f"{families.get(family, family)} ({family})", "head")
        page.table([[(paper["paper"], "id"), (paper["label"], "dim"), (paper["title"], "")]], indent=2)
        if laws:
            page.table(map(_under_a_paper, paper["laws"]), indent=4)
    page.gap()
    page.line(counted(chosen), "dim")
    return page.text()


def _under_a_paper(law: Mapping[str, Any]) -> _Cells:
    about = f"{law['name']} ({law['kind'].replace('-', ' ')}, {law['support'].replace('-', ' ')}; {law['told']})"
    name = law["id"].partition("/")[2]
    return [(MARKS[law["verdict"]], TONES[law["verdict"]]), (name, "id"), (about, "")]


def laws(chosen: Sequence[Mapping[str, Any]], page: Page) -> str:
    """One line a law, that is never wrapped: for a pipe."""
    rows = [
        (law["id"], law["kind"], law["support"], law["verdict"], law["name"])
        for paper in chosen
        for law in paper["laws"]
    ]
    widths = [max((width_of(row[i]) for row in rows), default=0) for i in range(4)]
    for row in rows:
        cells = [text + " " * (width - width_of(text)) for text, width in zip(row, widths, strict=False)]
        tones: tuple[Tone, ...] = ("id", "", "", TONES[row[3]])
        tinted = [page.tint(cell, tone) for cell, tone in zip(cells, tones, strict=True)]
        page.lines.append("  ".join([*tinted, page.tint(row[4], "")]))
    return page.text()


def counted(chosen: Iterable[Mapping[str, Any]]) -> str:
    """`3 papers, 7 laws`."""
    sizes = [len(paper["laws"]) for paper in chosen]
    return f"{len(sizes)} paper{'s' * (len(sizes) != 1)}, {sum(sizes)} law{'s' * (sum(sizes) != 1)}"


def found(results: Sequence[Mapping[str, Any]], page: Page) -> str:
    """What a search found: name, who and how sure, a sentence, and what to type next."""
    for result in results:
        page.gap()
        page.line(result["name"], "head")
        about = " · ".join(
            part for part in (result["label"], result["support"].replace("-", " "), result["told"]) if part
        )
        page.line(about, TONES.get(result["verdict"], "dim"), indent=2)
        page.line(result["says"], indent=2)
        page.line(result["next"], "id", indent=2, hang=2)
        for other in result["also"]:
            page.line(f"also {other}", "dim", indent=2)
    return page.text()
