"""What a formula is written as by people who know other languages, and how it is written here: `**` for `^`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection

_SIGNS = {
    sign: cure
    for signs, cure in {
        "^": "** for a power", "×·⋅@": "*", "÷": "/", "−–": "-, the hyphen", "²": "**2", "³": "**3", "√": "sqrt(…)",
        "π": "pi", "|": "Abs(…)", "%&~": "+ - * / or **", "≤≥≠!=<>": "a value, no comparison and no factorial",
        "\\$": "an expression such as sqrt(x)/2, not LaTeX", "\n": "one line", "#": "no comment",
    }.items()
    for sign in signs
} | {"//": "floor(a/b)"}  # fmt: skip
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True)))


def foreign_sign(text: str) -> tuple[str, int] | None:
    """The first sign that the safe syntax does not have, with its cure, and its column, from 1."""
    sign = _SIGN.search(text)
    if sign is None:
        return None
    said = "a line break" if sign[0] == "\n" else sign[0]
    return f"found {said}, expected {_SIGNS[sign[0]]}", sign.start() + 1


def no_expression(text: str, error: SyntaxError, functions: Collection[str]) -> tuple[str, int]:
    """What Python's parser found, in words of the safe syntax, and the column of it, from 1.

    Arguments:
        text: What should be an expression.
        error: What Python says of it.
        functions: The names of those that may be called.
    """
    if found := re.search(r"(?<![\w.])\d[\d.]*(?:[eE][-+]?\d+)?(?=[A-Za-z_])", text):
        return f"found {found[0]!r} before a letter, expected * between them", found.end() + 1
    for found in re.finditer(r"(?P<first>\w+)\s+(?=(?P<second>\w+))", text):
        if not (keyword.iskeyword(found["first"]) or keyword.iskeyword(found["second"])):
            cure = f"{found['first']}(…)" if found["first"] in functions else "* between them"
            return f"found {found['first']!r} before {found['second']!r}, expected {cure}", found.start() + 1
    for found in re.finditer(r"[A-Za-z_]\w*", text):
        if keyword.iskeyword(found[0]) and found[0] not in ("True", "False", "None"):
            said = "a word that Python keeps for itself, expected a symbol of another name"
            return f"found {found[0]!r}, {said}", found.start() + 1
    end = len(text) + 1
    return f"found no expression ({error.msg})", min(error.offset or end, end)  # 0 where more was expected
