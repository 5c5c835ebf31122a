"""Records as they travel in the wheel: what is read is what was written, series aside."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from lawbook.evidence import packaged
from lawbook.evidence.record import Evidence, Measured, Point, Run, Series, Usage


def run(seed: int) -> Run:
    point = Point(0.5 + seed, 0.01, 0.5, -math.inf, 0.6, "holds", {"n": 8.0}, (math.nan,))
    record = Measured("check", "halving2001", "exponent", "inverse-root", "exponent", "holds", (point,))
    series = Series("error", "inverse-root", "measured", (1.0,), (2.0,))
    return Run("halving2001", seed, "quick", "finished", "", (record,), (series,), 1.5, Usage(0.4, 0.1, 0.6, 90.0),
               {"python": "3.11.7"}, "abc123", "2026-11-24T12:00:00+00:00", "Linux", Path("somewhere.ipynb"))  # fmt: skip


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    runs = tuple(run(seed) for seed in range(3))
    written = {"halving2001": Evidence("halving2001", runs[1], runs)}
    (tmp_path / packaged.NAME).write_text(packaged.text(written))
    bare = [replace(r, series=(), notebook=None) for r in runs]
    found = packaged.read(tmp_path)["halving2001"]
    assert repr(found) == repr(Evidence("halving2001", bare[1], tuple(bare)))  # nan is not equal to itself
    assert packaged.text(packaged.read(tmp_path)) == packaged.text(written)


def test_a_wheel_without_records_has_no_evidence(tmp_path: Path) -> None:
    assert packaged.read(tmp_path) == {}
