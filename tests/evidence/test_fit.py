"""Fits of a law's own formula: the constants, whether their errors cover, and what is refused."""

import doctest

import numpy as np
import pytest
from lawbook.evidence import fit as module
from lawbook.evidence.fit import fit_formula
from lawbook.reference.formula import Formula

POWER = Formula.parse("a*x**(-b)", {"a", "b", "x"})
X = np.geomspace(1, 100, 12)
Y = 3 * X**-0.7 * np.exp(0.05 * np.random.default_rng(1).standard_normal(12))
START = {"a": 1.0, "b": 0.3}


def fit(y=Y, *, x=X, formula=POWER, free=START, **options):
    return fit_formula(formula, x={"x": x}, y=y, free=free, given={}, **options)


def share_inside(fits, name, truth, level):
    ends = np.array([found.interval(level)[name] for found in fits])
    return 100 * np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))


@pytest.mark.parametrize("points", [6, 12])
def test_intervals_cover(points):
    """Two standard errors of six points cover 88 %."""
    x = np.geomspace(1, 100, points)
    rng = np.random.default_rng(2)
    fits = [fit(3 * x**-0.7 * np.exp(0.05 * rng.standard_normal(points)), x=x) for _ in range(150)]
    assert share_inside(fits, "b", 0.7, 0.95) == pytest.approx(95, abs=4)
    assert share_inside(fits, "a", 3.0, 0.95) == pytest.approx(95, abs=4)
    assert share_inside(fits, "b", 0.7, 0.6827) == pytest.approx(70, abs=9)


def test_intervals_cover_where_points_scatter_unequally():
    """One scatter for all of them covers 89 and 57 %."""
    x = np.geomspace(1, 100, 30)
    rng = np.random.default_rng(3)
    fits = [fit(3 * x**-0.7 * np.exp(0.02 * x**0.5 * rng.standard_normal(30)), x=x) for _ in range(150)]
    assert share_inside(fits, "b", 0.7, 0.95) == pytest.approx(95, abs=4.5)
    assert share_inside(fits, "b", 0.7, 0.6827) == pytest.approx(68, abs=9)


def test_errors_are_those_of_a_straight_line():
    u = np.log(X) - np.log(X).mean()
    slope, height = np.polyfit(u, np.log(Y), 1)
    residual = np.log(Y) - slope * u - height
    found = fit(scatter="equal")
    assert found.errors["b"] == pytest.approx(np.sqrt(residual @ residual / 10 / (u @ u)), rel=1e-6)
    assert found.covariance[1, 1] == pytest.approx(found.errors["b"] ** 2)
    assert found.covariance[0, 1] > 0  # a steeper law starts higher


@pytest.mark.parametrize(
    "free",
    [{"a": a, "b": b} for a in (1.0, 1e-30, 1e100) for b in (0.3, 1e-9, 500.0, 1e9, -1e9)],
)
def test_a_far_start_ends_at_the_same_constants(free):
    found = fit(free=free)
    assert found.values == pytest.approx(fit().values, rel=1e-5)
    assert found.errors == pytest.approx(fit().errors, rel=1e-4)


def test_no_start_is_an_error_not_a_number():
    with pytest.raises(RuntimeError, match="no minimum from 25 starts"):
        fit(formula=Formula.parse("log(0*x)+a", {"a", "x"}), free={"a": 1.0})
    with pytest.raises(RuntimeError, match="no point feels any parameter"):
        fit(formula=Formula.parse("x + 0*a", {"a", "x"}), free={"a": 1.0})


def test_what_the_points_do_not_determine_has_infinite_error():
    product = fit(formula=Formula.parse("a*c*x**(-b)", {"a", "b", "c", "x"}), free={**START, "c": 2.0})
    assert product.errors["b"] == pytest.approx(fit().errors["b"], rel=0.2)
    assert product.errors["a"] == product.errors["c"] == np.inf
    assert product.undetermined["a"] == "no point feels it if c may move along"
    assert product.interval()["a"] == (0, np.inf)
    assert product.predict(x=10.0).error == pytest.approx(fit().predict(x=10.0).error, rel=0.2)
    unused = fit(formula=Formula.parse("a*x**(-b) + 0*c", {"a", "b", "c", "x"}), free={**START, "c": -2.0})
    assert unused.undetermined == {"c": "no point feels it"}
    assert unused.errors == pytest.approx({**fit().errors, "c": np.inf}, rel=0.2)
    at_one_x = fit(x=np.full(12, 3.0))
    assert set(at_one_x.undetermined) == {"a", "b"}
    assert at_one_x.predict(x=3.0).error < 10
    assert at_one_x.predict(x=30.0).error == np.inf


def test_a_constant_that_the_points_push_to_nothing_is_zero_with_the_error_of_one_that_may_leave_it():
    bent = 3 * X**-0.7 * np.exp(-0.02 * np.log(X) ** 2)  # steeper and steeper: every floor makes the fit worse
    with_floor = Formula.parse("a*x**(-b)+c", {"a", "b", "c", "x"})
    found = fit(bent, formula=with_floor, free={**START, "c": 0.1})
    assert found.values["c"] == 0
    assert found.values["b"] == pytest.approx(fit(bent).values["b"], rel=1e-5)
    free = fit(bent, formula=with_floor, free={**START, "c": -0.01})  # below 0 it is a number like any other
    assert 1 <= found.errors["c"] / free.errors["c"] < 4  # what the zero leaves unexplained counts as scatter
    assert found.errors["b"] > 1.5 * fit(bent).errors["b"]  # it no longer takes the floor for known


def test_an_exponent_that_is_zero_is_measured_as_zero():
    flat = 2 * np.exp(0.01 * np.random.default_rng(0).standard_normal(12)) * X**0.005
    found = fit(flat, free={"a": 1.0, "b": 0.4})
    straight = fit(flat, free={"a": 1.0, "b": 0.0})
    assert straight.values["b"] < 0
    assert found.values["b"] == 0
    assert 1 <= found.errors["b"] / straight.errors["b"] < 4
    assert found.undetermined == {}


def test_predictions_cover_beyond_the_points():
    rng = np.random.default_rng(4)
    inside = []
    for _ in range(150):
        found = fit(3 * X**-0.7 * np.exp(0.05 * rng.standard_normal(12)))
        there = found.predict(x=np.array([10.0, 1e4]))
        truth = 3 * np.array([10.0, 1e4]) ** -0.7
        inside.append((there.low <= truth) & (truth <= there.high))
    np.testing.assert_allclose(100 * np.mean(inside, axis=0), 95, atol=4.5)
    np.testing.assert_allclose(there.value, found(x=np.array([10.0, 1e4])))
    with pytest.raises(ValueError, match="no finite value"):
        found.predict(x=-1.0)


@pytest.mark.parametrize(("x_unit", "y_unit"), [(1, 1e-30), (1e20, 1), (1e-20, 1e30)])
def test_units_and_single_precision_change_nothing(x_unit, y_unit):
    here, there = fit(), fit(np.float32(Y * y_unit), x=np.float32(X * x_unit))
    assert there.values["b"] == pytest.approx(here.values["b"], rel=1e-5)
    assert there.errors["b"] == pytest.approx(here.errors["b"], rel=1e-4)
    np.testing.assert_allclose(there(x=X * x_unit), here(x=X) * y_unit, rtol=1e-5)


def test_a_robust_fit_leaves_an_outlier_out():
    spoilt = Y * np.where(np.arange(12) == 11, 20, 1)
    assert fit(spoilt).values["b"] < 0.55
    assert fit(spoilt, huber=0.01).values["b"] == pytest.approx(0.7, abs=0.02)


def test_errors_from_points_drawn_anew():
    drawn = fit(bootstrap=np.random.default_rng(0))
    assert drawn.values == fit().values
    assert drawn.errors["b"] == pytest.approx(fit().errors["b"], rel=0.5)


def test_a_fit_refuses_symbols_it_cannot_place():
    x = {"x": X}
    with pytest.raises(TypeError, match="needs a value for b"):
        fit_formula(POWER, x=x, y=Y, free={"a": 1.0}, given={})
    with pytest.raises(KeyError, match="has no symbol 'c'"):
        fit_formula(POWER, x=x, y=Y, free={**START, "c": 1.0}, given={})
    with pytest.raises(TypeError, match="found b in more than one of x, free and given"):
        fit_formula(POWER, x=x, y=Y, free=START, given={"b": 0.7})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"y": [1, 2], "x": [1, 2]}, "found 2 points for 2 free symbols"),
        ({"y": np.where(X > 50, -1, Y)}, "found y = -1.0 at point 10, expected finite values above 0"),
        ({"y": np.where(X > 50, np.inf, Y)}, "found y = inf at point 10"),
        ({"y": Y[:, None]}, r"found y of shape \(12, 1\)"),
        ({"x": X[:, None]}, r"found x of shape \(12, 1\) for y of shape \(12,\)"),
        ({"x": 3.0}, r"found x of shape \(\) for y"),
        ({"x": np.where(X > 50, np.nan, X)}, "found x = nan among the points"),
        ({"free": {"a": np.nan, "b": 0.3}}, "found a = nan, expected one finite number"),
        ({"free": {"a": 1.0, "b": [0.3, 0.4]}}, r"found b = \[0.3, 0.4\], expected one finite number"),
        ({"free": {}, "formula": Formula.parse("x", {"x"})}, "found 12 points for 0 free symbols"),
        ({"huber": -1.0}, "found huber=-1.0"),
        ({"scatter": "some"}, "found scatter='some'"),
    ],
)
def test_a_fit_refuses_numbers_that_cannot_be_fitted(changed, message):
    with pytest.raises(ValueError, match=message):
        fit(**changed)


def test_examples_run():
    done = doctest.testmod(module)
    assert done.attempted >= 8
    assert not done.failed
