"""Descent against recurrences written out by hand, and against the stability thresholds of quadratics."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.training.descent import MEASUREMENTS_AT_A_TIME, descend


@pytest.fixture(autouse=True)
def _double_precision():
    with jax.enable_x64(True):
        yield


CURVATURES = np.array([0.5, 1.0, 3.0])
START = {"w": np.array([1.0, -2.0, 0.5])}
SAMPLES = (np.linspace(-1, 1, 12)[:, None] * np.ones(3), np.arange(12.0) % 3)


def bowl(params, data):
    """Half the weighted square of the distance to the mean of the samples."""
    return 0.5 * jnp.sum(CURVATURES * (params["w"] - data[0].mean(axis=0)) ** 2)


def by_hand(eta, beta, ahead, steps, targets=None):
    w, v = START["w"].copy(), np.zeros(3)
    losses = []
    for t in range(steps):
        target = 0.0 if targets is None else targets[t]
        gap = w + ahead * v - target
        losses.append(0.5 * np.sum(CURVATURES * gap**2))
        v = beta * v - eta * CURVATURES * gap
        w = w + v
    return w, np.array(losses)


@pytest.mark.parametrize(("beta", "nesterov"), [(0.0, False), (0.0, True), (0.7, False), (0.7, True)])
def test_follows_the_recurrence(beta, nesterov):
    path = descend(bowl, START, SAMPLES, step_size=0.2, momentum=beta, nesterov=nesterov, steps=30, every=10)
    w, losses = by_hand(0.2, beta, beta * nesterov, 30)
    np.testing.assert_allclose(path.params["w"], w, atol=1e-14)
    np.testing.assert_allclose(path.loss, losses, rtol=1e-12)
    np.testing.assert_array_equal(path.step, [0, 10, 20])
    np.testing.assert_allclose(path.sharpness, 3.0, rtol=1e-10)
    assert np.all(path.residual < 1e-6)


def test_plain_descent_is_the_power_of_its_factor():
    path = descend(bowl, START, SAMPLES, step_size=0.3, steps=20, every=20)
    np.testing.assert_allclose(path.params["w"], START["w"] * (1 - 0.3 * CURVATURES) ** 20, rtol=1e-12, atol=1e-15)


def test_batches_move_and_the_sharpness_stays_that_of_all_samples():
    rows = np.array([[0, 1], [5, 7], [11, 11], [2, 9]])
    targets = SAMPLES[0][rows].mean(axis=1)
    path = descend(bowl, START, SAMPLES, step_size=0.2, steps=4, every=2, batches=rows)
    w, losses = by_hand(0.2, 0.0, 0.0, 4, targets)
    np.testing.assert_allclose(path.params["w"], w, atol=1e-14)
    np.testing.assert_allclose(path.loss, losses, rtol=1e-12)

    def weighted(params, data):
        return 0.5 * jnp.mean(data[1]) * jnp.sum(params["w"] ** 2)

    stochastic = descend(weighted, START, SAMPLES, step_size=0.1, steps=4, every=2, batches=rows)
    np.testing.assert_allclose(stochastic.sharpness, SAMPLES[1].mean(), rtol=1e-10)


@pytest.mark.parametrize(
    ("beta", "nesterov", "threshold"), [(0.0, False, 2.0), (0.6, False, 3.2), (0.6, True, 3.2 / 2.2)]
)
def test_diverges_just_past_its_threshold(beta, nesterov, threshold):
    ends = []
    for share in (0.99, 1.01):
        eta = share * threshold / CURVATURES.max()
        ends.append(descend(bowl, START, SAMPLES, step_size=eta, momentum=beta, nesterov=nesterov, steps=2000).loss)
    assert ends[0][-1] < 1e-6
    assert ends[1][-1] > 1e6


def test_wrong_lengths_are_refused():
    with pytest.raises(ValueError, match="multiple of every = 20, found 30"):
        descend(bowl, START, SAMPLES, step_size=0.1, steps=30)
    with pytest.raises(ValueError, match="each of the 20 steps, found 5"):
        descend(bowl, START, SAMPLES, step_size=0.1, steps=20, batches=np.zeros((5, 2), int))


def test_a_run_longer_than_one_program_call_goes_on_where_it_was():
    path = descend(bowl, START, SAMPLES, step_size=0.2, momentum=0.7, steps=120, every=2)
    w, losses = by_hand(0.2, 0.7, 0.0, 120)
    assert len(path.step) == 60 > MEASUREMENTS_AT_A_TIME
    np.testing.assert_allclose(path.params["w"], w, atol=1e-14)
    np.testing.assert_allclose(path.loss, losses, rtol=1e-9)


def test_single_precision_stays_single_where_double_is_switched_on():
    start = jax.tree.map(np.float32, START)
    path = descend(bowl, start, jax.tree.map(np.float32, SAMPLES), step_size=0.2, momentum=0.7, steps=20, every=20)
    assert path.params["w"].dtype == np.float32
    np.testing.assert_allclose(path.params["w"], by_hand(0.2, 0.7, 0.0, 20)[0], atol=1e-5)
