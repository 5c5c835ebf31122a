"""Columns of numbers out of a CSV file, for the command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from lawbook.files import printable, read_bytes
from lawbook.reference.problem import nearest, shown

LARGEST = 64 * 2**20  # bytes
TOLD = 10  # problems of one file


def columns(path: Path, names: Sequence[str]) -> dict[str, list[float]]:
    """Columns of a CSV file whose first row has their names.

    Arguments:
        path: The file, UTF-8, fields separated by commas.
        names: The columns that are wanted; others may hold anything.

    Returns:
        The numbers of each, in the order of the rows. Empty lines count for nothing.

    Raises:
        ValueError: A column is missing or there twice, or a field is no number; names row and column, all at once.
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
    name = printable(path.name)
    data = read_bytes(path, inside=path.resolve().parent, limit=LARGEST)
    try:
        text = data.decode("utf-8-sig")
        rows = [(number, row) for number, row in _rows(text) if any(field.strip() for field in row)]
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: found no UTF-8 text at byte {error.start}, expected a CSV file in UTF-8") from None
    except csv.Error as error:
        raise ValueError(f"{name}: found no CSV ({error}), expected rows of fields with commas between") from None
    if not rows:
        raise ValueError(f"{name}: found no row, expected one with the names of the columns and rows of numbers")
    (_, first), *body = rows
    heads = [head.strip() for head in first]
    problems = []
    for wanted in dict.fromkeys(names):
        count = heads.count(wanted)
        if count != 1:
            what = f"{count} columns" if count else "no column"
            told = nearest(wanted, heads) or f"; there are {', '.join(map(printable, heads[:12]))}"
            problems.append(f"{name}: found {what} {shown(wanted)}, expected one{told if not count else ''}")
    if not problems and not body:
        problems.append(f"{name}: found no row below the names of the columns, expected one for each measured number")
    if problems:
        raise ValueError("\n".join(problems))
    found: dict[str, list[float]] = {wanted: [] for wanted in names}
    for number, row in body:
        if len(row) != len(heads):
            problems.append(f"{name}:{number}: found {len(row)} fields, expected {len(heads)}, as in the first row")
            continue
        for wanted in found:
            field = row[heads.index(wanted)].strip()
            try:
                found[wanted].append(float(field))
            except ValueError:
                what = shown(field) if field else "an empty field"
                problems.append(f"{name}:{number}: found {what} in column {shown(wanted)}, expected a number")
    if problems:
        more = [f"{name}: and {len(problems) - TOLD} more"] if len(problems) > TOLD else []
        raise ValueError("\n".join([*problems[:TOLD], *more]))
    return found


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Each row with the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    return [(reader.line_num, row) for row in reader]


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
