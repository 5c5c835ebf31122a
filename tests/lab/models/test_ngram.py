"""N-gram models against counts and probabilities worked out by hand, and against what a Markov chain knows."""

import numpy as np
import pytest
from lawbook.lab.models import ngram

# a b a b b: after a always b (twice), after b once a and once b; the last b is followed by nothing
TRAIN = [0, 1, 0, 1, 1]


def test_counts_by_hand():
    found = ngram.occurrences(TRAIN, [0, 1, 1, 0], 2, 2)
    np.testing.assert_array_equal(found.times, [[3, 3, 2], [2, 1, 1]])  # b, b, a; then ab, bb, ba
    np.testing.assert_array_equal(found.total, [[5, 5, 5], [2, 2, 2]])
    np.testing.assert_array_equal(found.types, [[2, 2, 2], [1, 2, 2]])
    np.testing.assert_array_equal(found.distinct, [2, 3])


@pytest.mark.parametrize(
    ("smoothing", "expected"),
    [
        # unigram (c + 2/2) / (5 + 2): a 3/7, b 4/7; then (2 + 4/7) / 3, (1 + 2·4/7) / 4, (1 + 2·3/7) / 4
        (ngram.witten_bell, [[4 / 7, 4 / 7, 3 / 7], [18 / 21, 15 / 28, 13 / 28]]),
        # unigram (c - 3/4 + 3/4) / 5: the maximum likelihood; then (5/4 + 3/4·3/5) / 2, (1/4 + 3/2·3/5) / 2, ...
        (ngram.absolute_discounting, [[0.6, 0.6, 0.4], [0.85, 0.575, 0.425]]),
    ],
)
def test_probabilities_by_hand(smoothing, expected):
    found = ngram.occurrences(TRAIN, [0, 1, 1, 0], 2, 2)
    np.testing.assert_allclose(np.exp(ngram.log_probability(found, 2, smoothing)), expected, rtol=1e-14)


def test_a_context_never_seen_leaves_it_to_the_order_below():
    found = ngram.occurrences([0, 1, 0], [1, 1, 2, 0, 1], 3, 3)
    log_p = ngram.log_probability(found, 3)
    assert found.total[2, 0] == 0  # after b b
    np.testing.assert_array_equal(log_p[2, 0], log_p[1, 0])
    assert found.times[0, 0] == 0  # and c itself was never seen
    np.testing.assert_allclose(np.exp(log_p[0, 0]), (0 + 2 / 3) / (3 + 2))


@pytest.mark.parametrize("smoothing", [ngram.witten_bell, ngram.absolute_discounting])
def test_probabilities_of_all_symbols_sum_to_one(smoothing):
    rng = np.random.default_rng(0)
    train, context = rng.integers(0, 5, 300), [3, 1, 4]
    every = [ngram.log_probability(ngram.occurrences(train, [*context, s], 4, 5), 5, smoothing) for s in range(5)]
    np.testing.assert_allclose(np.exp(every).sum(axis=0), 1.0, rtol=1e-12)


def test_brute_force_agrees_on_a_random_text():
    rng = np.random.default_rng(1)
    train, held_out = rng.integers(0, 3, 200), rng.integers(0, 3, 20)
    found = ngram.occurrences(train, held_out, 4, 3)
    text = "".join(map(str, train))
    for k in range(1, 5):
        grams = [text[i : i + k] for i in range(len(text) - k + 1)]
        assert found.distinct[k - 1] == len(set(grams))
        for t in range(3, 20):
            gram = "".join(map(str, held_out[t - k + 1 : t + 1]))
            alike = [g for g in grams if g[:-1] == gram[:-1]]
            counted = [row[k - 1, t - 3] for row in (found.times, found.total, found.types)]
            assert counted == [alike.count(gram), len(alike), len(set(alike))]


def test_the_loss_of_order_two_reaches_the_entropy_rate_of_a_markov_chain():
    rng = np.random.default_rng(2)
    chain = np.array([[0.9, 0.1], [0.2, 0.8]])  # stationary shares 2/3 and 1/3
    uniforms = rng.random(400_000)
    symbols = np.zeros(len(uniforms), dtype=int)
    for t in range(1, len(symbols)):
        symbols[t] = uniforms[t] > chain[symbols[t - 1], 0]
    loss = -ngram.log_probability(ngram.occurrences(symbols[:300_000], symbols[300_000:], 4, 2), 2).mean(axis=1)
    shares = np.array([2 / 3, 1 / 3])
    rate = -np.sum(shares[:, None] * chain * np.log(chain))
    np.testing.assert_allclose(loss[0], -np.sum(shares * np.log(shares)), atol=0.01)
    np.testing.assert_allclose(loss[1:], rate, atol=0.005)


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match="found 11 symbols of 6 bits, expected at most 63"):
        ngram.occurrences(TRAIN, TRAIN * 3, 11, 40)
    with pytest.raises(ValueError, match="held-out text of 5 symbols, expected at least 6"):
        ngram.occurrences(TRAIN, TRAIN, 6, 2)
