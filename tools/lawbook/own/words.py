"""Texts of an entry as a terminal shows them: math as Unicode, citations by their authors."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lawbook.files import printable
from lawbook.reference.bibliography import Work
from lawbook.reference.latex_text import text_of
from lawbook.reference.prose import CITATION
from lawbook.reference.tex import pieces, unquoted

_LINK = re.compile(r"\[([^\[\]]*)\]\([^)]*\)")
_STRESS = re.compile(r"(?<![\\\w*])\*{1,2}(?=\S)|(?<=\S)(?<!\\)\*{1,2}(?!\w)")
_SIZES = re.compile(r"\\(?:bigl|bigr|Bigl|Bigr|biggl|biggr|left|right)(?![A-Za-z])")


def readable(text: str, works: Mapping[str, Work]) -> str:
    """Markdown with math as one line of text.

    Arguments:
        text: A text of an entry.
        works: The cited works, by key.

    Returns:
        Characters that can be seen, and no markup.

    Examples:
        >>> from lawbook.own.words import readable
        >>> readable(r"a level of $2/\\eta$, as *here*", {})
        'a level of 2/η, as here'
    """
    parts = [_words(content, works) if kind == "text" else _math(kind, content) for kind, content in pieces(text)]
    return printable(" ".join("".join(parts).split()))


def _words(text: str, works: Mapping[str, Work]) -> str:
    def cited(match: re.Match[str]) -> str:
        paper, law = match["paper"], match["law"]
        name = works[paper].short if paper in works else paper
        return f"[{name}, {law}]" if law else f"[{name}]"

    return _STRESS.sub("", _LINK.sub(r"\1", CITATION.sub(cited, text))).replace("\\$", "$")


def _math(kind: str, content: str) -> str:
    if kind == "code":
        return content.strip("`")
    try:
        return text_of(f"${_SIZES.sub('', unquoted(content)).strip()}$")
    except ValueError:
        return content
