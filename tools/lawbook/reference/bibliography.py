"""papers.bib: the works that entries cite. pybtex takes the file apart, pylatexenc reads its LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lawbook.reference import characters, identifiers
from lawbook.reference.kept import Kept
from lawbook.reference.latex_text import text_of, verbatim
from lawbook.reference.problem import Problem, shown
from lawbook.reference.source import read_text

MAX_BYTES = 16_000_000  # of ten thousand works
MAX_FIELD = 20_000  # characters: a list of three thousand authors is longer than any title
VENUES = ("journal", "journaltitle", "booktitle", "publisher", "school", "institution", "organization")
# What managers of references write for themselves, paths of their owner's machine among it.
PRIVATE = re.compile(
    r"file|abstract|keywords|annote|owner|timestamp|bdsk-.*|date-(added|modified)|local-url|__.*", re.IGNORECASE
)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:.+-]*\Z")
_HEAD = re.compile(r"@\s*\w+\s*[{(]\s*([^\s,{}()\"@]+)")
_OTHERS = re.compile(r"(?:others|et\.?\s*al\.?)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """A person, or an institution: that has a family name alone."""

    given: str
    family: str  # with its particle: `van der Maaten`
    suffix: str = ""  # such as `Jr.`

    def __str__(self) -> str:
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)


@dataclass(frozen=True)
class Work:
    """A cited work. Its texts are Unicode on one line, its addresses are http or https."""

    key: str
    title: str
    authors: tuple[Name, ...]
    and_others: bool  # the file names some of the authors only
    year: str
    venue: str
    volume: str
    pages: str
    eprint: str  # arXiv identifier
    doi: str
    url: str
    kind: str
    bibtex: str

    @property
    def short(self) -> str:
        """`Cohen et al. 2021`."""
        names = [name.family for name in self.authors]
        few = len(names) <= 2 and not self.and_others
        return f"{' & '.join(names) if few else f'{names[0]} et al.'} {self.year}"

    @property
    def by(self) -> str:
        """All authors, given names first."""
        return ", ".join(map(str, self.authors)) + (" et al." if self.and_others else "")

    @property
    def link(self) -> str:
        """The best address of the work, or nothing."""
        if self.eprint:
            return f"https://arxiv.org/abs/{self.eprint}"
        return identifiers.link_of_doi(self.doi) if self.doi else self.url


def read(path: Path, name: str, kept: Kept) -> tuple[dict[str, Work], list[Problem]]:
    """Every sound work of the BibTeX file at `path`, by key, and all problems of the file, in order."""
    text = read_text(path, name, MAX_BYTES)
    if isinstance(text, Problem):
        return {}, [text]
    return kept.get("works", (text, name), lambda: parse(text.removeprefix("\ufeff").replace("\r\n", "\n"), name))


def keys(path: Path, name: str) -> set[str] | None:
    """The keys of all entries of a file, also of those that cannot be taken apart; None where nobody can know them."""
    text = read_text(path, name, MAX_BYTES)
    return None if isinstance(text, Problem) else set(_HEAD.findall(text)) or None


def parse(text: str, name: str) -> tuple[dict[str, Work], list[Problem]]:
    """The same for text already in hand."""
    entries, problems = _entries(text, name)
    first: dict[str, _Entry] = {}
    by_key: dict[str, _Entry] = {}
    for entry in entries:
        same = first.setdefault(entry.key.casefold(), entry)
        if same is entry:
            by_key[entry.key] = entry
        else:
            entry.tell("", f"found the key {entry.key!r} twice (first in line {same.line}), expected it once")
    works = {}
    for entry in by_key.values():
        _inherit(entry, by_key)
    for entry in by_key.values():
        work = _work(entry)
        if not entry.problems:
            works[entry.key] = work
    return works, sorted({*problems, *(problem for entry in entries for problem in entry.problems)})


class _Entry:
    """One entry of the file: its fields as they stand, and where."""

    def __init__(self, file: str, text: str, start: int, kind: str, key: str) -> None:
        self.file, self.text, self.start, self.kind, self.key = file, text, start, kind.lower(), key
        self.fields: dict[str, str] = {}
        self.end = start
        self.problems: list[Problem] = []

    @property
    def line(self) -> int:
        return characters.place(self.text, self.start)[0]

    def tell(self, field: str, message: str) -> None:
        """A problem of a field, or of the whole entry."""
        at = self.start
        if field and (found := re.compile(rf"\b{re.escape(field)}\s*=", re.IGNORECASE).search(self.text, at, self.end)):
            at = found.start()
        where = f"{self.key}.{field}" if field else self.key
        self.problems.append(Problem(self.file, *characters.place(self.text, at), where, message))


def _entries(text: str, name: str) -> tuple[list[_Entry], list[Problem]]:
    """The entries that can be taken apart, and what is wrong with the rest."""
    from pybtex.database.input.bibtex import LowLevelParser, UndefinedMacro, month_names
    from pybtex.scanner import PrematureEOF, PybtexSyntaxError, Token
    from pybtex.utils import CaseInsensitiveDict

    class Parser(LowLevelParser):  # type: ignore[misc]
        """pybtex's own, at a bounded price: signs are looked for in one step, and strings of strings end."""

        pos: int
        left = MAX_BYTES  # characters that strings may still add

        def skip_to(self, patterns: list[Any]) -> Any:
            found = _SIGNS[len(patterns)].search(self.text, self.pos)
            if not found:
                return None
            value = self.text[self.pos : found.end()]
            self.pos = found.end()
            self.update_lineno(value)
            return Token(value, {"@": self.AT, "{": self.LBRACE, "}": self.RBRACE, '"': self.QUOTE}[found[0]])

        def substitute_macro(self, name: str) -> str:
            value = str(super().substitute_macro(name))
            self.left -= len(value)
            if self.left < 0:
                raise PybtexSyntaxError("strings that stand for more than the whole file may hold", self)
            return value

    problems = characters.problems(text, name, tabs=True)
    text = characters.without(text)  # what was told is passed over from here on
    broken: set[int] = set()

    def refused(error: PybtexSyntaxError) -> None:
        start, at = parser.command_start, min(parser.pos, len(text) - 1)
        begins = text.rfind("\n", 0, start) + 1
        if text[begins:start].strip() or start in broken:  # an @ in running text; what follows from the first
            broken.add(start)
            return
        broken.add(start)
        new = bool(re.match(r"[ \t]*@", text[text.rfind("\n", 0, at) + 1 :])) and "\n" in text[start:at]
        if isinstance(error, PrematureEOF) or new:
            at, message = start, "found no end of this entry, expected a closing brace for each that opens"
        elif isinstance(error, UndefinedMacro):
            at -= len(error.args[0])
            message = f"found the word {error.args[0]!r}, expected it in braces, or an @string that defines it"
        else:
            message = (
                f"found {shown(text[at : at + 12])}, {error.args[0]}, in the entry of line"
                f" {characters.place(text, start)[0]}"
            )
        problems.append(Problem(name, *characters.place(text, at), "", f"not BibTeX: {message}"))

    parser = Parser(text, handle_error=refused, macros=CaseInsensitiveDict(month_names))
    entries = []
    for command, body in parser:
        if parser.command_start in broken or command.lower() in ("string", "preamble") or not body[0]:
            continue
        entry = _Entry(name, text, parser.command_start, command, body[0])
        entry.end = parser.pos
        for field, parts in body[1]:
            value = " ".join("".join(parts).split())
            if field.lower() in entry.fields:
                entry.tell(field, f"found the field {field!r} twice, expected it once")
            elif len(value) > MAX_FIELD and not PRIVATE.match(field):
                entry.tell(field, f"found {len(value):,} characters, expected at most {MAX_FIELD:,}")
            else:
                entry.fields[field.lower()] = value
        entries.append(entry)
    return entries, problems


_SIGNS = {1: re.compile("@"), 2: re.compile("[{}]"), 3: re.compile('["{}]')}  # what pybtex looks for at a time


def _inherit(entry: _Entry, by_key: dict[str, _Entry]) -> None:
    """Take over what an entry leaves to the one that it names as `crossref`."""
    if not (wanted := entry.fields.get("crossref")):
        return
    parent = by_key.get(wanted)
    if parent is None:
        entry.tell("crossref", f"found {wanted!r}, expected the key of another work of this file")
        return
    fields = {"booktitle" if field == "title" else field: value for field, value in parent.fields.items()}
    entry.fields = fields | entry.fields


def _work(entry: _Entry) -> Work:
    """The work that an entry describes; what is wrong is told to the entry."""
    fields = entry.fields

    def made(read: Callable[[str], str], *names: str) -> str:
        """The first of some fields that is there, read."""
        for name in names:
            if fields.get(name):
                try:
                    return read(fields[name])
                except ValueError as error:
                    if "‹" not in fields[name]:  # a place of the skeleton is told as one
                        entry.tell(name, str(error))
        return ""

    if not _KEY.match(entry.key):
        entry.tell("", f"found the key {shown(entry.key)}, expected letters, digits and any of _ : . + -")
    year = made(text_of, "year") or made(text_of, "date")[:4]
    people = "author" if fields.get("author") else "editor"
    authors, and_others = _authors(entry, people)
    title = made(text_of, "title")
    missing = [what for what, there in (("title", title), ("year", year)) if not there]
    missing += [] if fields.get(people) else ["author"]
    if missing:
        entry.tell("", f"found no {' and no '.join(missing)}, expected each work to have it")
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or ""
    is_copy = not archive and "://" in fields.get("eprint", "") and "arxiv" not in fields["eprint"].casefold()
    eprint = made(identifiers.arxiv, "eprint") if archive.casefold() in ("", "arxiv") and not is_copy else ""
    says = fields.get("howpublished", "")
    is_address = bool(re.match(r"\\?(url|href)|https?:", says))
    venue = made(text_of, *VENUES) or ("" if is_address else made(text_of, "howpublished"))
    return Work(
        key=entry.key,
        title=title,
        authors=authors,
        and_others=and_others,
        year=year,
        venue=venue or ("arXiv" if eprint else text_of(archive) if fields.get("eprint") else ""),
        volume=made(text_of, "volume"),
        pages=identifiers.pages(made(text_of, "pages")),
        eprint=eprint,
        doi=made(identifiers.doi, "doi"),
        url=made(identifiers.url, "url", *(["howpublished"] if is_address else []), *(["eprint"] if is_copy else [])),
        kind=entry.kind,
        bibtex=_bibtex(entry),
    )


def _authors(entry: _Entry, field: str) -> tuple[tuple[Name, ...], bool]:
    """The people of a field, and whether it says that there are others."""
    from pybtex.bibtex.utils import split_name_list
    from pybtex.database import Person
    from pybtex.exceptions import PybtexError

    names, and_others = [], False
    for found in split_name_list(entry.fields.get(field, "")):
        if re.search(r"^and(\s|$)|\sand$", found.strip(), re.IGNORECASE):
            entry.tell(field, "found an empty name, expected one on each side of ' and '")
            continue
        written, cut = re.subn(r",?\s+et\.?\s+al\.?$", "", found.strip())
        and_others |= bool(cut) or bool(_OTHERS.match(written))
        if _OTHERS.match(written):
            continue
        try:
            person = Person(written)
            name = Name(
                _joined(person.first_names, person.middle_names),
                _joined(person.prelast_names, person.last_names),
                _joined(person.lineage_names),
            )
        except PybtexError:
            cure = "expected 'Family, Given' or 'Given Family', names joined by ' and '"
            entry.tell(field, f"found too many commas in {shown(found)}, {cure}")
        except ValueError as error:
            entry.tell(field, f"{error} in {shown(found)}")
        else:
            if name.family:
                names.append(name)
            else:
                entry.tell(field, "found an empty name, expected one on each side of ' and '")
    if and_others and not names and not entry.problems:
        entry.tell(field, f"found {entry.fields[field]!r}, expected at least one name")
    return tuple(names), and_others


def _joined(*parts: Iterable[str]) -> str:
    return text_of(" ".join(word for words in parts for word in words))


def _bibtex(entry: _Entry) -> str:
    """The entry to be cited, as it stands in the file but for what is private and what is no address."""
    refused = {problem.path.rpartition(".")[2] for problem in entry.problems}
    rows = {"author": entry.fields.get("author", "")} | entry.fields
    kept = {
        field: verbatim(value) if field == "url" else value
        for field, value in rows.items()
        if value and not PRIVATE.fullmatch(field) and field not in {*refused, "crossref"}
    }
    body = ",\n".join(f"  {field:<9} = {{{value}}}" for field, value in kept.items())
    return f"@{entry.kind}{{{entry.key},\n{body}\n}}"
