"""Power-law fits on synthetic data of known exponent: the value, and whether the stated error covers it."""

import numpy as np
import pytest
from lawbook.measure import powerlaw

X = np.geomspace(10, 1000, 8)


def test_exact_data_gives_the_exact_law():
    law = powerlaw.fit(X, 3 * X**-0.7)
    assert law.exponent == pytest.approx(-0.7, abs=1e-12)
    assert law.amplitude == pytest.approx(3, rel=1e-12)
    assert law.exponent_error < 1e-12
    np.testing.assert_allclose(law(X), 3 * X**-0.7)


def test_exact_data_with_a_floor():
    law = powerlaw.fit(X, 3 * X**-0.7 + 0.05, floor=True)
    assert law.exponent == pytest.approx(-0.7, abs=1e-8)
    assert law.floor == pytest.approx(0.05, rel=1e-8)
    assert powerlaw.fit(X, 3 * X**-0.7 + 0.05).exponent > -0.6  # what leaving the floor out would give


def test_error_of_the_slope_is_the_textbook_one():
    y = np.exp(np.random.default_rng(0).normal(size=8)) * X
    u = np.log(X)
    slope, intercept = np.polyfit(u, np.log(y), 1)
    residual = np.log(y) - slope * u - intercept
    expected = np.sqrt(residual @ residual / 6 / np.sum((u - u.mean()) ** 2))
    assert powerlaw.fit(X, y).exponent_error == pytest.approx(expected, rel=1e-10)


def share_inside(laws, truth, level, name="exponent"):
    """In per cent."""
    ends = np.array([law.interval(level)[name] for law in laws])
    return 100 * np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))


NOISE = {"gaussian": lambda rng, k: rng.normal(size=k), "heavy tails": lambda rng, k: rng.standard_t(3, size=k)}


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("points", [6, 8, 12, 30])
def test_intervals_cover(points, noise):
    """Two standard errors of six points cover 88 %, one of them 63 %: too little."""
    rng = np.random.default_rng(1)
    x = np.geomspace(10, 1000, points)
    laws = [powerlaw.fit(x, 2 * x**-1.3 * np.exp(0.1 * NOISE[noise](rng, points))) for _ in range(1000)]
    assert share_inside(laws, -1.3, 0.95) == pytest.approx(95, abs=3)
    assert 65 <= share_inside(laws, -1.3, 0.6827) <= 75  # the sandwich of twelve points is on the safe side
    assert share_inside(laws, 2, 0.95, "amplitude") == pytest.approx(95, abs=3)


@pytest.mark.parametrize("points", [12, 30])
def test_intervals_cover_where_points_scatter_unequally(points):
    """One scatter for all of them would cover 89 and 57 %."""
    rng = np.random.default_rng(2)
    x = np.geomspace(1, 100, points)
    spread = 0.02 * x**0.5
    laws = [powerlaw.fit(x, 2 * x**-1.3 * np.exp(spread * rng.normal(size=points))) for _ in range(1000)]
    assert share_inside(laws, -1.3, 0.95) == pytest.approx(94, abs=2.5)
    assert share_inside(laws, -1.3, 0.6827) == pytest.approx(67, abs=4.5)


def test_intervals_cover_from_given_errors():
    rng = np.random.default_rng(2)
    truth, spread = 2 * X**-1.3, 0.003 * np.sqrt(X / 10)
    laws = [powerlaw.fit(X, truth * np.exp(spread * rng.normal(size=8)), spread * truth) for _ in range(1000)]
    assert share_inside(laws, -1.3, 0.95) == pytest.approx(95, abs=2.5)
    assert share_inside(laws, -1.3, 0.6827) == pytest.approx(68, abs=4.5)


@pytest.mark.parametrize("given", [False, True])
def test_intervals_cover_with_a_floor(given):
    rng = np.random.default_rng(3)
    truth = 2 * X**-0.8 + 0.02
    error = 0.01 * truth if given else None
    laws = [powerlaw.fit(X, truth * np.exp(0.01 * rng.normal(size=8)), error, floor=True) for _ in range(150)]
    assert share_inside(laws, -0.8, 0.95) == pytest.approx(95, abs=5)
    assert share_inside(laws, 0.02, 0.95, "floor") == pytest.approx(95, abs=5)
    assert share_inside(laws, -0.8, 0.6827) == pytest.approx(68, abs=11)


def test_a_floor_that_is_not_there_is_zero_within_its_error():
    """On the edge of what a floor may be the intervals are too wide rather than too narrow."""
    rng = np.random.default_rng(4)
    laws = [powerlaw.fit(X, 3 * X**-0.7 * np.exp(0.05 * rng.normal(size=8)), floor=True) for _ in range(100)]
    floors = np.array([law.floor for law in laws])
    assert 0.3 < np.mean(floors == 0) < 0.7
    assert np.all(np.isfinite([law.covariance for law in laws]))
    assert share_inside(laws, 0, 0.95, "floor") >= 94
    assert share_inside(laws, -0.7, 0.95) >= 94


def test_predictions_cover_within_and_beyond_the_points():
    rng = np.random.default_rng(5)
    inside = []
    for _ in range(1000):
        law = powerlaw.fit(X, 2 * X**-1.3 * np.exp(0.1 * rng.normal(size=8)))
        found = law.predict([30.0, 1e5])
        inside.append(
            (found.low <= 2 * np.array([30.0, 1e5]) ** -1.3) & (2 * np.array([30.0, 1e5]) ** -1.3 <= found.high)
        )
    np.testing.assert_allclose(100 * np.mean(inside, axis=0), 95, atol=3)
    np.testing.assert_array_equal(found.value, law([30.0, 1e5]))
    assert found.error[1] / found.value[1] > 3 * found.error[0] / found.value[0]
    with_floor = powerlaw.fit(X, 3 * X**-0.7 * (1 + 0.01 * np.cos(X)) + 0.05, floor=True)
    assert with_floor.predict(1e9).error == pytest.approx(with_floor.floor_error, rel=1e-2)


def test_what_the_points_do_not_determine_has_infinite_error():
    flat = powerlaw.fit(X, np.ones(8), floor=True)  # nobody can say what is floor and what is amplitude
    assert set(flat.undetermined) == {"amplitude", "floor"}
    assert np.isinf(flat.floor_error)
    assert np.isinf(flat.covariance[0, 0])
    assert flat.interval()["floor"] == (0, np.inf)
    assert flat.predict(50.0).error < 1e-9  # though the sum is known
    step = powerlaw.fit(X, [2, 1, 1, 1, 1, 1, 1, 1], floor=True)
    assert step.exponent_error == np.inf
    assert "amplitude may move along" in step.undetermined["exponent"]
    assert step.floor == pytest.approx(1)


UNITS = [(1, 1), (1, 1e-30), (1e20, 1), (1e-20, 1e30), (1e150, 1e-150)]


@pytest.mark.parametrize(("x_unit", "y_unit"), UNITS)
def test_units_change_nothing_but_the_unit(x_unit, y_unit):
    noise = np.exp(0.01 * np.random.default_rng(6).normal(size=8))
    for floor in (False, True):
        y = (3 * X**-0.7 + 0.05 * floor) * noise
        here, there = powerlaw.fit(X, y, floor=floor), powerlaw.fit(X * x_unit, y * y_unit, floor=floor)
        assert there.exponent == pytest.approx(here.exponent, rel=1e-6)
        assert there.exponent_error == pytest.approx(here.exponent_error, rel=1e-5)
        assert there.floor == pytest.approx(here.floor * y_unit, rel=1e-6)
        assert there.floor_error == pytest.approx(here.floor_error * y_unit, rel=1e-5)
        np.testing.assert_allclose(there(X * x_unit), here(X) * y_unit, rtol=1e-6)
        ends = here.interval()["floor"] if floor else (0, 0)
        np.testing.assert_allclose(there.interval().get("floor", (0, 0)), np.multiply(ends, y_unit), rtol=1e-5)


def test_single_precision_and_extreme_spectra():
    x, y = np.float32(X), np.float32(3e-30 * X**-0.7)
    assert powerlaw.fit(x, y).exponent == pytest.approx(-0.7, abs=1e-6)
    wide = np.geomspace(1e-300, 1e300, 8)
    law = powerlaw.fit(wide, wide**0.5)
    assert law.exponent == pytest.approx(0.5)
    np.testing.assert_allclose(law(wide), wide**0.5)
    steep = powerlaw.fit(X * 1e30, X**-20.0)  # the amplitude, 1e600, is beyond a float; the law is not
    assert steep.amplitude == np.inf
    np.testing.assert_allclose(steep(X * 1e30), X**-20.0)
    narrow = powerlaw.fit(1e20 * (1 + 1e-6 * np.arange(8)), 1 + 1e-6 * np.arange(8))
    assert narrow.exponent == pytest.approx(1, abs=1e-5)
    assert narrow.exponent_error < 1e-4


def test_a_robust_fit_leaves_an_outlier_out():
    y = 3 * X**-0.7 * np.exp(0.01 * np.random.default_rng(7).normal(size=8))
    spoilt = y * np.array([1, 1, 1, 1, 1, 1, 1, 5])
    assert abs(powerlaw.fit(X, spoilt).exponent + 0.7) > 0.15
    robust = powerlaw.fit(X, spoilt, huber=0.01)
    assert robust.exponent == pytest.approx(-0.7, abs=0.02)
    with_floor = powerlaw.fit(X, spoilt + 0.05, huber=0.01, floor=True)
    assert with_floor.exponent == pytest.approx(-0.7, abs=0.06)


def test_errors_from_points_drawn_anew():
    x = np.geomspace(1, 1000, 40)
    rng = np.random.default_rng(8)
    y = (3 * x**-0.7 + 0.05) * np.exp(0.05 * rng.normal(size=40))
    drawn, told = (powerlaw.fit(x, y, floor=True, bootstrap=b) for b in (np.random.default_rng(0), None))
    assert drawn.exponent == told.exponent
    assert drawn.exponent_error == pytest.approx(told.exponent_error, rel=0.4)
    assert drawn.floor_error == pytest.approx(told.floor_error, rel=0.4)
    assert powerlaw.fit(x, y, bootstrap=np.random.default_rng(0)).exponent == powerlaw.fit(x, y).exponent


def exponent(mean):
    return powerlaw.fit(X, mean).exponent


@pytest.mark.parametrize("repetitions", [3, 16])
def test_resampled_repetitions_cover(repetitions):
    rng = np.random.default_rng(4)
    inside = []
    for _ in range(300):
        samples = X**-1.3 * rng.gamma(4, 0.25, size=(repetitions, 8))  # relative spread 1/2, skewed
        low, high = powerlaw.bootstrap(exponent, samples, rng, draws=60).interval(0.95)
        inside.append(low <= -1.3 <= high)
    assert 100 * np.mean(inside) == pytest.approx(95, abs=3.8)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2], [1, 2], "at least 3"),
        ([1, 2, 3], [1, 2], "two of one length"),
        ([1, 2, 3], [[1, 2, 3]], r"found y of shape \(1, 3\)"),
        ([1, 2, 3], [1, 0, 2], "found y = 0.0 at point 1, expected finite values above 0"),
        ([1, 2, 3], [1, np.inf, 2], "found y = inf at point 1"),
        ([1, 2, np.nan], [1, 1, 2], "found x = nan at point 2"),
        ([3, 3, 3], [1, 1, 2], "found 1 different x for 2 parameters"),
    ],
)
def test_what_cannot_be_fitted_is_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        powerlaw.fit(x, y)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ([1, 0, 1], "found error = 0.0 at point 1"),
        ([1, -1, 1], "found error = -1.0 at point 1"),
        ([1, np.nan, 1], "found error = nan at point 1"),
        ([1, 1], "found 2 errors for 3 points"),
        (0.1, r"found error of shape \(\)"),
        ([1e-200, 1e-200, 1e-200], "below 1e-100 or above 1e100 of its y"),
        ([1, 1, 1e200], "below 1e-100 or above 1e100 of its y"),
        ([5e-324, 1, 1], "below 1e-100 or above 1e100 of its y"),
    ],
)
def test_errors_that_are_none_are_refused(error, message):
    with pytest.raises(ValueError, match=message):
        powerlaw.fit([1, 2, 3], [1, 2, 3], error)


def test_what_the_options_do_not_go_with_is_refused():
    with pytest.raises(ValueError, match="found 2 different x for 3 parameters"):
        powerlaw.fit([1, 1, 1, 2, 2], [1, 2, 3, 4, 5], floor=True)
    with pytest.raises(ValueError, match="found 2 x and 2 y, expected two of one length of at least 3"):
        powerlaw.fit([1, 2], [1, 2], [0.1, 0.1], huber=1.0)
    assert powerlaw.fit([1, 2], [1, 2], [0.1, 0.1]).exponent_error == pytest.approx(np.hypot(0.1, 0.05) / np.log(2))
    with pytest.raises(ValueError, match="found given errors and scatter='equal'"):
        powerlaw.fit(X, X, X, scatter="equal")
    with pytest.raises(ValueError, match="found huber=0"):
        powerlaw.fit(X, X, huber=0)
    for x in (0.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="not finite, expected x > 0"):
            powerlaw.fit(X, X).predict([1.0, x])


def test_a_law_beyond_the_floats_is_infinite_or_zero():
    steep = powerlaw.fit([1, 2, 4], [1e300, 1e200, 1e100])
    np.testing.assert_array_equal(steep([1e-300, 1e300]), [np.inf, 0])


def test_one_repetition_cannot_be_resampled():
    with pytest.raises(ValueError, match="at least two"):
        powerlaw.bootstrap(exponent, X[None], np.random.default_rng(0))


def test_bootstrap_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(5).normal(size=(20, 3))
    mean, error = powerlaw.bootstrap(lambda m: m, values, np.random.default_rng(6), draws=20000)
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose(error, values.std(axis=0, ddof=1) / np.sqrt(20), rtol=0.02)


def test_bootstrap_of_any_unit():
    values = np.random.default_rng(5).normal(3, 1, size=(20, 3))
    units = np.array([1e-300, 1.0, 1e200])
    mean, error = powerlaw.bootstrap(lambda m: m, values, np.random.default_rng(6))
    scaled = powerlaw.bootstrap(lambda m: m, values * units, np.random.default_rng(6))
    np.testing.assert_allclose(scaled, [mean * units, error * units], rtol=1e-12)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (3.0, "found no repetition"),
        ([[1, 2], [np.nan, 1]], r"found nan at \(1, 0\) of the samples"),
        ([[1, 2], [3, np.inf]], r"found inf at \(1, 1\) of the samples"),
    ],
)
def test_samples_that_say_nothing_are_refused(samples, message):
    with pytest.raises(ValueError, match=message):
        powerlaw.bootstrap(lambda m: m, samples, np.random.default_rng(0))


def test_a_statistic_without_a_value_is_refused():
    with pytest.raises(ValueError, match="not finite for some resample"), np.errstate(divide="ignore"):
        powerlaw.bootstrap(lambda m: 1 / m, [[1.0], [-1.0], [1.0], [1.0]], np.random.default_rng(0))
    with pytest.raises(ValueError, match="found 1 draws"):
        powerlaw.bootstrap(lambda m: m, [[1.0], [2.0]], np.random.default_rng(0), draws=1)
