"""synonyms.yml: words of the field that mean the same, for the search of the site."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field

from lawbook.reference import source
from lawbook.reference.fields import Line, Part
from lawbook.reference.problem import Problem, shown
from lawbook.reference.shape import SLUG, mapping


class Synonyms(Part):
    """A group of words, or runs of words, any of which finds what the others stand in."""

    same: list[Line] = Field(title="The same", min_length=1)
    near: list[Line] = Field(
        title="Near", description="These find the group too; the group does not find them.", default_factory=list
    )


def read(path: Path, name: str) -> tuple[dict[str, Synonyms], list[Problem]]:
    """The groups of the file at `path`, which a book need not have, by their names; and its problems."""
    if not os.path.lexists(path):
        return {}, []
    doc = source.read(path, name)
    groups = mapping(doc, Synonyms, SLUG)
    for group, words in groups.items():
        if len(words.same) + len(words.near) < 2:
            doc.problems.append(doc.problem((group,), "found one word, expected another that means the same"))
        seen: set[str] = set()
        for part in ("same", "near"):
            for i, word in enumerate(getattr(words, part)):
                if word.casefold() in seen:
                    message = f"found {shown(word)} twice in a group, expected it once"
                    doc.problems.append(doc.problem((group, part, i), message))
                seen.add(word.casefold())
    return groups, list(doc.causes())
