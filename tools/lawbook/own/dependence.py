"""How a prediction goes with what was varied: which other powers of it the same measurement would have let pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lawbook.evidence.record import Measured
from lawbook.evidence.trial import EXPONENT_OFFSETS, all_hold, reach
from lawbook.numbers import plain
from lawbook.reference.model import Check


@dataclass(frozen=True)
class Dependence:
    """How far the power of a symbol may be off.

    Attributes:
        symbol: Its id.
        low: The prediction times the symbol to a power from here …
        high: … to here would hold too, with its level at the middle of the points as it is; infinite where any would.
        values: At how many values of it was measured.
    """

    symbol: str
    low: float
    high: float
    values: int


def dependences(check: Check, record: Measured, symbols: tuple[str, ...]) -> tuple[Dependence, ...]:
    """How well a measurement that holds tells the power of each symbol that its prediction has.

    Arguments:
        check: The check.
        record: A measurement of it.
        symbols: The symbols of the prediction.

    Returns:
        One for each symbol that was given values above 0; nothing for a bound, or where the check does not hold.
    """
    if record.verdict != "holds" or check.sense != "equal":
        return ()
    measured, error, predicted = (
        np.array([getattr(point, name) for point in record.points]) for name in ("measured", "error", "predicted")
    )
    found = []
    for symbol in symbols:
        values = np.array([point.given.get(symbol, np.nan) for point in record.points])
        if not (values > 0).all():
            continue
        logs = np.log(values) - np.log(values).mean()

        def hold(power: np.ndarray, logs: np.ndarray = logs) -> np.ndarray:
            with np.errstate(all="ignore"):
                return all_hold(check, predicted * np.exp(power[:, None] * logs), measured, error)

        count = len(np.unique(values))
        ends = (
            (reach(lambda d: hold(-d), EXPONENT_OFFSETS), reach(hold, EXPONENT_OFFSETS)) if count > 1 else (np.inf,) * 2
        )
        found.append(Dependence(symbol, -float(ends[0]), float(ends[1]), count))
    return tuple(found)


def in_words(one: Dependence) -> str:
    """What it says, in a sentence.

    Examples:
        >>> import math
        >>> from lawbook.own.dependence import Dependence, in_words
        >>> in_words(Dependence("eta", -0.021, 0.034, 4))
        'It would also hold with the power of eta off by −0.021 to +0.034.'
        >>> in_words(Dependence("eta", -math.inf, math.inf, 1))
        'You measured at one value of eta: how it goes with eta is not tested.'
    """
    if one.values == 1:
        return f"You measured at one value of {one.symbol}: how it goes with {one.symbol} is not tested."
    ends = [f"{'+' if end > 0 else ''}{plain(end, 2)}" for end in (one.low, one.high)]
    return f"It would also hold with the power of {one.symbol} off by {ends[0]} to {ends[1]}."
