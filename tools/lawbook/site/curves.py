"""The curve of a law for a chart, out of its formula: smooth between the points at which a notebook asked for it.

A series says what the law predicts at its points, not with which constants. So the formula is asked: with the values
that its checks were given, or else with constants solved for, it must give every one of those numbers again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawbook.evidence.record import Run, Series
from lawbook.reference.catalog import Catalog
from lawbook.reference.formula import Formula
from lawbook.reference.model import Law
from lawbook.reference.rules import FITTED

SAME = 1e-6  # share by which the formula may differ from what was recorded, from rounding
GRID = 120
TRIED = 64  # settings of checks
STARTS = 2  # of these, where constants are solved for from: the first gives all curves of the book that have any
FREE = 5  # constants that are solved for at most


@dataclass(frozen=True)
class Curve:
    """Points of a law's curve, many enough to look smooth."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Tracer:
    """A law's formula, values that may stand in it, and the symbols that can be along x, the likeliest first."""

    formula: Formula
    axes: tuple[str, ...]
    settings: tuple[Mapping[str, float], ...]

    def trace(self, one: Series) -> Curve | None:
        """The curve that goes through every prediction of a series, or None where the formula gives none."""
        import numpy as np

        if one.prediction is None:
            return None
        x, p = np.array(one.x, dtype=float), np.array(one.prediction, dtype=float)
        good = np.isfinite(x) & np.isfinite(p)
        x, p = x[good], p[good]
        if len(np.unique(x)) < 2:
            return None
        for axis in self.axes:
            for values in self._candidates(axis, x, p):
                factor = self._factor(axis, values, x, p)
                if factor is not None:
                    low, high = float(x.min()), float(x.max())
                    log = one.x_scale == "log" and low > 0
                    grid = np.geomspace(low, high, GRID) if log else np.linspace(low, high, GRID)
                    grid = np.unique(np.concatenate([grid, x]))
                    found = factor * np.broadcast_to(self.formula(**values, **{axis: grid}), grid.shape)
                    if np.isfinite(found).all():
                        return Curve(tuple(grid.tolist()), tuple(found.tolist()))
        return None

    def _factor(self, axis: str, values: Mapping[str, float], x: Any, p: Any) -> float | None:
        """What the formula is times everywhere, mostly 1; None where it gives other numbers than were recorded.

        A chart may show a quantity in another unit, or a law whose constant is not predicted.
        """
        import numpy as np

        with np.errstate(all="ignore"):
            found = np.broadcast_to(self.formula(**values, **{axis: x}), x.shape)
            if np.all(np.abs(found - p) <= SAME * np.maximum(np.abs(p), 1e-12 * np.abs(p).max())):
                return 1.0
            share = p / found
            same = np.isfinite(share).all() and len(x) > 2 and np.ptp(found) > 1e-3 * np.abs(found).max()
            return float(share.mean()) if same and np.ptp(share) <= SAME * np.abs(share).min() else None

    def _candidates(self, axis: str, x: Any, p: Any) -> Iterator[dict[str, float]]:
        """Values of all other symbols: as checks were given them, then solved for where there are points enough."""
        others = [name for name in self.formula.symbols if name != axis]
        known = [{n: s[n] for n in others} for s in self.settings if all(n in s for n in others)]
        starts = [dict(items) for items in dict.fromkeys(tuple(sorted(s.items())) for s in known)]
        yield from starts
        if 0 < len(others) <= FREE and len(x) >= len(others) + 2:
            for start in starts[:STARTS]:
                solved = self._solved(axis, others, start, x, p)
                if solved is not None:
                    yield solved

    def _solved(
        self, axis: str, others: Sequence[str], start: Mapping[str, float], x: Any, p: Any
    ) -> dict[str, float] | None:
        import numpy as np
        from scipy.optimize import least_squares

        size = np.maximum(np.abs(p), 1e-6 * np.abs(p).max())

        def off(at: Any) -> Any:
            found = np.broadcast_to(self.formula(**dict(zip(others, at, strict=True)), **{axis: x}), x.shape)
            with np.errstate(all="ignore"):
                return np.clip(np.nan_to_num((found - p) / size, nan=1e6), -1e6, 1e6)

        begin = np.array([start[name] for name in others], dtype=float)
        scale = np.where(begin == 0, 1.0, np.abs(begin))
        done = least_squares(off, begin, method="lm", x_scale=scale, xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=200)
        return dict(zip(others, map(float, done.x), strict=True))


def tracers(catalog: Catalog, law: Law | None, run: Run) -> tuple[Tracer, ...]:
    """What draws the curves of a law: its formula, and the expressions of its checks that say more of it."""
    if law is None or law.formula.expr is None:
        return ()
    said = [law.formula.expr, *(check.predicted for check in law.checks.values() if isinstance(check.predicted, str))]
    formulas = [catalog.expression(law, text) for text in dict.fromkeys(said) if text != FITTED]
    return tuple(_tracer(catalog, law, run, formula) for formula in formulas if formula.symbols)


def _tracer(catalog: Catalog, law: Law, run: Run, formula: Formula) -> Tracer:
    first = [law.formula.over] if law.formula.over in formula.symbols else []
    axes = tuple(dict.fromkeys([*first, *formula.symbols]))
    declared = {name: catalog.symbol(law, name) for name in formula.symbols}
    usual = {name: s.value if s.value is not None else _middle(s.range) for name, s in declared.items()}
    return Tracer(formula, axes, tuple(itertools.islice(_settings(law, run, usual), TRIED)))


def trace(laws: Sequence[Tracer], one: Series) -> Curve | None:
    """The curve of the first of some formulas that gives what a series recorded."""
    return next((curve for law in laws if (curve := law.trace(one)) is not None), None)


def _middle(ends: tuple[float, float] | None) -> float:
    return 1.0 if ends is None else (ends[0] + ends[1]) / 2


def _settings(law: Law, run: Run, usual: Mapping[str, float]) -> Iterator[dict[str, float]]:
    """The values of the entry, and over them those that each check of the law was given or has fitted."""
    seen: set[tuple[tuple[str, float], ...]] = set()
    for name in law.checks:
        record = run.of("check", name)
        for point in record.points if record is not None else ():
            fitted = record.fitted.values if record is not None and record.fitted is not None else {}
            at = dict(usual) | {k: v for k, v in (dict(point.given) | fitted).items() if k in usual}
            key = tuple(sorted(at.items()))
            if key not in seen:
                seen.add(key)
                yield at
    yield dict(usual)
