"""A law as a template needs it: its formula, its symbols, its checks and controls with their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from markupsafe import Markup

from lawbook.evidence.confirmation import in_band
from lawbook.evidence.judging import fates, is_blunt, stands
from lawbook.evidence.power import Power, in_words, power_of_run
from lawbook.evidence.record import Evidence, Kind, Measured
from lawbook.numbers import plain, with_error
from lawbook.reference.catalog import Catalog
from lawbook.reference.formula import Formula
from lawbook.reference.letters import explained
from lawbook.reference.model import Check, Control, Entry, Law
from lawbook.reference.rules import FITTED, stands_in
from lawbook.reference.symbols import Symbol
from lawbook.reference.verdict import half_width
from lawbook.site import verdicts
from lawbook.site.charts import Chart
from lawbook.site.explorer import Explorer, explorer
from lawbook.site.expression import latex, sympy_code
from lawbook.site.markdown import Writer, plain_math
from lawbook.site.markdown import math as to_math
from lawbook.site.markdown import plain as plain_text
from lawbook.site.outcomes import outcomes
from lawbook.site.rows import Hardness, RivalView, Row, kept_of, row
from lawbook.site.support import SUPPORT
from lawbook.site.verdicts import Told

BAND = {
    "theory": "tolerance from theory",
    "reported": "tolerance from what the paper reports",
    "pilot": "tolerance set after trials here",
}
ERROR = {
    "replicas": "error from replicas",
    "blocks": "error from blocks of the series",
    "bootstrap": "error from a bootstrap",
    "fit": "error from the fit",
    "counting": "error of a count",
    "solver": "error of the solver",
    "rounding": "error of rounding",
}
STANDING = {
    "same-value": "same value as the paper",
    "same-direction": "same direction as the paper, other size",
    "not-reproduced": "the paper's value is not reproduced at this scale",
    "contradicted": "contradicts the paper",
}
SURVIVORS = 4  # changed laws that are named; the page says how many more there are


@dataclass(frozen=True)
class SymbolView:
    """A symbol with what it means.

    `short` is its name without what stands in brackets; `unit` is empty for a pure number and None for what
    is no number; `is_shown` where the formula has it, not only a check.
    """

    math: Markup
    name: Markup
    short: Markup
    unit: str | None
    paper_writes: Markup | None
    is_shown: bool
    is_known: bool  # an earlier law of the page has explained it

    @property
    def has_more(self) -> bool:
        """Whether there is more to tell of it than its name: a unit, or how the paper writes it."""
        return self.unit is not None or self.paper_writes is not None or self.name != self.short

    @property
    def is_folded(self) -> bool:
        """Whether its meaning waits behind a line: it was told before, or only checks use it."""
        return self.is_known or not self.is_shown


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

    @cached_property
    def powers(self) -> dict[str, Power]:
        """How hard each check was, by its id."""
        return power_of_run(self.catalog, self.evidence.shown) if self.evidence else {}


def symbol_of(symbol: Symbol) -> Symbol:
    """A symbol as a reader of its page knows it: its range and its value are no part of what it means."""
    return symbol.model_copy(update={"range": None, "scale": "linear", "value": None})


class LawView:
    """A law of an entry."""

    def __init__(self, page: EntryOnPage, id: str, law: Law, earlier: Sequence[LawView] = ()) -> None:
        """`earlier`: the laws that stand above it on the page."""
        self.page, self.id, self.law, self.earlier = page, id, law, earlier
        self.kind = law.kind.replace("-", " ")
        self.support = SUPPORT[law.support]

    @cached_property
    def name(self) -> Markup:
        """The name, math rendered."""
        return self.page.write.name(self.law.name)

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
        return {name: symbol.latex or name for name, symbol in zip(self.law.symbols, self.own, strict=True)}

    def text(self, expression: str) -> Markup:
        """An expression of the entry as math; a long one scrolls in its place."""
        shown = latex(self.page.catalog.expression(self.law, expression), self.letters)
        if len(plain_math(shown)) <= 24:
            return to_math(shown)
        return Markup('<span class="lb-wide" tabindex="0">{}</span>').format(to_math(shown))

    @cached_property
    def symbols(self) -> list[SymbolView]:
        """The symbols, each with its meaning."""
        rows = []
        above = {meaning for law in self.earlier for meaning in law.meanings}
        own = list(zip(self.law.symbols, self.own, strict=True))
        for name, symbol in own + [(symbol.name or "", symbol) for symbol in self.explained]:
            writes = to_math(symbol.paper_writes) if symbol.paper_writes else None
            unit = "" if symbol.unit == "1" else symbol.unit
            meaning = self.page.write.line(symbol.name or name)
            short = self.page.write.line((symbol.name or name).split(" (")[0])
            shown, known = stands_in(symbol, self.law.formula.latex), symbol_of(symbol) in above
            rows.append(SymbolView(to_math(symbol.latex or name), meaning, short, unit, writes, shown, known))
        return rows

    @cached_property
    def own(self) -> list[Symbol]:
        """The law's own symbols, with what the notation says of them."""
        return [self.page.catalog.symbol(self.law, name) for name in self.law.symbols]

    @cached_property
    def meanings(self) -> frozenset[Symbol]:
        """The symbols that stand with the law, as a reader of the page knows them from there on."""
        return frozenset(map(symbol_of, [*self.own, *self.explained]))

    @cached_property
    def explained(self) -> list[Symbol]:
        """What the formula has beside the law's own symbols: those of other laws and the entry's letters."""
        return explained(self.page.catalog.notation, self.page.entry, self.law)

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
        return explorer(self.page.catalog, self.law, self.page.evidence)

    @cached_property
    def outcomes(self) -> tuple[Told, ...]:
        """How the claims of this law came out, every outcome counted."""
        return outcomes(self.page.entry, self.page.evidence, [self.law])

    @cached_property
    def badge(self) -> str:
        """What kind of checks the law has, where that must be said."""
        checks = self.law.checks.values()
        if checks and all(check.tests == "consequence" for check in checks):
            return "checked by construction only: what follows from definitions comes out"
        return ""

    def check(self, name: str, check: Check) -> Row:
        """A check with its numbers."""
        record = self.record("check", name)
        write = self.page.write
        return replace(
            self._row("check", name, check.measures, check),
            tests=check.tests,
            band_from=BAND[check.band_from.is_],
            error_from=ERROR[check.error_from],
            is_pilot=check.band_from.is_ == "pilot",
            width=write.line(check.band_from.says) if check.band_from.says else None,
            is_blunt=record is not None and is_blunt(check, record),
            rivals=tuple(self._rivals(check, record)),
            hardness=self._hardness(name),
            blind_to=write.line(check.blind_to) if check.blind_to else None,
            against=self._against(check, record),
            data=check.data,
            why_not=write.line(check.not_reproduced) if check.not_reproduced else None,
        )

    def control(self, name: str, control: Control) -> Row:
        """A control with its numbers, and with those of its intact run."""
        made = self._row("control", name, control.measures, self.law.checks[control.must_miss])
        kept, told = kept_of(self.record("control", name), self.record("check", control.must_miss))
        words = None if control.intact_is_check else self.page.write.line(control.intact)
        return replace(
            made,
            tests=control.tests,
            breaks=control.breaks,
            misses=control.must_miss,
            intact=words,
            kept=kept,
            kept_told=told,
        )

    def record(self, kind: Kind, name: str) -> Measured | None:
        """What the run that the page shows measured."""
        return self.page.evidence.shown.of(kind, name) if self.page.evidence else None

    def _row(self, kind: Kind, name: str, measures: str, against: Check) -> Row:
        page = self.page
        told = verdicts.tell(page.entry, page.evidence, kind, name)
        found = page.evidence.confirmed if page.evidence else None
        drawn = in_band(page.entry, kind, name, found.results[kind, name]) if found is not None and told.drawn else ()
        said, predicted, brief = page.write.line(measures), self.predicted(against), self.predicted(against, brief=True)
        record = self.record(kind, name)
        words = {"measures": said, "predicted": predicted, "brief": brief}
        return row(name, against, record, told, kind=kind, **words, letter=self.letter, drawn=drawn)

    def _rivals(self, check: Check, record: Measured | None) -> Iterator[RivalView]:
        known = fates(check, record) if record is not None else None
        for i, rival in enumerate(check.rivals):
            value = self.text(rival.expr) if rival.expr is not None else Markup(plain(rival.value or 0.0))
            fate, excluded = "", True
            if known is not None:
                excluded = known[i].is_excluded
                at = f" at {known[i].excluded_at} of {known[i].points} points" if known[i].points > 1 else ""
                fate = f"excluded{at}" if excluded else "not excluded"
            yield RivalView(self.page.write.line(rival.says), value, fate, excluded)

    def _hardness(self, name: str) -> Hardness | None:
        power = self.page.powers.get(name)
        if power is None:
            return None
        also = tuple(in_words(interval) for interval in power.intervals)
        return Hardness(
            power.caught, power.counted, power.survivors[:SURVIVORS], len(power.survivors[SURVIVORS:]), also
        )  # fmt: skip

    def _against(self, check: Check, record: Measured | None) -> Markup | None:
        """The second verdict: ours over the paper's, with both errors."""
        if check.against is None or record is None:
            return None
        shown = record.representative
        reported = shown.reported
        assert reported is not None  # it was judged by this check
        theirs = plain(reported, 4) if check.against.error is None else with_error(reported, check.against.error)
        ours = with_error(shown.measured, shown.error)
        said = Markup("{}: here {}, in the paper {}").format(STANDING[stands(check, record)], ours, theirs)
        if not reported or not math.isfinite(shown.measured):
            return said
        shares = [shown.error / abs(shown.measured) if shown.measured else 0.0, (check.against.error or 0.0) / reported]
        ratio = shown.measured / reported
        return Markup("{}, a ratio of {}").format(said, with_error(ratio, abs(ratio) * math.hypot(*shares)))

    def predicted(self, check: Check, *, brief: bool = False) -> Markup:
        """The prediction as the entry states it; `brief`, as a line has room for it."""
        lead = {"equal": "", "at-most": "at most ", "at-least": "at least "}[check.sense]
        if check.predicted == FITTED:
            return Markup("{}the fitted law").format(lead)
        if isinstance(check.predicted, str):
            shown = self.text(check.predicted)
            return Markup("{}{}").format(lead, "the formula" if brief and "lb-wide" in shown else shown)
        half = half_width(check, check.predicted)  # of a bound, the number that decides
        edge = {"equal": 0.0, "at-most": half, "at-least": -half}[check.sense]
        return Markup("{}{}").format(lead, plain(check.predicted + edge, 6))

    def letter(self, name: str) -> Markup:
        """A symbol as math."""
        return to_math(self.letters[name])

    def at(self, given: dict[str, float]) -> Markup:
        """`η = 0.7, β = 0.3`."""
        return Markup(", ").join(
            Markup("{} = {}").format(to_math(self.letters[name]), plain(value)) for name, value in given.items()
        )
