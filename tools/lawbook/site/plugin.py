"""The MkDocs plugin: puts the generated pages into the site. A thin adapter; the pages are made in pages.py."""

from __future__ import annotations

import json
import logging
import re
from collections import defaultdict
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage

from lawbook.evidence import store
from lawbook.files import write_atomically
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.problem import Problem
from lawbook.site import assets, documentation, download, exports, notebook_page, search, wheel
from lawbook.site.markdown import plain
from lawbook.site.pages import Book

log = logging.getLogger("mkdocs.plugins.lawbook")
# Hand-written pages after the laws, in the order of the sidebar; those that a book lacks are left out.
ABOUT = ("reading.md", "verdicts.md", "numbers.md", "bibliography.md", "architecture.md", "contributing.md")


class NoOptions(Config):  # type: ignore[no-untyped-call]
    """The plugin has no options: the catalog says everything."""


class LawbookPlugin(BasePlugin[NoOptions]):  # type: ignore[no-untyped-call]
    """Feeds catalog, evidence and executed notebooks to MkDocs."""

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        self.root = Path(config.config_file_path or "mkdocs.yml").resolve().parent
        self.cache = self.root / "build" / "cache" / "site"
        catalog, self.problems = load(self.root)
        if self.problems and not getattr(self, "serving", False):
            raise PluginError("\n".join(map(str, self.problems)))
        before: Book | None = getattr(self, "book", None)  # while serving: the book before the change
        self.book = Book(catalog, store.read(catalog), self.cache / "charts", before)
        self.stash: dict[str, list[str]] = {}
        self.generated: set[str] = set()
        config.nav = self._nav(config)
        config.extra["lawbook_problems"] = len(self.problems)
        notebooks: Any = config.plugins.get("mkdocs-jupyter")
        if notebooks is not None:  # its default lies in whatever folder the build is started from
            notebooks.config["cache_dir"] = str(self.cache / "mkdocs-jupyter")
        return config

    def _nav(self, config: MkDocsConfig) -> list[Any]:
        families = [{plain(f.title): f"families/{name}.md"} for name, f in self.book.catalog.families.items()]
        here = {path.name for path in Path(config.docs_dir).glob("*.md")} | {"bibliography.md"}
        return [
            {"Home": "index.md"},
            {"Laws": [{"All laws": "laws/index.md"}, *families]},
            {"About": [page for page in ABOUT if page in here]},
        ]

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        folder = self.cache / "templates"
        folder.mkdir(parents=True, exist_ok=True)
        env.bytecode_cache = FileSystemBytecodeCache(str(folder))  # MkDocs compiles the theme at every build
        return env

    @event_priority(100)  # before mkdocs-jupyter looks for notebooks
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        catalog = self.book.catalog
        for path, page in self.book.pages().items():
            file = File.generated(config, path, content=page.text)
            if page.source:
                file.edit_uri = f"../{page.source}"
            files.append(file)
            self.generated.add(path)
        for path, text in exports.exports(catalog, self.book.evidence).items():
            files.append(File.generated(config, path, content=text))
        for path, content in self._broken_pages().items():
            files.append(File.generated(config, path, content=content))
            self.generated.add(path)
        files.append(File.generated(config, "assets/lawbook/stix-two-math.woff2", content=assets.math_font(self.cache)))
        files.append(File.generated(config, "assets/lawbook/vega.js", content=assets.vega_bundle(self.cache)))
        if wheel.name(self.root) is not None:
            made = wheel.build(catalog, self.book.evidence, self.root / "build" / "dist")
            files.append(File.generated(config, f"dist/{made.name}", content=made.read_bytes()))
        for paper in catalog.entries:
            for file in self._notebook(config, catalog, paper):
                files.append(file)
        return files

    def _notebook(self, config: MkDocsConfig, catalog: Catalog, paper: str) -> list[File]:
        """The downloads of a notebook, its page and its figures."""
        out = []
        source = catalog.notebook(paper)
        if source.is_file():
            out.append(File.generated(config, f"download/{paper}.py", content=source.read_bytes()))
        found = self.book.evidence.get(paper)
        if found is None or found.shown.notebook is None:
            return out
        text = store.notebook_text(catalog, found.shown)
        takeaway = download.with_install(text, wheel.name(self.root), config.site_url)
        out.append(File.generated(config, f"download/{paper}.ipynb", content=takeaway))
        ready = self._prepared(paper, text)
        folder = self.cache / "notebooks"
        target = folder / "notebooks" / f"{paper}.ipynb"
        if not target.is_file() or target.read_text(encoding="utf-8") != ready.text:
            write_atomically(target, ready.text)
        out.append(File(f"notebooks/{paper}.ipynb", str(folder), config.site_dir, config.use_directory_urls))
        out += [File.generated(config, f"figures/{name}", content=data) for name, data in ready.figures.items()]
        return out

    def _prepared(self, paper: str, text: str) -> notebook_page.Prepared:
        """The notebook made ready; while serving, those that have not changed are not read again."""
        known: dict[str, tuple[str, notebook_page.Prepared]] = self.__dict__.setdefault("_ready", {})
        if paper not in known or known[paper][0] != text:
            known[paper] = (text, notebook_page.prepare(paper, json.loads(text), self._resolve))
        return known[paper][1]

    def _resolve(self, target: str) -> str:
        """A link of a notebook, written from its page, `../laws/cohen2021.md`; an unknown page is a warning."""
        path, mark, anchor = target.partition("#")
        if not path.endswith(".md") or ":" in path:
            return target
        page = re.sub(r"^(\.\./)+", "", path)
        if page not in self.generated and not (self.root / "docs" / page).is_file():
            log.warning("a notebook links to %s, which is no page of the site", target)
        return "../../" + re.sub(r"(^|/)index$", r"\1", page.removesuffix(".md")).strip("/") + "/" + mark + anchor

    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        uri = page.file.src_uri
        if uri.endswith(".ipynb"):  # mkdocs-jupyter reads the file itself
            paper = Path(uri).stem
            title = escape(plain(self.book.catalog.entries[paper].title))
            page.meta = {"title": f"Notebook: {title}", "notebook": paper, "search": {"exclude": True}}
            path = self.book.catalog.notebook(paper).relative_to(self.root).as_posix()
            page.meta["colab"] = download.colab(paper, config.site_url)
            page.meta["binder"] = download.binder(path, config.extra.get("repo"))
            page.meta["accent"] = self.book.accents[self.book.catalog.family_of[paper]]
            return markdown
        if uri not in self.generated:
            filled = documentation.fill(markdown, self.book)
            return self._stash(uri, filled, re.compile(r"^<div class=\"lb-.*?^</div>$", re.DOTALL | re.MULTILINE))
        page.meta["search"] = {"exclude": True}  # search.py says what is found of it
        return self._stash(uri, markdown, re.compile(r"^<.*?(?=\n\n#|\Z)", re.DOTALL | re.MULTILINE))

    def _stash(self, uri: str, markdown: str, block: re.Pattern[str]) -> str:
        """Take blocks of HTML out: Python-Markdown would read them through, tag by tag, to change nothing."""
        kept = self.stash.setdefault(uri, [])

        def keep(match: re.Match[str]) -> str:
            kept.append(match[0])
            return f"<!--lawbook:{len(kept) - 1}-->"

        return block.sub(keep, markdown)

    def on_page_content(self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        kept = self.stash.pop(page.file.src_uri, [])
        return re.sub(r"<!--lawbook:(\d+)-->", lambda m: kept[int(m[1])], html)

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        return notebook_page.mend(output) if page.file.src_uri.endswith(".ipynb") else output

    @event_priority(-100)  # after the search plugin has written its index
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        if not config.site_url:  # a sitemap without an address lists nothing
            for name in ("sitemap.xml", "sitemap.xml.gz"):
                Path(config.site_dir, name).unlink(missing_ok=True)
        path = Path(config.site_dir, "search", "search_index.json")
        if path.is_file():
            index = json.loads(path.read_text(encoding="utf-8"))
            index["docs"] += search.documents(self.book.catalog)
            path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

    def on_serve(self, server: Any, *, config: MkDocsConfig, builder: Any) -> Any:
        server.watch(str(self.root / "references"))
        server.watch(str(Path(__file__).parent / "templates"))
        return server

    def _broken_pages(self) -> Mapping[str, str]:
        """While serving: a page that lists all problems, and one in the place of each entry that has some."""
        if not self.problems:
            return {}
        for problem in self.problems:
            log.error("%s", problem)
        mine: dict[str, list[Problem]] = defaultdict(list)
        for problem in self.problems:
            mine[Path(problem.file).stem].append(problem)
        out = {"problems.md": _problem_page(self.problems)}
        for paper in self.book.catalog.family_of:
            if paper not in self.book.catalog.entries:
                out[f"laws/{paper}.md"] = _problem_page(mine.get(paper) or self.problems)
        return out


def _problem_page(problems: list[Problem]) -> str:
    items = []
    for problem in problems:
        where = f"{problem.path}: " if problem.path else ""
        place = f"{problem.file}:{problem.line}:{problem.column}"
        items.append(f"<li><code>{escape(place)}</code> {escape(where + problem.message)}</li>")
    title = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
    return f'---\ntitle: Problems\n---\n\n# {title}\n\n<ul class="lb-problems">{"".join(items)}</ul>\n'
