"""The whole book as plain Markdown and files, with a `mkdocs.yml` that needs no plugin of ours.

The way out for the day when MkDocs 1 or Material for MkDocs can no longer be used: another generator starts from here.

Each page is an `index.md` in a folder of its own. So it has the address that it has on the site, `laws/cohen2021/`, and
a link in its HTML reads the same from the source as from the page. Generators differ there: MkDocs leaves such links as
they are, Zensical takes them for links between sources and corrects them.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml
from yaml.representer import SafeRepresenter

from lawbook.reference.tex import pieces
from lawbook.site import content, documentation
from lawbook.site.book import Published
from lawbook.site.content import Content, NotebookPage
from lawbook.site.notebook_text import TARGET
from lawbook.site.pages import Book, front_matter, tidy

OURS = ("lawbook", "mkdocs-jupyter")  # plugins whose work is done in what is written
EXTENSIONS = ("pymdownx.highlight", "pymdownx.superfences")  # the colours of code, which mkdocs-jupyter brings
HEAD = """\
# Written by `lawbook pages`. It needs mkdocs-material and no plugin of Lawbook's: mkdocs build
"""
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def portable(book: Book, made: Content) -> dict[str, str | bytes]:
    """Path to content of a folder with everything: `mkdocs.yml`, and below `docs` the pages and what they load.

    Arguments:
        book: the catalog with its evidence.
        made: its content, `content.content(book)`.
    """
    root = book.catalog.root
    docs: dict[str, str | bytes] = {home(path): page.text for path, page in made.pages.items()}
    for paper, page in made.notebooks.items():
        docs[home(f"notebooks/{paper}.md")] = notebook(page, f"notebooks/{paper}.md")
    docs |= made.files
    for path in (root / "docs").rglob("*"):
        name = path.relative_to(root / "docs").as_posix()
        if path.suffix == ".md":
            docs[home(name)] = guide(path.read_text(encoding="utf-8"), name, book)
        elif path.is_file():
            docs[name] = path.read_bytes()
    out: dict[str, str | bytes] = {f"docs/{path}": data for path, data in sorted(docs.items())}
    navigation = _at_home(content.nav(book.catalog, root / "docs"))
    out["mkdocs.yml"] = settings((root / "mkdocs.yml").read_text(encoding="utf-8"), navigation)
    return out


def home(path: str) -> str:
    """Where a page of the site stands here: `laws/cohen2021.md` at `laws/cohen2021/index.md`."""
    return path if posixpath.basename(path) == "index.md" else path.removesuffix(".md") + "/index.md"


def _at_home(nav: Any) -> Any:
    if isinstance(nav, str):
        return home(nav)
    if isinstance(nav, list):
        return [_at_home(item) for item in nav]
    return {title: _at_home(item) for title, item in nav.items()}


def moved(text: str, path: str) -> str:
    """The Markdown of a page, whose links to pages and files are written from `path`, with links from its home."""
    here, there = posixpath.dirname(f"/{path}"), posixpath.dirname(f"/{home(path)}")

    def target(match: re.Match[str]) -> str:
        goal, mark, anchor = match[0].partition("#")
        if not goal or ":" in goal or goal.startswith("/"):
            return match[0]
        goal = posixpath.normpath(posixpath.join(here, goal))
        return posixpath.relpath(home(goal) if goal.endswith(".md") else goal, there) + mark + anchor

    return "".join(TARGET.sub(target, part) if kind == "text" else part for kind, part in _whole(text))


def _whole(text: str) -> Iterator[tuple[str, str]]:
    """`pieces` with the dollars of its formulas."""
    dollars = {"inline": "$", "display": "$$"}
    for kind, part in pieces(text):
        yield kind, dollars.get(kind, "") + part + dollars.get(kind, "")


def guide(text: str, path: str, book: Book) -> str:
    """A hand-written page, at `path` on the site, with its live parts put in; its front matter stays as it is."""
    front = match[0] if (match := _FRONT.match(text)) else ""
    return front + documentation.fill(moved(text[len(front) :], path), book)


def notebook(page: NotebookPage, path: str) -> str:
    """An executed notebook, at `path` on the site, as Markdown: code in fences, outputs as text or HTML."""
    from nbformat import from_dict

    ready = from_dict(json.loads(page.text))
    for cell in ready.cells:
        if cell.cell_type == "markdown":
            cell.source = documentation.in_line(moved(cell.source, path))
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = tidy(output.data["text/html"])
    body, _ = _exporter().from_notebook_node(ready)
    return f"{front_matter(page.meta)}\n{body.strip()}\n"


@lru_cache(maxsize=1)
def _exporter() -> Any:
    """nbconvert's Markdown exporter; making one compiles its templates."""
    from nbconvert.exporters import MarkdownExporter

    return MarkdownExporter()  # type: ignore[no-untyped-call]


def settings(text: str, nav: list[Any]) -> str:
    """The book's `mkdocs.yml` without our plugins, and with the navigation they would make.

    Edited as nodes, so that a tag such as `!ENV` passes through.

    Raises:
        ValueError: `plugins` or `markdown_extensions` is no list.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("found no settings in mkdocs.yml, expected a mapping")
    plugins, extensions = _list(node, "plugins"), _list(node, "markdown_extensions")
    plugins.value = [item for item in plugins.value if _name(item) not in OURS]
    listed = {_name(item) for item in extensions.value}
    extensions.value += [_node(name) for name in EXTENSIONS if name not in listed]
    _put(node, "edit_uri", "")  # what is written is made; to edit it would be in vain
    _put(node, "nav", nav)
    return HEAD + str(yaml.serialize(node, allow_unicode=True, width=120))


def published(text: str) -> Published:
    """Where the book of this `mkdocs.yml` is published: its `site_url` and `extra.repo`, where they are plain text."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    return Published(_text(node, "site_url"), _text(node, "extra", "repo"))


def _text(node: yaml.Node | None, *path: str) -> str | None:
    for key in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    found = isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str" and node.value
    return str(found) if found else None


def _node(data: Any) -> yaml.Node:
    return SafeRepresenter().represent_data(data)


def _list(settings: yaml.MappingNode, key: str) -> yaml.SequenceNode:
    found = next((value for name, value in settings.value if name.value == key), None)
    if not isinstance(found, yaml.SequenceNode):
        raise ValueError(f"found no list {key} in mkdocs.yml, expected one")
    return found


def _name(item: yaml.Node) -> str:
    """The name of a plugin or an extension, which stands alone or over its options."""
    return str(item.value[0][0].value if isinstance(item, yaml.MappingNode) else item.value)


def _put(settings: yaml.MappingNode, key: str, value: Any) -> None:
    settings.value = [pair for pair in settings.value if pair[0].value != key]
    settings.value.append((_node(key), _node(value)))
