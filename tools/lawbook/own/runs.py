"""A reader's runs: columns of a CSV file, a data frame or a mapping, checked before anything is fitted."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawbook.numbers import plain
from lawbook.own.table import RunsError, no_column, numbers, table
from lawbook.reference.formula import Formula, FormulaError
from lawbook.reference.problem import Problem, shown

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Runs:
    """Runs of one kind: what was set in each, and the loss that it reached.

    Attributes:
        x: What was set, by the name that a law knows it by, such as `N`: positive, shape (runs,) each.
        loss: What was measured, positive, shape (runs,).
        error: One standard error of each loss, shape (runs,), or None.
        group: Which runs belong together, such as checkpoints of one training, shape (runs,), or None.
        lines: Where each run stands in its table, counted from 1, shape (runs,).
        source: What the table is called.
        dropped: How many rows without a number were left out.
    """

    x: Mapping[str, Array]
    loss: Array
    error: Array | None
    group: NDArray[np.int64] | None
    lines: NDArray[np.int64]
    source: str
    dropped: int = 0

    def __len__(self) -> int:
        return len(self.loss)

    def __str__(self) -> str:
        names = ", ".join(f"{name} from {plain(v.min())} to {plain(v.max())}" for name, v in self.x.items())
        loss = f"loss from {plain(self.loss.min())} to {plain(self.loss.max())}"
        more = "" if self.group is None else f", in {len(np.unique(self.group))} groups"
        more += f"; {self.dropped} rows without a number left out" if self.dropped else ""
        return f"{len(self)} runs of {self.source}{more}: {names}, {loss}"

    def keep(self, which: str | Callable[[Mapping[str, Array]], Any] | Any) -> Runs:
        """Some of the runs.

        Arguments:
            which: A condition on the names of `x` and on `loss`, such as `"D/N > 20"`; a function that makes truth
                values from a mapping of these columns; or truth values, shape (runs,).

        Returns:
            Those for which it is true.

        Raises:
            FormulaError: A condition that is none; says at which column.
            ValueError: Values of another shape or kind, or none left.

        Examples:
            >>> import lawbook
            >>> table = {"N": [1e6, 1e7, 1e8], "D": [1e9, 1e9, 1e7], "loss": [4.1, 3.4, 5.0]}
            >>> runs = lawbook.runs(table, N="N", D="D")
            >>> len(runs.keep("D/N > 1")), len(runs.keep(lambda r: r["loss"] < 4))
            (2, 1)
        """
        columns = {**self.x, "loss": self.loss}
        if isinstance(which, str):
            which = _condition(which, columns)
        mask = np.asarray(which(columns) if callable(which) else which)
        if mask.dtype != bool or mask.shape != self.loss.shape:
            raise ValueError(
                f"found {mask.dtype} of shape {mask.shape}, expected true or false for each of {len(self)} runs"
            )
        if not mask.any():
            raise ValueError(f"found no run of {self.source} that is to be kept, expected some")
        return self.rows(mask)

    def rows(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Runs:
        """Some of the runs, by truth values or by number, shape (runs,) or (any,).

        Arguments:
            which: Truth values, one a run, or numbers of runs from 0 on, any of them more than once.

        Returns:
            Those, in that order.

        Examples:
            >>> import lawbook
            >>> len(lawbook.runs({"n": [1, 2, 3], "loss": [3, 2, 1]}, n="n").rows([0, 0, 2]))
            3
        """
        return replace(
            self,
            x={name: values[which] for name, values in self.x.items()},
            loss=self.loss[which],
            error=None if self.error is None else self.error[which],
            group=None if self.group is None else self.group[which],
            lines=self.lines[which],
        )


def runs(
    source: str | Path | Any,
    *,
    loss: str = "loss",
    error: str | None = None,
    group: str | None = None,
    drop_missing: bool = False,
    **x: str,
) -> Runs:
    """Read a table of runs.

    Arguments:
        source: A CSV file with a line of names (separated by commas, semicolons or tabs), a pandas or polars data
            frame, a mapping of columns, or a sequence of mappings.
        loss: The column of what was measured; positive.
        error: The column of its standard errors, one a run; positive. They weigh the runs, and set the errors of a fit.
        group: The column that tells which runs belong together: checkpoints of one training, or runs of one sweep,
            whose deviations are no independent ones. Any text.
        drop_missing: Leave out rows in which a needed cell is empty or no number (nan); otherwise they are errors.
        **x: For each symbol of a law, by its letter or id, the column of its values: `N="params"`. Positive.

    Returns:
        The runs, in the order of the table.

    Raises:
        TypeError: No symbol, one that is called `loss` or `error`, or a source of another kind.
        RunsError: All that is wrong: columns that are not there (with the nearest), cells that are no positive number,
            each by line and column. It is a `ValueError`.
        FileNotFoundError: No such file.

    Examples:
        >>> import lawbook
        >>> table = {"params": [1e6, 1e7, 1e8], "tokens": [1e9, 1e9, 1e9], "loss": [4.1, 3.4, 2.9]}
        >>> print(lawbook.runs(table, N="params", D="tokens"))
        3 runs of a mapping: N from 10⁶ to 10⁸, D from 10⁹ to 10⁹, loss from 2.9 to 4.1
    """
    if not x:
        raise TypeError('found no symbol, expected a column for each that a law has, such as N="params"')
    read_from = table(source)
    wanted = {**x, "loss": loss} | ({"error": error} if error is not None else {})
    problems = [
        Problem(read_from.name, read_from.header, 1, "", no_column(column, read_from.columns))
        for column in dict.fromkeys([*wanted.values(), *([group] if group is not None else [])])
        if column not in read_from.columns
    ]
    if "loss" in x or "error" in x:
        raise TypeError("found a symbol called loss or error, expected these as loss=… and error=…")
    if problems:
        raise RunsError(problems)
    read: dict[str, list[float | None]] = {}
    for column in dict.fromkeys(wanted.values()):
        read[column], found = numbers(read_from, column, drop_missing=drop_missing)
        problems += found
    if problems:
        raise RunsError(sorted(problems))
    rows = [i for i in range(len(read_from.lines)) if all(cells[i] is not None for cells in read.values())]
    if not rows:
        raise RunsError(
            [Problem(read_from.name, read_from.header, 1, "", "found no run, expected at least one row of numbers")]
        )
    columns = {column: np.array([cells[i] for i in rows], dtype=float) for column, cells in read.items()}
    return Runs(
        {name: columns[column] for name, column in x.items()},
        columns[loss],
        None if error is None else columns[error],
        None if group is None else _groups([read_from.columns[group][i] for i in rows]),
        np.array([read_from.lines[i] for i in rows]),
        read_from.name,
        len(read_from.lines) - len(rows),
    )


def _condition(text: str, columns: Mapping[str, Array]) -> Array:
    """The truth values of a condition such as `D/N > 20`."""
    found = _COMPARED.fullmatch(text)
    if found is None:
        raise FormulaError(f"found {shown(text)}, expected a condition with one of < <= > >=, such as 'D/N > 20'")
    sides = []
    for part in ("left", "right"):
        try:
            formula = Formula.parse(found[part], set(columns))
        except FormulaError as error:
            error.column += found.start(part)
            raise
        sides.append(formula(**{name: columns[name] for name in formula.symbols}))
    left, right = np.broadcast_arrays(np.broadcast_to(sides[0], np.shape(columns["loss"])), sides[1])
    return np.asarray(_COMPARE[found["sign"]](left, right))


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARED = re.compile(r"(?P<left>[^<>=]+)(?P<sign>[<>]=?)(?P<right>[^<>=]+)")


def _groups(cells: list[Any]) -> NDArray[np.int64]:
    known: dict[str, int] = {}
    return np.array([known.setdefault(str(cell), len(known)) for cell in cells], dtype=np.int64)
