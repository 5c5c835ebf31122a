"""Text taken apart into the words that search compares; search-worker.js does the same to what a reader types.

Accents and case go, Greek letters become their names, LaTeX loses its commands for layout, and what stands between
letters and digits separates. So 2/η, `2/eta` and \\frac{2}{\\eta} are the same two words, and so are λ_max and
\\lambda_{\\max}. The tables are data, which the index carries to the browser; the few steps are written twice, and
tests/browser/test_search.py holds both against each other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Any

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "∇": "nabla", "∂": "partial", "∞": "infinity", "√": "sqrt", "∑": "sum", "∫": "int", "#": "number",
}  # fmt: skip
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}  # no accent to take away
SAME = {
    "varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho", "infty": "infinity", "ell": "l",
    "top": "t", "intercal": "t", "log": "ln",
}  # fmt: skip
LAYOUT = (
    r"\\(?:[dt]?frac|left|right|[bB]igg?[lr]?|q?quad|text[a-z]*|math[a-z]+|operatorname|displaystyle|overline|hat|bar"
    r"|tilde|dot|[lr]?[vV]ert|[lr]angle|cdot|times|odot|boldsymbol|in|to|sim|simeq|approx|propto|[lgn]eq?|longrightarrow"
    r"|[rR]ightarrow|Longrightarrow|implies|qquad)(?![a-zA-Z])"
)
SCRIPTS = "[\u00b2\u00b3\u00b9\u02b0-\u02b8\u1d2c-\u1d6a\u2070-\u209c]+"
WORD = r"[0-9]+(?:\.[0-9]+)+|[0-9]+|[^\W_0-9][^\W_]*"
# British and American spelling, the plural. In this order; each is tried on the whole word.
SPELLING = (
    (r"(?<=[a-z]{3})iz", "is"), (r"(?<=[a-z]{3})yz", "ys"), (r"(?<=[a-z]{3})our", "or"), (r"^centre", "center"),
    (r"(?<=[a-z]{2})sses$", "ss"), (r"(?<=[a-z]{2})ies$", "y"), (r"(?<=[a-z]{3})(?<![sui])s$", ""),
)  # fmt: skip
_STOP = """
    a about abs al all also an and any are arxiv as at be because been between but by can choose could did do does
    each et explain find for from get give given had happen happens has have here how http https i if in into is it
    its itself know me my need not of on one or org other our out over pdf same should so some such tell than that
    the their them then there these they this those to too under up used very want was way we were what when where
    whether which while who whose why will with without would www you your
"""
STOP = frozenset(_STOP.split())
# What a relation sign parts is a formula of its own: whoever looks for 2/η need not type what tends to it.
_RELATION = re.compile(
    r"\\(?:to|sim|simeq|approx|propto|equiv|asymp|le|ge|leq|geq|ll|gg|lt|gt|neq?|qquad|quad|[rR]ightarrow"
    r"|[lL]ongrightarrow)(?![a-zA-Z])|[=<>→≈∼∝≤≥≃]|,\s"
)
LONGEST = 40  # letters of a word; what is longer is no word
WIDEST = 8  # words of a formula that is found as a whole


def tables() -> dict[str, Any]:
    """The tables as the browser needs them."""
    return {
        "greek": GREEK, "letters": LETTERS, "same": SAME, "layout": LAYOUT, "scripts": SCRIPTS, "stop": sorted(STOP),
        "spelling": [[pattern, put] for pattern, put in SPELLING], "longest": LONGEST, "widest": WIDEST,
    }  # fmt: skip


def words(text: str, *, math: bool = False, every: bool = False) -> list[str]:
    """The words of `text`, in order; without `every` those without meaning are left out, letters of formulas stay."""
    return list(_words(text, math, every))


@lru_cache(maxsize=20_000)  # while the site is served, most texts are as they were
def _words(text: str, math: bool, every: bool) -> tuple[str, ...]:
    text = _LAYOUT.sub(" ", text)
    text = _SCRIPTS.sub(r" \g<0> ", text)
    text = unicodedata.normalize("NFKD", text).lower().translate(_CHARACTERS)
    found = [_spelt(word) for word in _WORD.findall(text)]
    kept = (word for word in found if every or word not in STOP or (math and len(word) == 1))
    return tuple(word for word in kept if len(word) <= LONGEST)


def pairs(of: list[str]) -> list[str]:
    """Neighbours, which tell `step size` from a size and a step: `~step size`."""
    return [f"~{a} {b}" for a, b in pairwise(of)]


def wholes(formula: str) -> set[str]:
    """Each side of a formula as one word, `=2 eta`."""
    sides = (words(side, math=True) for side in _RELATION.split(formula))
    return {"=" + " ".join(side) for side in sides if 2 <= len(side) <= WIDEST}


def whole(name: str) -> set[str]:
    """A name as one word, `=edge stability`; without what stands in brackets, too."""
    forms = (words(form) for form in (name, name.partition(" (")[0]))
    return {"=" + " ".join(form) for form in forms if 1 <= len(form) <= WIDEST}


@lru_cache(maxsize=1 << 16)  # a book says the same words over and over
def _spelt(word: str) -> str:
    word = SAME.get(word, word)
    if len(word) > 3:
        for pattern, put in _SPELLING:
            word = pattern.sub(put, word)
    return word


_LAYOUT = re.compile(LAYOUT)
_SCRIPTS = re.compile(SCRIPTS)
_WORD = re.compile(WORD)
_SPELLING = [(re.compile(pattern), put) for pattern, put in SPELLING]


class _Characters(dict[int, str | int | None]):
    """What becomes of a character, by its number: an accent goes, any other that no table names stays."""

    def __missing__(self, number: int) -> int | None:
        found = self[number] = None if unicodedata.category(chr(number)) == "Mn" else number
        return found


_CHARACTERS = _Characters({ord(c): f" {name} " for c, name in GREEK.items()})
_CHARACTERS |= {ord(c): letters for c, letters in LETTERS.items()}
