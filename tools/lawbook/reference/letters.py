"""Letters of a formula that are no symbol of its law: what the entry says they mean, and which nothing explains.

A symbol of another law means the same only where it stands as it does there: not as an index, not with an index or an
accent that the other lacks, not in a word, and not inside a symbol of the law itself. One that two laws of the entry
give two meanings means neither here. The loss of the notation is meant where its gradient is taken: one descends the
training loss. What stands for no number (a matrix, a function, an index that is counted) is explained by the entry's
`letters`, for all of its formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lawbook.reference.model import Entry, Law
from lawbook.reference.symbols import Quantity, Symbol, complete

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\S")
_WORDS = (r"\text", r"\mathrm", r"\operatorname", r"\operatorname*", r"\begin", r"\end")
_ACCENTS = (
    r"\mathbb", r"\mathcal", r"\mathbf", r"\mathsf", r"\boldsymbol", r"\hat", r"\widehat", r"\tilde", r"\bar",
    r"\overline", r"\dot", r"\ddot", r"\vec",
)  # fmt: skip
_AFTER_A_SUM = ("", "=", "+", "-", ",", ")", "]", r"\,", r"\;", r"\quad", r"\qquad", r"\right")
COMMON = frozenset("dei")  # a differential, Euler's number, an index: never the symbol of another law
_GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi varphi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell"
)
GREEK = frozenset(f"\\{name}" for name in _GREEK.split())
# What every reader of these papers knows by how it stands: an order of size, a mean over draws, a transpose.
CONVENTIONS = (("O", "("), ("O", r"\bigl"), (r"\mathbb", "E"), (r"\mathsf", "T"))

Shape = list[tuple[str, bool, bool]]  # token, whether it stands in an index, whether in a word
Found = list[tuple[int, Symbol]]  # where it first stands, and what it means


def explained(notation: Mapping[str, Quantity], entry: Entry, law: Law) -> list[Symbol]:
    """What the formula of a law has beside the law's own symbols, in the order of the formula.

    The entry's letters, symbols of its other laws, and the loss whose gradient is taken.
    """
    shape = _shape(law.formula.latex)
    taken = _places(shape, _own(notation, law))
    found: Found = []
    for latex in sorted(entry.letters, key=lambda latex: -len(_plain(latex))):
        letter = _plain(latex)
        places = [start for start in _matches(shape, letter) if not (shape[start][1] or shape[start][2])]
        free = [start for start in places if not taken & set(range(start, start + len(letter)))]
        taken |= {start + i for start in free for i in range(len(letter))}
        about = {"latex": latex, "name": entry.letters[latex], "unit": None}
        found += [(start, Symbol.model_validate({}).model_copy(update=about)) for start in free[:1]]
    found += _borrowed(notation, entry, law, shape, taken)
    return [symbol for _, symbol in sorted(found, key=lambda item: item[0])]


def unexplained(notation: Mapping[str, Quantity], entry: Entry, law: Law) -> list[str]:
    """Letters of the formula that neither a symbol nor the entry's letters explain, each once."""
    known = {token for letter in _own(notation, law) for token in letter}
    known |= {token for symbol in explained(notation, entry, law) for token in _plain(symbol.latex or "")}
    shape = _shape(law.formula.latex)
    tokens = [token for token, _, _ in shape]
    usual = {start + i for convention in CONVENTIONS for start in _matches(shape, convention) for i in (0, 1)}
    usual |= {i for i, token in enumerate(tokens) if token == r"\pi" and tokens[i + 1 : i + 2] != ["_"]}  # 3.14159…
    left = [at[0] for i, at in enumerate(shape) if i not in usual and not (at[1] or at[2]) and at[0] not in known]
    return list(dict.fromkeys(t for t in left if (re.fullmatch("[A-Za-z]", t) or t in GREEK) and t not in COMMON))


def idle(notation: Mapping[str, Quantity], entry: Entry) -> list[str]:
    """Letters that the entry explains and that stand in no formula without a meaning of its own."""
    used = {(symbol.latex, symbol.name) for law in entry.laws.values() for symbol in explained(notation, entry, law)}
    return [latex for latex, name in entry.letters.items() if (latex, name) not in used]


def instead(notation: Mapping[str, Quantity], entry: Entry, latex: str) -> str:
    """Where an idle letter stands all the same: as a symbol, or with an index that its key must have too."""
    letter = _plain(latex)
    taken = [
        f"the symbol {name!r} of {law_id}"
        for law_id, law in entry.laws.items()
        for name, symbol in law.symbols.items()
        if _plain(complete(symbol, notation.get(name)).latex or "") == letter
    ]
    with_index = re.compile(rf"(?<![A-Za-z\\]){re.escape(latex)}_(?:\{{[^{{}}]*\}}|\\?\w+)")
    found = dict.fromkeys(text for law in entry.laws.values() for text in with_index.findall(law.formula.latex))
    return (f"; it is {taken[0]}, explained there" if taken else "") + (
        f"; with its index it may be a key: {', '.join(found)}" if found else ""
    )


def _own(notation: Mapping[str, Quantity], law: Law) -> list[tuple[str, ...]]:
    """The letters of a law's own symbols, the paper's too."""
    symbols = [complete(symbol, notation.get(name)) for name, symbol in law.symbols.items()]
    return [_plain(text) for symbol in symbols for text in (symbol.latex, symbol.paper_writes) if text]


def _borrowed(notation: Mapping[str, Quantity], entry: Entry, law: Law, shape: Shape, taken: set[int]) -> Found:
    """Symbols of other laws of the entry that stand in the formula of this one; `taken` grows by their places."""
    meant: dict[tuple[str, ...], dict[str, Symbol]] = {}
    for other in entry.laws.values():
        for name in other.symbols:
            symbol = complete(other.symbols[name], notation.get(name))
            if name not in law.symbols and symbol.latex and symbol.name and symbol.latex not in COMMON:
                meant.setdefault(_plain(symbol.latex), {})[symbol.name] = symbol
    found: Found = []
    for letter in sorted(meant, key=len, reverse=True):
        (symbol, *rest) = meant[letter].values()
        places = [start for start in _starts(shape, letter) if not taken & set(range(start, start + len(letter)))]
        if places and not rest:
            taken |= {start + i for start in places for i in range(len(letter))}
            found.append((places[0], symbol))
    loss = notation.get("loss")
    if loss is not None and _plain(loss.latex) not in meant:
        places = [
            start for start in _starts(shape, _plain(loss.latex)) if start not in taken and _descended(shape, start)
        ]
        taken |= set(places)
        about = {"latex": loss.latex, "name": loss.name, "unit": loss.unit}
        found += [(start, Symbol.model_validate({}).model_copy(update=about)) for start in places[:1]]
    return found


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
    after = [token for token, _, _ in shape[1:]] + [""]
    return {
        start + i
        for letter in letters
        for start in _matches(shape, letter)
        if not shape[start][1] and after[start + len(letter) - 1] != "_"  # in an index or with one: another quantity
        for i in range(len(letter))
    }
