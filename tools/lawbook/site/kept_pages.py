"""The pages as MkDocs makes HTML of their Markdown, kept between builds by that text.

What a page is linked to is no part of it: links that lead nowhere are found in the built site.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from mkdocs.utils import CountHandler

from lawbook.files import write_atomically
from lawbook.reference import made_by
from lawbook.site.conversion import token

MAKERS = (
    "mkdocs",
    "mkdocs-ng",
    "properdocs",
    "mkdocs-autorefs",
    "mkdocstrings",
    "mkdocstrings-python",
    "griffelib",
    "Markdown",
    "Pygments",
    "pymdown-extensions",
)

_warnings = CountHandler(level=logging.WARNING)
logging.getLogger("mkdocs").addHandler(_warnings)


def warned() -> int:
    """How many warnings this process has had from MkDocs and its plugins."""
    return sum(count for _, count in _warnings.get_counts())


def made_with(config: MkDocsConfig) -> str:
    """A hash of what makes any page of a site: the code, the configuration and the versions."""
    settings = Path(config.config_file_path).read_bytes() if config.config_file_path else b""
    parts = (hashlib.sha256(settings).hexdigest(), made_by.code(), made_by.versions(MAKERS))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class KeptPages:
    """The pages of one build: each as an earlier one made it, if its text is as it was.

    Arguments:
        folder: Where they are kept.
        made_with: The hash of what else they are made from.
    """

    def __init__(self, folder: Path, made_with: str) -> None:
        self.folder, self.made_with = folder, made_with
        self.paths: dict[str, Path] = {}
        self.found: dict[str, Any] = {}
        self.warned_before = warned()

    def markdown(self, markdown: str, page: Page) -> str:
        """The text of a page to be made; of one that was kept only the heading, which MkDocs takes for its title."""
        uri, heading = page.file.src_uri, ""
        if "title" not in page.meta:
            heading = markdown.lstrip().partition("\n")[0]
            if not heading.startswith("# "):  # MkDocs looks for it in all of the page
                return markdown
        key = hashlib.sha256(f"{self.made_with}\0{uri}\0{markdown}".encode()).hexdigest()
        self.paths[uri] = path = self.folder / f"{key}.json"
        self.found.pop(uri, None)  # of a page that is made a second time
        if not path.is_file():
            return markdown
        self.found[uri] = json.loads(path.read_text(encoding="utf-8"))
        return heading

    def content(self, html: str, page: Page) -> str:
        """The page as it was made, or as it was kept."""
        kept = self.found.get(page.file.src_uri)
        if kept is None:
            return html
        page.toc = get_toc(kept["toc"])
        page.present_anchor_ids = set(kept["anchors"])
        return str(kept.pop("html"))

    def keep(self, files: Files) -> None:
        """Keep what this build has made, unless it warned: the warning must come again. Forget all other pages."""
        if warned() > self.warned_before:
            return
        for file in files:
            page, path = file.page, self.paths.get(file.src_uri)
            if page is not None and path is not None and file.src_uri not in self.found:
                toc, anchors = [token(line) for line in page.toc], sorted(page.present_anchor_ids or ())
                kept = {"html": page.content, "toc": toc, "anchors": anchors}
                write_atomically(path, json.dumps(kept, ensure_ascii=False))
        used = set(self.paths.values())
        for path in self.folder.glob("*.json"):
            if path not in used:
                path.unlink(missing_ok=True)
