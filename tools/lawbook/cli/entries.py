"""The verbs that read and write entries: check, show, new, publish."""

from __future__ import annotations

from typing import Annotated

import typer

from lawbook.cli.common import (
    app,
    catalog_or_stop,
    chosen,
    console,
    fail,
    root,
)


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
