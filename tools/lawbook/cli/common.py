"""What the verbs of the command line share: the book they work on, what they print to, how they stop."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

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
