"""An executed notebook as a page of the site: made ready before mkdocs-jupyter converts it, mended after.

mkdocs-jupyter inlines 575 kB of styles in every page, leaves math to MathJax from elsewhere, inlines figures and
resolves no links; `prepare` sees to math and figures, which any converter is glad of, and `mend` to the rest. The style
sheet of these pages is docs/assets/notebook.css.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lawbook.site import notebook_output, sanitise
from lawbook.site.markdown import on_site
from lawbook.site.notebook_text import headings, links, prose

if TYPE_CHECKING:
    from mkdocs.structure.toc import AnchorLink


@dataclass(frozen=True)
class Prepared:
    """A notebook to be converted, its figures as files (name to SVG or PNG content), what its text links to, and its
    headings as plain text."""

    text: str
    figures: dict[str, bytes]
    links: tuple[str, ...]
    headings: tuple[str, ...]


def prepare(paper: str, notebook: dict[str, Any]) -> Prepared:
    """The notebook with math as MathML, figures as files beside the page, and nothing in it that could run."""
    figures: dict[str, bytes] = {}
    targets: list[str] = []
    titles: list[str] = []
    cells = []
    for cell in notebook["cells"]:
        # not the tags, which mkdocs-jupyter writes as they are
        cell = cell | {"metadata": {name: about for name, about in cell.get("metadata", {}).items() if name != "tags"}}
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            cell["source"] = prose(source)
            targets += links(source)
            titles += headings(source)
        elif cell["cell_type"] == "raw":  # for some other converter: here it is text
            cell |= {"cell_type": "markdown", "source": f"{_FENCE}\n{source}\n{_FENCE}"}
        elif "outputs" in cell:
            outputs = [out for out in cell["outputs"] if not notebook_output.is_silent(out)]
            cell["outputs"] = [notebook_output.shown(paper, out, figures) for out in outputs]
        cells.append(cell)
    kernel = {key: notebook["metadata"][key] for key in ("kernelspec", "language_info") if key in notebook["metadata"]}
    ready = notebook | {"cells": cells, "metadata": kernel}
    return Prepared(json.dumps(ready, ensure_ascii=False, sort_keys=True), figures, tuple(targets), tuple(titles))


def name(toc: Iterable[AnchorLink], titles: Sequence[str]) -> None:
    """Give the lines of a table of contents the headings of the notebook, whose math and code mkdocs-jupyter drops.

    Arguments:
        toc: The lines, with those below each as its `children`; their `title` is changed.
        titles: The headings in their order. Where their number is another, something else has brought some: then all
            stays as it is.
    """
    lines = list(_lines(toc))
    if len(lines) == len(titles):
        for line, title in zip(lines, titles, strict=True):
            line.title = html.escape(title, quote=False)


def _lines(toc: Iterable[AnchorLink]) -> Iterator[AnchorLink]:
    for line in toc:
        yield line
        yield from _lines(line.children)


# What notebook.css and the tests of the pages know of JupyterLab's classes.
USED = frozenset(
    (
        "jp-Cell",
        "jp-Cell-inputWrapper",
        "jp-Notebook",
        "jp-OutputArea-output",
        "jp-RenderedHTMLCommon",
        "jp-RenderedText",
    )
)
_FENCE = "~" * 32
# No pattern starts with \s*: on 600 kB that alone would take a second a page.
_DROPPED = (
    re.compile(r'<div class="zeroclipboard-container">\s*</div>'),
    re.compile(r"<div(?=[^>]*clipboard-copy-txt)[^>]*>.*?</div>", re.DOTALL),
    re.compile(r'<div class="jp-(?:Input|Output)Prompt[^>]*>[^<]*</div>'),
    re.compile(r'<div class="jp-(?:Cell|Collapser|OutputPrompt|InputPrompt)[^"]*"[^>]*>\s*</div>'),
    re.compile(r'<a class="anchor-link".*?</a>', re.DOTALL),
    re.compile(r' id="cell-id=[^"]*"'),  # the theme's copy button would take it for a part of a selector
)
_CODE = re.compile(r'<div class="highlight-ipynb[^"]*"><pre><span></span>(.*?)</pre>\s*</div>', re.DOTALL)
_CLASSES = re.compile(r' class="([^"]*)"')
_PLAIN_TOKEN = re.compile(r'<span class="(?:w|n|nn|p|o)">([^<]*)</span>')


def _code(match: re.Match[str]) -> str:
    code = _PLAIN_TOKEN.sub(lambda m: m[1], match[1])
    return f'<div class="highlight"><pre><span></span><code>{code}</code></pre></div>'


def _used(match: re.Match[str]) -> str:
    """The classes of an element, without those of JupyterLab that no style sheet and no script of ours knows."""
    kept = [name for name in match[1].split() if name in USED or not name.startswith(("jp-", "CodeMirror", "cm-"))]
    return f' class="{" ".join(kept)}"' if kept else ""


def mend(page: str) -> str:
    """The page without what mkdocs-jupyter adds to it, and without what a notebook must not bring (`sanitise.page`).
    Code becomes code as everywhere on the site: with its colours, its copy button, and keyboard focus where it scrolls.

    Arguments:
        page: What mkdocs-jupyter made of a notebook: styles, scripts, and the cells in a `div` of their own.
    """
    return _mended(page[max(page.find('<div class="jupyter-wrapper">'), 0) :])


@lru_cache(maxsize=64)  # while serving, most notebooks are as they were
def _mended(body: str) -> str:
    body = sanitise.page(body)
    for pattern in _DROPPED:
        body = pattern.sub("", body)
    body = _CODE.sub(_code, body)
    body = body.replace("<pre>", '<pre tabindex="0">').replace(
        '<pre tabindex="0"><span></span><code>', "<pre><span></span><code>"
    )
    body = _CLASSES.sub(_used, body)
    for scrolling in ("jp-OutputArea-output", "jp-Cell-inputWrapper"):  # where a table or a formula is wide
        body = body.replace(f'{scrolling}">', f'{scrolling}" tabindex="0">')
    parts = re.split(r"(<pre.*?</pre>)", body, flags=re.DOTALL)
    return "".join(part if i % 2 else re.sub(r"\n\s*(?=<)", "\n", on_site(part)) for i, part in enumerate(parts))
