r"""What YAML makes of text that its writer meant otherwise: `"\rho"` becomes "ho", and `[L(N,D)]` two items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import yaml

from lawbook.reference import characters
from lawbook.reference.problem import shown

UNKNOWN = "\ue000"  # stands for a backslash that YAML cannot read, while the rest of a file is read
CURE = "text with a backslash is written in single quotes"

_ESCAPE = re.compile(
    rf"(?P<slash>[\\{UNKNOWN}])(?P<code>x[0-9a-fA-F]{{2}}|u[0-9a-fA-F]{{4}}|U[0-9a-fA-F]{{8}}|\r?\n|.)", re.DOTALL
)
_LETTERS = re.compile(r"[A-Za-z]*")
_MADE = {
    "0": "nothing", "a": "a bell", "b": "a backspace", "t": "a tab", "v": "a vertical tab", "f": "a form feed",
    "r": "a carriage return", "e": "an escape", " ": "a blank", "\t": "a tab", "N": "a next line",
    "_": "a blank that does not break", "L": "a line separator", "P": "a paragraph separator", "n": "a line break",
}  # fmt: skip
# `\n` is also how data is written by programs; these are the commands that it would eat.
_COMMANDS_IN_N = frozenset(
    f"n{rest}"
    for rest in re.findall(
        r"\S+",
        "u e eq eg abla ot otin i atural earrow warrow ewline ewcommand olimits onumber onscript obreak obreakspace "
        "olinebreak orm ormalsize ormalfont icefrac exists mid parallel shortmid shortparallel subset supset subseteq "
        "supseteq subseteqq supseteqq sim cong leq geq leqq geqq less gtr leqslant geqslant prec succ preceq succeq "
        "leftarrow rightarrow Leftarrow Rightarrow leftrightarrow Leftrightarrow triangleleft triangleright "
        "trianglelefteq trianglerighteq vdash vDash Vdash VDash egthinspace egmedspace egthickspace",
    )
)
_PLAIN = ("\\", '"', "/", "\n", "\r\n")  # what a backslash may stand before
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*', re.DOTALL)
_BLOCK = re.compile(r"[-+*]\s|\d{1,9}[.)]\s|\|")  # an item, a row of a table: no blank line is needed before it
_PAIRS = {"(": ")", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉", "“": "”"}


def lost_backslashes(raw: str) -> Iterator[tuple[int, str]]:
    r"""Where in a scalar, as it stands in double quotes, YAML takes a backslash for the start of a character.

    Arguments:
        raw: The scalar with its quotes, `UNKNOWN` in the place of backslashes that YAML does not know.

    Returns:
        The offset and the problem in words, one a place. `\\`, `\"`, `\/` and a backslash that ends a line are fine;
        so are `\n` that begins no LaTeX command, and the numbers of characters that a text may hold.
    """
    for match in _ESCAPE.finditer(raw):
        code = match["code"]
        letters = _LETTERS.match(raw, match.end())
        command = code + letters[0] if letters and code.isalpha() else code
        if len(code) > 1 and code[0] in "xuU":
            number = int(code[1:], 16)
            if number > 0x10FFFF:
                yield match.start(), f"found \\{code} in double quotes, the number of no character, expected one"
            elif characters.is_refused(chr(number)):
                yield match.start(), f"found \\{code} in double quotes, {characters.named(chr(number))}"
        elif match["slash"] == UNKNOWN:
            yield match.start(), f"found \\{command.strip()} in double quotes, no escape of YAML: {CURE}"
        elif code in _PLAIN or (code == "n" and command not in _COMMANDS_IN_N):
            continue
        else:
            made = f"where YAML reads \\{code} as {_MADE[code]}"
            yield match.start(), f"found \\{command} in double quotes, {made}: {CURE}"


def as_meant(raw: str) -> str:
    """A scalar in double quotes with its backslashes kept, so that nothing else is said of what YAML made of it."""
    return re.sub(r"\\([\\\"/])|\s*\n\s*", lambda match: match[1] or " ", raw[1:-1]).replace(UNKNOWN, "\\")


def readable(text: str, error: yaml.MarkedYAMLError) -> str | None:
    """The text with `UNKNOWN` for each backslash that YAML cannot read in the scalar that the error is about.

    None where the error is not about a backslash.
    """
    if not re.search(r"escape|hexdecimal", str(error.problem)) or error.context_mark is None:
        return None
    start = error.context_mark.index  # of the scalar
    scalar = _QUOTED.match(text, start)
    if scalar is None:
        return None
    made = _ESCAPE.sub(lambda match: match[0] if _is_known(match["code"]) else UNKNOWN + match["code"], scalar[0])
    return text[:start] + made + text[scalar.end() :]


def _is_known(code: str) -> bool:
    """Whether YAML can read a backslash with this after it."""
    if len(code) > 1 and code[0] in "xuU":
        return int(code[1:], 16) <= 0x10FFFF and not 0xD800 <= int(code[1:], 16) <= 0xDFFF
    return code in _MADE or code in _PLAIN


def cut_by_a_comma(item: str) -> str:
    """What is wrong with an unquoted item of a list or mapping in brackets: half of a pair, where a comma split it."""
    for left, right in _PAIRS.items():
        depth = 0
        for character in item:
            depth += (character == left) - (character == right)
            if depth < 0:
                break
        if depth:
            return (
                f"found {item!r}, in which {(left if depth > 0 else right)!r} has no partner, expected it in single"
                " quotes: here a comma ends an item"
            )
    return ""


def merged(text: str) -> str:
    """What to say of a folded text whose paragraphs YAML makes one of; nothing where it has none.

    Arguments:
        text: As YAML gives it: `>` turns a blank line into a line break, which Markdown reads as a blank.
    """
    for one, other in pairwise(text.strip().split("\n")):
        if one and other and not (one[0].isspace() or other[0].isspace() or _BLOCK.match(other)):
            return f"found a paragraph, {shown(other)}, that > joins to the one before, expected |- for paragraphs"
    return ""
