"""An executed notebook as a page of the site: made ready before mkdocs-jupyter converts it, mended after.

mkdocs-jupyter inlines 575 kB of styles in every page, leaves math to MathJax from elsewhere, inlines figures and
resolves no links; `prepare` sees to math and figures, which any converter is glad of, and `mend` to the rest. The style
sheet of these pages is docs/assets/notebook.css.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from lawbook.evidence.record import MIME
from lawbook.reference.tex import TexError, mathml, pieces
from lawbook.site.markdown import on_site, scrollable

_ENVIRONMENT = re.compile(
    r"^\\begin\{(equation|align|gather|eqnarray|multline)(\*?)\}(.*?)\\end\{\1\2\}", re.DOTALL | re.MULTILINE
)
TARGET = re.compile(r"(?<=\]\()[^)\s]+")  # of a link or an image in Markdown


@dataclass(frozen=True)
class Prepared:
    """A notebook to be converted, its figures as files (name to SVG or PNG content), and what its text links to."""

    text: str
    figures: dict[str, bytes]
    links: tuple[str, ...]


def prepare(paper: str, notebook: dict[str, Any]) -> Prepared:
    """The notebook with math as MathML and figures as files beside the page."""
    figures: dict[str, bytes] = {}
    targets: list[str] = []
    cells = []
    for cell in notebook["cells"]:
        cell = dict(cell)
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            cell["source"] = prose(source)
            targets += links(source)
        elif "outputs" in cell:
            cell["outputs"] = [_output(paper, out, figures) for out in cell["outputs"] if not _is_silent(out)]
        cells.append(cell)
    kernel = {key: notebook["metadata"][key] for key in ("kernelspec", "language_info") if key in notebook["metadata"]}
    ready = notebook | {"cells": cells, "metadata": kernel}
    return Prepared(json.dumps(ready, ensure_ascii=False, sort_keys=True), figures, tuple(targets))


def prose(source: str) -> str:
    """A Markdown cell with math as MathML; code spans stay as they are."""
    source = _ENVIRONMENT.sub(lambda m: f"$${_as_display(m[1], m[3])}$$", source)
    parts = []
    for kind, content in pieces(source):
        if kind in ("code", "text"):
            parts.append(content)
        else:
            shown = _shown(content.strip(), kind == "display")
            parts.append(inert(scrollable(shown) if kind == "display" else shown))
    return "".join(parts)


def links(source: str) -> Iterator[str]:
    """What a Markdown cell links to or shows; code has no links."""
    for kind, content in pieces(source):
        if kind == "text":
            yield from TARGET.findall(content)


def _as_display(environment: str, body: str) -> str:
    inner = {"align": "aligned", "eqnarray": "aligned", "gather": "gathered", "multline": "gathered"}.get(environment)
    return rf"\begin{{{inner}}}{body}\end{{{inner}}}" if inner else body.strip()


def _shown(latex: str, display: bool) -> str:
    try:
        return mathml(latex, display=display)
    except TexError:
        return f"<code>{escape(latex)}</code>"  # `lawbook check` cannot see into notebooks; say it as it was written


def inert(markup: str) -> str:
    """HTML in which Markdown finds nothing to change, and which stands on one line."""
    return "".join(
        part if part.startswith("<") else re.sub(r"[*_`\[\]\\$~^|]", lambda m: f"&#{ord(m[0])};", part)
        for part in re.split(r"(<[^>]*>)", markup.replace("\n", " "))
    )


def _is_silent(output: dict[str, Any]) -> bool:
    """A series recorded for the chart of the law page has nothing to show here."""
    data = output.get("data", {})
    return MIME in data and "text/html" not in data


def _output(paper: str, output: dict[str, Any], figures: dict[str, bytes]) -> dict[str, Any]:
    import base64

    data = output.get("data")
    if not data:
        return output
    data = {kind: content for kind, content in data.items() if kind != MIME}
    for kind, suffix in (("image/svg+xml", "svg"), ("image/png", "png")):
        if kind in data:
            content = data[kind] if isinstance(data[kind], str) else "".join(data[kind])
            name = f"{paper}-{len(figures) + 1}.{suffix}"
            figures[name] = content.encode() if suffix == "svg" else base64.b64decode(content)
            size = (
                re.search(r'<svg[^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', content[:2000])
                if suffix == "svg"
                else None
            )
            box = f' width="{float(size[1]) * 4 / 3:.0f}" height="{float(size[2]) * 4 / 3:.0f}"' if size else ""
            alt = f"Figure {len(figures)}, drawn by the code above"
            image = f'<img class="lb-figure" src="../../figures/{name}" alt="{alt}"{box} loading="lazy">'
            return output | {"data": {"text/html": image}}
    if "text/html" in data:
        table = data["text/html"]
        data["text/html"] = _shortened(table if isinstance(table, str) else "".join(table))
    return output | {"data": data}


def _shortened(table: str) -> str:
    """The table of a record without its rows past the 20th: the whole is in the download."""
    rows = list(re.finditer(r"<tr>.*?</tr>", table, re.DOTALL))
    if "lawbook-record" not in table or len(rows) <= 21:  # with that of the headings
        return table
    rest = f'<tr><td colspan="9">and {len(rows) - 21} more, in the downloaded notebook</td></tr>'
    return table[: rows[20].end()] + rest + table[rows[-1].end() :]


# No pattern starts with \s*: on 600 kB that alone would take a second a page.
_DROPPED = (
    re.compile(r"<style[^>]*>.*?</style>", re.DOTALL),
    re.compile(r"<script(?![^>]*application/(?:json|ld))[^>]*>.*?</script>", re.DOTALL),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r'<div class="zeroclipboard-container">.*?</clipboard-copy>\s*</div>', re.DOTALL),
    re.compile(r"<div(?=[^>]*clipboard-copy-txt)[^>]*>.*?</div>", re.DOTALL),
    re.compile(r'<div class="jp-(?:Input|Output)Prompt[^>]*>[^<]*</div>'),
    re.compile(r'<div class="jp-(?:Cell|Collapser|OutputPrompt|InputPrompt)[^"]*"[^>]*>\s*</div>'),
    re.compile(r'<a class="anchor-link".*?</a>', re.DOTALL),
    re.compile(r' (?:data-mime-type|data-type|data-jp-theme-[a-z]+|role)="[^"]*"'),
    re.compile(r' id="cell-id=[^"]*"'),  # the theme's copy button would take it for a part of a selector
)
_CODE = re.compile(r'<div class="highlight-ipynb[^"]*"><pre><span></span>(.*?)</pre>\s*</div>', re.DOTALL)
_PLAIN_TOKEN = re.compile(r'<span class="(?:w|n|nn|p|o)">([^<]*)</span>')


def _code(match: re.Match[str]) -> str:
    code = _PLAIN_TOKEN.sub(lambda m: m[1], match[1])
    return f'<div class="highlight"><pre><span></span><code>{code}</code></pre></div>'


def mend(html: str) -> str:
    """The page without what mkdocs-jupyter adds to it. Code becomes code as everywhere on the site: with its colours,
    its copy button, and keyboard focus where it scrolls."""
    start = html.find('<div class="jupyter-wrapper">')
    article = html.rfind("<article", 0, start)
    if start < 0 or article < 0:
        return html
    end = html.find("</article>", start)
    return html[:article] + _mended(html[article:end]) + html[end:]


@lru_cache(maxsize=64)  # while serving, most notebooks are as they were
def _mended(body: str) -> str:
    for pattern in _DROPPED:
        body = pattern.sub("", body)
    body = _CODE.sub(_code, body)
    body = body.replace("<pre>", '<pre tabindex="0">').replace(
        '<pre tabindex="0"><span></span><code>', "<pre><span></span><code>"
    )
    body = body.replace('jp-OutputArea-output">', 'jp-OutputArea-output" tabindex="0">')  # wide tables scroll
    parts = re.split(r"(<pre.*?</pre>)", body, flags=re.DOTALL)
    return "".join(part if i % 2 else re.sub(r"\n\s*(?=<)", "\n", on_site(part)) for i, part in enumerate(parts))
