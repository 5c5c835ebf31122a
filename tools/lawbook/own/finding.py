"""Which check a reader means: `paper/check`, or `paper/law/check`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lawbook.reference.api import UnknownNameError, open_entry
from lawbook.reference.asks import stated_by, symbols_in
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Check, Entry, Law
from lawbook.reference.problem import nearest

FEW = 12  # names that an error lists; of more it names the nearest alone


@dataclass(frozen=True)
class Found:
    """A check with all that it stands in.

    Attributes:
        catalog: The book, with this entry alone.
        entry: The paper's.
        law_id: The id of the law.
        law: The law.
        name: The id of the check.
        check: The check.
    """

    catalog: Catalog
    entry: Entry
    law_id: str
    law: Law
    name: str
    check: Check

    def with_check(self, **changes: object) -> Found:
        """The same with fields of the check changed."""
        check = self.check.model_copy(update=changes)
        law = self.law.model_copy(update={"checks": {**self.law.checks, self.name: check}})
        entry = self.entry.model_copy(update={"laws": {**self.entry.laws, self.law_id: law}})
        return replace(self, entry=entry, law=law, check=check)

    def needs(self, stated: float | str | None) -> tuple[str, ...]:
        """The symbols of a number or an expression of the law."""
        return symbols_in(self.catalog, self.law, stated)

    @property
    def predicted(self) -> float | str:
        """What the check predicts, of a fitted law its formula."""
        return stated_by(self.law, self.check)

    @property
    def reference(self) -> str:
        """`paper/check`."""
        return f"{self.entry.paper}/{self.name}"


def find(reference: str, root: str | Path | None = None) -> Found:
    """The check that `reference` names.

    Arguments:
        reference: `paper/check`, or `paper/law/check`.
        root: The folder of the book, as for `lawbook.entry`.

    Returns:
        The check with its law, its entry and the book.

    Raises:
        UnknownNameError: It names no check: says what it does name, and which checks there are.
        InvalidEntryError: The entry does not pass `lawbook check`.
        FileNotFoundError: `root` is no book.

    Examples:
        >>> from lawbook.own.finding import find
        >>> find("cohen2021/hovers-at-the-edge").law_id
        'sharpness-at-the-edge'
    """
    paper, *parts = reference.split("/") if isinstance(reference, str) else [""]
    if not paper or not 1 <= len(parts) <= 2:
        if paper and not parts:
            entry = open_entry(paper, root)[1]
            raise UnknownNameError(f"found the paper {paper!r} alone, expected paper/check: {_checks_of(entry)}")
        raise UnknownNameError(f"found {reference!r}, expected paper/check, such as cohen2021/hovers-at-the-edge")
    catalog, entry = open_entry(paper, root)
    *of_law, name = parts
    if of_law and of_law[0] not in entry.laws:
        raise UnknownNameError(f"found no law {of_law[0]!r} in {paper}{nearest(of_law[0], entry.laws)}")
    found = entry.check(name)
    if found is None:
        raise UnknownNameError(_not_a_check(entry, name))
    law_id, law, check = found
    if of_law and of_law[0] != law_id:
        raise UnknownNameError(
            f"found the check {name!r} under the law {of_law[0]!r}, expected {paper}/{law_id}/{name}: it is that law's"
        )
    return Found(catalog, entry, law_id, law, name, check)


def _not_a_check(entry: Entry, name: str) -> str:
    """Why `name` is no check of `entry`, and what to do."""
    if name in entry.laws:
        checks = list(entry.laws[name].checks)
        if not checks:
            return f"found the law {entry.paper}/{name!s}, which has no check to judge by; {_checks_of(entry)}"
        return f"found the law {entry.paper}/{name}, expected one of its checks: {', '.join(checks)}"
    control = entry.control(name)
    if control is not None:
        _, _, broken = control
        return (
            f"found {name!r}, a control of {entry.paper}: it breaks the assumption {broken.breaks!r} on purpose,"
            f" expected the check that it must miss, {entry.paper}/{broken.must_miss}"
        )
    valid = [check for law in entry.laws.values() for check in law.checks]
    told = nearest(name, valid)
    return f"found no check {name!r} in {entry.paper}{told or ', expected one: ' + _checks_of(entry)}"


def _checks_of(entry: Entry) -> str:
    """The checks of an entry, as many as one reads."""
    names = [check for law in entry.laws.values() for check in law.checks]
    if not names:
        return f"{entry.paper} has no check"
    more = f" and {len(names) - FEW} more (lawbook show {entry.paper})" if len(names) > FEW else ""
    return f"the checks of {entry.paper} are {', '.join(names[:FEW])}{more}"
