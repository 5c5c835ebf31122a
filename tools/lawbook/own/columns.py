"""Columns of numbers out of a CSV file, for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lawbook.own.table import RunsError, no_column, numbers, table
from lawbook.reference.problem import Problem


def columns(path: Path, names: Sequence[str]) -> dict[str, list[float]]:
    """Columns of a CSV file whose first row has their names.

    Arguments:
        path: The file, UTF-8, fields separated by commas.
        names: The columns that are wanted; others may hold anything.

    Returns:
        The numbers of each, in the order of the rows. Empty lines count for nothing.

    Raises:
        RunsError: A column is missing or there twice, or a field is no number; by line and column, all at once.
        OSError: The file cannot be read.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from lawbook.own.columns import columns
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "runs.csv")
        ...     size = path.write_text("eta,level\\n0.1,20.4\\n0.2,10.1\\n")
        ...     columns(path, ["level"])
        {'level': [20.4, 10.1]}
    """
    read = table(path)
    problems = [
        Problem(read.name, read.header, 1, "", no_column(name, read.columns))
        for name in names
        if name not in read.columns
    ]
    found: dict[str, list[float]] = {}
    for name in dict.fromkeys(names) if not problems else ():
        cells, wrong = numbers(read, name, drop_missing=False, positive=False)
        problems += wrong
        found[name] = [cell for cell in cells if cell is not None]
    if not problems and not read.lines:
        problems.append(Problem(read.name, read.header, 1, "", "found no row, expected one for each measured number"))
    if problems:
        raise RunsError(sorted(problems))
    return found


def replicas_of(
    measured: Sequence[float], given: Mapping[str, Sequence[float]]
) -> tuple[list[list[float]], dict[str, list[float]]]:
    """Rows that are given the same, as the replicas of one point.

    Arguments:
        measured: The number of each row.
        given: What each row is given, by name.

    Returns:
        The replicas, shape (replicas, points), and what each point is given.

    Raises:
        ValueError: Not all points have the same number of replicas.

    Examples:
        >>> from lawbook.own.columns import replicas_of
        >>> replicas_of([20.1, 10.0, 20.5, 10.2], {"eta": [0.1, 0.2, 0.1, 0.2]})
        ([[20.1, 10.0], [20.5, 10.2]], {'eta': [0.1, 0.2]})
    """
    rows = list(zip(*given.values(), strict=True)) if given else [()] * len(measured)
    points: dict[tuple[float, ...], list[float]] = {}
    for at, value in zip(rows, measured, strict=True):
        points.setdefault(at, []).append(value)
    counts = {len(values) for values in points.values()}
    if len(counts) > 1:
        told = ", ".join(f"{len(values)} at {_at(given, at)}" for at, values in list(points.items())[:4])
        raise ValueError(f"found points with unequal numbers of replicas ({told}), expected as many at each")
    there = {name: [at[i] for at in points] for i, name in enumerate(given)}
    return [list(row) for row in zip(*points.values(), strict=True)], there


def _at(given: Mapping[str, Sequence[float]], at: tuple[float, ...]) -> str:
    return ", ".join(f"{name.removeprefix('--given ')} = {value:g}" for name, value in zip(given, at, strict=True))
