"""A law as a template needs it: its formula, its symbols, its checks and controls with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from markupsafe import Markup

from lawbook.evidence.record import Evidence
from lawbook.numbers import plain
from lawbook.reference.catalog import Catalog
from lawbook.reference.formula import Formula
from lawbook.reference.model import Check, Control, Entry, Law
from lawbook.reference.rules import FITTED
from lawbook.reference.verdict import half_width
from lawbook.site import charts, verdicts
from lawbook.site.charts import Chart, Explorer
from lawbook.site.expression import latex, sympy_code
from lawbook.site.markdown import Writer, plain_math
from lawbook.site.markdown import math as to_math
from lawbook.site.markdown import plain as plain_text
from lawbook.site.rows import Row, row

SUPPORT = {
    "theorem": "theorem",
    "solvable-model": "solvable model",
    "empirical": "empirical regularity",
    "conjecture": "conjecture",
}


@dataclass(frozen=True)
class SymbolView:
    """A line of the table of symbols."""

    math: Markup
    name: Markup
    unit: str
    paper_writes: Markup | None


@dataclass
class EntryOnPage:
    """An entry on a page whose way up to the root of the site is `base`: what its laws draw on."""

    catalog: Catalog
    entry: Entry
    evidence: Evidence | None
    base: str
    charts: Sequence[Chart] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.write = Writer(self.catalog, self.base)


class LawView:
    """A law of an entry."""

    def __init__(self, page: EntryOnPage, id: str, law: Law) -> None:
        self.page, self.id, self.law = page, id, law
        self.kind = law.kind.replace("-", " ")
        self.support = SUPPORT[law.support]

    @cached_property
    def name(self) -> Markup:
        """The name, math rendered."""
        return self.page.write.line(self.law.name)

    @cached_property
    def plain_name(self) -> str:
        """The name as text."""
        return plain_text(self.law.name)

    @cached_property
    def statement(self) -> Markup:
        """The statement as paragraphs."""
        return self.page.write.block(self.law.statement)

    @cached_property
    def formula(self) -> Markup:
        """The formula as displayed math."""
        return to_math(self.law.formula.latex, display=True)

    @cached_property
    def inline_formula(self) -> Markup:
        """The formula within a line or a table."""
        return to_math(self.law.formula.latex)

    @cached_property
    def expression(self) -> Formula | None:
        """The closed form."""
        expr = self.law.formula.expr
        return None if expr is None else self.page.catalog.expression(self.law, expr)

    @cached_property
    def sympy(self) -> str:
        """Code to paste, or nothing."""
        formula, gives = self.expression, self.law.formula.gives
        return sympy_code(formula, gives) if formula is not None and gives is not None else ""

    @cached_property
    def letters(self) -> dict[str, str]:
        """The LaTeX of each symbol."""
        return {name: self.page.catalog.symbol(self.law, name).latex or name for name in self.law.symbols}

    def text(self, expression: str) -> Markup:
        """An expression of the entry as math; a long one scrolls in its place."""
        shown = latex(self.page.catalog.expression(self.law, expression), self.letters)
        if len(plain_math(shown)) <= 24:
            return to_math(shown)
        return Markup('<span class="lb-wide" tabindex="0">{}</span>').format(to_math(shown))

    @cached_property
    def symbols(self) -> list[SymbolView]:
        """The table of symbols."""
        rows = []
        for name in self.law.symbols:
            symbol = self.page.catalog.symbol(self.law, name)
            writes = to_math(symbol.paper_writes) if symbol.paper_writes else None
            unit = "" if symbol.unit in (None, "1") else str(symbol.unit)
            meaning = self.page.write.line(symbol.name or name)
            rows.append(SymbolView(to_math(symbol.latex or name), meaning, unit, writes))
        return rows

    @cached_property
    def gives(self) -> tuple[Markup, Markup] | None:
        """What the law tells, and from what: (symbol and name of the result, symbols it is computed from)."""
        if self.expression is None or self.law.formula.gives is None:
            return None
        shown = [to_math(self.letters[name]) for name in self.expression.symbols if name in self.letters]
        result = self.page.catalog.symbol(self.law, self.law.formula.gives)
        name = (result.name or self.law.formula.gives).split(" (")[0]
        return Markup("{}").format(self.page.write.line(name)), Markup(", ").join(shown)

    @cached_property
    def checks(self) -> list[Row]:
        """The checks with their numbers."""
        return [self.check(name, check) for name, check in self.law.checks.items()]

    @cached_property
    def controls(self) -> list[Row]:
        """The controls with their numbers."""
        return [self.control(name, control) for name, control in self.law.controls.items()]

    @cached_property
    def charts(self) -> list[Chart]:
        """The charts of this law's series; the first chart of the entry stands above the fold and not here."""
        return [chart for chart in self.page.charts[1:] if chart.law == self.id]

    @cached_property
    def explorer(self) -> Explorer | None:
        """The formula under sliders."""
        return charts.explorer(self.page.catalog, self.law)

    def check(self, name: str, check: Check) -> Row:
        """A check with its numbers."""
        rival = None
        for stated in check.rivals:
            number, expr = stated.value, stated.expr
            value = self.text(expr) if expr is not None else Markup(plain(number if number is not None else 0.0))
            rival = Markup("{}: {}").format(self.page.write.line(stated.says), value)
        why_not = self.page.write.line(check.not_reproduced) if check.not_reproduced else None
        made = self._row("check", name, check.measures, check)
        return replace(made, rival=rival, data=check.data, why_not=why_not)

    def control(self, name: str, control: Control) -> Row:
        """A control with its numbers."""
        made = self._row("control", name, control.measures, self.law.checks[control.must_miss])
        return replace(made, breaks=control.breaks, misses=control.must_miss)

    def _row(self, kind: Literal["check", "control"], name: str, measures: str, against: Check) -> Row:
        record = self.page.evidence.shown.of(kind, name) if self.page.evidence else None
        told = verdicts.tell(self.page.entry, self.page.evidence, kind, name)
        said, predicted = self.page.write.line(measures), self.predicted(against)
        return row(name, against, record, told, kind=kind, measures=said, predicted=predicted, at=self.at)

    def predicted(self, check: Check) -> Markup:
        """The prediction as the entry states it."""
        lead = {"equal": "", "at-most": "at most ", "at-least": "at least "}[check.sense]
        if check.predicted == FITTED:
            return Markup("{}the fitted law").format(lead)
        if isinstance(check.predicted, str):
            return Markup("{}{}").format(lead, self.text(check.predicted))
        half = half_width(check, check.predicted)  # of a bound, the number that decides
        edge = {"equal": 0.0, "at-most": half, "at-least": -half}[check.sense]
        return Markup("{}{}").format(lead, plain(check.predicted + edge, 6))

    def at(self, given: dict[str, float]) -> Markup:
        """`η = 0.7, β = 0.3`."""
        return Markup(", ").join(
            Markup("{} = {}").format(to_math(self.letters[name]), plain(value)) for name, value in given.items()
        )
