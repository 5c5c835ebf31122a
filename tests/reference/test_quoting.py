"""What YAML changes without a word is told: commands of LaTeX in double quotes, brackets that a comma splits."""

from __future__ import annotations

import time

import pytest
from lawbook.reference.source import Source, parse

# Every letter that begins an escape of YAML, with commands of LaTeX that begin with it.
EATEN = {
    "a": "alpha approx ast", "b": "beta bar big binom", "t": "theta tau times text tilde to", "v": "varphi vec v",
    "f": "frac forall", "r": "rho right rangle", "e": "epsilon eta exp equiv", "N": "N", "_": "_", "L": "Lambda Leftarrow",
    "P": "Phi Psi Pi Pr", "n": "nu nabla neq ne notin nonumber nearrow", "0": "0",
}  # fmt: skip
UNKNOWN = "sigma gamma delta mathrm sqrt lambda omega mu kappa xi x underline upsilon Upsilon Sigma in quad , ; ! { | 1"


def doc(text: str) -> Source:
    return parse(text, "f.yml")


@pytest.mark.parametrize("command", [c for commands in EATEN.values() for c in commands.split()])
def test_a_command_that_yaml_would_eat_is_told(command: str) -> None:
    source = doc(f'latex: "é = \\{command} n"\n')
    (problem,) = source.problems
    assert (problem.line, problem.column, problem.path) == (1, 13, "latex")
    assert f"found \\{command} in double quotes, where YAML reads \\{command[0]} as" in problem.message
    assert problem.message.endswith("text with a backslash is written in single quotes")
    assert source.data == {"latex": f"é = \\{command} n"}  # so that nothing else is said of it


@pytest.mark.parametrize("command", UNKNOWN.split())
def test_a_command_that_yaml_does_not_know_is_told_and_the_rest_is_read(command: str) -> None:
    source = doc(f'a: 1\nlatex: "= \\{command} n"\nb: "\\rho"\n')
    first, second = source.problems
    assert (first.line, first.column, first.path) == (2, 11, "latex")
    assert f"found \\{command} in double quotes, no escape of YAML: text with a backslash" in first.message
    assert (second.line, second.path) == (3, "b")
    assert source.data == {"a": 1, "latex": f"= \\{command} n", "b": "\\rho"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("\\ud800", "U+D800 (half of a character)"),
        ("\\uDFFF", "U+DFFF (half of a character)"),
        ("\\U0000D834", "U+D834 (half of a character)"),
        ("\\U00110000", "the number of no character"),
        ("\\u2028", "U+2028 (line separator)"),
        ("\\x85", "U+0085 (next line)"),
        ("\\u202e", "U+202E (right-to-left override)"),
        ("\\x00", "U+0000 (control character)"),
        ("\\x1b", "U+001B (control character)"),
        ("\\ufeff", "U+FEFF (byte order mark)"),
    ],
)
def test_numbers_of_characters_that_no_text_may_hold(written: str, said: str) -> None:
    for text in (f'a: "x{written}"\n', f'a: ["x{written}"]\n', f'{{a: "x{written}"}}\n'):
        (problem,) = doc(text).problems
        assert f"found {written} in double quotes, {said}" in problem.message
        assert problem.column == text.index("\\") + 1
    (problem,) = doc(f'"k{written}": 1\n').problems
    assert (problem.line, problem.column) == (1, 3)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"\\rho"', "\\rho"),
        (r'"say \"no\""', 'say "no"'),
        (r'"a\/b"', "a/b"),
        ('"a\\\n  b"', "ab"),
        ('"one\\ntwo"', "one\ntwo"),
        (r'"\x41\u00e9\U0001F600"', "Aé😀"),
        (r"'\rho \nu'", r"\rho \nu"),
        (r"\rho \nu", r"\rho \nu"),
        ("|\n  \\rho", "\\rho"),
    ],
)
def test_what_is_meant_as_it_is_read(written: str, value: str) -> None:
    source = doc(f"a: {written}")
    assert source.problems == []
    assert source.data == {"a": value}


def test_a_text_that_never_ends_is_told_with_its_beginning() -> None:
    (problem,) = doc('a: 1\nb: "\\\\sigma\\"\nc: 2\n').problems
    assert "unexpected end of stream while scanning a quoted scalar (begun in line 2)" in problem.message


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("a: [L(N), L(N,D), x]", ["a[1]: found 'L(N'", "a[2]: found 'D)'"]),
        ("a: [f(x]", ["a[0]: found 'f(x'"]),
        ("a: {says: f(x, y)}", ["a.says: found 'f(x'", "a: found 'y)'"]),
        ("a: [⟨u,v⟩]", ["a[0]: found '⟨u'", "a[1]: found 'v⟩'"]),
        ("a: [)x(]", ["a[0]: found ')x('"]),
    ],
)
def test_brackets_that_a_comma_splits_are_told(text: str, halves: list[str]) -> None:
    found = [str(problem) for problem in doc(text).problems]
    assert len(found) == len(halves)
    for line, half in zip(found, halves, strict=True):
        assert half in line
        assert "has no partner, expected it in single quotes: here a comma ends an item" in line


@pytest.mark.parametrize("text", ["a: ['L(N,D)', L(N)]", "a: f(x", "a: |\n  f(x\n", "a:\n  - f(x, y)\n  - g(", "(a: 1"])
def test_brackets_that_nothing_splits_are_fine(text: str) -> None:
    assert doc(text).problems == []


@pytest.mark.parametrize("second", ["Two.", "**Two.** Bold.", "*Two.*"])
def test_paragraphs_that_a_folded_text_joins_are_told(second: str) -> None:
    source = doc(f"guide:\n  - text: >-\n      One,\n      one.\n\n      {second}\n")
    (problem,) = source.problems
    assert (problem.line, problem.column, problem.path) == (2, 11, "guide[0].text")
    assert (
        problem.message == f"found a paragraph, {second!r}, that > joins to the one before, expected |- for paragraphs"
    )


@pytest.mark.parametrize(
    "text",
    [">-\n  One,\n  one.\n", "|-\n  One.\n\n  Two.\n", ">\n  One:\n\n  - a\n  - b\n", ">-\n  One.\n\n\n  Two.\n"],
)
def test_a_folded_text_that_loses_nothing_is_fine(text: str) -> None:
    assert doc(f"a: {text}").problems == []


def test_very_many_backslashes_cost_no_more_than_a_long_file() -> None:
    began = time.perf_counter()
    many = doc('a: ["' + "\\q" * 60_000 + '"]\n')
    more = doc("\n".join(f'k{i}: "\\q"' for i in range(5_000)))
    assert len(many.problems) == 20
    assert more.is_broken
    assert len(more.problems) <= 21
    assert time.perf_counter() - began < 20
