"""The command line: one function a verb."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from lawbook.evidence.record import Run
    from lawbook.evidence.report import Progress
    from lawbook.reference.catalog import Catalog
    from lawbook.reference.problem import Problem

app = typer.Typer(
    help="An executable, annotated reference of the simple laws of deep learning.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Papers = Annotated[list[str] | None, typer.Argument(help="Ids of papers, such as cohen2021; all when none is given.")]
Scale = Annotated[str, typer.Option(help="quick, for a laptop, or full, nearer to the paper.")]


def main() -> None:
    """The entry point of the `lawbook` command."""
    try:
        app()
    except ModuleNotFoundError as error:
        from lawbook.extras import extra_of, install

        extra = extra_of(error.name or "")
        if extra is None:
            raise
        typer.echo(f"lawbook: this needs {error.name}, which is not installed: {install(extra)}", err=True)
        sys.exit(2)
    except OSError as error:  # a folder that cannot be written, a full disk, nobody at an address: each says which
        where = f"{error.filename}: {error.strerror}" if error.filename is not None and error.strerror else error
        typer.echo(f"lawbook: {where}", err=True)
        sys.exit(2)


def console() -> Console:
    """A console on standard output; wide where it is no terminal, so that logs do not wrap."""
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=160, soft_wrap=True)


def fail(message: str) -> NoReturn:
    """Say what is wrong, and stop with exit code 2: the command was not usable as given."""
    typer.echo(f"lawbook: {message}", err=True)
    raise typer.Exit(2)


def root(*, clone: bool = True) -> Path:
    """The book that the command works on; with `clone`, one that may be written to."""
    from lawbook.reference.root import find_clone, find_root

    try:
        return find_clone() if clone else find_root()
    except FileNotFoundError as error:
        fail(str(error))


def catalog_or_stop(wanted: list[str] | None = None, *, clone: bool = True) -> Catalog:
    """The catalog, if every file is sound; otherwise all problems, and exit code 1.

    Where only the entries `wanted` matter and these are sound, problems of other files are counted and do not stop.
    With `clone` it writes the editors' schema; without, the book inside an installed package will do, and nothing is
    written.
    """
    from lawbook.files import ensure_own_build
    from lawbook.reference.checked import load_checked

    where = root(clone=clone)
    if clone:
        ensure_own_build(where)
        write_schema(where)
    catalog, problems = load_checked(where)
    of_wanted = [problem for problem in problems if Path(problem.file).stem in (wanted or ())]  # its notebook's too
    if problems and wanted and not of_wanted and all(paper in catalog.entries for paper in wanted):
        count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
        typer.echo(f"{count} in other files: lawbook check tells them", err=True)
    elif problems:
        tell(problems)
        raise typer.Exit(1)
    return catalog


def tell(problems: Iterable[Problem]) -> None:
    """Say each problem, and how many there are."""
    told = list(problems)
    for problem in told:
        typer.echo(str(problem), err=True)
    files = len({problem.file for problem in told})
    typer.echo(f"{len(told)} problem{'s' * (len(told) != 1)} in {files} file{'s' * (files != 1)}", err=True)


def write_schema(where: Path) -> None:
    """The JSON Schema that each entry names in its first line, written if it changed."""
    from lawbook.files import write_atomically
    from lawbook.reference.schema import schema_text

    path, text = where / "build" / "entry.schema.json", schema_text()
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)


def chosen(catalog: Catalog, papers: list[str] | None) -> list[str]:
    """The ids asked for, or all; an unknown one stops with the nearest."""
    from lawbook.reference.problem import nearest

    for paper in papers or ():
        if paper not in catalog.entries:
            fail(f"found the paper {paper!r}, expected the id of an entry{nearest(paper, catalog.entries)}")
    return list(dict.fromkeys(papers)) if papers else sorted(catalog.entries)


def known_scale(scale: str) -> str:
    """`scale`, if it is one."""
    from lawbook.reference.problem import nearest

    if scale not in ("quick", "full"):
        fail(f"found --scale {scale}, expected quick or full{nearest(scale, ['quick', 'full'])}")
    return scale


@app.command()
def check() -> None:
    """Validate every entry, and say all that is wrong with all of them; then whose confirmed seeds are of before the
    last change, and what `lawbook publish` would add."""
    from lawbook.evidence.confirmation import read_all
    from lawbook.reference.addresses import unpublished

    catalog = catalog_or_stop()
    found, problems = read_all(catalog)
    for problem in problems:
        typer.echo(problem, err=True)
    laws = sum(len(entry.laws) for entry in catalog.entries.values())
    typer.echo(f"{len(catalog.entries)} entries with {laws} laws are sound")
    stale = [paper for paper, confirmation in found.items() if not confirmation.is_current]
    missing = [paper for paper in sorted(catalog.entries) if paper not in found]
    for what, papers in (("confirmed before the last change", stale), ("not confirmed yet", missing)):
        if papers:
            typer.echo(f"{what}: {', '.join(papers)}")
    if catalog.addresses.published and (new := unpublished(catalog)):
        more = f" and {len(new) - 5} more" if new[5:] else ""
        typer.echo(f"not published yet (lawbook publish): {', '.join(new[:5])}{more}")
    if problems:
        raise typer.Exit(1)


@app.command()
def run(
    papers: Papers = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, from --seed on.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    scale: Scale = "quick",
    jobs: Annotated[int, typer.Option(min=0, help="Notebooks at a time; 0 for one a core.")] = 0,
    timeout: Annotated[float, typer.Option(min=0, help="CPU seconds a notebook; 0 for the default of the scale.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Run again what is cached.")] = False,
    scheduler: Annotated[str, typer.Option(help="Address of a Dask scheduler, tcp://…; this machine when empty.")] = "",
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
    jobs: Annotated[int, typer.Option(min=0, help="Notebooks at a time; 0 for one a core.")] = 0,
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
        runs = execute_all(catalog, [paper], list(seeds), confirmation.SCALE, Progress(out, catalog), jobs=jobs)
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

            with Client(scheduler) as client:
                cluster = Cluster(client, catalog.root, commit_of(str(catalog.root)))
                return run_all(catalog, todo, cluster, progress, force=force, live=False)
        executor = ThreadPoolExecutor(jobs or os.cpu_count() or 1)
        try:
            return run_all(catalog, todo, executor, progress, force=force)
        except KeyboardInterrupt:
            progress.stop()
            typer.echo("stopped; what had finished is kept, and the next run goes on from there", err=True)
            executor.shutdown(wait=False, cancel_futures=True)
            end_all()
            os._exit(130)  # their threads would still tell what became of them
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


@app.command()
def status(scale: Scale = "quick") -> None:
    """What each paper's runs say now, and what has to run again."""
    from lawbook.evidence import store
    from lawbook.evidence.report import status_table

    catalog = catalog_or_stop(clone=False)
    console().print(status_table(catalog, store.read(catalog, known_scale(scale))))


@app.command()
def power(papers: Papers = None, scale: Scale = "quick") -> None:
    """How hard each check is: which changed laws would also have passed, and how far each constant may move.

    Nothing is run: it judges the records on disk. Exit code 1 if a check catches too few and does not say in its entry
    what it is blind to.
    """
    from lawbook.evidence import store
    from lawbook.evidence.power_report import power_report

    catalog = catalog_or_stop(papers, clone=False)
    parts, good = power_report(catalog, chosen(catalog, papers), store.read(catalog, known_scale(scale)))
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


@app.command()
def show(paper: Annotated[str, typer.Argument(help="The id of a paper, or paper/law.")]) -> None:
    """An entry in the terminal: laws, formulas, assumptions, and what was measured."""
    from lawbook.evidence import store
    from lawbook.evidence.report import show_entry

    name, _, law = paper.partition("/")
    catalog = catalog_or_stop([name], clone=False)
    entry = catalog.entries[chosen(catalog, [name])[0]]
    if law and law not in entry.laws:
        from lawbook.reference.problem import nearest

        fail(f"found the law {law!r}, expected a law of {name}{nearest(law, entry.laws)}")
    out = console()
    for part in show_entry(catalog, entry, store.read(catalog).get(name), only=law):
        out.print(part)


@app.command()
def new(
    paper: Annotated[str, typer.Argument(help="Id of the paper: first author and year, such as cohen2021.")],
    family: Annotated[str, typer.Option(help="The family, a folder of references/.")],
) -> None:
    """Write the skeleton of an entry, its notebook and its BibTeX record, to be filled in until `check` passes.

    A part that stands already stays as it is.
    """
    from lawbook.reference.scaffold import ScaffoldError, write

    try:
        skeleton = write(root(), paper, family)
    except ScaffoldError as error:
        fail(str(error))
    for part in skeleton.written:
        typer.echo(f"wrote {part}")
    for part in skeleton.stood:
        typer.echo(f"stood already, and is as it was: {part}")
    typer.echo("to touch as well:")
    for line in skeleton.touch:
        typer.echo(f"  {line}")
    typer.echo("next: fill in every ‹…›, then")
    typer.echo("  lawbook check")
    typer.echo(f"  lawbook run --seeds 3 {paper}")


@app.command()
def publish() -> None:
    """Add every new address of the site to references/published.txt, to be committed.

    `lawbook check` then says so if an entry, law, assumption, check or control is gone without a word on where it went.
    """
    from lawbook.reference.addresses import LIST
    from lawbook.reference.addresses import publish as add

    new = add(catalog_or_stop())
    for address in new:
        typer.echo(address)
    typer.echo(f"{len(new)} addresses added to {LIST}" if new else f"{LIST} has every address that stands")


@app.command()
def site(
    run_notebooks: Annotated[bool, typer.Option("--run/--no-run", help="Run notebooks first.")] = True,
    strict: Annotated[bool, typer.Option("--strict/--no-strict", help="Fail on any warning.")] = True,
    offline: Annotated[bool, typer.Option("--offline", help="Build a folder to be read without a server.")] = False,
) -> None:
    """Validate, run what has changed, and build the site into build/site.

    With --offline it goes into build/offline, whose index.html any browser opens: zip the folder to hand it on.
    """
    from lawbook.evidence.confirmation import read_all

    catalog = catalog_or_stop()
    problems = read_all(catalog)[1]
    for problem in problems:
        typer.echo(problem, err=True)
    good = (run_notebooks_of(catalog) if run_notebooks else True) and not problems
    from lawbook.site.build import build

    with settings_or_stop():
        out = catalog.root / "build" / "offline" if offline else None
        made = build(catalog.root, strict=strict, out=out, offline=offline)
    typer.echo(f"the site is in {made.relative_to(catalog.root) if made.is_relative_to(catalog.root) else made}")
    if not good:
        raise typer.Exit(1)


@contextmanager
def settings_or_stop() -> Iterator[None]:
    """Stop with what is wrong with mkdocs.yml, in one line."""
    from mkdocs.exceptions import ConfigurationError
    from yaml import YAMLError

    try:
        yield
    except (ConfigurationError, YAMLError) as error:
        fail(f"mkdocs.yml: {' '.join(str(error).split())}")


def run_notebooks_of(catalog: Catalog) -> bool:
    """Run seed 0 of every notebook that has changed; whether all is as claimed, and each check says what it cannot
    tell."""
    from lawbook.evidence.power import weak
    from lawbook.evidence.report import Progress, summary

    out = console()
    runs = execute_all(catalog, sorted(catalog.entries), [0], "quick", Progress(out, catalog))
    text, good = summary(catalog, runs)
    found = [problem for run in runs for problem in weak(catalog, run)]
    for problem in found:
        out.print(problem, style="red")
    out.print(text)
    return good and not found


@app.command()
def serve(
    run_notebooks: Annotated[bool, typer.Option("--run/--no-run", help="Run notebooks first.")] = True,
    address: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1:8000",
) -> None:
    """Build the site and serve it; a change of an entry, a template or a page shows at once, without new runs.

    What is wrong with an entry or a notebook is told on a page, and all others are served.
    """
    from lawbook.files import ensure_own_build
    from lawbook.reference.checked import load_checked

    where = root()
    ensure_own_build(where)
    write_schema(where)
    catalog, problems = load_checked(where)
    if problems:
        tell(problems)  # the pages of the rest are served, and go on being so while these are mended
    if run_notebooks:
        run_notebooks_of(catalog)
    from lawbook.site.build import serve as serve_site

    with settings_or_stop():
        serve_site(catalog.root, address)


@app.command()
def pages(out: Annotated[Path, typer.Option(help="The folder to write to; what is yours in it stays.")]) -> None:
    """Write the whole book as plain Markdown and files, with a mkdocs.yml, for another site generator.

    Nothing in it needs a plugin of Lawbook's. A second call writes only what has changed, and removes only what the
    first one wrote. Exit code 1 if a notebook links to a page that is not there.
    """
    from lawbook.evidence import store
    from lawbook.site.build import write_pages

    catalog = catalog_or_stop()
    with settings_or_stop():
        written = write_pages(catalog, store.read(catalog), out)
    typer.echo(f"{out} holds {written.files} files, {written.changed} of them written now")
    for sentence in written.dead:
        typer.echo(sentence, err=True)
    if written.dead:
        raise typer.Exit(1)
