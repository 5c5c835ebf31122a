"""The verbs that execute notebooks and judge what they measured: run, confirm, status, power, changes."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Annotated

import typer

from lawbook.cli.common import (
    AsJson,
    Papers,
    Scale,
    app,
    catalog_or_stop,
    chosen,
    console,
    fail,
    in_json,
    known_scale,
    say_json,
)

if TYPE_CHECKING:
    from lawbook.evidence.record import Run
    from lawbook.evidence.report import Progress
    from lawbook.reference.catalog import Catalog

Jobs = Annotated[int, typer.Option(min=0, help="Notebooks at a time; 0 for one a core.")]
Scheduler = Annotated[str, typer.Option(help="Address of a Dask scheduler, tcp://…; this machine when empty.")]


@app.command()
def run(
    papers: Papers = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, from --seed on.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    scale: Scale = "quick",
    jobs: Jobs = 0,
    timeout: Annotated[float, typer.Option(min=0, help="CPU seconds a notebook; 0 for the default of the scale.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Run again what is cached.")] = False,
    scheduler: Scheduler = "",
) -> None:
    """Execute notebooks and judge what they measured; with --seeds, a table of every check over the seeds.

    Finished runs of unchanged inputs are taken from build/runs. Exit code 1 if a check does not hold or a control does
    not fail.
    """
    from lawbook.evidence.report import Progress, seeds_table, summary

    catalog = catalog_or_stop(papers)
    wanted = chosen(catalog, papers)
    out = console()
    progress = Progress(out, catalog)
    runs = execute_all(
        catalog, wanted, list(range(seed, seed + seeds)), known_scale(scale), progress,
        jobs=jobs, timeout=timeout, force=force, scheduler=scheduler,
    )  # fmt: skip
    if seeds > 1:
        for paper in wanted:
            out.print(seeds_table(catalog.entries[paper], [r for r in runs if r.paper == paper]))
    text, good = summary(catalog, runs)
    out.print(text)
    if not good:
        raise typer.Exit(1)


@app.command()
def confirm(
    papers: Annotated[list[str], typer.Argument(help="Ids of papers, such as cohen2021.")],
    jobs: Jobs = 0,
    scheduler: Scheduler = "",
) -> None:
    """Run the 20 seeds that a prediction draws, and keep what they give beside the notebook, to be committed.

    The seeds come out of the fingerprint of what is predicted and how it is measured, so that nobody can pick one.
    All of it has to be committed first. Exit code 1 if a check or control comes out as claimed in fewer than 19 seeds.
    """
    from lawbook.evidence import confirmation
    from lawbook.evidence.execute import commit_of
    from lawbook.evidence.keys import prediction_key
    from lawbook.evidence.report import Progress, seeds_table

    catalog = catalog_or_stop(papers)
    wanted = chosen(catalog, papers)
    try:
        files = [path for paper in wanted for path in (catalog.path(paper), catalog.notebook(paper))]
        changed = confirmation.uncommitted(catalog.root, files)
    except FileNotFoundError as error:
        fail(str(error))
    if changed:
        fail(
            "found changes that are not committed, expected none: a confirmation names a commit\n" + "\n".join(changed)
        )
    commit = commit_of(str(catalog.root))  # before the runs: others may commit meanwhile
    out = console()
    good = True
    for paper in wanted:
        seeds = confirmation.seeds_of(prediction_key(catalog, paper))
        runs = execute_all(
            catalog, [paper], list(seeds), confirmation.SCALE, Progress(out, catalog), jobs=jobs, scheduler=scheduler
        )
        if not confirmation.is_as_it_was(catalog, paper):
            fail(f"found {paper} or its code changed while its seeds ran, expected them to stay: confirm it again")
        found = confirmation.confirmed_by(catalog, paper, runs, commit)
        path = confirmation.write(catalog, found)
        out.print(seeds_table(catalog.entries[paper], runs))
        out.print(f"wrote {path.relative_to(catalog.root)}")
        good = good and confirmation.is_confirmed(catalog.entries[paper], found)
    if not good:
        raise typer.Exit(1)


def execute_all(
    catalog: Catalog,
    papers: list[str],
    seeds: list[int],
    scale: str,
    progress: Progress,
    *,
    jobs: int = 0,
    timeout: float = 0,
    force: bool = False,
    scheduler: str = "",
) -> list[Run]:
    """Run notebooks on threads of this process, or on a Dask cluster."""
    from concurrent.futures import ThreadPoolExecutor

    from lawbook.evidence.processes import end_all
    from lawbook.evidence.schedule import plan, run_all

    todo = plan(catalog, papers, seeds=seeds, scale=scale, timeout=timeout or None)
    with progress.over(len(todo)):
        if scheduler:
            from distributed import Client

            from lawbook.evidence.execute import commit_of
            from lawbook.evidence.ship import Cluster

            try:
                client = Client(scheduler)
            except (OSError, ValueError) as error:
                fail(f"found no Dask scheduler at {scheduler}, expected an address such as tcp://host:8786: {error}")
            with client:
                cluster = Cluster(client, catalog.root, commit_of(str(catalog.root)))
                return run_all(catalog, todo, cluster, progress, force=force, live=False)
        executor = ThreadPoolExecutor(jobs or os.cpu_count() or 1)
        try:
            return run_all(catalog, todo, executor, progress, force=force)
        except KeyboardInterrupt:
            progress.stop()
            typer.echo("stopped; what had finished is kept, and the next run goes on from there", err=True)
            logging.disable()  # asyncio would tell of every kernel that ends now
            executor.shutdown(wait=False, cancel_futures=True)
            end_all()
            os._exit(130)  # their threads would still tell what became of them
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


@app.command()
def status(papers: Papers = None, scale: Scale = "quick", as_json: AsJson = False) -> None:
    """What each paper's runs say now, and what has to run again."""
    from lawbook.evidence import store
    from lawbook.evidence.report import status_table
    from lawbook.terminal import reports

    in_json(as_json)
    size = known_scale(scale)
    catalog = catalog_or_stop(papers, clone=False)
    wanted = chosen(catalog, papers)
    evidence = store.read(catalog, size, wanted)
    if as_json:
        say_json(reports.status(catalog, evidence, wanted))
    else:
        console().print(status_table(catalog, evidence, wanted))


@app.command()
def power(papers: Papers = None, scale: Scale = "quick", as_json: AsJson = False) -> None:
    """How hard each check is: which changed laws would also have passed, and how far each constant may move.

    Nothing is run: it judges the records on disk. Exit code 1 if a check catches too few and does not say in its entry
    what it is blind to.
    """
    from lawbook.evidence import store
    from lawbook.evidence.power_report import power_report
    from lawbook.terminal import reports

    in_json(as_json)
    size = known_scale(scale)
    catalog = catalog_or_stop(papers, clone=False)
    wanted, evidence = chosen(catalog, papers), store.read(catalog, size)
    if as_json:
        found = reports.power(catalog, wanted, evidence)
        say_json(found)
        good = not found["weak"]
    else:
        parts, good = power_report(catalog, wanted, evidence)
        out = console()
        for part in parts:
            out.print(part)
    if not good:
        raise typer.Exit(1)


@app.command()
def changes(
    against: Annotated[str, typer.Option(help="A branch, tag or commit; what has changed since both parted.")] = (
        "origin/main"
    ),
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds of each paper that differs.")] = 3,
    run_notebooks: Annotated[bool, typer.Option("--run/--no-run", help="Run notebooks first.")] = True,
    jobs: Annotated[int, typer.Option(min=0, help="Notebooks at a time; 0 for one a core.")] = 0,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")] = False,
) -> None:
    """Run what a branch changes, and table each check before and after: predicted, measured, verdict, power.

    A paper differs where its entry, its notebook, shared code that the notebook reaches or the lock file mean something
    else; prose, comments and layout change none. Exit code 1 if something that ran is not as its entry claims.
    """
    from rich.console import Console
    from rich.markdown import Markdown

    from lawbook.evidence import store
    from lawbook.evidence.changes import after, compare
    from lawbook.evidence.changes_report import report
    from lawbook.evidence.former import FormerError
    from lawbook.evidence.report import Progress

    catalog = catalog_or_stop()
    try:
        found = compare(catalog, against)
    except FormerError as error:
        fail(str(error))
    if run_notebooks:
        progress = Progress(Console(stderr=True), catalog)  # standard output is the report alone
        runs = execute_all(catalog, found.to_run, list(range(seeds)), "quick", progress, jobs=jobs)
    else:
        evidence = store.read(catalog)
        runs = [run for paper in found.to_run if paper in evidence for run in evidence[paper].seeds]
    text, good = report(catalog, found, after(catalog, found.to_run, runs), runs)
    if markdown:
        typer.echo(text, nl=False)
    else:
        console().print(Markdown(text))
    if not good:
        raise typer.Exit(1)
