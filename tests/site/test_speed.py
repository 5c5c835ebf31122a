"""The page of what was timed says it for each part as it was measured last."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from lawbook.site import speed

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tools"))
import bench  # noqa: E402

PART = {"date": "2026-01-02", "commit": "abc", "machine": "a box", "product": "0.10 CPU s"}


def test_each_part_of_the_benchmark_has_a_title() -> None:
    assert list(bench.PARTS) == list(speed.TITLES)


def test_the_file_of_the_repository_is_shown() -> None:
    made = speed.tables(REPO)
    for part, report in speed.read(REPO).items():
        assert f"{{#{part}}}" in made
        assert all(row.value in made for row in report.rows if "<" not in row.value)


def test_what_a_figure_says_makes_no_table_of_its_own(tmp_path: Path) -> None:
    assert speed.tables(tmp_path) == ""
    (tmp_path / "docs").mkdir()
    rows = [{"what": "a | b", "value": "<1 s", "to-reach": ""}]
    (tmp_path / speed.FILE).write_text(json.dumps({"search": PART | {"rows": rows}, "start": PART | {"rows": []}}))
    made = speed.tables(tmp_path)
    assert made.index("{#start}") < made.index("{#search}")
    assert "| a \\| b | &lt;1 s |  |" in made
    assert "2026-01-02, commit abc, on a box" in made


def test_a_part_is_kept_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "REPO", tmp_path)
    monkeypatch.setattr(bench, "PARTS", {name: lambda _, n=name: bench.row(n, "1") for name in ("start", "keys")})
    monkeypatch.setattr(bench, "product", lambda: 0.1)
    for asked in (["keys"], ["start"], ["keys"]):
        monkeypatch.setattr(sys, "argv", ["bench.py", *asked])
        bench.main()
    found = speed.read(tmp_path)
    assert [(name, [row.what for row in report.rows]) for name, report in found.items()] == [
        ("start", ["start"]),
        ("keys", ["keys"]),
    ]
    monkeypatch.setattr(sys, "argv", ["bench.py", "nothing"])
    with pytest.raises(SystemExit, match="found nothing, expected some of start, keys"):
        bench.main()
