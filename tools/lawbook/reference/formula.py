"""The safe expression of a law: one tree that NumPy evaluates, Vega draws and SymPy prints.

Text from an entry is never evaluated as code: it is parsed by `ast`, and only numbers, declared symbols,
+ - * / ** and the functions of `FUNCTIONS` pass. Sizes, exponents and constants are bounded, so nothing hangs.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lawbook.reference import cures
from lawbook.reference.problem import nearest, shown

MAX_LENGTH = 600
MAX_NODES = 250
MAX_EXPONENT = 64
MAX_CONSTANT = 1e30


class FormulaError(ValueError):
    """An expression that is not in the safe syntax; `column` counts from 1."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True)
class Function:
    """A function of the safe syntax, and what each reader of a formula calls it."""

    arity: int  # -1: two or more
    python: Callable[..., float]
    numpy: str | None  # None: NumPy has no such function, `python` is taken element by element
    sympy: str
    vega: str | None  # None: Vega has no such function


FUNCTIONS: dict[str, Function] = {
    "sqrt": Function(1, math.sqrt, "sqrt", "sqrt", "sqrt"),
    "exp": Function(1, math.exp, "exp", "exp", "exp"),
    "log": Function(1, math.log, "log", "log", "log"),
    "sin": Function(1, math.sin, "sin", "sin", "sin"),
    "cos": Function(1, math.cos, "cos", "cos", "cos"),
    "tan": Function(1, math.tan, "tan", "tan", "tan"),
    "sinh": Function(1, math.sinh, "sinh", "sinh", None),
    "cosh": Function(1, math.cosh, "cosh", "cosh", None),
    "tanh": Function(1, math.tanh, "tanh", "tanh", None),
    "Abs": Function(1, abs, "abs", "Abs", "abs"),
    "sign": Function(1, lambda x: math.copysign(1.0, x) if x else 0.0, "sign", "sign", None),
    "floor": Function(1, math.floor, "floor", "floor", "floor"),
    "ceiling": Function(1, math.ceil, "ceil", "ceiling", "ceil"),
    "Min": Function(-1, min, "minimum", "Min", "min"),
    "Max": Function(-1, max, "maximum", "Max", "max"),
    "gamma": Function(1, math.gamma, None, "gamma", None),
    "erf": Function(1, math.erf, None, "erf", None),
}
CONSTANTS = {"pi": math.pi, "E": math.e}

_OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", lambda a, b: a + b),
    ast.Sub: ("-", lambda a, b: a - b),
    ast.Mult: ("*", lambda a, b: a * b),
    ast.Div: ("/", lambda a, b: a / b),
    ast.Pow: ("**", lambda a, b: a**b),
}


@dataclass(frozen=True)
class Formula:
    """An expression in the safe syntax; a call evaluates it: `formula(eta=0.1)`.

    Attributes:
        text: The expression as it was written.
        tree: Its syntax tree.
        symbols: The names of the symbols that occur, sorted.
    """

    text: str
    tree: ast.expr
    symbols: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, symbols: Collection[str]) -> Formula:
        """Parse an expression. Nothing in it is ever run as code.

        Arguments:
            text: Numbers, symbols, + - * / ** and the functions that an entry may use.
            symbols: The names that may occur.

        Returns:
            The parsed expression.

        Raises:
            FormulaError: The text is not in the safe syntax; says what was found and at which column.

        Examples:
            >>> from lawbook import Formula
            >>> loss = Formula.parse("amplitude*n**(-b)", ["amplitude", "n", "b"])
            >>> loss(amplitude=2.0, n=[1.0, 100.0], b=0.5)
            array([2. , 0.2])
        """
        if len(text) > MAX_LENGTH:
            raise FormulaError(f"found {len(text)} characters, expected at most {MAX_LENGTH}")
        stripped = text.strip()
        before = len(text) - len(text.lstrip())
        try:
            tree, names = _read(stripped, symbols)
        except FormulaError as error:
            error.column += before
            raise
        return cls(stripped, tree, tuple(sorted(names)))

    def __call__(self, **values: Any) -> Any:
        """The value of the expression.

        Arguments:
            **values: A number or an array for each of `symbols`; they broadcast against each other.

        Returns:
            A float, or an array of the shape that the values broadcast to.

        Raises:
            TypeError: A symbol is missing or unknown; names it.
        """
        import numpy as np

        missing = sorted(set(self.symbols) - set(values))
        unknown = sorted(set(values) - set(self.symbols))
        if missing or unknown:
            parts = [f"needs a value for {', '.join(missing)}"] if missing else []
            parts += [f"has no symbol {name!r}{nearest(name, self.symbols)}" for name in unknown]
            raise TypeError(f"formula {self.text!r} " + "; ".join(parts))
        empty = [name for name, value in values.items() if value is None]
        if empty:
            raise TypeError(f"formula {self.text!r} found None for {', '.join(empty)}, expected a number or an array")
        arrays = {name: np.asarray(value, dtype=float) for name, value in values.items()}
        with np.errstate(all="ignore"):
            result = np.asarray(evaluate(self.tree, arrays))
        return float(result) if result.ndim == 0 else result

    @cached_property
    def sympy(self) -> Any:
        """The SymPy expression; symbols are plain (`E`, `I`, `N`, `beta` mean themselves when declared)."""
        import sympy

        return _sympy(self.tree, {name: sympy.Symbol(name) for name in self.symbols})

    @cached_property
    def vega(self) -> str | None:
        """The expression in Vega's language over `datum.<symbol>`, or None when it uses a function Vega lacks."""
        try:
            return _vega(self.tree, set(self.symbols))
        except LookupError:
            return None


def _read(text: str, symbols: Collection[str]) -> tuple[ast.expr, set[str]]:
    """The tree of an expression and the symbols that occur in it."""
    if sign := cures.foreign_sign(text):
        raise FormulaError(*sign)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Python would do with it: nothing is done with it
            tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise FormulaError(*cures.no_expression(text, error, FUNCTIONS)) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaError("found no expression") from None
    try:
        return tree, _validate(tree, symbols, text)
    except RecursionError:
        raise FormulaError("found an expression nested too deeply, expected fewer parentheses") from None


def _column(node: ast.AST, text: str) -> int:
    """The column of a node, from 1, in characters: `ast` counts bytes."""
    return len(text.encode()[: getattr(node, "col_offset", 0)].decode("utf-8", "ignore")) + 1


def _validate(tree: ast.expr, symbols: Collection[str], text: str) -> set[str]:
    """Refuse every construct outside the safe syntax; return the symbols that occur."""
    used: set[str] = set()
    count = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.operator | ast.unaryop | ast.expr_context):
            continue
        count += 1
        if count > MAX_NODES:
            raise FormulaError(f"found more than {MAX_NODES} parts, expected a shorter expression")
        column = _column(node, text)
        match node:
            case ast.Constant(value=bool()) | ast.Constant(value=complex()):
                raise FormulaError(f"found {node.value!r}, expected a real number", column)
            case ast.Constant(value=int() | float() as number):
                if not abs(number) <= MAX_CONSTANT:
                    raise FormulaError(f"found a number above {MAX_CONSTANT:g}", column)
            case ast.Name(id=name):
                if name in symbols:
                    used.add(name)
                elif name not in CONSTANTS and name not in FUNCTIONS:
                    hint = nearest(name, [*symbols, *FUNCTIONS, *CONSTANTS])
                    raise FormulaError(
                        f"found the symbol {name!r}, which is not declared under `symbols`{hint}", column
                    )
            case ast.BinOp(op=op) if type(op) in _OPERATORS:
                pass
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                pass
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name not in symbols:
                function = FUNCTIONS.get(name)
                if function is None:
                    hint = nearest(name, FUNCTIONS) or f", expected one of {', '.join(FUNCTIONS)}"
                    raise FormulaError(f"found the function {name!r}, which is not allowed{hint}", column)
                fits = len(args) == function.arity if function.arity > 0 else len(args) >= 2
                if not fits:
                    wanted = "one argument" if function.arity == 1 else "two or more arguments"
                    raise FormulaError(f"found {name} with {len(args)} arguments, expected {wanted}", column)
            case _:
                said = " ".join((ast.get_source_segment(text, node) or "").split())
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Constant | ast.BinOp):
                    raise FormulaError(f"found {shown(said)}, expected * before the parenthesis", column)
                raise FormulaError(
                    f"found {shown(said)}, expected only numbers, symbols, + - * / ** and {', '.join(FUNCTIONS)}",
                    column,
                )
    _bound(tree, symbols)
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in symbols and node.id in FUNCTIONS and id(node) not in called:
            raise FormulaError(f"found the function {node.id!r} without arguments", node.col_offset + 1)
    return used


def _bound(node: ast.expr, symbols: Collection[str]) -> float | None:
    """The value of `node` if it holds no symbol, else None; refuse constants and exponents out of bounds."""
    column = node.col_offset + 1
    value: float | None = None
    try:
        match node:
            case ast.Constant(value=int() | float() as number):
                value = float(number)
            case ast.Name(id=name):
                return None if name in symbols else CONSTANTS.get(name)
            case ast.UnaryOp(op=op, operand=operand):
                inner = _bound(operand, symbols)
                value = None if inner is None else (-inner if isinstance(op, ast.USub) else inner)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = _bound(left, symbols), _bound(right, symbols)
                if isinstance(op, ast.Pow) and b is not None and abs(b) > MAX_EXPONENT:
                    raise FormulaError(f"found the exponent {b:g}, expected at most {MAX_EXPONENT} in size", column)
                if a is not None and b is not None:
                    value = _OPERATORS[type(op)][1](a, b)
            case ast.Call(func=ast.Name(id=name), args=args):
                inner_values = [_bound(arg, symbols) for arg in args]
                if all(v is not None for v in inner_values):
                    value = float(FUNCTIONS[name].python(*inner_values))
    except (ArithmeticError, ValueError) as error:
        if isinstance(error, FormulaError):
            raise
        raise FormulaError(f"found a constant without a value ({error})", column) from None
    if value is not None and (isinstance(value, complex) or not abs(value) <= MAX_CONSTANT):
        raise FormulaError(f"found a constant that is not a real number below {MAX_CONSTANT:g}", column)
    return value


def evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """The value of a tree of the safe syntax; numbers and arrays in `values` broadcast, and NumPy may warn."""
    import numpy as np

    match node:
        case ast.Constant(value=int() | float() as number):
            return np.float64(number)
        case ast.Name(id=name):
            return values[name] if name in values else np.float64(CONSTANTS[name])
        case ast.UnaryOp(op=op, operand=operand):
            inner = evaluate(operand, values)
            return -inner if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)][1](evaluate(left, values), evaluate(right, values))
        case ast.Call(func=ast.Name(id=name), args=args):
            parts = [evaluate(arg, values) for arg in args]
            target = FUNCTIONS[name].numpy
            if target is None:
                return np.vectorize(_total(FUNCTIONS[name].python), otypes=[float])(*parts)
            function = getattr(np, target)
            result = parts[0]
            if len(parts) == 1:
                return function(result)
            for part in parts[1:]:
                result = function(result, part)
            return result
    raise AssertionError(node)  # _validate let nothing else through


def _total(function: Callable[..., float]) -> Callable[..., float]:
    """`function` with a value everywhere, as NumPy's have: infinity where it overflows, not a number at a pole."""

    def value(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return value


def _sympy(node: ast.expr, symbols: Mapping[str, Any]) -> Any:
    import sympy

    match node:
        case ast.Constant(value=int() as number):
            return sympy.Integer(number)
        case ast.Constant(value=float() as real):
            return sympy.Integer(int(real)) if real.is_integer() else sympy.Float(repr(real))
        case ast.Name(id=name):
            return symbols[name] if name in symbols else {"pi": sympy.pi, "E": sympy.E}[name]
        case ast.UnaryOp(op=op, operand=operand):
            inner = _sympy(operand, symbols)
            return -inner if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)][1](_sympy(left, symbols), _sympy(right, symbols))
        case ast.Call(func=ast.Name(id=name), args=args):
            return getattr(sympy, FUNCTIONS[name].sympy)(*[_sympy(arg, symbols) for arg in args])
    raise AssertionError(node)


def _vega(node: ast.expr, symbols: Collection[str]) -> str:
    match node:
        case ast.Constant(value=number):
            return repr(number)
        case ast.Name(id=name):
            return f"datum.{name}" if name in symbols else {"pi": "PI", "E": "E"}[name]
        case ast.UnaryOp(op=op, operand=operand):
            return f"({'-' if isinstance(op, ast.USub) else ''}{_vega(operand, symbols)})"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"pow({_vega(left, symbols)}, {_vega(right, symbols)})"
        case ast.BinOp(left=left, op=op, right=right):
            return f"({_vega(left, symbols)} {_OPERATORS[type(op)][0]} {_vega(right, symbols)})"
        case ast.Call(func=ast.Name(id=name), args=args):
            target = FUNCTIONS[name].vega
            if target is None:
                raise LookupError(name)
            return f"{target}({', '.join(_vega(arg, symbols) for arg in args)})"
    raise AssertionError(node)
