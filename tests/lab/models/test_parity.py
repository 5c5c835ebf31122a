"""The shared parity network: balanced signs, sample weights, and a loss known by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.models.parity import parity


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def test_shapes_and_targets():
    start, (images, targets), _ = parity(np.random.default_rng(0), samples=50, hidden=(8, 4))
    assert start.shape == (64 * 8 + 8 + 8 * 4 + 4 + 4 * 1 + 1,)
    assert images.shape == (50, 64)
    assert targets.shape == (50, 1)
    assert set(np.unique(targets)) == {-1.0, 1.0}


def test_a_network_that_says_nothing_has_loss_one_half():
    start, batch, loss = parity(np.random.default_rng(0), samples=30)
    assert float(loss(jnp.zeros_like(start), batch)) == pytest.approx(0.5)


def test_weights_pick_samples():
    start, (images, targets), loss = parity(np.random.default_rng(1), samples=10)
    picked = np.array([2.0, 2.0, 0, 0, 2.0, 0, 2.0, 0, 2.0, 0])
    some = picked > 0
    whole = loss(start, (images, targets), picked)
    assert float(whole) == pytest.approx(float(loss(start, (images[some], targets[some]))))


def test_the_seed_decides():
    one, two, other = (parity(np.random.default_rng(seed)).start for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
