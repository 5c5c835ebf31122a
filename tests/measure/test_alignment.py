"""Alignment measures on matrices whose agreement is known, and layer signals against automatic differentiation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.measure import alignment


def positive(rng, k):
    root = rng.standard_normal((k, k))
    return root @ root.T + np.eye(k)


def tanh(z):
    return np.tanh(z), 1 - np.tanh(z) ** 2


def test_measures_ignore_scale_and_see_equality():
    a = positive(np.random.default_rng(0), 6)
    for measure in (alignment.cosine, alignment.traceless_cosine, alignment.pearson):
        assert measure(a, 3 * a) == pytest.approx(1)
    assert alignment.traceless_cosine(a, -a) == pytest.approx(-1)
    assert alignment.traceless_cosine(np.diag([2.0, 1, 0]), np.diag([0.0, 2, 1])) == pytest.approx(-0.5)
    assert alignment.cosine(np.diag([2.0, 1, 0]), np.diag([0.0, 2, 1])) == pytest.approx(0.4)


def test_chance_is_zero_for_the_traceless_cosine_and_the_traces_for_the_raw_one():
    rng = np.random.default_rng(1)
    a, b = positive(rng, 12), positive(rng, 12)
    raw = np.trace(a) * np.trace(b) / (12 * np.linalg.norm(a) * np.linalg.norm(b))  # E[Q b Qᵀ] = tr(b) / k
    for measure, expected in ((alignment.cosine, raw), (alignment.traceless_cosine, 0.0)):
        mean, spread = alignment.chance(measure, a, b, rng, draws=400)
        assert mean == pytest.approx(expected, abs=4 * spread / 20)
        assert spread < 0.15


def test_power_undoes_itself():
    a = positive(np.random.default_rng(2), 5)
    np.testing.assert_allclose(alignment.power(alignment.power(a, 1 / 3), 3), a, rtol=1e-10)
    np.testing.assert_allclose(alignment.power(np.diag([4.0, -1e-18]), 0.5), np.diag([2.0, 0]), atol=1e-15)


def test_covariance_by_hand():
    v = np.array([[3.0, 0.0], [0.0, 5.0], [0.0, -5.0], [-1.0, 0.0]])
    np.testing.assert_allclose(alignment.covariance(v), np.eye(2) / 2)
    np.testing.assert_allclose(alignment.covariance(v, normalised=False), [[2.25, 0], [0, 12.5]])


@pytest.fixture
def network():
    rng = np.random.default_rng(3)
    weights = [rng.standard_normal(s) for s in ((5, 4), (6, 5), (3, 6))]
    x, target = rng.standard_normal((7, 4)), rng.standard_normal((7, 3))
    return weights, x, target, alignment.signals(weights, x, tanh, lambda f: f - target)


def test_signals_agree_with_automatic_differentiation(network):
    weights, x, target, layers = network
    with jax.enable_x64(True):
        for depth, layer in enumerate(layers):

            def rest(h, depth=depth):
                for i, w in enumerate(weights[depth:]):
                    h = w @ (h if i == 0 else jnp.tanh(h))
                return h

            h = layer.inputs
            jacobian = jax.vmap(jax.jacobian(rest))(h)  # (n, c, k)
            np.testing.assert_allclose(layer.jacobian @ layer.weight, jacobian, atol=1e-12)
            np.testing.assert_allclose(
                alignment.agop(layer), np.einsum("nci,ncj->ij", jacobian, jacobian) / 7, atol=1e-12
            )
            slope = jax.vmap(jax.grad(lambda h, t, rest=rest: 0.5 * jnp.sum((rest(h) - t) ** 2)))(h, target)
            np.testing.assert_allclose(layer.input_gradient, -slope, atol=1e-12)
            np.testing.assert_allclose(alignment.loss_agop(layer), slope.T @ slope / 7, atol=1e-12)
    np.testing.assert_allclose(layers[0].inputs, x)


def test_fact_is_stationarity_times_the_weights(network):
    _, _, _, layers = network
    for layer in layers:
        ascent = layer.gradient.T @ layer.inputs / 7  # minus the gradient of the mean loss in W
        np.testing.assert_allclose(alignment.fact(layer, 0.3), layer.weight.T @ ascent / 0.3, atol=1e-12)
        np.testing.assert_allclose(alignment.backward_fact(layer, 0.3), layer.weight @ ascent.T / 0.3, atol=1e-12)


def test_canonical_alignments_are_one_where_all_six_hold():
    # A rank-one layer: inputs along one axis, gradients along another, and the weight between them.
    rng = np.random.default_rng(4)
    u, v, s, t = rng.standard_normal(5), rng.standard_normal(4), rng.standard_normal(50), rng.standard_normal(50)
    inputs = np.outer(s, v)
    weight = np.outer(u, v)
    layer = alignment.Signals(weight, inputs, inputs @ weight.T, np.outer(t, u), np.zeros((50, 1, 5)))
    np.testing.assert_allclose(alignment.canonical(layer), 1, atol=1e-10)
    np.testing.assert_allclose(alignment.canonical(layer, normalised=False), 1, atol=1e-10)
    assert alignment.Canonical._fields[0] == "forward_rga"
