"""Which law can I test on my model? Every check: what to measure, what measures it, and the call that judges."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lawbook.reference.asks import only_rivals_need, to_give, unit_of
from lawbook.reference.instruments import FILE, HAVE, OfCheck, Where
from lawbook.reference.model import Check, Entry, Law
from lawbook.reference.rules import FITTED
from lawbook.site.book import Page, Render, Views
from lawbook.site.inert import clean, one_line
from lawbook.site.markdown import Writer, plain

PAGE = "own-model.md"
ONLY_HERE = "only-here"  # the part with the laws that say nothing about another model
WHERE: dict[Where | None, str] = {
    "any": "any model",
    "such": "such a model",
    "only": "only here",
    None: "not said yet",
}


@dataclass(frozen=True)
class Asked:
    """A check, as somebody with a model of their own needs it.

    Attributes:
        id: Of the check.
        measure: What to measure, in words.
        protocol: How it is measured here, where that says more.
        unit: The unit to measure in, empty for a pure number.
        give: The symbols to give, each with its name.
        for_rivals: Those that only rivals need.
        call: The call that judges.
        place: Where it can be tested and with what; None where nobody has said.
        is_fitted: Whether it holds a measurement against a fit of the law.
        is_guide: Whether it is a bound that was set after trials on the set-up here: elsewhere it is a guide.
        not_reproduced: Whether it does not show here.
        follows: Whether it follows from how a system is built, and tests code more than a law.
    """

    id: str
    measure: Markup
    protocol: Markup | None
    unit: Markup | None
    give: tuple[tuple[str, Markup], ...]
    for_rivals: tuple[str, ...]
    call: Markup
    place: OfCheck | None
    is_fitted: bool
    is_guide: bool
    not_reproduced: bool
    follows: bool


@dataclass(frozen=True)
class Row:
    """A law with its checks."""

    paper: str
    id: str
    name: Markup
    checks: tuple[Asked, ...]

    @property
    def shared(self) -> OfCheck | None:
        """What is the same for all of its checks; None where they differ."""
        found = {check.place for check in self.checks}
        return next(iter(found)) if len(found) == 1 else None

    @property
    def give(self) -> tuple[tuple[str, Markup], ...]:
        """The symbols to give, if they are the same for all of its checks; else none."""
        found = {check.give for check in self.checks}
        return next(iter(found)) if len(found) == 1 else ()

    @property
    def where(self) -> Where | None:
        """The widest of its checks: any model before such a model before none but the one here."""
        found = [check.place.where for check in self.checks if check.place is not None]
        return min(found, key=list(WHERE).index, default=None)

    @property
    def have(self) -> tuple[str, ...]:
        """What one needs for one of its checks."""
        found = {have for check in self.checks if check.place is not None for have in check.place.have}
        return tuple(have for have in HAVE if have in found)


def pages(book: Views, render: Render) -> dict[str, Page]:
    """The list of all laws, and a page for each family, by their paths below the root of the docs."""
    by_family = {family: list(rows(book, family, "../../")) for family in book.catalog.families}
    checks = [check for found in by_family.values() for row in found for check in row.checks]
    api = book.catalog.root / "docs" / "python"
    values: dict[str, Any] = {
        "by_family": {family: found for family, found in by_family.items() if found},
        "have": HAVE,
        "where": WHERE,
        "only_here": ONLY_HERE,
        "total": len(checks),
        "counts": {where: sum((c.place and c.place.where) == where for c in checks) for where in WHERE},
        "documented": {path.stem for path in api.glob("measure/*.md")},
        "has_api": (api / "lawbook.md").is_file(),
        "shorts": {paper: book.catalog.works[paper].short for paper in book.papers},
    }
    title = "Which law can I test on my model?"
    about = "For every law with a check: what to measure, what measures it, and the call that judges it."
    first = {"title": title, "description": about}
    out = {PAGE: render("own_model.md.jinja", first, "../", FILE, title=title, **values)}
    parts = {family: [row for row in found if row.where != "only"] for family, found in by_family.items()}
    parts[ONLY_HERE] = [row for found in by_family.values() for row in found if row.where == "only"]
    titles = {family: f"On my own model: {plain(it.title)}" for family, it in book.catalog.families.items()}
    titles[ONLY_HERE] = "On my own model: what can be tested only here"
    for part, found in parts.items():
        if found:
            meta: dict[str, Any] = {"title": one_line(titles[part]), "description": about, "folds": True}
            told = {"title": clean(titles[part]), "rows": found, "is_rest": part == ONLY_HERE}
            path = f"own-model/{part}.md"
            out[path] = render("own_model_part.md.jinja", meta, "../../", FILE, **(values | told))
    return out


def rows(book: Views, family: str, base: str) -> Iterator[Row]:
    """The laws of a family that have checks, in the order of the book."""
    write = Writer(book.catalog, base)
    for paper in book.papers:
        entry = book.catalog.entries[paper]
        if book.catalog.family_of[paper] != family:
            continue
        for law_id, law in entry.laws.items():
            if law.checks:
                asked = tuple(_asked(book, write, entry, law_id, law, name) for name in law.checks)
                yield Row(paper, law_id, write.line(law.name), asked)


def _asked(book: Views, write: Writer, entry: Entry, law_id: str, law: Law, name: str) -> Asked:
    catalog, check = book.catalog, law.checks[name]
    place = catalog.instruments.get(f"{entry.paper}/{law_id}")
    give = to_give(catalog, law, check)
    unit = unit_of(catalog, law, check)
    quantity = (check.quantity or "").rstrip(",")
    return Asked(
        id=name,
        measure=write.line(quantity or check.measures),
        protocol=write.line(check.measures) if quantity else None,
        unit=write.line(unit) if unit else None,
        give=tuple((symbol, write.line(catalog.symbol(law, symbol).name or "")) for symbol in give),
        for_rivals=only_rivals_need(catalog, law, check),
        call=Markup(html.escape(call(entry, name, check, give), quote=False)),  # quotes stand for themselves
        place=None if place is None else place.of(name),
        is_fitted=check.predicted == FITTED,
        is_guide=check.sense != "equal" and check.band_from.is_ == "pilot",
        not_reproduced=check.not_reproduced is not None,
        follows=check.tests == "consequence",
    )


def call(entry: Entry, name: str, check: Check, give: tuple[str, ...]) -> str:
    """The call that judges a check, with `...` where a number of the reader's goes."""
    parts = [f'"{entry.paper}/{name}"', "measured=...", "error=..."]
    if give:
        parts.append("given={" + ", ".join(f'"{symbol}": ...' for symbol in give) + "}")
    if check.predicted == FITTED:
        parts.append("fit=...")
    return f"lawbook.judge({', '.join(parts)})"
