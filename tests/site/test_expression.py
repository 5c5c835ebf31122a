"""Expressions in the letters of the entry, and as SymPy code that means the same."""

from __future__ import annotations

import pytest
from lawbook.reference.formula import Formula
from lawbook.reference.tex import mathml
from lawbook.site.expression import latex, sympy_code

LETTERS = {"eta": r"\eta", "beta": r"\beta", "n": "n", "a": "a", "b": "b", "c": "c"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2/eta", r"2/\eta"),
        ("(2 + 2*beta)/eta", r"(2 + 2 \beta)/\eta"),
        ("a - (b - c)", "a - (b - c)"),
        ("a - b - c", "a - b - c"),
        ("a/(b/c)", "a/(b/c)"),
        ("a/(b*c)", r"a/(b\,c)"),
        ("(a + b)**2", "{(a + b)}^{2}"),
        ("-a**2", "-{a}^{2}"),
        ("(-a)**2", "{(-a)}^{2}"),
        ("a**b**c", "{a}^{{b}^{c}}"),
        ("(a**b)**c", "{({a}^{b})}^{c}"),
        ("Abs(1 - eta)", r"|1 - \eta|"),
        ("sqrt(a)", r"\sqrt{a}"),
        ("2*3*a", r"2 \cdot 3\,a"),
        ("1.5e-12*a", r"1.5 \cdot 10^{-12} a"),
        ("pi*a", r"\pi\,a"),
    ],
)
def test_latex(text: str, shown: str) -> None:
    made = latex(Formula.parse(text, set(LETTERS)), LETTERS)
    assert made == shown
    assert mathml(made).startswith("<math")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a + b*c", r"a + (b-a)\,\sum_{k>n}p_k"),
        ("b**2", "{(b-a)}^{2}"),
        ("a - b", "a - (b-a)"),
        ("b", "b-a"),
        ("2*n", "2 x_{n-1}"),
    ],
)
def test_a_symbol_that_is_itself_a_sum_stands_in_brackets(text: str, shown: str) -> None:
    letters = LETTERS | {"b": "b-a", "c": r"\sum_{k>n}p_k", "n": "x_{n-1}"}
    assert latex(Formula.parse(text, set(letters)), letters) == shown


@pytest.mark.parametrize("text", ["2/eta", "Abs(1 - eta*a)", "exp(-a)*Min(a, b, 2)", "pi*E*a", "pi", "ceiling(a)", "3"])
def test_sympy_code_runs_and_means_the_same(text: str) -> None:
    formula = Formula.parse(text, set(LETTERS))
    scope: dict[str, object] = {}
    exec(sympy_code(formula, "result"), scope)
    assert scope["result"] == formula.sympy
