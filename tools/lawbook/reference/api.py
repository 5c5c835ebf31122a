"""Entries and formulas for a caller in Python."""

from __future__ import annotations

from pathlib import Path

from lawbook.reference.catalog import Catalog, find_root, load
from lawbook.reference.formula import Formula
from lawbook.reference.model import Entry
from lawbook.reference.problem import Problem, nearest


class InvalidEntryError(ValueError):
    """An entry that does not pass `lawbook check`; the message lists its problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def open_entry(paper: str, root: Path | None = None) -> tuple[Catalog, Entry]:
    """The checked entry of `paper` in a catalog that holds it alone.

    Raises `InvalidEntryError` with all its problems, `KeyError` with the nearest id when there is none.
    """
    root = root or find_root()
    catalog, problems = load(root, only=paper)
    if paper not in catalog.entries and not problems:
        known = [path.stem for path in (root / "references").glob("*/*.yml")]
        raise KeyError(f"no entry {paper!r}{nearest(paper, known)}")
    if problems:
        raise InvalidEntryError(problems)
    return catalog, catalog.entries[paper]


def entry(paper: str) -> Entry:
    """The entry of a paper, by its id."""
    return open_entry(paper)[1]


def formula(reference: str) -> Formula:
    """The formula of a law: `formula("cohen2021")` (its main law) or `formula("cohen2021/sharpness-at-the-edge")`.

    The result is called with its symbols: `formula("cohen2021")(eta=0.1)`. Raises `KeyError` for an unknown law and
    `ValueError` for a law without a closed form.
    """
    paper, _, law_id = reference.partition("/")
    catalog, found = open_entry(paper)
    law_id = law_id or next(iter(found.laws))
    if law_id not in found.laws:
        raise KeyError(f"{paper} has no law {law_id!r}{nearest(law_id, found.laws)}")
    law = found.laws[law_id]
    if law.formula.expr is None:
        raise ValueError(f"the law {paper}/{law_id} has no closed form (no formula.expr)")
    return catalog.expression(law, law.formula.expr)
