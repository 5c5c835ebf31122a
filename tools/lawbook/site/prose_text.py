"""The Markdown of entries as plain text: mathematics in Unicode, works by author and year, laws by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent

from lawbook.reference.math_text import math_text
from lawbook.reference.prose import CITATION
from lawbook.reference.tex import pieces, unquoted
from lawbook.site.citing import in_parentheses

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
EMPHASIS = re.compile(  # an underscore within a word is none
    r"(?<!\\)\*{1,3}(?=\S)|(?<=\S)(?<!\\)\*{1,3}(?!\w)|(?<![\w\\])_{1,3}(?=\S)|(?<=\S)(?<!\\)_{1,3}(?!\w)"
)
_POWER = re.compile(r"(?<![\w./=#%:-])(\d+(?:\.\d+)?)e([+-]?)(\d+)(?![\w/])")
_SUPER = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_HELD = re.compile("\ufdd0(\\d+)\ufdd1")  # noncharacters, which no text of an entry has
DISPLAYED = "    "  # before a formula that stands on a line of its own
CODE = 2 * DISPLAYED  # before each line of a program


def text_of(markdown: str, works: Mapping[str, str], laws: Mapping[str, str]) -> str:
    """Markdown as text, its paragraphs and items on lines of their own, which are wrapped later.

    Arguments:
        markdown: A text of an entry.
        works: What a work is called, by its key: `Cohen et al. 2021`.
        laws: The name of each law, as text, by `paper/law`.

    Returns:
        The text. A law that is cited is its name in quotes with its id behind it, an address stands behind the words
        that led there. A program keeps its lines, without those that are empty.
    """
    held: list[str] = []

    def hold(text: str) -> str:
        held.append(text)
        return f"\ufdd0{len(held) - 1}\ufdd1"

    def cited(match: re.Match[str]) -> str:
        paper, law = match["paper"], match["law"]
        if law is None:
            return hold(works.get(paper, paper))
        return hold(f"“{laws.get(f'{paper}/{law}', law)}” ({paper}/{law})")

    def linked(match: re.Match[str]) -> str:
        target = match[3]
        return f"{match[2]} ({hold(target)})" if target.startswith(("http:", "https:")) else match[2]

    parts = []
    for kind, content in pieces(in_parentheses(_HELD.sub("", markdown))):
        if kind == "text":
            parts.append(CITATION.sub(cited, _POWER.sub(_power, content)))
        elif kind == "code" and "\n" in content and content.startswith(("```", "~~~")):
            rows = [row for row in content.split("\n")[1:] if row.strip() and not row.lstrip().startswith(content[:3])]
            parts.append("\n\n" + "\n".join(CODE + hold(row) for row in dedent("\n".join(rows)).split("\n")) + "\n\n")
        elif kind == "code":
            parts.append(hold(content.strip("`").strip()))
        elif kind == "inline":
            parts.append(hold(math_text(content)))
        else:
            parts.append(f"\n\n{DISPLAYED}{hold(math_text(unquoted(content)))}\n\n")
    text = _LINK.sub(linked, "".join(parts))
    text = re.sub(r"<(https?:[^<>\s]*)>", r"\1", text)
    text = re.sub(r"\\([^\w\s])", lambda m: hold(m[1]), EMPHASIS.sub("", text))
    while _HELD.search(text):
        text = _HELD.sub(lambda m: held[int(m[1])], text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


def line_of(markdown: str, works: Mapping[str, str], laws: Mapping[str, str]) -> str:
    """The same on one line."""
    return " ".join(text_of(markdown, works, laws).split())


def first_sentence(text: str) -> str:
    """The first sentence of a text on one line."""
    found = re.match(r".*?[.?!](?=\s+[A-Z“(]|$)", text)
    return found[0] if found else text


def _power(match: re.Match[str]) -> str:
    """1e300 as 10³⁰⁰, 2.5e-4 as 2.5 × 10⁻⁴."""
    power = ("⁻" if match[2] == "-" else "") + match[3].translate(_SUPER)
    return f"10{power}" if match[1] == "1" else f"{match[1]} × 10{power}"


@dataclass(frozen=True)
class Names:
    """What works and laws are called in a text."""

    works: Mapping[str, str]
    laws: Mapping[str, str]

    def line(self, text: str) -> str:
        """A text on one line."""
        return line_of(text, self.works, self.laws)

    def text(self, text: str) -> str:
        """A text with its paragraphs."""
        return text_of(text, self.works, self.laws)
