"""Joint fits of loss against model and data size, on surfaces whose exponents are known."""

import numpy as np
import pytest
from lawbook.least_squares import central_differences
from lawbook.measure import scaling

N, D = (a.ravel() for a in np.meshgrid(np.geomspace(1e3, 1e8, 6), np.geomspace(1e5, 1e10, 6)))


def kaplan(n, d):
    return ((8.8e13 / n) ** (0.076 / 0.103) + 1.8e13 / d) ** 0.103


def additive(n, d):
    return 1.69 + 406.4 / n**0.34 + 410.7 / d**0.28


def product(n, d):
    return 40 * n**-0.08 * d**-0.1


@pytest.mark.parametrize(
    ("form", "surface", "expected"),
    [
        ("kaplan", kaplan, {"alpha_N": 0.076, "alpha_D": 0.103, "log_Nc": np.log(8.8e13), "log_Dc": np.log(1.8e13)}),
        ("additive", additive, {"a": 0.34, "b": 0.28, "log_E": np.log(1.69)}),
        ("product", product, {"a": 0.08, "b": 0.1, "log_c": np.log(40)}),
    ],
)
def test_exact_data_give_the_exact_surface(form, surface, expected):
    found = scaling.fit(form, N, D, surface(N, D))
    for name, value in expected.items():
        assert found.values[name] == pytest.approx(value, rel=1e-5)
    assert found.rms < 1e-8
    np.testing.assert_allclose(found(1e9, [1e7, 1e11]), surface(1e9, np.array([1e7, 1e11])), rtol=1e-5)
    for other in set(scaling.FORMS) - {form}:
        assert scaling.fit(other, N, D, surface(N, D)).rms > 3e-3


def test_stated_errors_cover():
    rng = np.random.default_rng(0)
    misses = []
    for _ in range(200):
        found = scaling.fit("kaplan", N, D, kaplan(N, D) * np.exp(0.01 * rng.standard_normal(len(N))))
        misses.append([abs(found.values[k] - t) / found.errors[k] for k, t in (("alpha_N", 0.076), ("alpha_D", 0.103))])
    assert np.mean(np.array(misses) < 2) == pytest.approx(0.946, abs=0.03)  # |t| < 2 with 32 degrees of freedom


def runs(rng):
    """As many runs as Hoffmann et al. 2022 made, of about their sizes, without noise: model sizes, tokens and loss."""
    n = np.exp(rng.uniform(np.log(5e7), np.log(1.6e10), 240))
    d = n * np.exp(rng.uniform(np.log(1), np.log(300), 240))
    return n, d, 1.82 + 482 / n**0.348 + 2085 / d**0.366


def share_inside(fits, name, truth, level):
    ends = np.array([found.interval(level)[name] for found in fits])
    return 100 * np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))


def test_intervals_cover_where_cells_scatter_unequally():
    """Runs with few tokens a parameter scatter most, in heavy tails. One scatter for all covers 49 and 87 % of β."""
    rng = np.random.default_rng(1)
    n, d, loss = runs(rng)
    spread = 0.005 * (d / n / 20) ** -0.5
    noisy = [loss * np.exp(spread * rng.standard_t(3, 240)) for _ in range(100)]
    fits = [scaling.fit("additive", n, d, y) for y in noisy]
    assert share_inside(fits, "b", 0.366, 0.95) >= 90
    assert share_inside(fits, "b", 0.366, 0.6827) >= 57
    assert share_inside(fits, "a", 0.348, 0.95) >= 90
    equal = scaling.fit("additive", n, d, noisy[0], scatter="equal")
    assert equal.values == fits[0].values
    assert equal.errors["b"] < 0.8 * np.median([found.errors["b"] for found in fits])


def test_a_robust_fit_is_nearer_to_the_truth_and_says_so():
    rng = np.random.default_rng(2)
    n, d, loss = runs(rng)
    spread = 0.005 * (d / n / 20) ** -0.5
    fits = {None: [], 1e-3: []}
    for _ in range(25):
        y = loss * np.exp(spread * rng.standard_t(2, 240))
        for huber, found in fits.items():
            found.append(scaling.fit("additive", n, d, y, huber=huber))
    squares, robust = (np.std([f.values["b"] for f in found]) for found in fits.values())
    assert robust < 0.6 * squares
    assert 0.6 < np.median([f.errors["b"] for f in fits[1e-3]]) / robust < 1.7
    assert share_inside(fits[1e-3], "b", 0.366, 0.95) >= 88


def test_resampled_cells_agree_with_the_sandwich():
    rng = np.random.default_rng(3)
    n, d, loss = runs(rng)
    y = loss * np.exp(0.005 * (d / n / 20) ** -0.5 * rng.standard_t(3, 240))
    drawn = scaling.fit("additive", n, d, y, bootstrap=rng)
    told = scaling.fit("additive", n, d, y)
    assert drawn.values == told.values
    for name in "ab":
        assert drawn.errors[name] == pytest.approx(told.errors[name], rel=0.4)


def test_an_extrapolation_has_an_error_that_covers():
    rng = np.random.default_rng(4)
    n, d, loss = runs(rng)
    truth, inside = 1.82 + 482 / 1e12**0.348 + 2085 / 2e13**0.366, []
    for _ in range(60):
        found = scaling.fit("additive", n, d, loss * np.exp(0.008 * rng.standard_normal(240)))
        there = found.predict(1e12, 2e13)
        inside.append(there.low <= truth <= there.high)
    assert 100 * np.mean(inside) >= 88
    assert there.value == found(1e12, 2e13)
    assert there.error > 2 * found.predict(1e9, 2e10).error
    assert found.predict([[1e9], [1e10]], [1e10, 1e11, 1e12]).error.shape == (2, 3)


def test_what_the_cells_do_not_determine_has_infinite_error():
    rng = np.random.default_rng(5)
    one_size = scaling.fit("additive", np.full(36, 1e6), D, additive(1e6, D) * np.exp(0.01 * rng.standard_normal(36)))
    assert set(one_size.undetermined) == {"a", "log_A", "log_E"}  # nobody can tell A/N^a from E
    assert one_size.errors["a"] == np.inf
    assert one_size.errors["b"] < 0.1
    assert np.isnan(one_size.covariance[0, 1])
    assert one_size.predict(1e6, 1e8).error < 0.1
    assert one_size.predict(1e9, 1e8).error == np.inf
    in_step = scaling.fit("product", N, 3 * N, product(N, 3 * N))
    assert all(np.isinf(error) for error in in_step.errors.values())


def test_a_term_that_fades_out_is_zero_within_its_error():
    """Where there is no floor about half of the fits have none; the exponents keep the error that a floor would cost."""
    rng = np.random.default_rng(7)
    loss = 40 * N**-0.08 + 30 * D**-0.1
    fits = [scaling.fit("additive", N, D, loss * np.exp(0.003 * rng.standard_normal(36))) for _ in range(40)]
    faded = [found for found in fits if found.values["log_E"] < -20]
    assert 8 <= len(faded) <= 32
    assert share_inside(fits, "a", 0.08, 0.95) >= 88
    for found in faded:
        assert found.errors["log_E"] > 100
        assert 0.7 < found.errors["a"] / np.std([f.values["a"] for f in fits]) < 2
        near, far = found.predict(1e7, 1e9), found.predict(1e15, 1e17)
        assert near.error / near.value < 0.01 < far.error / far.value


@pytest.mark.parametrize(("form", "surface"), [("kaplan", kaplan), ("additive", additive), ("product", product)])
def test_units_and_single_precision_change_nothing(form, surface):
    y = surface(N, D) * np.exp(0.01 * np.random.default_rng(6).standard_normal(36))
    here = scaling.fit(form, N, D, y)
    there = scaling.fit(form, np.float32(N * 1e20), np.float32(D * 1e-20), np.float32(y * 1e-30))
    for name in here.values:
        if not name.startswith("log"):
            assert there.values[name] == pytest.approx(here.values[name], rel=1e-3)
            assert there.errors[name] == pytest.approx(here.errors[name], rel=1e-2)
    np.testing.assert_allclose(there(1e27, 1e-10), 1e-30 * here(1e7, 1e10), rtol=1e-4)


def test_gradients_of_every_form_are_its_derivatives():
    for form, theta in (
        ("kaplan", [0.1, 0.2, 20.0, 25.0]),
        ("additive", [0.3, 0.2, 5.0, 4.0, 0.5]),
        ("product", [0.1, 0.2, 3.0]),
    ):
        log_loss, at = scaling.FORMS[form].log_loss, np.array(theta)
        steps = central_differences(lambda t, f=log_loss: f(t, np.log(N), np.log(D))[0], at, np.ones(len(at)))
        np.testing.assert_allclose(log_loss(at, np.log(N), np.log(D))[1], steps, atol=1e-8)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            "chinchilla",
            r"no form 'chinchilla' \(did you mean 'additive'\?\), expected one of additive, kaplan, product",
        ),
        ("kaplann", "did you mean 'kaplan'"),
        ("xyz", "no form 'xyz', expected one of"),
    ],
)
def test_an_unknown_form_is_told_the_known_ones(form, message):
    with pytest.raises(KeyError, match=message):
        scaling.fit(form, N, D, kaplan(N, D))


def test_what_cannot_be_fitted_is_refused():
    loss = kaplan(N, D)
    with pytest.raises(ValueError, match="above 4"):
        scaling.fit("kaplan", N[:4], D[:4], loss[:4])
    with pytest.raises(ValueError, match="found 36 n, 35 d and 36 losses"):
        scaling.fit("kaplan", N, D[:35], loss)
    with pytest.raises(ValueError, match=r"found d of shape \(36, 1\)"):
        scaling.fit("kaplan", N, D[:, None], loss)
    for bad in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=f"found loss = {bad} at point 3"):
            scaling.fit("product", N, D, np.where(np.arange(36) == 3, bad, loss))
        with pytest.raises(ValueError, match=f"found n = {bad} at point 3"):
            scaling.fit("product", np.where(np.arange(36) == 3, bad, N), D, loss)
    with pytest.raises(ValueError, match="n > 0 and d > 0"):
        scaling.fit("product", N, D, loss)(0.0, 1e6)
