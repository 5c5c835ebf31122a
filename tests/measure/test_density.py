"""Spectral density and trace against spectra that are known; the errors against the scatter over many draws."""

import numpy as np
import pytest
from lawbook.measure import density, spectrum

RNG = np.random.default_rng(0)
VALUES = np.r_[np.abs(RNG.standard_normal(280)), -np.geomspace(0.05, 1, 10), np.geomspace(2, 30, 10)]
TURN = np.linalg.qr(RNG.standard_normal((300, 300)))[0]
A = (TURN * VALUES) @ TURN.T
A = (A + A.T) / 2


def product(v):
    return A @ v


def test_moments_are_those_of_each_random_vector_exactly():
    found = density.density(product, 300, np.random.default_rng(1), probes=3, steps=6)
    again = np.random.default_rng(1)
    vectors = [again.standard_normal(300) for _ in range(3)]
    for power in range(12):
        forms = [z @ TURN @ np.diag(VALUES**power) @ TURN.T @ z / (z @ z) for z in vectors]
        assert found.moment(power).value == pytest.approx(np.mean(forms), rel=1e-10)
        assert found.moment(power).error == pytest.approx(np.std(forms, ddof=1) / np.sqrt(3), rel=1e-6, abs=1e-12)
    with pytest.raises(ValueError, match="found power=12, expected 0 to 11: 6 steps tell no more"):
        found.moment(12)
    assert found.products == 18


def test_with_as_many_steps_as_parameters_every_function_is_exact():
    values = np.array([-2.0, -0.5, 0.1, 1.0, 7.0])
    found = density.density(lambda v: values * v, 5, np.random.default_rng(2), probes=2, steps=5)
    np.testing.assert_allclose(found.nodes, [values, values], atol=1e-12)
    assert found.mean(lambda t: np.ones_like(t)).value == pytest.approx(1, abs=1e-14)


def test_an_invariant_space_ends_a_run_early():
    found = density.density(lambda v: 4 * v, 50, np.random.default_rng(3), probes=2, steps=20)
    assert found.products == 2
    assert found.moment(3).value == pytest.approx(64)
    assert found.moment(3).error == pytest.approx(0, abs=1e-12)
    assert found.mean(np.log).value == pytest.approx(np.log(4))


def pulls(estimate, exact, seeds=200):
    """Distance of an estimate from the truth in its own standard errors, for so many seeds."""
    found = [estimate(np.random.default_rng(seed)) for seed in range(100, 100 + seeds)]
    return np.array([(one.value - exact) / one.error for one in found])


@pytest.mark.parametrize("what", ["moment", "share", "curve", "trace", "trace of the rest"])
def test_the_standard_error_is_the_scatter(what):
    top = spectrum.leading(product, 300, 3)

    def estimate(rng):
        if what == "trace":
            return density.trace(product, 300, rng, probes=20)
        if what == "trace of the rest":
            return density.trace(product, 300, rng, probes=20, known=top)
        found = density.density(product, 300, rng, probes=20, steps=12)
        if what == "moment":
            return found.moment(1)
        if what == "share":
            return found.mean(lambda t: np.tanh(t))
        one = found.curve([0.5], width=0.5)
        return density.Estimate(one.value[0], one.error[0], one.products)

    bells = np.exp(-0.5 * ((0.5 - VALUES) / 0.5) ** 2) / (0.5 * np.sqrt(2 * np.pi))
    exact = {
        "moment": VALUES.mean(), "share": np.tanh(VALUES).mean(), "curve": bells.mean(),
        "trace": VALUES.sum(), "trace of the rest": VALUES.sum(),
    }[what]  # fmt: skip
    found = pulls(estimate, exact, 60 if what in ("moment", "share", "curve") else 200)
    assert abs(found.mean()) < 0.35
    assert 0.8 < found.std() < 1.35


def test_known_eigenvalues_take_their_scatter_away():
    plain = density.trace(product, 300, np.random.default_rng(4))
    rest = density.trace(product, 300, np.random.default_rng(4), known=spectrum.leading(product, 300, 10))
    assert rest.error < plain.error / 3
    assert rest.value == pytest.approx(VALUES.sum(), abs=4 * float(rest.error))
    assert rest.products == plain.products == 30


def test_a_known_part_that_has_not_settled_makes_no_bias():
    rough = spectrum.leading(product, 300, 3, most=4)
    assert not rough.settled
    found = pulls(lambda rng: density.trace(product, 300, rng, probes=20, known=rough), VALUES.sum())
    assert abs(found.mean()) < 0.3


def test_random_signs_are_exact_for_a_diagonal():
    found = density.trace(lambda v: np.arange(50.0) * v, 50, np.random.default_rng(5), probes=2)
    assert found.value == pytest.approx(1225, rel=1e-14)
    assert found.error == pytest.approx(0, abs=1e-10)
    assert str(density.Estimate(np.asarray(2.5), np.asarray(0.25), 1)) == "2.50 ± 0.25"


def test_the_area_under_the_curve_is_one():
    found = density.density(product, 300, np.random.default_rng(6), probes=3, steps=20)
    x = np.linspace(-10, 45, 2001)
    assert np.trapezoid(found.curve(x, 0.5).value, x) == pytest.approx(1, abs=1e-6)
    assert found.curve(x, 0.5).error.shape == x.shape


def test_single_precision():
    single = A.astype(np.float32)
    found = density.density(lambda v: single @ v.astype(np.float32), 300, np.random.default_rng(7), probes=3, steps=20)
    exact = density.density(product, 300, np.random.default_rng(7), probes=3, steps=20)
    for power in (1, 2, 3):
        assert found.moment(power).value == pytest.approx(float(exact.moment(power).value), rel=1e-5)


@pytest.mark.parametrize("estimate", [density.density, density.trace])
@pytest.mark.parametrize(
    ("function", "options", "said"),
    [
        (lambda v: v, {"probes": 1}, "found probes=1, expected at least 2"),
        (lambda v: v * np.nan, {}, "infinite or undefined"),
        (lambda v: v[:2], {}, r"product number 1 of shape \(2,\)"),
        (lambda v: np.triu(np.ones((40, 40))) @ v, {}, "not symmetric"),
        (lambda v: np.random.default_rng().uniform(1, 2, 40) * v, {}, "not symmetric"),
    ],
)
def test_what_does_not_fit_is_refused(estimate, function, options, said):
    with pytest.raises(ValueError, match=said):
        estimate(function, 40, np.random.default_rng(8), **options)


def test_other_arguments_that_do_not_fit():
    rng = np.random.default_rng(9)
    with pytest.raises(ValueError, match="found steps=0"):
        density.density(product, 300, rng, steps=0)
    with pytest.raises(ValueError, match="found eigenvectors of 300 entries, expected 40"):
        density.trace(lambda v: v, 40, rng, known=spectrum.leading(product, 300))
    found = density.density(product, 300, rng, probes=2, steps=3)
    with pytest.raises(ValueError, match="found width=0"):
        found.curve([0.0], 0)
    with pytest.raises(ValueError, match="x with infinite"):
        found.curve([np.nan], 1)
    with pytest.raises(ValueError, match=r"found values of the function .* shape \(\)"):
        found.mean(lambda t: 1.0)
