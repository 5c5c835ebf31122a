"""A built site made ready to be read from a folder, without a server.

From there a browser opens no index of a folder by itself, and lets a page load neither fonts nor data from beside it.
"""

from __future__ import annotations

import base64
import posixpath
import re
from functools import partial
from pathlib import Path

_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_LINK = re.compile(r'(\s(?:href|src)=")([^"]*)(")')
_PRELOAD = re.compile(r'<link rel="preload"[^>]* as="font"[^>]*>\s*')
_FONT = re.compile(r"url\([\"']?([^\"')]+\.woff2)[\"']?\)")
# Search needs a worker and a file of data, of which a page from a folder may load neither.
_MARK = "<html data-lb-offline "
_STYLE = "\n[data-lb-offline] :is(.md-search, .md-header__button[for=__search]) { display: none; }\n"


def make_offline(site: Path) -> int:
    """Change the pages and style sheets below `site` in place.

    Links to a page lead to its `index.html`, fonts stand in the style sheets that name them, and the search, which
    cannot work there, is hidden; All laws lists every law, without its filters.

    Returns:
        How many links were changed.
    """
    folders = {path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")}
    changed = 0
    for path in sorted(site.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        here = path.parent.relative_to(site).as_posix()
        made, count = _pointed(text, here, folders)
        made = _PRELOAD.sub("", made).replace("<html ", _MARK, 1)
        path.write_text(made, encoding="utf-8")
        changed += count
    for path in sorted(site.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        made = _FONT.sub(partial(_embedded, path.parent), text)
        if path.name == "lawbook.css":
            made += _STYLE
        if made != text:
            path.write_text(made, encoding="utf-8")
    return changed


def _pointed(text: str, here: str, folders: set[str]) -> tuple[str, int]:
    """A page of the folder `here` whose links to folders lead to the page in each, and how many there were."""
    count = 0

    def link(match: re.Match[str]) -> str:
        nonlocal count
        target, mark, anchor = match[2].partition("#")
        if not target or ":" in target or target.startswith(("/", "?")):
            return match[0]
        place, _, query = target.partition("?")
        goal = posixpath.normpath(posixpath.join(here, place))
        if goal not in folders:
            return match[0]
        count += 1
        page = posixpath.join(place, "index.html") + ("?" + query if query else "")
        return match[1] + page + mark + anchor + match[3]

    return _TAG.sub(lambda tag: _LINK.sub(link, tag[0]), text), count


def _embedded(folder: Path, match: re.Match[str]) -> str:
    """The font that a style sheet of the folder names, as part of it."""
    font = folder / match[1]
    if not font.is_file():
        return match[0]
    return f'url("data:font/woff2;base64,{base64.b64encode(font.read_bytes()).decode()}")'
