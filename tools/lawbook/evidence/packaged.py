"""What was measured, as it travels inside the wheel: the records of every run, without figures and series."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lawbook.evidence import reading
from lawbook.evidence.record import BESIDE, Evidence, Run, to_json

NAME = "records.json"


def text(evidence: Mapping[str, Evidence]) -> str:
    """The runs of every paper as JSON: the shown one first, then the other seeds."""
    data = {paper: [_run(run) for run in _runs(found)] for paper, found in sorted(evidence.items())}
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def read(root: Path) -> dict[str, Evidence]:
    """The evidence that came with the book at `root`, judged by nobody yet; empty if the wheel has no runs.

    What is no such evidence is as if it were not there; a warning names it.
    """
    try:
        text = reading.text_of(root / NAME)
        data = {} if text is None else dict(reading.parsed(text))
    except Exception as error:  # whatever a file can be made to hold
        _is_none("", error)
        return {}
    found = {}
    for paper, runs in data.items():
        try:
            shown, *others = map(_from, runs)
            seeds = tuple(sorted((shown, *others), key=lambda run: run.seed))
            if len({(run.paper, run.scale, run.seed) for run in seeds}) < len(seeds) or shown.paper != paper:
                raise ValueError("runs of another paper, or one seed twice")
            found[paper] = Evidence(paper, shown, seeds)
        except Exception as error:
            _is_none(paper, error)
    return found


def _is_none(paper: str, error: Exception) -> None:
    what = f"runs of {paper}" if paper else "runs"
    logging.getLogger("lawbook").warning(
        "%s: found no %s (%s): they are as if they were not there; install the package anew",
        NAME, what, reading.in_words(error),
    )  # fmt: skip


def _runs(found: Evidence) -> list[Run]:
    return [found.shown, *(run for run in found.seeds if run is not found.shown)]


def _run(run: Run) -> dict[str, Any]:
    about = {k: v for k, v in asdict(run).items() if k not in (*BESIDE, "measured", "series", "usage")}
    return about | {"usage": to_json(run.usage), "measured": [to_json(record) for record in run.measured]}


def _from(data: Any) -> Run:
    about = dict(data)
    return reading.run_of(about, about.pop("usage"), about.pop("measured"))
