"""What search knows of each page, and how much each of its texts weighs.

A page is a document of several places: the page itself first, then its parts that have an address, the laws of an entry
or the sections of a guide. What is said of a whole entry (its authors, its limits, its use) belongs to the first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from lawbook.evidence.record import Evidence
from lawbook.reference.bibliography import Work
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Entry, Law
from lawbook.reference.prose import CITATION
from lawbook.site import verdicts
from lawbook.site.inert import clean
from lawbook.site.markdown import plain, plain_math
from lawbook.site.support import SUPPORT

NAME, CALLED, STATED, SAID, ASIDE = 12.0, 8.0, 3.0, 1.5, 0.7  # how much a word weighs, by where it stands
GUIDE, NOTEBOOK, API = 0.4, 0.25, 0.25  # pages that tell about laws or of code, beside the pages of laws


@dataclass
class Place:
    """A page or a part of one: what is shown of it, and the texts in which it is found."""

    location: str  # from the root of the site
    title: str
    about: list[str] = field(default_factory=list)  # lines shown beneath the title
    texts: list[tuple[float, str]] = field(default_factory=list)  # how much a word of it weighs
    names: list[tuple[float, str]] = field(default_factory=list)  # which may be all that a reader types
    formulas: list[tuple[float, str]] = field(default_factory=list)  # LaTeX or an expression


@dataclass
class Document:
    """A page with its parts."""

    places: list[Place]
    weight: float = 1.0


def documents(catalog: Catalog, evidence: Mapping[str, Evidence]) -> list[Document]:
    """One document an entry, then one a family."""
    out = [_entry(catalog, evidence.get(paper), paper) for paper in sorted(catalog.entries)]
    for family_id, group in catalog.families.items():
        place = Place(f"families/{family_id}/", plain(group.title), [plain(group.introduction)])
        place.names.append((CALLED, place.title))
        place.texts.append((STATED, plain(group.introduction)))
        place.texts += [(SAID, plain(block.text)) for block in group.guide if block.text]
        out.append(Document([place], GUIDE))
    return out


def guides(sections: Iterable[Mapping[str, Any]]) -> list[Document]:
    """Documents of other pages, out of what MkDocs has read of their sections: location, title and text."""
    pages: dict[str, list[Place]] = {}
    for section in sections:
        page, _, anchor = str(section["location"]).partition("#")
        text = unescape(re.sub(r"<[^>]*>", " ", str(section["text"])))
        title = unescape(re.sub(r"<[^>]*>", "", str(section["title"])))
        place = Place(section["location"], title, [" ".join(text.split())], [(SAID, text)], [(CALLED, title)])
        mine = pages.setdefault(page, [])
        mine.insert(0, place) if not anchor else mine.append(place)
    whole = [(page, places) for page, places in pages.items() if "#" not in places[0].location]
    return [Document(places, API if page.startswith("python/") else GUIDE) for page, places in whole]


def notebook(paper: str, title: str, text: str) -> Document:
    """The document of an executed notebook: what it tells, not its code."""
    cells = json.loads(text)["cells"]
    told = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    place = Place(f"notebooks/{paper}/", title, [], [(STATED, title), (SAID, plain(told))])
    return Document([place], NOTEBOOK)


def _entry(catalog: Catalog, evidence: Evidence | None, paper: str) -> Document:
    entry, work = catalog.entries[paper], catalog.works[paper]
    family = plain(catalog.families[catalog.family_of[paper]].title)
    page = Place(f"laws/{paper}/", plain(entry.title), [f"{work.short} · {family}"])
    page.names += [(CALLED, plain(name)) for name in (entry.title, *entry.aliases)] + [(CALLED, work.short)]
    page.texts += [(CALLED, f"{paper} {work.eprint} {work.doi}")]
    page.texts += [
        (CALLED, f"{work.short} {work.by} {work.year}"),
        (STATED, work.title),
        (STATED, plain(entry.summary)),
    ]
    page.texts += [(SAID, family), (SAID, f"{entry.setting.paper}. {entry.setting.here}"), (SAID, plain(entry.use))]
    page.texts += [(SAID, plain(caveat.text)) for caveat in entry.caveats]
    page.texts += [(ASIDE, plain(text)) for text in (entry.intuition, entry.derivation) if text]
    page.texts += [(ASIDE, plain(relation.says)) for relation in entry.relations]
    page.texts += [(SAID, text) for text in _cited(catalog, _words_of(entry), entry)]
    return Document([page, *(_law(catalog, entry, evidence, law_id, law) for law_id, law in entry.laws.items())])


def _law(catalog: Catalog, entry: Entry, evidence: Evidence | None, law_id: str, law: Law) -> Place:
    told = verdicts.tally(entry, evidence, law).word
    statement = plain(law.statement)
    kind = law.kind.replace("-", " ")
    place = Place(f"laws/{entry.paper}/#{law_id}", plain(law.name))
    place.about = [f"{kind} · {SUPPORT[law.support]} · {told}", plain_math(law.formula.latex), statement]
    place.names += [(NAME, plain(law.name)), (STATED, law_id.replace("-", " "))]
    place.texts += [(STATED, statement)]
    place.texts += [(ASIDE, f"{kind} {law.support.replace('-', ' ')}")]
    place.formulas += [(CALLED, law.formula.latex), (CALLED, plain_math(law.formula.latex))]
    if law.formula.expr:
        place.formulas.append((CALLED, law.formula.expr))
    for name in law.symbols:
        symbol = catalog.symbol(law, name)
        place.names += [(STATED, plain(symbol.name or "")), (STATED, name.replace("_", " "))]
        place.formulas += [(STATED, latex) for latex in (symbol.latex, symbol.paper_writes) if latex]
    for name in law.assumes:
        assumed = entry.assumptions[name]
        place.texts += [
            (STATED, name.replace("-", " ")),
            (SAID, plain(assumed.text)),
            (ASIDE, plain(assumed.when_broken)),
        ]
    for value in law.reported:
        told = f"{plain(value.what)}. {_number(value.value)}. {plain(value.setting or '')}. {plain(value.where or '')}"
        place.texts.append((STATED, told))
        if value.by is not None and value.by in catalog.works:
            place.texts.append((ASIDE, _known(catalog.works[value.by])))
    for name, check in law.checks.items():
        place.texts += [(SAID, name.replace("-", " ")), (SAID, plain(check.measures)), (ASIDE, plain(check.data or ""))]
        place.texts += [(ASIDE, plain(rival.says)) for rival in check.rivals]
        if isinstance(check.predicted, str):
            place.formulas.append((SAID, check.predicted))
        else:
            place.texts.append((SAID, _number(check.predicted)))
    for name, control in law.controls.items():
        place.texts += [(SAID, name.replace("-", " ")), (SAID, plain(control.measures))]
    place.texts += [(STATED, text) for text in _cited(catalog, law.statement, entry)]
    return place


def _words_of(entry: Entry) -> str:
    """Every text of an entry in which a work may be cited, but for its laws."""
    texts = [entry.summary, entry.use, entry.intuition, entry.derivation or "", *(c.text for c in entry.caveats)]
    texts += [text for a in entry.assumptions.values() for text in (a.text, a.when_broken)]
    return "\n".join(texts) + "".join(f"[@{key}]" for caveat in entry.caveats for key in caveat.cites)


def _cited(catalog: Catalog, text: str, entry: Entry) -> list[str]:
    keys = dict.fromkeys([m["paper"] for m in CITATION.finditer(text)])
    works = [catalog.works[key] for key in keys if key in catalog.works and key != entry.paper]
    return [_known(work) for work in works]


def _known(work: Work) -> str:
    return f"{work.short}. {', '.join(name.family for name in work.authors)}. {work.title}. {work.eprint}"


def _number(value: float | str) -> str:
    """A number as a reader would type it."""
    return value if isinstance(value, str) else f"{value:.12g} {value:g}"


def shown(text: str, most: int = 0) -> str:
    """Text as the theme shows it, which is as HTML; quotes stay, so that words are found. `most` letters of it."""
    text = clean(text)
    if most and len(text) > most:
        text = text[:most].rpartition(" ")[0] + " …"
    return escape(text, quote=False)
