"""The safe expression of an entry as LaTeX in the letters of its symbols, and as code for SymPy. Both without SymPy."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from lawbook.numbers import plain
from lawbook.reference.formula import CONSTANTS, FUNCTIONS, Formula

_PRECEDENCE: dict[type[ast.operator], int] = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.Pow: 4}
_SPELLED = {"log": r"\log", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh",
            "tanh": r"\tanh", "gamma": r"\Gamma", "exp": r"\exp", "Min": r"\min", "Max": r"\max"}  # fmt: skip
_FENCES = {"Abs": ("|", "|"), "floor": (r"\lfloor ", r"\rfloor "), "ceiling": (r"\lceil ", r"\rceil ")}


def latex(formula: Formula, names: Mapping[str, str]) -> str:
    """`2/eta` as `2/\\eta`: on one line, as text has it. `names` holds the LaTeX of each symbol."""
    return _latex(formula.tree, names)[0]


def _latex(node: ast.expr, names: Mapping[str, str]) -> tuple[str, int]:
    """The LaTeX of a node and how tightly it binds."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return _number(float(number)), 5
        case ast.Name(id=name):
            letter = names.get(name) or {"pi": r"\pi", "E": r"\mathrm{e}"}[name]
            return letter, 1 if _is_sum(letter) else 5
        case ast.UnaryOp(op=op, operand=operand):
            return ("-" if isinstance(op, ast.USub) else "") + _wrapped(operand, names, 3), 2
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"{{{_wrapped(left, names, 5)}}}^{{{_latex(right, names)[0]}}}", 4
        case ast.BinOp(left=left, op=op, right=right):
            level = _PRECEDENCE[type(op)]
            a = _wrapped(left, names, level)
            b = _wrapped(right, names, level + isinstance(op, ast.Sub | ast.Div))
            if isinstance(op, ast.Mult):
                if b[:1].isdigit():
                    return f"{a} \\cdot {b}", level
                return (f"{a} {b}" if isinstance(left, ast.Constant) else f"{a}\\,{b}"), level
            sign = {ast.Add: " + ", ast.Sub: " - ", ast.Div: "/"}[type(op)]
            if isinstance(op, ast.Div) and "\\," in b:  # 1/2πx is read two ways
                b = f"({b})" if not b.startswith("(") else b
            return f"{a}{sign}{b}", level
        case ast.Call(func=ast.Name(id=name), args=args):
            parts = [_latex(arg, names)[0] for arg in args]
            if name == "sqrt":
                return rf"\sqrt{{{parts[0]}}}", 5
            if name in _FENCES:
                left_fence, right_fence = _FENCES[name]
                return f"{left_fence}{parts[0]}{right_fence}", 5
            if name == "exp" and len(parts[0]) < 24:
                return rf"\mathrm{{e}}^{{{parts[0]}}}", 4
            head = _SPELLED.get(name) or rf"\operatorname{{{name}}}"
            return f"{head}({', '.join(parts)})", 5
    raise AssertionError(node)


def _wrapped(node: ast.expr, names: Mapping[str, str], level: int) -> str:
    text, binds = _latex(node, names)
    return text if binds >= level else f"({text})"


def _is_sum(letter: str) -> bool:
    """Whether a symbol's own LaTeX is a sum, as `b-a` is: a plus or minus after its start and outside all brackets."""
    depth = 0
    for i, sign in enumerate(letter):
        depth += (sign in "{([") - (sign in "})]")
        if sign in "+-" and depth == 0 and i > 0:
            return True
    return False


def _number(value: float) -> str:
    text = plain(value, 6)
    if "10" in text and ("×" in text or any(c in text for c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")):
        mantissa, exponent = f"{value:e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        power = f"10^{{{int(exponent)}}}"
        return power if mantissa == "1" else rf"{mantissa} \cdot {power}"
    return text.replace("−", "-")


def sympy_code(formula: Formula, gives: str) -> str:
    """Lines that define the symbols of `formula` and its value in SymPy, ready to be pasted."""
    called = {n.func.id for n in ast.walk(formula.tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    named = {n.id for n in ast.walk(formula.tree) if isinstance(n, ast.Name)} - set(formula.symbols) - called
    imports = sorted({FUNCTIONS[name].sympy for name in called} | (named & set(CONSTANTS)), key=str.lower)
    lines = [f"from sympy import {', '.join([*imports, 'symbols'])}", ""] if formula.symbols else []
    if not formula.symbols and imports:
        lines = [f"from sympy import {', '.join(imports)}", ""]
    if formula.symbols:
        trailing = "," if len(formula.symbols) == 1 else ""
        lines.append(f'{", ".join(formula.symbols)}{trailing} = symbols("{" ".join(formula.symbols)}", seq=True)')
    return "\n".join([*lines, f"{gives} = {formula.text}"])
