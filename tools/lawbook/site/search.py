"""What search knows of a generated page: names, aliases, authors and the formula in words; not its every word.

A short record a law keeps the index small (the whole text of 1,000 entries makes the first query take seconds).
"""

from __future__ import annotations

from html import escape
from typing import Any

from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Law
from lawbook.site.inert import clean
from lawbook.site.markdown import plain, plain_math


def documents(catalog: Catalog) -> list[dict[str, Any]]:
    """Records for the index of Material's search: one for each paper, one for each law, one for each family."""
    out: list[dict[str, Any]] = []
    for paper in sorted(catalog.entries):
        entry, work = catalog.entries[paper], catalog.works[paper]
        family = catalog.families[catalog.family_of[paper]].title
        words = [plain(entry.summary), f"{work.by} ({work.year}). {work.title}.", plain(family)]
        out.append(
            _document(f"laws/{paper}/", plain(entry.title), words, [plain(alias) for alias in entry.aliases], boost=2)
        )
        for law_id, law in entry.laws.items():
            out.append(_document(f"laws/{paper}/#{law_id}", plain(law.name), _words(catalog, law), []))
    for family_id, group in catalog.families.items():
        out.append(_document(f"families/{family_id}/", plain(group.title), [plain(group.introduction)], []))
    return out


def _words(catalog: Catalog, law: Law) -> list[str]:
    names = [catalog.symbol(law, name).name or name for name in law.symbols]
    return [
        plain(law.statement),
        plain_math(law.formula.latex),
        "; ".join(map(plain, names)),
        law.kind.replace("-", " "),
    ]


def _document(location: str, title: str, words: list[str], tags: list[str], boost: float = 1) -> dict[str, Any]:
    document: dict[str, Any] = {
        "location": location,
        "title": _escaped(title),
        "text": f"<p>{'</p><p>'.join(map(_escaped, words))}</p>",
    }
    if tags:  # a field of its own, weighed like the title; the style sheet does not show it
        document["tags"] = [_escaped(tag) for tag in tags]
    if boost != 1:
        document["boost"] = boost
    return document


def _escaped(text: str) -> str:
    """The theme shows titles, texts and tags of what was found as HTML; quotes stay, so that words are found."""
    return escape(clean(text), quote=False)
