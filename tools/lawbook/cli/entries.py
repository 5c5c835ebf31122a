"""The verbs that check and write entries: check, new, publish."""

from __future__ import annotations

from typing import Annotated

import typer

from lawbook.cli.common import AsJson, app, catalog_or_stop, fail, in_json, read_clone, root, say_json, tell


@app.command()
def check(as_json: AsJson = False) -> None:
    """Validate every entry, and say all that is wrong with all of them; then whose confirmed seeds are of before the
    last change, and what `lawbook publish` would add."""
    from lawbook.terminal.reports import checked

    in_json(as_json)
    catalog, problems = read_clone()
    found = checked(catalog, problems)
    if as_json:
        say_json(found)
    elif problems:
        tell(problems)
    else:
        for problem in found["unbelieved"]:
            typer.echo(problem, err=True)
        typer.echo(f"{found['entries']} entries with {found['laws']} laws are sound")
        for what, papers in (
            ("confirmed before the last change", found["stale"]), ("not confirmed yet", found["unconfirmed"]),
        ):  # fmt: skip
            if papers:
                typer.echo(f"{what}: {', '.join(papers)}")
        if new := found["unpublished"]:
            more = f" and {len(new) - 5} more" if new[5:] else ""
            typer.echo(f"not published yet (lawbook publish): {', '.join(new[:5])}{more}")
    if not found["sound"]:
        raise typer.Exit(1)


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
