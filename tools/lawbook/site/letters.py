"""Letters of a formula that are no symbol of its law, where another law of the entry says what they mean.

A letter means the same only where it stands as it does there: not as an index, not with an index or an accent that the
other lacks, not in a word, and not inside a symbol of the law itself. One that two laws of the entry give two meanings
means neither here. The loss of the notation is meant where its gradient is taken: one descends the training loss. The
statement says what the other letters are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Entry, Law, Symbol

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\S")
_WORDS = (r"\text", r"\mathrm", r"\operatorname", r"\operatorname*", r"\begin", r"\end")
_ACCENTS = (
    r"\mathbb", r"\mathcal", r"\mathbf", r"\mathsf", r"\boldsymbol", r"\hat", r"\widehat", r"\tilde", r"\bar",
    r"\overline", r"\dot", r"\ddot", r"\vec",
)  # fmt: skip
_AFTER_A_SUM = ("", "=", "+", "-", ",", ")", "]", r"\,", r"\;", r"\quad", r"\qquad", r"\right")
COMMON = frozenset("dei")  # a differential, Euler's number, an index: never the symbol of another law


def borrowed(catalog: Catalog, entry: Entry, law: Law) -> list[Symbol]:
    """Symbols of other laws of the entry that stand in the formula of this one, in the order of the formula."""
    own = [catalog.symbol(law, name) for name in law.symbols]
    letters = [symbol.latex for symbol in own] + [symbol.paper_writes for symbol in own]
    shape = _shape(law.formula.latex)
    taken = _places(shape, [_plain(letter) for letter in letters if letter])
    found: dict[tuple[str, ...], dict[str, Symbol]] = {}
    for other in entry.laws.values():
        for name in other.symbols:
            symbol = catalog.symbol(other, name)
            if name not in law.symbols and symbol.latex and symbol.name and symbol.latex not in COMMON:
                found.setdefault(_plain(symbol.latex), {})[symbol.name] = symbol
    at: list[tuple[int, Symbol]] = []
    for letter in sorted(found, key=len, reverse=True):
        (symbol, *rest) = found[letter].values()
        places = [start for start in _starts(shape, letter) if not taken & set(range(start, start + len(letter)))]
        taken |= {start + i for start in places for i in range(len(letter))}
        if places and not rest:
            at.append((places[0], symbol))
    loss = catalog.notation.get("loss")
    if loss is not None and _plain(loss.latex) not in found:
        places = [
            start for start in _starts(shape, _plain(loss.latex)) if start not in taken and _descended(shape, start)
        ]
        about = {"latex": loss.latex, "name": loss.name, "unit": loss.unit}
        at += [(start, Symbol.model_validate({}).model_copy(update=about)) for start in places[:1]]
    return [symbol for _, symbol in sorted(at, key=lambda item: item[0])]


Shape = list[tuple[str, bool, bool]]  # token, whether it stands in an index, whether in a word


def _plain(latex: str) -> tuple[str, ...]:
    return tuple(token for token in _TOKEN.findall(latex) if token not in "{}")


def _shape(latex: str) -> Shape:
    """The tokens of a formula without its braces, each with where it stands."""
    out: Shape = []
    groups: list[tuple[bool, bool]] = [(False, False)]  # of each open brace: in an index, in a word
    before = ""
    for token in _TOKEN.findall(latex):
        index, word = groups[-1]
        inside = (index or before == "_", word or before in _WORDS)
        if token == "{":
            groups.append(inside)
        elif token == "}":
            if len(groups) > 1:
                groups.pop()
        else:
            out.append((token, *inside))
        before = token
    return out


def _starts(shape: Shape, letter: Sequence[str]) -> Iterator[int]:
    """Where a letter of another law stands, as it stands there."""
    for start in _matches(shape, letter):
        token, is_index, is_word = shape[start]
        after = shape[start + len(letter)][0] if start + len(letter) < len(shape) else ""
        before = shape[start - 1][0] if start else ""
        cut = letter[0] == r"\sum" and after not in _AFTER_A_SUM  # the head of a sum of products
        label = before == "^" and token.isalpha() and token.isupper()  # whose it is: no power
        if not (is_index or is_word or label or cut or before in _ACCENTS or after == "_"):
            yield start


def _descended(shape: Shape, start: int) -> bool:
    """Whether a gradient or a Hessian is taken of what stands here."""
    before = [token for token, is_index, _ in shape[:start] if not is_index and token not in ("^", "_", "2", r"\,")]
    return before[-1:] == [r"\nabla"]


def _matches(shape: Shape, letter: Sequence[str]) -> Iterator[int]:
    tokens = tuple(token for token, _, _ in shape)
    for start in range(len(tokens) - len(letter) + 1) if letter else ():
        if tokens[start : start + len(letter)] == tuple(letter):
            yield start


def _places(shape: Shape, letters: Sequence[Sequence[str]]) -> set[int]:
    return {start + i for letter in letters for start in _matches(shape, letter) for i in range(len(letter))}
