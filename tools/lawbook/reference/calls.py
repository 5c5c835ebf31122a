"""The names that a notebook writes out where it opens an entry and records: papers, checks, controls and laws."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paper", "check", "control", "law"]

# Of each method of an open entry: the parameter that is a name, its place (None for a keyword alone), what it names.
METHODS: dict[str, tuple[str, int | None, Kind]] = {
    "check": ("name", 0, "check"),
    "control": ("name", 0, "control"),
    "predict": ("check", 0, "check"),
    "fit": ("law", 0, "law"),
    "formula": ("law", 0, "law"),
    "series": ("law", None, "law"),
}
OPENING: tuple[str, int | None, Kind] = ("paper", 0, "paper")
MODULE = "lawbook.notebook"
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LEAVES = (ast.Constant, ast.expr_context, ast.operator, ast.unaryop)  # with nothing in them
_WANTED = (ast.Call, ast.Name, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Import, ast.ImportFrom)

Nodes = list[tuple[ast.AST, frozenset[str]]]
"""Nodes of a tree, each with the names that a function around it binds for itself."""


@dataclass(frozen=True)
class Named:
    """A name as it is written out, and where: line and column from 1."""

    kind: Kind
    text: str
    line: int
    column: int


def names_in(tree: ast.Module, text: str) -> Iterator[Named]:
    """Every name that is a literal, in the order of the file. What a variable holds is told by the run."""
    nodes = _nodes(tree)
    openers = _openers(nodes)
    opened = _opened(nodes, openers)
    lines = text.split("\n")
    for call, hidden in nodes:
        found = _literal(call, openers, opened - hidden) if isinstance(call, ast.Call) else None
        if found is not None:
            kind, value, node = found
            before = lines[node.lineno - 1].encode("utf-8")[: node.col_offset]
            yield Named(kind, value, node.lineno, len(before.decode("utf-8", "replace")) + 1)


def _literal(call: ast.Call, openers: set[str], opened: set[str]) -> tuple[Kind, str, ast.expr] | None:
    if _dotted(call.func) in openers:
        parameter, place, kind = OPENING
    elif isinstance(call.func, ast.Attribute) and call.func.attr in METHODS and _is_open(call.func, openers, opened):
        parameter, place, kind = METHODS[call.func.attr]
    else:
        return None
    given = [keyword.value for keyword in call.keywords if keyword.arg == parameter]
    node = given[0] if given else call.args[place] if place is not None and len(call.args) > place else None
    return (kind, node.value, node) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_open(function: ast.Attribute, openers: set[str], opened: set[str]) -> bool:
    """Whether a method is that of an open entry: of a variable, or of the call that opens it."""
    of = function.value
    return _dotted(of) in opened or (isinstance(of, ast.Call) and _dotted(of.func) in openers)


def _openers(nodes: Nodes) -> set[str]:
    """What a notebook calls `lawbook.notebook.open`."""
    found = set()
    for node, _ in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == MODULE and alias.asname:
                    found.add(f"{alias.asname}.open")
                elif alias.name in ("lawbook", MODULE):
                    found.add(f"{alias.asname or 'lawbook'}.notebook.open")
        elif isinstance(node, ast.ImportFrom) and node.module in ("lawbook", MODULE):
            wanted, end = ("notebook", ".open") if node.module == "lawbook" else ("open", "")
            found |= {f"{alias.asname or wanted}{end}" for alias in node.names if alias.name in (wanted, "*")}
    return found


def _opened(nodes: Nodes, openers: set[str]) -> set[str]:
    """The variables that hold an open entry, and nothing else ever."""
    mine: list[str] = []
    for node, _ in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and isinstance(node.value, ast.Call):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if _dotted(node.value.func) in openers:
                mine += [target.id for target in targets if isinstance(target, ast.Name)]
    stored = [node.id for node, _ in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return {name for name in mine if stored.count(name) <= mine.count(name)}


def _nodes(tree: ast.Module) -> Nodes:
    """What matters of a tree, in the order of the file. Each notebook is walked once: there are tens of thousands."""
    found: Nodes = []
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, names = waiting.pop()
        if isinstance(node, _WANTED):
            found.append((node, names))
        if isinstance(node, _SCOPES):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            names |= {argument.arg for argument in every if argument is not None}
        inner: list[tuple[ast.AST, frozenset[str]]] = []
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                inner += [(child, names) for child in value if isinstance(child, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, _LEAVES):
                inner.append((value, names))
        waiting += reversed(inner)
    return found


def _dotted(node: ast.AST) -> str:
    """`a.b.c` as it is written, or nothing for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    inner = _dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{inner}.{node.attr}" if isinstance(node, ast.Attribute) and inner else ""
