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


def test_samples_are_those_of_what_is_used(network):
    _, _, _, layers = network
    fewer = layers[0]._replace(inputs=layers[0].inputs[:2])
    np.testing.assert_array_equal(alignment.backward_fact(fewer, 0.3), alignment.backward_fact(layers[0], 0.3))
    with pytest.raises(ValueError, match="found 2 inputs, 7 outputs and 7 gradients"):
        alignment.canonical(fewer)


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


MEASURES = (alignment.cosine, alignment.traceless_cosine, alignment.pearson)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e-8, 1e6, 1e200])
def test_cosines_in_any_unit(measure, size):
    a, b = np.array([[2.0, 1.0], [1.0, 4.0]]), np.array([[1.0, -1.0], [-1.0, 3.0]])
    tolerance = 1e-2 if size == 1e-320 else 1e-13  # a subnormal number has three digits
    assert measure(size * a, b) == pytest.approx(measure(a, b), rel=tolerance)
    assert measure(size * a, size * b) == pytest.approx(measure(a, b), rel=tolerance)


@pytest.mark.parametrize("measure", MEASURES)
def test_cosines_of_coarse_numbers_are_computed_in_double(measure):
    a, b = np.array([[20, 10], [10, 40]]), np.array([[10, -10], [-10, 30]])
    assert measure(a.astype(np.int8), b.astype(np.int8)) == measure(a, b)
    large = np.float32(1e25) * a.astype(np.float32)  # squares leave the range of single precision
    assert measure(large, b) == pytest.approx(measure(a, b), rel=1e-6)


@pytest.mark.parametrize(
    ("measure", "matrix", "message"),
    [
        (alignment.cosine, np.zeros((2, 2)), "is 0 everywhere"),
        (alignment.traceless_cosine, 3.3 * np.eye(3), "multiple of the identity"),
        (
            alignment.traceless_cosine,
            (np.eye(3) + 1e-8 * np.ones((3, 3))).astype(np.float32),
            "multiple of the identity",
        ),
        (alignment.traceless_cosine, np.zeros((3, 3)), "multiple of the identity"),
        (alignment.pearson, np.full((3, 3), 0.1), "all entries equal"),
        (alignment.pearson, np.zeros((3, 3)), "all entries equal"),
        (alignment.traceless_cosine, np.ones((2, 3)), "expected a square one"),
        (alignment.cosine, np.array([[np.nan, 1.0]]), "NaN"),
        (alignment.pearson, np.array([[np.inf, 1.0]]), "infinite"),
        (alignment.cosine, np.zeros((0, 0)), "0 everywhere"),
        (alignment.cosine, np.ones((2, 2)) * 1j, "real numbers"),
    ],
)
def test_what_has_no_direction_is_refused(measure, matrix, message):
    other = np.arange(matrix.size, dtype=float).reshape(matrix.shape)
    for a, b in ((matrix, other), (other, matrix)):
        with pytest.raises(ValueError, match=message):
            measure(a, b)


@pytest.mark.parametrize("measure", MEASURES)
def test_matrices_of_different_shapes_are_refused(measure):
    """Three by two and two by three have as many entries, and no agreement."""
    for shapes in (((2, 2), (1, 4)), ((2, 2), (3, 3))):
        with pytest.raises(ValueError, match="expected"):
            measure(*(np.arange(np.prod(s), dtype=float).reshape(s) for s in shapes))


def test_powers_of_rounding_are_none():
    """A fourth root makes 1e-4 of the 1e-16 that rounding leaves of an eigenvalue 0."""
    rng = np.random.default_rng(5)
    root = rng.standard_normal((40, 3))
    found = alignment.power(root @ root.T, 0.25)
    assert np.linalg.matrix_rank(found, tol=1e-10) == 3
    values, vectors = np.linalg.eigh(root.T @ root)
    left = root @ vectors / np.sqrt(values)
    np.testing.assert_allclose(found, left * values**0.25 @ left.T, atol=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1e-8, 1e6, 1e200])
def test_powers_in_any_unit(size):
    a = positive(np.random.default_rng(6), 4)
    np.testing.assert_allclose(alignment.power(size * a, 0.5) / np.sqrt(size), alignment.power(a, 0.5), rtol=1e-10)
    np.testing.assert_allclose(alignment.power(size * a, -1) * size, np.linalg.inv(a), rtol=1e-10)


@pytest.mark.parametrize(
    ("matrix", "exponent", "message"),
    [
        (np.diag([1.0, 0.0]), -0.5, "expected a positive definite matrix"),
        (np.diag([1.0, 1e-17]), -1, "expected a positive definite matrix"),
        (np.diag([1.0, 1e-8]).astype(np.float32), -1, "expected a positive definite matrix"),
        (np.zeros((2, 2)), -1, "expected a positive definite matrix"),
        (np.diag([1.0, -0.1]), 0.5, "expected none below 0"),
        (np.array([[1.0, 5.0], [0.0, 1.0]]), 2, "differs from its transpose"),
        (np.ones((2, 3)), 2, "expected a square one"),
        (np.ones(3), 2, "expected 2 axes"),
        (np.array([[np.nan]]), 2, "NaN"),
        (np.diag([1e200, 1.0]), 2, "the power 2"),
        (np.zeros((0, 0)), 2, "expected a square one"),
    ],
)
def test_powers_that_are_not_there_are_refused(matrix, exponent, message):
    with pytest.raises(ValueError, match=message):
        alignment.power(matrix, exponent)


def test_a_condition_of_1e12_keeps_its_small_eigenvalue():
    np.testing.assert_allclose(alignment.power(np.diag([1.0, 1e-12]), -0.5), np.diag([1.0, 1e6]), rtol=1e-12)


def test_chance_needs_draws_and_matching_squares():
    rng = np.random.default_rng(7)
    with pytest.raises(ValueError, match="at least 2 draws"):
        alignment.chance(alignment.cosine, np.eye(3), np.eye(3), rng, draws=1)
    with pytest.raises(ValueError, match="the same shape"):
        alignment.chance(alignment.cosine, np.eye(3), np.eye(2), rng)
    with pytest.raises(ValueError, match="expected a square one"):
        alignment.chance(alignment.cosine, np.ones((2, 3)), np.ones((2, 3)), rng)


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e-8, 1e6, 1e200])
def test_normalised_covariance_in_any_unit(size):
    v = np.random.default_rng(8).standard_normal((9, 4))
    np.testing.assert_allclose(alignment.covariance(size * v), alignment.covariance(v), rtol=1e-10, atol=1e-15)


def test_covariance_of_single_precision_and_of_zeros():
    v = np.random.default_rng(9).standard_normal((9, 4)).astype(np.float32)
    np.testing.assert_allclose(alignment.covariance(np.float32(1e30) * v), alignment.covariance(v), atol=1e-6)
    np.testing.assert_allclose(alignment.covariance(np.float32(1e30) * v, normalised=False) / 1e60, alignment.covariance(v, normalised=False), rtol=1e-5)  # fmt: skip
    with_zero = np.array([[0.0, 0.0], [2.0, 0.0]])
    np.testing.assert_allclose(alignment.covariance(with_zero), [[0.25, 0], [0, 0]])


@pytest.mark.parametrize(
    ("vectors", "normalised", "message"),
    [
        (np.zeros((0, 3)), True, "at least one sample"),
        (np.ones(3), True, "expected 2 axes"),
        ([[np.nan, 1.0]], True, "NaN"),
        ([[1e200, 1.0], [-1e200, 1.0]], False, "product"),
    ],
)
def test_covariances_that_are_not_there_are_refused(vectors, normalised, message):
    with pytest.raises(ValueError, match=message):
        alignment.covariance(vectors, normalised=normalised)


def test_signals_that_do_not_fit_are_refused():
    def run(weights=(np.eye(2), np.eye(2)), x=np.ones((3, 2)), activation=tanh, slope=lambda f: f):  # noqa: B008
        return alignment.signals(weights, x, activation, slope)

    assert len(run()) == 2
    for changes, message in (
        ({"weights": ()}, "found 0 layers"),
        ({"x": np.ones((0, 2))}, "0 samples"),
        ({"x": np.ones((3, 4))}, "after 4 units"),
        ({"weights": (np.eye(2), np.eye(3))}, "after 2 units"),
        ({"slope": lambda f: f[0][None]}, "gradients of the loss"),  # would be broadcast to every sample
        ({"slope": lambda f: f.mean()}, "gradients of the loss"),
        ({"activation": lambda z: (z, np.ones((1, 2)))}, "derivatives"),
        ({"activation": lambda z: (z, np.full_like(z, np.nan))}, "NaN"),
        ({"weights": (np.full((2, 2), np.inf),)}, "infinite"),
    ):
        with pytest.raises(ValueError, match=message):
            run(**changes)


def test_feature_matrices_in_single_precision_and_refused(network):
    layer = network[3][1]
    large = np.float32(1e25)
    single = alignment.Signals(*(np.asarray(a, np.float32) for a in layer))
    single = single._replace(weight=large * single.weight)
    np.testing.assert_allclose(alignment.feature_matrix(single) / 1e50, alignment.feature_matrix(layer), rtol=1e-5)
    np.testing.assert_allclose(alignment.agop(single) / 1e50, alignment.agop(layer), rtol=1e-4)
    np.testing.assert_allclose(alignment.loss_agop(single) / 1e50, alignment.loss_agop(layer), rtol=1e-4)
    for decay in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="expected a positive number"):
            alignment.fact(layer, decay)
        with pytest.raises(ValueError, match="expected a positive number"):
            alignment.backward_fact(layer, decay)
    none = alignment.Signals(np.eye(2), *np.zeros((3, 0, 2)), np.zeros((0, 1, 2)))
    for function in (alignment.agop, alignment.loss_agop, lambda s: alignment.fact(s, 0.1)):
        with pytest.raises(ValueError, match="no samples"):
            function(none)
    with pytest.raises(ValueError, match="gradient of shape"):
        alignment.loss_agop(layer._replace(gradient=layer.gradient[:, 1:]))
    with pytest.raises(ValueError, match="signals of shape"):
        alignment.fact(layer._replace(inputs=layer.inputs[1:]), 0.1)


def test_canonical_alignment_of_a_dead_layer_is_refused():
    inputs = np.random.default_rng(10).standard_normal((5, 3))
    layer = alignment.Signals(np.eye(3), inputs, inputs, np.zeros((5, 3)), np.zeros((5, 1, 3)))
    with pytest.raises(ValueError, match="all entries equal"):
        alignment.canonical(layer)


def test_the_feature_ansatz_of_plain_arrays_is_that_of_a_network():
    rng = np.random.default_rng(11)
    weights = [rng.standard_normal((7, 5)), rng.standard_normal((4, 7)), rng.standard_normal((2, 4))]
    x = rng.standard_normal((30, 5))
    layer = alignment.signals(weights, x, lambda z: (np.maximum(z, 0), (z > 0) * 1.0), lambda f: f)[1]
    found = alignment.feature_ansatz(layer.weight, layer.jacobian @ layer.weight)
    features, outer = alignment.feature_matrix(layer), alignment.power(alignment.agop(layer), 0.5)
    assert found.cosine == pytest.approx(alignment.cosine(features, outer), rel=1e-12)
    assert found.traceless_cosine == pytest.approx(alignment.traceless_cosine(features, outer), rel=1e-12)
    assert found.pearson == pytest.approx(alignment.pearson(features, outer), rel=1e-12)
    one = alignment.feature_ansatz(layer.weight, (layer.jacobian @ layer.weight)[:, 0], exponent=1)
    assert one != alignment.feature_ansatz(layer.weight, (layer.jacobian @ layer.weight)[:, 1], exponent=1)


@pytest.mark.parametrize(
    ("weight", "gradients", "said"),
    [
        (np.ones((2, 3)), np.ones((4, 2)), r"gradients of shape \(4, 2\) and a weight of shape \(2, 3\)"),
        (np.ones((2, 3)), np.ones((0, 3)), "n at least 1"),
        (np.ones((2, 3)), np.ones(3), "found gradients of shape"),
        (np.eye(3), np.ones((4, 3)), "multiple of the identity"),
        (np.ones((2, 3)), np.full((4, 3), np.nan), "gradients with infinite or undefined"),
    ],
)
def test_arrays_that_do_not_fit_the_feature_ansatz_are_refused(weight, gradients, said):
    with pytest.raises(ValueError, match=said):
        alignment.feature_ansatz(weight, gradients)
