"""Tables as people keep them, read with the line and column of whatever is wrong."""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lawbook.files import printable, read_bytes
from lawbook.numbers import plain
from lawbook.reference.problem import Problem, nearest, shown

TOLD = 8
"""So many bad cells are told one by one; of the others the number."""
SEPARATORS = ",;\t"
LARGEST = 64 * 2**20  # bytes of a file


class RunsError(ValueError):
    """A table that cannot be used as it is; the message lists all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        told = [str(problem) for problem in problems[:TOLD]]
        more = len(problems) - TOLD
        super().__init__("\n".join(told + ([f"and {more} more"] if more > 0 else [])))
        self.problems = list(problems)


@dataclass(frozen=True)
class Table:
    """Columns of cells as they were written.

    Attributes:
        name: What the table is called.
        header: The line of the names.
        lines: Where each row ends.
        columns: The cells by column.
        place: Which field of a row a column is, from 1.
    """

    name: str
    header: int
    lines: list[int]
    columns: dict[str, list[Any]]
    place: dict[str, int]


def table(source: Any) -> Table:
    """The cells of a CSV file, a data frame, a mapping of columns or a sequence of mappings.

    Raises:
        RunsError: It is no such table.
        OSError: The file cannot be read.
        TypeError: A source of another kind.
    """
    if isinstance(source, str | Path):
        return _csv(Path(source))
    if isinstance(source, Mapping):
        return _of_columns("a mapping", {str(name): list(values) for name, values in source.items()})
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):  # pandas, polars
        return _of_columns("a data frame", {str(name): list(source[name]) for name in source.columns})
    if isinstance(source, Sequence) and source and all(isinstance(row, Mapping) for row in source):
        names = list(dict.fromkeys(str(name) for row in source for name in row))
        return _of_columns("a list of runs", {name: [row.get(name) for row in source] for name in names})
    raise TypeError(
        f"found {type(source).__name__}, expected the path of a CSV file, a data frame, a mapping of columns or a list "
        "of mappings"
    )


def _of_columns(name: str, columns: dict[str, list[Any]]) -> Table:
    lengths = {column: len(values) for column, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{column} has {length}" for column, length in lengths.items())
        raise RunsError([Problem(name, 0, 1, "", f"found columns of different lengths ({told}), expected one length")])
    count = next(iter(lengths.values()), 0)
    return Table(name, 0, list(range(1, count + 1)), columns, {c: i + 1 for i, c in enumerate(columns)})


def _csv(path: Path) -> Table:
    try:
        text = read_bytes(path, inside=path.resolve().parent, limit=LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        message = (
            f"found the byte 0x{error.object[error.start]:02x}, expected UTF-8 text: save the table as CSV in UTF-8"
        )
        raise RunsError([Problem(printable(path.name), line, 1, "", message)]) from None
    name = printable(path.name)
    head = next((line for line in text.splitlines() if line.strip()), "")
    if not head:
        raise RunsError([Problem(name, 1, 1, "", "found nothing, expected a line of names and rows of numbers")])
    separator = max(SEPARATORS, key=head.count)
    try:
        reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, skipinitialspace=True, strict=True)
        rows = [
            (reader.line_num, [cell.strip() for cell in row]) for row in reader if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise RunsError([Problem(name, reader.line_num, 1, "", f"found no CSV ({error})")]) from None
    (first, names), *rest = rows
    problems = [
        Problem(name, first, i + 1, "", f"found the column {shown(column)} twice, expected each once")
        for i, column in enumerate(names)
        if column and names.index(column) < i
    ]
    problems += [
        Problem(name, line, len(row), "", f"found {len(row)} cells, expected {len(names)} as in the line of names")
        for line, row in rest
        if len(row) != len(names)
    ]
    if problems:
        raise RunsError(problems)
    columns = {column: [row[i] for _, row in rest] for i, column in enumerate(names)}
    return Table(name, first, [line for line, _ in rest], columns, {c: i + 1 for i, c in enumerate(names)})


def numbers(
    table: Table, column: str, *, drop_missing: bool, positive: bool = True
) -> tuple[list[float | None], list[Problem]]:
    """The numbers of a column, None where one is missing and may be; and what is wrong with it.

    Arguments:
        table: From `table`.
        column: One of its columns.
        drop_missing: An empty cell, or one that is no number by its own words (nan), is no problem.
        positive: Only finite numbers above 0 are right.
    """
    numbers: list[float | None] = []
    problems = []
    for line, cell in zip(table.lines, table.columns[column], strict=True):
        number, wrong = _number(cell)
        if number is None and not wrong and not drop_missing:
            said = "nothing" if cell in (None, "") else shown(str(cell))
            wrong = f"found {said}, expected a number"
        elif number is not None and positive and not 0 < number < math.inf:
            wrong = f"found {plain(number)}, expected a finite number above 0: it enters by its logarithm"
        if wrong:
            problems.append(Problem(table.name, line, table.place[column], printable(column), wrong))
        numbers.append(number)
    return numbers, problems


def _number(cell: Any) -> tuple[float | None, str]:
    """The number in a cell, None if there is none, and what is wrong with the cell."""
    if cell is None or (isinstance(cell, str) and cell.lower() in ("", "nan", "na", "none", "null")):
        return None, ""
    try:
        number = float(cell)
    except (TypeError, ValueError):
        text = str(cell)
        hint = ": write it without separators of thousands" if "," in text or " " in text or "_" in text else ""
        return None, f"found {shown(text)}, expected a number{hint}"
    if isinstance(cell, str) and "_" in cell:
        return None, f"found {shown(cell)}, expected a number: write it without separators of thousands"
    return (None, "") if math.isnan(number) else (number, "")


def no_column(column: str, columns: Mapping[str, Any]) -> str:
    valid = [printable(name) for name in columns]
    folded = {name.casefold(): name for name in valid}
    close = folded.get(column.casefold()) or next(iter(difflib.get_close_matches(column, valid, n=1)), None)
    hint = f" (did you mean {close!r}?)" if close else nearest(column, valid)
    return f"found no column {shown(column)}{hint}, expected one of {', '.join(valid[:12])}"
