"""The MkDocs plugin: puts the generated pages into the site. A thin adapter; what there is to put is in content.py."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import get_toc

from lawbook.evidence import store
from lawbook.reference.checked import load_checked
from lawbook.site import api_pages, content, documentation, notebook_page, search, search_index, styles
from lawbook.site.api_pages import ApiPages
from lawbook.site.at_once import Built
from lawbook.site.book import Published
from lawbook.site.conversion import Conversions
from lawbook.site.kept_pages import KeptPages, made_with
from lawbook.site.lean import lean, lean_around
from lawbook.site.pages import Book

log = logging.getLogger("mkdocs.plugins.lawbook")
# Blocks of HTML in the Markdown of a hand-written page, and of one that is made.
_OF_A_GUIDE = re.compile(r"^<div class=\"lb-.*?^</div>$", re.DOTALL | re.MULTILINE)
_OF_A_PAGE = re.compile(r"^<.*?(?=\n\n#|\Z)", re.DOTALL | re.MULTILINE)


class NoOptions(Config):  # type: ignore[no-untyped-call]
    """The plugin has no options: the catalog says everything."""


class LawbookPlugin(BasePlugin[NoOptions]):  # type: ignore[no-untyped-call]
    """Feeds catalog, evidence and executed notebooks to MkDocs."""

    serving = False  # unless MkDocs says so at the start
    built: Built | None = None  # of a site that is served, once it stands

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        self.built = None
        self.root = Path(config.config_file_path or "mkdocs.yml").resolve().parent
        self.cache = content.cache_of(self.root)
        catalog, self.problems = load_checked(self.root)
        if self.problems and not self.serving:
            raise PluginError("\n".join(map(str, self.problems)))
        published = Published(config.site_url, config.extra.get("repo"))
        self.book = Book(catalog, store.read(catalog), content.charts_of(self.root), published)
        self.stash: dict[str, list[str]] = {}
        self.api = ApiPages(config, self.cache)
        self.kept = KeptPages(self.cache / "html", made_with(config))
        config.nav = content.nav(catalog, Path(config.docs_dir))
        config.extra["lawbook_problems"] = len(self.problems)
        self.sheets = [str(sheet) for sheet in config.extra_css]
        config.extra_css = self.sheets[:1]
        notebooks: Any = config.plugins.get("mkdocs-jupyter")
        if notebooks is not None:  # its default lies in whatever folder the build is started from
            notebooks.config["cache_dir"] = str(self.cache / "mkdocs-jupyter")
        return config

    def _on_env_templates(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        folder = self.cache / "templates"
        folder.mkdir(parents=True, exist_ok=True)
        env.bytecode_cache = FileSystemBytecodeCache(str(folder))  # MkDocs compiles the theme at every build
        return env

    @event_priority(-100)  # after autorefs has put in the links between the pages
    def _on_env_keep(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        self.api.keep(files, config)
        self.kept.keep(files)
        self.stands = Built(self.book, config, files, self.navigation, env)
        return env

    on_env = CombinedEvent(_on_env_templates, _on_env_keep)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        for problem in self.problems:
            log.error("%s", problem)
        made = content.content(self.book, self.problems, serving=self.serving)
        for sentence in made.dead:
            log.warning("%s", sentence)
        self.generated = made.pages
        for path, page in made.pages.items():
            file = File.generated(config, path, content=page.text)
            if page.source:
                file.edit_uri = f"../{page.source}"
            files.append(file)
        if self.sheets:
            styles.bundle(files, self.sheets, config)
        for path, data in made.files.items():
            files.append(File.generated(config, path, content=data))
        self.conversions = Conversions(self.cache / "notebooks")
        self.conversions.make(notebook.text for notebook in made.notebooks.values())
        self.shown = {f"notebooks/{paper}.md": notebook for paper, notebook in made.notebooks.items()}
        for path, notebook in self.shown.items():  # the page comes in `on_page_content`
            file = File.generated(config, path, content="")
            file.edit_uri = f"../{notebook.meta['source']}"
            files.append(file)
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        self.navigation = nav
        return nav

    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        uri = page.file.src_uri
        if uri in self.shown:
            page.meta = self.shown[uri].meta
            return markdown
        if uri in self.generated:
            page.meta["search"] = {"exclude": True}  # search.py says what is found of it
            return self._stash(uri, self.kept.markdown(markdown, page), _OF_A_PAGE)
        if page.file.src_path and not page.file.generated_by:
            page.meta.setdefault("source", f"docs/{uri}")
        filled = documentation.fill(self.api.markdown(markdown, page), self.book)
        if not uri.startswith(api_pages.FOLDER):
            filled = self.kept.markdown(filled, page)
        return self._stash(uri, filled, _OF_A_GUIDE)

    def _stash(self, uri: str, markdown: str, block: re.Pattern[str]) -> str:
        """Take blocks of HTML out: Python-Markdown would read them through, tag by tag, to change nothing."""
        kept = self.stash.setdefault(uri, [])

        def keep(match: re.Match[str]) -> str:
            kept.append(match[0])
            return f"<!--lawbook:{len(kept) - 1}-->"

        return block.sub(keep, markdown)

    def on_page_content(self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        notebook = self.shown.get(page.file.src_uri)
        if notebook is not None:
            converted = self.conversions.of(notebook.text)
            page.toc = get_toc(converted.toc)
            page.title = converted.title
            notebook_page.name(page.toc, notebook.headings)
            return converted.html
        kept = self.stash.pop(page.file.src_uri, [])
        made = re.sub(r"<!--lawbook:(\d+)-->", lambda m: kept[int(m[1])], html)
        return self.kept.content(self.api.content(made, page), page)

    @event_priority(-100)  # after all others have had the page
    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        return lean(output) if page.file.src_uri in self.shown else lean_around(output)

    @event_priority(-100)  # after the search plugin has written its index
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        if not config.site_url:  # a sitemap without an address lists nothing
            for name in ("sitemap.xml", "sitemap.xml.gz"):
                Path(config.site_dir, name).unlink(missing_ok=True)
        folder = Path(config.site_dir, "search")
        path = folder / "search_index.json"
        if path.is_file():  # what MkDocs has read of the other pages
            guides = search.guides(json.loads(path.read_text(encoding="utf-8"))["docs"])
            pages = self.shown.values()
            told = [search.notebook(page.meta["notebook"], page.meta["title"], page.text) for page in pages]
            known = search.documents(self.book.catalog, self.book.evidence) + guides + told
            for name, text in search_index.files(known, self.book.catalog.synonyms).items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")
        self.built = self.stands if self.serving and not self.problems else None

    def make_at_once(self) -> bool:
        """Make the pages of entries that were edited since the site was built. Whether there were any.

        All else that shows them has to be built after this.
        """
        made = self.built.edited() if self.built is not None else {}
        for path, page in made.items():
            self.generated[path] = page
            if self.built is not None:
                self.built.write(path, page.text)
        return bool(made)

    def on_serve(self, server: Any, *, config: MkDocsConfig, builder: Any) -> Any:
        root = Path(config.config_file_path or "mkdocs.yml").resolve().parent  # also where no build has begun
        for folder in (root / "references", root / "notebooks", Path(__file__).parent / "templates"):
            if folder.is_dir():
                server.watch(str(folder))
        return server
