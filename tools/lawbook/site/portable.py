"""The whole book as plain Markdown and files, with a `mkdocs.yml` that needs no plugin of ours.

The way out for the day when MkDocs 1 or Material for MkDocs can no longer be used: another generator starts from here.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import yaml
from yaml.representer import SafeRepresenter

from lawbook.site import content, documentation
from lawbook.site.content import Content, NotebookPage
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
    docs: dict[str, str | bytes] = {path: page.text for path, page in made.pages.items()}
    docs |= {f"notebooks/{paper}.md": notebook(page) for paper, page in made.notebooks.items()}
    docs |= made.files
    for path in sorted((root / "docs").rglob("*")):
        if path.is_file():
            name = path.relative_to(root / "docs").as_posix()
            docs[name] = guide(path.read_text(encoding="utf-8"), book) if path.suffix == ".md" else path.read_bytes()
    out: dict[str, str | bytes] = {f"docs/{path}": data for path, data in sorted(docs.items())}
    navigation = content.nav(book.catalog, root / "docs")
    out["mkdocs.yml"] = settings((root / "mkdocs.yml").read_text(encoding="utf-8"), navigation)
    return out


def guide(text: str, book: Book) -> str:
    """A hand-written page with its live parts put in; its front matter stays as it is."""
    front = match[0] if (match := _FRONT.match(text)) else ""
    return front + documentation.fill(text[len(front) :], book)


def notebook(page: NotebookPage) -> str:
    """An executed notebook as Markdown: code in fences, outputs as text or HTML, figures as links to files."""
    from nbformat import from_dict

    ready = from_dict(json.loads(page.text))
    for cell in ready.cells:
        if cell.cell_type == "markdown":
            cell.source = documentation.in_line(cell.source)
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
