"""lawbook judge: its exit codes, its errors, and a CSV file in the place of numbers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lawbook.cli import app
from typer.testing import CliRunner, Result

REPO = Path(__file__).resolve().parents[2]
EDGE = "cohen2021/hovers-at-the-edge"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAWBOOK_ROOT", str(REPO))
    (tmp_path / "runs.csv").write_text("eta,level,err\n0.1,20.4,0.3\n0.2,10.1,0.1\n0.1,20.0,0.3\n0.2,9.9,0.1\n")
    (tmp_path / "odd.csv").write_text("eta,level\n0.1,20.4\n0.2,ten\n")


def judge(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["judge", *arguments])


@pytest.mark.parametrize(
    ("measured", "error", "given", "code"),
    [
        ("20.4,10.1", "0.3,0.1", "0.1,0.2", 0),
        ("20.4,12.1", "0.3,0.1", "0.1,0.2", 1),
        ("20.4,10.6", "0.3,0.1", "0.1,0.2", 3),
        ("2.0", "0.01", "1.0", 3),  # holds, and 2/√η would too
        ("20.4", "-0.1", "0.1", 2),
    ],
)
def test_the_exit_code_says_the_verdict(measured: str, error: str, given: str, code: int) -> None:
    assert judge(EDGE, "--measured", measured, "--error", error, "--given", f"eta={given}").exit_code == code


def test_a_table_is_read_and_rows_that_are_alike_are_replicas() -> None:
    by_row = judge(EDGE, "--csv", "runs.csv", "--measured", "level", "--error", "err", "--given", "eta=eta", "--json")
    assert by_row.exit_code == 0
    assert [point["measured"] for point in json.loads(by_row.stdout)["points"]] == [20.4, 10.1, 20.0, 9.9]
    at_once = judge(EDGE, "--csv", "runs.csv", "--replicas", "level", "--given", "eta=eta", "--json")
    assert at_once.exit_code == 0
    assert [point["measured"] for point in json.loads(at_once.stdout)["points"]] == pytest.approx([20.2, 10.0])
    fixed = judge(EDGE, "--csv", "runs.csv", "--measured", "level", "--error", "0.3", "--given", "eta=0.1")
    assert fixed.exit_code == 1


def test_replicas_of_one_point_stand_in_a_row() -> None:
    result = judge(EDGE, "--replicas", "20.4,20.0,20.1", "--given", "eta=0.1")
    assert result.exit_code == 0
    assert "the mean of 3 replicas" in result.stdout


def test_constants_of_a_fit_are_given_by_name() -> None:
    fit = [part for text in ("amplitude=4.1", "data_exponent=-0.065", "floor=0") for part in ("--fit", text)]
    result = judge("hestness2017/extrapolates", "--measured", "1.66", "--error", "0.01", "--given", "n=1e6", *fit)
    assert result.exit_code == 0
    assert result.stdout.startswith("✓ holds: hestness2017/extrapolates\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([EDGE, "--measured", "20,x", "--error", "1"], "found 'x' in --measured 20,x, expected numbers with commas between"),
        ([EDGE, "--measured", "20", "--given", "eta"], "found --given eta, expected a name and a value, such as --given eta=0.1"),
        ([EDGE, "--measured", "20", "--given", "eta=1", "--given", "eta=2"], "found --given eta twice, expected it once"),
        ([EDGE, "--measured", "20", "--given", "eta=y"], "found 'y' in --given eta y, expected numbers"),
        ([EDGE, "--csv", "odd.csv", "--measured", "level", "--error", "1", "--given", "eta=eta"], "odd.csv:3:2: level: found 'ten', expected a number"),
        ([EDGE, "--csv", "odd.csv", "--measured", "levl", "--error", "1"], "odd.csv:1:1: found no column 'levl' (did you mean 'level'?)"),
        ([EDGE, "--csv", "none.csv", "--measured", "level", "--error", "1"], "none.csv: No such file"),
        ([EDGE], "found no measured=, expected the measured numbers"),
        (["cohen2021/hover", "--measured", "1", "--error", "1"], "found no check 'hover' in cohen2021"),
        (["cohen2021/mini-batches-stay-below", "--measured", "1", "--error", "1"], "a control of cohen2021"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_told_without_a_traceback(arguments: list[str], told: str) -> None:
    result = judge(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""
    assert isinstance(result.exception, SystemExit)
    assert not re.search(r"Traceback", result.stderr)


HOSTILE = [
    "\x1b[2J",
    "a/b",
    "/",
    "../../etc/passwd",
    "\u202e",
    "=",
    "1e999",
    "nan",
    "-",
    "\n",
    "0x10",
    "1_0",
    "x" * 100_000,
    ",,",
    "{}",
]


@pytest.mark.parametrize("where", ["check", "--measured", "--error", "--replicas", "--given", "--fit", "--csv"])
def test_whatever_is_typed_is_no_traceback_and_moves_no_cursor(where: str) -> None:
    for text in HOSTILE:
        for one in (text, f"eta={text}") if where in ("--given", "--fit") else (text,):
            parts = [one] if where == "check" else [EDGE, f"{where}={one}"]
            rest = [] if where in ("--measured", "--replicas") else ["--measured=20", "--error=1", "--given=eta=0.1"]
            result = judge(*parts, *rest)
            assert result.exit_code in (0, 1, 2, 3), (where, one[:40])
            assert isinstance(result.exception, SystemExit | None), (where, one[:40], result.exception)
            assert all(c.isprintable() or c == "\n" for c in result.stdout + result.stderr), (where, one[:40])
            assert len(result.stderr) < 10_000
