"""What a reader hands in, as numbers that can be judged; all that is wrong with it is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lawbook.evidence.confirmation import NO_SOURCE
from lawbook.evidence.errors import spread
from lawbook.evidence.judging import Taken
from lawbook.evidence.record import Fitted
from lawbook.own.finding import Found
from lawbook.reference.bound import letters
from lawbook.reference.problem import nearest, shown
from lawbook.reference.rules import FITTED

Array = NDArray[np.float64]

MOST = 10_000
"""Points of one judgement."""

FEWEST = 2
"""Replicas that have a spread."""

HOW = {
    "replicas": "several runs, as replicas=, or lawbook.notebook.spread of them",
    "blocks": "lawbook.notebook.blocks of the end of a run",
    "bootstrap": "lawbook.notebook.bootstrap of the samples",
    "fit": "the errors of the fit",
    "counting": "lawbook.notebook.counted of hits and trials",
    "solver": "lawbook.notebook.solver of the tolerance of the solver",
    "rounding": "lawbook.notebook.rounding of the numbers that were added",
}


def taken(
    found: Found,
    *,
    measured: ArrayLike | None,
    error: ArrayLike | None,
    replicas: ArrayLike | None,
    given: Mapping[str, ArrayLike],
    fit: Any,
) -> tuple[Taken, int]:
    """What was measured, in the shape that `evidence.judging.judged` takes, and how many replicas it is the mean of.

    Arguments:
        found: The check.
        measured: Numbers, of any shape.
        error: One standard error of each.
        replicas: In their place: the measurements of each replica, shape (replicas, ...).
        given: Values of the law's symbols, by id or letter.
        fit: What has the fitted constants in `values`, or the constants by name; for a check that predicts `fitted`.

    Returns:
        The measured numbers as columns of one length, and the number of replicas; 0 where errors were given.

    Raises:
        ValueError: Something of it cannot be judged; a line for each thing.
    """
    problems: list[str] = []
    values, errors, count = _measured(found, measured, error, replicas, problems)
    known = _given(found, given, problems)
    fitted = _fitted(found, fit, problems)
    _needed(found, known, fitted, problems)
    if values is not None:
        shapes = {"error": errors, **known}
        for name, array in shapes.items():
            if array is not None and not _fits(array.shape, values.shape):
                problems.append(
                    f"found {name} of shape {array.shape} for {values.size} measured of shape {values.shape}, expected "
                    "one number, or one for each measured"
                )
        if values.size > MOST:
            problems.append(
                f"found {values.size:,} points, expected at most {MOST:,}: each is judged by itself, so hand in means "
                "over blocks or runs, with their errors"
            )
    if problems:
        raise ValueError(f"{found.reference} cannot be judged:\n" + "\n".join(f"  {line}" for line in problems))
    assert values is not None and errors is not None  # noqa: PT018  # or there was a problem
    columns = {name: np.broadcast_to(array, values.shape).ravel() for name, array in known.items()}
    return Taken(values.ravel(), np.broadcast_to(errors, values.shape).ravel(), columns, fitted), count


def _measured(
    found: Found, measured: ArrayLike | None, error: ArrayLike | None, replicas: ArrayLike | None, problems: list[str]
) -> tuple[Array | None, Array | None, int]:
    if replicas is not None:
        if measured is not None or error is not None:
            problems.append("found replicas= beside measured= or error=, expected it alone: it gives both")
        runs = _numbers(replicas, "replicas", problems)
        if runs is None:
            return None, None, 0
        if runs.ndim == 0 or len(runs) < FEWEST:
            count = len(runs) if runs.ndim else 1
            problems.append(
                f"found {count} replica, expected at least {FEWEST} along the first axis: one has no spread"
            )
            return None, None, 0
        if not np.isfinite(runs).all():
            problems.append(f"found {runs[~np.isfinite(runs)].flat[0]} among the replicas, expected finite numbers")
            return None, None, 0
        mean = np.atleast_1d(runs.mean(axis=0))
        return _not_empty(mean, problems), np.atleast_1d(np.asarray(spread(runs), dtype=np.float64)), len(runs)
    if measured is None:
        problems.append("found no measured=, expected the measured numbers (or replicas=)")
    values = None if measured is None else _numbers(measured, "measured", problems)
    if error is None:
        problems.append(
            "found no error=, expected one standard error of each measured number: here from"
            f" {HOW[found.check.error_from]}; error=0 is for what is exact"
        )
    errors = None if error is None else _numbers(error, "error", problems)
    if errors is not None and (errors < 0).any():
        problems.append(f"found an error of {errors[errors < 0].flat[0]:g}, expected a standard error, at least 0")
    for name, array in (("measured", values), ("error", errors)):
        if array is not None and np.isnan(array).any():
            at = int(np.flatnonzero(np.isnan(array))[0])
            problems.append(
                f"found {name} that is no number (nan) at index {at}, expected one; a run that diverged is inf"
            )
    values = None if values is None else _not_empty(np.atleast_1d(values), problems)
    return values, None if errors is None else np.atleast_1d(errors), 0


def _not_empty(values: Array, problems: list[str]) -> Array | None:
    if values.size:
        return values
    problems.append("found no measured number, expected at least one")
    return None


def _given(found: Found, given: Mapping[str, ArrayLike], problems: list[str]) -> dict[str, Array]:
    """The values of the law's symbols by their ids."""
    known: dict[str, Array] = {}
    words: dict[str, str] = {}
    for word, value in given.items():
        symbol = _symbol(found, str(word), problems)
        array = _numbers(value, f"given {word}", problems)
        if symbol is None or array is None:
            continue
        if symbol in words:
            problems.append(f"found {symbol} given twice, as {words[symbol]!r} and as {word!r}, expected it once")
        if not np.isfinite(array).all():
            problems.append(f"found {word} = {array[~np.isfinite(array)].flat[0]} given, expected finite numbers")
        words[symbol], known[symbol] = str(word), np.atleast_1d(array)
    return known


def _symbol(found: Found, word: str, problems: list[str]) -> str | None:
    """The symbol of the law that a word names, by its id or its letter."""
    symbols = {name: found.catalog.symbol(found.law, name) for name in found.law.symbols}
    fits = [word] if word in symbols else [name for name, symbol in symbols.items() if word in letters(symbol)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        problems.append(
            f"found {word!r} given, which several symbols are written as, expected one of {', '.join(fits)}"
        )
    else:
        valid = {*symbols, *(letter for symbol in symbols.values() for letter in letters(symbol))}
        told = [f"{name} ({symbol.name})" for name, symbol in symbols.items()]
        problems.append(
            f"found {shown(word)} given{nearest(word, valid)}, expected a symbol of the law {found.law_id!r}: "
            f"{', '.join(told) or 'it has none'}"
        )
    return None


def _fitted(found: Found, fit: Any, problems: list[str]) -> Fitted | None:
    """The constants of a fit, those that were given to it too."""
    if found.check.predicted != FITTED:
        if fit is not None:
            problems.append(f"found fit=, expected none: the check predicts {found.check.predicted!r}")
        return None
    example = f'lawbook.fit("{found.entry.paper}/{found.law_id}", …)'
    if fit is None:
        problems.append(
            "found no fit=, expected one: the check holds a measurement against the law's own formula, fitted to"
            f" others, so fit it first ({example}) and measure a point that the fit has not seen"
        )
        return None
    constants = fit if isinstance(fit, Mapping) else getattr(fit, "values", None)
    if not isinstance(constants, Mapping):
        problems.append(f"found fit= of type {type(fit).__name__}, expected what {example} gives, or constants by name")
        return None
    of = getattr(fit, "law", None)
    if isinstance(of, str) and of != f"{found.entry.paper}/{found.law_id}":
        problems.append(
            f"found a fit of {of}, expected one of {found.entry.paper}/{found.law_id}, the law of the check"
        )
    beside = getattr(fit, "given", None) if constants is not fit else None
    whole = {**(beside if isinstance(beside, Mapping) else {}), **constants}
    values: dict[str, float] = {}
    for word, value in whole.items():
        symbol = _symbol(found, str(word), problems)
        number = _numbers(value, f"fitted {word}", problems)
        if number is not None and (number.size != 1 or not np.isfinite(number).all()):
            problems.append(f"found fitted {word} = {shown(value)}, expected one finite number")
        elif symbol is not None and number is not None:
            values[symbol] = float(number.reshape(()))
    return Fitted(values, NO_SOURCE)


def _needed(found: Found, given: Mapping[str, Array], fitted: Fitted | None, problems: list[str]) -> None:
    """Ask for the symbols that the prediction needs and nobody gave."""
    if found.check.predicted == FITTED and fitted is None:
        return  # nobody knows yet what is left
    known = {*given, *(fitted.values if fitted is not None else ())}
    missing = [name for name in found.needs(found.predicted) if name not in known]
    if missing:
        told = [f"{name} ({found.catalog.symbol(found.law, name).name})" for name in missing]
        example = ", ".join(f"{name!r}: …" for name in missing)
        problems.append(f"found no value of {', '.join(told)}, expected it in given={{{example}}}")


def _numbers(value: Any, what: str, problems: list[str]) -> Array | None:
    """Anything that NumPy reads as real numbers, in double precision."""
    try:
        array = np.asarray(value)
        if array.dtype.kind in "USmMc":
            raise TypeError(f"{array.dtype.type.__name__.rstrip('_')}")
        if array.dtype.kind == "O" and any(item is None for item in array.ravel()):
            raise TypeError("None")
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError) as error:  # a tensor that requires a gradient is a RuntimeError
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        problems.append(f"found {what} that cannot be read as real numbers ({reason}), expected a number or an array")
        return None


def _fits(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether an array of `shape` has one number for each of those of shape `whole`, or one for several."""
    try:
        return np.broadcast_shapes(shape, whole) == whole
    except ValueError:
        return False
