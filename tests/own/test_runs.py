"""Tables of runs: what is read, and what is said of a table that cannot be used."""

from __future__ import annotations

from pathlib import Path

import lawbook
import numpy as np
import pytest
from lawbook import FormulaError, RunsError, runs

TABLE = "params,tokens,loss,error,sweep\n1e6,1e9,4.1,0.02,a\n1e7,1e9,3.4,0.02,a\n1e8,1e10,2.9,0.01,b\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "runs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_csv_is_read_in_its_order(tmp_path: Path) -> None:
    found = runs(written(tmp_path, TABLE), N="params", D="tokens", error="error", group="sweep")
    assert found.x["N"].tolist() == [1e6, 1e7, 1e8]
    assert found.loss.tolist() == [4.1, 3.4, 2.9]
    assert found.error is not None
    assert found.error.tolist() == [0.02, 0.02, 0.01]
    assert found.group is not None
    assert found.group.tolist() == [0, 0, 1]
    assert found.lines.tolist() == [2, 3, 4]
    assert str(found) == (
        "3 runs of runs.csv, in 2 groups: N from 10⁶ to 10⁸, D from 10⁹ to 10¹⁰, loss from 2.9 to 4.1"
    )


@pytest.mark.parametrize(
    "text",
    [
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        "\ufeff" + TABLE,
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("\n", "\n\n"),
        TABLE.replace(",", ", "),
        TABLE.replace("params", '"params"'),
    ],
    ids=["semicolons", "tabs", "byte order mark", "carriage returns", "empty lines", "spaces", "quotes"],
)
def test_it_may_be_written_in_other_ways(tmp_path: Path, text: str) -> None:
    found = runs(written(tmp_path, text), N="params", D="tokens")
    assert found.x["D"].tolist() == [1e9, 1e9, 1e10]


def test_other_tables_give_the_same() -> None:
    columns = {"n": [1.0, 2.0], "loss": [3.0, 2.0]}
    rows = [{"n": 1, "loss": 3}, {"n": 2, "loss": 2}]

    class Frame:
        columns = ("n", "loss")

        def __getitem__(self, name: str) -> np.ndarray:
            return np.array(columns[name])

    columns = {"n": [1.0, 2.0], "loss": [3.0, 2.0]}
    for source in (columns, rows, Frame()):
        found = runs(source, n="n")
        assert (found.x["n"].tolist(), found.loss.tolist()) == ([1, 2], [3, 2])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "runs.csv:1:1: found nothing, expected a line of names"),
        ("params,loss\n", "runs.csv:1:1: found no run"),
        (
            "parms,loss\n1,2\n",
            "runs.csv:1:1: found no column 'params' (did you mean 'parms'?), expected one of parms, loss",
        ),
        ("Params,loss\n1,2\n", "found no column 'params' (did you mean 'Params'?)"),
        ("params,params,loss\n1,2,3\n", "runs.csv:1:2: found the column 'params' twice"),
        ("params,loss\n1,2,3\n", "runs.csv:2:3: found 3 cells, expected 2"),
        ("params,loss\n1e6,4\n-3,4\n", "runs.csv:3:1: params: found −3, expected a finite number above 0"),
        ("params,loss\n1e6,0\n", "runs.csv:2:2: loss: found 0, expected a finite number above 0"),
        ("params,loss\n1e6,inf\n", "runs.csv:2:2: loss: found ∞, expected a finite number above 0"),
        ("params,loss\n7B,3\n", "runs.csv:2:1: params: found '7B', expected a number"),
        ('params,loss\n"1,000",3\n', "expected a number: write it without separators of thousands"),
        ("params,loss\n1_000,3\n", "found '1_000', expected a number: write it without separators"),
        ("params,loss\n1e6,\n", "runs.csv:2:2: loss: found nothing, expected a number"),
        ("params,loss\n1e6,nan\n", "runs.csv:2:2: loss: found 'nan', expected a number"),
        ('params,loss\n1,"2\n', "found no CSV"),
        (b"params,loss\n1,\xff\n", "runs.csv:2:1: found the byte 0xff, expected UTF-8"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(RunsError) as caught:
        runs(written(tmp_path, text), N="params")
    assert said in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "params,loss\nx,1\n1,y\n-1,-1\n")
    with pytest.raises(RunsError) as caught:
        runs(path, N="params")
    assert [(p.line, p.column) for p in caught.value.problems] == [(2, 1), (3, 2), (4, 1), (4, 2)]
    many = written(tmp_path, "params,loss\n" + "x,1\n" * 100)
    with pytest.raises(RunsError, match="and 92 more"):
        runs(many, N="params")


def test_rows_without_a_number_are_left_out_where_that_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "params,loss,note\n1,2,\n1,,bad\n2,nan,\n3,1,\n")
    found = runs(path, N="params", drop_missing=True)
    assert (found.lines.tolist(), found.dropped) == ([2, 5], 2)
    assert "2 rows without a number left out" in str(found)
    with pytest.raises(RunsError, match="found '7B'"):  # what is no number at all is no missing one
        runs(written(tmp_path, "params,loss\n7B,2\n"), N="params", drop_missing=True)


def test_terminal_escapes_in_a_table_do_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunsError) as caught:
        runs(written(tmp_path, "\x1b[2Jparams,loss\n\x1b[31m1,2\n"), N="\x1b[2Jparams")
    assert "\x1b" not in str(caught.value)


def test_a_condition_keeps_some() -> None:
    table = runs({"p": [1, 2, 4], "t": [8, 8, 8], "loss": [3, 2, 1]}, N="p", D="t")
    assert table.keep("D/N > 2").lines.tolist() == [1, 2]
    assert table.keep("2*N >= D").lines.tolist() == [3]
    assert table.keep("3 > loss").lines.tolist() == [2, 3]
    for text, said in (
        ("D/N", "expected a condition"),
        ("D/M > 1", "found the symbol 'M'"),
        ("D > 1 > N", "expected a condition"),
        ("D == 8", "expected a condition"),
        ("__import__('os') > 1", "found"),
    ):
        with pytest.raises(FormulaError) as caught:
            table.keep(text)
        assert said in str(caught.value)
    with pytest.raises(ValueError, match="found no run of a mapping that is to be kept"):
        table.keep("N > 100")
    with pytest.raises(ValueError, match="expected true or false for each of 3 runs"):
        table.keep([1, 0, 1])


def test_misuse_is_told() -> None:
    with pytest.raises(TypeError, match="expected a column for each"):
        runs({"loss": [1.0]})
    with pytest.raises(TypeError, match="expected the path of a CSV file, a data frame"):
        runs(3, n="n")
    with pytest.raises(RunsError, match="different lengths"):
        runs({"n": [1, 2], "loss": [1]}, n="n")
    with pytest.raises(FileNotFoundError):
        runs("no such file.csv", n="n")


def test_the_names_are_at_hand() -> None:
    assert lawbook.runs is runs
