"""The pages of the Python API, kept between builds: mkdocstrings takes long over them, and only new code changes them.

Other pages link to them by path: a kept page does not tell mkdocstrings which names stand on it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from lawbook.files import write_atomically
from lawbook.site.conversion import token
from lawbook.site.kept_pages import made_with, warned

FOLDER = "python/"


class ApiPages:
    """The pages of one build: those of an earlier one if nothing that they are made from has changed."""

    def __init__(self, config: MkDocsConfig, cache: Path) -> None:
        self.path, self.key = cache / "python-api.json", _key(config)
        kept = json.loads(self.path.read_text(encoding="utf-8")) if self.path.is_file() else {}
        is_kept = kept.get("key") == self.key
        self.pages: dict[str, Any] = kept["pages"] if is_kept else {}
        self.style: str = kept["style"] if is_kept else ""
        self.warned_before = warned()
        self.mkdocstrings: Any = config.plugins.get("mkdocstrings")

    def markdown(self, markdown: str, page: Page) -> str:
        """The text of a page to be made; of one that was kept only the heading, which MkDocs takes for its title."""
        if page.file.src_uri not in self.pages:
            return markdown
        return markdown.partition("\n")[0]

    def content(self, html: str, page: Page) -> str:
        """The page as it was made, or as it was kept."""
        kept = self.pages.get(page.file.src_uri)
        if kept is None:
            return html
        page.toc = get_toc(kept["toc"])
        return str(kept["html"])

    def keep(self, files: Files, config: MkDocsConfig) -> None:
        """Keep what this build has made, unless it warned: the warning must come again."""
        if self.mkdocstrings is None:
            return
        style = Path(config.site_dir, self.mkdocstrings.css_filename)
        if self.pages:
            style.write_text(self.style, encoding="utf-8")  # mkdocstrings writes an empty one where it is not in use
        elif warned() == self.warned_before:
            pages = [file.page for file in files if file.src_uri.startswith(FOLDER) and file.page is not None]
            made = {
                page.file.src_uri: {"html": page.content, "toc": [token(line) for line in page.toc]} for page in pages
            }
            kept = {"key": self.key, "pages": made, "style": style.read_text(encoding="utf-8")}
            write_atomically(self.path, json.dumps(kept))


def _key(config: MkDocsConfig) -> str:
    """A hash of all that the pages are made from: the code, their text, the configuration and the versions."""
    texts = [(path.name, path.read_bytes()) for path in sorted(Path(config.docs_dir, FOLDER).rglob("*.md"))]
    return hashlib.sha256(repr((texts, made_with(config))).encode()).hexdigest()
