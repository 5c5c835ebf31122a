"""Correlations of tokens against a Markov chain whose decay is known, and against counting by hand."""

import numpy as np
import pytest
from lawbook.measure import correlations


def test_pairs_counted_by_hand():
    found = correlations.joint([0, 1, 1], [1, 0, 1], 2)
    np.testing.assert_allclose(found, np.array([[0, 1], [1, 1]]) / 3)


def test_independent_pairs_have_no_covariance():
    p, q = np.array([0.2, 0.8]), np.array([0.5, 0.5])
    np.testing.assert_allclose(correlations.covariance(np.outer(p, q)), 0, atol=1e-16)


def test_two_state_chain_decays_by_its_eigenvalue():
    # a chain that stays with probability s has covariance (2 s - 1)^n / 4 times (1, -1; -1, 1), of norm 2 times that
    stay = 0.8
    shares = np.array([[stay, 1 - stay], [1 - stay, stay]]) / 2
    lags = np.array([1, 2, 5, 9])
    np.testing.assert_allclose(correlations.markov_strengths(shares, lags), 0.6**lags / 2, rtol=1e-12)


def test_measured_chain_agrees_with_the_exact_one():
    rng = np.random.default_rng(0)
    flips = rng.random(400_000) > 0.8
    tokens = np.cumsum(flips) % 2
    for lag in (1, 3):
        found = correlations.strength(correlations.covariance(correlations.joint(tokens[:-lag], tokens[lag:], 2)))
        assert found == pytest.approx(0.6**lag / 2, abs=0.004)


def test_noise_of_drawn_pairs():
    # independent fair coins: the covariance is c (1, -1; -1, 1) with var c = 1 / (16 pairs), and has norm 2 |c|
    rng = np.random.default_rng(1)
    shares = np.full((2, 2), 0.25)
    norms = [correlations.strength(correlations.covariance(correlations.drawn(shares, 1000, rng))) for _ in range(2000)]
    assert np.mean(np.square(norms)) == pytest.approx(4 / (16 * 1000), rel=0.1)


HALVES = np.eye(2) / 2


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (lambda: correlations.joint([0, 2], [1, 0], 2), r"tokens 0 \.\. 2, expected 0 \.\. 1"),
        (lambda: correlations.joint([0, 1], [-1, 1], 2), r"tokens -1 \.\. 1"),
        (lambda: correlations.joint([0.0, 1.5], [1, 1], 2), "tokens of type float64"),
        (lambda: correlations.joint([0, 1], [1], 2), r"shapes \(2,\) and \(1,\)"),
        (lambda: correlations.joint(np.zeros(0, int), np.zeros(0, int), 2), "not empty"),
        (lambda: correlations.covariance([[3, 1], [1, 3]]), "shares that sum to 8"),
        (lambda: correlations.covariance([[0.7, 0.7], [-0.4, 0.0]]), r"the least -0\.4"),
        (lambda: correlations.covariance([[0.5, np.nan], [0.5, 0.0]]), "shares that sum to nan"),
        (lambda: correlations.covariance(np.full((2, 3), 1 / 6)), r"shares of shape \(2, 3\)"),
        (lambda: correlations.strength([[np.nan, 1.0]]), "finite numbers"),
        (lambda: correlations.strength([1.0, 2.0]), r"shape \(2,\)"),
        (lambda: correlations.covariance(np.zeros((0, 0))), "not empty"),
        (lambda: correlations.drawn(HALVES, 0, np.random.default_rng(0)), "pairs = 0"),
        (lambda: correlations.drawn(HALVES, 10.5, np.random.default_rng(0)), "pairs = 10.5, expected a whole number"),
        (lambda: correlations.markov_strengths([[0.5, 0.5], [0.0, 0.0]], [1]), "token 1 never comes first"),
        (lambda: correlations.markov_strengths(HALVES, [1]), "parts that never reach each other"),
        (lambda: correlations.markov_strengths(np.full((2, 2), 0.25), [-1]), "integers from 0 on"),
        (lambda: correlations.markov_strengths(np.full((2, 2), 0.25), [1.5]), "integers from 0 on"),
    ],
)
def test_what_has_no_correlation_is_refused(found, message):
    with pytest.raises(ValueError, match=message):
        found()


def test_single_precision_shares_and_short_integers():
    shares = np.float32([[0.4, 0.1], [0.1, 0.4]])
    np.testing.assert_allclose(correlations.markov_strengths(shares, [1, 2]), [0.3, 0.18], rtol=1e-6)
    tokens = np.uint8([200, 100, 200, 100])  # 200 * 201 does not fit into their type
    assert correlations.joint(tokens[:-1], tokens[1:], 201)[200, 100] == pytest.approx(2 / 3)
    assert correlations.strength([[1e-200, 0.0], [0.0, 1e-201]]) == pytest.approx(1e-200)
