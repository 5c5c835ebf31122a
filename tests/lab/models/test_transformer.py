"""The small transformer: what it may see, how many parameters it has, and that it learns what can be known."""

import jax
import numpy as np
import pytest
from lawbook.lab.models import transformer
from lawbook.lab.training import schedule

V, L, WIDTH = 7, 12, 16


@pytest.fixture
def network():
    return transformer.initialise(np.random.default_rng(0), vocabulary=V, context=L, width=WIDTH)


@pytest.mark.parametrize("heads", [1, 4])
def test_no_position_sees_what_comes_after_it(network, heads):
    tokens = np.random.default_rng(1).integers(0, V, (3, L))
    before = transformer.logits(network, tokens, heads)
    assert before.shape == (3, L, V)
    changed = tokens.copy()
    changed[:, 5:] = (changed[:, 5:] + 1) % V
    after = transformer.logits(network, changed, heads)
    np.testing.assert_allclose(after[:, :5], before[:, :5], atol=1e-6)
    assert np.abs(after[:, 5:] - before[:, 5:]).min(axis=(0, 2)).max() > 1e-3


def test_attention_sees_the_past_and_without_it_nothing_but_the_present(network):
    tokens = np.random.default_rng(1).integers(0, V, (1, L))
    changed = tokens.copy()
    changed[:, 0] = (changed[:, 0] + 1) % V
    rng = np.random.default_rng(0)
    blind = transformer.initialise(rng, vocabulary=V, context=L, width=WIDTH, attention=False)
    differ = [
        np.abs(transformer.logits(n, tokens)[:, -1] - transformer.logits(n, changed)[:, -1]).max()
        for n in (network, blind)
    ]
    assert differ[0] > 1e-3
    assert differ[1] == 0


def test_counts_its_parameters(network):
    assert transformer.count(network, embeddings=False) == 2 * (12 * WIDTH**2 + 2 * WIDTH)
    assert transformer.count(network) == 24 * WIDTH**2 + 2 * V * WIDTH + L * WIDTH + 5 * WIDTH + V


def test_loss_of_a_uniform_guess_is_the_log_of_the_vocabulary(network):
    silent = network._replace(readout=np.zeros((WIDTH, V), np.float32))
    tokens = np.random.default_rng(1).integers(0, V, (3, L + 1))
    assert transformer.loss(silent, tokens) == pytest.approx(np.log(V), rel=1e-6)


def test_first_steps_are_those_of_adam(network):
    batch = np.random.default_rng(1).integers(0, V, (4, L + 1))
    eta = 1e-3
    steps = np.zeros(transformer.CHUNK)
    steps[0] = eta
    moved, _ = transformer.train(network, np.stack([batch] * transformer.CHUNK), steps)
    slope = jax.grad(transformer.loss)(network, batch)
    np.testing.assert_allclose(moved.readout - network.readout, -eta * np.sign(slope.readout), rtol=2e-2, atol=1e-7)


def test_learns_a_cycle_and_copies_from_the_past():
    rng = np.random.default_rng(2)
    steps = 10 * transformer.CHUNK
    start = rng.integers(0, V, (steps, 16, 1))
    cycle = (start + np.arange(L + 1)) % V
    network = transformer.initialise(rng, vocabulary=V, context=L, width=WIDTH)
    _, losses = transformer.train(network, cycle, schedule.stable_decay(0.01, steps, warmup=0.05, decay=0.95))
    assert losses[0] > 1.5
    assert losses[-1] < 0.01

    half = rng.integers(0, V, (steps * 4, 16, L // 2))
    twice = np.concatenate([half, half, half[..., :1]], axis=-1)  # the second half repeats the first
    network = transformer.initialise(rng, vocabulary=V, context=L, width=WIDTH)
    trained, _ = transformer.train(network, twice, schedule.stable_decay(0.01, 4 * steps, warmup=0.05, decay=0.95))
    log_probability = jax.nn.log_softmax(transformer.logits(trained, twice[-1][:, :-1]))
    picked = np.take_along_axis(np.asarray(log_probability), twice[-1][:, 1:, None], axis=-1)[..., 0]
    assert -picked[:, L // 2 :].mean() < 0.5 * np.log(V)  # only attention can know it


def test_wrong_lengths_are_refused(network):
    with pytest.raises(ValueError, match="multiple of 32"):
        transformer.train(network, np.zeros((33, 2, 5), int), np.zeros(33))
