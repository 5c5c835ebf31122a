"""The links of a built site: each leads to a file that is there, and to an anchor that is on it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

# A parser in Python would take ten seconds over a site, so tags are found by pattern: pages are written by programs.
_SILENT = re.compile(r"<!--.*?-->|(<(script|style)\b[^>]*>).*?</\2>", re.DOTALL)
_TAG = re.compile(r"""<[A-Za-z][^\s>/]*\s((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'=>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_MADE_BY_SCRIPTS = re.compile(r"__codelineno-|__")  # anchors of the theme


@dataclass(frozen=True)
class Dead:
    """A link of a page that leads nowhere, and why."""

    page: str  # path below the root of the site
    link: str
    why: str

    def __str__(self) -> str:
        return f"{self.page}: found a link to {self.link}, {self.why}"


def dead(site: Path) -> list[Dead]:
    """Every link on a page below `site` that leads nowhere, page by page.

    A link may lead to a file of the site, to an anchor on a page of it, or to another host by http or https; whether
    something answers there is not asked.
    """
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    pages = {name: _attributes((site / name).read_text(encoding="utf-8")) for name in files if name.endswith(".html")}
    anchors = {name: {value for kind, value in found if kind in ("id", "name")} for name, found in pages.items()}
    out = []
    for name in sorted(pages):
        links = dict.fromkeys(value for kind, value in pages[name] if kind in ("href", "src"))
        for link in links:
            if why := _fault(name, link, files, anchors):
                out.append(Dead(name, link, why))
    return out


def _attributes(page: str) -> list[tuple[str, str]]:
    found = []
    for tag in _TAG.finditer(_SILENT.sub(lambda match: match[1] or "", page)):
        for name, double, single, bare in _ATTRIBUTE.findall(tag[1]):
            if name.lower() in ("id", "name", "href", "src"):
                found.append((name.lower(), unescape(double or single or bare)))
    return found


def _fault(page: str, link: str, files: set[str], anchors: dict[str, set[str]]) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return "which is no address"
    if parts.scheme in ("http", "https"):
        return "" if parts.hostname else "which names no host"
    if parts.scheme in ("mailto", "data", "blob"):
        return ""
    if parts.scheme:
        return f"expected http, https or a place on this site, not {parts.scheme}:"
    target, anchor = (unquote(part) for part in urldefrag(link))
    target = target.partition("?")[0]
    if page == "404.html" or parts.netloc or target.startswith("/"):
        return ""  # 404 is served for any address, and its links are from the root, wherever that is
    goal = posixpath.normpath(posixpath.join(posixpath.dirname(page), target)) if target else page
    if goal not in files:
        goal = posixpath.normpath(posixpath.join(goal, "index.html"))
    if goal not in files:
        return "expected a page or a file of the site: there is none"
    if not anchor or anchor in anchors.get(goal, {anchor}) or _MADE_BY_SCRIPTS.match(anchor):
        return ""
    return f"expected a place on {goal}: nothing there has the id {anchor!r}"
