"""Every generated page as Markdown, out of the catalog and the evidence alone. Nothing is written to disk here.

The text between two headings is one block of HTML without blank lines, which every Markdown renderer passes through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lawbook.evidence.contributors import Work, work_on
from lawbook.evidence.history import Change, histories, is_complete
from lawbook.evidence.record import Evidence, digest
from lawbook.reference import made_by
from lawbook.reference.catalog import Catalog
from lawbook.reference.characters import LINE_ENDS, NO_CHARACTERS
from lawbook.reference.model import Entry
from lawbook.reference.order import path as path_through
from lawbook.reference.prose import citations
from lawbook.site import (
    back_matter,
    browse,
    citation,
    exercises,
    guides,
    laws_table,
    own_model,
    relation_map,
    remeasure,
    scoreboard,
    timeline,
)
from lawbook.site.book import Page, Published, Views
from lawbook.site.counts import Counts, count
from lawbook.site.entry_view import SEEN, EntryView
from lawbook.site.facets import Listing
from lawbook.site.figures import stem
from lawbook.site.history_view import History, what_changed
from lawbook.site.inert import attribute, clean, inert, one_line, web_address
from lawbook.site.markdown import Writer, deeper, math, plain, plain_math, unlinked
from lawbook.site.terms import Glossary
from lawbook.site.tools import tools

TIE = {
    "explains": "explains", "explained-by": "explained by", "generalizes": "generalizes",
    "special-case-of": "special case of", "extends": "extends", "extended-by": "extended by",
    "contradicts": "contradicts", "uses": "uses", "used-by": "used by", "related": "related to",
}  # fmt: skip


MAKERS = ("Jinja2", "MarkupSafe", "altair", "vl-convert-python", "nh3", "ziamath")
LINKED = ("law.md.jinja", "in_full.md.jinja", "family.md.jinja")  # pages on which the words of the glossary are links


@dataclass(frozen=True)
class Reading:
    """What to read before and after an entry, and what to try after it, as Markdown."""

    first: tuple[str, ...]
    next: tuple[str, ...]
    exercises: str
    shorts: Mapping[str, str]


@dataclass(frozen=True)
class OfPaper:
    """What is made for a paper.

    Attributes:
        law: The page of its laws.
        in_full: The page of what few readers open, such as the points of each check; None where there is nothing of it.
        sliders: The script with its formulas under sliders, empty where none has any.
    """

    law: Page
    in_full: Page | None
    sliders: str

    def pages(self, paper: str) -> dict[str, Page]:
        """The pages of `paper`, by their path below the root of the docs."""
        found = {f"laws/{paper}.md": self.law, f"laws/{paper}/in-full.md": self.in_full}
        return {path: page for path, page in found.items() if page is not None}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates. All that they write goes through `inert`: escaped, unless `markdown.py` made it HTML."""
    loader = PackageLoader("lawbook.site", "templates")
    env = Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        comment_start_string="{%#",  # `{#anchor}` is a heading's
        comment_end_string="#%}",
        finalize=inert,
    )
    env.globals |= {"math": math, "plain_math": plain_math, "json": _json, "attribute": attribute}
    env.globals |= {
        "tie_words": TIE,
        "seen_words": SEEN,
        "web_address": web_address,
        "stem": stem,
        "unlinked": unlinked,
        "deeper": deeper,
    }
    return env


def _json(data: Any) -> Markup:
    """JSON that may stand inside a script element, where nothing is unescaped: on one line, for every reader of it."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return Markup(re.sub(f"[<{LINE_ENDS}{NO_CHARACTERS}]", lambda match: f"\\u{ord(match[0]):04x}", text))


class Book(Views):
    """All pages, out of the views of the entries."""

    def __init__(
        self,
        catalog: Catalog,
        evidence: Mapping[str, Evidence],
        cache: Path | None = None,
        published: Published = Published(),  # noqa: B008
    ) -> None:
        """Charts are kept under `cache` when given; where the book is published is part of its pages."""
        super().__init__(catalog, evidence, cache)
        self.published = published
        self.cited = citation.read(catalog.root, published.site_url or "")
        self._made: dict[str, OfPaper] = {}
        # What the page of one entry says of the others.
        self._names = [(p, e.title, {k: law.name for k, law in e.laws.items()}) for p, e in catalog.entries.items()]

    @cached_property
    def histories(self) -> dict[str, tuple[Change, ...]]:
        """What changed in each entry, out of git."""
        return histories(self.catalog.root, {paper: self.catalog.family_of[paper] for paper in self.papers})

    @cached_property
    def worked(self) -> dict[str, Work]:
        """Who has worked on each entry and its notebook, and when, out of git."""
        return work_on(self.catalog.root, {paper: self.catalog.family_of[paper] for paper in self.papers})

    @cached_property
    def has_history(self) -> bool:
        """Whether git knows the whole history."""
        return is_complete(self.catalog.root)

    @cached_property
    def listing(self) -> Listing:
        """All laws, as lists show them and narrow them down."""
        return Listing(self)

    def pages(self) -> dict[str, Page]:
        """Path below the root of the docs, such as `laws/cohen2021.md`, to page."""
        out = {path: page for paper in self.papers for path, page in self.of_paper(paper).pages(paper).items()}
        out |= {f"families/{family}.md": self.family(family) for family in self.catalog.families}
        out["bibliography.md"] = self.bibliography()
        out |= laws_table.pages(self.listing, self.page)
        out |= browse.pages(self, self.listing, self.page)
        out |= timeline.pages(self.listing, self.page)
        out |= relation_map.pages(self, self.listing, self.page)
        out |= scoreboard.pages(self, self.page)
        out |= own_model.pages(self, self.page)
        for path, draft in back_matter.drafts(self, self.terms).items():
            out[path] = self.page(draft.template, draft.meta, draft.base, draft.source, **draft.values)
        return out

    def files(self) -> dict[str, str]:
        """What law pages load when a reader opens a part of them, beside the pages: `laws/cohen2021/sliders.js`."""
        made = {paper: self.of_paper(paper).sliders for paper in self.papers}
        return {f"laws/{paper}/sliders.js": script for paper, script in made.items() if script}

    def law(self, paper: str) -> Page:
        """The page of a paper."""
        return self.of_paper(paper).law

    def of_paper(self, paper: str) -> OfPaper:
        """All that is made for a paper; kept as long as all that it shows is as it was."""
        if paper not in self._made:
            shows = digest([repr(self._shown_by(paper)), self._shown_by_all])
            made_of = (self.catalog.digest(paper), shows)
            self._made[paper] = self.catalog.kept.get(f"{paper}.pages", made_of, lambda: self._of_paper(paper))
        return self._made[paper]

    def _shown_by(self, paper: str) -> tuple[Any, ...]:
        """What the pages of a paper show beside its entry, and no other paper does."""
        evidence = self.evidence.get(paper)
        runs = evidence.seeds if evidence is not None else ()
        return (
            [(run.content, run.status, run.message) if run.content else run for run in runs],
            evidence and evidence.confirmed,
            self.catalog.ties(paper),
            self.histories[paper],
            self.worked[paper],
            self.catalog.addresses.gone_from(f"laws/{paper}/"),
            replace(self.reading(paper), shorts={}),
        )

    @cached_property
    def _shown_by_all(self) -> str:
        """A hash of what the pages of every paper show, and of what makes them."""
        catalog = self.catalog
        told = (
            self._names, self.shorts, catalog.notation, catalog.works, catalog.families, catalog.glossary,
            self.has_history, self.published, self.cited,
        )  # fmt: skip
        return digest([repr(told), made_by.code(), made_by.versions(MAKERS)])

    def reading(self, paper: str) -> Reading:
        """What to read before and after an entry, and what to try after it."""
        source = self.catalog.notebook(paper)
        entries = self.catalog.entries
        return Reading(
            first=tuple(first for first in entries[paper].read_first if first in entries),
            next=tuple(other for other in self.papers if paper in entries[other].read_first),
            exercises=exercises.of(source.read_text(encoding="utf-8")) if source.is_file() else "",
            shorts=self.shorts,
        )

    @cached_property
    def shorts(self) -> dict[str, str]:
        """The short name of each paper."""
        return {paper: self.catalog.works[paper].short for paper in self.papers}

    def _of_paper(self, paper: str) -> OfPaper:
        entry = self.view(paper, "../../", drawn=True)
        meta = {
            "title": one_line(plain(entry.entry.title)),
            "description": one_line(entry.plain_summary()),
            "accent": self.accents[entry.family_id],
            "paper": paper,
        }
        ties = self.catalog.ties(paper)
        source = f"references/{entry.family_id}/{paper}.yml"
        has_run = entry.evidence is not None and entry.evidence.shown.notebook is not None
        history = what_changed(self.histories[paper], entry.entry, self.has_history)
        told = {"entry": entry, "ties": ties, "history": history, "notebook": has_run}
        told["tools"] = todo = tools(self.catalog, paper, self.published)
        meta |= {"report": todo.report} if todo.report else {}
        told |= {"cited": citation.page(self.cited, entry.entry, self.worked[paper]), "worked": self.worked[paper]}
        told["reading"] = self.reading(paper)
        told["again"] = again = remeasure.of(self.catalog, paper)
        if again is not None:
            meta["measure"] = True
        told["gone"] = self.catalog.addresses.gone_from(f"laws/{paper}/")
        sliders = self._sliders(entry)
        law = self.page("law.md.jinja", meta, "../../", source, **told)
        return OfPaper(law, self._in_full(entry, history, source), sliders)

    def _in_full(self, entry: EntryView, history: History, source: str) -> Page | None:
        rows = [row for law in entry.laws for row in (*law.checks, *law.controls)]
        if not (entry.entry.derivation or history.is_long or any(row.has_more for row in rows)):
            return None
        meta = {"title": f"In full: {one_line(plain(entry.entry.title))}", "folds": True}
        meta["accent"] = self.accents[entry.family_id]
        return self.page("in_full.md.jinja", meta, "../../../", source, entry=entry, history=history)

    def _sliders(self, entry: EntryView) -> str:
        module: Any = environment().get_template("explorer.jinja").module
        made = {
            law.id: {"html": module.body(law), "chart": law.explorer.specification}
            for law in entry.laws
            if law.explorer is not None
        }
        return f"lawbookSliders({_json(made)})\n" if made else ""

    def family(self, family: str) -> Page:
        """The laws of a family, a card a paper."""
        entries = [self.view(entry.paper, "../../") for entry in self.catalog.in_family(family)]
        title = self.catalog.families[family].title
        meta = {"title": one_line(plain(title)), "accent": self.accents[family], "family": family}
        guide = [guides.block(self, block, "../../") for block in self.catalog.families[family].guide]
        counts = self.counts(entry.entry for entry in entries)
        shared = {"family": self.catalog.families[family], "entries": entries, "guide": guide, "counts": counts}
        papers = [entry.id for entry in entries]
        way = path_through(papers, {paper: self.catalog.entries[paper].read_first for paper in papers})
        shared |= {"readings": {paper: self.reading(paper) for paper in way}}
        shared["titles"] = {entry.id: entry.title for entry in entries}
        return self.page("family.md.jinja", meta, "../../", "references/families.yml", **shared)

    def bibliography(self) -> Page:
        """Every work, and which entries are about it or cite it."""
        citing: dict[str, list[str]] = {key: [] for key in self.catalog.works}
        for paper in self.papers:
            for key in sorted({paper} | self._cited(paper)):
                if key in citing:
                    citing[key].append(paper)
        works = sorted(self.catalog.works.values(), key=lambda w: (w.authors[0].family.casefold(), w.year, w.key))
        shorts = {paper: self.catalog.works[paper].short for paper in self.papers}
        meta = {"title": "Bibliography", "hide": ["toc"]}
        listed = [(work, citing[work.key]) for work in works]
        return self.page("bibliography.md.jinja", meta, "../", "references/papers.bib", works=listed, shorts=shorts)

    @cached_property
    def terms(self) -> Glossary:
        """The words of the glossary, to be found in texts."""
        return Glossary.of(self.catalog.glossary)

    def _cited(self, paper: str) -> set[str]:
        entry = self.catalog.entries[paper]
        text = entry.model_dump_json()
        found = {key for key, _ in citations(text)} | {r.to for r in entry.relations}
        found |= {value.by for law in entry.laws.values() for value in law.reported if value.by is not None}
        return found | {key for caveat in entry.caveats for key in caveat.cites}

    def counts(self, entries: Iterable[Entry]) -> Counts:
        """What the checks and controls of some entries come to."""
        return count(self.catalog, [(entry, self.evidence.get(entry.paper)) for entry in entries])

    def numbers(self) -> str:
        """What the runs say about themselves: seeds, time, memory, machine, versions."""
        runs = [entry for paper in self.papers if (entry := self.view(paper, "../")).evidence]
        shown = [entry.evidence.shown for entry in runs if entry.evidence]
        machines = sorted({run.machine for run in shown})
        sets = [dict(items) for items in sorted({tuple(run.versions.items()) for run in shown})]
        counts = self.counts(entry.entry for entry in runs)
        return self.part("numbers.jinja", "../", runs=runs, counts=counts, machines=machines, version_sets=sets)

    def cite(self) -> str:
        """How to cite the book as a whole."""
        return self.part("cite_whole.jinja", "../", cited=citation.whole(self.cited))

    def page(self, template: str, meta: dict[str, Any], base: str, source: str, **values: Any) -> Page:
        """A page out of a template, for a way up to the root of the site, with what a reader edits to change it."""
        body = tidy(self.part(template, base, **values))
        if template in LINKED:
            body = self.terms.link(body, base)
        meta |= {"source": source} if source else {}
        return Page(f"{front_matter(meta)}\n{body}", source)

    def part(self, template: str, base: str, **values: Any) -> str:
        """A part of a page out of a template, for a way up to the root of the site."""
        write = Writer(self.catalog, base)
        shared = {"base": base, "write": write, "families": self.catalog.families, "accents": self.accents}
        shared |= {"heading": lambda text, anchor: heading(write, text, anchor)}
        return together(environment().get_template(template).render(**shared, **values))


def pages(catalog: Catalog, evidence: Mapping[str, Evidence], cache: Path | None = None) -> dict[str, Page]:
    """Every generated page, by its path below the root of the docs. Charts are kept under `cache` when given."""
    return Book(catalog, evidence, cache).pages()


def front_matter(meta: Mapping[str, Any]) -> str:
    """What a page says of itself above its text, all of it clean; JSON is YAML too."""
    lines = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in meta.items())
    return f"---\n{lines}---\n"


def heading(write: Writer, text: str, anchor: str) -> Markup:
    """The words of a Markdown heading with its anchor; its line in the table of contents has math as plain text."""
    words = " ".join(clean(write.name(text)).split())
    safe = "".join(
        part if part.startswith("<") else re.sub(r"[*_`\[\]\\{}#]", lambda m: f"&#{ord(m[0])};", part)
        for part in re.split(r"(<[^>]*>)", words)
    )
    label = re.sub(r"[\"'{}]", "", escape(clean(plain(text)), quote=False))
    attributes = [f"#{anchor}"] if anchor else []
    if "<" in words:
        attributes.append(f"data-toc-label='{label}'")
    return Markup(f"{safe} {{{' '.join(attributes)}}}" if attributes else safe)


_NO_TEXT = re.compile(
    r"(<(?:pre|code|script|style|svg|math)\b.*?</(?:pre|code|script|style|svg|math)>|<[^>]*>|`[^`]*`)", re.DOTALL
)
_TOGETHER = re.compile(r"(?<=[±+−]) (?=[\d.]+ %)|(?<=\d) (?=%)")


def together(text: str) -> str:
    """No line of a page ends inside `± 6 %`."""
    parts = _NO_TEXT.split(text)
    parts[::2] = (_TOGETHER.sub("\N{NO-BREAK SPACE}", part) for part in parts[::2])
    return "".join(parts)


def tidy(text: str) -> str:
    """Cut indents and blank lines inside HTML; leave one blank line on each side of a heading."""
    out: list[str] = []
    in_pre = False
    for line in text.split("\n"):
        if not in_pre:
            line = line.strip()
            if not line:
                continue
        in_pre = ("<pre" in line or in_pre) and "</pre>" not in line
        if not in_pre and re.match(r"#{1,6} ", line):
            out.append(f"\n{line}\n" if out else f"{line}\n")
        else:
            out.append(line or "&#8203;")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)) + "\n"
