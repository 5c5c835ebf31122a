"""All laws: a list that can be read without JavaScript, and the index from which docs/assets/laws.js draws its table.

The index is fetched once and has no markup; short formulas are a file of their own, which a phone never asks for.
"""

from __future__ import annotations

import json
import re
from typing import Any

from lawbook.site import paging
from lawbook.site.book import Page, Render, Views
from lawbook.site.facets import FACETS, Listing
from lawbook.site.inert import clean
from lawbook.site.markdown import math, plain, plain_math

LIMIT = 400  # laws on a page that is read without JavaScript
FORMULA = 30  # characters of a formula that fits into a line of the table
_TALL = re.compile(r"\\(?:sum|prod|int|begin|over|under)")  # commands that a line is too low for


def pages(listing: Listing, render: Render) -> dict[str, Page]:
    """The page of all laws; of very many, further pages of its list."""
    shown = paging.sheets(listing.papers, LIMIT)
    out = {}
    for sheet in shown:
        path = paging.address("laws/index.md", sheet.number)
        base = "../" if sheet.number == 1 else "../../"
        title = "All laws" if sheet.number == 1 else f"All laws, part {sheet.number}"
        meta: dict[str, Any] = {"title": title, "hide": ["navigation", "toc"], "scripts": ["laws.js"]}
        values = {"sheet": sheet, "sheets": shown, "address": paging.address, "total": len(listing.lines)}
        out[path] = render("laws.md.jinja", meta, base, "", papers=len(listing.papers), facets=FACETS, **values)
    return out


def files(book: Views, listing: Listing) -> dict[str, str]:
    """What the table is drawn from, by path below the root of the site."""
    return {
        "assets/lawbook/laws.json": _text(index(book, listing)),
        "assets/lawbook/formulas.json": _text(formulas(book, listing)),
    }


def index(book: Views, listing: Listing) -> dict[str, Any]:
    """Every law with its values, which are numbers of the options of each facet; see docs/assets/laws.js."""
    catalog = book.catalog
    place = {facet.id: {value: i for i, value in enumerate(listing.labels[facet.id])} for facet in FACETS}
    papers = {paper: i for i, paper in enumerate(book.papers)}
    return {
        "facets": [{"id": facet.id, "options": list(map(list, listing.labels[facet.id].items()))} for facet in FACETS],
        "families": [book.accents[family] for family in listing.labels["family"]],
        "papers": [
            [
                paper,
                catalog.works[paper].short,
                plain(catalog.entries[paper].title),
                catalog.works[paper].year,
                words(book, paper),
                {
                    place["assumes"][listing.assumption[name]]: plain(assumption.text)
                    for name, assumption in catalog.entries[paper].assumptions.items()
                    if listing.assumption[name] in place["assumes"]
                },
            ]
            for paper in book.papers
        ],
        "laws": [
            [
                papers[line.paper],
                line.id,
                line.name,
                [[place[facet.id][value] for value in line.values[facet.id]] for facet in FACETS],
                line.told.word,
                line.told.tone,
                plain_math(catalog.entries[line.paper].laws[line.id].formula.latex),
            ]
            for line in listing.lines
        ],
    }


def words(book: Views, paper: str) -> str:
    """What finds a paper beside its name: other names of it, its authors, its number on arXiv."""
    work = book.catalog.works[paper]
    return plain(" ".join([*book.catalog.entries[paper].aliases, work.by, work.eprint]).strip())


def formulas(book: Views, listing: Listing) -> list[str]:
    """The formula of each law as MathML where it fits into a line, in the order of the index; else nothing."""
    laws = [book.catalog.entries[line.paper].laws[line.id] for line in listing.lines]
    return [str(math(law.formula.latex)) if _fits(law.formula.latex) else "" for law in laws]


def _fits(latex: str) -> bool:
    width = len(plain_math(latex)) + 4 * latex.count(r"\quad") + 8 * latex.count(r"\qquad")
    return width <= FORMULA and not _TALL.search(latex)


def _text(data: Any) -> str:
    return clean(json.dumps(data, ensure_ascii=False, separators=(",", ":"))) + "\n"
