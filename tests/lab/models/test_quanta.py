"""Quanta against values of the zeta function and brute force; parity tasks against counting bits by hand."""

import itertools

import jax
import numpy as np
import optax
import pytest
from lawbook.lab.models import networks, quanta


def test_frequencies_and_tail_against_known_zeta_values():
    np.testing.assert_allclose(quanta.frequencies(1.0, 3), 6 / np.pi**2 / np.array([1, 4, 9]))
    np.testing.assert_allclose(quanta.frequencies(3.0, 2), 90 / np.pi**4 / np.array([1, 16]))
    assert quanta.tail(1.0, 0) == pytest.approx(1)
    assert quanta.tail(1.0, 1) == pytest.approx(1 - 6 / np.pi**2)


@pytest.mark.parametrize("alpha", [0.3, 1.0, 2.5])
def test_tail_is_what_the_frequencies_leave(alpha):
    assert quanta.tail(alpha, 500) == pytest.approx(1 - quanta.frequencies(alpha, 500).sum(), rel=1e-9)


def test_unseen_against_all_orders_of_a_short_text():
    word = "aabcca"
    counts = [word.count(letter) for letter in "abc"]
    for samples in range(len(word)):
        orders = list(itertools.permutations(word))
        new = np.mean([order[samples] not in order[:samples] for order in orders])
        assert quanta.unseen(counts, samples) == pytest.approx(new)


def test_unseen_of_many_counts_is_the_tail_sum():
    p = quanta.frequencies(0.8, 2000)
    counts = np.round(p * 1e9)
    assert quanta.unseen(counts, 300) == pytest.approx(np.sum(p / p.sum() * (1 - p / p.sum()) ** 300), rel=1e-4)


@pytest.mark.parametrize("tasks", [16, 64, 112])
def test_tasks_have_two_bits_each_and_share_them_evenly(tasks):
    masks = quanta.parity_tasks(tasks, np.random.default_rng(0))
    bits = (masks[:, None] >> np.arange(16)) & 1
    assert np.all(bits.sum(axis=1) == 2)
    assert np.all(bits.sum(axis=0) == 2 * tasks // 16)
    assert len(set(masks.tolist())) == tasks


def test_a_number_of_tasks_that_cannot_be_balanced_is_refused():
    with pytest.raises(ValueError, match="found 20 tasks"):
        quanta.parity_tasks(20, np.random.default_rng(0))


def test_inputs_and_labels_by_hand():
    masks = np.array([0b101, 0b110], np.uint16)
    task, word = np.array([0, 0, 1, 1], np.uint8), np.array([0b001, 0b101, 0b010, 0b001], np.uint16)
    np.testing.assert_array_equal(quanta.labels(masks, task, word), [1, 0, 1, 0])
    x = np.asarray(quanta.inputs(2, task, word))
    np.testing.assert_array_equal(x[2, :6], [0, 1, 0, 1, 0, 0])
    assert x.shape == (4, 18)


def test_logits_look_up_what_the_one_hot_code_multiplies():
    rng = np.random.default_rng(1)
    params = quanta._network(32 + quanta.BITS, 8, rng)
    task, word = rng.integers(0, 32, 20).astype(np.uint8), rng.integers(0, 1 << 16, 20, dtype=np.uint16)
    expected = networks.forward(params, quanta.inputs(32, task, word), jax.nn.relu)[:, 0]
    np.testing.assert_allclose(quanta.logits(params, 32, task, word), expected, rtol=1e-5, atol=1e-6)


def test_networks_of_one_width_keep_their_places():
    rng = np.random.default_rng(0)
    shares = np.r_[1.0, np.zeros(15)]
    masks = quanta.parity_tasks(16, rng)
    log = quanta.learn(masks, shares, (64, 1, 64), rng, optimiser=optax.adam(1e-2), steps=400, every=400, batch=256)
    assert log.shape == (1, 3, 16)
    assert np.all(log[0, [0, 2], 0] < 0.05)
    assert log[0, 1, 0] > 0.3  # one neuron cannot tell a parity


def test_a_network_learns_the_task_it_is_asked():
    rng = np.random.default_rng(0)
    masks = quanta.parity_tasks(16, rng)
    shares = np.r_[1.0, np.zeros(15)]
    log = quanta.learn(masks, shares, (64, 32), rng, optimiser=optax.adam(1e-2), steps=400, every=200, batch=256)
    assert log.shape == (2, 2, 16)
    assert np.all(log[-1, :, 0] < 0.05)
    assert np.all(log[-1, :, 1:].mean(axis=1) > 0.5)  # nats; the others were never asked
