"""What an entry must obey beyond its shape: every rule that one entry alone can break."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from lawbook.reference.formula import Formula, FormulaError
from lawbook.reference.letters import idle, instead, unexplained
from lawbook.reference.model import Entry, Law
from lawbook.reference.problem import Problem, nearest, shown
from lawbook.reference.shape import validated
from lawbook.reference.source import Loc, Source
from lawbook.reference.symbols import Quantity, Symbol, complete
from lawbook.reference.tex import TexError, mathml
from lawbook.reference.verdict import is_inside

SCHEMA_LINE = "# yaml-language-server: $schema=../../build/entry.schema.json"
FITTED = "fitted"


def read_entry(doc: Source, notation: Mapping[str, Quantity], unsure: Collection[str] | None) -> Entry | None:
    """The entry of a file. Laws are checked one by one, also where another part of the entry is broken.

    Arguments:
        doc: The file.
        notation: The canonical quantities.
        unsure: Ids that notation.yml has and does not define soundly, or None where it cannot be read: of them nothing
            is said here.
    """
    if doc.is_broken:
        return None
    if not isinstance(doc.data, dict):
        doc.problems.append(doc.problem((), f"found {shown(doc.data)}, expected a mapping with paper, title, laws, …"))
        return None
    if doc.first_line.strip() != SCHEMA_LINE:
        message = f"found {shown(doc.first_line)} in line 1, expected {SCHEMA_LINE!r}"
        doc.problems.append(Problem(doc.file, 1, 1, "", message))
    entry = validated(doc, Entry, doc.data, ())
    raw_laws = doc.data.get("laws")
    laws: dict[str, Law] = {}
    if entry is not None:
        laws = dict(entry.laws)
    elif isinstance(raw_laws, dict):
        for law_id, raw in raw_laws.items():
            law = validated(doc, Law, raw, ("laws", law_id), report=False)
            if law is not None:
                laws[law_id] = law
    assumptions = doc.data.get("assumptions")
    declared = set(assumptions) if isinstance(assumptions, dict) else set()
    used: set[str] = set()
    seen: dict[str, str] = {}
    for law_id, law in laws.items():
        doc.problems.extend(_law(doc, ("laws", law_id), law, declared, notation, unsure))
        used |= {*law.assumes, *(c.breaks for c in law.controls.values())}
        for name in (*law.checks, *law.controls):
            section = "checks" if name in law.checks else "controls"
            if name in seen:
                message = (
                    f"found the id {name!r} again (first in {seen[name]}), expected ids that differ within an entry"
                )
                doc.problems.append(doc.problem(("laws", law_id, section, name), message, key=True))
            seen[name] = f"laws.{law_id}"
    if entry is not None:
        for name in sorted(declared - used):
            message = f"found the assumption {name!r}, which no law assumes"
            doc.problems.append(doc.problem(("assumptions", name), message, key=True))
        doc.problems.extend(_letters(doc, entry, notation, unsure))
    return entry


def _letters(
    doc: Source, entry: Entry, notation: Mapping[str, Quantity], unsure: Collection[str] | None
) -> Iterator[Problem]:
    """Letters of formulas that nothing explains, and explanations that no formula needs."""
    named = {name for law in entry.laws.values() for name in law.symbols}
    if unsure is None or any(name in unsure and name not in notation for name in named):
        return  # a symbol may be explained where notation.yml is broken, which is told there
    for law_id, law in entry.laws.items():
        for letter in unexplained(notation, entry, law):
            message = f"found the letter {letter!r}, which nothing explains, expected it in `symbols` or in `letters`"
            yield doc.problem(("laws", law_id, "formula", "latex"), message)
    for latex in entry.letters:
        yield from latex_problems(doc, ("letters", latex), latex)
    for latex in idle(notation, entry):
        message = f"found the letter {latex!r}, which no formula has beside the symbols, expected it in one"
        message += instead(notation, entry, latex)
        yield doc.problem(("letters", latex), message, key=True)


def latex_problems(doc: Source, loc: Loc, text: str, *, display: bool = False) -> Iterator[Problem]:
    try:
        mathml(text, display=display)
    except TexError as error:
        yield doc.problem(loc, f"found LaTeX that cannot be shown: {error}")


@dataclass(frozen=True)
class _Case:
    """A law that has the right shape, with what its rules are asked about."""

    doc: Source
    at: Loc
    law: Law
    assumptions: set[str]  # that the entry declares
    notation: Mapping[str, Quantity]
    unsure: Collection[str] | None  # ids of which notation.yml does not say soundly what they are; None for any
    symbols: dict[str, Symbol]  # with what they leave out taken from the notation
    parsed: dict[Loc, Formula | FormulaError]  # the expressions of the law, by their place in it

    def problem(self, place: Loc, message: str, *, key: bool = False) -> Problem:
        return self.doc.problem((*self.at, *place), message, key=key)

    def is_unsure(self, name: str) -> bool:
        """Whether a symbol may be one of notation.yml, which is told what is wrong with it there."""
        return name not in self.notation and (self.unsure is None or name in self.unsure)

    def formula(self, *place: str | int) -> Formula | None:
        """The expression in a place, if there is a sound one."""
        found = self.parsed.get(place)
        return found if isinstance(found, Formula) else None

    def predicted(self, name: str) -> Formula | float | None:
        """What a check predicts, as far as it is known before a fit."""
        value = self.law.checks[name].predicted
        return self.formula("checks", name, "predicted") if isinstance(value, str) else value

    def rival(self, name: str, i: int) -> Formula | float | None:
        """What a rival of a check predicts."""
        rival = self.law.checks[name].rivals[i]
        return rival.value if rival.expr is None else self.formula("checks", name, "rivals", i, "expr")


def _law(
    doc: Source,
    at: Loc,
    law: Law,
    assumptions: set[str],
    notation: Mapping[str, Quantity],
    unsure: Collection[str] | None,
) -> Iterator[Problem]:
    """What is wrong with a law that has the right shape."""
    symbols = {name: complete(symbol, notation.get(name)) for name, symbol in law.symbols.items()}
    parsed: dict[Loc, Formula | FormulaError] = {}
    for place, text in _expressions(law):
        try:
            parsed[place] = Formula.parse(text, law.symbols)
        except FormulaError as error:
            parsed[place] = error
    case = _Case(doc, at, law, assumptions, notation, unsure, symbols, parsed)
    for rule in RULES:
        yield from rule(case)


def _expressions(law: Law) -> Iterator[tuple[Loc, str]]:
    """Every expression of a law that is not a plain number, with its place."""
    if law.formula.expr is not None:
        yield ("formula", "expr"), law.formula.expr
    for name, check in law.checks.items():
        if isinstance(check.predicted, str) and check.predicted != FITTED:
            yield ("checks", name, "predicted"), check.predicted
        for i, rival in enumerate(check.rivals):
            if rival.expr is not None:
                yield ("checks", name, "rivals", i, "expr"), rival.expr
        if check.against is not None and isinstance(check.against.reported, str):
            yield ("checks", name, "against", "reported"), check.against.reported


def _latex_can_be_shown(case: _Case) -> Iterator[Problem]:
    yield from latex_problems(case.doc, (*case.at, "formula", "latex"), case.law.formula.latex, display=True)
    for name, symbol in case.law.symbols.items():
        for key in ("latex", "paper-writes"):
            text = getattr(symbol, key.replace("-", "_"))
            if text is not None:
                yield from latex_problems(case.doc, (*case.at, "symbols", name, key), text)


def _symbols_are_complete(case: _Case) -> Iterator[Problem]:
    for name, symbol in case.symbols.items():
        missing = [key for key in ("latex", "name", "unit", "role") if getattr(symbol, key) is None]
        if missing and not case.is_unsure(name):
            hint = nearest(name, case.notation)
            message = f"found {name!r} without {', '.join(missing)}, expected them, or an id of notation.yml{hint}"
            yield case.problem(("symbols", name), message, key=True)


def _expressions_can_be_read(case: _Case) -> Iterator[Problem]:
    for place, text in _expressions(case.law):
        found = case.parsed[place]
        if isinstance(found, FormulaError):
            yield case.problem(place, f"{found} (column {found.column} of {shown(text)})")


def _an_expression_gives_something(case: _Case) -> Iterator[Problem]:
    if case.formula("formula", "expr") is not None and case.law.formula.gives is None:
        yield case.problem(("formula",), "found expr without gives, expected the symbol that it computes")


def _symbols_of_the_expression_stand_in_the_formula(case: _Case) -> Iterator[Problem]:
    formula = case.formula("formula", "expr")
    for name in formula.symbols if formula is not None else ():
        symbol = case.symbols[name]
        if symbol.latex is not None and not stands_in(symbol, case.law.formula.latex):
            message = f"found no {symbol.latex!r} in the LaTeX, expected the symbol {name!r} of expr to stand in it"
            yield case.problem(("formula", "latex"), message)


def _gives_and_over_are_symbols(case: _Case) -> Iterator[Problem]:
    for key in ("gives", "over"):
        name = getattr(case.law.formula, key)
        if name is not None and name not in case.law.symbols:
            hint = nearest(name, case.law.symbols)
            yield case.problem(("formula", key), f"found {name!r}, expected a symbol of this law{hint}")


def _over_is_an_axis(case: _Case) -> Iterator[Problem]:
    name, formula = case.law.formula.over, case.formula("formula", "expr")
    if name is None or name not in case.law.symbols:
        return
    if case.law.symbols[name].range is None:
        yield case.problem(("formula", "over"), f"found {name!r}, which has no range, expected a symbol with a range")
    if formula is not None and name not in formula.symbols:
        yield case.problem(("formula", "over"), f"found {name!r}, expected a symbol that expr depends on")


def _assumptions_are_declared(case: _Case) -> Iterator[Problem]:
    for i, name in enumerate(case.law.assumes):
        if name not in case.assumptions:
            message = f"found {name!r}, expected an id under `assumptions`{nearest(name, case.assumptions)}"
            yield case.problem(("assumes", i), message)


def _reported_symbols_are_of_the_law(case: _Case) -> Iterator[Problem]:
    for i, reported in enumerate(case.law.reported):
        if reported.symbol is not None and reported.symbol not in case.law.symbols:
            hint = nearest(reported.symbol, case.law.symbols)
            message = f"found {reported.symbol!r}, expected a symbol of this law{hint}"
            yield case.problem(("reported", i, "symbol"), message)


def _controls_break_an_assumption(case: _Case) -> Iterator[Problem]:
    for name, control in case.law.controls.items():
        if control.breaks not in case.assumptions:
            hint = nearest(control.breaks, case.assumptions)
            message = f"found {control.breaks!r}, expected an id under `assumptions`{hint}"
            yield case.problem(("controls", name, "breaks"), message)


def _controls_miss_a_check(case: _Case) -> Iterator[Problem]:
    for name, control in case.law.controls.items():
        if control.must_miss not in case.law.checks:
            hint = nearest(control.must_miss, case.law.checks)
            message = f"found {control.must_miss!r}, expected a check of this law{hint}"
            yield case.problem(("controls", name, "must-miss"), message)


def _fitted_has_a_formula(case: _Case) -> Iterator[Problem]:
    for name, check in case.law.checks.items():
        if check.predicted == FITTED and case.law.formula.expr is None:
            message = "found 'fitted', but the law has no formula.expr to fit"
            yield case.problem(("checks", name, "predicted"), message)


def _zero_has_no_relative_tolerance(case: _Case) -> Iterator[Problem]:
    for name, check in case.law.checks.items():
        if check.tolerance.rel is not None and case.predicted(name) == 0:
            yield case.problem(("checks", name, "tolerance"), "found rel beside the prediction 0, expected abs")


def _checks_can_fail(case: _Case) -> Iterator[Problem]:
    missed = {control.must_miss for control in case.law.controls.values()}
    for name, check in case.law.checks.items():
        if not check.rivals and name not in missed:
            message = (
                "found neither a rival nor a control that must miss it, expected one: a check must be able to fail"
            )
            yield case.problem(("checks", name), message, key=True)


def _rivals_are_outside(case: _Case) -> Iterator[Problem]:
    for name, check in case.law.checks.items():
        for i, stated in enumerate(check.rivals):
            predicted, rival = _number(case.predicted(name)), _number(case.rival(name, i))
            if predicted is None or rival is None or not is_inside(check, predicted, rival):
                continue  # what depends on symbols is told after the run
            said = stated.value if stated.value is not None else stated.expr
            message = f"found the rival {shown(said)} inside the tolerance, expected it outside"
            yield case.problem(("checks", name, "rivals", i), message)


def _an_intact_run_can_hold(case: _Case) -> Iterator[Problem]:
    for name, control in case.law.controls.items():
        check = case.law.checks.get(control.must_miss)
        if check is not None and check.not_reproduced is not None:
            message = f"found {control.must_miss!r}, which is not reproduced, expected a check that holds when intact"
            yield case.problem(("controls", name, "must-miss"), message)


def _a_standing_agrees_with_not_reproduced(case: _Case) -> Iterator[Problem]:
    for name, check in case.law.checks.items():
        if check.against is None:
            continue
        same = check.against.is_ == "same-value"
        if same and check.not_reproduced is not None:
            message = "found same-value beside not-reproduced, expected same-direction, not-reproduced or contradicted"
            yield case.problem(("checks", name, "against", "is"), message)


def _symbols_are_used(case: _Case) -> Iterator[Problem]:
    law = case.law
    used = {law.formula.gives, law.formula.over}
    for _, text in _expressions(law):  # also those that cannot be read, which say so themselves
        used.update(re.findall(r"[A-Za-z]\w*", text))
    everything = " ".join([law.formula.latex, law.statement])
    for name in law.symbols:
        if case.symbols[name].latex is None:
            continue  # that it has none is told already
        if name not in used and not stands_in(case.symbols[name], everything):
            message = f"found the symbol {name!r}, which is used nowhere in the law, expected it in a formula"
            yield case.problem(("symbols", name), message, key=True)


RULES: tuple[Callable[[_Case], Iterator[Problem]], ...] = (
    _latex_can_be_shown,
    _symbols_are_complete,
    _expressions_can_be_read,
    _an_expression_gives_something,
    _symbols_of_the_expression_stand_in_the_formula,
    _gives_and_over_are_symbols,
    _over_is_an_axis,
    _assumptions_are_declared,
    _reported_symbols_are_of_the_law,
    _controls_break_an_assumption,
    _controls_miss_a_check,
    _fitted_has_a_formula,
    _zero_has_no_relative_tolerance,
    _checks_can_fail,
    _rivals_are_outside,
    _an_intact_run_can_hold,
    _a_standing_agrees_with_not_reproduced,
    _symbols_are_used,
)


def stands_in(symbol: Symbol, latex: str) -> bool:
    """Whether a symbol stands in a formula, in our letter or in the paper's."""
    return any(letter is not None and _occurs(letter, latex) for letter in (symbol.latex, symbol.paper_writes))


def _occurs(symbol: str, latex: str) -> bool:
    """Whether the LaTeX of a symbol occurs in a formula, blanks and braces aside."""
    wanted, text = _tokens(symbol), _tokens(latex)
    return any(text[at : at + len(wanted)] == wanted for at in range(len(text) - len(wanted) + 1))


def _tokens(latex: str) -> list[str]:
    """Commands (a backslash and its letters, or one sign) and single characters, without blanks and braces."""
    return re.findall(r"\\[A-Za-z]+|\\.|[^\s{}]", latex)


def _number(known: Formula | float | None) -> float | None:
    """A value that depends on no symbol."""
    if isinstance(known, Formula):
        return float(known()) if not known.symbols else None
    return known
