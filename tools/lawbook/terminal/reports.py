"""What check, status and power say, as data for a program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lawbook.evidence.record import Evidence
    from lawbook.reference.catalog import Catalog
    from lawbook.reference.problem import Problem

_SAID = re.compile(r"found (?P<found>.+?), expected (?P<expected>.+)", re.DOTALL)


def defects(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems of files: place, sentence, and what of it was found and expected."""
    out = []
    for problem in problems:
        said = _SAID.match(problem.message)
        parts = said.groupdict() if said else {"found": None, "expected": None}
        out.append(asdict(problem) | parts)
    return out


def checked(catalog: Catalog, problems: Sequence[Problem]) -> dict[str, Any]:
    """What `lawbook check` found: whether all is sound, each defect, and, where files are sound, what is left to do."""
    from lawbook.evidence.confirmation import are_current
    from lawbook.reference.addresses import unpublished

    found, unbelieved = ({}, []) if problems else are_current(catalog)
    is_listed = bool(catalog.addresses.published) and not problems
    return {
        "sound": not problems and not unbelieved,
        "entries": len(catalog.entries),
        "laws": sum(len(entry.laws) for entry in catalog.entries.values()),
        "problems": defects(problems),
        "unbelieved": unbelieved,
        "stale": [paper for paper, current in found.items() if not current],
        "unconfirmed": [paper for paper in sorted(catalog.entries) if paper not in found and not problems],
        "unpublished": unpublished(catalog) if is_listed else [],
    }


def status(catalog: Catalog, evidence: Mapping[str, Evidence], papers: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each of `papers`: how its checks and controls came out, and what the run took."""
    from lawbook.evidence.record import expected, is_good
    from lawbook.evidence.report import outcomes

    rows = []
    for paper in papers:
        entry, found = catalog.entries[paper], evidence.get(paper)
        row: dict[str, Any] = {"paper": paper, "family": catalog.family_of[paper], "run": None}
        if found is not None:
            run = found.shown
            controls = [name for kind, name in expected(entry) if kind == "control"]
            good = {(kind, name): is_good(entry, kind, name, run.outcome(kind, name)) for kind, name in expected(entry)}
            row["run"] = {
                "as-claimed": all(good.values()), "checks": dict(outcomes(entry, run)), "controls": len(controls),
                "controls-that-fail": sum(good["control", name] for name in controls), "seeds": len(found.seeds),
                "cpu-seconds": round(run.usage.cpu, 1), "peak-mb": round(run.usage.peak_mb), "finished": run.finished,
            }  # fmt: skip
        rows.append(row)
    return rows


def power(catalog: Catalog, papers: Sequence[str], evidence: Mapping[str, Evidence]) -> dict[str, Any]:
    """How hard each check is, which are too weak, and of which papers there is no current run."""
    from lawbook.evidence.power import power_of_run, total, weak
    from lawbook.site.exports import changed_laws

    runs = [evidence[paper].shown for paper in papers if paper in evidence]
    powers = {run.paper: power_of_run(catalog, run) for run in runs}
    caught, counted = total(power for found in powers.values() for power in found.values())
    return {
        "caught": caught,
        "counted": counted,
        "checks": [
            {"paper": paper, "check": name, "changed-laws": changed_laws(found)}
            for paper, checks in powers.items()
            for name, found in checks.items()
        ],
        "weak": [sentence for run in runs for sentence in weak(catalog, run)],
        "without-run": [paper for paper in papers if paper not in evidence],
    }
