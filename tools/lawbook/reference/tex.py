"""LaTeX to MathML at build time; what the converter refuses is a problem of the entry."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from lawbook.files import printable
from lawbook.reference import code

_MATH = re.compile(r"(?<!\\)\$\$(?P<display>.+?)(?<!\\)\$\$|(?<!\\)\$(?P<inline>[^$]+?)(?<!\\)\$", re.DOTALL)

MAX_LENGTH = 4000
MAX_PARTS = 300  # the converter goes into each: thousands, one in the other, would end the process
_PARTS = re.compile(r"\\[A-Za-z]+|[{\[^_]")
MAX_OPEN = 10  # the converter looks for the end of each opening bracket twice as long as for that of the one before
_LEFT = "lang|langle|lbrace|lbrack|lparen|lfloor|lceil|lvert|lVert|llangle|lgroup|lmoustache|llbracket|[ul]lcorner"
_RIGHT = "rang|rangle|rbrace|rbrack|rparen|rfloor|rceil|rvert|rVert|rrangle|rgroup|rmoustache|rrbracket|[ul]rcorner"
_BRACKETS = re.compile(
    rf"\\(?:left|right|middle)(?![A-Za-z])\s*(?:\\(?:[A-Za-z]+|.)|.)|(?P<opens>\\(?:\{{|(?:{_LEFT})(?![A-Za-z])))"
    rf"|(?P<closes>\\(?:\}}|(?:{_RIGHT})(?![A-Za-z])))|\\(?:[A-Za-z]+|.)|(?P<sign>[^\w\s])",
    re.DOTALL,
)
_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
# What makes another language of a formula, or ties it to the page that it stands on.
_FOREIGN = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|[gex]?def|let|futurelet|global|newenvironment|(?:eq)?ref|label)(?![A-Za-z])"
)


class TexError(ValueError):
    """LaTeX that cannot be shown."""


@lru_cache(maxsize=1)
def _converter() -> Any:
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False)


def mathml(latex: str, *, display: bool = False) -> str:
    """The MathML of `latex`. Raises `TexError`."""
    from math_core import LatexError

    if len(latex) > MAX_LENGTH:
        raise TexError(f"found {len(latex):,} characters, expected at most {MAX_LENGTH:,}")
    parts = len(_PARTS.findall(latex))
    if parts > MAX_PARTS:
        raise TexError(f"found {parts:,} commands, groups and scripts, expected at most {MAX_PARTS}")
    if match := _CONTROL.search(latex):
        raise TexError(f"found the character U+{ord(match[0]):04X}, expected only characters that can be seen")
    if match := _FOREIGN.search(latex):
        raise TexError(f"found {match[0]}, expected a formula that defines nothing and refers to nothing: write it out")
    unclosed = _unclosed(latex)
    if unclosed > MAX_OPEN:
        raise TexError(f"found {unclosed:,} opening brackets that are not closed, expected at most {MAX_OPEN}")
    try:
        text: str = _converter().convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        raise TexError(printable(str(error))) from None
    return text


def _unclosed(latex: str) -> int:
    """How many opening brackets have none that closes, of any kind, inside the same braces."""
    opened = [0]  # of each level of braces
    total = 0
    for match in _BRACKETS.finditer(latex):
        sign = match["sign"] or ""
        if sign == "{":
            opened.append(0)
        elif sign == "}":
            total += opened.pop()
            opened = opened or [0]
        elif match["opens"] or unicodedata.category(sign or "a") in ("Ps", "Pi") or sign == "⎰":
            opened[-1] += 1
        elif match["closes"] or unicodedata.category(sign or "a") in ("Pe", "Pf") or sign == "⎱":
            opened[-1] = max(opened[-1] - 1, 0)
    return total + sum(opened)


def pieces(text: str) -> list[tuple[str, str]]:
    """Split Markdown into ("text" | "code" | "inline" | "display", content), in order; code holds no math."""
    out: list[tuple[str, str]] = []
    for is_code, part in code.split(text):
        if is_code:
            out.append(("code", part))
            continue
        at = 0
        for match in _MATH.finditer(part):
            if match.start() > at:
                out.append(("text", part[at : match.start()]))
            kind = "display" if match["display"] is not None else "inline"
            out.append((kind, match[kind]))
            at = match.end()
        if at < len(part):
            out.append(("text", part[at:]))
    return out


def unquoted(latex: str) -> str:
    """A formula of several lines without the marks of the block quote that it stands in."""
    return re.sub(r"(?<=\n)(?:[ \t]{0,3}>[ \t]?)+", "", latex)
