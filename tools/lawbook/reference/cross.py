"""What entries owe each other and the rest of the catalog: citations, relations, notebooks.

Names are looked up in the files as they stand, so a name of a part that is broken is none that is unknown. `known` are
the keys of papers.bib; None where it cannot be read, and then nothing is said of them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lawbook.files import foreign
from lawbook.numbers import plain
from lawbook.reference import prose, source
from lawbook.reference.families import Cell, Family, GuideTable
from lawbook.reference.model import INVERSE
from lawbook.reference.problem import Problem, nearest, shown
from lawbook.reference.source import Loc, Source

MAX_NOTEBOOK = 1_000_000
REPORTED = "reported"  # how the head of a column begins that holds what papers report


@dataclass
class Texts:
    """The texts of a file by themselves.

    Attributes:
        defects: What is wrong with them whatever else the book holds.
        cites: The works that lists of works name, each with its place.
        citations: The works in square brackets, and the law where one is named.
    """

    defects: list[Problem] = field(default_factory=list)
    cites: list[tuple[Loc, str]] = field(default_factory=list)
    citations: list[tuple[Loc, str, str | None]] = field(default_factory=list)


def references(
    doc: Source, texts: Texts, paper: str, known: Collection[str] | None, sources: Mapping[str, Source]
) -> Iterator[Problem]:
    """Citations, relations, prose: everything that looks beyond the law it stands in. Works on raw data."""
    if not isinstance(doc.data, dict):
        return
    if known is not None and paper not in known:
        yield doc.problem(("paper",), f"found no record {paper!r} in papers.bib, expected one{nearest(paper, known)}")
    yield from cited(doc, texts, known, sources)
    yield from _reporters(doc, paper, known)
    relations = doc.data.get("relations")
    seen: set[tuple[str, Any]] = set()
    for i, relation in enumerate(relations if isinstance(relations, list) else []):
        to = relation.get("to") if isinstance(relation, dict) else None
        if not isinstance(to, str):
            continue
        loc = ("relations", i, "to")
        if to == paper:
            yield doc.problem(loc, "found a relation of the paper to itself, expected another paper")
        elif known is not None and to not in known and to not in sources:
            yield doc.problem(loc, f"found {to!r}, expected a key of papers.bib{nearest(to, known)}")
        kind = relation.get("type")
        if not isinstance(kind, str):
            continue
        if (to, kind) in seen:
            yield doc.problem(loc, f"found the same relation to {to!r} twice, expected it once")
        seen.add((to, kind))
        back = sources.get(to)
        theirs = back.data.get("relations") if back is not None and isinstance(back.data, dict) else None
        for other in theirs if isinstance(theirs, list) and paper > to else []:
            if isinstance(other, dict) and other.get("to") == paper and other.get("type") == INVERSE.get(kind):
                message = f"found the relation also declared in {to} (as {other['type']}), expected it on one side only"
                yield doc.problem(loc, message)


def _reporters(doc: Source, paper: str, known: Collection[str] | None) -> Iterator[Problem]:
    """What is wrong with the works that report a value of the paper's laws."""
    for loc, text in _by(doc.data.get("laws")):
        if text == paper:
            yield doc.problem(
                loc, "found the paper itself, expected another work, or no `by`: its own values have none"
            )
        elif known is not None and text not in known:
            yield doc.problem(loc, f"found {text!r}, expected a key of papers.bib{nearest(text, known)}")


def _by(laws: Any) -> Iterator[tuple[Loc, str]]:
    for name, law in laws.items() if isinstance(laws, dict) else ():
        reported = law.get("reported") if isinstance(law, dict) else None
        for i, value in enumerate(reported if isinstance(reported, list) else ()):
            by = value.get("by") if isinstance(value, dict) else None
            if isinstance(by, str):
                yield ("laws", name, "reported", i, "by"), by


def texts_of(doc: Source) -> Texts:
    """Every text of a file, looked at by itself."""
    found = Texts()
    for loc, text in _strings(doc.data, ()) if isinstance(doc.data, dict) else ():
        if loc[-1] in ("latex", "expr", "paper-writes") or (loc[-1] == "predicted"):
            continue
        if "cites" in loc:
            found.cites.append((loc, text))
            continue
        if "‹" in text and "›" in text:
            message = f"found {shown(text)}, a place of the skeleton, expected it filled in"
            found.defects.append(doc.problem(loc, message))
        found.defects += [doc.problem(loc, message) for message in prose.defects(text)]
        found.citations += [(loc, cited, law) for cited, law in prose.citations(text)]
    return found


def prose_of(doc: Source, known: Collection[str] | None, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """What is wrong with the Markdown, the citations and the links in every text of a file."""
    return cited(doc, texts_of(doc), known, sources)


def cited(doc: Source, texts: Texts, known: Collection[str] | None, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """What is wrong with texts that were looked at by themselves, in this book."""
    yield from texts.defects
    for loc, work in texts.cites:
        if known is not None and work not in known:
            yield doc.problem(loc, f"found {work!r}, expected a key of papers.bib{nearest(work, known)}")
    for loc, work, law in texts.citations:
        if known is not None and work not in known:
            yield doc.problem(loc, f"found [@{work}], expected a key of papers.bib{nearest(work, known)}")
        elif law is not None:
            valid = _part(sources, work, ())
            if valid is not None and law not in valid:
                yield doc.problem(loc, f"found [@{work}/{law}], expected a law of {work}{nearest(law, valid)}")


def _part(sources: Mapping[str, Source], paper: str, sections: tuple[str, ...]) -> list[str] | None:
    """Ids of a paper's laws (`sections` empty), or of the checks and controls of all its laws.

    None where there is an entry and its laws cannot be read: then nobody knows.
    """
    doc = sources.get(paper)
    if doc is None:
        return []
    laws = doc.data.get("laws") if isinstance(doc.data, dict) else None
    if not isinstance(laws, dict):
        return None
    if not sections:
        return list(laws)
    parts = [law.get(section) for law in laws.values() if isinstance(law, dict) for section in sections]
    return [name for part in parts if isinstance(part, dict) for name in part]


def guides(
    doc: Source, families: Mapping[str, Family], known: Collection[str] | None, sources: Mapping[str, Source]
) -> Iterator[Problem]:
    """What the guides of families.yml refer to: laws, checks, papers; and rows as long as their head."""
    yield from prose_of(doc, known, sources)
    for name, family in families.items():
        for i, block in enumerate(family.guide):
            loc: Loc = (name, "guide", i)
            if block.chart is not None and (paper := block.chart.paper) not in sources:
                message = f"found {paper!r}, expected the id of an entry{nearest(paper, sources)}"
                yield doc.problem((*loc, "chart", "paper"), message)
            if block.table is not None:
                yield from _table(doc, (*loc, "table"), block.table, sources)


def _table(doc: Source, loc: Loc, table: GuideTable, sources: Mapping[str, Source]) -> Iterator[Problem]:
    turned = any(isinstance(cell, Cell) and cell.turned for row in table.rows for cell in row)
    for r, row in enumerate(table.rows):
        at: Loc = (*loc, "rows", r)
        if len(row) != len(table.head):
            yield doc.problem(at, f"found {len(row)} cells, expected {len(table.head)}, as in the head")
        for c, cell in enumerate(row):
            if isinstance(cell, str):
                continue
            if cell.law is not None:
                yield from _reference(doc, (*at, c, "law"), cell.law, "law", sources)
                if table.head[c : c + 1] and table.head[c].startswith(REPORTED):
                    yield from _value(doc, (*at, c, "text"), cell.text or "", cell.law, turned, sources)
            for k, check in enumerate(cell.checks):
                yield from _reference(doc, (*at, c, "checks", k), check, "check", sources)


def _value(
    doc: Source, loc: Loc, text: str, reference: str, turned: bool, sources: Mapping[str, Source]
) -> Iterator[Problem]:
    """A value that a guide says a law reports is one of its entry, without its sign where the table is `turned`."""
    paper, _, law = reference.partition("/")
    part = _within(sources[paper].data, "laws", law) if paper in sources else None
    listed = _within(part, "reported") or []
    if not isinstance(part, dict) or not isinstance(listed, list):
        return  # what is wrong with it is told of the entry
    values = [item.get("value") for item in listed if isinstance(item, dict) and item.get("by") is None]
    known = [plain(value) if isinstance(value, int | float) else str(value) for value in values]
    if turned:
        known = [value.removeprefix("−").removeprefix("-") for value in known]
    if not any(value in text for value in known):
        expected = f"expected {', '.join(known)}" if known else "expected none"
        yield doc.problem(loc, f"found {shown(text)} as reported, {expected}, which is what {reference} reports")


def _within(data: Any, *names: str) -> Any:
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _reference(doc: Source, loc: Loc, text: str, what: str, sources: Mapping[str, Source]) -> Iterator[Problem]:
    paper, _, name = text.partition("/")
    valid = _part(sources, paper, ("checks", "controls") if what == "check" else ())
    if valid is not None and name not in valid:
        hint = nearest(paper, sources) if paper not in sources else nearest(name, valid)
        yield doc.problem(loc, f"found {text!r}, expected paper/{what}{hint}")


def _strings(data: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(data, str):
        yield loc, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _strings(value, (*loc, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from _strings(value, (*loc, i))


def notebooks(
    root: Path, family_of: Mapping[str, str], sources: Mapping[str, Source]
) -> tuple[list[Problem], set[str]]:
    """Each entry has a notebook in its family's folder, each notebook an entry, and each can be read.

    Returns:
        The problems, and the papers whose notebook cannot be read.
    """
    folder, problems, unreadable = root / "notebooks", [], set()
    for paper, doc in sources.items():
        path = folder / family_of[paper] / f"{paper}.py"
        name = path.relative_to(root).as_posix()
        if not os.path.lexists(path) and not doc.is_broken:
            doc.problems.append(doc.problem((), f"found no notebook {name}, expected one (lawbook new writes it)"))
        elif os.path.lexists(path) and isinstance(found := source.read_text(path, name, MAX_NOTEBOOK), Problem):
            problems.append(found)
            unreadable.add(paper)
    for path in sorted(folder.glob("*/*.py")):
        if path.stem not in sources or family_of[path.stem] != path.parent.name:
            expected = f"references/{path.parent.name}/{path.stem}.yml"
            message = f"found a notebook without entry, expected {expected}{nearest(path.stem, sources)}"
            problems.append(Problem(path.relative_to(root).as_posix(), 1, 1, "", message))
    return problems, unreadable


def other_files(root: Path) -> Iterator[Problem]:
    """What stands in the folders of the book and nothing reads: pipes, devices, links out of it, other names."""
    for part in ("references", "notebooks", "docs"):
        for path, message in foreign(root / part, inside=root):
            yield Problem(path.relative_to(root).as_posix(), 1, 1, "", message)
    folder = root / "references"
    for path in sorted(folder.rglob("*")):
        is_yaml = path.suffix.lower() in (".yml", ".yaml") and not path.name.startswith(".")
        if is_yaml and (path.suffix != ".yml" or path.parent.parent != folder) and path not in _shared(folder):
            message = "found a file that nothing reads, expected the name references/<family>/<id>.yml"
            yield Problem(path.relative_to(root).as_posix(), 1, 1, "", message)


def _shared(folder: Path) -> list[Path]:
    return [folder / f"{name}.yml" for name in ("families", "glossary", "gone", "instruments", "notation", "synonyms")]
