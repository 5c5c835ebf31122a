"""The shared classifier: the same network from the same generator, trained, and at a critical point when asked."""

import numpy as np
import pytest
from lawbook.lab.training import trained
from lawbook.measure import alignment


@pytest.fixture(scope="module")
def network():
    return trained.digits_classifier(np.random.default_rng(0), samples=300)


def test_learns_its_training_set_and_keeps_the_way_there(network):
    assert len(network.path) == len(trained.LOGS)
    assert [w.shape for w in network.path[-1]] == [(32, 64), (32, 32), (32, 32), (10, 32)]
    assert network.mistakes(network.path[0]) > 0.5
    assert network.mistakes(network.path[-1]) == 0


def test_same_generator_same_network(network):
    again = trained.digits_classifier(np.random.default_rng(0), samples=300)
    for a, b in zip(network.path[-1], again.path[-1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_critical_point_balances_loss_and_decay_in_every_layer(network):
    found = network.converged(gradient=1e-6)
    assert found.gradient <= 1e-6
    for layer in network.signals(found.weights):
        slope = layer.gradient.T @ layer.inputs / 300
        np.testing.assert_allclose(slope, network.decay * layer.weight, atol=1.1e-6)
        gram = alignment.feature_matrix(layer)
        np.testing.assert_allclose(alignment.fact(layer, network.decay), gram, atol=1e-2 * np.abs(gram).max())
