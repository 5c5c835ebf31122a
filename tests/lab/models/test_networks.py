"""Networks against a hand-written forward pass, known moments and known derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.models import networks


def test_forward_is_the_hand_written_pass():
    rng = np.random.default_rng(0)
    params = networks.initialise([5, 4, 3], rng, bias=True)
    params = tuple(layer._replace(bias=rng.normal(size=layer.bias.shape)) for layer in params)
    x = rng.normal(size=(7, 5))
    (w1, b1), (w2, b2) = params
    expected = np.maximum(x @ w1.T + b1, 0) @ w2.T + b2
    np.testing.assert_allclose(networks.forward(params, x, networks.ACTIVATIONS["relu"]), expected, rtol=1e-14)


def test_no_bias_is_an_empty_pytree():
    params = networks.initialise([3, 2, 1], np.random.default_rng(0))
    assert len(jax.tree.leaves(params)) == 2
    gradient = jax.grad(lambda p: networks.forward(p, np.ones((1, 3)), jnp.tanh).sum())(params)
    assert gradient[0].bias is None
    assert gradient[0].weight.shape == (2, 3)


@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_weights_have_variance_gain_over_fan_in(gain):
    (layer,) = networks.initialise([400, 500], np.random.default_rng(3), gain=gain)
    n = layer.weight.size
    assert abs(layer.weight.var() * 400 / gain - 1) < 4 * np.sqrt(2 / n)
    assert abs(layer.weight.mean()) < 4 * np.sqrt(gain / 400 / n)


@pytest.mark.parametrize(
    ("name", "homogeneous"),
    [
        ("linear", True),
        ("relu", True),
        ("leaky_relu", True),
        ("tanh", False),
        ("softplus", False),
        ("gelu", False),
    ],
)
def test_which_activations_are_homogeneous(name, homogeneous):
    z = jnp.linspace(-3, 3, 14)
    phi = networks.ACTIVATIONS[name]
    slope = jax.vmap(jax.grad(phi))(z)
    assert bool(jnp.allclose(phi(z), slope * z, atol=1e-12)) is homogeneous


def test_cross_entropy_of_a_known_distribution():
    logits = jnp.log(jnp.array([[0.2, 0.8], [0.5, 0.5]]))
    np.testing.assert_allclose(networks.cross_entropy(logits, [1, 0]), -(np.log(0.8) + np.log(0.5)) / 2, rtol=1e-14)


def test_batch_normalise_gives_each_unit_the_mean_and_deviation_asked_for():
    z = np.random.default_rng(5).normal(3.0, 20.0, size=(200, 3))
    z[:, 2] = 7.0  # a unit that never changes
    found = networks.batch_normalise(z, np.array([1.0, 2.0, 1.0]), np.array([0.0, -1.0, 4.0]))
    np.testing.assert_allclose(found.mean(axis=0), [0, -1, 4], atol=1e-5)
    np.testing.assert_allclose(found.std(axis=0), [1, 2, 0], atol=1e-5)


def test_batch_normalisation_without_epsilon_ignores_scale():
    z = np.random.default_rng(0).normal(size=(7, 3))
    plain = networks.batch_normalise(z, epsilon=0.0)
    np.testing.assert_allclose(networks.batch_normalise(100 * z, epsilon=0.0), plain, rtol=1e-12)
    np.testing.assert_allclose(plain.std(axis=0), 1, rtol=1e-12)
    assert np.abs(networks.batch_normalise(0.01 * z, epsilon=0.1) - plain).max() > 0.1


def test_decay_of_gains_is_decay_of_normalised_features_over_the_samples():
    rng = np.random.default_rng(0)
    z, gain = rng.standard_normal((50, 4)) * 3 + 1, np.array([0.5, 1.0, -2.0, 3.0])
    features = networks.batch_normalise(z, gain, epsilon=0.0)
    assert np.sum(np.asarray(features) ** 2) / 50 == pytest.approx(np.sum(gain**2), rel=1e-5)
