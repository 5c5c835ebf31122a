"""The student against sampled losses, numerical derivatives and the exact solution of one neuron."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.solvable import hermite_student as student


def test_loss_is_half_the_mean_squared_error():
    rng = np.random.default_rng(0)
    v, a = rng.standard_normal((3, 3)) * 0.7, np.array([0.8, 0.6])
    nodes, mass = np.polynomial.hermite_e.hermegauss(9)  # exact up to degree 17 in each coordinate, 8 is needed
    x = np.stack(np.meshgrid(nodes, nodes, nodes), axis=-1).reshape(-1, 3)
    mass = np.prod(np.stack(np.meshgrid(mass, mass, mass), axis=-1), axis=-1).ravel()
    square = jax.vmap(lambda row: student.sample_loss(jnp.asarray(v), jnp.asarray(a), row[None]))(x)
    assert float(student.loss(v, a, 4)) == pytest.approx(float(mass @ square / mass.sum()), rel=1e-10)


@pytest.mark.parametrize("degree", [2, 4, 6])
def test_descent_is_minus_the_gradient(degree):
    rng = np.random.default_rng(1)
    v, a = jnp.asarray(rng.standard_normal((5, 7))), jnp.asarray([0.7, 0.5, 0.2])
    gradient = jax.grad(student.loss)(v, a, degree)
    np.testing.assert_allclose(student._descent(v, a, degree), -gradient, rtol=1e-10, atol=1e-12)


def test_one_small_neuron_follows_its_exact_equation():
    # dx/dt = 8 a x^2 (1 - x): F(x) - F(x0) = 8 a t with F(x) = -1/x + log(x / (1 - x))
    a, start = 0.5, 0.2
    v = 1e-6 * np.array([[np.sqrt(start), np.sqrt(1 - start)]])
    path = student.train(v, [a], step_size=1e-3, steps=2000, every=10)
    x = path.overlap[:, 0]
    grown = -1 / x + np.log(x / (1 - x)) + 1 / start - np.log(start / (1 - start))
    np.testing.assert_allclose(grown, 8 * a * path.time, rtol=2e-3, atol=1e-12)


def test_one_small_neuron_of_degree_six_follows_its_exact_equation():
    # dx/dt = 12 a x^3 (1 - x): F(x) - F(x0) = 12 a t with F(x) = -1 / 2x^2 - 1/x + log(x / (1 - x))
    a, start = 0.5, 0.3
    v = 1e-6 * np.array([[np.sqrt(start), np.sqrt(1 - start)]])
    path = student.train(v, [a], step_size=1e-3, steps=2000, degree=6, every=10)

    def antiderivative(x):
        return -1 / (2 * x**2) - 1 / x + np.log(x / (1 - x))

    grown = antiderivative(path.overlap[:, 0]) - antiderivative(start)
    np.testing.assert_allclose(grown, 12 * a * path.time, rtol=2e-3, atol=1e-12)


def test_recovery_interpolates_and_says_what_was_not_found():
    path = student.Path(
        np.array([0.0, 1.0, 2.0]), np.zeros(3), np.array([[0.1, 0.1, 0.9], [0.3, 0.2, 1.0], [0.7, 0.3, 1]])
    )
    np.testing.assert_allclose(path.recovery(), [1.5, np.inf, 0.0])


def test_rotated_neurons_have_the_same_inner_products():
    rng = np.random.default_rng(2)
    small = student.initialise(5, 40, 3, 0.1, np.random.default_rng(3))
    v = np.random.default_rng(3).standard_normal((5, 40))
    v *= 0.1 / np.linalg.norm(v, axis=1, keepdims=True)
    assert small.shape == (5, 8)
    np.testing.assert_allclose(small @ small.T, v @ v.T, atol=1e-15)
    np.testing.assert_allclose(small[:, :3], v[:, :3])
    assert student.initialise(50, 40, 3, 0.1, rng).shape == (50, 40)


def test_winners_are_matched_one_to_one():
    v = np.sqrt(np.array([[0.6, 0.4], [0.5, 0.1]]))
    v = np.concatenate([v, np.sqrt(1 - np.sum(v**2, axis=1, keepdims=True))], axis=1)
    np.testing.assert_allclose(student.winners(v, [1.0, 1.0]), [0.6, 0.1])
    np.testing.assert_allclose(student.winners(v, [1.0, 3.0]), [0.5, 0.4])
    np.testing.assert_allclose(student.winners(v, [1.0, 2.0]), [0.5, 0.4])  # 0.4 times 2 comes before 0.6
    np.testing.assert_allclose(student.winners(v, [1.0, 2.0], degree=6), [0.6, 0.1])  # 0.6 squared before 0.4 squared
    with pytest.raises(ValueError, match="expected at least one each"):
        student.winners(v, [1.0, 1.0, 1.0])


def test_online_descent_with_a_large_batch_is_descent_on_the_population_loss():
    rng = np.random.default_rng(4)
    v = student.initialise(2, 3, 1, 0.3, rng).astype(np.float32)
    v[:, 0] = [0.2, 0.1]
    a = np.array([1.0], np.float32)
    online = student.train_online(v, a, rng, step_size=0.01, steps=40, batch=4000)
    exact = student.train(v, a, step_size=0.01, steps=40, every=10)
    np.testing.assert_allclose(online.overlap[:, 0], exact.overlap[:4, 0], rtol=0.1)


def test_weights():
    a = student.power_law_weights(10, 0.8)
    assert np.sum(a**2) == pytest.approx(1.0)
    assert a[3] / a[0] == pytest.approx(4**-0.8)
