"""An entry with all that `lawbook show` tells of it: as the site's JSON has it, and the same in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from lawbook.evidence.contributors import Work as Worked
from lawbook.evidence.display import measured_of
from lawbook.evidence.record import Evidence, Kind
from lawbook.numbers import plain
from lawbook.reference.catalog import Catalog
from lawbook.reference.letters import explained
from lawbook.reference.math_text import math_text
from lawbook.reference.model import Check, Entry, Law
from lawbook.reference.rules import FITTED, stands_in
from lawbook.reference.symbols import Symbol
from lawbook.reference.verdict import half_width
from lawbook.site import citation, verdicts
from lawbook.site.exports import about
from lawbook.site.expression import latex
from lawbook.site.facets import Line
from lawbook.site.prose_text import Names
from lawbook.site.rows import computed, tolerance
from lawbook.site.support import SUPPORT


def shown(
    catalog: Catalog, paper: str, found: Evidence | None, names: Names, lines: Mapping[tuple[str, str], Line]
) -> dict[str, Any]:
    """An entry as `lawbook show` has it: an answer of `lawbook.site.api_model`, and `told`, the same in words.

    Arguments:
        catalog: The book.
        paper: The id of the entry.
        found: What was measured of it.
        names: What works and laws are called.
        lines: All laws as lists have them.
    """
    entry, work = catalog.entries[paper], catalog.works[paper]
    cited = citation.page(_cited_book(catalog), entry, Worked())
    answer = about(catalog, paper, found, Worked())
    family = catalog.families[catalog.family_of[paper]]
    published = f" {work.venue}." if work.venue else ""
    told = {
        "title": names.line(entry.title), "label": work.short, "family": names.line(family.title),
        "work": f"{work.by} ({work.year}). {work.title}.{published}",
        "link": work.link, "summary": names.line(entry.summary), "read": names.line(entry.seen.says),
        "setting": {"paper": names.line(entry.setting.paper), "here": names.line(entry.setting.here)},
        "laws": [
            _law(catalog, entry, found, law_id, law, names, lines[paper, law_id]) for law_id, law in entry.laws.items()
        ],
        "assumptions": [
            {"id": name, "text": names.line(a.text), "kind": a.kind, "when-broken": names.line(a.when_broken)}
            for name, a in entry.assumptions.items()
        ],
        "intuition": names.text(entry.intuition), "use": names.text(entry.use),
        "limits": [
            {"text": names.line(c.text), "cites": [names.works.get(key, key) for key in c.cites]} for c in entry.caveats
        ],
        "relations": [
            {
                "to": tie.to, "label": names.works.get(tie.to, tie.to), "type": tie.type.replace("-", " "),
                "says": names.line(tie.says),
            }
            for tie in catalog.ties(paper)
        ],
        "cite": {"bibtex": work.bibtex, "page": cited.text},
    }  # fmt: skip
    return answer | {"told": told}


def _cited_book(catalog: Catalog) -> citation.Book:
    """The book as it is cited; what the wheel does not carry of CITATION.cff the package knows."""
    found = citation.read(catalog.root)
    return found if found.version else citation.Book(version=version("lawbook"))


def _law(
    catalog: Catalog, entry: Entry, found: Evidence | None, law_id: str, law: Law, names: Names, line: Line
) -> dict[str, Any]:
    formula = law.formula
    closed = f"{formula.gives} = {formula.expr}" if formula.expr and formula.gives else formula.expr or ""
    rows = [_check(catalog, entry, found, law, name, check, names) for name, check in law.checks.items()]
    rows += [_control(catalog, entry, found, law, name, names) for name in law.controls]
    return {
        "id": f"{entry.paper}/{law_id}", "name": names.laws[f"{entry.paper}/{law_id}"],
        "kind": law.kind.replace("-", " "), "support": SUPPORT[law.support], "origin": law.origin,
        "verdict": line.values["verdict"][0], "told": line.told.word, "tone": line.told.tone,
        "formula": math_text(formula.latex), "expression": closed, "statement": names.text(law.statement),
        "symbols": [_symbol(s, name, names) for name, s in _symbols(catalog, entry, law)],
        "assumes": [{"id": name, "text": names.line(entry.assumptions[name].text)} for name in law.assumes],
        "source": names.line(law.source or ""),
        "reported": [
            names.line(
                f"{r.what}: {r.value if isinstance(r.value, str) else plain(r.value, 6)}"
                + (f" {r.unit}" if r.unit and r.unit != "1" else "")
                + (f" ({r.where})" if r.where else "")
            )
            for r in law.reported
        ],
        "results": rows,
    }  # fmt: skip


def _symbols(catalog: Catalog, entry: Entry, law: Law) -> Iterator[tuple[str, Symbol]]:
    """The symbols of a formula, then the letters in it that are no numbers; what only checks use comes last."""
    own = [(name, catalog.symbol(law, name)) for name in law.symbols]
    yield from sorted(own, key=lambda item: not stands_in(item[1], law.formula.latex))
    yield from (("", symbol) for symbol in explained(catalog.notation, entry, law))


def _symbol(symbol: Symbol, name: str, names: Names) -> dict[str, str]:
    unit = "" if symbol.unit in (None, "1") else str(symbol.unit)
    letter = math_text(symbol.latex or name)
    return {"id": name, "letter": letter, "name": names.line(symbol.name or name), "unit": unit}


def _check(
    catalog: Catalog, entry: Entry, found: Evidence | None, law: Law, name: str, check: Check, names: Names
) -> dict[str, Any]:
    return _result(catalog, entry, found, law, "check", name, check, names) | {
        "measures": names.line(check.measures), "tests": check.tests,
        "not-reproduced": names.line(check.not_reproduced or ""), "blind-to": names.line(check.blind_to or ""),
    }  # fmt: skip


def _control(
    catalog: Catalog, entry: Entry, found: Evidence | None, law: Law, name: str, names: Names
) -> dict[str, Any]:
    control = law.controls[name]
    against = law.checks[control.must_miss]
    return _result(catalog, entry, found, law, "control", name, against, names) | {
        "measures": names.line(control.measures), "tests": control.tests, "breaks": control.breaks,
        "must-miss": control.must_miss,
    }  # fmt: skip


def _result(
    catalog: Catalog, entry: Entry, found: Evidence | None, law: Law, kind: Kind, name: str, check: Check, names: Names
) -> dict[str, Any]:
    """What was predicted, what was measured and how it came out, in words; numbers are in the answer itself."""
    told = verdicts.tell(entry, found, kind, name)
    record = found.shown.of(kind, name) if found is not None else None
    point = record.representative if record is not None else None
    return {
        "kind": kind, "id": name, "predicted": _predicted(catalog, law, check), "here": computed(check, record),
        "tolerance": tolerance(check), "measured": measured_of(point) if point is not None else "",
        "points": len(record.points) if record is not None else 0, "verdict": told.word, "tone": told.tone,
        "seeds": told.counted, "drawn": told.drawn,
    }  # fmt: skip


def _predicted(catalog: Catalog, law: Law, check: Check) -> str:
    """The prediction as the entry states it; of a bound, the number that decides."""
    lead = {"equal": "", "at-most": "at most ", "at-least": "at least "}[check.sense]
    if check.predicted == FITTED:
        return f"{lead}the fitted law"
    if isinstance(check.predicted, str):
        letters = {name: catalog.symbol(law, name).latex or name for name in law.symbols}
        return lead + math_text(latex(catalog.expression(law, check.predicted), letters))
    edge = {"equal": 0.0, "at-most": 1.0, "at-least": -1.0}[check.sense] * half_width(check, check.predicted)
    return lead + re.sub(r"^-", "−", plain(check.predicted + edge, 6))
