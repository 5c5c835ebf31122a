"""Addresses that live: what has ever been published, and what became of that which is gone.

`references/published.txt` lists every address that a reader may have kept, one a line, as it stands behind the address
of the site. Nothing is taken out of it: an address whose part of the book is no more is told in `references/gone.yml`,
and its place on the site says where it went.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import AfterValidator, Field

from lawbook.files import write_atomically
from lawbook.reference import source
from lawbook.reference.fields import Part, Text
from lawbook.reference.model import Entry
from lawbook.reference.problem import Problem, nearest, shown
from lawbook.reference.shape import ADDRESS, PATTERNS, mapping
from lawbook.reference.source import Source

LIST = "references/published.txt"
GONE = "references/gone.yml"
MAX_BYTES = 32_000_000  # of ten thousand entries
HEAD = """\
# Every address of the site that was ever published. `lawbook publish` adds what is new, and nothing is taken out:
# what is gone is told in gone.yml.
"""


def _is_a_day(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError("expected a day such as 2026-11-27")
    date.fromisoformat(text)
    return text


class Gone(Part):
    """What became of an address."""

    on: Annotated[Text, AfterValidator(_is_a_day)] = Field(title="On", description="The day it was taken out.")
    says: Text = Field(title="Says", description="Why, in one sentence.")
    to: Text | None = Field(None, title="To", description="The address that has what it had, or the nearest to it.")


@dataclass
class Addresses:
    """What was published, in the order of the list, and what of it is gone."""

    published: tuple[str, ...] = ()
    gone: dict[str, Gone] = field(default_factory=dict)

    def gone_from(self, page: str) -> dict[str, Gone]:
        """What is gone from a page, `laws/cohen2021/`, by its anchor; the page itself is the anchor of nothing."""
        found = (address.partition("#") for address in self.gone)
        return {anchor: self.gone[page + mark + anchor] for at, mark, anchor in found if at == page}

    @property
    def gone_pages(self) -> list[str]:
        """The pages that are gone."""
        return sorted(address for address in self.gone if "#" not in address)


class Known(Protocol):
    """Of a catalog, what has addresses."""

    @property
    def root(self) -> Path: ...
    @property
    def entries(self) -> Mapping[str, Entry]: ...
    @property
    def family_of(self) -> Mapping[str, str]: ...
    @property
    def families(self) -> Mapping[str, object]: ...
    @property
    def glossary(self) -> Mapping[str, object]: ...
    @property
    def addresses(self) -> Addresses: ...


def of_entry(entry: Entry) -> list[str]:
    """The addresses of an entry: its page, and on it assumptions, laws, checks and controls."""
    page = f"laws/{entry.paper}/"
    anchors = [f"assumes-{name}" for name in entry.assumptions]
    for name, law in entry.laws.items():
        anchors += [name, *(f"check-{check}" for check in law.checks), *(f"control-{one}" for one in law.controls)]
    return [page, *(f"{page}#{anchor}" for anchor in anchors)]


def standing(catalog: Known) -> list[str]:
    """Every address that stands in the book as it is."""
    found = [f"families/{family}/" for family in catalog.families]
    for entry in catalog.entries.values():
        found += of_entry(entry)
    return sorted([*found, *(f"glossary/#{term}" for term in catalog.glossary)])


def read(root: Path) -> tuple[Addresses, list[Problem]]:
    """Both files below `root`, as far as they are there, and what is wrong with their form."""
    problems: list[Problem] = []
    found = Addresses()
    path = root / LIST
    if path.exists():
        text = source.read_text(path, LIST, MAX_BYTES)
        if isinstance(text, Problem):
            problems.append(text)
        else:
            found.published = tuple(_lines(text, problems))
    path = root / GONE
    if path.exists():
        doc = source.read(path, GONE)
        found.gone = {} if doc.data is None and not doc.problems else mapping(doc, Gone, ADDRESS)
        problems += doc.causes()
    return found, problems


def _lines(text: str, problems: list[Problem]) -> Iterable[str]:
    first: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        address = line.strip()
        if not address or address.startswith("# "):
            continue
        if not re.match(ADDRESS, address):
            problems.append(Problem(LIST, number, 1, "", f"found {shown(address)}, expected {PATTERNS[ADDRESS]}"))
        elif address in first:
            message = f"found {address} twice (first in line {first[address]}), expected it once"
            problems.append(Problem(LIST, number, 1, "", message))
        else:
            first[address] = number
            yield address


def lost(catalog: Known) -> list[Problem]:
    """Published addresses that neither stand nor are told as gone, and what gone.yml says that is not so.

    Nothing is said of an entry that cannot be read: what is wrong with it is told already.
    """
    found = catalog.addresses
    if not found.published and not found.gone:
        return []
    stands = set(standing(catalog))
    broken = {f"laws/{paper}/" for paper in catalog.family_of if paper not in catalog.entries}
    lines = _line_numbers(catalog.root) if found.published else {}
    problems = []
    for address in found.published:
        if address not in stands and address not in found.gone and address.partition("#")[0] not in broken:
            cure = f"expected it to stand, or a line in {GONE} that says where it went{nearest(address, stands)}"
            problems.append(Problem(LIST, lines[address], 1, "", f"found {address}, which is no more, {cure}"))
    doc = source.read(catalog.root / GONE, GONE) if found.gone else Source(GONE)
    for address, gone in found.gone.items():
        if address in stands:
            problems.append(doc.problem((address,), f"found {address}, which stands, expected it not here", key=True))
        elif address not in lines:
            problems.append(doc.problem((address,), f"found {address}, expected an address of {LIST}", key=True))
        if gone.to is not None and gone.to not in stands and gone.to.partition("#")[0] not in broken:
            hint = nearest(gone.to, stands)
            problems.append(doc.problem((address, "to"), f"found {gone.to!r}, expected an address that stands{hint}"))
    return problems


def _line_numbers(root: Path) -> Mapping[str, int]:
    lines = (root / LIST).read_text(encoding="utf-8").split("\n")
    return {line.strip(): number for number, line in enumerate(lines, 1)}


def unpublished(catalog: Known) -> list[str]:
    """Addresses that stand and are not on the list."""
    known = set(catalog.addresses.published)
    return [address for address in standing(catalog) if address not in known]


def publish(catalog: Known) -> list[str]:
    """Add what is not on the list yet to it, and return it."""
    new = unpublished(catalog)
    if new:
        lines = sorted({*catalog.addresses.published, *new})
        write_atomically(catalog.root / LIST, HEAD + "".join(f"{line}\n" for line in lines))
    return new
