"""Executed notebooks on disk, by content: which run is still that of today's files, and what it measured."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from lawbook.evidence import cells, confirmation, packaged
from lawbook.evidence.judging import again, differs
from lawbook.evidence.keys import run_key
from lawbook.evidence.record import MIME, Evidence, Measured, Run, Series, Usage, digest, from_json
from lawbook.reference.catalog import Catalog
from lawbook.reference.root import is_packaged

METADATA = "lawbook"
_RUN = TypeAdapter(Run)
_SHAPES: dict[type, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (Measured, Series, Usage)}


def run_path(root: Path, paper: str, scale: str, seed: int) -> Path:
    """Where the executed notebook of a run stands."""
    return root / "build" / "runs" / paper / f"{scale}-{seed:03d}.ipynb"


@dataclass(frozen=True)
class Stored:
    """An executed notebook as it lies on disk: its records as they say they are, judged by nobody yet."""

    key: str
    run: Run
    problem: str = ""  # what of it cannot be believed whatever the entry says


def read_run(path: Path) -> Stored | None:
    """The run that an executed notebook holds; None when there is no such file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return _read_run(path, stat.st_mtime_ns, stat.st_size)


@cache  # while the site is served, every change of an entry asks for all runs again
def _read_run(path: Path, changed: int, size: int) -> Stored:
    key = ""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        about = dict(data["metadata"][METADATA])
        key = str(about.pop("key"))  # first: a run of other inputs may have another shape, and is none of ours
        raw = records_of(data)
        records = [_shaped(from_json(record)) for record in raw]
        about.pop("source")
        told = about.pop("records")
        usage = _shaped(from_json(about.pop("usage")))
        assert isinstance(usage, Usage)
        measured = tuple(r for r in records if isinstance(r, Measured))
        series = tuple(r for r in records if isinstance(r, Series))
        run = replace(_RUN.validate_python(about), usage=usage, measured=measured, series=series, notebook=path)
        problem = "" if run.status != "finished" else _unlike_what_was_told([digest(record) for record in raw], told)
        return Stored(key, run, problem)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        told_by = " ".join(str(error).split())
        what = f"{type(error).__name__}: {told_by}" if told_by else type(error).__name__
        problem = f"the file cannot be read ({what})"
        return Stored(key, Run(path.parent.name, 0, "", "invalid", problem), problem)


def _shaped(record: Measured | Series | Usage) -> Measured | Series | Usage:
    """The record, if every part of it is of the type that it has to be.

    Raises:
        ValidationError: One is not; it is a `ValueError`.
    """
    shaped: Measured | Series | Usage = _SHAPES[type(record)].validate_python(asdict(record))
    return shaped


def _unlike_what_was_told(found: list[str], told: list[str]) -> str:
    """What is wrong with the records in a notebook's outputs, by the fingerprints of those that its kernel showed."""
    foreign, lost = Counter(found) - Counter(told), Counter(told) - Counter(found)
    if foreign:
        return f"{foreign.total()} of its records were not made by law.check, law.control or law.series"
    return f"{lost.total()} of its records are lost" if lost else ""


def records_of(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The records in the outputs of an executed notebook, in order."""
    return [record for cell in notebook["cells"] for record in records_of_cell(cell)]


def records_of_cell(cell: Any) -> list[dict[str, Any]]:
    """The records in the outputs of one cell."""
    return [out["data"][MIME] for out in cell.get("outputs", []) if MIME in out.get("data", {})]


def current_run(catalog: Catalog, paper: str, scale: str, seed: int, key: str | None = None) -> Run | None:
    """The run of these very inputs, if it is on disk, finished or not; judged anew.

    One that cannot be believed has the status `invalid`, and says why: it has to run again. `key` is the fingerprint
    of the inputs where it is known already.
    """
    stored = read_run(run_path(catalog.root, paper, scale, seed))
    if stored is None or (stored.key and stored.key != (key or run_key(catalog, paper, scale, seed))):
        return None
    run = stored.run
    problem = stored.problem or _unlike_the_entry(catalog, paper, run)
    if run.status == "invalid" or (run.paper, run.scale, run.seed) != (paper, scale, seed):
        problem = problem or f"it is the run of {run.paper}, {run.scale}, seed {run.seed}"
        return Run(paper, seed, scale, "invalid", problem)
    return replace(run, status="invalid", message=problem, measured=(), series=()) if problem else run


def _unlike_the_entry(catalog: Catalog, paper: str, run: Run) -> str:
    """What in a run's records is not what the entry makes of their numbers; nothing where all is."""
    entry, seen = catalog.entries[paper], set()
    for record in run.measured:
        what = f"the record of the {record.kind} {record.id!r}"
        if record.paper != paper:
            return f"{what} is of {record.paper}"
        if (record.kind, record.id) in seen:
            return f"{what} is there twice"
        seen.add((record.kind, record.id))
        try:
            difference = differs(record, again(catalog, entry, record))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            return f"{what} cannot be judged: {error}"
        if difference:
            return f"{what} says {difference}"
    for line in run.series:
        if line.law not in entry.laws:
            return f"a line of the chart {line.chart!r} is of no law of {paper}: {line.law!r}"
    return ""


def notebook_text(catalog: Catalog, run: Run) -> str:
    """The executed notebook of a current run, as JSON in the words of today's file: its text and its comments may have
    changed since."""
    assert run.notebook is not None  # a run that was read has one
    executed = run.notebook.read_text(encoding="utf-8")
    return _refreshed(executed, catalog.notebook(run.paper).read_text(encoding="utf-8"))


@lru_cache(maxsize=1024)  # by text: while the site is served, most are as they were
def _refreshed(executed: str, source: str) -> str:
    data = json.loads(executed)
    if data["metadata"][METADATA]["source"] == digest(source):
        return executed
    return as_text(cells.refreshed(data, source))


def as_text(notebook: dict[str, Any]) -> str:
    """An executed notebook as it is stored: the same content gives the same bytes."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def read(catalog: Catalog, scale: str = "quick") -> dict[str, Evidence]:
    """The evidence of every paper that has a current run at `scale`; the lowest seed is the one shown.

    Of the book inside an installed package: the evidence that was packed with it.
    """
    confirmed = confirmation.read_all(catalog)[0]
    if is_packaged(catalog.root):
        found = packaged.read(catalog.root).items()
        mine = [(p, e) for p, e in found if p in catalog.entries and e.shown.scale == scale]
        return {paper: replace(evidence, confirmed=confirmed.get(paper)) for paper, evidence in mine}
    evidence: dict[str, Evidence] = {}
    for paper in sorted(catalog.entries):
        folder = run_path(catalog.root, paper, scale, 0).parent
        names = [path.stem.rpartition("-")[2] for path in folder.glob(f"{scale}-*.ipynb")]
        seeds = sorted({int(name) for name in names if name.isdecimal()})  # a seed counts once, however it is written
        runs = [run for seed in seeds if (run := current_run(catalog, paper, scale, seed)) is not None]
        if runs:
            evidence[paper] = Evidence(paper, runs[0], tuple(runs), confirmed.get(paper))
    return evidence
