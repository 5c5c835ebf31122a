"""What the Markdown of an entry may hold: text, math, safe links, citations. No HTML, no headings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from lawbook.reference.tex import TexError, mathml, pieces, unquoted

CITATION = re.compile(r"\[@(?P<paper>[A-Za-z0-9_:-]+)(?:/(?P<law>[A-Za-z0-9-]+))?\]")
_TAG = re.compile(r"<(?=[A-Za-z/!?])[^<>]{0,40}>?")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# What makes a block of a line: a heading, a quotation, an item, a fence, a rule.
_BLOCK = re.compile(r"#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|\d{1,9}[.)](?=\s|$)|```|~~~|([-_*=])(?:\s*\1)+\s*$")
_MAY_HEAD = re.compile(r"#|^[ >]*[=-]+\s*$", re.MULTILINE)


def one_line(text: str) -> str:
    """`text`, if it is one line that begins no block of Markdown.

    Raises:
        ValueError: It is not; says what was expected.
    """
    if "\n" in text:
        raise ValueError("expected one line (a long one is folded with >-, without a blank line)")
    if block := _BLOCK.match(text):
        raise ValueError(f"expected a line of text: {block[0].strip()!r} at its start would make a block of it")
    return text


def without_tags(text: str) -> str:
    """`text`, if nothing in its math or code is like a tag of HTML; of tags beside them `defects` tells.

    Raises:
        ValueError: Something is; says what.
    """
    for kind, content in pieces(text):
        if kind != "text" and (tag := _TAG.search(content)):
            raise ValueError(f"expected no tag such as {tag[0]!r} (put a blank behind <, or write \\lt in math)")
    return text


def without_headings(text: str) -> str:
    """`text`, if no line of it is a heading: the page has its own.

    Raises:
        ValueError: One is; quotes it.
    """
    if _MAY_HEAD.search(text):
        for opening, inside in _headings(text):
            raise ValueError(
                f"expected no heading such as {opening + inside!r}: the page has its own (put \\ before it)"
            )
    return text


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.validateLink = lambda url: True  # type: ignore[method-assign]  # all links are looked at, also those that it would not show
    return made


def _headings(text: str) -> Iterator[tuple[str, str]]:
    tokens = _parser().parse(text)
    for token, inner in itertools.pairwise(tokens):
        if token.type == "heading_open":
            setext = token.markup in ("=", "-")
            yield "" if setext else f"{token.markup} ", inner.content[:40]


def _targets(text: str) -> Iterator[str]:
    """Where the links and images of a piece of Markdown lead, as a browser would see it; unused definitions too."""
    env: dict[str, Any] = {}
    for block in _parser().parse(text, env):
        for token in block.children or ():
            target = token.attrGet("href") or token.attrGet("src")
            if target is not None:
                yield str(target)
    yield from (str(reference["href"]) for reference in env.get("references", {}).values())


def citations(text: str) -> Iterator[tuple[str, str | None]]:
    """(paper, law or None) for each [@paper] and [@paper/law]."""
    for match in CITATION.finditer(text):
        yield match["paper"], match["law"]


def defects(text: str) -> Iterator[str]:
    """What is wrong with a piece of Markdown, one message each."""
    if "$" not in text and "<" not in text and "](" not in text and "]:" not in text:
        return
    plain, linked = [], []
    for kind, content in pieces(text):
        linked.append(content if kind in ("text", "code") else "$")  # what looks like code may be none
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
    if match := _TAG.search(rest):
        yield f"found raw HTML, {match[0]!r}, expected Markdown (write `<` as \\lt in math, or put it in a code span)"
    if "](" in text or "]:" in text:
        for target in dict.fromkeys(_targets("".join(linked))):
            yield from _unsafe(target)


def _unsafe(target: str) -> Iterator[str]:
    """What is wrong with the address of a link."""
    bare = re.sub(r"[\s\x00-\x20]", "", unquote(target))
    scheme = _SCHEME.match(bare)
    if scheme and scheme[1].lower() not in ("http", "https"):
        yield f"found a link to {scheme[1]!r}:, expected http, https or a page of this site"
    elif bare.startswith(("//", "\\\\", "/\\", "\\/")):
        yield f"found a link to {target[:40]!r}, expected https:// before it"
