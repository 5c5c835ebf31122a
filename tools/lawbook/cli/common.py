"""What the verbs of the command line share: the book they work on, what they print to, how they stop."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from lawbook.terminal.layout import safe

if TYPE_CHECKING:
    from rich.console import Console

    from lawbook.reference.catalog import Catalog
    from lawbook.reference.problem import Problem

app = typer.Typer(
    help="An executable, annotated reference of the simple laws of deep learning.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Papers = Annotated[
    list[str] | None,
    typer.Argument(help="Ids of papers, such as cohen2021; all when none is given."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")]
LONGEST = 100  # letters of a word for which a near one is looked for
Scale = Annotated[str, typer.Option(help="quick, for a laptop, or full, nearer to the paper.")]


_answers_in_json = False  # whether the verb that runs was asked for JSON


@app.callback()
def _before_each_verb() -> None:
    """A verb says anew how it answers."""
    in_json(False)


def in_json(wanted: bool) -> bool:
    """Answer in JSON from here on, errors too, if that is wanted."""
    global _answers_in_json
    _answers_in_json = wanted
    return wanted


def say_json(data: Any) -> None:
    """Print data as JSON in which every character can be seen, whatever the terminal makes of the rest."""
    text = json.dumps(data, indent=1, ensure_ascii=not can_print("ηᵀ"), allow_nan=False)
    typer.echo(re.sub(r"[^\n -~\u00a1-\U0010ffff]|[^\x00-\x7f]", _escaped, text))


def _escaped(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else json.dumps(match[0]).strip('"')


def can_print(text: str) -> bool:
    """Whether standard output has the characters of a text."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def console() -> Console:
    """A console on standard output; wide where it is no terminal, so that logs do not wrap."""
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=160, soft_wrap=True)


def fail(message: str) -> NoReturn:
    """Say what is wrong, and stop with exit code 2: the command was not usable as given."""
    message = safe(message)
    typer.echo(f"lawbook: {message}", err=True)
    if _answers_in_json:
        say_json({"error": message, "problems": []})
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
    from lawbook.reference.checked import load_checked

    catalog, problems = read_clone() if clone else load_checked(root(clone=False))
    of_wanted = [problem for problem in problems if Path(problem.file).stem in (wanted or ())]  # its notebook's too
    if problems and wanted and not of_wanted and all(paper in catalog.entries for paper in wanted):
        count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
        typer.echo(f"{count} in other files: lawbook check tells them", err=True)
    elif problems:
        tell(problems)
        raise typer.Exit(1)
    return catalog


def read_clone() -> tuple[Catalog, list[Problem]]:
    """The catalog of the clone and all problems; writes the editors' schema."""
    from lawbook.files import ensure_own_build
    from lawbook.reference.checked import load_checked

    where = root()
    ensure_own_build(where)
    write_schema(where)
    return load_checked(where)


def tell(problems: Iterable[Problem]) -> None:
    """Say each problem, and how many there are."""
    told = list(problems)
    for problem in told:
        typer.echo(str(problem), err=True)
    files = len({problem.file for problem in told})
    counted = f"{len(told)} problem{'s' * (len(told) != 1)} in {files} file{'s' * (files != 1)}"
    typer.echo(counted, err=True)
    if _answers_in_json:
        from lawbook.terminal.reports import defects

        say_json({"error": counted, "problems": defects(told)})


def write_schema(where: Path) -> None:
    """The JSON Schema that each entry names in its first line, written if it changed."""
    from lawbook.files import write_atomically
    from lawbook.reference.schema import schema_text

    path, text = where / "build" / "entry.schema.json", schema_text()
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)


def chosen(catalog: Catalog, papers: list[str] | None) -> list[str]:
    """The ids asked for, or all; an unknown one stops with the nearest."""
    from lawbook.reference.problem import nearest, shown

    for paper in papers or ():
        if paper not in catalog.entries:
            known = nearest(paper, catalog.entries) if len(paper) <= LONGEST else ""
            fail(f"found the paper {shown(paper)}, expected the id of an entry{known}")
    return list(dict.fromkeys(papers)) if papers else sorted(catalog.entries)


def known_scale(scale: str) -> str:
    """`scale`, if it is one."""
    from lawbook.reference.problem import nearest

    if scale not in ("quick", "full"):
        near = nearest(scale, ["quick", "full"]) if len(scale) <= LONGEST else ""
        fail(f"found --scale {scale[:LONGEST]}, expected quick or full{near}")
    return scale
