"""A page of the theme without the white space of its templates, a tenth of its bytes."""

from __future__ import annotations

import re

# What is kept as it is: blocks in which white space counts, comments, and tags, whose attributes may hold line breaks.
_KEPT = (
    r"<(?P<block>pre|textarea|script|style|svg)\b.*?</(?P=block)>|<!--.*?-->"
    r"""|<[a-zA-Z/!](?:[^>"']|"[^"]*"|'[^']*')*>"""
)
_SPACE = re.compile(rf"{_KEPT}|(?P<space>[ \t\r\n]{{2,}})", re.DOTALL)

# The label of a link of the navigation, in a box that does nothing to it.
_LABEL = re.compile(
    r'(<a href="[^"]*" class="md-nav__link(?: [^"]*)?">)\s*<span class="md-ellipsis">\s*([^<]*?)\s*</span>\s*'
)


def lean(html: str) -> str:
    """The same page, each run of white space in its text a single character: a browser shows no more of it."""
    shorter = _SPACE.sub(lambda found: _one(found["space"]) if found["space"] else found[0], html)
    return _LABEL.sub(r"\1\2", shorter)


def lean_around(html: str) -> str:
    """The same of all but the article, whose blocks are lean where we have made them."""
    before, start, rest = html.partition("<article")
    article, end, after = rest.rpartition("</article>")
    return f"{lean(before)}{start}{article}{end}{lean(after)}" if start and end else lean(html)


def _one(space: str) -> str:
    return "\n" if "\n" in space else " "
