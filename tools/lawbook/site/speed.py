"""What `make bench` has measured, as tables: docs/speed.json, each part of it as it was measured last."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from lawbook.site.inert import clean

FILE = "docs/speed.json"
TITLES = {
    "start": "Start-up",
    "check": "Checking made-up entries",
    "rich": "Checking real entries and copies of them",
    "site": "Building a site of made-up entries",
    "rich-site": "Building a site of real entries and copies of them, beside others",
    "keys": "What a run depends on",
    "edit": "Writing while the site is served",
    "weights": "What a page weighs",
    "search": "Search",
    "instruments": "Instruments beside a tight version of the same work",
    "eigenvalues": "Eigenvalues beside other packages",
    "notebooks": "Notebooks, without anything kept",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Row(_Part):
    """One figure."""

    what: str
    value: str
    to_reach: str = Field("", alias="to-reach")


class Report(_Part):
    """A part as it was measured last."""

    date: str
    commit: str
    machine: str
    product: str
    rows: list[Row]


def read(root: Path) -> dict[str, Report]:
    """The parts that were measured, in the order of `TITLES`; none where the book has no such file."""
    path = root / FILE
    if not path.is_file():
        return {}
    data = json.loads(path.read_text(encoding="utf-8"))
    return {part: Report.model_validate(data[part]) for part in TITLES if part in data}


def tables(root: Path) -> str:
    """The parts as Markdown, each with where and when it was measured."""
    out = []
    for part, report in read(root).items():
        out.append(f"## {TITLES[part]} {{#{part}}}\n")
        out.append(
            f"{report.date}, commit {report.commit}, on {report.machine}, where a product of two 1500 × 1500 matrices"
            f" took {report.product}.\n"
        )
        out.append("| What | Measured | To reach |\n|---|---|---|")
        out += [f"| {_cell(row.what)} | {_cell(row.value)} | {_cell(row.to_reach)} |" for row in report.rows]
        out.append("")
    return "\n".join(out)


def _cell(text: str) -> str:
    return clean(text).replace("|", "\\|").replace("<", "&lt;")
