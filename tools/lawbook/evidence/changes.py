"""What a branch changes: of each paper whose prediction or measurement differs, every check before and after."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lawbook.evidence import confirmation, edits, store
from lawbook.evidence.confirmation import NEEDED
from lawbook.evidence.display import MARK, measured_of
from lawbook.evidence.edits import Edit
from lawbook.evidence.former import Former, former_book
from lawbook.evidence.judging import check_of
from lawbook.evidence.keys import prediction_key, run_key
from lawbook.evidence.power import power_of_run
from lawbook.evidence.power_report import caught_of
from lawbook.evidence.record import Confirmation, Evidence, Kind, Outcome, Point, Run, expected, is_good
from lawbook.numbers import plain
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Entry

What = Literal["new", "changed", "taken out"]
UNKNOWN = "—"


@dataclass(frozen=True)
class Cells:
    """What is said of a check or control on one side: texts."""

    predicted: str
    measured: str = UNKNOWN
    verdict: str = "not run"
    seeds: str = UNKNOWN
    power: str = UNKNOWN


Side = Mapping[tuple[Kind, str], Cells]


@dataclass(frozen=True)
class Paper:
    """A paper that differs from a former state, and what was measured then.

    Attributes:
        paper: The id.
        what: Whether it is new, changed or taken out.
        edits: What differs in what its entry states.
        before: Each check and control of the former entry.
        source: Where the numbers before come from, in words.
    """

    paper: str
    what: What
    edits: tuple[Edit, ...]
    before: Side
    source: str


@dataclass(frozen=True)
class Comparison:
    """The papers that differ from those of a commit, by id; `count` is how many there are today."""

    commit: str
    papers: tuple[Paper, ...]
    count: int

    @property
    def to_run(self) -> list[str]:
        """The papers whose notebooks have something to say today."""
        return [paper.paper for paper in self.papers if paper.what != "taken out"]


def compare(catalog: Catalog, ref: str, scale: str = "quick") -> Comparison:
    """Find the papers that differ from those of the commit in which this branch and `ref` have parted.

    A paper differs where the fingerprint of its run or of its prediction does: by what entry, notebook, shared code
    and lock file mean, so that prose, comments and layout change none. What was measured then is read out of
    `build/runs` as it is now, so this is called before anything runs; where that holds no run of the former files, out
    of the seeds that were confirmed then.

    Arguments:
        catalog: Today's book, sound.
        ref: A branch, a tag or a commit.
        scale: Of the runs.

    Returns:
        The papers that differ.

    Raises:
        FormerError: There is nothing to compare with; says why.
    """
    with former_book(catalog.root, ref) as former:
        base = former.catalog
        papers = sorted({*catalog.entries, *base.entries})
        differing = [paper for paper in papers if _differs(catalog, base, paper, scale)]
        base.entries = {paper: base.entries[paper] for paper in differing if paper in base.entries}
        for paper in base.entries:
            _copy_runs(store.run_path(catalog.root, paper, scale, 0).parent, base)
        evidence, confirmed = store.read(base, scale), confirmation.read_all(base)[0]
        found = tuple(_paper(catalog, former, paper, evidence.get(paper), confirmed.get(paper)) for paper in differing)
    return Comparison(former.commit, found, len(catalog.entries))


def after(catalog: Catalog, papers: Iterable[str], runs: Iterable[Run]) -> dict[str, Side]:
    """Each check and control of today's entries, out of their runs.

    Arguments:
        catalog: Today's book.
        papers: The ids.
        runs: Those of these papers, the one that is shown first.

    Returns:
        By paper, kind and id.
    """
    listed = list(runs)
    found = {}
    for paper in papers:
        mine = tuple(run for run in listed if run.paper == paper)
        found[paper] = _of_runs(catalog, catalog.entries[paper], mine)
    return found


def _differs(catalog: Catalog, base: Catalog, paper: str, scale: str) -> bool:
    if paper not in catalog.entries or paper not in base.entries:
        return True
    here, there = ((run_key(c, paper, scale, 0), prediction_key(c, paper)) for c in (catalog, base))
    return here != there


def _copy_runs(folder: Path, base: Catalog) -> None:
    """Lay runs beside the former book, where they count if they are of its files."""
    if folder.is_dir():
        shutil.copytree(folder, base.root / "build" / "runs" / folder.name)


def _paper(
    catalog: Catalog, former: Former, paper: str, evidence: Evidence | None, confirmed: Confirmation | None
) -> Paper:
    base = former.catalog
    entry = base.entries.get(paper)
    raw = (c.path(paper).read_bytes() if paper in c.family_of else b"" for c in (base, catalog))
    before, now = (edits.read(text) or {} for text in raw)
    if paper not in base.family_of:
        return Paper(paper, "new", (), {}, "new")
    what: What = "changed" if paper in catalog.entries else "taken out"
    changed = edits.edits(before, now) if what == "changed" else ()
    if entry is None:
        return Paper(paper, what, changed, {}, "the former entry cannot be read by the rules of today")
    if evidence is not None:
        seeds = ", ".join(str(run.seed) for run in evidence.seeds)
        told = f"before: the run of seed {seeds}" if len(evidence.seeds) == 1 else f"before: runs of the seeds {seeds}"
        return Paper(paper, what, changed, _of_runs(base, entry, evidence.seeds), told)
    if confirmed is not None and confirmed.is_current:
        told = f"before: the {len(confirmed.seeds)} seeds confirmed on {confirmed.date}, which keep no power"
        return Paper(paper, what, changed, _of_confirmed(entry, confirmed), told)
    stated = {item: Cells(_stated(entry, *item)) for item in expected(entry)}
    return Paper(paper, what, changed, stated, "before: no run of the former files is on disk, and no confirmed seeds")


def _of_runs(catalog: Catalog, entry: Entry, runs: tuple[Run, ...]) -> Side:
    if not runs:
        return {item: Cells(_stated(entry, *item)) for item in expected(entry)}
    found: dict[tuple[Kind, str], Cells] = {}
    for kind, name in expected(entry):
        outcomes = [run.outcome(kind, name) for run in runs]
        run = runs[_shown(entry, kind, name, outcomes)]
        record = run.of(kind, name) if run.status == "finished" else None
        power = power_of_run(catalog, run).get(name) if record is not None and kind == "check" else None
        found[kind, name] = Cells(
            predicted=_stated(entry, kind, name) if record is None else plain(record.deciding.predicted),
            measured=UNKNOWN if record is None else _measured(record.deciding, len(record.points)),
            verdict=_verdict(entry, kind, name, run.outcome(kind, name)),
            seeds=_counted(entry, kind, name, outcomes),
            power=UNKNOWN if power is None else caught_of(power),
        )
    return found


def _of_confirmed(entry: Entry, confirmed: Confirmation) -> Side:
    found: dict[tuple[Kind, str], Cells] = {}
    for kind, name in expected(entry):
        results = confirmed.results[kind, name]
        outcomes = [result.outcome for result in results]
        result = results[_shown(entry, kind, name, outcomes)]
        point = result.point
        found[kind, name] = Cells(
            predicted=_stated(entry, kind, name) if point is None else plain(point.predicted),
            measured=UNKNOWN if point is None else measured_of(point),
            verdict=_verdict(entry, kind, name, result.outcome),
            seeds=_counted(entry, kind, name, outcomes),
        )
    return found


def _shown(entry: Entry, kind: Kind, name: str, outcomes: Sequence[Outcome]) -> int:
    """Which seed to show: the first that is as most are, or where too many miss, the first that misses."""
    good = [is_good(entry, kind, name, outcome) for outcome in outcomes]
    return good.index(sum(good) >= NEEDED * len(good))


def _counted(entry: Entry, kind: Kind, name: str, outcomes: Sequence[Outcome]) -> str:
    return f"{sum(is_good(entry, kind, name, outcome) for outcome in outcomes)} of {len(outcomes)}"


def _measured(point: Point, points: int) -> str:
    return measured_of(point) + (f" (of {points} points)" if points > 1 else "")


def _stated(entry: Entry, kind: Kind, name: str) -> str:
    """What an entry predicts of a check before anything is measured."""
    predicted = check_of(entry, kind, name).predicted
    return predicted if isinstance(predicted, str) else plain(predicted)


def _verdict(entry: Entry, kind: Kind, name: str, outcome: Outcome) -> str:
    if not is_good(entry, kind, name, outcome):
        return f"{MARK['fails']} {outcome}"
    if kind == "control":
        return f"{MARK['holds']} breaks down, as it should"
    return f"{MARK['holds']} holds" if outcome == "holds" else "◇ not reproduced at this scale"
