"""Entries and formulas for a caller in Python."""

from __future__ import annotations

from pathlib import Path

from lawbook.reference.bound import LawFormula
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.model import Entry
from lawbook.reference.problem import Problem, nearest
from lawbook.reference.root import find_root


class InvalidEntryError(ValueError):
    """An entry that does not pass `lawbook check`; the message lists its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class UnknownNameError(KeyError):
    """No entry or law of that name; the message has the nearest one."""

    def __str__(self) -> str:
        return str(self.args[0])  # a plain KeyError shows the quotes of its message


def open_entry(paper: str, root: str | Path | None = None) -> tuple[Catalog, Entry]:
    """The checked entry of `paper` in a catalog that holds it alone.

    Raises:
        InvalidEntryError: It does not pass `lawbook check`.
        UnknownNameError: There is none; names the nearest.
        FileNotFoundError: There is no book, see `lawbook.reference.root.find_root`.
    """
    where = find_root(root)
    known = sorted(path.stem for path in (where / "references").glob("*/*.yml"))
    catalog, problems = load(where, only=paper) if paper in known else (Catalog(where), [])
    if paper not in catalog.entries and not problems:
        raise UnknownNameError(f"found no entry {paper!r} in {where}, expected one of its ids{nearest(paper, known)}")
    if problems:
        raise InvalidEntryError(problems)
    return catalog, catalog.entries[paper]


def entry(paper: str, *, root: str | Path | None = None) -> Entry:
    """The entry of a paper: its laws, formulas, symbols, assumptions, checks and controls.

    Arguments:
        paper: The id, such as `cohen2021`.
        root: The folder of the book. By default the one that `LAWBOOK_ROOT` names, the clone around the working folder,
            or the book that came with the package, whichever is found first.

    Returns:
        The validated entry.

    Raises:
        UnknownNameError: There is no such entry; names the nearest. It is a `KeyError`.
        InvalidEntryError: The entry does not pass `lawbook check`; lists its problems.
        FileNotFoundError: `root`, or what `LAWBOOK_ROOT` names, is no book.

    Examples:
        >>> import lawbook
        >>> book = lawbook.entry("cohen2021")
        >>> next(iter(book.laws))
        'sharpness-at-the-edge'
        >>> book.laws["sharpness-at-the-edge"].formula.expr
        '2/eta'
    """
    return open_entry(paper, root)[1]


def formula(reference: str, *, root: str | Path | None = None) -> LawFormula:
    """The formula of a law, to be called with its symbols.

    Arguments:
        reference: `paper`, for its main law, or `paper/law`.
        root: The folder of the book, as for `entry`.

    Returns:
        The formula. `with_reported()` puts in the constants that the paper reports, `with_defaults()` those that the
        entry's sliders start from; a call that lacks a symbol says where a value for it stands.

    Raises:
        UnknownNameError: There is no such entry or law; names the nearest. It is a `KeyError`.
        ValueError: The law has no closed form.
        InvalidEntryError: The entry does not pass `lawbook check`.
        FileNotFoundError: As for `entry`.

    Examples:
        >>> import lawbook
        >>> lawbook.formula("cohen2021")(eta=0.1)
        20.0
        >>> loss = lawbook.formula("kaplan2020/loss-vs-parameters").with_reported()
        >>> round(loss(N=1e9), 2)
        2.38
    """
    paper, slash, law_id = reference.partition("/")
    catalog, found = open_entry(paper, root)
    law_id = law_id if slash else next(iter(found.laws))
    if law_id not in found.laws:
        laws = ", ".join(found.laws)
        raise UnknownNameError(
            f"found no law {law_id!r} in {paper}, expected one of {laws}{nearest(law_id, found.laws)}"
        )
    law = found.laws[law_id]
    if law.formula.expr is None:
        raise ValueError(f"the law {paper}/{law_id} has no closed form (no formula.expr)")
    expression = catalog.expression(law, law.formula.expr)
    known = {name: catalog.symbol(law, name) for name in expression.symbols}
    reported = tuple(r for r in law.reported if r.symbol in known)
    return LawFormula(f"{paper}/{law_id}", expression, known, reported)
