"""Changed laws: every constant, exponent, term, factor and arm, and what is said of each."""

import ast
import doctest

import pytest
from lawbook.reference import changed
from lawbook.reference.changed import HOLE, factor, number, parts, places
from lawbook.reference.formula import CONSTANTS, Formula, evaluate

SYMBOLS = ["a", "b", "c", "n", "floor", "beta"]


def parse(text):
    return Formula.parse(text, SYMBOLS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*n**(-b)", [("the exponent of n", "-b"), ("the constant 2", "2")]),
        ("-2*a", [("the constant −2", "-2")]),
        ("-2**b", [("the exponent of 2", "b"), ("the constant 2", "2")]),  # the sign is not the two's own
        ("sqrt(2*a)", [("the exponent of 2*a", "0.5"), ("the constant 2", "2")]),
        ("(1 + beta)**(-1/3)", [("the exponent of 1 + beta", "-1 / 3"), ("the constant 1", "1"), ("the constant −1", "-1"), ("the constant 3", "3")]),
        ("a**2 + a**3", [("the first exponent of a", "2"), ("the second exponent of a", "3"), ("the constant 2", "2"), ("the constant 3", "3")]),
        ("pi*a", []),
    ],
)  # fmt: skip
def test_constants_and_exponents(text, expected):
    assert [(place.name, ast.unparse(place.now)) for place in places(parse(text))] == expected


def test_the_places_of_a_law_are_filled_one_at_a_time():
    for place in places(parse("2*n**(-b) + 3*sqrt(c)")):
        values = {"n": 4.0, "b": 0.5, "c": 9.0}
        now = evaluate(place.now, values)
        assert evaluate(place.tree, values | {HOLE: now}) == pytest.approx(1 + 9)
        assert evaluate(place.tree, values | {HOLE: now + 1}) != pytest.approx(1 + 9)


def test_a_constant_of_an_exponent_without_symbols_says_nothing_of_its_own():
    inside = {place.name: place.in_exponent for place in places(parse("2*n**(-1/3) + c**(4*b)"))}
    assert inside == {
        "the exponent of n": False,
        "the exponent of c": False,
        "the constant 2": False,
        "the constant −1": True,
        "the constant 3": True,
        "the constant 4": False,
    }


def test_a_fitted_symbol_is_one_constant_wherever_it_occurs():
    *_, place = places(parse("a*n**(-b) + b"), fitted=["b"])
    assert place.name == "the fitted b"
    assert evaluate(place.tree, {"a": 1.0, "n": 4.0, HOLE: 0.5}) == 1.0
    assert [value for _, value in place.changes(100.0)] == [50.0, 80.0, 125.0, 200.0, -100.0]  # and not 101
    assert place.changes(0.5)[3] == ("the fitted b becomes 1", 1.0)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("2*a", 0, {"2 becomes 4": 4, "2 becomes 1": 1, "2 becomes 3": 3, "2 becomes −2": -2}),
        ("n**b", 0, {"the exponent of n times 2": 4, "the exponent of n times ½": 1, "the exponent of n plus ½": 2.5, "the exponent of n minus ½": 1.5, "the exponent of n with its sign flipped": -2}),
        ("1*a + 1*b", 1, {"the second 1 becomes 4": 4, "the second 1 becomes 1": 1, "the second 1 becomes 3": 3, "the second 1 becomes −2": -2}),
    ],
)  # fmt: skip
def test_the_rules(text, place, expected):
    assert dict(places(parse(text))[place].changes(2.0)) == expected  # 2/2 and 2 - 1 are one sentence


def test_the_rules_of_a_number_and_of_a_lone_symbol():
    assert number(0.8).changes(0.8) == [
        ("0.8 becomes 0.4", 0.4),
        ("0.8 becomes 0.64", pytest.approx(0.64)),
        ("0.8 becomes 1", 1.0),
        ("0.8 becomes 1.6", 1.6),
        ("0.8 becomes −0.8", -0.8),
    ]
    place = factor(parse("-a"))
    assert [says for says, _ in place.changes(1.0)][::4] == ["-a times 0.5", "-a with its sign flipped"]
    assert evaluate(place.tree, {"a": 3.0, HOLE: 0.5}) == -1.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + floor", {"without the term a": "floor", "without the term floor": "a"}),
        ("a - b - 3", {"without the term a": "-b - 3", "without the term b": "a - 3", "without the term 3": "a - b"}),
        ("a - (b + c)", {"without the term a": "-(b + c)", "without the term b": "a - c", "without the term c": "a - b"}),
        ("-(a + b)", {"without the term a": "-b", "without the term b": "-a"}),
        ("2*(1 + beta)/n", {"without the factor 2": "(1 + beta)/n", "without the factor 1 + beta": "2/n", "without the factor n": "2*(1 + beta)", "without the term 1": "2*beta/n", "without the term beta": "2/n"}),
        ("-a*b", {"without the factor a": "-b", "without the factor b": "-a"}),
        ("-2*a", {"without the factor −2": "a", "without the factor a": "-2"}),
        ("a*n**2 + c*n**2", {"without the term a*n**2": "c*n**2", "without the term c*n**2": "a*n**2", "without the factor a": "n**2 + c*n**2", "without the first factor n**2": "a + c*n**2", "without the factor c": "a*n**2 + n**2", "without the second factor n**2": "a*n**2 + c"}),
        ("1/n", {"without the factor n": "1"}),
        ("2*Min(a, b, c)", {"without the factor 2": "Min(a, b, c)", "without the factor Min(a, b, c)": "2", "Min: first arm alone": "2*a", "Min: second arm alone": "2*b", "Min: third arm alone": "2*c"}),
        ("exp(a*b)", {"without the factor a": "exp(b)", "without the factor b": "exp(a)"}),
        ("a", {}),
        ("n**2", {}),
    ],
)  # fmt: skip
def test_parts_left_out(text, expected):
    values = {"a": 1.1, "b": 0.7, "c": 1.9, "n": 2.3, "floor": 0.3, "beta": 0.9}
    found = {part.says: float(evaluate(part.tree, values)) for part in parts(parse(text))}
    assert found == {says: pytest.approx(float(evaluate(parse(rest).tree, values))) for says, rest in expected.items()}


def test_a_law_is_not_changed_in_place():
    formula = parse("2*n**(-b) - Max(a, c)")
    before = ast.dump(formula.tree)
    places(formula), parts(formula)
    assert ast.dump(formula.tree) == before


def test_no_symbol_can_be_called_as_the_hole():
    assert not HOLE.isidentifier()
    assert HOLE not in CONSTANTS


def test_many_of_a_kind_are_counted():
    named = [place.name for place in places(parse("+".join(["a*2"] * 12)))]
    assert (named[0], named[9], named[11]) == ("the first constant 2", "the tenth constant 2", "the 12th constant 2")


def test_examples_run():
    done = doctest.testmod(changed)
    assert done.attempted >= 10
    assert not done.failed
