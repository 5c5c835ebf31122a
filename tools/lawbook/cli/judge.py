"""The verb that holds a reader's own measurement against a law: judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lawbook.cli.common import app, fail, root

CODES = {"holds": 0, "fails": 1, "undecided": 3}


@app.command()
def judge(
    check: Annotated[str, typer.Argument(help="paper/check, such as cohen2021/hovers-at-the-edge.")],
    measured: Annotated[str, typer.Option(help="What you measured, 20.4,10.1; with --csv, a column.")] = "",
    error: Annotated[str, typer.Option(help="One standard error of each; with --csv, a column or a number.")] = "",
    replicas: Annotated[
        str,
        typer.Option(
            help="In the place of both: one number for each of several runs; with --csv, a column in which rows that"
            " are given the same are the runs of one point."
        ),
    ] = "",
    given: Annotated[
        list[str] | None,
        typer.Option(help="A symbol of the law: eta=0.1,0.2; with --csv, eta=COLUMN or a number. May be repeated."),
    ] = None,
    fit: Annotated[
        list[str] | None, typer.Option(help="A fitted constant, alpha=0.34, where the check predicts a fitted law.")
    ] = None,
    table: Annotated[Path | None, typer.Option("--csv", help="A CSV file, whose first row names its columns.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Hold your own measurement against a check of the book: predicted, band, rivals, and what it cannot see.

    Exit code 0 if it holds, 1 if it fails, 3 if it is undecided or holds where a rival of the law would have held too,
    2 if it could not be judged.
    """
    from lawbook.own.judging import judge as judged

    try:
        values: dict[str, Any] = {
            "measured": measured, "error": error, "replicas": replicas,
            **{f"--given {name}": text for name, text in _pairs("--given", given).items()},
        }  # fmt: skip
        read = {name: _numbers(name, text) for name, text in values.items() if text} if table is None else {}
        if table is not None:
            read = _of_table(table, {name: text for name, text in values.items() if text})
        known = {name.removeprefix("--given "): found for name, found in read.items() if name.startswith("--given ")}
        constants = {name: _numbers(f"--fit {name}", text) for name, text in _pairs("--fit", fit).items()}
        found = judged(
            check,
            measured=read.get("measured"),
            error=read.get("error"),
            replicas=read.get("replicas"),
            given=known,
            fit=constants or None,
            root=root(clone=False),
        )
    except (ValueError, KeyError, FileNotFoundError) as problem:
        fail(str(problem))
    typer.echo(found.json() if as_json else str(found))
    raise typer.Exit(3 if found.verdict == "holds" and found.cannot_tell else CODES[found.verdict])


def _pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    """`name=value` of an option that may be repeated."""
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise ValueError(f"found {option} {text}, expected a name and a value, such as {option} eta=0.1")
        if name in found:
            raise ValueError(f"found {option} {name} twice, expected it once")
        found[name] = value
    return found


def _numbers(what: str, text: str) -> float | list[float]:
    """Numbers with commas between; one alone stands for all points."""
    numbers = []
    for part in text.split(","):
        try:
            numbers.append(float(part))
        except ValueError:
            option = what if what.startswith("--") else f"--{what}"
            raise ValueError(
                f"found {part.strip()!r} in {option} {text}, expected numbers with commas between"
            ) from None
    return numbers[0] if len(numbers) == 1 and what != "replicas" else numbers


def _of_table(path: Path, wanted: dict[str, str]) -> dict[str, Any]:
    """What is wanted out of a CSV file: columns, or numbers that stand for all rows."""
    from lawbook.files import printable
    from lawbook.own.columns import columns, replicas_of

    fixed = {name: float(text) for name, text in wanted.items() if name not in ("measured", "replicas") and _is(text)}
    try:
        found = columns(path, [text for name, text in wanted.items() if name not in fixed])
    except OSError as error:
        raise ValueError(f"{printable(path.name)}: {error.strerror or error}") from None
    read: dict[str, Any] = {name: found[text] if name not in fixed else fixed[name] for name, text in wanted.items()}
    if "replicas" in read:
        given = {name: values for name, values in read.items() if name.startswith("--given ") and name not in fixed}
        read["replicas"], there = replicas_of(read["replicas"], given)
        read |= there
    return read


def _is(text: str) -> bool:
    """Whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
