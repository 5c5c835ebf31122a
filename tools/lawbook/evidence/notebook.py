"""The API that a notebook calls: open an entry, measure, record.

The notebook only measures. Predictions, tolerances and rivals come out of the entry; each record is displayed as a
small table and stays in the notebook's output, where the site reads it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from lawbook.evidence import display
from lawbook.evidence.errors import blocks, bootstrap, counted, exact, rounding, solver, spread
from lawbook.evidence.fit import Fit, fit_formula
from lawbook.evidence.judging import Taken, judged, predicted_by
from lawbook.evidence.record import Fitted, Kind, Series, Usage, expected
from lawbook.evidence.setting import rng, scale, seed
from lawbook.reference.api import UnknownNameError, open_entry
from lawbook.reference.catalog import Catalog
from lawbook.reference.formula import Formula
from lawbook.reference.model import Check, Entry, Law
from lawbook.reference.problem import nearest
from lawbook.reference.rules import FITTED

__all__ = [
    "Fit", "OpenEntry", "blocks", "bootstrap", "counted", "exact", "open", "rng", "rounding", "scale", "seed", "solver",
    "spread",
]  # fmt: skip

MAX_POINTS = 2000

# not tracing: its events nest, and would be counted twice
COMPILING = ("/jax/core/compile/jaxpr_to_mlir_module_duration", "/jax/core/compile/backend_compile_duration")

_clock = {"start_up": 0.0, "compilation": 0.0}


def open(paper: str, *, root: str | Path | None = None) -> OpenEntry:
    """The validated entry of a paper, ready to be measured against.

    Arguments:
        paper: The id, such as `cohen2021`.
        root: The folder of the book, as for `lawbook.entry`.

    Returns:
        The entry, with methods that predict, fit and record.

    Raises:
        UnknownNameError: There is no such entry; names the nearest. It is a `KeyError`.
        InvalidEntryError: The entry does not pass `lawbook check`; lists its problems.
        FileNotFoundError: `root`, or what `LAWBOOK_ROOT` names, is no book.

    Examples:
        >>> from lawbook import notebook
        >>> notebook.open("cohen2021").entry.title
        'Training sharpens the loss until the step size can just bear it'
    """
    catalog, entry = open_entry(paper, root)
    _clock["start_up"] = time.process_time()
    _listen_to_compilation()
    return OpenEntry(catalog, entry)


class OpenEntry:
    """An entry that a notebook measures against. Made by `open`.

    Attributes:
        entry: The entry itself, as `lawbook.entry` gives it.
    """

    def __init__(self, catalog: Catalog, entry: Entry) -> None:
        self._catalog, self.entry = catalog, entry
        self._done: set[tuple[str, str]] = set()

    def formula(self, law: str) -> Formula:
        """The formula of a law of this entry, called with its symbols.

        Arguments:
            law: The id of the law.

        Returns:
            The parsed expression.

        Raises:
            UnknownNameError: The entry has no such law; names the nearest.
            ValueError: The law has no closed form.

        Examples:
            >>> from lawbook import notebook
            >>> law = notebook.open("cohen2021")
            >>> law.formula("sharpness-at-the-edge")(eta=[0.1, 0.4])
            array([20.,  5.])
        """
        found = self._law(law)
        if found.formula.expr is None:
            raise ValueError(f"the law {law!r} has no closed form (no formula.expr)")
        return self._catalog.expression(found, found.formula.expr)

    def predict(self, check: str, **given: ArrayLike) -> Any:
        """What the entry predicts for a check.

        Arguments:
            check: The id of the check.
            **given: Values of the symbols of the check's law, numbers or arrays that broadcast.

        Returns:
            A number, or an array of the shape that the values broadcast to, in the unit of the check.

        Raises:
            UnknownNameError: The entry has no such check; names the nearest.
            TypeError: The prediction needs a symbol that was not given; names it.
            ValueError: The check predicts `fitted`: the prediction is then a fit of this run.

        Examples:
            >>> from lawbook import notebook
            >>> notebook.open("cohen2021").predict("hovers-at-the-edge", eta=0.1)
            20.0
        """
        law, found = self._check(check)
        self._known(law, given)
        if found.predicted == FITTED:
            raise ValueError(f"the check {check!r} predicts 'fitted': law.fit(…) gives the prediction")
        return predicted_by(self._catalog, self._law(law), check, found, given, None)

    def fit(
        self,
        law: str,
        *,
        x: Mapping[str, ArrayLike],
        y: ArrayLike,
        free: Mapping[str, float],
        given: Mapping[str, float] | None = None,
        huber: float | None = None,
    ) -> Fit:
        """Fit the law's own formula to measured data, by least squares in log y.

        Arguments:
            law: The id of the law.
            x: The symbols on the axes, arrays of shape (points,).
            y: Measured values above 0, shape (points,).
            free: Start values of the symbols to fit.
            given: Values of the other symbols.
            huber: The residual of log y at which the loss turns from square to linear, so that outliers count little.

        Returns:
            The fitted law, called with the symbols of `x`; its `values` have one standard error each in `errors`, and
            `interval(level)` covers; its `predict` knows the error of an extrapolation too.

        Raises:
            UnknownNameError: There is no such law, or the law has no such symbol; names the nearest.
            TypeError: A symbol has no value.
            ValueError: Too few points for the free symbols, or a `y` that is not above 0.
            RuntimeError: The fit does not converge.

        Examples:
            >>> import numpy as np
            >>> from lawbook import notebook
            >>> n, start = np.array([8.0, 16.0, 32.0]), {"amplitude": 1.0, "data_exponent": -1.0}
            >>> law = notebook.open("hestness2017")
            >>> fit = law.fit("learning-curve-power-law", x={"n": n}, y=3 * n**-0.5, free=start, given={"floor": 0.0})
            >>> round(float(fit(n=100.0)), 6)
            0.3
        """
        return fit_formula(self.formula(law), x=x, y=y, free=free, given=given or {}, huber=huber)

    def check(
        self,
        name: str,
        *,
        measured: ArrayLike,
        error: ArrayLike,
        given: Mapping[str, ArrayLike] | None = None,
        fit: Fit | None = None,
    ) -> None:
        """Record what was measured for the check `name`.

        It is displayed as a small table, and kept in the output of the notebook, where the site reads it.

        Arguments:
            name: The id of the check.
            measured: A number, or an array whose every element is judged, in the unit of the prediction.
            error: One standard error of each, out of `spread`, `blocks`, `bootstrap`, `counted`, `rounding`, `solver`
                or a fit; `exact` for a count.
            given: Values of the law's symbols at which it was measured; they broadcast against `measured`.
            fit: The fit to hold it against, for a check that predicts `fitted`.

        Raises:
            UnknownNameError: The entry has no such check, or its law no such symbol; names the nearest.
            TypeError: The prediction needs a symbol that was not given; names it.
            ValueError: The check was recorded before, there is nothing measured, an error is negative, or `fit` is
                missing or not wanted.

        Examples:
            >>> from lawbook import notebook
            >>> law = notebook.open("cohen2021")
            >>> law.check("hovers-at-the-edge", measured=[20.5, 8.1], error=0.1, given={"eta": [0.1, 0.25]})
            check hovers-at-the-edge: ✓ holds
            at          predicted  measured      tolerance  verdict
            eta = 0.1   20         20.50 ± 0.10  ± 6 %      ✓ holds
            eta = 0.25  8          8.10 ± 0.10   ± 6 %      ✓ holds
        """
        self._record("check", name, Taken(measured, error, given or {}, _fitted(fit)))

    def control(
        self,
        name: str,
        *,
        measured: ArrayLike,
        error: ArrayLike,
        intact: ArrayLike | None = None,
        intact_error: ArrayLike | None = None,
        given: Mapping[str, ArrayLike] | None = None,
        intact_given: Mapping[str, ArrayLike] | None = None,
        fit: Fit | None = None,
        intact_fit: Fit | None = None,
    ) -> None:
        """Record a control: one procedure twice, with an assumption broken and with it kept, all else equal.

        Every element of the broken run must miss the tolerance of the check, and every element of the intact run must
        keep it; else the control is confounded. Where the entry says `intact: check`, the intact run is the record of
        the check itself.

        Arguments:
            name: The id of the control.
            measured: With the assumption broken: a number or an array, in the unit of the check that must miss.
            error: One standard error of each.
            intact: The same with the assumption kept.
            intact_error: One standard error of each.
            given: Values of the law's symbols at which both were measured.
            intact_given: Those of the intact run, where breaking the assumption is to change one of them.
            fit: The fit to hold it against, for a check that predicts `fitted`.
            intact_fit: That of the intact run, where it has its own.

        Raises:
            UnknownNameError: The entry has no such control, or its law no such symbol; names the nearest.
            TypeError: The prediction needs a symbol that was not given; names it.
            ValueError: The control was recorded before, there is nothing measured, an error is negative, or an intact
                run or `fit` is missing or not wanted.

        Examples:
            >>> from lawbook import notebook
            >>> law = notebook.open("cohen2021")
            >>> law.control("a-network-survives", measured=3.8, error=0.01, intact=2.005, intact_error=0.002)
            control a-network-survives: ✓ breaks down, as it should
            assumption  predicted  measured         tolerance  verdict
            broken      2          3.800 ± 0.010    ± 1 %      ✗ fails
            kept        2          2.0050 ± 0.0020  ± 1 %      ✓ holds
        """
        kept = None
        beside = {"intact_error": intact_error, "intact_given": intact_given, "intact_fit": intact_fit}
        lonely = [key for key, value in beside.items() if intact is None and value is not None]
        if lonely:
            raise ValueError(f"found {', '.join(lonely)} without intact= for {name!r}, expected it too")
        if intact is not None:
            if intact_error is None:
                raise ValueError(f"found intact= without intact_error= for {name!r}, expected both")
            there = (given if intact_given is None else intact_given) or {}
            kept = Taken(intact, intact_error, there, _fitted(fit if intact_fit is None else intact_fit))
        self._record("control", name, Taken(measured, error, given or {}, _fitted(fit)), kept)

    def series(
        self,
        chart: str,
        *,
        x: ArrayLike,
        y: ArrayLike,
        error: ArrayLike | None = None,
        prediction: ArrayLike | None = None,
        law: str | None = None,
        label: str = "measured",
        title: str = "",
        x_label: str = "x",
        y_label: str = "y",
        x_scale: Literal["linear", "log"] = "linear",
        y_scale: Literal["linear", "log"] = "linear",
    ) -> None:
        """Record measured points for a chart of the page, with the law's curve at the same x where there is one.

        Calls with the same `chart` and another `label` add lines to it.

        Arguments:
            chart: The name of the chart.
            x: Where it was measured, shape (points,), at most 2000 of them.
            y: What was measured, shape (points,).
            error: One standard error of each, shape (points,) or a number.
            prediction: The law at each `x`, shape (points,) or a number.
            law: The id of the law under which the chart stands; the main law by default.
            label: What the points are, for the key of the chart.
            title: What the chart shows, a sentence.
            x_label: What is on the horizontal axis, with its unit.
            y_label: What is on the vertical axis, with its unit.
            x_scale: Linear or logarithmic.
            y_scale: Linear or logarithmic.

        Raises:
            UnknownNameError: The entry has no such law; names the nearest.
            ValueError: The chart has a line of that label, the shapes differ, or there are no points, or too many.

        Examples:
            >>> from lawbook import notebook
            >>> law = notebook.open("cohen2021")
            >>> eta = [0.1, 0.25]
            >>> edge = law.predict("hovers-at-the-edge", eta=eta)
            >>> law.series("level", x=eta, y=[20.5, 8.1], error=0.1, prediction=edge, x_label="step size")
        """
        law_id = law or next(iter(self.entry.laws))
        self._law(law_id)
        self._once("series", f"{chart}/{label}")
        xs, ys = np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float))
        if xs.ndim != 1 or xs.shape != ys.shape:
            raise ValueError(f"found x of shape {xs.shape} and y of shape {ys.shape}, expected one shape (points,)")
        if not 0 < len(xs) <= MAX_POINTS:
            raise ValueError(f"found {len(xs)} points, expected 1 to {MAX_POINTS}: thin the series out")
        record = Series(
            chart, law_id, label, _floats(xs), _floats(ys), _like(error, xs), _like(prediction, xs),
            title, x_label, y_label, x_scale, y_scale,
        )  # fmt: skip
        display.show(record)

    def _law(self, law: str) -> Law:
        if law not in self.entry.laws:
            raise UnknownNameError(f"{self.entry.paper} has no law {law!r}{nearest(law, self.entry.laws)}")
        return self.entry.laws[law]

    def _known(self, law: str, given: Mapping[str, Any]) -> Law:
        """A law of which `given` names symbols."""
        found = self._law(law)
        for key in given:
            if key not in found.symbols:
                raise UnknownNameError(f"the law {law!r} has no symbol {key!r}{nearest(key, found.symbols)}")
        return found

    def _check(self, name: str) -> tuple[str, Check]:
        found = self.entry.check(name)
        if found is None:
            valid = [c for law in self.entry.laws.values() for c in law.checks]
            raise UnknownNameError(f"{self.entry.paper} has no check {name!r}{nearest(name, valid)}")
        return found[0], found[2]

    def _once(self, kind: str, name: str) -> None:
        if (kind, name) in self._done:
            raise ValueError(f"the {kind} {name!r} was recorded before, expected it once")
        self._done.add((kind, name))

    def _record(self, kind: Kind, name: str, taken: Taken, intact: Taken | None = None) -> None:
        record = judged(self._catalog, self.entry, kind, name, taken, intact)
        self._once(kind, name)
        found = self.entry.check(record.check)
        assert found is not None  # it was judged by it
        display.show(record, found[2])


def _fitted(fit: Fit | None) -> Fitted | None:
    """The constants of a fitted law, those that were given too, and what they were fitted to."""
    return None if fit is None else Fitted({**fit.source.given, **fit.values}, fit.source)


def _floats(values: np.ndarray[Any, Any]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)


def _like(values: ArrayLike | None, x: np.ndarray[Any, Any]) -> tuple[float, ...] | None:
    return None if values is None else _floats(np.broadcast_to(np.asarray(values, float), x.shape))


def _listen_to_compilation() -> None:
    """Count the seconds that JAX spends in lowering and in XLA, if the notebook uses JAX."""
    if "jax" not in sys.modules:
        return
    import jax.monitoring

    last = [time.process_time(), time.perf_counter()]

    def count(event: str, duration_secs: float, **_: str | int) -> None:
        if event in COMPILING:
            now = [time.process_time(), time.perf_counter()]
            share = (now[0] - last[0]) / max(now[1] - last[1], 1e-9)  # of a core, on a machine that others use too
            _clock["compilation"] += duration_secs * min(1.0, share)
            last[:] = now

    jax.monitoring.register_event_duration_secs_listener(count)


def usage() -> Usage:
    """CPU seconds of this process so far, split, and its peak memory."""
    cpu = time.process_time()
    compute = max(0.0, cpu - _clock["start_up"] - _clock["compilation"])
    return Usage(_clock["start_up"], _clock["compilation"], compute, _peak_mb())


def _peak_mb() -> float:
    """The peak resident memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # Linux; there ru_maxrss starts from what the parent process used when it started this one
        high_water = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(high_water.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # macOS counts in bytes


def missing(law: OpenEntry) -> Sequence[tuple[str, str]]:
    """The checks and controls of the entry that the notebook has not recorded."""
    return [item for item in expected(law.entry) if item not in law._done]
