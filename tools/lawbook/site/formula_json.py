"""The safe expression of an entry as data for a script of the page, which evaluates it without running text as code."""

from __future__ import annotations

import ast
from typing import Any

from lawbook.reference.formula import CONSTANTS, Formula

_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


def tree(formula: Formula) -> Any:
    """`2/eta` as `["/", 2, "eta"]`: a number, the name of a symbol, or an operation and what it is done to."""
    return _tree(formula.tree, frozenset(formula.symbols))


def _tree(node: ast.expr, symbols: frozenset[str]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return name if name in symbols else CONSTANTS[name]
        case ast.UnaryOp(op=op, operand=operand):
            inner = _tree(operand, symbols)
            return ["-", 0, inner] if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            return [_SIGNS[type(op)], _tree(left, symbols), _tree(right, symbols)]
        case ast.Call(func=ast.Name(id=name), args=args):
            return [name, *(_tree(arg, symbols) for arg in args)]
    raise AssertionError(node)  # the syntax of entries has nothing else
