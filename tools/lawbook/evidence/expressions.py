"""What the expressions of a notebook are made of, by what its names stand for."""

from __future__ import annotations

import ast
import math
from typing import Any

from lawbook.evidence import errors, kinds
from lawbook.evidence.kinds import TINY, Data, Found, Kind, Number, Parts, is_error, is_typed, join, whole

HELPERS = frozenset(
    name for name, thing in vars(errors).items() if callable(thing) and thing.__module__ == errors.__name__
)
HOMES = ("lawbook.notebook", "lawbook.evidence.notebook", "lawbook.evidence.errors")
NUMERICAL = ("np", "numpy", "jnp", "math")
# Functions and methods whose result is their first argument in another shape, sign or order, or one element of it.
SHAPES = {
    "abs", "absolute", "array", "asarray", "astype", "atleast_1d", "atleast_2d", "broadcast_to", "column_stack",
    "concatenate", "copy", "diag", "fabs", "flatten", "float", "hstack", "item", "list", "max", "mean", "median", "min",
    "negative", "ravel", "repeat", "reshape", "sort", "sorted", "squeeze", "stack", "sum", "tile", "tolist",
    "transpose", "tuple", "vstack",
}  # fmt: skip
TOGETHER = {"add", "amax", "amin", "fmax", "fmin", "hypot", "max", "maximum", "min", "minimum"}
FILLED = {"full": 1, "full_like": 1}
CONSTANT = {"zeros": 0.0, "zeros_like": 0.0, "ones": 1.0, "ones_like": 1.0}

Environment = dict[str, Kind]


class Expressions:
    """Reads expressions; `changed` are the names of what is changed in place: nobody knows what that holds."""

    def __init__(self, tree: ast.Module, changed: set[str]) -> None:
        self.changed = changed
        self.functions: dict[str, Kind] = {}  # of the notebook, by what they return
        self.helpers, self.modules = _helpers(tree)

    def bind(self, target: ast.expr, kind: Kind, env: Environment) -> None:
        """Bind names to what they are given."""
        match target:
            case ast.Name(id=name):
                env[name] = kinds.named(Data(name) if name in self.changed else kind, name, target.lineno)
            case ast.Starred(value=inner):
                self.bind(inner, Data(ast.unparse(inner)), env)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                fits = isinstance(kind, Parts) and len(kind.parts) == len(elts) and kind.names is None
                for i, one in enumerate(elts):
                    part = kind.parts[i] if fits and isinstance(kind, Parts) else kinds.element(kind, ast.unparse(one))
                    self.bind(one, part, env)

    def each(self, node: ast.expr, env: Environment) -> Kind:
        """Any one element of what a loop runs over."""
        text = ast.unparse(node)
        match node:
            case ast.Call(func=ast.Name(id="zip"), args=args):
                return Parts(tuple(self.each(arg, env) for arg in args))
            case ast.Call(func=ast.Name(id="enumerate"), args=[arg, *_]):
                return Parts((Data("index"), self.each(arg, env)))
            case ast.Call(func=ast.Attribute(value=value, attr="items"), args=[]):
                kind = self.kind(value, env)
                if isinstance(kind, Parts) and kind.names is not None:
                    return Parts((Data("key"), join(kind.parts, text)))
        return kinds.element(self.kind(node, env), text)

    def kind(self, node: ast.expr, env: Environment) -> Kind:
        """What an expression is made of."""
        text = ast.unparse(node)
        match node:
            case ast.Constant(value=bool() | str() | bytes() | None):
                return Data(text)
            case ast.Constant(value=int() | float() as value):
                return Number(_float(value))
            case ast.Name(id=name):
                return env.get(name) or (Found() if is_error(name) else Data(name, fresh=False))
            case ast.UnaryOp(operand=operand):
                return self.kind(operand, env)
            case ast.BinOp():
                return self.operation(node, env)
            case ast.IfExp(body=body, orelse=orelse):
                return join([self.kind(body, env), self.kind(orelse, env)], text)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                if not elts or any(isinstance(e, ast.Starred) for e in elts):
                    return Data(text)
                return Parts(tuple(self.kind(e, env) for e in elts))
            case ast.Dict(keys=keys, values=values):
                if not all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in keys):
                    return Data(text)
                names = tuple(str(key.value) for key in keys if isinstance(key, ast.Constant))
                return Parts(tuple(self.kind(value, env) for value in values), names)
            case ast.ListComp(elt=elt, generators=generators) | ast.GeneratorExp(elt=elt, generators=generators):
                inside = dict(env)
                for generator in generators:
                    self.bind(generator.target, self.each(generator.iter, inside), inside)
                return _renamed(whole(self.kind(elt, inside), text), text)
            case ast.Subscript(value=value, slice=index):
                return self.item(self.kind(value, env), index, text)
            case ast.Attribute(value=value, attr=attr):
                return self.attribute(value, attr, text, env)
            case ast.Call():
                return self.call(node, text, env)
        return Data(text, limit=TINY)

    def operation(self, node: ast.BinOp, env: Environment) -> Kind:
        text, left, right = ast.unparse(node), self.kind(node.left, env), self.kind(node.right, env)
        if isinstance(node.op, ast.Mult) and isinstance(left, Parts) and isinstance(right, Number):
            return left  # a list, repeated
        left, right = whole(left, text), whole(right, text)
        match node.op:
            case ast.Mult() | ast.Div():
                return kinds.product(left, right, text, inverse=isinstance(node.op, ast.Div))
            case ast.Pow() if isinstance(left, Number) and isinstance(right, Number):
                known = left.size is not None and right.size is not None
                return Number(_power(left.size or 0.0, right.size or 0.0) if known else None)
        if isinstance(left, Number) and isinstance(right, Number):
            return Number()
        if isinstance(node.op, ast.Add):
            return kinds.added([left, right], text)
        return Found() if Found() in (left, right) else Data(text, limit=TINY)

    def item(self, kind: Kind, index: ast.expr, text: str) -> Kind:
        if any(isinstance(part, ast.Name) for part in ast.walk(index)):
            kind = whole(kind, text)
            return Data(text, limit=TINY) if isinstance(kind, Number) else _renamed(kind, text)  # chosen by data
        if isinstance(kind, Parts):
            match index:
                case ast.Constant(value=str() as name) if kind.names is not None and name in kind.names:
                    return kind.parts[kind.names.index(name)]
                case ast.Constant(value=int() as i) if kind.names is None and i < len(kind.parts):
                    return kind.parts[i]
            return join([*kind.parts], text) if kind.names is not None else whole(kind, text)
        if isinstance(kind, Data):
            asked = index.value if isinstance(index, ast.Constant) and isinstance(index.value, str) else ""
            return Found() if is_error(asked) else _renamed(kind, text)
        return kind

    def attribute(self, value: ast.expr, attr: str, text: str, env: Environment) -> Kind:
        if text == "sys.float_info.epsilon" or (attr == "eps" and "finfo" in text):
            return Number(2.0**-52)
        if attr in ("pi", "e") and ast.unparse(value) in NUMERICAL:
            return Number(math.pi)
        kind = whole(self.kind(value, env), text)
        if isinstance(kind, Number | Found):
            return kind
        return Found() if is_error(attr) else _renamed(kind, text)

    def call(self, node: ast.Call, text: str, env: Environment) -> Kind:
        owner, name = _owner(node.func)
        of_numbers = owner in NUMERICAL or owner == ""
        args = [self.kind(arg, env) for arg in node.args if not isinstance(arg, ast.Starred)]
        if (owner == "" and name in self.helpers) or (owner in self.modules and name in HELPERS):
            return Found()
        if owner == "" and name in self.functions:
            kind = self.functions[name]
            return Found() if isinstance(kind, Data) and not is_typed(kind) and is_error(name) else _renamed(kind, text)
        if owner == "" and name == "dict" and not node.args and all(k.arg for k in node.keywords):
            return Parts(
                tuple(self.kind(k.value, env) for k in node.keywords), tuple(str(k.arg) for k in node.keywords)
            )
        if is_error(name):
            return Found()
        if of_numbers and name in FILLED and len(args) > FILLED[name]:
            return whole(args[FILLED[name]], text)
        if of_numbers and name in CONSTANT:
            return Number(CONSTANT[name])
        if of_numbers and name in TOGETHER and len(args) > 1:
            return kinds.added([whole(arg, text) for arg in args], text)
        if of_numbers and name in SHAPES and args:
            return args[0] if isinstance(args[0], Parts) else _renamed(args[0], text)
        if not of_numbers and isinstance(node.func, ast.Attribute) and name in SHAPES:
            return _renamed(whole(self.kind(node.func.value, env), text), text)
        numbers = bool(args) and all(isinstance(whole(arg, text), Number) for arg in args)
        if numbers and owner in NUMERICAL:
            size = args[0].size if isinstance(args[0], Number) and name == "sqrt" else None
            return Number(None if size is None else math.sqrt(abs(size)))
        if isinstance(node.func, ast.Attribute) and not of_numbers:
            args.append(self.kind(node.func.value, env))
        return Found() if Found() in [whole(arg, text) for arg in args] else Data(text, limit=TINY)


def _helpers(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The names under which a notebook has the functions that give errors, and the module that holds them."""
    functions, modules = set[str](), {"notebook"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if node.module in HOMES and alias.name in HELPERS:
                    functions.add(alias.asname or alias.name)
                if f"{node.module}.{alias.name}" in HOMES:
                    modules.add(alias.asname or alias.name)
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name for alias in node.names if alias.name in HOMES}
            modules |= {f"{alias.asname or alias.name}.notebook" for alias in node.names if alias.name == "lawbook"}
    return functions, modules


def _owner(func: ast.expr) -> tuple[str, str]:
    """What a called function is taken from (nothing for a plain name), and its name."""
    if isinstance(func, ast.Attribute):
        return ast.unparse(func.value), func.attr
    return ("", func.id) if isinstance(func, ast.Name) else ("?", "")


def _renamed(kind: Kind, text: str) -> Kind:
    """The same kind of data, read off as `text`."""
    return Data(text, kind.factor, kind.limit) if isinstance(kind, Data) else kind


def _float(value: Any) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _power(base: float, exponent: float) -> float | None:
    try:
        found = base**exponent
    except (OverflowError, ZeroDivisionError):
        return None
    return found if isinstance(found, float) else None
