"""What was measured, as it travels inside the wheel: the records of every run, without figures and series."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lawbook.evidence.record import Evidence, Measured, Run, Usage, from_json, to_json

NAME = "records.json"


def text(evidence: Mapping[str, Evidence]) -> str:
    """The runs of every paper as JSON: the shown one first, then the other seeds."""
    data = {paper: [_run(run) for run in _runs(found)] for paper, found in sorted(evidence.items())}
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def read(root: Path) -> dict[str, Evidence]:
    """The evidence that came with the book at `root`; empty when the wheel was built without runs."""
    path = root / NAME
    if not path.is_file():
        return {}
    found = {}
    for paper, runs in json.loads(path.read_text(encoding="utf-8")).items():
        shown, *others = map(_from, runs)
        found[paper] = Evidence(paper, shown, tuple(sorted((shown, *others), key=lambda run: run.seed)))
    return found


def _runs(found: Evidence) -> list[Run]:
    return [found.shown, *(run for run in found.seeds if run is not found.shown)]


def _run(run: Run) -> dict[str, Any]:
    about = {k: v for k, v in asdict(run).items() if k not in ("measured", "series", "notebook", "usage")}
    return about | {"usage": to_json(run.usage), "measured": [to_json(record) for record in run.measured]}


def _from(data: dict[str, Any]) -> Run:
    usage = from_json(data.pop("usage"))
    measured = tuple(map(from_json, data.pop("measured")))
    assert isinstance(usage, Usage)
    return Run(**data, usage=usage, measured=tuple(m for m in measured if isinstance(m, Measured)))
