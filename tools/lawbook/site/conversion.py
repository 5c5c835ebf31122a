"""Notebooks converted to HTML by mkdocs-jupyter, kept by content: it is loaded only when one must be converted.

Left to itself it compiles nbconvert's templates anew for each notebook, and has BeautifulSoup parse and print the page
with all its styles. Here templates are compiled once, and the page is parsed and printed once, by `sanitise.page`.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from lawbook.files import write_atomically
from lawbook.reference import made_by
from lawbook.site import notebook_page

if TYPE_CHECKING:
    from mkdocs.structure.toc import AnchorLink

FEW = 8  # notebooks that are converted sooner than another process has started
LOADS = ("mkdocs_jupyter.convert", "jupytext")  # what its plugin loads, and needs only to convert
DEPTH = 6  # of the table of contents
_MAKERS = ("mkdocs-jupyter", "nbconvert", "mistune", "Pygments", "Jinja2", "nh3", "Markdown")


@dataclass(frozen=True)
class Converted:
    """The page of a notebook: its cells as HTML, its headings as MkDocs reads them, and the first of them."""

    html: str
    toc: list[Any]
    title: str | None


class Conversions:
    """The converted notebooks of one book.

    Arguments:
        folder: Where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made_by = repr((made_by.code(), made_by.versions(_MAKERS)))

    def make(self, notebooks: Iterable[str]) -> None:
        """Convert the notebooks that are not kept, in processes of their own where they are many; forget all others."""
        wanted = {self._path(text): text for text in notebooks}
        todo = [(str(path), text) for path, text in wanted.items() if not path.is_file()]
        processes = min(os.cpu_count() or 1, len(todo) // FEW)
        if processes > 1:
            with ThreadPoolExecutor(processes) as threads:
                list(threads.map(_elsewhere, [todo[i::processes] for i in range(processes)]))
        else:
            convert_all(todo)
        for path in self.folder.glob("*.json"):
            if path not in wanted:
                path.unlink(missing_ok=True)

    def of(self, notebook: str) -> Converted:
        """The page of a notebook that was among those to be made."""
        return Converted(**json.loads(self._path(notebook).read_text(encoding="utf-8")))

    def _path(self, notebook: str) -> Path:
        return self.folder / f"{hashlib.sha256(f'{self._made_by}{notebook}'.encode()).hexdigest()}.json"


def convert_all(todo: Sequence[tuple[str, str]]) -> None:
    """Write the page of each notebook, as JSON, to the path before it."""
    for path, notebook in todo:
        write_atomically(Path(path), json.dumps(asdict(convert(notebook)), ensure_ascii=False))


def _elsewhere(todo: Sequence[tuple[str, str]]) -> None:
    command = [sys.executable, "-m", "lawbook.site.conversion"]
    done = subprocess.run(command, input=json.dumps(todo), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"notebooks could not be converted: {done.stderr.strip()}")


def convert(notebook: str) -> Converted:
    """The page of a notebook that `notebook_page.prepare` has made ready, as JSON."""
    from mkdocs_jupyter.convert import nb2html
    from mkdocs_jupyter.plugin import get_nb_toc

    with tempfile.TemporaryDirectory() as folder, _lean():
        path = Path(folder, "notebook.ipynb")
        path.write_text(notebook, encoding="utf-8")
        page = nb2html(str(path), theme="", allow_errors=False, custom_mathjax_url="")
        toc, title = get_nb_toc(str(path), DEPTH)
    return Converted(notebook_page.mend(page), [token(line) for line in toc], title)


def token(line: AnchorLink) -> Any:
    """A line of a table of contents as MkDocs reads it."""
    return {"name": line.title, "id": line.id, "level": line.level, "children": [token(i) for i in line.children]}


class _Unparsed(str):
    """Stands in the place of BeautifulSoup, which is to make sure of what `mend` sees to as well."""

    def __new__(cls, markup: str, features: str) -> _Unparsed:
        return super().__new__(cls, markup)

    def select(self, selector: str) -> list[Any]:
        """Nothing to be changed."""
        return []


class _Compiled(BytecodeCache):
    """The compiled templates of this process."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


@contextmanager
def _lean() -> Iterator[None]:
    """Have nbconvert keep its compiled templates, and leave its page as it is."""
    base: Any = import_module("nbconvert.exporters.templateexporter").TemplateExporter
    html: Any = import_module("nbconvert.exporters.html")
    created, parsed = base._create_environment, html.BeautifulSoup

    def create(exporter: Any) -> Environment:
        environment: Environment = created(exporter)
        environment.bytecode_cache = _compiled
        return environment

    base._create_environment, html.BeautifulSoup = create, _Unparsed
    try:
        yield
    finally:
        base._create_environment, html.BeautifulSoup = created, parsed


if __name__ == "__main__":
    convert_all(json.load(sys.stdin))
