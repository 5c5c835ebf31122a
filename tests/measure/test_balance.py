"""What layers keep, against a training run and by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.measure import balance


def test_by_hand():
    low, high = np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([[1.0, 2.0]])
    (found,) = balance.balancedness([low, high])
    np.testing.assert_allclose(found.matrix, [[25 - 1, 4 - 2], [4 - 2, 1 - 4]])
    np.testing.assert_allclose(found.neurons, [24, -3])
    assert found.size == pytest.approx(np.linalg.norm([[25, 4], [4, 1]]) + 5)
    assert found.imbalance == pytest.approx(np.linalg.norm(found.matrix) / found.size)
    (biased,) = balance.balancedness([low, high], [np.array([1.0, 2.0]), None])
    np.testing.assert_allclose(biased.neurons, [25, 1])


def test_balanced_layers_and_layers_of_zeros():
    turn, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))
    assert balance.balancedness([turn, turn])[0].imbalance == pytest.approx(0, abs=1e-15)
    assert balance.balancedness([np.zeros((3, 2)), np.zeros((1, 3))])[0].imbalance == 0
    assert balance.balancedness([np.ones((3, 2)), np.zeros((1, 3))])[0].imbalance == pytest.approx(1)


def run(activation, eta, time=2.0, seed=1):
    """Checkpoints of gradient descent on a network with three layers and biases in the hidden ones."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((40, 3))
    y = np.sin(x[:, :1]) + x[:, 1:2]
    weights = [0.7 * rng.standard_normal(shape) for shape in ((6, 3), (5, 6), (1, 5))]
    biases = [0.3 * rng.standard_normal(6), np.zeros(5)]

    def loss(p):
        w, b = p
        h = activation(x @ w[0].T + b[0])
        h = activation(h @ w[1].T + b[1])
        return jnp.mean((h @ w[2].T - y) ** 2) / 2

    slope = jax.jit(jax.grad(loss))
    point, kept = (weights, biases), []
    steps = round(time / eta)
    for step in range(steps + 1):
        if step % (steps // 4) == 0:
            kept.append(point)
        point = jax.tree.map(lambda w, g: w - eta * g, point, slope(point))
    return [w for w, _ in kept], [[*b, None] for _, b in kept]


def test_relu_keeps_a_number_a_neuron_in_proportion_to_the_step():
    coarse, fine = (balance.drift(*run(jax.nn.relu, eta)) for eta in (0.02, 0.01))
    assert coarse.neurons.shape == (5, 2)
    assert (coarse.neurons[0] == 0).all()
    assert coarse.weights[-1] > 0.05
    np.testing.assert_allclose(coarse.neurons[-1] / fine.neurons[-1], 2, rtol=0.1)
    assert (fine.neurons[-1] < 0.02).all()
    assert (fine.matrices[-1] > 5 * fine.neurons[-1]).any()  # beside the diagonal nothing is kept
    assert (balance.drift(*run(jnp.tanh, 0.01)).neurons[-1] > 3 * fine.neurons[-1]).any()


def test_without_the_bias_nothing_is_kept():
    weights, biases = run(jax.nn.relu, 0.01)
    assert balance.drift(weights).neurons[-1, 0] > 3 * balance.drift(weights, biases).neurons[-1, 0]


def test_linear_layers_keep_the_whole_matrix():
    found = balance.drift(*run(lambda z: z, 0.005))
    assert (found.matrices[-1] < 0.02).all()
    assert found.weights[-1] > 0.05


@pytest.mark.parametrize(
    ("weights", "biases", "said"),
    [
        ([np.ones((2, 3))], None, "found 1 layers, expected at least two"),
        ([np.ones((2, 3)), np.ones((1, 3))], None, r"weights 0 of shape \(2, 3\) and weights 1 of shape \(1, 3\)"),
        ([np.ones((0, 3)), np.ones((1, 0))], None, r"weights 0 of shape \(0, 3\)"),
        ([np.ones((2, 3)), np.full((1, 2), np.nan)], None, "found weights 1 with infinite or undefined"),
        ([np.ones((2, 3)), np.ones(2)], None, r"found weights 1 of shape \(2,\), expected 2 axes"),
        ([np.ones((2, 3)), np.ones((1, 2))], [np.ones(2)], "found 1 biases for 2 layers"),
        ([np.ones((2, 3)), np.ones((1, 2))], [np.ones(3), None], r"found bias 0 of shape \(3,\), expected \(2,\)"),
        ([[[1.0], [1.0, 2.0]], np.ones((1, 2))], None, "found weights 0 that NumPy does not read"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, biases, said):
    with pytest.raises(ValueError, match=said):
        balance.balancedness(weights, biases)
    with pytest.raises(ValueError, match=said):
        balance.drift([weights], None if biases is None else [biases])


def test_runs_that_do_not_fit_are_refused():
    one = [np.ones((2, 3)), np.ones((1, 2))]
    with pytest.raises(ValueError, match="found no checkpoint"):
        balance.drift([])
    with pytest.raises(ValueError, match="biases at 1 times and weights at 2"):
        balance.drift([one, one], [[None, None]])
    with pytest.raises(ValueError, match=r"found weights of shapes \(\(3, 3\), \(1, 3\)\) at checkpoint 1"):
        balance.drift([one, [np.ones((3, 3)), np.ones((1, 3))]])
    with pytest.raises(ValueError, match="weights all 0 at the first checkpoint"):
        balance.drift([[np.zeros((2, 3)), np.zeros((1, 2))]])
