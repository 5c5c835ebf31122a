"""YAML with positions: typing of scalars, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from lawbook.reference import source


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-2.5", -2.5),
        ("1e-3", 1e-3),
        ("8.8e13", 8.8e13),
        (".5", 0.5),
        ("no", "no"),
        ("yes", "yes"),
        ("2021-01-01", "2021-01-01"),
        ("true", True),
        ("null", None),
        ("", None),
        ("~", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("1:30", "1:30"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("2/eta", "2/eta"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert source.parse(f"key: {text}\n", "f.yml").data == {"key": value}


def test_infinity_is_a_float() -> None:
    assert math.isinf(source.parse("key: .inf\n", "f.yml").data["key"])


def test_values_and_keys_know_their_places() -> None:
    doc = source.parse("a:\n  b: [1, {c: 2}]\n", "f.yml")
    assert doc.values[("a", "b", 1, "c")] == (2, 14)
    assert doc.keys[("a", "b")] == (2, 3)
    assert str(doc.problem(("a", "b", 1, "gone"), "odd")) == "f.yml:2:10: a.b[1].gone: odd"


REFUSED = [
    ("a: 1\na: 2\n", 2, 1, "found the key 'a' twice (first in line 1)"),
    ("a: &x 1\nb: *x\n", 1, 4, "found &x, but anchors and aliases are not allowed"),
    ("a: !!python/object:os.system x\n", 1, 4, "explicit tags are not allowed"),
    ("a: [1, 2\n", 2, 1, "not YAML"),
    ("a: b: c\n", 1, 5, "not YAML"),
    ("? [1]\n: 2\n", 1, 3, "a list or mapping as a key"),
    ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
    ("[" * 100 + "]" * 100, 1, 25, "levels of nesting"),
    ("[" + "1," * 30_000 + "]", 1, 40_000, "values, expected a smaller file"),
    ("a: \x07\n", 1, 4, "not YAML"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), REFUSED, ids=[r[3] for r in REFUSED])
def test_refused(text: str, line: int, column: int, message: str) -> None:
    (problem,) = source.parse(text, "f.yml").problems
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message


def test_all_duplicates_of_a_file_are_told() -> None:
    doc = source.parse("a: 1\nb: {c: 1, c: 2}\na: 3\n", "f.yml")
    assert [(p.line, p.path) for p in doc.problems] == [(2, "b.c"), (3, "a")]
    assert doc.data == {"a": 1, "b": {"c": 1}}  # the first stands


def test_an_alias_bomb_costs_nothing() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    assert "anchors" in source.parse(bomb, "f.yml").problems[0].message


def test_bad_utf_8_and_size_are_told(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_bytes(b"a: 1\nb: caf\xe9\n")
    (problem,) = source.read(bad, "bad.yml").problems
    assert (problem.line, problem.column) == (2, 7)
    assert "0xe9" in problem.message
    bad.write_bytes(b"a" * (source.MAX_BYTES + 1))
    assert "at most 256,000" in source.read(bad, "bad.yml").problems[0].message
    assert "cannot be read" in source.read(tmp_path / "none.yml", "none.yml").problems[0].message
