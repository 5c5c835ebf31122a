"""The power of checks in a terminal: what each catches, what would also have passed, and which are too weak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lawbook.evidence.power import ENOUGH, Power, in_words, power_of_run, total, weak
from lawbook.evidence.record import Evidence, Run
from lawbook.reference.catalog import Catalog


def power_report(
    catalog: Catalog, papers: Sequence[str], evidence: Mapping[str, Evidence]
) -> tuple[list[RenderableType], bool]:
    """A table a paper, the total, what has no current run, and the checks that are too weak.

    Arguments:
        catalog: The catalog.
        papers: The papers to report on.
        evidence: The runs on disk, by paper.

    Returns:
        What to print, and whether every check catches enough or says what it is blind to.
    """
    runs = [evidence[paper].shown for paper in papers if paper in evidence]
    powers = {(run.paper, name): power for run in runs for name, power in power_of_run(catalog, run).items()}
    out: list[RenderableType] = [power_table(catalog, run) for run in runs]
    caught, counted = total(powers.values())
    if counted:
        surviving = sum(bool(power.survivors) for power in powers.values())
        out.append(
            Text(
                f"{caught} of {counted} changed laws are caught, {100 * caught / counted:.1f} %;"
                f" {surviving} of {len(powers)} checks would also have passed with another law",
                style="bold",
            )
        )
    left = [paper for paper in papers if paper not in evidence]
    if left:
        out.append(Text(f"no current run of {', '.join(left)}: lawbook run makes one", style="yellow"))
    problems = [sentence for run in runs for sentence in weak(catalog, run)]
    if problems:
        count = f"{len(problems)} check{'s' * (len(problems) != 1)}"
        out.append(Text(f"below {100 * ENOUGH:.0f} % and not said to be blind to anything: {count}", style="bold red"))
    return out + [Text(sentence, style="red") for sentence in problems], not problems


def power_table(catalog: Catalog, run: Run) -> Table:
    """Every check of a run: what it catches, what survives, and how far its constants and exponents may move."""
    table = Table(title=run.paper, title_justify="left", show_lines=True)
    for head in ("check", "caught", "would also have passed", "would hold for"):
        table.add_column(head)
    powers = power_of_run(catalog, run)
    for law in catalog.require(run.paper).laws.values():
        for name in law.checks:
            power = powers.get(name)
            if power is None:
                reason = "not run" if run.of("check", name) is None else "does not hold, so nothing is caught"
                table.add_row(name, "", reason, "", style="yellow")
                continue
            intervals = "\n".join(map(in_words, power.intervals))
            style = "red" if power.share is not None and power.share < ENOUGH else ""
            table.add_row(name, caught_of(power), "\n".join(power.survivors), intervals, style=style)
    return table


def caught_of(power: Power) -> str:
    """How many changed laws a check catches: `9 of 10`."""
    return f"{power.caught} of {power.counted}" if power.counted else "nothing to change"
