"""Least squares on problems whose errors and whose undetermined directions are known."""

import doctest

import numpy as np
import pytest
from lawbook import least_squares
from lawbook.least_squares import Estimate, central_differences, column, quantile, solve

U = np.linspace(-1, 1, 20)
LINE = np.stack([np.ones(20), U], axis=1)


def line(y, design=LINE, **options):
    names = [f"p{i}" for i in range(design.shape[1])]
    start = np.zeros(design.shape[1])
    return solve(names, lambda theta: design @ theta - y, lambda theta: design, [start], **options)


def test_one_scatter_is_the_textbook_covariance():
    y = 1 + 2 * U + np.random.default_rng(0).normal(size=20)
    found = line(y, scatter="equal")
    theta, rest = np.linalg.lstsq(LINE, y, rcond=None)[:2]
    np.testing.assert_allclose(found.values, theta)
    np.testing.assert_allclose(found.covariance, rest[0] / 18 * np.linalg.inv(LINE.T @ LINE), atol=1e-12)
    np.testing.assert_allclose(line(y, known=True).covariance, np.linalg.inv(LINE.T @ LINE), atol=1e-12)
    assert (found.freedom, line(y, known=True).freedom) == (18, np.inf)


def test_the_sandwich_is_hc3():
    y = 1 + 2 * U + (1 + U) * np.random.default_rng(1).normal(size=20)
    inverse = np.linalg.inv(LINE.T @ LINE)
    theta = inverse @ LINE.T @ y
    own = (y - LINE @ theta) / (1 - np.diag(LINE @ inverse @ LINE.T))
    expected = inverse @ (LINE.T * own**2) @ LINE @ inverse
    np.testing.assert_allclose(line(y, scatter="unequal").covariance, expected, rtol=1e-9)
    np.testing.assert_allclose(line(y).covariance, expected, rtol=1e-9)  # the default for 20 points
    few = line(y[:11], LINE[:11])
    np.testing.assert_allclose(few.covariance, line(y[:11], LINE[:11], scatter="equal").covariance)


def test_units_of_the_parameters_change_nothing():
    y = 1 + 2 * U + np.random.default_rng(2).normal(size=20)
    units = np.array([1e-30, 1e20])
    found = line(y, LINE * units, scale=lambda theta: 1 / units)
    np.testing.assert_allclose(found.values * units, line(y).values, rtol=1e-9)
    np.testing.assert_allclose(found.errors * units, line(y).errors, rtol=1e-9)
    assert not found.undetermined


def test_what_no_point_feels_has_infinite_error_and_a_reason():
    design = np.stack([np.ones(20), U, U, 0 * U], axis=1)  # the sum of the second and the third, never the fourth
    found = line(1 + 2 * U + 0.1 * np.random.default_rng(3).normal(size=20), design)
    assert np.isfinite(found.errors[0])
    assert np.all(np.isinf(found.errors[1:]))
    assert found.undetermined == {
        "p1": "no point feels it if p2 may move along",
        "p2": "no point feels it if p1 may move along",
        "p3": "no point feels it",
    }
    assert np.isinf(found.covariance[1, 1])
    assert np.isnan(found.covariance[0, 1])
    assert np.isfinite(found.covariance[0, 0])
    together, alone, never = found.error_of(np.array([[0.0, 1, 1, 0], [0, 1, 0, 0], [1, 0, 0, 1]]))
    assert together == pytest.approx(line(1 + 2 * U + 0.1 * np.random.default_rng(3).normal(size=20)).errors[1])
    assert np.isinf(alone)
    assert np.isinf(never)
    assert found.freedom == 18


def test_nearly_the_same_is_not_the_same():
    """Two columns that differ by a thousandth: large errors, but finite ones."""
    design = np.stack([np.ones(20), U, U + 1e-3 * U**2], axis=1)
    found = line(1 + 2 * U + 0.1 * np.random.default_rng(4).normal(size=20), design)
    assert not found.undetermined
    assert np.all(found.errors[1:] > 10)


def test_huber_is_the_least_of_hubers_loss():
    """Huber's loss is convex for a line, so every smaller value of it would be found by a general minimiser."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(5)
    y = 1 + 2 * U + rng.standard_t(1.5, size=20)
    for turn in (1e-3, 0.3, 100.0):
        found = line(y, huber=turn)
        start = found.values + 0.1
        other = minimize(
            lambda t, d=turn: least_squares._cost(LINE @ t - y, d), start, method="Nelder-Mead", options={"xatol": 1e-9}
        )
        assert found.cost <= other.fun * (1 + 1e-6)
    np.testing.assert_allclose(found.values, line(y).values, atol=1e-6)  # no residual beyond the turn
    np.testing.assert_allclose(line(y, huber=1e6).covariance, line(y).covariance, rtol=1e-3)


def coverage(found, truth, level):
    low, high = found.interval(level)[1]
    return low <= truth <= high


@pytest.mark.parametrize("turn", [0.03, 1.0])
def test_errors_of_a_robust_fit_cover(turn):
    rng = np.random.default_rng(6)
    design = np.stack([np.ones(60), np.linspace(-1, 1, 60)], axis=1)
    found = [line(design @ [1, 2] + rng.standard_t(2, size=60), design, huber=turn) for _ in range(100)]
    assert np.mean([coverage(f, 2, 0.95) for f in found]) == pytest.approx(0.95, abs=0.06)
    assert np.mean([coverage(f, 2, 0.6827) for f in found]) == pytest.approx(0.68, abs=0.13)
    spread = np.std([f.values[1] for f in found])
    plain = np.std([np.linalg.lstsq(design, f.jacobian @ f.values - f.residual, rcond=None)[0][1] for f in found])
    assert spread < 0.75 * plain  # what robustness is for


def test_resampled_points_give_the_spread():
    rng = np.random.default_rng(7)
    y = 1 + 2 * U + 0.3 * rng.normal(size=20)
    found = line(y, bootstrap=rng)
    assert found.errors == pytest.approx(line(y, scatter="unequal").errors, rel=0.35)
    assert found.draws.shape == (400, 2)
    assert found.freedom == 18
    with pytest.raises(ValueError, match="found 5 points and 400 draws, expected at least 6 points"):
        line(y[:5], LINE[:5], bootstrap=rng)
    with pytest.raises(ValueError, match="2 draws to resample"):
        line(y, bootstrap=rng, draws=1)


def wells(theta):
    """A well at 3 and a shallow one at -1; beyond -5 no value at all."""
    return np.array([np.sqrt(theta[0] + 5) * 0, (theta[0] - 3) * (theta[0] + 1), 0.3 * (theta[0] - 3)])


def slopes(theta):
    return np.array([[0.0], [2 * theta[0] - 2], [0.3]])


def test_the_best_of_several_starts_counts():
    assert solve(["t"], wells, slopes, [[-1.5]]).values == pytest.approx([-1], abs=0.1)
    assert solve(["t"], wells, slopes, [[-1.5], [0.5], [2.0]]).values == pytest.approx([3])
    assert solve(["t"], wells, slopes, [[-9.0], [2.0]]).values == pytest.approx([3])  # the first has no value


def test_no_minimum_is_an_error_not_a_number():
    with pytest.raises(RuntimeError, match="no minimum from 1 starts"):
        solve(["t"], lambda theta: np.full(3, np.nan) * theta, slopes, [[-9.0]])
    with pytest.raises(RuntimeError, match="no point feels any parameter"):
        line(np.ones(20), np.zeros((20, 2)))


def test_contradicting_options_are_refused():
    with pytest.raises(ValueError, match="given errors and scatter='equal', expected one"):
        line(U, known=True, scatter="equal")
    with pytest.raises(ValueError, match="scatter='same', expected 'equal', 'unequal'"):
        line(U, scatter="same")
    for turn in (0, -1, np.inf, np.nan):
        with pytest.raises(ValueError, match="found huber="):
            line(U, huber=turn)


def test_a_point_that_a_parameter_follows_wholly_gets_the_pooled_scatter():
    """Its residual is 0 whatever happens: by its own scatter the error of that parameter would be 0."""
    design = np.stack([np.ones(20), np.eye(20)[0]], axis=1)
    y = np.random.default_rng(8).normal(size=20)
    assert line(y, design, scatter="unequal").errors[1] == pytest.approx(np.std(y[1:], ddof=1), rel=0.1)


def test_quantiles_are_students():
    assert quantile(0.95, np.inf) == pytest.approx(1.959964)
    assert quantile(0.95, 4) == pytest.approx(2.776445)
    assert quantile(0.5, 1) == pytest.approx(1)  # Cauchy
    for level in (0, 1, 95, np.nan):
        with pytest.raises(ValueError, match="expected a probability between 0 and 1"):
            quantile(level, 4)


def test_differences_are_derivatives_in_any_unit():
    for unit in (1e-30, 1.0, 1e20):
        at, scale = np.array([2.0 * unit, -3.0]), np.array([unit, 1.0])
        found = central_differences(lambda theta: theta[0] ** 3 * theta[1] + 0 * U, at, scale)
        np.testing.assert_allclose(found, np.tile([-36 * unit**2, 8 * unit**3], (20, 1)), rtol=1e-8)
    assert central_differences(lambda t: np.log(t), np.array([0.0]), np.array([1.0])) == 0  # no value on one side


def test_a_column_is_positive_and_finite():
    np.testing.assert_array_equal(column(np.float32([1, 2]), "x"), [1.0, 2.0])
    assert column(np.float32([1, 2]), "x").dtype == np.float64
    with pytest.raises(ValueError, match=r"found x of shape \(1, 2\), expected one number a point"):
        column([[1, 2]], "x")
    for bad in (0, -1, np.nan, np.inf):
        with pytest.raises(ValueError, match=f"found x = {float(bad)} at point 1, expected finite values above 0"):
            column([1, bad, bad], "x")


def test_a_prediction_has_a_band_in_the_logarithm():
    found = Estimate(("a",), np.array([0.0]), np.ones((4, 1)), np.ones(4), "known", None, np.ones(1), 1e-10)
    value, error, low, high = found.predict(np.array([0.0, np.log(2)]), np.ones((2, 1)), 0.6827)
    np.testing.assert_allclose(value, [1, 2])
    np.testing.assert_allclose(error, [0.5, 1])  # a mean of four
    np.testing.assert_allclose(low, value * np.exp(-0.5), rtol=1e-4)
    np.testing.assert_allclose(high, value * np.exp(0.5), rtol=1e-4)


def test_examples_run():
    done = doctest.testmod(least_squares)
    assert done.attempted >= 8
    assert not done.failed
