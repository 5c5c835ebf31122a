"""Everything that is claimed: entries, works, notation and families, checked one by one and against each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lawbook import collection
from lawbook.reference import addresses, bibliography, cross, glossary, instruments, order, source, synonyms
from lawbook.reference.addresses import Addresses
from lawbook.reference.bibliography import Work
from lawbook.reference.cross import Texts
from lawbook.reference.families import Family
from lawbook.reference.formula import Formula
from lawbook.reference.glossary import Term
from lawbook.reference.instruments import Instruments
from lawbook.reference.kept import Kept
from lawbook.reference.model import INVERSE, Entry, Law
from lawbook.reference.problem import Problem, nearest
from lawbook.reference.rules import latex_problems, read_entry
from lawbook.reference.shape import NAME, PAPER, SLUG, mapping
from lawbook.reference.source import Source
from lawbook.reference.symbols import Quantity, Symbol, complete
from lawbook.reference.synonyms import Synonyms


@dataclass(frozen=True)
class Tie:
    """A relation as one of its two ends sees it."""

    to: str
    type: str
    says: str
    declared_by: str
    unconfirmed: bool = False


@dataclass
class Catalog:
    """All entries that are sound, with what they draw on."""

    root: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    family_of: dict[str, str] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    notation: dict[str, Quantity] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    synonyms: dict[str, Synonyms] = field(default_factory=dict)
    glossary: dict[str, Term] = field(default_factory=dict)
    instruments: dict[str, Instruments] = field(default_factory=dict)
    addresses: Addresses = field(default_factory=Addresses)
    loaded: dict[str, tuple[Entry, str]] = field(default_factory=dict, repr=False)  # with a hash of all that it says
    kept: Kept = field(default_factory=lambda: Kept(None), repr=False)

    def path(self, paper: str) -> Path:
        """The YAML file of an entry."""
        return self.root / "references" / self.family_of[paper] / f"{paper}.yml"

    def notebook(self, paper: str) -> Path:
        """The notebook of an entry, a `.py` file."""
        return self.root / "notebooks" / self.family_of[paper] / f"{paper}.py"

    def in_family(self, family: str) -> list[Entry]:
        """The entries of a family, oldest paper first."""
        mine = [e for e in self.entries.values() if self.family_of[e.paper] == family]
        return sorted(mine, key=lambda e: (self.works[e.paper].year, e.paper))

    def ties(self, paper: str) -> list[Tie]:
        """Every relation of `paper`: its own, then the inverses of those declared elsewhere."""
        own = [Tie(r.to, r.type, r.says, paper, r.unconfirmed) for r in self.entries[paper].relations]
        return own + self._incoming().get(paper, [])

    def _incoming(self) -> dict[str, list[Tie]]:
        if not hasattr(self, "_ties"):
            ties: dict[str, list[Tie]] = {}
            for entry in self.entries.values():
                for relation in entry.relations:
                    tie = Tie(entry.paper, INVERSE[relation.type], relation.says, entry.paper, relation.unconfirmed)
                    ties.setdefault(relation.to, []).append(tie)
            self._ties = ties
        return self._ties

    def symbol(self, law: Law, name: str) -> Symbol:
        """The symbol `name` of `law`, completed from the canonical notation."""
        return complete(law.symbols[name], self.notation.get(name))

    def expression(self, law: Law, text: str) -> Formula:
        """`text` parsed over the symbols of `law`."""
        parsed: dict[tuple[str, ...], Formula] = self.__dict__.setdefault("_parsed", {})
        key = (text, *law.symbols)  # pages, charts and predictions ask for the same few over and over
        if key not in parsed:
            parsed[key] = Formula.parse(text, set(law.symbols))
        return parsed[key]

    def digest(self, paper: str) -> str:
        """A hash of all that an entry says, and of what it was read with."""
        entry = self.entries[paper]
        loaded, digest = self.loaded.get(paper, (None, ""))
        return digest if loaded is entry else source.digest_of(entry.model_dump_json())

    def require(self, paper: str) -> Entry:
        """The entry of `paper`; `KeyError` with the nearest name."""
        if paper not in self.entries:
            raise KeyError(f"no entry {paper!r}{nearest(paper, self.entries)}")
        return self.entries[paper]


def load(root: Path, only: str | None = None, *, keep: bool = True) -> tuple[Catalog, list[Problem]]:
    """Read and check everything under `root`.

    Arguments:
        root: The folder of the book.
        only: One entry and what it stands on, without cross-checks. Nothing is kept of it: what a run reads depends on
            no folder of its reader's.
        keep: Whether the book will be read again.

    Returns:
        The catalog of the sound entries and all problems of all files, sorted.
    """
    with collection.held():
        return _load(root, only, Kept(root if keep and only is None else None))


def _load(root: Path, only: str | None, kept: Kept) -> tuple[Catalog, list[Problem]]:
    catalog = Catalog(root, kept=kept)
    folder = root / "references"
    families = source.read(folder / "families.yml", "references/families.yml")
    catalog.families = mapping(families, Family, SLUG)
    notation = source.read(folder / "notation.yml", "references/notation.yml")
    catalog.notation = mapping(notation, Quantity, NAME)
    for name, quantity in catalog.notation.items():
        notation.problems += latex_problems(notation, (name, "latex"), quantity.latex)
    unsound = {problem.path.partition(".")[0] for problem in notation.problems}
    catalog.notation = {name: quantity for name, quantity in catalog.notation.items() if name not in unsound}
    sources, others, texts = _entries(catalog, only, families, notation)
    problems: list[Problem] = []
    without_notebook: set[str] = set()
    if only is None:
        known, problems = _works(catalog, sources)
        families.problems += cross.guides(families, catalog.families, known, sources)
        notation.problems += cross.prose_of(notation, known, sources)
        for paper, doc in sources.items():
            doc.problems.extend(cross.references(doc, texts[paper], paper, known, sources))
        catalog.synonyms, words = synonyms.read(folder / "synonyms.yml", "references/synonyms.yml")
        catalog.glossary, terms = glossary.read(root, known, sources)
        catalog.instruments, measuring = instruments.read(root, sources, catalog.kept)
        catalog.addresses, listed = addresses.read(root)
        problems += [*order.problems(sources), *words, *terms, *measuring, *listed, *cross.other_files(root)]
        found, without_notebook = cross.notebooks(root, catalog.family_of, sources)
        problems += found
    for doc in (families, notation, *sources.values(), *others):
        problems += doc.causes()
    bad = {p.file for p in problems}
    for paper, doc in sources.items():
        homeless = only is None and (paper not in catalog.works or catalog.family_of[paper] not in catalog.families)
        if doc.file in bad or homeless or paper in without_notebook:  # the problem may stand in another file
            catalog.entries.pop(paper, None)
    if only is None and not families.problems and not words:
        problems += addresses.lost(catalog)
    return catalog, sorted(set(problems))


def _entries(
    catalog: Catalog, only: str | None, families: Source, notation: Source
) -> tuple[dict[str, Source], list[Source], dict[str, Texts]]:
    """Read the entries into `catalog`; return their files by paper, the files that are no entry of their own, and the
    texts of each paper."""
    sources: dict[str, Source] = {}
    others: list[Source] = []
    texts: dict[str, Texts] = {}
    for path in sorted((catalog.root / "references").glob(f"*/{only or '*'}.yml")):
        family, paper = path.parent.name, path.stem
        if paper.startswith("."):
            continue  # an editor's own
        file = f"references/{family}/{path.name}"
        if not re.fullmatch(PAPER, paper):
            message = f"found the name {path.name!r} of a file, expected an id like cohen2021.yml"
            others.append(Source(file, problems=[Problem(file, 1, 1, "", message)]))
            continue
        doc, entry, said = _alone(path, file, catalog.notation, notation, catalog.kept)
        names = families.names()
        if names is not None and family not in names:
            message = f"found the folder {family!r}, expected a family{nearest(family, names)}"
            doc.problems.append(doc.problem((), message))
        if paper in sources:
            first = f"references/{catalog.family_of[paper]}/{path.name}"
            doc.problems.append(doc.problem((), f"found a second entry {paper!r} (first in {first}), expected one"))
            others.append(doc)
            continue
        sources[paper], texts[paper] = doc, said
        catalog.family_of[paper] = family
        if entry is not None:
            if entry.paper != paper:
                message = f"found {entry.paper!r}, expected {paper!r}, the name of the file"
                doc.problems.append(doc.problem(("paper",), message))
            else:
                catalog.entries[paper] = entry
                catalog.loaded[paper] = entry, f"{doc.digest} {notation.digest}"
    return sources, others, texts


def _alone(
    path: Path, name: str, quantities: Mapping[str, Quantity], notation: Source, kept: Kept
) -> tuple[Source, Entry | None, Texts]:
    """What the file of an entry says by itself, with what is wrong with it, as kept or as read now."""
    text = source.read_text(path, name, source.MAX_BYTES)
    if isinstance(text, Problem):
        return Source(name, problems=[text], is_broken=True), None, Texts()

    def read() -> tuple[Source, Entry | None, Texts]:
        doc = source.parse(text, name)
        entry = read_entry(doc, quantities, notation.names())
        return doc, entry, cross.texts_of(doc)

    return kept.get(path.stem, (name, text, notation.digest), read)


def _works(catalog: Catalog, sources: Collection[str]) -> tuple[Collection[str] | None, list[Problem]]:
    """Read papers.bib into `catalog`; return its keys, of unsound works too, or None where nobody can know them."""
    bib = catalog.root / "references" / "papers.bib", "references/papers.bib"
    catalog.works, problems = bibliography.read(*bib, catalog.kept)
    if problems:
        return bibliography.keys(*bib), problems
    if sources and not catalog.works:
        return None, [Problem(bib[1], 1, 1, "", "found no work, expected one for each entry")]
    return list(catalog.works), []
