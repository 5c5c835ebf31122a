"""What an entry must obey beyond its shape: every rule that one entry alone can break."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from lawbook.reference.formula import Formula, FormulaError
from lawbook.reference.model import Check, Control, Entry, Law, Quantity, Symbol
from lawbook.reference.problem import Problem, nearest, shown
from lawbook.reference.shape import validated
from lawbook.reference.source import Loc, Source
from lawbook.reference.tex import TexError, mathml
from lawbook.reference.verdict import judge

SCHEMA_LINE = "# yaml-language-server: $schema=../../build/entry.schema.json"
FITTED = "fitted"


def complete(symbol: Symbol, quantity: Quantity | None) -> Symbol:
    """`symbol` with what it leaves out taken from the canonical `quantity`."""
    if quantity is None:
        return symbol
    own = {k: v for k in ("latex", "name", "unit", "role") if (v := getattr(symbol, k)) is not None}
    return symbol.model_copy(update=quantity.model_dump() | own)


def read_entry(doc: Source, notation: Mapping[str, Quantity]) -> Entry | None:
    """The entry of a file. Laws are checked one by one, also where another part of the entry is broken."""
    if doc.data is None and doc.problems:
        return None
    if doc.first_line.strip() != SCHEMA_LINE:
        doc.problems.append(doc.problem((), f"found {shown(doc.first_line)} in line 1, expected {SCHEMA_LINE!r}"))
    if not isinstance(doc.data, dict):
        doc.problems.append(doc.problem((), f"found {shown(doc.data)}, expected a mapping with paper, title, laws, …"))
        return None
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
        doc.problems.extend(_law(doc, ("laws", law_id), law, declared, notation))
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
    return entry


def latex_problems(doc: Source, loc: Loc, text: str, *, display: bool = False) -> Iterator[Problem]:
    try:
        mathml(text, display=display)
    except TexError as error:
        yield doc.problem(loc, f"found LaTeX that cannot be shown: {error}")


def _law(doc: Source, at: Loc, law: Law, assumptions: set[str], notation: Mapping[str, Quantity]) -> Iterator[Problem]:
    """What is wrong with a law that has the right shape."""
    yield from latex_problems(doc, (*at, "formula", "latex"), law.formula.latex, display=True)
    used: set[str] = set()
    symbols: dict[str, Symbol] = {}
    for name, symbol in law.symbols.items():
        loc = (*at, "symbols", name)
        symbols[name] = full = complete(symbol, notation.get(name))
        missing = [key for key in ("latex", "name", "unit", "role") if getattr(full, key) is None]
        if missing:
            hint = nearest(name, notation)
            message = f"found {name!r} without {', '.join(missing)}, expected them, or an id of notation.yml{hint}"
            yield doc.problem(loc, message, key=True)
        for key in ("latex", "paper-writes"):
            text = getattr(symbol, key.replace("-", "_"))
            if text is not None:
                yield from latex_problems(doc, (*loc, key), text)

    def parsed(text: str, loc: Loc) -> Formula | Problem:
        try:
            formula = Formula.parse(text, law.symbols)
        except FormulaError as error:
            return doc.problem(loc, f"{error} (column {error.column} of {shown(text)})")
        used.update(formula.symbols)
        return formula

    formula: Formula | None = None
    if law.formula.expr is not None:
        result = parsed(law.formula.expr, (*at, "formula", "expr"))
        if isinstance(result, Problem):
            yield result
        else:
            formula = result
            if law.formula.gives is None:
                yield doc.problem((*at, "formula"), "found expr without gives, expected the symbol that it computes")
            for name in formula.symbols:
                latex = symbols[name].latex
                if latex is not None and not _stands_in(symbols[name], law.formula.latex):
                    message = f"found no {latex!r} in the LaTeX, expected the symbol {name!r} of expr to stand in it"
                    yield doc.problem((*at, "formula", "latex"), message)
    for key in ("gives", "over"):
        name = getattr(law.formula, key)
        if name is None:
            continue
        loc = (*at, "formula", key)
        if name not in law.symbols:
            yield doc.problem(loc, f"found {name!r}, expected a symbol of this law{nearest(name, law.symbols)}")
            continue
        used.add(name)
        if key == "over" and law.symbols[name].range is None:
            yield doc.problem(loc, f"found {name!r}, which has no range, expected a symbol with a range")
        if key == "over" and formula is not None and name not in formula.symbols:
            yield doc.problem(loc, f"found {name!r}, expected a symbol that expr depends on")
    for i, name in enumerate(law.assumes):
        if name not in assumptions:
            message = f"found {name!r}, expected an id under `assumptions`{nearest(name, assumptions)}"
            yield doc.problem((*at, "assumes", i), message)
    for i, reported in enumerate(law.reported):
        if reported.symbol is not None and reported.symbol not in law.symbols:
            message = f"found {reported.symbol!r}, expected a symbol of this law{nearest(reported.symbol, law.symbols)}"
            yield doc.problem((*at, "reported", i, "symbol"), message)
    for name, control in law.controls.items():
        yield from _control(doc, (*at, "controls", name), control, law, assumptions)
    for name, check in law.checks.items():
        loc = (*at, "checks", name)
        predicted: Formula | float | None = None
        if isinstance(check.predicted, str):
            if check.predicted == FITTED:
                if formula is None:
                    yield doc.problem((*loc, "predicted"), "found 'fitted', but the law has no formula.expr to fit")
            else:
                result = parsed(check.predicted, (*loc, "predicted"))
                if isinstance(result, Problem):
                    yield result
                else:
                    predicted = result
        else:
            predicted = check.predicted
        if check.tolerance.rel is not None and predicted == 0:
            yield doc.problem((*loc, "tolerance"), "found rel beside the prediction 0, expected abs")
        rival: Formula | float | None = None
        if check.rival is not None and check.rival.expr is not None:
            result = parsed(check.rival.expr, (*loc, "rival", "expr"))
            if isinstance(result, Problem):
                yield result
            else:
                rival = result
        elif check.rival is not None:
            rival = check.rival.value
        if check.rival is None and not any(c.must_miss == name for c in law.controls.values()):
            message = (
                "found neither a rival nor a control that must miss it, expected one: a check must be able to fail"
            )
            yield doc.problem(loc, message, key=True)
        if predicted is not None and rival is not None and passes_everywhere(check, predicted, rival, symbols):
            message = (
                f"found the rival {shown(check.rival.value if check.rival.value is not None else check.rival.expr)} "  # type: ignore[union-attr]
            )
            yield doc.problem((*loc, "rival"), message + "inside the tolerance, expected it outside")
    everything = " ".join([law.formula.latex, law.statement])
    for name in law.symbols:
        if name not in used and not _stands_in(symbols[name], everything):
            message = f"found the symbol {name!r}, which is used nowhere in the law, expected it in a formula"
            yield doc.problem((*at, "symbols", name), message, key=True)


def _control(doc: Source, loc: Loc, control: Control, law: Law, assumptions: set[str]) -> Iterator[Problem]:
    if control.breaks not in assumptions:
        message = f"found {control.breaks!r}, expected an id under `assumptions`{nearest(control.breaks, assumptions)}"
        yield doc.problem((*loc, "breaks"), message)
    if control.must_miss not in law.checks:
        message = f"found {control.must_miss!r}, expected a check of this law{nearest(control.must_miss, law.checks)}"
        yield doc.problem((*loc, "must-miss"), message)


def _stands_in(symbol: Symbol, latex: str) -> bool:
    """Whether a symbol stands in a formula, in our letter or in the paper's."""
    return any(letter is not None and _occurs(letter, latex) for letter in (symbol.latex, symbol.paper_writes))


def _occurs(symbol: str, latex: str) -> bool:
    """Whether the LaTeX of a symbol occurs in a formula, blanks and braces aside."""
    wanted, text = _tokens(symbol), _tokens(latex)
    return any(text[at : at + len(wanted)] == wanted for at in range(len(text) - len(wanted) + 1))


def _tokens(latex: str) -> list[str]:
    """Commands (a backslash and its letters, or one sign) and single characters, without blanks and braces."""
    return re.findall(r"\\[A-Za-z]+|\\.|[^\s{}]", latex)


def passes_everywhere(
    check: Check, predicted: Formula | float, rival: Formula | float, symbols: dict[str, Symbol]
) -> bool:
    """Whether the rival would pass the check at every sampled point of the symbols' ranges."""
    names = sorted({*getattr(predicted, "symbols", ()), *getattr(rival, "symbols", ())})
    samples = [_samples(symbols[name]) for name in names]
    for point in itertools.islice(itertools.product(*samples), 64):
        given = dict(zip(names, point, strict=True))
        p, r = (_value(f, given) for f in (predicted, rival))
        if judge(check, p, r, 0.0) != "holds":
            return False
    return True


def _value(formula: Formula | float, given: dict[str, float]) -> float:
    if not isinstance(formula, Formula):
        return formula
    return float(formula(**{name: given[name] for name in formula.symbols}))


def _samples(symbol: Symbol) -> tuple[float, ...]:
    if symbol.range is None:
        return (symbol.value,) if symbol.value is not None else (0.37, 1.7)
    low, high = symbol.range
    middle = (low * high) ** 0.5 if symbol.scale == "log" else (low + high) / 2
    return (middle, low, high)
