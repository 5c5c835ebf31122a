"""Text that stays text: the one place through which whatever comes from a file or a record goes into a page.

A page is Markdown whose blocks of HTML end at a heading, and a heading is a line that begins with `#`. So no value may
bring such a line, in a text of several lines, after any sign that some reader takes for the end of one.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from lawbook.reference.characters import LINE_ENDS, NO_CHARACTERS

_SEPARATOR = re.compile(f"[{LINE_ENDS}]")
_NO_CHARACTER = re.compile(f"[{NO_CHARACTERS}]")
_HEADING = re.compile(r"^([ \t]*)#(?=#{0,5}(?:[ \t\n]|\Z))", re.MULTILINE)


def clean(text: str) -> str:
    """Text whose only line break is `\\n`, and in which every character is one that a page can hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NO_CHARACTER.sub("\ufffd", _SEPARATOR.sub(" ", text))


def inert(value: Any) -> Markup:
    """What a template writes: escaped unless it is HTML of ours, and never a heading, wherever its lines break.

    It does nothing to what it has given already, so that a macro may hand on what another wrote.
    """
    return Markup(_HEADING.sub(r"\1&#35;", clean(escape(value))))


def attribute(text: str) -> Markup:
    """Text in an attribute: a line break as an entity, so that the block of HTML has no blank line."""
    return Markup(html.escape(clean(text).strip()).replace("\n", "&#10;"))


def one_line(text: str) -> str:
    """Text as plain words on one line, escaped for HTML, for what the theme writes as it stands."""
    return str(inert(" ".join(clean(text).split())))


def web_address(text: str) -> str:
    """The address, if it is one of the web: `http` or `https`, with a host and no blank. Otherwise nothing."""
    address = text.strip()
    if address != clean(address) or re.search(r"[\s\\]", address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.hostname else ""


def may_link(target: str) -> bool:
    """Whether a text may link there: to an address of the web, or to a place on this site."""
    return bool(web_address(target)) or re.match(r"[^:/\\]*(?:[/?#](?![/\\])|\Z)", target) is not None
