"""No expression and no LaTeX is a traceback, a hang or a program."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import sympy  # here, since it runs code of its own when it is first asked for
from hypothesis import given, settings
from lawbook.reference.formula import Formula, FormulaError
from lawbook.reference.math_text import math_text
from lawbook.reference.tex import TexError, mathml
from lawbook.site.markdown import plain, plain_math

from tests.conftest import REPO, tried
from tests.fuzz import inputs
from tests.fuzz.watch import INTERNAL, watched

MANY = settings(max_examples=4 * settings().max_examples)  # of what takes a thousandth of a second
SYMBOLS = ("n", "b", "spread", "lambda_")
KNOWN = sorted(
    {
        found
        for path in REPO.glob("references/*/*.yml")
        for found in re.findall(r"latex: (.{3,200})", path.read_text(encoding="utf-8"))
    }
)


@MANY
@given(text=inputs.expressions())
def test_any_expression(text: str) -> None:
    tried["expression"] += 1
    with watched(Path("/nowhere")):
        try:
            found = Formula.parse(text, SYMBOLS)
        except FormulaError as refused:
            error = refused
        else:
            tried["expression, sound"] += 1
            found(**dict.fromkeys(found.symbols, 0.5))
            found(**{name: [-1.0, 0.0, 1e300] for name in found.symbols})
            assert isinstance(found.sympy, sympy.Basic)
            assert found.vega is None or re.fullmatch(r"[\w.\s()+*/,-]*", found.vega)
            return
    assert 1 <= error.column <= len(text) + 1, (text, error.column)
    assert_said_well(str(error), text)


@MANY
@given(text=inputs.latex(KNOWN))
def test_any_latex(text: str) -> None:
    tried["LaTeX"] += 1
    with watched(Path("/nowhere")):
        plain_math(text)
        math_text(text)
        plain(f"a ${text}$ b")
        try:
            made = mathml(text)
        except TexError as refused:
            error = refused
        else:
            tried["LaTeX, sound"] += 1
            assert_math_alone(made)
            return
    assert_said_well(str(error), text)


def assert_said_well(said: str, text: str) -> None:
    assert said.isprintable(), repr(said)
    assert all(word[0] in text for word in INTERNAL.finditer(said)), said


def assert_math_alone(made: str) -> None:
    tree = ElementTree.fromstring(re.sub(r"&(?!amp;|lt;|gt;|quot;|#)", "&amp;", made))
    for element in tree.iter():
        assert re.fullmatch(r"(?:\{.*\})?(?:m[a-z]+|semantics|annotation)", element.tag), made
        for name, value in element.attrib.items():
            assert not name.startswith("on"), made
            assert not re.search(r"script:|data:|url\(", value), made
