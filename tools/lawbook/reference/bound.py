"""A law's formula together with what its entry knows of its constants: defaults, and values that the paper reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lawbook.numbers import plain
from lawbook.reference.formula import Formula
from lawbook.reference.model import Reported
from lawbook.reference.problem import nearest
from lawbook.reference.symbols import Symbol


@dataclass(frozen=True)
class LawFormula:
    """The formula of a law, called with its symbols: `formula(eta=0.1)`, numbers or arrays that broadcast.

    A symbol goes by its id, or by its letter where that is unambiguous: `parameters` or `N`.

    Attributes:
        name: paper/law.
        expression: The parsed expression.
        known: The symbols of the expression, with name, unit and default value.
        reported: The values of them that the paper reports, and with `by` those that others report.
        fixed: Symbols that have been given a value.
    """

    name: str
    expression: Formula
    known: Mapping[str, Symbol]
    reported: tuple[Reported, ...] = ()
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that a call must give, sorted."""
        return tuple(name for name in self.expression.symbols if name not in self.fixed)

    @property
    def text(self) -> str:
        """The expression as the entry writes it."""
        return self.expression.text

    @property
    def sympy(self) -> Any:
        """The expression in SymPy, all symbols free."""
        return self.expression.sympy

    def __call__(self, **values: Any) -> Any:
        """The value of the law.

        Arguments:
            **values: A number or an array for each of `symbols`; one for a symbol that is `fixed` takes its place.

        Returns:
            A float, or an array of the shape that the values broadcast to.

        Raises:
            TypeError: A symbol is unknown, given twice or missing; says where a value for it stands.
        """
        given: dict[str, Any] = dict(self.fixed)
        named: dict[str, str] = {}
        for word, value in values.items():
            symbol = self.symbol(word)
            if symbol in named:
                raise TypeError(f"{self.name} was given {symbol!r} twice, as {named[symbol]!r} and as {word!r}")
            named[symbol] = word
            given[symbol] = value
        missing = [name for name in self.expression.symbols if name not in given]
        if missing:
            raise TypeError(self._missing(missing))
        return self.expression(**given)

    def with_reported(self, setting: str = "", *, by: str | None = None) -> LawFormula:
        """The formula with the constants that the paper reports, or that another work reports.

        Arguments:
            setting: Where several values of a constant are reported, words that tell which: they stand in the setting,
                or in what the value is called. Without them a value that has no setting goes before those that have.
            by: The key in papers.bib of the work that reports them; the paper itself if there is none.

        Returns:
            The formula, called with the symbols that are left.

        Raises:
            ValueError: No value of a constant of this formula is reported there, or more than one that fits.

        Examples:
            >>> import lawbook
            >>> loss = lawbook.formula("kaplan2020/loss-vs-parameters").with_reported()
            >>> loss.symbols
            ('parameters',)
            >>> round(loss(N=1e9), 2)
            2.38
        """
        mine = [r for r in self.reported if r.by == by and setting in f"{r.what} {r.setting or ''}"]
        if not mine:
            where = (f" for {setting!r}" if setting else "") + (f" by {by!r}" if by is not None else "")
            raise ValueError(
                f"the entry of {self.name} has no reported value of {_listed(self.symbols) or 'a constant'}{where}"
                + self._others(by)
            )
        if not setting:
            plainly = {r.symbol for r in mine if r.setting is None}
            mine = [r for r in mine if r.setting is None or r.symbol not in plainly]
        values: dict[str, float] = {}
        for one in mine:
            assert one.symbol is not None
            assert not isinstance(one.value, str)
            if values.get(one.symbol, one.value) != one.value:
                choices = "; ".join(f"{r.what}, {_told(r)}" for r in mine if r.symbol == one.symbol)
                raise ValueError(f"{self.name} has several reported values: {choices}; choose by setting=…")
            values[one.symbol] = float(one.value)
        return replace(self, fixed={**self.fixed, **values})

    def _others(self, by: str | None) -> str:
        """Who else reports values, for a message about the values of `by`."""
        known = dict.fromkeys(r.by for r in self.reported)
        if by is not None and (hint := nearest(by, [key for key in known if key is not None])):
            return hint
        found = ["the paper itself" if key is None else f"by={key!r}" for key in known if key != by]
        return f"; reported are values of {_listed(found)}" if found else ""

    def with_defaults(self) -> LawFormula:
        """The formula with the default values that the entry gives its constants, those that sliders start from.

        Returns:
            The formula, called with the symbols that are left.

        Examples:
            >>> import lawbook
            >>> loss = lawbook.formula("hestness2017").with_defaults()
            >>> loss.symbols
            ('n',)
        """
        return replace(self, fixed={**self._defaults(), **self.fixed})

    def _defaults(self) -> dict[str, float]:
        known = ((name, self.known[name]) for name in self.expression.symbols)
        return {name: s.value for name, s in known if s.role == "constant" and s.value is not None}

    def words(self, symbol: str) -> set[str]:
        """What a symbol may be called: its id, and its letters where no other symbol has them.

        Arguments:
            symbol: One of the symbols of the expression.

        Returns:
            The names that `symbol` understands.

        Examples:
            >>> import lawbook
            >>> sorted(lawbook.formula("kaplan2020/joint-loss").words("parameters"))
            ['N', 'parameters']
        """
        others = {
            word for name in self.expression.symbols if name != symbol for word in {name, *letters(self.known[name])}
        }
        return {symbol, *(letters(self.known[symbol]) - others)}

    def symbol(self, word: str) -> str:
        """The id of the symbol that goes by a word: the id itself, or a letter.

        Arguments:
            word: Such as `parameters` or `N`.

        Returns:
            One of the symbols of the expression.

        Raises:
            TypeError: No symbol goes by it, or more than one; names the nearest.

        Examples:
            >>> import lawbook
            >>> lawbook.formula("kaplan2020/joint-loss").symbol("N")
            'parameters'
        """
        if word in self.expression.symbols:
            return word
        fits = [name for name in self.expression.symbols if word in letters(self.known[name])]
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise TypeError(f"{self.name} has several symbols {word!r}: {', '.join(fits)}")
        valid = {*self.expression.symbols, *(s for n in self.expression.symbols for s in letters(self.known[n]))}
        raise TypeError(f"{self.name} has no symbol {word!r}{nearest(word, valid)}, expected {_listed(self.symbols)}")

    def has(self, word: str) -> bool:
        """Whether exactly one symbol goes by a word.

        Arguments:
            word: Such as `parameters` or `N`.

        Returns:
            True where `symbol` would take it.

        Examples:
            >>> import lawbook
            >>> lawbook.formula("kaplan2020/joint-loss").has("N"), lawbook.formula("cohen2021").has("N")
            (True, False)
        """
        return any(word in self.words(name) for name in self.expression.symbols)

    def _missing(self, missing: list[str]) -> str:
        parts = [f"{name} ({self.known[name].name})" if self.known[name].name else name for name in missing]
        told = [f"{self.name} needs a value for {_listed(parts)}"]
        for by in dict.fromkeys(r.by for r in self.reported if r.symbol in missing):
            values = "; ".join(_told(r) for r in self.reported if r.symbol in missing and r.by == by)
            who, call = ("the paper", "") if by is None else (by, f"by={by!r}")
            told.append(f"{who} reports {values}: with_reported({call}) takes them")
        defaults = {name: value for name, value in self._defaults().items() if name in missing}
        if defaults:
            shown = ", ".join(f"{name} = {plain(value)}" for name, value in defaults.items())
            told.append(f"the entry's defaults are {shown}: with_defaults() takes them")
        return "; ".join(told)


def letters(symbol: Symbol) -> set[str]:
    r"""How a symbol is written, as Python can spell it: `N`, `alpha_N` of \alpha_N, `lambda_max` of \lambda_{\max}."""
    found = set()
    for latex in (symbol.latex, symbol.paper_writes):
        word = re.sub(r"\\(?:mathrm|mathcal|operatorname|text)\b|[\\{}\s]", "", latex or "")
        if word.isidentifier():
            found.add(word)
    return found


def _told(one: Reported) -> str:
    assert not isinstance(one.value, str)
    where = ", ".join(part for part in (one.setting, one.where) if part)
    return f"{one.symbol} = {plain(one.value)}" + (f" ({where})" if where else "")


def _listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = list(parts) or [""]
    return f"{', '.join(most)} and {last}" if most else last
