"""Twenty seeds that nobody can choose: drawn from what was predicted and how it is measured, and kept beside the
notebook.

Whoever changes a prediction, a band, a protocol or the code that measures gets other seeds; trials use ordinary ones.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from lawbook.evidence import reading
from lawbook.evidence.confirmed_file import ConfirmationError, as_text, load
from lawbook.evidence.fit import Source
from lawbook.evidence.judging import Taken, check_of, checked_by, judged
from lawbook.evidence.keys import made_from, prediction_key
from lawbook.evidence.record import Confirmation, Fitted, Kind, Outcome, Point, Result, Run, expected, is_good
from lawbook.files import read_bytes, write_atomically
from lawbook.reference.catalog import Catalog
from lawbook.reference.catalog import load as load_catalog
from lawbook.reference.model import Entry
from lawbook.reference.verdict import band, judge

SEEDS = 20
NEEDED = 0.95  # of the seeds: one in twenty may miss
SCALE = "quick"
NO_SOURCE = Source({}, (), {}, {})  # a line of a file has the constants of a fit, not its points
LOWEST, HIGHEST = 1000, 1_000_000  # above all that anyone tries by hand, and small enough for every generator


T = TypeVar("T")


def path_of(catalog: Catalog, paper: str) -> Path:
    """Where the confirmed seeds of a paper stand."""
    return catalog.notebook(paper).with_suffix(".confirmed.json")


def seeds_of(fingerprint: str, count: int = SEEDS) -> tuple[int, ...]:
    """The seeds that a fingerprint draws: all different, and known to nobody before it.

    Arguments:
        fingerprint: Of what is predicted and how it is measured.
        count: How many.

    Returns:
        Whole numbers from 1000 up to a million.
    """
    found: dict[int, None] = {}
    i = 0
    while len(found) < count:
        drawn = int.from_bytes(hashlib.sha256(f"{fingerprint}:{i}".encode()).digest()[:8], "big")
        found[LOWEST + drawn % (HIGHEST - LOWEST)] = None
        i += 1
    return tuple(found)


def uncommitted(root: Path, paths: Iterable[Path] = ()) -> list[str]:
    """What is not committed of all that a prediction and its measurement are made of, one line of git's a file.

    Arguments:
        root: The folder of the book.
        paths: Files that have to be committed, whatever git is told to ignore.

    Returns:
        What `git status` says of each; `!!` of what is ignored.

    Raises:
        FileNotFoundError: `root` is no git repository, or there is no git.
    """
    parts = ["references", "notebooks", "tools", "requirements.lock", ":(exclude)*.confirmed.json"]
    asked = ["git", "status", "--porcelain", "--", *parts]
    try:
        done = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise FileNotFoundError("found no git, expected it: a confirmation names a commit") from None
    if done.returncode:
        raise FileNotFoundError(f"found no git repository in {root}, expected one: a confirmation names a commit")
    known = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    names = (path.relative_to(root).as_posix() for path in paths)
    return done.stdout.splitlines() or [f"!! {name}" for name in names if name not in known.stdout.split("\0")]


def is_as_it_was(catalog: Catalog, paper: str) -> bool:
    """Whether the files of a paper still have the fingerprint that they had when `catalog` was read."""
    now = load_catalog(catalog.root)[0]
    return paper in now.entries and prediction_key(now, paper) == prediction_key(catalog, paper)


def confirmed_by(catalog: Catalog, paper: str, runs: Iterable[Run], commit: str) -> Confirmation:
    """What the runs of the seeds of `paper` say, in the order of the seeds; they are of what stands in `commit`."""
    runs = list(runs)
    entry = catalog.entries[paper]
    results = {(kind, name): tuple(_result(run, kind, name) for run in runs) for kind, name in expected(entry)}
    last = max(runs, key=lambda run: run.finished)
    return Confirmation(
        paper=paper,
        fingerprint=prediction_key(catalog, paper),
        date=last.finished.partition("T")[0],
        commit=commit,
        versions=last.versions,
        seeds=tuple(run.seed for run in runs),
        results=results,
    )


def is_confirmed(entry: Entry, found: Confirmation) -> bool:
    """Whether every check and control came out as claimed in all seeds but one in twenty."""
    passed = [found.passed(entry, kind, name) for kind, name in expected(entry)]
    return all(some is not None and some[0] >= NEEDED * some[1] for some in passed)


def is_as_claimed(entry: Entry, kind: Kind, name: str, outcome: Outcome, found: Confirmation | None) -> bool:
    """Whether what one run gave agrees with the entry.

    It does where a run of one seed is undecided and enough of the seeds that the present prediction has drawn are good:
    one in twenty may be, and to demand more of one seed would be to pick it.
    """
    if is_good(entry, kind, name, outcome):
        return True
    if outcome not in ("undecided", "confounded") or found is None or not found.is_current:
        return False
    passed = found.passed(entry, kind, name)
    return passed is not None and passed[0] >= NEEDED * passed[1]


def write(catalog: Catalog, found: Confirmation) -> Path:
    """Write it beside the notebook: the same runs give the same bytes."""
    path = path_of(catalog, found.paper)
    write_atomically(path, as_text(found))
    return path


def read(catalog: Catalog, paper: str) -> Confirmation | None:
    """The confirmed seeds of a paper; None where there are none.

    What is current is judged by the entry again.

    Raises:
        ConfirmationError: The file cannot be believed; says why, with the file and the line where there is one.
    """
    return _believed(_kept(catalog, paper, "seeds", lambda: _read(catalog, paper)))


def is_current(catalog: Catalog, paper: str) -> bool | None:
    """Whether the confirmed seeds of a paper are of its present prediction; None where there are none.

    Raises:
        ConfirmationError: As `read` does.
    """

    def told() -> bool | str | None:
        found = _read(catalog, paper)
        return found.is_current if isinstance(found, Confirmation) else found

    return _believed(_kept(catalog, paper, "confirmed", told))


def _believed(found: T | str) -> T:
    if isinstance(found, str):
        raise ConfirmationError(found)
    return found


def _kept(catalog: Catalog, paper: str, name: str, make: Callable[[], T]) -> T:
    """What is made of the file of a paper, of its entry and its notebook, as kept or as made now."""
    try:
        content = read_bytes(path_of(catalog, paper), inside=catalog.root, limit=reading.LARGEST)
    except OSError:
        return make()
    made_of = *made_from(catalog, paper), hashlib.sha256(content).hexdigest()
    return catalog.kept.get(f"{paper}.{name}", made_of, make)


def _read(catalog: Catalog, paper: str) -> Confirmation | str | None:
    """The confirmed seeds of a paper, or why they cannot be believed."""
    path = path_of(catalog, paper)
    name = path.relative_to(catalog.root).as_posix()
    try:
        found = load(path, name)
    except ConfirmationError as error:
        return str(error)
    if found is None:
        return None
    if found.paper != paper:
        return f"{name}:1:1: found the seeds of {found.paper!r}, expected those of {paper!r}"
    if found.fingerprint != prediction_key(catalog, paper):
        return replace(found, is_current=False)
    problem = _unlike_the_entry(catalog, found)
    return f"{name}:1:1: {problem}; lawbook confirm {paper} writes it anew" if problem else found


def read_all(catalog: Catalog, papers: Iterable[str] | None = None) -> tuple[dict[str, Confirmation], list[str]]:
    """The confirmed seeds of every paper that has some, and what is wrong with the files that cannot be believed.

    With `papers`, of these only.
    """
    return _of_all(catalog, read, papers)


def are_current(catalog: Catalog) -> tuple[dict[str, bool], list[str]]:
    """`is_current` of every paper that has some, and what is wrong with the files that cannot be believed."""
    return _of_all(catalog, is_current)


def _of_all(
    catalog: Catalog, ask: Callable[[Catalog, str], T | None], papers: Iterable[str] | None = None
) -> tuple[dict[str, T], list[str]]:
    found, problems = {}, []
    for paper in sorted(catalog.entries if papers is None else papers):
        try:
            told = ask(catalog, paper)
        except ConfirmationError as error:
            problems.append(str(error))
            continue
        if told is not None:
            found[paper] = told
    return found, problems


def _result(run: Run, kind: Kind, name: str) -> Result:
    record, outcome = run.of(kind, name), run.outcome(kind, name)
    if record is None or run.status != "finished":  # what a broken run showed, nobody has counted
        return Result(outcome, None)
    fitted, kept = (None if f is None else f.values for f in (record.fitted, record.intact_fitted))
    return Result(outcome, record.deciding, record.intact_point, fitted, kept)


def _unlike_the_entry(catalog: Catalog, found: Confirmation) -> str:
    """What in a file is not what fingerprint and entry make of it; nothing where all is."""
    entry = catalog.entries[found.paper]
    if len(found.seeds) != SEEDS:
        return f"found {len(found.seeds)} seeds, expected the {SEEDS} that the fingerprint draws"
    if found.seeds != seeds_of(found.fingerprint):
        return "found seeds that the fingerprint does not draw"
    if list(found.results) != sorted(expected(entry), key=lambda item: item[0]):
        lost = Counter(expected(entry)) - Counter(list(found.results))
        return f"found other checks and controls than the entry's, {', '.join(name for _, name in lost) or 'in order'}"
    for (kind, name), results in found.results.items():
        for seed, result in zip(found.seeds, results, strict=True):
            try:
                with np.errstate(all="ignore"):
                    problem = _unlike(catalog, entry, kind, name, result)
            except Exception as error:  # whatever numbers can do to a formula
                problem = f"found a point that cannot be judged: {error}"
            if problem:
                return f"{name}, seed {seed}: {problem}"
    return ""


def _unlike(catalog: Catalog, entry: Entry, kind: Kind, name: str, result: Result) -> str:
    if result.point is None:
        return "" if result.outcome in ("error", "timed out", "invalid", "not run") else "found no measured value"
    check = check_of(entry, kind, name)
    for point, constants in ((result.point, result.fitted), (result.intact, result.intact_fitted)):
        if point is None:
            continue
        if judge(check, point.predicted, point.measured, point.error) != point.verdict:
            return f"found {point.verdict!r}, which the entry does not give"
        fitted = None if constants is None else Fitted(constants, NO_SOURCE)
        taken = Taken(point.measured, point.error, point.given, fitted)
        made = judged(catalog, entry, "check", checked_by(entry, kind, name), taken).points[0].predicted
        if abs(made - point.predicted) > 1e-6 * abs(made) + 1e-12:
            return f"found the prediction {point.predicted:.6g}, where the entry gives {made:.6g}"
    told = result.outcome
    if told == "confounded":
        return "" if kind == "control" else "found a check that is confounded"
    if told == "cannot tell":
        return "" if kind == "check" else "found a control that cannot tell"
    if told != result.point.verdict:
        return f"found {told!r} for a point that {result.point.verdict}"
    return "" if result.intact is None or result.intact.verdict == "holds" else "found an intact run that does not hold"


def in_band(entry: Entry, kind: Kind, name: str, results: Iterable[Result]) -> list[Point]:
    """The points of all seeds with the band of the entry, to be drawn side by side."""
    check = check_of(entry, kind, name)
    points = []
    for result in results:
        if result.point is not None:
            p = result.point
            points.append(Point(p.measured, p.error, p.predicted, *band(check, p.predicted), p.verdict, p.given))
    return points
