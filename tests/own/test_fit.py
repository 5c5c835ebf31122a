"""Laws fitted to runs: what comes back from what runs were made of, and what is said where they tell too little."""

from __future__ import annotations

import doctest
import warnings
from pathlib import Path

import lawbook
import numpy as np
import pytest
from lawbook import fit, runs
from lawbook.own import held_out, optimum, solved, text
from lawbook.own.solved import ExtrapolationWarning

POWER = "hestness2017/learning-curve-power-law"
JOINT = "kaplan2020/joint-loss"
N, D = (a.ravel() for a in np.meshgrid(np.geomspace(1e6, 1e9, 5), np.geomspace(1e8, 1e11, 5)))
WIGGLE = np.exp(0.003 * np.cos(np.arange(25.0) ** 2))
LOSS = ((6e13 / N) ** 0.75 + 2e13 / D) ** 0.1 * WIGGLE


def surface(**more: np.ndarray) -> lawbook.Runs:
    return runs({"N": N, "D": D, "loss": LOSS, **more}, N="N", D="D")


def curve(points: int = 12, floor: float = 0.3, size: float = 0.01, seed: int = 0) -> lawbook.Runs:
    n = np.geomspace(1e3, 1e6, points)
    loss = (20 * n**-0.35 + floor) * np.exp(size * np.random.default_rng(seed).standard_normal(points))
    return runs({"n": n, "loss": loss}, n="n")


@pytest.mark.parametrize("module", [held_out, optimum, solved, text])
def test_the_examples_run(module: object) -> None:
    assert doctest.testmod(module).failed == 0


def test_what_runs_were_made_of_comes_back() -> None:
    found = fit(JOINT, surface())
    low, high = found.interval()["alpha_N"]
    assert low < 0.075 < high
    assert high - low < 0.01
    assert found.rms == pytest.approx(0.002, abs=0.001)
    assert found.undetermined == {}
    assert found(N=1e8, D=1e10) == pytest.approx(((6e13 / 1e8) ** 0.75 + 2e13 / 1e10) ** 0.1, rel=0.01)


@pytest.mark.parametrize("unit", [1e-9, 1e-6, 1.0, 1e6])
def test_units_of_the_columns_do_not_matter(unit: float) -> None:
    """Sizes in millions, tokens in billions: the constants move by orders of magnitude, the exponents do not."""
    plain = fit(JOINT, surface()).values
    other = fit(JOINT, runs({"N": N * unit, "D": D / unit, "loss": LOSS}, N="N", D="D")).values
    assert other["alpha_N"] == pytest.approx(plain["alpha_N"], rel=1e-4)
    assert other["N_c"] == pytest.approx(plain["N_c"] * unit, rel=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_no_better_end_is_missed(seed: int) -> None:
    """From the very constants that the runs were made of one gets no lower."""
    from lawbook import profile

    rng = np.random.default_rng(seed)
    truth = {"amplitude": 10 ** rng.uniform(-3, 6), "data_exponent": -rng.uniform(0.05, 0.9), "floor": 0.0}
    n = np.geomspace(1e2, 1e7, 15)
    power = truth["amplitude"] * n ** truth["data_exponent"]
    truth["floor"] = float(power[-1] * rng.uniform(0.1, 2))
    loss = (power + truth["floor"]) * np.exp(0.01 * rng.standard_normal(15))
    found = fit(POWER, runs({"n": n, "loss": loss}, n="n"))
    at = np.array([np.log(truth[x]) if p else truth[x] for x, p in zip(found.names, found.positive, strict=True)])
    assert found._problem.cost(found.theta) <= profile.minimise(found._problem, at)[1] * (1 + 1e-6)


def test_a_floor_that_the_runs_do_not_show_reaches_down_to_nothing() -> None:
    found = fit(POWER, curve(floor=0.0, size=0.02))
    low, high = found.interval()["floor"]
    assert low == 0
    assert 0 < high < 1
    assert "0 fits as well" in found.undetermined["floor"]
    assert "not determined: " in str(found)


def test_what_no_run_feels_has_an_infinite_interval() -> None:
    """All runs with one number of tokens tell nothing of the exponent in tokens."""
    few = surface().keep(np.isclose(D, 1e8))
    found = fit("kaplan2020/loss-vs-data", few)
    assert {ends[1] for ends in found.interval().values()} == {np.inf}
    assert set(found.undetermined) == {"alpha_D", "D_c"}
    assert found.errors == {"alpha_D": np.inf, "D_c": np.inf}
    assert "above" in str(found)
    near = found.predict(D=1e8)  # but the loss there is known
    assert near.high / near.low < 2


def test_errors_weigh_and_are_believed() -> None:
    n = np.geomspace(1e3, 1e6, 12)
    loss = 20 * n**-0.35
    loss[-1] *= 1.5
    error = 0.01 * loss
    error[-1] = loss[-1]  # the last one is hardly known
    found = fit(POWER, runs({"n": n, "loss": loss, "e": error}, n="n", error="e"), given={"floor": 0.0})
    assert found.values["data_exponent"] == pytest.approx(-0.35, abs=0.002)
    twice = fit(POWER, runs({"n": n, "loss": loss, "e": 2 * error}, n="n", error="e"), given={"floor": 0.0})
    ends, wider = (np.ptp(one.interval()["data_exponent"]) for one in (found, twice))
    assert wider == pytest.approx(2 * ends, rel=0.02)


def test_a_run_in_a_hundred_that_went_wrong_counts_little_with_huber() -> None:
    n = np.geomspace(1e3, 1e6, 40)
    loss = 20 * n**-0.35 * np.exp(0.002 * np.random.default_rng(0).standard_normal(40))
    loss[3] *= 2
    table = runs({"n": n, "loss": loss}, n="n")
    squares, robust = (fit(POWER, table, given={"floor": 0.0}, huber=h) for h in (None, 0.002))
    assert abs(robust.values["data_exponent"] + 0.35) < 0.001 < abs(squares.values["data_exponent"] + 0.35)
    low, high = robust.interval()["data_exponent"]
    assert low < -0.35 < high
    assert "Huber’s loss" in str(robust)


def test_runs_of_a_group_do_not_count_as_many() -> None:
    """Twelve trainings of which each gives four runs with one common error."""
    n = np.repeat(np.geomspace(1e3, 1e6, 12), 4)
    rng = np.random.default_rng(1)
    loss = 20 * n**-0.35 * np.exp(np.repeat(0.02 * rng.standard_normal(12), 4) + 0.001 * rng.standard_normal(48))
    table = {"n": n, "loss": loss, "run": np.repeat(np.arange(12), 4)}
    alone = fit(POWER, runs(table, n="n"), given={"floor": 0.0})
    together = fit(POWER, runs(table, n="n", group="run"), given={"floor": 0.0})
    widths = [np.ptp(one.interval()["data_exponent"]) for one in (alone, together)]
    assert widths[1] > 1.5 * widths[0]
    assert together.bootstrap()["data_exponent"] > 1.5 * alone.bootstrap()["data_exponent"]
    assert "in 12 groups" in str(together)


def test_bootstrap_and_sandwich_agree_where_all_is_well() -> None:
    found = fit(POWER, curve(points=60, floor=0.0), given={"floor": 0.0})
    assert found.bootstrap()["data_exponent"] == pytest.approx(found.errors["data_exponent"], rel=0.2)


def test_the_same_runs_give_the_same_bytes() -> None:
    first, second = (str(fit(POWER, curve(points=30))) for _ in range(2))
    assert first == second


def test_held_out_errors_tell_an_overfit() -> None:
    found = fit(POWER, curve(points=30))
    held = found.held_out()
    assert found.rms < held.each < 2 * found.rms
    assert held.largest is not None
    assert held.misses.shape == (30,)
    assert fit(POWER, curve(points=4)).held_out_or_none() is None
    assert "too few to hold some out" in str(fit(POWER, curve(points=4)))


def test_predictions_widen_and_warn() -> None:
    found = fit(POWER, curve(points=12))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        near = found.predict(n=[1e4, 9e6])
    assert near.value.shape == (2,)
    assert np.all((near.low < near.value) & (near.value < near.high))
    with pytest.warns(ExtrapolationWarning, match="n is 100 times beyond the runs"):
        far = found.predict(n=1e8)
    assert far.high / far.low > near.high[0] / near.low[0]
    with pytest.warns(ExtrapolationWarning, match="n is 100 times beyond"):
        found.predict(n=10.0)


def test_the_best_split_is_that_of_the_closed_form() -> None:
    """Of Kaplan's surface with N_c, D_c, alphas known: N grows as C^(1 / (1 + alpha_N / alpha_D))."""
    exact = fit(JOINT, runs({"N": N, "D": D, "loss": LOSS / WIGGLE}, N="N", D="D"))
    best = exact.optimum(C=1e21)
    ratio, product = 0.75, 1e21 / 6
    # d/du of (N_c / N)^r + D_c / D with N D fixed: r (N_c / N)^r = D_c / D
    size = (ratio * 6e13**ratio * product / 2e13) ** (1 / (1 + ratio))
    assert float(best.at["N"].value) == pytest.approx(size, rel=1e-3)
    assert float(best.at["D"].value) == pytest.approx(product / size, rel=1e-3)
    assert float(best.exponent["N"].value) == pytest.approx(1 / (1 + ratio), abs=1e-4)
    assert float(best.exponent["N"].value + best.exponent["D"].value) == pytest.approx(1)
    noisy = fit(JOINT, surface()).optimum(1e21)
    assert noisy.at["N"].low < size < noisy.at["N"].high
    assert "the best use of 6*N*D" in str(noisy)


def test_another_cost_may_be_minded() -> None:
    exact = fit(JOINT, runs({"N": N, "D": D, "loss": LOSS / WIGGLE}, N="N", D="D"))
    usual = exact.optimum(1e21)
    inference = exact.optimum(1e21, cost="6*N*D + 2*N*1e10")  # who serves a model trains a smaller one for longer
    assert inference.at["N"].value < usual.at["N"].value
    assert float(6 * inference.at["N"].value * (inference.at["D"].value + 1e10 / 3)) == pytest.approx(1e21)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda f: f.optimum(), TypeError, "found 0 budgets"),
        (lambda f: f.optimum(1e21, C=2), TypeError, "found 2 budgets"),
        (lambda f: f.optimum(-1), ValueError, "expected a finite number above 0"),
        (lambda f: f.optimum(1e21, cost="6*N*tok"), lawbook.FormulaError, "tok"),
        (lambda f: f.predict(N=1e9), TypeError, "expected a value for each of N, D"),
        (lambda f: f.predict(N=1e9, D=-1), ValueError, "found D at or below 0"),
        (lambda f: f.predict(level=95, N=1e9, D=1e9), ValueError, "expected a probability"),
        (lambda f: f.predict(N=1e9, M=3), TypeError, "has no symbol 'M'"),
        (lambda f: f.against("measured"), ValueError, "expected 'reported'"),
    ],
)
def test_what_cannot_be_asked_of_a_fit(call, error: type[Exception], said: str) -> None:
    found = fit(JOINT, surface())
    with pytest.raises(error) as caught:
        call(found)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("law", "table", "options", "error", "said"),
    [
        ("kaplan2020/joint-los", surface, {}, KeyError, "did you mean 'joint-loss'"),
        ("kaplan2021", surface, {}, KeyError, "did you mean 'kaplan2020'"),
        ("papyan2020", surface, {}, TypeError, "has none of the symbols N, D"),
        (JOINT, lambda: surface().rows([0, 1, 2]), {}, ValueError, "found 3 runs for the 4 constants"),
        (JOINT, surface, {"given": {"alpha": 1}}, TypeError, "no symbol 'alpha'"),
        (JOINT, surface, {"given": {"N": 1}}, TypeError, "as a column and as a number"),
        (JOINT, lambda: runs({"N": N, "loss": LOSS}, N="N"), {}, TypeError, "needs a column or a number for tokens"),
        (JOINT, surface, {"huber": -1.0}, ValueError, "expected a number above 0"),
        (JOINT, lambda: surface().rows(range(11)), {"huber": 0.01}, ValueError, "expected 3 a constant"),
        (JOINT, surface, {"scatter": "some"}, ValueError, "expected 'equal', 'unequal' or None"),
        (JOINT, lambda: {"N": N}, {}, TypeError, "expected what lawbook.runs"),
        (POWER, curve, {"given": {"amplitude": 1, "data_exponent": -1, "floor": 0}}, ValueError, "no constant left"),
    ],
)
def test_what_cannot_be_fitted(law: str, table, options: dict, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        fit(law, table(), **options)
    assert said in str(caught.value)


def test_reported_values_stand_beside() -> None:
    found = fit(JOINT, surface()).against("reported")
    rows = {row.symbol: row for row in found.rows}
    assert rows["alpha_N"].value == 0.076
    assert not rows["alpha_N"].meets  # the runs know it to 0.0005
    assert rows["alpha_N"]._replace(error=0.001).meets
    assert rows["alpha_N"]._replace(value=0.0755).meets
    assert "Table 2" in rows["alpha_N"].setting
    assert "kaplan2020" in str(found)
    with pytest.raises(ValueError, match="has no reported value"):
        fit(POWER, curve(), given={"floor": 0.0}).against()


def test_the_figure_is_the_same_each_time(tmp_path: Path) -> None:
    found = fit(JOINT, surface())
    for name in ("a.svg", "b.svg"):
        found.plot(tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    one = fit(POWER, curve(), given={"floor": 0.0})
    one.plot(tmp_path / "c.png")
    assert (tmp_path / "c.png").stat().st_size > 10_000


def test_a_fit_is_judged_by_a_check_that_asks_for_one() -> None:
    """Networks that the fit has not seen, held against it; and not against another law's."""
    seen = np.geomspace(1e3, 1e5, 8)
    table = runs({"N": seen, "loss": (6e5 / seen) ** 0.1}, N="N")
    found = fit("kaplan2020/loss-vs-parameters", table)
    check, at = "kaplan2020/larger-networks", {"N": [1e6]}
    judged = lawbook.judge(check, measured=[0.6**0.1], error=[0.001], given=at, fit=found)
    assert judged.verdict == "holds"
    off = lawbook.judge(check, measured=[1.1 * 0.6**0.1], error=[0.001], given=at, fit=found)
    assert off.verdict == "fails"
    with pytest.raises(ValueError, match="found a fit of kaplan2020/joint-loss, expected one of"):
        lawbook.judge(check, measured=[1.0], error=[0.001], given=at, fit=fit(JOINT, surface()))
