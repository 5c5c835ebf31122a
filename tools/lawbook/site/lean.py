"""A page of the theme without the white space of its templates, a tenth of its bytes."""

from __future__ import annotations

import re

# What is kept as it is: blocks in which white space counts, comments, and tags, whose attributes may hold line breaks.
_KEPT = (
    r"<(?P<block>pre|textarea|script|style|svg)\b.*?</(?P=block)>|<!--.*?-->"
    r"""|<[a-zA-Z/!](?:[^>"']|"[^"]*"|'[^']*')*>"""
)
_SPACE = re.compile(rf"{_KEPT}|(?P<space>[ \t\r\n]{{2,}})", re.DOTALL)


def lean(html: str) -> str:
    """The same page, each run of white space in its text a single character: a browser shows no more of it."""
    return _SPACE.sub(lambda found: _one(found["space"]) if found["space"] else found[0], html)


def lean_around(html: str) -> str:
    """The same of all but the article, whose blocks are lean where we have made them."""
    before, start, rest = html.partition("<article")
    article, end, after = rest.rpartition("</article>")
    return f"{lean(before)}{start}{article}{end}{lean(after)}" if start and end else lean(html)


def _one(space: str) -> str:
    return "\n" if "\n" in space else " "
