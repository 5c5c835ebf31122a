"""What entries owe each other and the rest of the catalog: citations, relations, notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lawbook.reference import prose
from lawbook.reference.bibliography import Work
from lawbook.reference.model import INVERSE, Family, GuideTable
from lawbook.reference.problem import Problem, nearest, shown
from lawbook.reference.source import Loc, Source


def references(doc: Source, paper: str, works: Mapping[str, Work], sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Citations, relations, prose: everything that looks beyond the law it stands in. Works on raw data."""
    if not isinstance(doc.data, dict):
        return
    if works and paper not in works:
        yield doc.problem(("paper",), f"found no record {paper!r} in papers.bib, expected one{nearest(paper, works)}")
    yield from prose_problems(doc, works, sources)
    relations = doc.data.get("relations")
    seen: set[tuple[str, Any]] = set()
    for i, relation in enumerate(relations if isinstance(relations, list) else []):
        to = relation.get("to") if isinstance(relation, dict) else None
        if not isinstance(to, str):
            continue
        loc = ("relations", i, "to")
        if to == paper:
            yield doc.problem(loc, "found a relation of the paper to itself, expected another paper")
        elif works and to not in works and to not in sources:
            yield doc.problem(loc, f"found {to!r}, expected a key of papers.bib{nearest(to, works)}")
        if (to, relation.get("type")) in seen:
            yield doc.problem(loc, f"found the same relation to {to!r} twice, expected it once")
        seen.add((to, relation.get("type")))
        back = sources.get(to)
        theirs = back.data.get("relations") if back is not None and isinstance(back.data, dict) else None
        for other in theirs if isinstance(theirs, list) and paper > to else []:
            if (
                isinstance(other, dict)
                and other.get("to") == paper
                and other.get("type") == INVERSE.get(str(relation.get("type")))
            ):
                message = f"found the relation also declared in {to} (as {other['type']}), expected it on one side only"
                yield doc.problem(loc, message)


def prose_problems(doc: Source, works: Mapping[str, Work], sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Markdown, citations and links in every text of a file."""
    for loc, text in _strings(doc.data, ()):
        if loc[-1] in ("latex", "expr", "paper-writes") or (loc[-1] == "predicted"):
            continue
        if "cites" in loc:
            if works and text not in works:
                yield doc.problem(loc, f"found {text!r}, expected a key of papers.bib{nearest(text, works)}")
            continue
        if "‹" in text and "›" in text:
            yield doc.problem(loc, f"found {shown(text)}, a place of the skeleton, expected it filled in")
        for message in prose.defects(text):
            yield doc.problem(loc, message)
        for cited, law in prose.citations(text):
            if works and cited not in works:
                yield doc.problem(loc, f"found [@{cited}], expected a key of papers.bib{nearest(cited, works)}")
            elif law is not None:
                valid = _part(sources, cited, ())
                if law not in valid:
                    yield doc.problem(loc, f"found [@{cited}/{law}], expected a law of {cited}{nearest(law, valid)}")


def _part(sources: Mapping[str, Source], paper: str, sections: tuple[str, ...]) -> list[str]:
    """Ids of a paper's laws (`sections` empty), or of the checks and controls of all its laws."""
    doc = sources.get(paper)
    laws = doc.data.get("laws") if doc is not None and isinstance(doc.data, dict) else None
    if not isinstance(laws, dict):
        return []
    if not sections:
        return list(laws)
    parts = [law.get(section) for law in laws.values() if isinstance(law, dict) for section in sections]
    return [name for part in parts if isinstance(part, dict) for name in part]


def guides(
    doc: Source, families: Mapping[str, Family], works: Mapping[str, Work], sources: Mapping[str, Source]
) -> Iterator[Problem]:
    """What the guides of families.yml refer to: laws, checks, papers; and rows as long as their head."""
    yield from prose_problems(doc, works, sources)
    for name, family in families.items():
        for i, block in enumerate(family.guide):
            loc: Loc = (name, "guide", i)
            if block.chart is not None and (paper := block.chart.paper) not in sources:
                message = f"found {paper!r}, expected the id of an entry{nearest(paper, sources)}"
                yield doc.problem((*loc, "chart", "paper"), message)
            if block.table is not None:
                yield from _table(doc, (*loc, "table"), block.table, sources)


def _table(doc: Source, loc: Loc, table: GuideTable, sources: Mapping[str, Source]) -> Iterator[Problem]:
    for r, row in enumerate(table.rows):
        at: Loc = (*loc, "rows", r)
        if len(row) != len(table.head):
            yield doc.problem(at, f"found {len(row)} cells, expected {len(table.head)}, as in the head")
        for c, cell in enumerate(row):
            if isinstance(cell, str):
                continue
            if cell.law is not None:
                yield from _reference(doc, (*at, c, "law"), cell.law, "law", sources)
            for k, check in enumerate(cell.checks):
                yield from _reference(doc, (*at, c, "checks", k), check, "check", sources)


def _reference(doc: Source, loc: Loc, text: str, what: str, sources: Mapping[str, Source]) -> Iterator[Problem]:
    paper, _, name = text.partition("/")
    valid = _part(sources, paper, ("checks", "controls") if what == "check" else ())
    if name not in valid:
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


def notebooks(root: Path, family_of: Mapping[str, str], sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Each entry has a notebook in its family's folder, each notebook an entry."""
    folder = root / "notebooks"
    for paper, doc in sources.items():
        path = folder / family_of[paper] / f"{paper}.py"
        if not path.is_file():
            name = path.relative_to(root).as_posix()
            yield doc.problem((), f"found no notebook {name}, expected one (lawbook new writes it)")
    for path in sorted(folder.glob("*/*.py")):
        name = path.relative_to(root).as_posix()
        if path.stem not in sources or family_of[path.stem] != path.parent.name:
            expected = f"references/{path.parent.name}/{path.stem}.yml"
            yield Problem(
                name, 1, 1, "", f"found a notebook without entry, expected {expected}{nearest(path.stem, sources)}"
            )
