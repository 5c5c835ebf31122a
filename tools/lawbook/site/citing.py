"""How a cited work stands in a sentence: in parentheses where it is no part of it."""

from __future__ import annotations

import re
from functools import partial

from lawbook.reference import code

_WORK = r"\[@[A-Za-z0-9_:-]+\]"
_WORKS = re.compile(rf"(?<=\s){_WORK}(?:\s+{_WORK})*(?=[.,;:!?)\s]|\Z)")
_WORD_END = re.compile(r"[\w)$'’”*`%]\Z")
# After these a work is what the sentence speaks of: `the theorem of [@du2018]`.
_LEADS_ON = re.compile(
    r"\b(?:about|after|against|and|as|at|between|both|by|cites?|compare|extends|follows|from|in|like|of|on|or|per|say|"
    r"says|see|since|than|that|to|under|unlike|uses|what|which|with)\Z",
    re.IGNORECASE,
)


def in_parentheses(markdown: str) -> str:
    """Markdown with works that are cited behind a word in parentheses, as in `it falls ([@du2018]; [@saxe2014]).`

    What is a part of its sentence stays, and what is in parentheses already.
    """
    out = ""
    for is_code, part in code.split(markdown):
        out += part if is_code else _WORKS.sub(partial(_put, out), part)
    return out


def _put(before: str, match: re.Match[str]) -> str:
    paragraph = (before + match.string[: match.start()]).rpartition("\n\n")[2].rstrip()
    inside = paragraph.count("(") > paragraph.count(")")
    if inside or not _WORD_END.search(paragraph) or _LEADS_ON.search(paragraph):
        return match[0]
    return f"({'; '.join(match[0].split())})"
