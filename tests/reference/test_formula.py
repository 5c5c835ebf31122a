"""The safe expression: what it computes, and what it refuses."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from lawbook.reference.formula import FUNCTIONS, Formula, FormulaError

SYMBOLS = {"x", "y", "eta", "E", "I", "N", "S", "beta", "gamma", "lambda_max"}


def test_a_formula_broadcasts_like_numpy() -> None:
    formula = Formula.parse("2/eta + x", SYMBOLS)
    assert formula.symbols == ("eta", "x")
    assert formula(eta=0.5, x=1) == 5.0
    np.testing.assert_allclose(formula(eta=np.array([1.0, 2.0]), x=np.ones((3, 1))), np.tile([3.0, 2.0], (3, 1)))


def test_sympy_numpy_and_python_agree_on_every_function() -> None:
    import sympy

    rng = np.random.default_rng(0)
    for name, function in FUNCTIONS.items():
        arguments = "x" if function.arity == 1 else "x, y, 0.7"
        formula = Formula.parse(f"{name}({arguments})", {"x", "y"})
        for x, y in rng.uniform(0.2, 3.0, (5, 2)):
            given = {name: float(v) for name, v in (("x", x), ("y", y)) if name in formula.symbols}
            exact = float(formula.sympy.subs({sympy.Symbol(k): v for k, v in given.items()}).evalf())
            assert formula(**given) == pytest.approx(exact, rel=1e-12)
            assert function.python(*[given.get(a, 0.7) for a in arguments.split(", ")]) == pytest.approx(
                exact, rel=1e-12
            )


def test_names_that_sympy_knows_are_plain_symbols() -> None:
    import sympy

    formula = Formula.parse("E*I + N/S - beta*gamma", SYMBOLS)
    assert formula.sympy.free_symbols == {sympy.Symbol(n) for n in ("E", "I", "N", "S", "beta", "gamma")}


def test_constants_are_available_where_no_symbol_takes_their_name() -> None:
    assert Formula.parse("E + pi", {"x"})() == pytest.approx(math.e + math.pi)


def test_vega_reads_the_same_tree() -> None:
    assert (
        Formula.parse("2*x**-0.5 + Max(x, y)", SYMBOLS).vega == "((2 * pow(datum.x, (-0.5))) + max(datum.x, datum.y))"
    )
    assert Formula.parse("gamma(x)", {"x"}).vega is None


def test_a_call_names_what_is_missing_and_what_is_unknown() -> None:
    with pytest.raises(TypeError, match=r"needs a value for eta; has no symbol 'etta' \(did you mean 'eta'\?\)"):
        Formula.parse("2/eta", SYMBOLS)(etta=1)


CURES = [
    ("x^(-y)", 2, "found ^, expected ** for a power"),
    ("  2*x + y^2", 10, "found ^, expected ** for a power"),
    ("é*x^2", 4, "found ^, expected ** for a power"),
    ("x // y", 3, "found //, expected floor(a/b)"),
    ("x % y", 3, "found %, expected + - * / or **"),
    ("x @ y", 3, "found @, expected *"),
    ("x·y", 2, "found ·, expected *"),
    ("x − y", 3, "found −, expected -, the hyphen"),
    ("x²", 2, "found ², expected **2"),
    ("√x", 1, "found √, expected sqrt(…)"),
    ("2*π", 3, "found π, expected pi"),
    ("|x|", 1, "found |, expected Abs(…)"),
    ("x >= y", 3, "found >, expected a value, no comparison and no factorial"),
    ("x!", 2, "found !, expected a value, no comparison and no factorial"),
    ("x # why", 3, "found #, expected no comment"),
    ("\\frac{x}{y}", 1, "found \\, expected an expression such as sqrt(x)/2, not LaTeX"),
    ("$x$", 1, "found $, expected an expression such as sqrt(x)/2, not LaTeX"),
    ("x\n+ y", 2, "found a line break, expected one line"),
    ("3 + 2x", 6, "found '2' before a letter, expected * between them"),
    ("x y", 1, "found 'x' before 'y', expected * between them"),
    ("1 + sqrt x", 5, "found 'sqrt' before 'x', expected sqrt(…)"),
    ("2(x)", 1, "found '2(x)', expected * before the parenthesis"),
    ("x(y)", 1, "found 'x(y)', expected * before the parenthesis"),
    ("y + lambda*x", 5, "found 'lambda', a word that Python keeps for itself, expected a symbol of another name"),
    ("x.real", 1, "found 'x.real', expected only numbers, symbols"),
    ("y + [x]", 5, "found '[x]', expected only numbers, symbols"),
    ("x +", 4, "found no expression (invalid syntax)"),
    ("(x", 1, "found no expression ('(' was never closed)"),
]


@pytest.mark.parametrize(("text", "column", "message"), CURES, ids=[text for text, *_ in CURES])
def test_the_message_names_the_cure_at_its_column(text: str, column: int, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        Formula.parse(text, {"x", "y", "é"})
    assert str(caught.value).startswith(message)
    assert caught.value.column == column


HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "(lambda: 0)()",
    "[x for x in (1, 2)]",
    "x if y else eta",
    "x.real",
    "x[0]",
    "x and y",
    "x < y",
    "'text'",
    "f'{x}'",
    "True",
    "1j",
    "exec('1')",
    "sqrt(x, y)",
    "sqrt(x=1)",
    "sqrt(*x)",
    "Max(x)",
    "sqrt",
    "x // y",
    "x % y",
    "x @ y",
    "~x",
    "not x",
    "x := 1",
    "x; y",
    "import os",
    "",
    "x +",
    "(" * 300 + "x" + ")" * 300,
    "-" * 300 + "x",
    "+".join(["x"] * 300),
    "9**9**9**9",
    "2**(2**(2**(2**9)))",
    "10**400",
    "gamma(10**7)",
    "gamma(-1)",
    "1/0",
    "log(0)",
    "sqrt(-1)",
    "(-8)**0.5",
    "x**65",
    "x**(2*40)",
    "1e400",
    "9" * 500,
    "undeclared",
    "x\x00y",
    "xⅠ + ５",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_and_odd_text_is_refused_at_once(text: str) -> None:
    started = time.process_time()
    with pytest.raises(FormulaError):
        Formula.parse(text, SYMBOLS - {"gamma"})
    assert time.process_time() - started < 0.5


def test_the_message_says_where_and_what_was_meant() -> None:
    with pytest.raises(
        FormulaError, match=r"'etaa', which is not declared under `symbols` \(did you mean 'eta'\?\)"
    ) as caught:
        Formula.parse("2*x/etaa", SYMBOLS)
    assert caught.value.column == 5
