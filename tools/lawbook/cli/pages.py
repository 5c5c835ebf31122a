"""The verbs that make pages: site, serve, pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawbook.cli.common import (
    app,
    catalog_or_stop,
    console,
    fail,
    read_clone,
    root,
    tell,
)
from lawbook.cli.runs import execute_all
from lawbook.files import ensure_own_build

if TYPE_CHECKING:
    from lawbook.reference.catalog import Catalog


@app.command()
def site(
    run_notebooks: Annotated[bool, typer.Option("--run/--no-run", help="Run notebooks first.")] = True,
    strict: Annotated[bool, typer.Option("--strict/--no-strict", help="Fail on any warning.")] = True,
    offline: Annotated[bool, typer.Option("--offline", help="Build a folder to be read without a server.")] = False,
) -> None:
    """Validate, run what has changed, and build the site into build/site.

    With --offline it goes into build/offline, whose index.html any browser opens: zip the folder to hand it on.
    Where nothing has changed since it was finished, it stays as it is.
    """
    from lawbook.site.finished import Finished

    where = root()
    ensure_own_build(where)
    out = where / "build" / ("offline" if offline else "site")
    finished = Finished(where, out, {"run": run_notebooks, "strict": strict, "offline": offline})
    if finished.stands():
        typer.echo(f"nothing has changed: the site is in {out.relative_to(where)}")
        return
    from lawbook.evidence.confirmation import are_current

    catalog = catalog_or_stop()
    problems = are_current(catalog)[1]
    for problem in problems:
        typer.echo(problem, err=True)
    good = (run_notebooks_of(catalog) if run_notebooks else True) and not problems
    require_site()
    from lawbook.site.build import build

    with settings_or_stop():
        made = build(where, strict=strict, out=out if offline else None, offline=offline)
    typer.echo(f"the site is in {made.relative_to(where) if made.is_relative_to(where) else made}")
    if not good:
        raise typer.Exit(1)
    if strict and made == out:  # without, there may be warnings, which come again
        finished.keep()


def require_site() -> None:
    """Stop with the name of the optional part where what makes pages is not installed."""
    from lawbook.extras import require

    require("site", "mkdocs", "jinja2", "altair")


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
    catalog, problems = read_clone()
    if problems:
        tell(problems)  # the pages of the rest are served, and go on being so while these are mended
    if run_notebooks:
        run_notebooks_of(catalog)
    require_site()
    from lawbook.site.build import serve as serve_site

    with settings_or_stop():
        serve_site(catalog.root, address)


@app.command()
def pages(out: Annotated[Path, typer.Option(help="The folder to write to; what is yours in it stays.")]) -> None:
    """Write the whole book as plain Markdown and files, with a mkdocs.yml, for another site generator.

    Nothing in it needs a plugin of Lawbook's. A second call writes only what has changed, and removes only what the
    first one wrote. Exit code 1 if a notebook links to a page that is not there.
    """
    require_site()
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
