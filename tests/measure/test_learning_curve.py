"""Learning curves of a synthetic family of models whose exponent, best member and extrapolation are known."""

import numpy as np
import pytest
from lawbook.measure import learning_curve, powerlaw

SIZES = 2 ** np.arange(6, 14)
CAPACITIES = 2.0 ** np.arange(0, 14)


def learner(rng, noise=0.0):
    """Bias 1/s and variance s/m: the best capacity is √m and its loss 2/√m."""
    return lambda subset: (1 / CAPACITIES + CAPACITIES / len(subset)) * np.exp(noise * rng.standard_normal(14))


def test_the_best_of_the_family_has_the_exponent_of_the_envelope():
    rng = np.random.default_rng(0)
    losses = learning_curve.sweep(learner(rng), lambda: learning_curve.nested(10_000, SIZES, rng), 1)
    curve = learning_curve.best(losses.mean(axis=0))
    np.testing.assert_allclose(curve[::2], 2 / np.sqrt(SIZES[::2]))  # √m is among the capacities for even powers
    assert powerlaw.fit(SIZES[::2], curve[::2]).exponent == pytest.approx(-0.5)


def test_the_smallest_sufficient_member_grows_as_the_square_root():
    rng = np.random.default_rng(0)
    losses = learning_curve.sweep(learner(rng), lambda: learning_curve.nested(10_000, SIZES, rng), 1).mean(axis=0)
    chosen = CAPACITIES[learning_curve.smallest_sufficient(losses)]
    np.testing.assert_array_equal(chosen[::2], np.sqrt(SIZES[::2]))
    # twice too small a model costs a fourth more: (2 + 1/2) / 2
    np.testing.assert_array_equal(CAPACITIES[learning_curve.smallest_sufficient(losses, 0.26)][::2], chosen[::2] / 2)


def test_the_member_is_chosen_by_the_mean_so_that_noise_does_not_lower_the_curve():
    rng = np.random.default_rng(1)
    losses = learning_curve.sweep(learner(rng, 0.2), lambda: learning_curve.nested(10_000, SIZES, rng), 400)
    mean = np.exp(0.2**2 / 2)  # of the lognormal factor
    curve = learning_curve.best(losses.mean(axis=0))
    np.testing.assert_allclose(curve[::2], 2 * mean / np.sqrt(SIZES[::2]), rtol=0.04)
    assert np.mean(learning_curve.best(losses), axis=0)[-1] < 0.9 * curve[-1]  # what choosing anew would give


def test_nested_subsets_are_nested_and_distinct():
    small, large = learning_curve.nested(100, [10, 60], np.random.default_rng(2))
    assert len(set(small)) == 10
    assert set(small) < set(large) <= set(range(100))


def test_windows_have_their_sizes_and_fit_in_the_pool():
    rng = np.random.default_rng(3)
    for _ in range(50):
        for size, window in zip([1, 7, 10], learning_curve.windows(10, [1, 7, 10], rng), strict=True):
            assert len(range(10)[window]) == size
    assert {learning_curve.windows(3, [2], rng)[0].start for _ in range(50)} == {0, 1}


def test_extrapolation_is_exact_for_either_form():
    to = np.array([1e5, 1e6])
    found = learning_curve.extrapolate(SIZES, 3 * SIZES**-0.1, to)
    np.testing.assert_allclose(found.power_law, 3 * to**-0.1)
    assert np.all(found.logarithm < found.power_law)  # a straight line bends away downwards
    np.testing.assert_allclose(
        learning_curve.extrapolate(SIZES, 9 - 0.2 * np.log(SIZES), to).logarithm, 9 - 0.2 * np.log(to)
    )


def test_extrapolation_knows_no_unit():
    to = np.array([1e5, 1e6])
    found = learning_curve.extrapolate(SIZES * 1e20, np.float32(3e-30 * SIZES**-0.1), to * 1e20)
    np.testing.assert_allclose(found.power_law, 3e-30 * to**-0.1, rtol=1e-5)
    with pytest.raises(ValueError, match="found y = nan"):
        learning_curve.extrapolate([1, 2, 3], [1, np.nan, 1], 4)


def test_subsets_larger_than_the_pool_are_refused():
    for draw in (learning_curve.nested, learning_curve.windows):
        for size in (0, 11):
            with pytest.raises(ValueError, match=f"found the size {size}, expected 1 to 10"):
                draw(10, [5, size], np.random.default_rng(0))
        with pytest.raises(ValueError, match=r"found the size 3\.5, expected an integer"):
            draw(10, [5, 3.5], np.random.default_rng(0))


def test_losses_that_are_none_are_refused():
    diverged = [[0.3, np.nan, 0.1]]
    with pytest.raises(ValueError, match="not a number"):
        learning_curve.best(diverged)
    for losses in (diverged, [[-1.0, -2.0]], [1.0, 2.0]):  # of a loss below 0, 2 % more is less
        with pytest.raises(ValueError, match="expected losses above 0 of shape"):
            learning_curve.smallest_sufficient(losses)
    with pytest.raises(ValueError, match="within = nan"):
        learning_curve.smallest_sufficient([[0.3, 0.1]], within=np.nan)
    with pytest.raises(ValueError, match="found 0 repetitions"):
        learning_curve.sweep(lambda subset: [1.0], lambda: [[1]], 0)
