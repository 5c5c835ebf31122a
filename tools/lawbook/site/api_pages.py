"""The pages of the Python API, kept between builds: mkdocstrings takes long over them, and only new code changes them.

Other pages link to them by path: a kept page does not tell mkdocstrings which names stand on it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocs.utils import CountHandler

from lawbook.files import write_atomically

FOLDER = "python/"
_MAKERS = (
    "mkdocs",
    "mkdocs-ng",
    "properdocs",
    "mkdocs-autorefs",
    "mkdocstrings",
    "mkdocstrings-python",
    "griffelib",
    "Pygments",
    "pymdown-extensions",
)

_warnings = CountHandler(level=logging.WARNING)
logging.getLogger("mkdocs").addHandler(_warnings)


class ApiPages:
    """The pages of one build: those of an earlier one if nothing that they are made from has changed."""

    def __init__(self, config: MkDocsConfig, cache: Path) -> None:
        self.path, self.key = cache / "python-api.json", _key(config)
        kept = json.loads(self.path.read_text(encoding="utf-8")) if self.path.is_file() else {}
        self.pages: dict[str, Any] = kept["pages"] if kept.get("key") == self.key else {}
        self.warned_before = _warned()
        self.mkdocstrings: Any = config.plugins.get("mkdocstrings")

    def markdown(self, markdown: str, page: Page) -> str:
        """The text of a page to be made; of one that was kept only the heading, which MkDocs takes for its title."""
        if page.file.src_uri not in self.pages:
            return markdown
        self.mkdocstrings.get_handler("python")  # its style sheet is written only when it is in use
        return markdown.partition("\n")[0]

    def content(self, html: str, page: Page) -> str:
        """The page as it was made, or as it was kept."""
        kept = self.pages.get(page.file.src_uri)
        if kept is None:
            return html
        page.toc = get_toc(kept["toc"])
        return str(kept["html"])

    def keep(self, files: Files) -> None:
        """Keep what this build has made, unless it warned: the warning must come again."""
        if self.pages or self.mkdocstrings is None or _warned() > self.warned_before:
            return
        pages = [file.page for file in files if file.src_uri.startswith(FOLDER) and file.page is not None]
        made = {page.file.src_uri: {"html": page.content, "toc": [_token(i) for i in page.toc]} for page in pages}
        write_atomically(self.path, json.dumps({"key": self.key, "pages": made}))


def _key(config: MkDocsConfig) -> str:
    """A hash of all that the pages are made from: the code, their text, the configuration and the versions."""
    package, folder = Path(__file__).resolve().parents[1], Path(config.docs_dir, FOLDER)
    made_from = [*sorted(package.rglob("*.py")), *sorted(folder.rglob("*.md"))]
    if config.config_file_path:
        made_from.append(Path(config.config_file_path))
    parts = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in made_from]
    return hashlib.sha256(repr((parts, [_version(name) for name in _MAKERS])).encode()).hexdigest()


def _version(name: str) -> str:
    """The version of what is installed, nothing where it is not: a successor of MkDocs comes without it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _warned() -> int:
    """How many warnings this process has had from MkDocs and its plugins."""
    return sum(count for _, count in _warnings.get_counts())


def _token(link: AnchorLink) -> Any:
    """A heading of the table of contents as MkDocs reads it."""
    return {"name": link.title, "id": link.id, "level": link.level, "children": [_token(i) for i in link.children]}
