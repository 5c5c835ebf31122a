"""An entry, or a part of it, as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lawbook.terminal.layout import Page, Tone

MARK = {"good": "✓", "bad": "✗", "open": "?", "other": "◇", "none": "·", "confounded": "✗", "algebra": "="}
TONE: dict[str, Tone] = {"confounded": "bad", "algebra": "good"}
_VERDICT = {
    "holds": "good",
    "by-construction": "algebra",
    "fails": "bad",
    "not-reproduced": "other",
    "undecided": "open",
}


def entry(shown: Mapping[str, Any], page: Page) -> str:
    """All of an entry.

    Arguments:
        shown: The entry as `lawbook show --json` prints it.
        page: Where to write, empty.
    """
    told = shown["told"]
    _head(shown, page)
    page.gap()
    page.line(told["summary"])
    for law in told["laws"]:
        page.gap()
        _law(law, page)
    _section(page, "When an assumption is broken")
    page.table(
        [[(a["id"], "id"), (a["when-broken"], "")] for a in told["assumptions"]] if told["assumptions"] else [],
        indent=2,
    )
    for title, text in (("Why", told["intuition"]), ("Use", told["use"])):
        _section(page, title)
        page.prose(text, indent=2)
    if told["limits"]:
        _section(page, "Limits and disputes")
        for limit in told["limits"]:
            cites = f" ({'; '.join(limit['cites'])})" if limit["cites"] else ""
            page.line(f"- {limit['text']}{cites}", indent=2, hang=2)
    if told["relations"]:
        _section(page, "Related")
        for tie in told["relations"]:
            page.line(f"- {tie['type']} {tie['label']} ({tie['to']}): {tie['says']}", indent=2, hang=2)
    _foot(shown, page)
    return page.text()


def law(shown: Mapping[str, Any], law_id: str, page: Page) -> str:
    """One law of an entry, with the head and how to cite."""
    _head(shown, page)
    page.gap()
    found = next(law for law in shown["told"]["laws"] if law["id"].endswith(f"/{law_id}"))
    _law(found, page)
    _section(page, "When an assumption is broken")
    names = {assumed["id"] for assumed in found["assumes"]}
    rows = [a for a in shown["told"]["assumptions"] if a["id"] in names]
    page.table([[(a["id"], "id"), (a["when-broken"], "")] for a in rows], indent=2)
    _foot(shown, page)
    return page.text()


def check(shown: Mapping[str, Any], part: str, page: Page) -> str:
    """One check or control of an entry, with every number that was measured; `part` may have its law before it."""
    paper, name = shown["entry"]["paper"], part.rpartition("/")[2]
    found, row = next((law, row) for law in shown["told"]["laws"] for row in law["results"] if row["id"] == name)
    page.line(f"{row['kind']} {paper}/{name}", "head")
    page.line(f"of {found['id']}: {found['name']}")
    page.gap()
    page.formula(found["formula"])
    page.gap()
    _result(row, page)
    result = next((r for r in (shown["evidence"] or {}).get("results", ()) if r["id"] == name), None)
    if result is not None and result["points"]:
        page.gap()
        heads = ("at", "predicted", "measured", "error", "verdict")
        rows: list[Sequence[tuple[str, Tone]]] = [[(head, "head") for head in heads]]
        for point in result["points"]:
            given = ", ".join(f"{key} = {_number(value)}" for key, value in point["given"].items())
            numbers = [_number(point[key]) for key in ("predicted", "measured", "error")]
            rows.append([(text, "") for text in (given, *numbers, point["verdict"])])
        page.table(rows, indent=2)
    power = (result or {}).get("changed-laws")
    if power:
        page.gap()
        page.line(f"{power['caught']} of {power['counted']} changed laws are caught", indent=2)
        for survivor in power["survivors"]:
            page.line(f"- would also have passed: {survivor}", indent=2, hang=2)
    _foot(shown, page)
    return page.text()


def only(shown: Mapping[str, Any], part: str) -> dict[str, Any]:
    """The same data with one law alone, or one check or control; all of it where no part is named.

    A check that is called like a law is named with its law before it: `law/check`.
    """
    if not part:
        return dict(shown)
    laws: dict[str, Any] = {}
    of_law, _, part = part.rpartition("/")
    for name, found in shown["entry"]["laws"].items():
        if name == part and not of_law:
            laws = {name: found}
            break
        for section in ("checks", "controls"):
            if part in found.get(section, ()) and of_law in ("", name):
                rest = {key: value for key, value in found.items() if key not in ("checks", "controls")}
                laws = {name: rest | {section: {part: found[section][part]}}}
    (law_id, kept), *_ = laws.items()
    names = {*kept.get("checks", ()), *kept.get("controls", ())}
    told = next(found for found in shown["told"]["laws"] if found["id"].endswith(f"/{law_id}"))
    told = told | {"results": [row for row in told["results"] if row["id"] in names]}
    out = dict(shown) | {"entry": shown["entry"] | {"laws": laws}, "told": shown["told"] | {"laws": [told]}}
    if shown["evidence"] is not None:
        results = [result for result in shown["evidence"]["results"] if result["id"] in names]
        out["evidence"] = shown["evidence"] | {"results": results}
    return out


def _head(shown: Mapping[str, Any], page: Page) -> None:
    told = shown["told"]
    page.line(told["title"], "head")
    page.line(f"{shown['entry']['paper']} · {told['label']} · {told['family']}", "dim")


def _law(law: Mapping[str, Any], page: Page) -> None:
    page.line(law["name"], "head")
    page.line(law["id"], "id")
    page.line(f"{law['kind']} · {law['support']} · {law['told']}", TONE.get(law["tone"], law["tone"]))
    page.gap()
    page.formula(law["formula"])
    if law["expression"]:
        page.line(law["expression"], "dim", indent=4, hang=2)
    page.gap()
    page.prose(law["statement"])
    if law["symbols"]:
        page.gap()
        rows: list[Sequence[tuple[str, Tone]]] = []
        for symbol in law["symbols"]:
            unit = f" [{symbol['unit']}]" if symbol["unit"] else ""
            rows.append([(symbol["letter"], "head"), (symbol["id"], "dim"), (f"{symbol['name']}{unit}", "")])
        page.table(rows, indent=2)
    if law["assumes"]:
        page.gap()
        page.line("Assumes", "head", indent=2)
        page.table([[(a["id"], "id"), (a["text"], "")] for a in law["assumes"]], indent=2)
    if law["reported"]:
        page.gap()
        page.line("Reported in the paper", "head", indent=2)
        for value in law["reported"]:
            page.line(f"- {value}", indent=2, hang=2)
    if law["results"]:
        page.gap()
        for row in law["results"]:
            _result(row, page)


def _result(row: Mapping[str, Any], page: Page) -> None:
    """A check or control: the verdict, the numbers, and what was measured."""
    mark, tone = MARK[row["tone"]], TONE.get(row["tone"], row["tone"])
    what = f"{row['kind']} {row['id']}"
    breaks = f", without {row['breaks']}" if row["kind"] == "control" else ""
    at = f" = {row['here']}" if row["here"] and row["measured"] else ""
    lead = "predicted" if row["kind"] == "check" else "must miss"
    predicted = f"{lead} {row['predicted']}{at}" + (f" ({row['tolerance']})" if row["tolerance"] else "")
    worst = f" (worst of {row['points']} points)" if row["points"] > 1 else ""
    measured = f", measured {row['measured']}{worst}" if row["measured"] else ""
    seeds = f", in {row['seeds']}" if row["seeds"] else ""
    page.line(f"{mark} {what}{breaks}: {predicted}{measured}: {row['verdict']}{seeds}", tone, indent=2, hang=2)
    page.line(row["measures"], "dim", indent=4)
    if row.get("not-reproduced"):
        page.line(f"Not reproduced: {row['not-reproduced']}", "dim", indent=4)


def _section(page: Page, title: str) -> None:
    page.gap()
    page.line(title, "head")


def _foot(shown: Mapping[str, Any], page: Page) -> None:
    told = shown["told"]
    _section(page, "Cite")
    page.line(told["work"], indent=2, hang=2)
    if told["link"]:
        page.line(told["link"], "id", indent=2)
    page.line(f"As tested here: {told['cite']['page']}", indent=2, hang=2)


def _number(value: float | None) -> str:
    from lawbook.numbers import plain

    return "∞" if value is None else plain(value, 5)
