"""Errors that a notebook types by hand, found in its text: `error=1e-8`, `error=1e-12 * losses`.

An error that a reader can believe comes from a function of `lawbook.notebook`, from a fit, or from the scatter of data.
What is number literals alone is typed, also through names; so is a small literal times data, and the measured value
itself, or a multiple of it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from lawbook.evidence.expressions import Environment, Expressions
from lawbook.evidence.kinds import Data, Kind, Parts, is_typed, join

RECORDS = ("check", "control", "series")
ARGUMENTS = {"error": "measured", "intact_error": "intact"}  # each with what it is the error of
MUTATORS = {"append", "extend", "fill", "insert", "pop", "setdefault", "update"}


def typed_errors(source: str) -> list[tuple[int, str]]:
    """The errors of checks, controls and series in a notebook that are typed by hand.

    Arguments:
        source: The text of the notebook, in the percent format.

    Returns:
        Line and text of each such argument, in order.

    Raises:
        SyntaxError: The notebook is no Python.

    Examples:
        >>> from lawbook.evidence.typed import typed_errors
        >>> typed_errors('law.check("edge", measured=2.1, error=1e-8)')
        [(1, 'error=1e-8')]
        >>> typed_errors('law.check("edge", measured=runs.mean(), error=notebook.spread(runs))')
        []
    """
    tree = ast.parse(source)
    reader = _Reader(source, tree)
    reader.block(tree.body, {})
    return sorted(reader.found)


class _Reader(Expressions):
    """Reads a notebook from top to bottom, and keeps what each name is made of."""

    def __init__(self, source: str, tree: ast.Module) -> None:
        super().__init__(tree, set(_changed(tree)))
        self.source = source
        self.found: set[tuple[int, str]] = set()
        self.returned: list[Kind] = []
        stores = Counter(
            n.id for n in _outside_functions(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        )
        self.rebound = {name for name, count in stores.items() if count > 1}

    def block(self, body: list[ast.stmt], env: Environment) -> None:
        for statement in body:
            self.statement(statement, env)

    def statement(self, node: ast.stmt, env: Environment) -> None:
        """Take a statement in; `env` is as after it."""
        for call in _own_calls(node):
            self.record(call, env)
        match node:
            case ast.Assign(targets=targets, value=value):
                kind = self.kind(value, env)
                for target in targets:
                    self.bind(target, kind, env)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.bind(target, self.kind(value, env), env)
            case ast.Return(value=ast.expr() as value):
                self.returned.append(self.kind(value, env))
            case ast.FunctionDef():
                self.function(node, env)
            case ast.For():
                inside = dict(env)
                self.bind(node.target, self.each(node.iter, env), inside)
                self.loop(node.body, inside)
                self.block(node.orelse, inside)
                env.update(inside)
            case ast.While():
                self.loop(node.body + node.orelse, env)
            case ast.If():
                self.branches([node.body, node.orelse], env)
            case ast.Try():
                self.branches([node.body, *(handler.body for handler in node.handlers)], env)
                self.block(node.orelse + node.finalbody, env)
            case ast.With():
                for item in node.items:
                    if item.optional_vars is not None:
                        self.bind(item.optional_vars, Data(ast.unparse(item.context_expr)), env)
                self.block(node.body, env)

    def branches(self, bodies: list[list[ast.stmt]], env: Environment) -> None:
        """Bodies of which one is taken."""
        ends = []
        for body in bodies:
            end = dict(env)
            self.block(body, end)
            ends.append(end)
        names = {name for end in ends for name in end}
        env.update({name: join([end[name] for end in ends if name in end], name) for name in names})

    def loop(self, body: list[ast.stmt], env: Environment) -> None:
        """A body that is run again and again: what it begins with and changes is found by it, as by bisection."""
        for name in _stored(body) & set(env):
            env[name] = Data(f"{name} of line {body[0].lineno}", fresh=False)
        self.block(body, env)

    def function(self, node: ast.FunctionDef, env: Environment) -> None:
        """A function of the notebook: what it records, and what it returns."""
        outer, self.returned = self.returned, []
        inside = {name: kind for name, kind in env.items() if name not in self.rebound}
        arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        for argument in [*arguments, *filter(None, (node.args.vararg, node.args.kwarg))]:
            inside[argument.arg] = Data(argument.arg, fresh=False)
        self.block(node.body, inside)
        self.functions[node.name] = join(self.returned, node.name)
        self.returned = outer

    def record(self, call: ast.Call, env: Environment) -> None:
        """Note the typed errors of a call that records something."""
        if not (isinstance(call.func, ast.Attribute) and call.func.attr in RECORDS):
            return
        given = {k.arg: (k.value, self.kind(k.value, env)) for k in call.keywords if k.arg}
        for keyword in call.keywords:
            spread_out = self.kind(keyword.value, env) if keyword.arg is None else None
            if isinstance(spread_out, Parts) and spread_out.names is not None:
                given |= {n: (keyword.value, k) for n, k in zip(spread_out.names, spread_out.parts, strict=True)}
        for name, of in ARGUMENTS.items():
            if name not in given:
                continue
            node, kind = given[name]
            measured = given.get(of) or given.get("y")
            if is_typed(kind) or (measured is not None and _same(kind, measured[1])):
                text = ast.get_source_segment(self.source, node) or ast.unparse(node)
                self.found.add((node.lineno, f"{name}={' '.join(text.split())}"))


def _changed(tree: ast.Module) -> Iterator[str]:
    """Names of what is changed in place."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(ctx=ast.Store(), value=value) | ast.Attribute(ctx=ast.Store(), value=value):
                yield from _root(value)
            case ast.AugAssign(target=target):
                yield from _root(target)
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in MUTATORS:
                yield from _root(value)
            case ast.Call(keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == "out":
                        yield from _root(keyword.value)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef | ast.comprehension):
            yield child
            yield from _outside_functions(child)


def _own_calls(node: ast.stmt) -> Iterator[ast.Call]:
    """The calls in a statement, without those in statements within it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.keyword | ast.withitem):
            yield from (inner for inner in ast.walk(child) if isinstance(inner, ast.Call))


def _stored(body: list[ast.stmt]) -> set[str]:
    """The names that statements bind."""
    nodes = [inner for statement in body for inner in (statement, *_outside_functions(statement))]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _same(kind: Kind, measured: Kind) -> bool:
    """Whether both are the same data, up to a literal."""
    if isinstance(kind, Parts) and isinstance(measured, Parts) and len(kind.parts) == len(measured.parts):
        return all(map(_same, kind.parts, measured.parts))
    return isinstance(kind, Data) and isinstance(measured, Data) and kind.text == measured.text
