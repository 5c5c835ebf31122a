"""The laws that an expression becomes when it is changed by rule: another constant, another exponent, a part left out.

A changed law is a tree of the safe syntax like the law itself, so `formula.evaluate` gives its values.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from lawbook.numbers import plain
from lawbook.reference.formula import Formula
from lawbook.reference.rewrite import HOLE, emptied, is_product, is_sum, literal, nodes, replaced, unsigned

Kind = Literal["constant", "exponent", "number", "factor", "fitted"]
Change = Callable[[Any], Any]

NUMBER: dict[str, Change] = {
    "times 0.5": lambda p: 0.5 * p,
    "times 0.8": lambda p: 0.8 * p,
    "times 1.25": lambda p: 1.25 * p,
    "times 2": lambda p: 2 * p,
    "with its sign flipped": lambda p: -p,
}
RULES: dict[Kind, dict[str, Change]] = {
    "constant": {
        "times 2": lambda c: 2 * c,
        "times ½": lambda c: c / 2,
        "plus 1": lambda c: c + 1,
        "minus 1": lambda c: c - 1,
        "with its sign flipped": lambda c: -c,
    },
    "exponent": {
        "times 2": lambda e: 2 * e,
        "times ½": lambda e: e / 2,
        "plus ½": lambda e: e + 0.5,
        "minus ½": lambda e: e - 0.5,
        "with its sign flipped": lambda e: -e,
    },
    "number": NUMBER,  # a prediction that is a number
    "fitted": NUMBER,  # what was fitted has a unit, and one more of it may be nothing
    "factor": NUMBER,  # the 1 before an expression that holds nothing to change
}
"""How each kind of place is changed."""

T = TypeVar("T")

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True)
class Place:
    """A constant or an exponent of an expression.

    Attributes:
        kind: What it is, which says how it is changed.
        name: The same in words: `the exponent of n`, `the constant 2`, `the fitted alpha`.
        now: The tree of its present value.
        tree: The tree of the expression, with the name `HOLE` in this place.
        label: What a changed law calls it: `2`, `the exponent of n`.
        in_exponent: Whether it is a constant of an exponent without symbols, which is a place itself.
    """

    kind: Kind
    name: str
    now: ast.expr
    tree: ast.expr
    label: str
    in_exponent: bool = False

    def changes(self, now: Any) -> list[tuple[str, Any]]:
        """What is said of each changed law, and the value that it has in this place.

        Arguments:
            now: The present value, a number; of an exponent that differs between points, an array.

        Returns:
            One pair for each rule.

        Examples:
            >>> from lawbook.reference.changed import number
            >>> number(0.5).changes(0.5)[:2]
            [('0.5 becomes 0.25', 0.25), ('0.5 becomes 0.4', 0.4)]
        """
        new = [(how, change(now)) for how, change in RULES[self.kind].items()]
        if self.kind in ("exponent", "factor"):
            return [(f"{self.label} {how}", value) for how, value in new]
        return [(f"{self.label} becomes {plain(float(value))}", value) for _, value in new]


@dataclass(frozen=True)
class Part:
    """An expression with a part left out.

    Attributes:
        says: What was left out: `without the term floor`, `Min: first arm alone`.
        tree: What is left.
    """

    says: str
    tree: ast.expr


def number(value: float) -> Place:
    """The one place of a prediction that is a number.

    Arguments:
        value: The number.

    Returns:
        The place.

    Examples:
        >>> from lawbook.reference.changed import number
        >>> number(0.5).name
        'the number'
    """
    return Place("number", "the number", ast.Constant(value), ast.Name(HOLE), plain(value))


def factor(formula: Formula) -> Place:
    """The factor 1 before an expression, for one that holds nothing to change, such as a lone symbol.

    Arguments:
        formula: The expression.

    Returns:
        The place; it is changed as a number is.

    Examples:
        >>> from lawbook.reference.changed import factor
        >>> from lawbook.reference.formula import Formula
        >>> factor(Formula.parse("variance", ["variance"])).name
        'the factor before variance'
    """
    whole = ast.BinOp(ast.Name(HOLE), ast.Mult(), formula.tree)
    return Place("factor", f"the factor before {formula.text}", ast.Constant(1.0), whole, formula.text)


def places(formula: Formula, fitted: Collection[str] = ()) -> list[Place]:
    """Every exponent of an expression, then every constant.

    Exponents are the right sides of `**`, each as a whole, and the ½ of a square root. Constants are its numbers, each
    with its own sign, also those inside exponents, and the symbols that were fitted.

    Arguments:
        formula: The expression.
        fitted: The symbols whose values were fitted: each is one constant, wherever it occurs.

    Returns:
        The places, in the order of the text.

    Examples:
        >>> from lawbook.reference.changed import places
        >>> from lawbook.reference.formula import Formula
        >>> [place.name for place in places(Formula.parse("2*n**(-b)", ["n", "b"]))]
        ['the exponent of n', 'the constant 2']
    """
    return [*_exponents(formula), *_constants(formula, fitted)]


def parts(formula: Formula) -> list[Part]:
    """An expression with each term of a sum, each factor of a product or all arms of Min or Max but one left out.

    Arguments:
        formula: The expression.

    Returns:
        What is left, once for each part.

    Examples:
        >>> import ast
        >>> from lawbook.reference.changed import parts
        >>> from lawbook.reference.formula import Formula
        >>> for part in parts(Formula.parse("a/n + floor", ["a", "n", "floor"])):
        ...     print(part.says, "→", ast.unparse(part.tree))
        without the term a/n → floor
        without the term floor → a / n
        without the factor a → 1.0 / n + floor
        without the factor n → a / 1.0 + floor
    """
    tree = formula.tree
    found: list[tuple[str, str, ast.expr]] = []
    for node in nodes(tree):
        match node:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                if not is_sum(left):
                    rest = right if isinstance(op, ast.Add) else ast.UnaryOp(ast.USub(), right)
                    found.append(("term", _text(formula, left), replaced(tree, node, rest)))
                if not is_sum(right):
                    found.append(("term", _text(formula, right), replaced(tree, node, left)))
            case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=right):
                for side in map(unsigned, (left, right)):
                    if not is_product(side) and literal(side) != 1:
                        found.append(("factor", _text(formula, side), replaced(tree, side, ast.Constant(1.0))))
    told = [f"without the {which}{kind} {text}" for which, (kind, text, _) in _which([f[:2] for f in found], found)]
    out = [Part(says, rest) for says, (_, _, rest) in zip(told, found, strict=True)]
    arms = [
        (f"{node.func.id}: {_ordinal(i)} arm alone", replaced(tree, node, arm))
        for node in nodes(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Min", "Max")
        for i, arm in enumerate(node.args)
    ]
    return out + [Part(says, rest) for says, rest in arms]


def _exponents(formula: Formula) -> Iterator[Place]:
    found: list[tuple[str, ast.expr, ast.expr]] = []
    for node in nodes(formula.tree):
        match node:
            case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                found.append((_text(formula, base), exponent, replaced(formula.tree, exponent, ast.Name(HOLE))))
            case ast.Call(func=ast.Name(id="sqrt"), args=[base]):
                power = ast.BinOp(base, ast.Pow(), ast.Name(HOLE))
                found.append((_text(formula, base), ast.Constant(0.5), replaced(formula.tree, node, power)))
    for which, (base_text, now, tree) in _which([f[0] for f in found], found):
        name = f"the {which}exponent of {base_text}"
        yield Place("exponent", name, now, tree, name)


def _constants(formula: Formula, fitted: Collection[str]) -> Iterator[Place]:
    tree = formula.tree
    exponents = [n.right for n in nodes(tree) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow)]
    bare = [e for e in exponents if not any(isinstance(n, ast.Name) and n.id in formula.symbols for n in ast.walk(e))]
    inside = {id(node) for exponent in bare for node in nodes(exponent)}
    found = [(plain(value), node) for node in nodes(tree) if (value := literal(node)) is not None]
    for which, (text, node) in _which([f[0] for f in found], found):
        label = f"the {which}{text}" if which else text
        holed = replaced(tree, node, ast.Name(HOLE))
        yield Place("constant", f"the {which}constant {text}", node, holed, label, id(node) in inside)
    for name in dict.fromkeys(n.id for n in nodes(tree) if isinstance(n, ast.Name) and n.id in fitted):
        yield Place("fitted", f"the fitted {name}", ast.Name(name), emptied(tree, name), f"the fitted {name}")


def _text(formula: Formula, node: ast.expr) -> str:
    """A part of the expression as it was written; numbers as people read them."""
    value = literal(node)
    return plain(value) if value is not None else ast.get_source_segment(formula.text, node) or ast.unparse(node)


def _which(names: Sequence[object], items: Sequence[T]) -> Iterator[tuple[str, T]]:
    """Each item, with `first `, `second ` and so on before it where several have its name."""
    count, seen = Counter(names), Counter[object]()
    for name, item in zip(names, items, strict=True):
        yield (f"{_ordinal(seen[name])} " if count[name] > 1 else ""), item
        seen[name] += 1


def _ordinal(index: int) -> str:
    return _ORDINALS[index] if index < len(_ORDINALS) else f"{index + 1}th"
