"""What runs say, in a terminal: live progress, tables, a summary."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from lawbook.evidence.confirmation import is_as_claimed, read_all
from lawbook.evidence.display import measured_of, tolerance_of, verdict_of
from lawbook.evidence.judging import check_of, disagreements, is_blunt
from lawbook.evidence.record import Evidence, Measured, Run, expected, from_json, is_good
from lawbook.numbers import plain, with_error
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Entry, Tests

if TYPE_CHECKING:
    from lawbook.evidence.execute import Job  # which needs more than what only reads runs


class Progress:
    """A line for each check as it is measured, and a bar of notebooks below."""

    def __init__(self, console: Console, catalog: Catalog) -> None:
        self.console, self.catalog = console, catalog
        self.bar: Bar | None = None
        self.seen: dict[tuple[Job, str], Measured] = {}
        self.width = max((len(p) for p in catalog.entries), default=0)

    @contextmanager
    def over(self, total: int) -> Iterator[None]:
        """Show the bar while `total` notebooks run."""
        columns = (TextColumn("notebooks"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bar(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as bar:
            self.bar, self.task = bar, bar.add_task("notebooks", total=total)
            yield

    def stop(self) -> None:
        """Take the bar down."""
        if self.bar is not None:
            self.bar.stop()

    def record(self, job: Job, record: dict[str, Any]) -> None:
        """A record of a notebook that is still running."""
        found = from_json(record)
        if not isinstance(found, Measured) or (job, found.id) in self.seen:
            return
        if found.kind == "control" and found.intact is None and (job, found.check) not in self.seen:
            return  # its intact run is a check that is still to come: told when the notebook has ended
        self.seen[job, found.id] = found
        self.console.print(self._line(job, found, [other for (of, _), other in self.seen.items() if of == job]))

    def doubt(self, job: Job, run: Run) -> None:
        """A run on disk cannot be believed, and is made again."""
        text = f"{self._who(job)}  the run on disk cannot be believed: {run.message}; running again"
        self.console.print(Text(text, style="yellow"))

    def done(self, job: Job, run: Run, *, cached: bool) -> None:
        """A notebook has ended."""
        entry = self.catalog.entries[job.paper]
        for record in run.measured:
            if not cached and (job, record.id) not in self.seen:
                self.seen[job, record.id] = record
                self.console.print(self._line(job, record, run.measured))
        for kind, name in expected(entry):
            if run.of(kind, name) is None:
                self.console.print(Text(f"{self._who(job)}  {name}: {run.outcome(kind, name)}", style="red"))
        tail = "unchanged, from the cache" if cached else f"{run.seconds:.0f} s, {run.usage.cpu:.0f} CPU s"
        style = "dim" if run.status == "finished" else "red"
        message = f": {run.message}" if run.message else ""
        self.console.print(Text(f"{self._who(job)}  {run.status}{message} ({tail})", style=style))
        if self.bar is not None:
            self.bar.advance(self.task)

    def _who(self, job: Job) -> str:
        return f"{job.paper:<{self.width}} seed {job.seed:<2}"

    def _line(self, job: Job, record: Measured, known: Iterable[Measured]) -> Text:
        entry = self.catalog.entries[job.paper]
        run = Run(job.paper, job.seed, job.scale, "finished", measured=tuple(known))
        good = is_good(entry, record.kind, record.id, run.outcome(record.kind, record.id))
        point = record.representative
        more = f" (worst of {len(record.points)})" if len(record.points) > 1 and record.kind == "check" else ""
        text = (
            f"{self._who(job)}  {record.id}: predicted {plain(point.predicted)}, "
            f"measured {measured_of(point)}{more}, {said(entry, run, record)}"
        )
        return Text(text, style="green" if good else "bold red")


def said(entry: Entry, run: Run, record: Measured) -> str:
    """The verdict in words, with what was expected where it is not the usual."""
    if record.kind == "control":
        return verdict_of(record, run.intact_verdict(record))
    found = entry.check(record.id)
    if found is None or record.cannot_tell:
        return verdict_of(record)
    if found[2].not_reproduced is not None:
        return (
            "✗ holds, but is marked not-reproduced" if record.verdict == "holds" else "◇ not reproduced at this scale"
        )
    return f"{verdict_of(record)}{', blunt' if is_blunt(found[2], record) else ''}"


def outcomes(entry: Entry, run: Run, tests: Tests | None = None) -> Counter[str]:
    """How the checks of a run came out, each outcome counted apart; all, or those that test what is asked for."""
    counts: Counter[str] = Counter()
    for kind, name in expected(entry):
        check = check_of(entry, kind, name)
        if kind == "check" and tests in (None, check.tests):
            outcome = run.outcome(kind, name)
            known = check.not_reproduced is not None and is_good(entry, kind, name, outcome)
            counts["not reproduced at this scale" if known else outcome] += 1
    return counts


def summary(catalog: Catalog, runs: list[Run]) -> tuple[Text, bool]:
    """One line on all runs, each outcome counted apart, and whether everything is as claimed."""
    claims: Counter[str] = Counter()
    consequences: Counter[str] = Counter()
    controls: Counter[str] = Counter()
    good, problems, rare = True, [], []
    confirmed = read_all(catalog)[0]
    for run in runs:
        entry = catalog.entries[run.paper]
        claims += outcomes(entry, run, "claim")
        consequences += outcomes(entry, run, "consequence")
        controls += Counter(run.outcome(kind, name) for kind, name in expected(entry) if kind == "control")
        problems += disagreements(entry, run)
        for kind, name in expected(entry):
            outcome, found = run.outcome(kind, name), confirmed.get(run.paper)
            good = good and is_as_claimed(entry, kind, name, outcome, found)
            if not is_good(entry, kind, name, outcome) and is_as_claimed(entry, kind, name, outcome, found):
                rare.append(f"{run.paper} {name} is {outcome} in seed {run.seed}, and as claimed in enough drawn seeds")
        good = good and run.status == "finished"
    parts = [f"claims: {_listed(claims)}"]
    parts += [f"consequences: {_listed(consequences)}"] if consequences else []
    parts.append(
        f"with an assumption taken away the law broke down, as predicted: {controls['fails']} of {controls.total()}"
    )
    parts += [f"confounded: {controls['confounded']}"] if controls["confounded"] else []
    good = good and not problems
    told = [*(Text(problem, style="red") for problem in problems), *map(Text, rare)]
    text = Text("\n").join([*told, Text("")])
    return text.append("; ".join(parts), style="bold green" if good else "bold red"), good


def _listed(counts: Counter[str]) -> str:
    return (
        ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items(), key=lambda item: -item[1]))
        or "none"
    )


def seeds_table(entry: Entry, runs: list[Run]) -> Table:
    """Every check and control of an entry over the seeds that were run."""
    table = Table(title=f"{entry.paper}: {len(runs)} seeds", title_justify="left")
    for head in (
        "check",
        "predicted",
        "measured (mean ± sd over seeds)",
        "error of one",
        "tolerance",
        "rivals",
        "good seeds",
    ):
        table.add_column(head, no_wrap=head != "tolerance")
    for kind, name in expected(entry):
        records = [r for run in runs if (r := run.of(kind, name)) is not None]
        good = sum(is_good(entry, kind, name, run.outcome(kind, name)) for run in runs)
        style = "green" if good >= 0.95 * len(runs) else "bold red"
        if not records:
            table.add_row(name, "", "not measured", "", "", "", f"0 of {len(runs)}", style="bold red")
            continue
        points = [r.representative for r in records]
        first = points[0]
        predicted, measured = plain(first.predicted), _over_seeds([p.measured for p in points])
        if any(len(r.points) > 1 for r in records):  # the deciding points of two seeds may differ in their prediction
            predicted = f"{len(records[0].points)} points"
            if check_of(entry, kind, name).tolerance.rel is not None and all(p.predicted for p in points):
                measured = f"worst {_over_seeds([p.measured / p.predicted for p in points])} of predicted"
            else:
                measured = f"worst {_over_seeds([p.measured - p.predicted for p in points])} from predicted"
        label = name if kind == "check" else f"control {name}"
        rival = "" if kind == "control" else ", ".join(map(plain, first.rivals))
        error = plain(statistics.median(p.error for p in points), 2)
        row = (
            label,
            predicted,
            measured,
            error,
            tolerance_of(check_of(entry, kind, name)),
            rival,
            f"{good} of {len(runs)}",
        )
        table.add_row(*row, style=style)
    seconds = statistics.fmean(run.usage.cpu for run in runs)
    peak = max(run.usage.peak_mb for run in runs)
    table.caption = f"{seconds:.1f} CPU s a run, peak memory {peak:.0f} MB"
    table.caption_justify = "left"
    return table


def _over_seeds(values: list[float]) -> str:
    if not all(map(math.isfinite, values)):
        return "not a number"  # in at least one seed, which no mean must hide
    return with_error(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0)


def status_table(catalog: Catalog, evidence: Mapping[str, Evidence], papers: Sequence[str]) -> Table:
    """One row for each of `papers`: how its checks came out, how many seeds, how long."""
    table = Table()
    for head in ("paper", "family", "checks", "controls", "seeds", "CPU s", "peak MB", "run"):
        table.add_column(head)
    for paper in papers:
        entry, found = catalog.entries[paper], evidence.get(paper)
        if found is None:
            table.add_row(
                paper, catalog.family_of[paper], "not run, or changed since", "", "", "", "", "", style="yellow"
            )
            continue
        run = found.shown
        counts = ", ".join(f"{n} {o}" for o, n in outcomes(entry, run).items())
        controls = [name for kind, name in expected(entry) if kind == "control"]
        caught = sum(is_good(entry, "control", name, run.outcome("control", name)) for name in controls)
        good = all(is_good(entry, kind, name, run.outcome(kind, name)) for kind, name in expected(entry))
        table.add_row(
            paper, catalog.family_of[paper], counts, f"{caught} of {len(controls)} fail", str(len(found.seeds)),
            f"{run.usage.cpu:.1f}", f"{run.usage.peak_mb:.0f}", run.finished, style="green" if good else "red",
        )  # fmt: skip
    return table
