"""The words of the field: references/glossary.yml, and what its terms owe each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from pydantic import Field

from lawbook.reference import cross, source
from lawbook.reference.fields import Part, Slug, Text
from lawbook.reference.problem import Problem, nearest
from lawbook.reference.shape import SLUG, mapping
from lawbook.reference.source import Source

FILE = "references/glossary.yml"


class Term(Part):
    """A word of the field."""

    term: Text = Field(title="Term", description="The word as it is looked up.")
    also: list[Text] = Field(title="Other names", description="What means the same.", default_factory=list)
    says: Text = Field(title="Says", description="One or two plain sentences.")
    see: list[Slug] = Field(title="See also", description="Ids of other terms.", default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The term and its other names."""
        return (self.term, *self.also)


def read(
    root: Path, known: Collection[str] | None, sources: Mapping[str, Source]
) -> tuple[dict[str, Term], list[Problem]]:
    """The terms by id, in the order of the file, and all problems of the file; a book need not have one."""
    path = root / FILE
    if not path.exists():
        return {}, []
    doc = source.read(path, FILE)
    terms = mapping(doc, Term, SLUG)
    doc.problems.extend([*cross.prose_of(doc, known, sources), *_names(doc, terms), *_see(doc, terms)])
    return terms, doc.causes()


def _names(doc: Source, terms: Mapping[str, Term]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for id, term in terms.items():
        for place, name in enumerate(term.names):
            same = first.setdefault(name.casefold(), id)
            if same != id or name in term.names[:place]:
                loc = (id, "also", place - 1) if place else (id, "term")
                yield doc.problem(loc, f"found {name!r} again (first in {same}), expected a name to mean one thing")


def _see(doc: Source, terms: Mapping[str, Term]) -> Iterator[Problem]:
    known = doc.data if isinstance(doc.data, dict) else {}
    for id, term in terms.items():
        for place, other in enumerate(term.see):
            if other == id:
                yield doc.problem((id, "see", place), f"found {other!r} itself, expected another term")
            elif other not in known:
                hint = nearest(other, known)
                yield doc.problem((id, "see", place), f"found {other!r}, expected the id of a term{hint}")
