"""`lawbook.fit`: a law of the book fitted to a reader's runs, with all that can be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lawbook import profile
from lawbook.extras import require
from lawbook.least_squares import FEW, Prediction, check_options
from lawbook.numbers import plain
from lawbook.own import held_out
from lawbook.own.law import unfitted
from lawbook.own.optimum import Split, best, line
from lawbook.own.runs import Runs
from lawbook.own.solved import A_CONSTANT, Solved, few_to_draw, solve
from lawbook.own.text import between, percent, table
from lawbook.reference.formula import Formula
from lawbook.reference.model import Reported

Array = NDArray[np.float64]

NEAR = 0.05
"""Budgets this far apart, in the logarithm, tell how the best split grows."""
COST = "6*N*D"
"""FLOP of a training, about: Kaplan et al. 2020, section 2.1."""


@dataclass(frozen=True)
class HeldOut:
    """How well a law foretells runs that it was not fitted to, as root mean squares of log loss: relative misses.

    Attributes:
        each: Of all runs, a tenth at a time held out.
        largest: Of the largest fifth of the runs, fitted to the others; None where the others are too few.
        misses: The miss of each run while it was held out, shape (runs,): log of the foretold over the measured loss.
    """

    each: float
    largest: float | None
    misses: Array


@dataclass(frozen=True)
class Optimum:
    """The best split of a budget.

    Attributes:
        budget: What may be spent.
        cost: The formula of what is spent.
        at: The best value on either axis, with its interval, by the name that the runs have for it.
        loss: The loss there.
        exponent: By axis, the power of the budget with which its best value grows, and its interval.
        level: Of the intervals.
    """

    budget: float
    cost: str
    at: dict[str, Prediction]
    loss: Prediction
    exponent: dict[str, Prediction]
    level: float

    def __str__(self) -> str:
        share = f"{100 * self.level:g} %"
        rows = []
        for (name, place), power in zip(self.at.items(), self.exponent.values(), strict=True):
            grows = f"budget^{float(power.value):.3f}"
            rows.append([name, plain(float(place.value)), _between(place), grows, _between(power)])
        rows.append(["loss", plain(float(self.loss.value)), _between(self.loss), "", ""])
        head = ["", "best", share, "grows as", share]
        return f"the best use of {self.cost} = {plain(self.budget)}:\n{table(head, rows)}"


class Beside(NamedTuple):
    """A reported constant beside the fitted one."""

    symbol: str
    """Its letter."""
    by: str
    """Who reports it: a work of the bibliography."""
    setting: str
    """For what, and where it stands."""
    value: float
    """What is reported."""
    error: float | None
    """Its standard error, if reported."""
    fitted: tuple[float, float]
    """The interval that covers the fitted one with 95 %."""

    @property
    def meets(self) -> bool:
        """Whether the value, with two of its errors, meets the interval."""
        slack = 2 * (self.error or 0.0)
        return self.value + slack >= self.fitted[0] and self.value - slack <= self.fitted[1]


@dataclass(frozen=True)
class Against:
    """Fitted constants beside those that the paper, or others, report. Print it.

    Attributes:
        rows: One for each reported value.
    """

    rows: list[Beside]

    def __str__(self) -> str:
        told = []
        for row in self.rows:
            value = plain(row.value) + (f" ± {plain(row.error, 2)}" if row.error is not None else "")
            meets = "meets" if row.meets else "misses"
            told.append([row.symbol, row.by, value, between(*row.fitted), meets, row.setting])
        return table(["", "reported by", "value", "fitted, 95 %", "", "setting"], told)


@dataclass(frozen=True)
class LawFit(Solved):
    """A law fitted to runs, by `lawbook.fit`. Print it; call it with what is on its axes: `fit(N=7e10, D=1.4e12)`."""

    def __str__(self) -> str:
        lines = [
            f"{self.law.name}: {self.law.law.name}",
            f"  {self.law.formula.text}",
            f"fitted to {self.runs}",
            self.how,
            "",
            table(["", "value", "95 % interval", "± sandwich", "± bootstrap"], self.constants()),
            "",
            f"  misses its runs by {percent(self.rms)} (root mean square)",
        ]
        held = self.held_out_or_none()
        if held is None:
            lines.append("  held-out error: none, the runs are too few to hold some out")
        else:
            lines.append(f"  misses runs that were held out, a tenth at a time, by {percent(held.each)}")
            if held.largest is not None:
                lines.append(f"  misses the largest fifth, fitted to the others, by {percent(held.largest)}")
        unused = [axis for axis in self.runs.x if axis not in self.law.x.values()]
        lines += [f"  the law has no symbol for {', '.join(unused)}: not used"] if unused else []
        for name, reason in self.undetermined.items():
            lines.append(f"  not determined: {self.law.letter(name)}: {reason}")
        return "\n".join(lines)

    def constants(self) -> list[list[str]]:
        """What the table shows of each constant.

        Returns:
            Letter, value, 95 % interval, and the errors by sandwich and by bootstrap, as text.

        Examples:
            >>> import lawbook
            >>> table = {"n": [1e3, 3e3, 1e4, 3e4, 1e5], "loss": [3.8, 2.71, 1.89, 1.36, 0.95]}
            >>> fit = lawbook.fit("hestness2017", lawbook.runs(table, n="n"), given={"floor": 0.0})
            >>> fit.constants()[1][:3]
            ['beta_g', '−0.3007', '−0.3039 to −0.2975']
        """
        intervals, values = self.interval(), self.values
        errors = self.errors if self.huber is None else {}
        drawn = self.bootstrap() if self.can_draw else {}
        return [
            [
                self.law.letter(name),
                plain(values[name]),
                between(*intervals[name]),
                plain(errors[name], 2) if errors else "—",
                plain(drawn[name], 2) if drawn else "—",
            ]
            for name in self.names
        ]

    def held_out_or_none(self) -> HeldOut | None:
        """As `held_out`, without an error where the runs are too few.

        Returns:
            What `held_out` returns, or None.

        Examples:
            >>> import lawbook
            >>> table = {"n": [1e3, 3e3, 1e4, 3e4, 1e5], "loss": [3.8, 2.71, 1.89, 1.36, 0.95]}
            >>> fit = lawbook.fit("hestness2017", lawbook.runs(table, n="n"), given={"floor": 0.0})
            >>> fit.held_out_or_none() is None
            False
        """
        try:
            return self.held_out()
        except ValueError:
            return None

    @property
    def how(self) -> str:
        """How the law was fitted, in words."""
        turns = "" if self.huber is None else f", which turns at {plain(self.huber)}"
        whose = "run" if self.runs.group is None else "group of runs"
        scatter = {
            "known": "errors as given",
            "equal": "one relative error for all runs",
            "unequal": f"each {whose} with an error of its own",
        }[self.scatter]
        return f"by {'least squares' if self.huber is None else 'Huber’s loss'} in log loss{turns}; {scatter}"

    def _of_rows(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> LawFit:
        """The same task for some of the runs, not fitted yet."""
        return replace(self, runs=self.runs.rows(rows), _cache={})

    def held_out(self) -> HeldOut:
        """How well the law foretells runs that it was not fitted to.

        Returns:
            Root mean squares of the relative misses: a tenth of the runs at a time, and the largest fifth.

        Raises:
            ValueError: Without a tenth of the runs, or of the groups, there are not more of them than constants.

        Examples:
            >>> import numpy as np
            >>> import lawbook
            >>> n = np.geomspace(1e3, 1e6, 20)
            >>> loss = 30 * n**-0.3 * np.exp(0.01 * np.cos(np.arange(20.0) ** 2))
            >>> fit = lawbook.fit("hestness2017", lawbook.runs({"n": n, "loss": loss}, n="n"), given={"floor": 0.0})
            >>> 0.005 < fit.held_out().each < 0.02
            True
        """
        if "held" not in self._cache:
            misses = np.full(len(self.runs), np.nan)
            for part in held_out.folds(self.runs):
                misses[part] = self._missed(part)
            try:
                far: float | None = _rms(self._missed(held_out.largest(self.runs)))
            except ValueError:
                far = None
            self._cache["held"] = HeldOut(_rms(misses), far, misses)
        found: HeldOut = self._cache["held"]
        return found

    def _missed(self, part: NDArray[np.bool_]) -> Array:
        """Log of the foretold over the measured loss of some runs, by a fit to the others."""
        rest = self._of_rows(~part)
        if len(rest.runs) <= len(self.names):
            raise ValueError(f"{len(self.runs)} runs are too few to hold some out")
        theta, cost = profile.minimise(rest._problem, self.theta)
        other = replace(self._of_rows(part), theta=theta if np.isfinite(cost) else solve(rest), _cache={})
        return other.residuals

    def optimum(self, budget: float | None = None, *, cost: str = COST, level: float = 0.95, **named: float) -> Optimum:
        """The best split of a budget between the two axes of the law.

        Arguments:
            budget: What may be spent; or by any name, as in `optimum(C=6e23)`.
            cost: What is spent, as a formula of the two axes; by default 6 FLOP for each parameter and token.
            level: Probability with which each interval covers.
            **named: The budget by a name.

        Returns:
            The best value on either axis, the loss there, and how they grow with the budget, all with intervals.

        Raises:
            TypeError: No budget, or two; a law that has not two axes.
            ValueError: A budget at or below 0, or no best split: the loss falls all the way along the line of that
                cost.
            FormulaError: A cost that is no formula of the two axes.

        Examples:
            >>> import lawbook
            >>> sizes, tokens = [1e6, 4e6, 16e6], [1e8, 1e9, 1e10, 1e11]
            >>> cells = [(n, d) for n in sizes for d in tokens]
            >>> table = [{"N": n, "D": d, "loss": ((6e13 / n) ** 0.75 + 2e13 / d) ** 0.1} for n, d in cells]
            >>> fit = lawbook.fit("kaplan2020/joint-loss", lawbook.runs(table, N="N", D="D"))
            >>> best = fit.optimum(C=1e21)
            >>> print(f"{best.exponent['N'].value:.3f}")  # 1 / (1 + 0.75)
            0.571
        """
        budgets = [*([] if budget is None else [budget]), *named.values()]
        if len(budgets) != 1:
            raise TypeError(f"found {len(budgets)} budgets, expected one, as in optimum(C=6e23)")
        if not (0 < budgets[0] < np.inf):
            raise ValueError(f"found the budget {plain(budgets[0])}, expected a finite number above 0")
        if len(self.law.x) != 2:
            raise TypeError(f"{self.law.name} has {len(self.law.x)} axis, expected two to split a budget between")
        log_budget = float(np.log(budgets[0]))
        split = self._split(cost)
        at, exponent = {}, {}
        for i, axis in enumerate(self.law.x.values()):

            def place(theta: Array, i: int = i) -> float:
                return split(theta, log_budget)[i]

            def power(theta: Array, i: int = i) -> float:
                return (split(theta, log_budget + NEAR)[i] - split(theta, log_budget - NEAR)[i]) / (2 * NEAR)

            at[axis] = self._with_interval(place, level)
            exponent[axis] = self._with_interval(power, level, is_log=False)
        loss = self._with_interval(lambda t: split(t, log_budget).loss, level)
        return Optimum(budgets[0], cost, at, loss, exponent, level)

    def _split(self, cost: str) -> Callable[[Array, float], Split]:
        """Maps parameters and the log of a budget to the best split of it."""
        first, second = self.law.x
        words = {word: s for s, axis in self.law.x.items() for word in {*self.law.formula.words(s), axis}}
        spent = Formula.parse(cost, words)
        middles = [float(np.mean(np.log(self.runs.x[axis]))) for axis in self.law.x.values()]
        around = middles[0], middles[1]
        starts: dict[float, float] = {}  # where the best split lies at the fitted parameters

        def log_cost(u: Array, v: Array) -> Array:
            values = {first: np.exp(u), second: np.exp(v)}
            return np.asarray(np.log(spent(**{word: values[words[word]] for word in spent.symbols})))

        at_cost = line(log_cost, around)

        def split(theta: Array, log_budget: float) -> Split:
            def law(u: Array, v: Array) -> Array:
                return self._log_law(theta, {first: np.exp(u), second: np.exp(v)})

            found = best(law, at_cost, log_budget, starts.get(log_budget, around[0]), near=log_budget in starts)
            starts.setdefault(log_budget, found.first)
            return found

        return split

    def _with_interval(self, number: Callable[[Array], float], level: float, *, is_log: bool = True) -> Prediction:
        """A number made from the parameters, or its exponential, with its error and interval."""
        value = number(self.theta)
        error, low, high = self._told(self._number(number), level)
        if not is_log:
            return Prediction(*(np.asarray(a) for a in (value, error, low, high)))
        with np.errstate(over="ignore", under="ignore"):
            return Prediction(
                *(np.asarray(a) for a in (np.exp(value), np.exp(value) * error, np.exp(low), np.exp(high)))
            )

    def against(self, what: Literal["reported"] = "reported") -> Against:
        """The fitted constants beside those that the paper and others report.

        Arguments:
            what: `reported`, what stands in the entry.

        Returns:
            A row a value; print it.

        Raises:
            ValueError: The entry has no reported value of a fitted constant.

        Examples:
            >>> import lawbook
            >>> sizes, tokens = [1e6, 4e6, 16e6], [1e8, 1e9, 1e10, 1e11]
            >>> cells = [(n, d) for n in sizes for d in tokens]
            >>> table = [{"N": n, "D": d, "loss": ((6e13 / n) ** 0.75 + 2e13 / d) ** 0.1} for n, d in cells]
            >>> fit = lawbook.fit("kaplan2020/joint-loss", lawbook.runs(table, N="N", D="D"))
            >>> row = fit.against("reported").rows[1]
            >>> row.symbol, row.by, row.value, row.meets
            ('alpha_D', 'kaplan2020', 0.103, False)
        """
        if what != "reported":
            raise ValueError(f"found {what!r}, expected 'reported'")
        intervals = self.interval()
        rows = []
        for one in self.law.law.reported:
            if one.symbol in intervals and not isinstance(one.value, str):
                assert one.symbol is not None
                by, where = self._by(one), ", ".join(part for part in (one.setting, one.where) if part)
                letter = self.law.letter(one.symbol)
                rows.append(Beside(letter, by, where, float(one.value), one.error, intervals[one.symbol]))
        if not rows:
            raise ValueError(f"the entry of {self.law.name} has no reported value of {', '.join(self.names)}")
        return Against(rows)

    def _by(self, one: Reported) -> str:
        return one.by or self.law.entry.paper

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw the runs with the fitted law, and by how much it misses them.

        Arguments:
            path: Where to write the figure, by its ending an SVG, PNG or PDF; None to get it back alone.

        Returns:
            The Matplotlib figure.

        Examples:
            >>> import lawbook
            >>> table = {"n": [1e3, 3e3, 1e4, 3e4, 1e5], "loss": [3.8, 2.71, 1.89, 1.36, 0.95]}
            >>> fit = lawbook.fit("hestness2017", lawbook.runs(table, n="n"), given={"floor": 0.0})
            >>> len(fit.plot().axes)
            2
        """
        from lawbook.own.figure import draw, save

        figure = draw(self)
        if path is not None:
            save(figure, path)
        return figure


def _between(found: Prediction) -> str:
    return between(float(found.low), float(found.high))


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def fit(
    law: str,
    runs: Runs,
    *,
    given: Mapping[str, float] | None = None,
    huber: float | None = None,
    scatter: Literal["equal", "unequal"] | None = None,
    root: str | Path | None = None,
) -> LawFit:
    """Fit a law of the book to runs, in the logarithm of the loss, from many starts.

    Arguments:
        law: `paper/law`, or `paper` for its main law; it needs a closed form.
        runs: From `lawbook.runs`; columns that the law has no symbol for are not used.
        given: Values of constants that are not to be fitted, by id or letter.
        huber: Fit by Huber's loss, which turns from square to linear at this residual of log loss (in units of the
            error where the runs have one): outliers then count little. Hoffmann et al. 2022 took 1e-3.
        scatter: Without given errors: `equal` if all runs have one relative error, `unequal` if each may have its own.
            By default `equal` below 12 runs, which cannot tell, and `unequal` from there on, and wherever runs have
            groups.
        root: The folder of the book, as for `lawbook.entry`.

    Returns:
        The law with its constants; print it.

    Raises:
        UnknownNameError: There is no such law; names the nearest.
        TypeError: A symbol without a column or a value.
        ValueError: The law has no closed form, there are no more runs (or groups) than constants, or options contradict
            each other.
        RuntimeError: No start leads to a minimum.

    Examples:
        >>> import lawbook
        >>> sizes, tokens = [1e6, 4e6, 16e6], [1e8, 1e9, 1e10, 1e11]
        >>> table = [{"N": n, "D": d, "loss": ((6e13 / n) ** 0.75 + 2e13 / d) ** 0.1} for n in sizes for d in tokens]
        >>> fit = lawbook.fit("kaplan2020/joint-loss", lawbook.runs(table, N="N", D="D"))
        >>> {name: round(value, 4) for name, value in fit.values.items() if name.startswith("alpha")}
        {'alpha_N': 0.075, 'alpha_D': 0.1}
    """
    require("fit", "scipy")
    if not isinstance(runs, Runs):
        raise TypeError(f"found {type(runs).__name__} as runs, expected what lawbook.runs(…) returns")
    task = unfitted(law, tuple(runs.x), given, root=root)
    check_options(known=runs.error is not None and runs.group is None, scatter=scatter, huber=huber)
    names = tuple(task.free)
    count, what = (len(runs), "runs") if runs.group is None else (len(np.unique(runs.group)), "groups of runs")
    if count <= len(names):
        raise ValueError(
            f"found {count} {what} for the {len(names)} constants of {task.name} ({', '.join(names)}), expected more "
            f"{what}, or some constants as given={{…}}"
        )
    if huber is not None and count < A_CONSTANT * len(names):
        raise ValueError(f"{few_to_draw(count, len(names))}: errors of a fit by Huber's loss come from there")
    positive = np.array([name in task.positive for name in names])
    if runs.group is not None:
        scatters: Literal["known", "equal", "unequal"] = "unequal"
    elif runs.error is not None:
        scatters = "known"
    else:
        scatters = scatter or ("equal" if len(runs) < FEW else "unequal")
    blank = LawFit(task, runs, names, np.zeros(len(names)), positive, huber, scatters)
    return replace(blank, theta=solve(blank), _cache={})
