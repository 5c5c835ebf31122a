"""The large knowledge bases that are measured are sound, and have the runs of their originals."""

from __future__ import annotations

import sys
from pathlib import Path

from lawbook.evidence import store
from lawbook.reference.catalog import load

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import bench_copies


def test_copies_are_sound_and_their_runs_current(site: Path, tmp_path: Path) -> None:
    book = site.parents[1]
    catalog, problems = load(bench_copies.rich(5, tmp_path / "rich", book))
    assert problems == []
    assert sorted(catalog.entries) == [
        "corner2002", "corner2002xa", "corner2002xb", "halving2001", "halving2001xa"
    ]  # fmt: skip
    evidence = store.read(catalog)
    assert evidence.keys() == catalog.entries.keys()
    halved = catalog.entries["halving2001xa"]
    assert [relation.to for relation in halved.relations] == ["corner2002xa"]
    assert all(record.paper == "halving2001xa" for record in evidence["halving2001xa"].shown.measured)
