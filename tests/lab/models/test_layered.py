"""Networks as fields: against the gradients and products that they stand for."""

import itertools

import numpy as np
import pytest
from lawbook.lab.models import layered
from lawbook.measure import conservation


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("widths", "relu", "bias"), [((2, 3, 2), False, False), ((2, 2, 2), True, True), ((2, 2, 2, 1), False, False)]
)
def test_the_fields_are_the_gradients_of_the_network(widths, relu, bias):
    model = layered.paths(widths, relu=relu, bias=bias)
    theta = rng().normal(size=model.size)
    step = 1e-6 * np.eye(model.size)

    def functions(point):
        return model.sums @ np.prod(np.append(point, 1.0)[model.taken], axis=1)

    numeric = np.stack([(functions(theta + h) - functions(theta - h)) / 2e-6 for h in step], axis=1)
    np.testing.assert_allclose(layered.gradients(model, theta[None])[0], numeric, atol=1e-8)


def test_linear_paths_sum_to_the_product_of_the_layers():
    model = layered.paths([2, 3, 4], relu=False)
    theta = rng().normal(size=model.size)
    first, second = theta[:6].reshape(3, 2), theta[6:].reshape(4, 3)
    products = model.sums @ np.prod(theta[model.taken], axis=1)
    np.testing.assert_allclose(np.sort(products), np.sort((second @ first).ravel()))


def test_product_of_three_numbers():
    """The authors' example: x₁x₂x₃ has an orbit of dimension 1 and two laws."""
    model = layered.paths([1, 1, 1, 1], relu=False)
    assert model.size == 3
    np.testing.assert_allclose(layered.gradients(model, [[2.0, 3.0, 5.0]]), [[[15.0, 10.0, 6.0]]])
    assert layered.count(model, [0.5, -0.8, 1.1], rng())[:2] == (2, 1)


@pytest.mark.parametrize("r", [2, 3, 6])
@pytest.mark.parametrize("size", [1e-8, 1.0, 1e6])
def test_polynomial_and_linear_counts_agree(r, size):
    """One takes finite differences of φ, the other commutators of matrices, in any unit of the weights."""
    model = layered.paths([2, r, 2], relu=False)
    theta = size * rng().normal(size=model.size)
    z = np.concatenate([theta[2 * r :].reshape(2, r), theta[: 2 * r].reshape(r, 2).T])  # (U; V)
    by_matrices = conservation.count_linear(layered.linear_network(2, 2), z)
    assert layered.count(model, theta, rng()).laws == by_matrices.laws


@pytest.mark.parametrize(
    ("widths", "relu", "bias", "laws"),
    [
        ((3, 2, 4), True, False, 2),  # one law a hidden neuron
        ((3, 2, 4), True, True, 2),
        ((2, 2, 2, 2), True, False, 4),
        ((2, 2, 2, 2), False, False, 6),  # 3 entries of a symmetric matrix a hidden layer
        ((2, 2, 2, 2, 2), False, False, 9),
        ((3, 3, 3, 3), False, False, 12),
    ],
)
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_counts_of_networks_known_in_closed_form(widths, relu, bias, laws, size):
    model = layered.paths(widths, relu=relu, bias=bias)
    assert layered.count(model, size * rng().normal(size=model.size), rng()).laws == laws


def test_a_layer_of_another_size_is_refused_or_counted_right():
    model = layered.paths([2, 2, 2, 2], relu=False)
    for size in (1e-2, 1e-4, 1e-6, 1e-8):
        theta = rng().normal(size=model.size)
        theta[:4] *= size
        try:
            assert layered.count(model, theta, rng()).laws == 6
        except conservation.AmbiguousRankError:
            assert size < 1e-2  # two units, no clear rank


def test_equal_neurons_are_a_special_point():
    model = layered.paths([2, 2, 1], relu=False)
    theta = np.array([1.0, 2.0, 1.0, 2.0, 0.5, 0.5])  # both neurons the same: fewer directions than nearby
    with pytest.raises(conservation.AmbiguousRankError, match="generic point"):
        layered.count(model, theta, rng())


def test_brackets_against_sums_of_derivatives_written_out():
    """The rank of all brackets to depth three, from the second and third derivatives of φ as tensors."""
    model = layered.paths([2, 2, 1, 2], relu=False)
    theta = rng().normal(size=model.size)
    phi, d = len(model.sums), model.size
    H, T = np.zeros((phi, d, d)), np.zeros((phi, d, d, d))
    for sums, path in zip(model.sums.T, model.taken, strict=True):
        for a, b, c in itertools.permutations(path):
            H[:, a, b] += sums * theta[c]
            T[:, a, b, c] += sums
    X = layered.gradients(model, theta[None])[0]
    HX = np.einsum("jde,ie->ijd", H, X)
    two = HX - np.swapaxes(HX, 0, 1)  # [X_i, X_j]
    slope = (  # the derivative of [X_i, X_j] along X_c
        np.einsum("jdef,ie,cf->cijd", T, X, X) + np.einsum("jde,cie->cijd", H, HX)
    )
    slope = slope - np.swapaxes(slope, 1, 2)
    three = slope - np.einsum("cde,ije->cijd", H, two)
    rows = np.concatenate([a.reshape(-1, d) for a in (X, two, three)])
    assert layered.count(model, theta, rng()).orbit == np.linalg.matrix_rank(rows, tol=1e-9)
