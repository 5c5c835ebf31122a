"""papers.bib, read by pybtex: the works that entries cite."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lawbook.reference.problem import Problem

REQUIRED = ("title", "year")


@dataclass(frozen=True)
class Work:
    """A cited work."""

    key: str
    title: str
    authors: tuple[tuple[str, str], ...]  # (given names, family name), in order
    year: str
    venue: str
    volume: str
    pages: str
    eprint: str  # arXiv id
    doi: str
    url: str
    kind: str
    bibtex: str

    @property
    def short(self) -> str:
        """`Cohen et al. 2021`."""
        names = [family for _, family in self.authors]
        who = names[0] if len(names) == 1 else " & ".join(names) if len(names) == 2 else f"{names[0]} et al."
        return f"{who} {self.year}"

    @property
    def by(self) -> str:
        """All authors, given names first."""
        return ", ".join(f"{given} {family}".strip() for given, family in self.authors)

    @property
    def link(self) -> str:
        """The best address of the work, or nothing."""
        if self.eprint:
            return f"https://arxiv.org/abs/{self.eprint}"
        return f"https://doi.org/{self.doi}" if self.doi else self.url


def read(path: Path, name: str) -> tuple[dict[str, Work], list[Problem]]:
    """Every work of the BibTeX file at `path`, by key, and all problems of the file."""
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return {}, [Problem(name, 1, 1, "", f"the file cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        return {}, [Problem(name, 1, 1, "", f"found the byte {error.object[error.start]:#04x}, expected UTF-8 text")]
    lines = _lines_of_keys(text)
    problems = [
        Problem(name, places[1], 1, key, f"found the key {key!r} twice (first in line {places[0]}), expected it once")
        for key, places in lines.items()
        if len(places) > 1
    ]
    if problems:
        return {}, problems
    try:
        data = parse_string(text, "bibtex")
    except PybtexError as error:
        line = getattr(error, "lineno", None) or 1
        return {}, [Problem(name, int(line), 1, "", f"not BibTeX: {error}")]
    works: dict[str, Work] = {}
    for key, entry in data.entries.items():
        line = lines.get(key, [1])[0]
        fields = {field.lower(): _plain(value) for field, value in entry.fields.items()}
        missing = [f for f in REQUIRED if not fields.get(f)]
        if not entry.persons.get("author"):
            missing.append("author")
        if missing:
            problems.append(
                Problem(name, line, 1, key, f"found no {' and no '.join(missing)}, expected each work to have it")
            )
            continue
        authors = tuple(
            (
                _plain(" ".join([*person.first_names, *person.middle_names])),
                _plain(" ".join([*person.prelast_names, *person.last_names, *person.lineage_names])),
            )
            for person in entry.persons["author"]
        )
        venue = next((fields[f] for f in ("journal", "booktitle", "publisher", "howpublished") if fields.get(f)), "")
        if not venue and fields.get("eprint"):
            venue = "arXiv"
        raw = {field.lower(): value for field, value in entry.fields.items()}
        works[key] = Work(
            key=key,
            title=fields["title"],
            authors=authors,
            year=fields["year"],
            venue=venue,
            volume=fields.get("volume", ""),
            pages=fields.get("pages", ""),
            eprint=fields.get("eprint", ""),
            doi=fields.get("doi", ""),
            url=fields.get("url", ""),
            kind=entry.type,
            bibtex=_bibtex(entry.type, key, [str(person) for person in entry.persons["author"]], raw),
        )
    return works, problems


def _bibtex(kind: str, key: str, authors: list[str], fields: dict[str, str]) -> str:
    rows = {"author": " and ".join(authors)} | fields
    body = ",\n".join(f"  {field:<9} = {{{value}}}" for field, value in rows.items())
    return f"@{kind}{{{key},\n{body}\n}}"


def _plain(latex: str) -> str:
    """Unicode text of a BibTeX field. Plain fields, nearly all, skip the LaTeX decoder."""
    if "\\" in latex:
        from pybtex.richtext import Text

        latex = str(Text.from_latex(latex))
    return re.sub(r"\s+", " ", latex.replace("{", "").replace("}", "").replace("--", "–")).strip()


def _lines_of_keys(text: str) -> dict[str, list[int]]:
    lines: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*@(\w+)\s*\{\s*([^,\s]+)\s*,", line):
            lines.setdefault(match[2], []).append(number)
    return lines
