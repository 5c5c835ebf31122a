"""Executed notebooks on disk, by content: which run is still that of today's files, and what it measured."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lawbook.evidence import cells, confirmation, packaged, reading
from lawbook.evidence.judging import again, differs
from lawbook.evidence.keys import made_from, run_key
from lawbook.evidence.record import MIME, Evidence, Run, digest
from lawbook.reference.catalog import Catalog
from lawbook.reference.root import is_packaged

METADATA = "lawbook"
_log = logging.getLogger("lawbook")


def run_path(root: Path, paper: str, scale: str, seed: int) -> Path:
    """Where the executed notebook of a run stands."""
    return root / "build" / "runs" / paper / f"{scale}-{seed:03d}.ipynb"


@dataclass(frozen=True)
class Stored:
    """An executed notebook as it lies on disk: its records as they say they are, judged by nobody yet.

    Attributes:
        key: Of the inputs that it says it had.
        run: What it holds; None where the file is of other inputs and of a shape that is none of ours.
        source: The fingerprint of the file that was run.
        cells: The type and the text of each cell.
        problem: What of it cannot be believed whatever the entry says.
    """

    key: str
    run: Run | None = None
    source: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def read_run(path: Path) -> Stored | None:
    """The run that an executed notebook holds; None when there is no such file, or one that is no run.

    What `lawbook run` has not written is as if it were not there; a warning names it, once.
    """
    text = _text(path)
    return _stored(path, text) if isinstance(text, str) else text


def _text(path: Path) -> str | Stored | None:
    """The text of a file; None where there is none, and of one that cannot be read, what is told of it."""
    try:
        return reading.text_of(path)
    except (OSError, ValueError) as error:
        return Stored("", problem=reading.in_words(error))


def _stored(path: Path, text: str) -> Stored:
    key = ""
    try:
        data = reading.parsed(text)
        about = dict(data["metadata"][METADATA])
        key = about.pop("key")  # first: a run of other inputs may have another shape, and is none of ours
        if not isinstance(key, str) or not key:
            raise ValueError("no key")
        shown = reading.cells_of(data)
        raw, told, source = records_of(data), about.pop("records"), about.pop("source")
        if not (isinstance(told, list) and all(isinstance(one, str) for one in (*told, source))):
            raise ValueError("fingerprints that are no text")
        run = reading.run_of(about, about.pop("usage"), raw, path)
        problem = "" if run.status != "finished" else _unlike_what_was_told([digest(record) for record in raw], told)
        return Stored(key, run, source, shown, problem)
    except Exception as error:  # whatever a file can be made to hold
        return Stored(key if isinstance(key, str) else "", problem=reading.in_words(error))


def _is_no_run(path: Path, why: str) -> None:
    """Say once of a file that it is no run."""
    name = "/".join(path.parts[-4:])
    if (path, why) not in _told:
        _told.add((path, why))
        _log.warning(
            "%s: found no run of a notebook (%s): it is as if it were not there; lawbook run makes it", name, why
        )


_told: set[tuple[Path, str]] = set()


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

    One whose records cannot be believed has the status `invalid`, and says why: it has to run again. A file that is no
    run at all is as if it were not there. `key` is the fingerprint of the inputs where it is known already.
    """
    path = run_path(catalog.root, paper, scale, seed)
    text = _text(path)
    if text is None:
        return None
    key = key or run_key(catalog, paper, scale, seed)
    content = digest(text) if isinstance(text, str) else ""

    def read() -> tuple[Run | None, str]:
        stored = _stored(path, text) if isinstance(text, str) else text
        if stored.key and stored.key != key:
            return None, ""
        problem = stored.problem if stored.run is None else _unlike_the_file(catalog, paper, stored)
        if stored.run is None or problem:
            return None, problem
        return replace(judged(catalog, paper, scale, seed, stored.run, stored.problem), content=content), ""

    made_of = (*made_from(catalog, paper), key, str(path), content)
    found, problem = catalog.kept.get(f"{paper}.{scale}-{seed}", made_of, read) if content else read()
    if problem:
        _is_no_run(path, problem)
    return found


def judged(catalog: Catalog, paper: str, scale: str, seed: int, run: Run, problem: str = "") -> Run:
    """A run that was read, judged anew; of the status `invalid`, with what cannot be believed, if something cannot.

    Arguments:
        catalog: The book.
        paper: Whose run it has to be.
        scale: At which scale.
        seed: Of which seed.
        run: What was read.
        problem: What is known already.
    """
    if (run.paper, run.scale, run.seed) != (paper, scale, seed):
        problem = problem or f"it is the run of {run.paper}, {run.scale}, seed {run.seed}"
        return Run(paper, seed, scale, "invalid", problem)
    with np.errstate(all="ignore"):
        problem = problem or _unlike_the_entry(catalog, paper, run)
    return replace(run, status="invalid", message=problem, measured=(), series=()) if problem else run


def _unlike_the_file(catalog: Catalog, paper: str, stored: Stored) -> str:
    """What in the cells of a run cannot be of today's file, which means what the file of the run meant."""
    source = catalog.notebook(paper).read_text(encoding="utf-8")
    today = cells.texts(source)
    if stored.source == digest(source):
        return "" if stored.cells == today else "other cells than those of the file"
    ran, now = (sum(kind == "code" for kind, _ in found) for found in (stored.cells, today))
    return "" if ran == now else f"{ran} cells of code where the file has {now}"


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
        except Exception as error:  # whatever numbers and names can do to a formula
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


def read(catalog: Catalog, scale: str = "quick", papers: Iterable[str] | None = None) -> dict[str, Evidence]:
    """The evidence of every paper that has a current run at `scale`; the lowest seed is the one shown.

    Of the book inside an installed package: the evidence that was packed with it.

    Arguments:
        catalog: The book.
        scale: Of which scale.
        papers: Of these papers only; of all by default.
    """
    asked = set(catalog.entries if papers is None else papers) & catalog.entries.keys()
    confirmed = confirmation.read_all(catalog, asked)[0]
    if is_packaged(catalog.root):
        found = packaged.read(catalog.root).items()
        return {
            paper: replace(_judged_again(catalog, paper, evidence), confirmed=confirmed.get(paper))
            for paper, evidence in found
            if paper in asked and evidence.shown.scale == scale
        }
    evidence: dict[str, Evidence] = {}
    for paper in sorted(asked):
        folder = run_path(catalog.root, paper, scale, 0).parent
        names = [path.stem.rpartition("-")[2] for path in folder.glob(f"{scale}-*.ipynb")]
        seeds = sorted({int(name) for name in names if name.isdecimal()})  # a seed counts once, however it is written
        runs = [run for seed in seeds if (run := current_run(catalog, paper, scale, seed)) is not None]
        if runs:
            evidence[paper] = Evidence(paper, runs[0], tuple(runs), confirmed.get(paper))
    return evidence


def _judged_again(catalog: Catalog, paper: str, found: Evidence) -> Evidence:
    """Evidence that was packed, each run judged as one from disk is."""
    seeds = tuple(judged(catalog, paper, found.shown.scale, run.seed, run) for run in found.seeds)
    return replace(found, shown=next(run for run in seeds if run.seed == found.shown.seed), seeds=seeds)
