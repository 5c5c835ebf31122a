"""Characters that no text of the book may hold: what cannot be seen, breaks a line elsewhere, or turns text around."""

from __future__ import annotations

import re
import unicodedata

from lawbook.reference.problem import Problem

LIMIT = 20  # of one file that are told one by one

# For the brackets of a regular expression.
LINE_ENDS = "\x0b\x0c\x1c-\x1e\x85\u2028\u2029"  # what ends a line for Python or YAML and not for HTML
NO_CHARACTERS = "\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # what HTML and YAML do not have
_TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = "\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"  # that mean nothing to others

_REFUSED = re.compile(f"\r(?!\n)|[\t{LINE_ENDS}{NO_CHARACTERS}{_TURNING}{_UNSEEN}{_PRIVATE}]")
_ALONE = re.compile("\r(?!\n)")
_WORDS = {
    "\t": "a tab, expected blanks",
    "\r": "a carriage return without a line feed, expected line feeds alone",
    "\x85": "U+0085 (next line), expected a line feed, or nothing",
    "\ufeff": "U+FEFF (byte order mark), expected none (save the file as UTF-8 without it)",
}
_CATEGORIES = {"Cc": "control character", "Co": "private use", "Cs": "half of a character"}


def problems(text: str, name: str, *, tabs: bool = False) -> list[Problem]:
    """A problem for each such character of a file; of very many only the first, and how many there are.

    Lines that end as those of old Macs are one problem, and lines all the same.

    Arguments:
        text: What the file holds.
        name: What messages call it.
        tabs: Whether tabs are allowed.
    """
    alone = [] if "\n" in text else [match.start() for match in _ALONE.finditer(text)]
    first: list[Problem] = []
    if len(alone) > 1:
        text = _ALONE.sub("\n", text)
        message = (
            f"found {len(alone):,} lines that end in a carriage return, expected line feeds (save the file with LF)"
        )
        first = [Problem(name, *place(text, alone[0]), "", message)]
    found = [match for match in _REFUSED.finditer(text) if not (tabs and match[0] == "\t")]
    told = first + [
        Problem(name, *place(text, match.start()), "", f"found {named(match[0])}") for match in found[:LIMIT]
    ]
    if len(found) > LIMIT:
        message = f"found {len(found) - LIMIT:,} more of such characters from here on, expected none"
        told.append(Problem(name, *place(text, found[LIMIT].start()), "", message))
    return told


def is_refused(character: str) -> bool:
    """Whether a character is one of them."""
    return _REFUSED.fullmatch(character) is not None


def without(text: str) -> str:
    """The text with a blank in the place of each, so that all else stands where it stood; without a byte order mark."""
    if "\n" not in text and len(_ALONE.findall(text)) > 1:
        text = _ALONE.sub("\n", text)
    return _REFUSED.sub(" ", text.removeprefix("\ufeff"))


def named(character: str) -> str:
    """`U+202E (right-to-left override), expected only characters that can be seen`."""
    if character in _WORDS:
        return _WORDS[character]
    name = unicodedata.name(character, "") or _CATEGORIES.get(unicodedata.category(character), "no character")
    return f"U+{ord(character):04X} ({name.lower()}), expected only characters that can be seen"


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column, both from 1, of a place in a file."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
