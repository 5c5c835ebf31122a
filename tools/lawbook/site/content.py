"""All that a site is made of but its hand-written pages: what the MkDocs plugin and `lawbook pages` both take.

A function of the catalog and the evidence; what is slow to make (charts, the math font, the Vega bundle) is kept under
build/cache/site.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from lawbook.evidence import store
from lawbook.reference import made_by
from lawbook.reference.catalog import Catalog
from lawbook.reference.kept import Kept
from lawbook.reference.problem import Problem
from lawbook.site import assets, download, exports, feed, figures, laws_table, notebook_page, wheel
from lawbook.site.book import Page, Published
from lawbook.site.inert import inert, one_line
from lawbook.site.markdown import plain
from lawbook.site.notebook_page import Prepared
from lawbook.site.pages import Book

# Hand-written pages after the laws, in the order of the sidebar; those that a book lacks are left out.
ABOUT = (
    "reading.md", "verdicts.md", "numbers.md", "speed.md", "coverage.md", "notation.md", "glossary.md",
    "bibliography.md", "cite.md", "command-line.md", "cluster.md", "api.md", "architecture.md", "contributing.md",
    "security.md",
)  # fmt: skip


# The pages of docs/python in the sidebar; those of single instruments are found from the last one.
API = {
    "Overview": "python/index.md",
    "lawbook": "python/lawbook.md",
    "Own runs": "python/runs.md",
    "Fits of own runs": "python/fits.md",
    "lawbook.notebook": "python/notebook.md",
    "lawbook.measure": "python/measure/index.md",
}


@dataclass(frozen=True)
class NotebookPage:
    """An executed notebook made ready to be shown, with the front matter of its page."""

    meta: dict[str, Any]
    text: str  # of the .ipynb
    headings: tuple[str, ...] = ()  # as the table of contents tells them


@dataclass(frozen=True)
class Content:
    """What a site is made of; every path is one below the root of the docs."""

    pages: dict[str, Page]
    notebooks: dict[str, NotebookPage]  # paper to the page at notebooks/<paper>
    files: dict[str, str | bytes]
    dead: tuple[str, ...]  # links of notebooks that lead to no page, each as a sentence


def cache_of(root: Path) -> Path:
    """Where the book at `root` keeps what is slow to make."""
    return root / "build" / "cache" / "site"


def charts_of(root: Path) -> Path:
    """Where the book at `root` keeps its drawn charts: the `cache` of a `Book`."""
    return cache_of(root) / "charts"


def handwritten(docs: Path) -> frozenset[str]:
    """The pages that somebody wrote: every Markdown file below `docs`."""
    return frozenset(path.relative_to(docs).as_posix() for path in docs.rglob("*.md"))


def nav(catalog: Catalog, docs: Path) -> list[Any]:
    """The navigation, as MkDocs writes it: families, not papers, since a sidebar of thousands helps nobody.

    A folder of hand-written pages is a section with the folder's name, its index first.
    """
    families = [{one_line(plain(f.title)): f"families/{name}.md"} for name, f in catalog.families.items()]
    here = handwritten(docs)
    words = {"glossary.md"} if catalog.glossary else set()
    folders: dict[str, list[Any]] = defaultdict(list)
    for path in sorted(here, key=lambda path: (not path.endswith("/index.md"), path)):
        folder, below, _ = path.partition("/")
        if below and folder != "python":
            folders[folder.capitalize()].append(path)
    folders["Python API"] = [{title: path} for title, path in API.items() if path in here]
    return [
        {"Home": "index.md"},
        {
            "Laws": [
                {"All laws": "laws/index.md"},
                {"Browse": "browse/index.md"},
                {"Scoreboard": "scoreboard.md"},
                {"On my own model": "own-model.md"},
                *families,
            ]
        },
        *({name: folders[name]} for name in sorted(folders) if folders[name]),
        {"About": [page for page in ABOUT if page in here | {"bibliography.md", "notation.md", "coverage.md"} | words]},
    ]


def content(book: Book, problems: Sequence[Problem] = (), *, serving: bool = False) -> Content:
    """Pages, notebooks and files of `book`; with `problems`, a page that lists them stands for each broken entry.

    Notebooks to take away install the package from where the book is published. While `serving` the wheel stays as
    it was at the start: nobody waits for it at each edit.
    """
    catalog, published = book.catalog, book.published
    cache = cache_of(catalog.root)
    pages = book.pages() | _problem_pages(catalog, problems)
    known = pages.keys() | handwritten(catalog.root / "docs")
    files: dict[str, str | bytes] = dict(exports.exports(catalog, book.evidence, book.worked))
    files |= figures.files(book)
    files |= book.files()
    files |= laws_table.files(book, book.listing)
    files["feed.xml"] = feed.feed(catalog, book.histories, published.site_url)
    files["llms.txt"] = feed.llms(catalog, published.site_url)
    files["assets/lawbook/stix-two-math.woff2"] = assets.math_font(cache)
    files["assets/lawbook/vega.js"] = assets.vega_bundle(cache)
    package = wheel.name(catalog.root)
    if package is not None:
        made = catalog.root / "build" / "dist" / package
        if not (serving and made.is_file()):
            wheel.build(catalog, book.evidence, made.parent)
        files[f"dist/{package}"] = made.read_bytes()
    notebooks: dict[str, NotebookPage] = {}
    dead: list[str] = []
    for paper in catalog.entries:
        source = catalog.notebook(paper)
        if source.is_file():
            files[f"download/{paper}.py"] = source.read_bytes()
        found = book.evidence.get(paper)
        if found is None or found.shown.notebook is None:
            continue
        text = store.notebook_text(catalog, found.shown)
        files[f"download/{paper}.ipynb"] = download.with_install(text, package, published.site_url)
        ready = _prepared(catalog.kept, paper, text)
        notebooks[paper] = NotebookPage(_meta(book, paper, published), ready.text, ready.headings)
        files |= {f"figures/{name}": data for name, data in ready.figures.items()}
        lost = [link for link in ready.links if _is_dead(link, known)]
        dead += [f"the notebook of {paper} links to {link}, which is no page of the site" for link in lost]
    return Content(pages, notebooks, files, tuple(dead))


def _meta(book: Book, paper: str, published: Published) -> dict[str, Any]:
    path = book.catalog.notebook(paper).relative_to(book.catalog.root).as_posix()
    links = {"colab": download.colab(paper, published.site_url), "binder": download.binder(path, published.repo)}
    title = one_line(plain(book.catalog.entries[paper].title))
    accent = book.accents[book.catalog.family_of[paper]]
    # out of the search index: code would crowd the laws out
    about = {
        "title": f"Notebook: {title}",
        "notebook": paper,
        "source": path,
        "accent": accent,
        "search": {"exclude": True},
    }
    return about | {name: link for name, link in links.items() if link is not None}


@lru_cache(maxsize=1024)  # while the site is served, most notebooks are as they were
def _prepared(kept: Kept, paper: str, text: str) -> Prepared:
    return kept.get(f"{paper}.page", (text, _sanitiser()), lambda: notebook_page.prepare(paper, json.loads(text)))


@cache
def _sanitiser() -> str:
    return repr(made_by.versions(("nh3",)))


def _is_dead(target: str, pages: Container[str]) -> bool:
    """Whether a link written from the page of a notebook, `../laws/cohen2021.md`, leads to none of `pages`."""
    path = target.partition("#")[0]
    return path.endswith(".md") and ":" not in path and re.sub(r"^(\.\./)+", "", path) not in pages


def _problem_pages(catalog: Catalog, problems: Sequence[Problem]) -> dict[str, Page]:
    """A page that lists all problems, and one in the place of each entry that has some."""
    if not problems:
        return {}
    mine: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        mine[Path(problem.file).stem].append(problem)
    out = {"problems.md": _problem_page(problems)}
    for paper in catalog.family_of:
        if paper not in catalog.entries:
            out[f"laws/{paper}.md"] = _problem_page(mine.get(paper) or problems)
    return out


def _problem_page(problems: Sequence[Problem]) -> Page:
    items = []
    for problem in problems:
        where = f"{problem.path}: " if problem.path else ""
        place = f"{problem.file}:{problem.line}:{problem.column}"
        items.append(Markup("<li><code>{}</code> {}</li>").format(place, where + problem.message))
    title = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
    listed = inert(Markup(" ".join(Markup("").join(items).split())))
    return Page(f'---\ntitle: Problems\n---\n\n# {title}\n\n<ul class="lb-problems">{listed}</ul>\n')
