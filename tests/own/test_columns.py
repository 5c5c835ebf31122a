"""Columns of a CSV file: what is wrong is told by row and column."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lawbook.own.columns import columns, replicas_of

GOOD = 'eta, level ,note\n0.1,20.4,a\n\n0.2,1.01e1,"b, c"\n'


def test_columns_are_read_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("\ufeff" + GOOD.replace("\n", "\r\n"), encoding="utf-8")
    assert columns(path, ["level", "eta"]) == {"level": [20.4, 10.1], "eta": [0.1, 0.2]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("20.4", "x"), "runs.csv:2:2: level: found 'x', expected a number"),
        (GOOD.replace("1.01e1", ""), "runs.csv:4:2: level: found nothing, expected a number"),
        (GOOD.replace("20.4", "x").replace("1.01e1", "y"), "runs.csv:4:2: level: found 'y'"),
        (GOOD.replace("level", "levels"), "runs.csv:1:1: found no column 'level' (did you mean 'levels'?)"),
        (GOOD.replace("level", "zzz"), "runs.csv:1:1: found no column 'level', expected one of eta, zzz, note"),
        (GOOD.replace("note", "level"), "runs.csv:1:3: found the column 'level' twice"),
        (GOOD.replace(",a", ""), "runs.csv:2:2: found 2 cells, expected 3 as in the line of names"),
        ("eta,level\n", "runs.csv:1:1: found no row"),
        ("\n", "runs.csv:1:1: found nothing, expected a line of names"),
        ('eta,level\n0.1,"20\n', ": found no CSV"),
        ("level\n" + "x\n" * 30, "and 22 more"),
    ],
)
def test_a_mistake_is_told_with_row_and_column(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "runs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"runs\.csv") as problem:
        columns(path, ["level"])
    assert told in str(problem.value)


def test_what_is_no_text_and_what_is_no_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_bytes(b"level\n\xff\n")
    with pytest.raises(ValueError, match=r"runs\.csv:2:1: found the byte 0xff, expected UTF-8"):
        columns(path, ["level"])
    with pytest.raises(FileNotFoundError):
        columns(tmp_path / "none.csv", ["level"])
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(OSError, match="found a named pipe, expected a file"):
        columns(tmp_path / "pipe.csv", ["level"])


def test_rows_that_are_given_the_same_are_replicas() -> None:
    assert replicas_of([1.0, 2.0], {}) == ([[1.0], [2.0]], {})
    with pytest.raises(ValueError, match=r"2 at eta = 0\.1, 1 at eta = 0\.2"):
        replicas_of([1.0, 2.0, 3.0], {"--given eta": [0.1, 0.1, 0.2]})
