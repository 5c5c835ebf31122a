"""What a template needs to know about an entry: numbers as text, prose as HTML, verdicts in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from markupsafe import Markup, escape

from lawbook.evidence.display import band_of
from lawbook.evidence.record import Evidence, Measured, Point, strain
from lawbook.numbers import plain, with_error
from lawbook.reference.catalog import Catalog
from lawbook.reference.formula import Formula
from lawbook.reference.model import Check, Control, Entry, Law, Reported
from lawbook.reference.rules import FITTED
from lawbook.reference.verdict import half_width
from lawbook.site import charts, gauge, verdicts
from lawbook.site.charts import Chart, Explorer
from lawbook.site.expression import latex, sympy_code
from lawbook.site.markdown import Writer, plain_math
from lawbook.site.markdown import math as to_math
from lawbook.site.markdown import plain as plain_text
from lawbook.site.verdicts import Told

POINTS = 20  # a table of more tells a reader nothing

SUPPORT = {
    "theorem": "theorem",
    "solvable-model": "solvable model",
    "empirical": "empirical regularity",
    "conjecture": "conjecture",
}
TIE = {
    "explains": "explains", "explained-by": "explained by", "generalizes": "generalizes",
    "special-case-of": "special case of", "extends": "extends", "extended-by": "extended by",
    "contradicts": "contradicts", "uses": "uses", "used-by": "used by", "related": "related to",
}  # fmt: skip


@dataclass(frozen=True)
class PointView:
    """One measured point: where, and against what."""

    at: Markup
    predicted: str
    measured: str
    band: str
    told: Told


@dataclass(frozen=True)
class Row:
    """A check or a control with its numbers."""

    id: str
    kind: Literal["check", "control"]
    name: str
    measures: Markup
    predicted: Markup
    here: str  # what an expression predicts for the number shown
    band: str
    measured: str
    worst_of: int
    told: Told
    gauge: Markup
    points: tuple[PointView, ...] = ()  # at most POINTS of them, those nearest to the edge
    left_out: int = 0
    rival: Markup | None = None
    data: str | None = None
    why_not: Markup | None = None
    breaks: str = ""
    misses: str = ""


@dataclass(frozen=True)
class SymbolView:
    """A line of the table of symbols."""

    math: Markup
    name: Markup
    unit: str
    paper_writes: Markup | None


class LawView:
    """A law of an entry."""

    def __init__(self, page: EntryView, id: str, law: Law) -> None:
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
        if check.rival is not None:
            number, expr = check.rival.value, check.rival.expr
            value = self.text(expr) if expr is not None else Markup(plain(number if number is not None else 0.0))
            rival = Markup("{}: {}").format(self.page.write.line(check.rival.says), value)
        why_not = self.page.write.line(check.not_reproduced) if check.not_reproduced else None
        row = self._row("check", name, check.measures, check)
        return replace(row, rival=rival, data=check.data, why_not=why_not)

    def control(self, name: str, control: Control) -> Row:
        """A control with its numbers."""
        row = self._row("control", name, control.measures, self.law.checks[control.must_miss])
        return replace(row, breaks=control.breaks, misses=control.must_miss)

    def _row(self, kind: Literal["check", "control"], name: str, measures: str, against: Check) -> Row:
        """What both have: a measurement held against the prediction of a check."""
        record = self._record(kind, name)
        told = verdicts.tell(self.page.entry, self.page.evidence, kind, name)
        return Row(
            id=name,
            kind=kind,
            name=humanised(name),
            measures=self.page.write.line(measures),
            predicted=self.predicted(against),
            here=_here(against, record),
            band=tolerance(against),
            measured=_measured(record),
            worst_of=len(record.points) if record else 0,
            told=told,
            gauge=_gauge(record, told),
            points=self._points(record),
            left_out=max(0, len(record.points) - POINTS) if record else 0,
        )

    def _record(self, kind: Literal["check", "control"], name: str) -> Measured | None:
        return self.page.evidence.shown.of(kind, name) if self.page.evidence else None

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

    def _points(self, record: Measured | None) -> tuple[PointView, ...]:
        if record is None or (len(record.points) < 2 and not record.points[0].given):
            return ()
        return tuple(
            PointView(
                self.at(p.given), plain(p.predicted), with_error(p.measured, p.error), band_of(p), _told(record, p)
            )
            for p in _nearest(record)
        )


def _nearest(record: Measured) -> list[Point]:
    """The points to list, in their order: all, or those nearest to changing the verdict."""
    if len(record.points) <= POINTS:
        return list(record.points)
    sign = 1 if record.kind == "check" else -1
    order = sorted(range(len(record.points)), key=lambda i: -sign * strain(record.points[i]))
    return [record.points[i] for i in sorted(order[:POINTS])]


def _told(record: Measured, point: Point) -> Told:
    tones: dict[str, Literal["good", "bad", "open"]] = {"holds": "good", "fails": "bad", "undecided": "open"}
    if record.kind == "control":
        tones |= {"holds": "bad", "fails": "good"}
    return Told(point.verdict, tones[point.verdict])


def _here(check: Check, record: Measured | None) -> str:
    return plain(record.representative.predicted) if record and isinstance(check.predicted, str) else ""


def _measured(record: Measured | None) -> str:
    if record is None:
        return ""
    point = record.representative
    return with_error(point.measured, point.error)


def _gauge(record: Measured | None, told: Told) -> Markup:
    if record is None:
        return Markup("")
    point = record.representative
    label = f"measured {with_error(point.measured, point.error)}, tolerance {band_of(point)}: {told.word}"
    order = sorted(record.points, key=lambda p: p is not point)
    return gauge.draw(order, label, rival=record.kind == "check")


def tolerance(check: Check) -> str:
    """`± 6 %`, `± 0.07`, or nothing for a bare bound."""
    half = check.tolerance.rel if check.tolerance.rel is not None else check.tolerance.abs
    assert half is not None
    if half == 0 or (check.sense != "equal" and not isinstance(check.predicted, str)):
        return ""  # nothing, or in the bound already
    sign = {"equal": "±", "at-most": "+", "at-least": "−"}[check.sense]
    if check.tolerance.rel is not None:
        return f"{sign} {plain(100 * half)} %" if half >= 1e-4 else f"{sign} {plain(half)} of it"
    return f"{sign} {plain(half)}"


def humanised(identifier: str) -> str:
    """`hovers-at-the-edge` as a heading: Hovers at the edge."""
    words = identifier.replace("-", " ")
    return words[:1].upper() + words[1:]


@dataclass
class EntryView:
    """An entry on a page whose way up to the root of the site is `base`."""

    catalog: Catalog
    entry: Entry
    evidence: Evidence | None
    base: str
    charts: Sequence[Chart] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.write = Writer(self.catalog, self.base)
        self.work = self.catalog.works[self.entry.paper]
        self.id = self.entry.paper
        self.family_id = self.catalog.family_of[self.id]
        self.family = self.catalog.families[self.family_id]

    @cached_property
    def title(self) -> Markup:
        """The title, math rendered."""
        return self.write.line(self.entry.title)

    @cached_property
    def laws(self) -> list[LawView]:
        """The laws, the main one first."""
        return [LawView(self, law_id, law) for law_id, law in self.entry.laws.items()]

    @property
    def main(self) -> LawView:
        """The main law."""
        return self.laws[0]

    @cached_property
    def headline(self) -> Row | None:
        """The check that the page opens with: the first of the main law, else the first of all."""
        first = next(((law, *item) for law in self.laws for item in law.law.checks.items()), None)
        return None if first is None else first[0].check(first[1], first[2])

    def row(self, kind: Literal["check", "control"], name: str) -> Row:
        """A check or control of any of the laws, by its id."""
        for law in self.laws:
            if kind == "check" and name in law.law.checks:
                return law.check(name, law.law.checks[name])
            if kind == "control" and name in law.law.controls:
                return law.control(name, law.law.controls[name])
        raise KeyError(f"{self.id} has no {kind} {name!r}")

    @cached_property
    def headline_measured(self) -> Markup:
        """What the opening line says was measured: a share of the prediction where that is an expression."""
        row = self.headline
        record = self.evidence.shown.of("check", row.id) if self.evidence and row else None
        if row is None or record is None:
            return Markup("")
        point = record.representative
        found = self.entry.check(row.id)
        assert found is not None  # the row was made from it
        check = found[2]
        if len(record.points) > 1 and isinstance(check.predicted, str) and math.isfinite(point.predicted):
            many = len(record.points)
            if check.tolerance.rel is not None and point.predicted:
                share = with_error(point.measured / point.predicted, point.error / abs(point.predicted))
                return Markup("<b>{}</b> of it, at worst of {} points").format(share, many)
            off = with_error(point.measured - point.predicted, point.error)
            return Markup("off it by <b>{}</b>, at worst of {} points").format(off, many)
        if len(record.points) > 1:
            return Markup("<b>{}</b>, at worst of {} points").format(row.measured, len(record.points))
        return Markup("<b>{}</b>").format(row.measured)

    def shown_by(self, assumption: str) -> list[tuple[LawView, Row]]:
        """The controls that break an assumption."""
        return [(law, row) for law in self.laws for row in law.controls if row.breaks == assumption]

    def assumed_by(self, assumption: str) -> list[LawView]:
        """The laws that stand on an assumption."""
        return [law for law in self.laws if assumption in law.law.assumes]

    @cached_property
    def authors(self) -> str:
        """All authors up to six by family name, else the first three."""
        names = [family for _, family in self.work.authors]
        return ", ".join(names) if len(names) <= 6 else ", ".join(names[:3]) + " et al."

    @cached_property
    def counted(self) -> dict[str, int]:
        """How many checks and controls there are, and how each came out."""
        counts = {"checks": 0, "controls": 0}
        for law in self.laws:
            for row in (*law.checks, *law.controls):
                counts[row.kind + "s"] += 1
                key = f"{row.kind} {row.told.tone}"
                counts[key] = counts.get(key, 0) + 1
        return counts

    def plain_summary(self) -> str:
        """The summary as text, for the head of the page and for search."""
        return plain_text(self.entry.summary)

    @property
    def reported(self) -> list[tuple[LawView, Reported]]:
        """Every value that the paper reports, with its law."""
        return [(law, item) for law in self.laws for item in law.law.reported]

    @property
    def seeds_line(self) -> str:
        """`0 to 19`, or the seeds one by one."""
        seeds = [run.seed for run in self.evidence.seeds] if self.evidence else []
        if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1)):
            return f"{seeds[0]} to {seeds[-1]}"
        return ", ".join(map(str, seeds))

    @property
    def run_line(self) -> str:
        """When, how long, with what, for the run that the page shows."""
        if self.evidence is None:
            return ""
        run = self.evidence.shown
        many = len(self.evidence.seeds) > 1
        versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
        seeds = (
            f"Seeds {self.seeds_line}; the numbers shown are those of seed {run.seed}." if many else f"Seed {run.seed}."
        )
        day = run.finished.split("T")[0]
        commit = f" at commit {run.commit}" if run.commit else ""
        return (
            f"{seeds} Each measured value with its own standard error. Run on {day}{commit}, {run.usage.cpu:.0f} s of "
            f"CPU, {run.usage.peak_mb:.0f} MB, {run.machine}; {versions}."
        )

    def number(self, value: float | str, error: float | None) -> str:
        """A reported value."""
        if isinstance(value, str):
            return str(escape(plain_text(value)))
        return plain(value, 6) if error is None else with_error(value, error)
