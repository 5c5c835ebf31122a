"""The tree of an expression: its parts found and put in another's place, while the tree itself stays as it is."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

HOLE = "?"
"""The name in the tree of a place whose value is still to be put in; no symbol is called so."""


def nodes(tree: ast.expr) -> Iterator[ast.expr]:
    """The parts of an expression from left to right, the outer first; a number with a sign is one part."""
    yield tree
    if literal(tree) is not None:
        return
    match tree:
        case ast.BinOp(left=left, right=right):
            yield from nodes(left)
            yield from nodes(right)
        case ast.UnaryOp(operand=operand):
            yield from nodes(operand)
        case ast.Call(args=args):
            for arg in args:
                yield from nodes(arg)


def replaced(tree: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    """The tree with `new` in the place of the very node `old`."""
    return _rebuilt(tree, lambda node: new if node is old else None)


def emptied(tree: ast.expr, name: str) -> ast.expr:
    """The tree with the hole in the place of a symbol, wherever it occurs."""
    return _rebuilt(tree, lambda node: ast.Name(HOLE) if isinstance(node, ast.Name) and node.id == name else None)


def _rebuilt(node: ast.expr, new: Callable[[ast.expr], ast.expr | None]) -> ast.expr:
    found = new(node)
    if found is not None:
        return found
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(_rebuilt(left, new), op, _rebuilt(right, new))
        case ast.UnaryOp(op=sign, operand=operand):
            return ast.UnaryOp(sign, _rebuilt(operand, new))
        case ast.Call(func=func, args=args):
            return ast.Call(func, [_rebuilt(arg, new) for arg in args], [])
    return node


def literal(node: ast.expr) -> float | None:
    """The number that a node writes, its sign included."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=op, operand=operand):
            inner = literal(operand)
            return -inner if inner is not None and isinstance(op, ast.USub) else inner
    return None


def unsigned(node: ast.expr) -> ast.expr:
    """What a sign stands before; a number keeps its own."""
    while isinstance(node, ast.UnaryOp) and literal(node) is None:
        node = node.operand
    return node


def is_sum(node: ast.expr) -> bool:
    """Whether a node, but for a sign before it, is a sum or a difference."""
    node = unsigned(node)
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def is_product(node: ast.expr) -> bool:
    """Whether a node is a product or a quotient."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)
