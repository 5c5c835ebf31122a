"""How to cite Lawbook: the whole of it, as CITATION.cff says, and one page of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lawbook.evidence.contributors import Work
from lawbook.reference import source
from lawbook.reference.model import Entry
from lawbook.reference.tex import pieces
from lawbook.site.inert import clean
from lawbook.site.markdown import plain
from lawbook.site.verdicts import MONTHS, long_date

FILE = "CITATION.cff"
_SPECIAL = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True)
class Book:
    """What is cited as a whole: authors as they are written, title, version, day of the version, address."""

    authors: tuple[str, ...] = ("The Lawbook developers",)
    title: str = "Lawbook"
    version: str = ""
    day: str = ""
    address: str = ""

    @property
    def name(self) -> str:
        """The title before its colon."""
        return self.title.partition(":")[0]


@dataclass(frozen=True)
class Cited:
    """Ready to be pasted: a sentence for a list of references, and a BibTeX record."""

    text: str
    bibtex: str


def read(root: Path, address: str = "") -> Book:
    """What CITATION.cff at `root` says, as far as it is there and says it.

    Arguments:
        root: The folder of the book.
        address: Where the site is published, if it is.
    """
    path = root / FILE
    data: Any = source.read(path, FILE).data if path.is_file() else None
    if not isinstance(data, dict):
        return Book(address=address)
    people = data.get("authors")
    names = [_name(person) for person in people if isinstance(person, dict)] if isinstance(people, list) else []
    return Book(
        authors=tuple(name for name in names if name) or Book().authors,
        title=str(data.get("title") or Book().title),
        version=str(data.get("version") or ""),
        day=str(data.get("date-released") or ""),
        address=address or str(data.get("url") or ""),
    )


def _name(person: dict[str, Any]) -> str:
    if person.get("name"):
        return str(person["name"])
    parts = [person.get("name-particle"), person.get("family-names")]
    family = " ".join(str(part) for part in parts if part)
    return ", ".join(part for part in (family, str(person.get("given-names") or "")) if part)


def whole(book: Book) -> Cited:
    """The book as a whole."""
    about = f" (Version {book.version})" if book.version else ""
    text = f"{_people(book.authors)} ({_year(book.day)}). {book.title}{about} [Computer software].{_at(book.address)}"
    fields = {
        "author": _bibtex_people(book.authors), "title": f"{{{_latex(book.title)}}}", "version": book.version,
        "year": book.day[:4], "url": book.address,
    }  # fmt: skip
    return Cited(text, _record("software", "lawbook", fields))


def page(book: Book, entry: Entry, work: Work) -> Cited:
    """The page of an entry, with the version of the book and the day on which the entry last changed."""
    address = f"{book.address.rstrip('/')}/laws/{entry.paper}/" if book.address else ""
    version = f" (Version {book.version})" if book.version else ""
    year, month, day = [*work.changed.split("-"), "", ""][:3]
    when = f"{year}, {MONTHS[int(month) - 1]} {int(day)}" if day else "n.d."
    stop = "" if plain(entry.title).endswith((".", "?", "!")) else "."
    text = (
        f"{_people(book.authors)} ({when}). {plain(entry.title)}{stop} In {book.name}{version}, entry {entry.paper}."
        f"{_at(address)}"
    )
    note = f"Entry {entry.paper}" + (f", last changed on {long_date(work.changed)}" if work.changed else "")
    fields = {
        "author": _bibtex_people(book.authors), "title": f"{{{_latex(entry.title)}}}",
        "booktitle": _latex(book.title), "year": year, "month": month and str(int(month)),
        "note": note + (f", version {book.version} of {book.name}" if book.version else ""), "url": address,
    }  # fmt: skip
    return Cited(text, _record("incollection", f"lawbook-{entry.paper}", fields))


def _people(names: Sequence[str]) -> str:
    said = [clean(name) for name in names]
    joined = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} & {said[-1]}"
    return joined if joined.endswith(".") else f"{joined}."


def _bibtex_people(names: Sequence[str]) -> str:
    """Family names come before a comma; whoever has none is an institution, kept whole by braces."""
    return " and ".join(_latex(name) if "," in name else f"{{{_latex(name)}}}" for name in names)


def _year(day: str) -> str:
    try:
        return str(date.fromisoformat(day).year)
    except ValueError:
        return "n.d."


def _at(address: str) -> str:
    return f" {address}" if address else ""


def _latex(text: str) -> str:
    """Text with math as LaTeX: the math as it stands, signs that LaTeX takes for its own with a backslash."""
    out = []
    for kind, part in pieces(clean(text)):
        if kind in ("inline", "display"):
            out.append(f"${part}$")
        else:
            bare = re.sub(r"\[@[^\]]*\]|[`*{}\\]", "", part)
            out.append("".join(_SPECIAL.get(sign, sign) for sign in bare))
    return " ".join("".join(out).split())


def _record(kind: str, key: str, fields: dict[str, str]) -> str:
    rows = [f"  {name:<9} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n" + ",\n".join(rows) + "\n}"
