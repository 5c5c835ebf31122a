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
        ("True", True),
        ("TRUE", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("Null", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("", None),
        ("~", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("1:30", "1:30"),
        ("0x10", 16),
        ("0x1F", 31),
        ("0xg", "0xg"),
        ("0o17", 15),
        ("0o8", "0o8"),
        ("-0x10", "-0x10"),
        ("017", 17),
        (".Inf", math.inf),
        (".INF", math.inf),
        ("+.inf", math.inf),
        ("-.INF", -math.inf),
        (".iNF", ".iNF"),
        ("Infinity", "Infinity"),
        ("nan", "nan"),
        ("1_000", "1_000"),
        ("2/eta", "2/eta"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert source.parse(f"key: {text}\n", "f.yml").data == {"key": value}


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_no_number_is_a_float(text: str) -> None:
    assert math.isnan(source.parse(f"key: {text}\n", "f.yml").data["key"])


def test_values_and_keys_know_their_places() -> None:
    doc = source.parse("a:\n  b: [1, {c: 2}]\n", "f.yml")
    assert doc.places.values[("a", "b", 1, "c")] == (2, 14)
    assert doc.places.keys[("a", "b")] == (2, 3)
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
    ("a: \x07\n", 1, 4, "found U+0007 (control character)"),
    ("a:\n\tb: 1\n", 2, 1, "found a tab, expected blanks"),
    ('a: "x\n\nb: 1\n', 4, 1, "while scanning a quoted scalar (begun in line 1)"),
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
    for kind in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        bad.write_bytes("key: value\n".encode(kind))
        doc = source.read(bad, "bad.yml")
        assert doc.is_broken
        assert [str(problem) for problem in doc.problems] == [
            f"bad.yml:1:1: found {kind[:6].upper()}, expected UTF-8 text (save the file as UTF-8)"
        ]
    bad.write_bytes(b"a" * (source.MAX_BYTES + 1))
    assert "at most 256,000" in source.read(bad, "bad.yml").problems[0].message
    assert "cannot be read" in source.read(tmp_path / "none.yml", "none.yml").problems[0].message


def test_a_byte_order_mark_is_told_once() -> None:
    doc = source.parse("\ufeffa: 1\nb: 2\n", "f.yml")
    (problem,) = doc.problems
    assert "save the file as UTF-8 without it" in problem.message
    assert doc.data == {"a": 1, "b": 2}


def test_what_follows_from_a_changed_text_is_not_told() -> None:
    doc = source.parse('a: [x(y,z), b]\nc: "\\rho"\n', "f.yml")
    causes = list(doc.problems)
    assert len(causes) == 3
    doc.problems += [doc.problem(("a", 0), "odd"), doc.problem(("c",), "odd")]
    doc.problems.append(doc.problem(("a", 2), "odd too"))
    assert [p.message for p in doc.causes() if p not in causes] == ["odd too"]


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: 1\nb: [x, y", (2, 9)), ("a: {b: c", (1, 9)), ("a: 'x\n y", (2, 3)), ("a\nb: [", (2, 2)), ("a: [\n", (2, 1))],
)
def test_a_file_that_ends_too_early_is_told_in_its_last_line(text: str, place: tuple[int, int]) -> None:
    (problem,) = source.parse(text, "f.yml").problems
    assert (problem.line, problem.column) == place


def test_a_tag_is_told_as_it_is_written() -> None:
    (problem,) = source.parse("a: !!binary x\n", "f.yml").problems
    assert problem.message.startswith("found the tag !!binary, but")
