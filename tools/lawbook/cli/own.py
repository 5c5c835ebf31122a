"""The verbs for a reader's own runs: fit."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from lawbook.cli.common import app, fail
from lawbook.numbers import plain
from lawbook.own.text import between

if TYPE_CHECKING:
    from lawbook.own.compare import Comparison
    from lawbook.own.fit import LawFit

COST = "6*N*D"


@app.command("fit")
def fit_runs(
    table: Annotated[Path, typer.Argument(help="A CSV file of runs with a line of names.")],
    law: Annotated[list[str], typer.Option(help="paper/law, or paper for its main law; several are compared.")],
    x: Annotated[list[str], typer.Option(help="SYMBOL=COLUMN: where the values of a symbol stand, such as N=params.")],
    y: Annotated[str, typer.Option(help="The column of the loss.")] = "loss",
    error: Annotated[str, typer.Option(help="The column of its standard errors.")] = "",
    group: Annotated[str, typer.Option(help="The column that tells which runs belong together.")] = "",
    keep: Annotated[list[str] | None, typer.Option(help="A condition on runs to be kept, such as 'D/N > 20'.")] = None,
    drop_missing: Annotated[bool, typer.Option("--drop-missing", help="Leave out rows without a number.")] = False,
    given: Annotated[list[str] | None, typer.Option(help="SYMBOL=NUMBER: a constant that is not fitted.")] = None,
    huber: Annotated[float, typer.Option(min=0, help="Huber's loss turns at this; 0 for least squares.")] = 0,
    scatter: Annotated[
        str, typer.Option(help="equal or unequal relative errors; by the number of runs if empty.")
    ] = "",
    predict: Annotated[
        list[str] | None, typer.Option(help="SYMBOL=NUMBER,…: a point at which the loss is foretold.")
    ] = None,
    optimum: Annotated[float, typer.Option(min=0, help="A budget; its best split is told.")] = 0,
    cost: Annotated[str, typer.Option(help="What the budget is spent on, as a formula of the axes.")] = COST,
    plot: Annotated[Path | None, typer.Option(help="Write a figure: .svg, .png or .pdf.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page of HTML that stands alone.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fit a law of the book, or several, to your own runs.

    Tells constants with intervals, what the runs leave open, held-out errors and, of several laws, which the runs can
    tell apart. Exit code 2 if the table or an option cannot be used.
    """
    from lawbook.own.compare import compare
    from lawbook.own.fit import fit
    from lawbook.own.report import report as write_report
    from lawbook.own.runs import runs as read_runs
    from lawbook.own.table import RunsError
    from lawbook.reference.api import UnknownNameError
    from lawbook.reference.formula import FormulaError

    if scatter not in ("", "equal", "unequal"):
        fail(f"found --scatter {scatter}, expected equal or unequal")
    options: dict[str, Any] = {
        "huber": huber or None,
        "scatter": cast(Literal["equal", "unequal"] | None, scatter or None),
    }
    held, points = _numbers("--given", given or ()), [_numbers("--predict", [point]) for point in predict or ()]
    columns = dict(_pair("--x", one) for one in x)
    if len(law) > 1 and held:
        fail("found --given beside several laws, expected one law: a constant is of one")
    try:
        runs = read_runs(table, loss=y, error=error or None, group=group or None, drop_missing=drop_missing, **columns)
        for condition in keep or ():
            runs = runs.keep(condition)
        with _bar(len(law), 0 if as_json else 200) as tick:
            fits = [fit(name, runs, given=held, **options) for name in law] if len(law) == 1 else []
            found: LawFit | Comparison = fits[0] if fits else compare(law, runs, **options)
            for one in _each(found):
                tick(1)
                if one.can_draw and not as_json:
                    one.draws(tick)
        if as_json:
            typer.echo(json.dumps(_data(found, points, optimum, cost), indent=2, ensure_ascii=False, allow_nan=False))
        else:
            _tell(found, points, optimum, cost)
        if plot is not None:
            next(iter(_each(found))).plot(plot)
        if report is not None:
            write_report(found, report, predict=points, budget=optimum or None, cost=cost)
            typer.echo(f"wrote {report}", err=True)
    except FileNotFoundError as problem:
        fail(f"{problem.filename}: {problem.strerror}" if problem.filename else str(problem))
    except RunsError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    except FormulaError as problem:
        fail(f"{problem} (column {problem.column})")
    except (UnknownNameError, TypeError, ValueError, RuntimeError) as problem:
        fail(str(problem))


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value.strip()):
        fail(f"found {option} {text}, expected SYMBOL=…, such as N=params")
    return name.strip(), value.strip()


def _numbers(option: str, texts: Iterable[str]) -> dict[str, float]:
    """`N=7e10,D=1.4e12`, or several of such, as numbers by name."""
    found: dict[str, float] = {}
    for text in texts:
        for part in text.split(","):
            name, value = _pair(option, part)
            try:
                found[name] = float(value)
            except ValueError:
                fail(f"found {option} {part}, expected a number after the =")
            if not math.isfinite(found[name]):
                fail(f"found {option} {part}, expected a finite number")
    return found


def _each(found: LawFit | Comparison) -> list[LawFit]:
    return list(found.fits.values()) if hasattr(found, "fits") else [found]


@contextmanager
def _bar(laws: int, draws: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error: a step for each law and for each time that its runs are drawn anew."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    err = Console(stderr=True)
    columns = (TextColumn("fitting"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("fitting", total=laws * (1 + draws))
        yield lambda steps: bar.advance(task, steps)


def _tell(found: LawFit | Comparison, points: list[dict[str, float]], budget: float, cost: str) -> None:
    """Print what was found."""
    if hasattr(found, "fits"):
        typer.echo(f"{found}\n")
    for one in _each(found):
        typer.echo(str(one))
        for point in points:
            value, message = _foretold(one, point)
            at = ", ".join(f"{name} = {plain(number)}" for name, number in point.items())
            typer.echo(f"  at {at}: {plain(value['value'])}, 95 % {between(value['low'], value['high'])}{message}")
        if budget:
            typer.echo(str(one.optimum(budget, cost=cost)))
        typer.echo("")


def _foretold(one: LawFit, point: dict[str, float]) -> tuple[dict[str, float], str]:
    """The loss at a point with its interval, and a warning if it is far beyond the runs."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = one.predict(**point)
    value = {name: float(part) for name, part in found._asdict().items()}
    return value, "".join(f" ({warning.message})" for warning in told)


def _data(found: LawFit | Comparison, points: list[dict[str, float]], budget: float, cost: str) -> dict[str, Any]:
    """What was found, as JSON data; an end of an interval that is infinite is null."""
    fits = []
    for one in _each(found):
        held = one.held_out_or_none()
        fits.append(
            {
                "law": one.law.name,
                "formula": one.law.formula.text,
                "runs": len(one.runs),
                "how": one.how,
                "constants": {
                    name: {"value": one.values[name], "interval": _ends(ends), "error": _finite(one.errors[name])}
                    for name, ends in one.interval().items()
                },
                "undetermined": one.undetermined,
                "rms": one.rms,
                "held_out": None if held is None else {"each": held.each, "largest": held.largest},
                "predictions": [_point(one, point) for point in points],
                "optimum": _optimum(one, budget, cost) if budget else None,
            }
        )
    data: dict[str, Any] = {"fits": fits}
    if not hasattr(found, "law"):
        data["delta_aicc"] = {name: _finite(value) for name, value in found.criterion.items()}
        data["pairs"] = [{**asdict(pair), "told_apart": pair.told_apart} for pair in found.pairs]
    return data


def _point(one: LawFit, point: dict[str, float]) -> dict[str, Any]:
    value, message = _foretold(one, point)
    return {"at": point, "value": value["value"], "interval": _ends((value["low"], value["high"])), "warning": message}


def _optimum(one: LawFit, budget: float, cost: str) -> dict[str, Any]:
    found = one.optimum(budget, cost=cost)
    at = {**found.at, "loss": found.loss}
    return {
        "budget": found.budget,
        "cost": found.cost,
        "at": {
            name: {"value": float(p.value), "interval": _ends((float(p.low), float(p.high)))} for name, p in at.items()
        },
        "exponent": {
            name: {"value": float(p.value), "interval": _ends((float(p.low), float(p.high)))}
            for name, p in found.exponent.items()
        },
    }


def _ends(ends: tuple[float, float]) -> list[float | None]:
    return [_finite(end) for end in ends]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
