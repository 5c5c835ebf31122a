"""What the Markdown of an entry may hold: text, math, safe links, citations. No HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from lawbook.reference.tex import TexError, mathml, pieces, unquoted

CITATION = re.compile(r"\[@(?P<paper>[A-Za-z0-9_:-]+)(?:/(?P<law>[A-Za-z0-9-]+))?\]")
_HTML = re.compile(r"<(?:/?[A-Za-z][^<>]*>|!--|[!?])")
_LINK = re.compile(r"\]\(\s*<?([^\s)>]*)|^\s{0,3}\[[^\]^@]+\]:\s*<?(\S+)", re.MULTILINE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def citations(text: str) -> Iterator[tuple[str, str | None]]:
    """(paper, law or None) for each [@paper] and [@paper/law]."""
    for match in CITATION.finditer(text):
        yield match["paper"], match["law"]


def defects(text: str) -> Iterator[str]:
    """What is wrong with a piece of Markdown, one message each."""
    if "$" not in text and "<" not in text and "](" not in text and "]:" not in text:
        return
    plain = []
    for kind, content in pieces(text):
        if kind == "text":
            plain.append(content)
        elif kind in ("inline", "display"):
            try:
                mathml(unquoted(content), display=kind == "display")
            except TexError as error:
                yield f"found math that cannot be shown, ${content.strip()}$: {error}"
    rest = " ".join(plain)
    if "$" in rest.replace("\\$", ""):
        start = rest.replace("\\$", "  ").index("$")
        near = rest[start : start + 30]
        yield f"found an unbalanced $ before {near!r}, expected $…$ in pairs (write \\$ for the sign)"
    if match := _HTML.search(rest):
        yield f"found raw HTML, {match[0]!r}, expected Markdown (write `<` as \\lt in math, or put it in a code span)"
    for match in _LINK.finditer(rest):
        target = re.sub(r"[\s\x00-\x1f]", "", html.unescape(match[1] or match[2] or ""))
        scheme = _SCHEME.match(target)
        if scheme and scheme[1].lower() not in ("http", "https"):
            yield f"found a link to {scheme[1]!r}:, expected http, https or a page of this site"
