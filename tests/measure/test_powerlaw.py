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


def coverage(fits, truth):
    return np.mean([abs(value - truth) < 2 * error for value, error in fits])


def test_stated_error_covers_from_residuals():
    rng = np.random.default_rng(1)
    laws = [powerlaw.fit(X, 2 * X**-1.3 * np.exp(0.1 * rng.normal(size=8))) for _ in range(2000)]
    share = coverage([(law.exponent, law.exponent_error) for law in laws], -1.3)
    assert share == pytest.approx(0.908, abs=0.02)  # |t| < 2 with 6 degrees of freedom; 0.02 is 3 binomial errors


def test_stated_error_covers_from_given_errors():
    rng = np.random.default_rng(2)
    truth, spread = 2 * X**-1.3, 0.003 * np.sqrt(X / 10)
    fits = []
    for _ in range(2000):
        law = powerlaw.fit(X, truth * np.exp(spread * rng.normal(size=8)), spread * truth)
        fits.append((law.exponent, law.exponent_error))
    assert coverage(fits, -1.3) == pytest.approx(0.954, abs=0.015)


def test_stated_error_covers_with_a_floor():
    rng = np.random.default_rng(3)
    truth = 2 * X**-0.8 + 0.02
    fits = []
    for _ in range(400):
        law = powerlaw.fit(X, truth * np.exp(0.01 * rng.normal(size=8)), 0.01 * truth, floor=True)
        fits.append((law.exponent, law.exponent_error))
    assert coverage(fits, -0.8) == pytest.approx(0.954, abs=0.035)


def exponent(mean):
    return powerlaw.fit(X, mean).exponent


def test_stated_error_covers_by_bootstrap():
    rng = np.random.default_rng(4)
    fits = []
    for _ in range(300):
        samples = X**-1.3 * rng.gamma(4, 0.25, size=(16, 8))  # relative spread 1/2, skewed
        fits.append(powerlaw.bootstrap(exponent, samples, rng, draws=200))
    assert coverage(fits, -1.3) == pytest.approx(0.94, abs=0.035)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2], [1, 2], "at least 3"),
        ([1, 2, 3], [1, 2], "two of one length"),
        ([1, 2, 3], [1, 0, 2], "not positive"),
    ],
)
def test_what_cannot_be_fitted_is_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        powerlaw.fit(x, y)


def test_one_repetition_cannot_be_resampled():
    with pytest.raises(ValueError, match="at least two"):
        powerlaw.bootstrap(exponent, X[None], np.random.default_rng(0))


def test_bootstrap_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(5).normal(size=(20, 3))
    mean, error = powerlaw.bootstrap(lambda m: m, values, np.random.default_rng(6), draws=20000)
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose(error, values.std(axis=0, ddof=1) / np.sqrt(20), rtol=0.02)
