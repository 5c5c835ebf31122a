"""LaTeX to MathML at build time; what the converter refuses is a problem of the entry."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lawbook.reference import code

_MATH = re.compile(r"(?<!\\)\$\$(?P<display>.+?)(?<!\\)\$\$|(?<!\\)\$(?P<inline>[^$]+?)(?<!\\)\$", re.DOTALL)

MAX_LENGTH = 4000
MAX_PARTS = 300  # the converter goes into each: thousands, one in the other, would end the process
_PARTS = re.compile(r"\\[A-Za-z]+|[{\[^_]")


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
    try:
        text: str = _converter().convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        raise TexError(str(error)) from None
    return text


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
