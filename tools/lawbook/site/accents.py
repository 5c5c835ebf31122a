"""Accents of LaTeX as Unicode: `\\hat w` is ŵ and `\\dot u` is u̇, where markup cannot draw them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from lawbook.reference.math_signs import ACCENTS as MARKS

_ACCENT = re.compile(
    rf"\\({'|'.join(MARKS)})(?![A-Za-z])\s*"
    r"(?:\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}|(\\[A-Za-z]+|[^\s\\{}]))"
)
_COMMAND = re.compile(r"\\[A-Za-z]+$")
_BASE = re.compile(r"[^\W_]", re.UNICODE)


def accented(latex: str, write: Callable[[str], str]) -> str:
    """`latex` with its accents as characters; `write` turns what stands under one into Unicode.

    A bar over more than a letter is drawn over each of them; any other accent stands on the first letter.
    """

    def mark(match: re.Match[str]) -> str:
        sign = MARKS[match[1]]
        under = write(match[2] if match[2] is not None else match[3])
        each = 0 if match[1] in ("overline", "underline") else 1
        apart = " " if _COMMAND.search(match.string[: match.start()]) else ""  # `\\langle\\dot q` is no `\\langleq`
        return apart + unicodedata.normalize("NFC", _BASE.sub(lambda letter: letter[0] + sign, under, count=each))

    return _ACCENT.sub(mark, latex)
