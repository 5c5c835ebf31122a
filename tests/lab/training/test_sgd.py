"""Training with batches, momentum and decay, against the update written out by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.training import sgd

DATA = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
BATCHES = np.array([[0, 1], [2, 2], [1, 0], [0, 2]])


def loss(params, batch):
    return 0.5 * jnp.mean((batch @ params["w"] - 1.0) ** 2)


def observe(params, velocity, gradient):
    return {"w": params["w"], "v": velocity["w"], "g": gradient["w"]}


def by_hand(step_size, momentum, weight_decay):
    w, v, path, moves, slopes = np.array([0.3, -0.2]), np.zeros(2), [], [], []
    for rows in BATCHES:
        batch = DATA[rows]
        g = batch.T @ (batch @ w - 1.0) / len(rows)
        path.append(w), moves.append(v), slopes.append(g)
        v = momentum * v - step_size * (g + weight_decay * w)
        w = w + v
    return np.array([*path, w]), np.array([*moves, v]), np.array(slopes)


def test_the_update_by_hand():
    for knobs in [(0.1, 0.0, 0.0), (0.1, 0.9, 0.0), (0.2, 0.5, 0.3)]:
        step_size, momentum, weight_decay = knobs
        run = sgd.train(
            loss,
            {"w": np.array([0.3, -0.2])},
            DATA,
            step_size=step_size,
            momentum=momentum,
            weight_decay=weight_decay,
            batches=BATCHES,
            observe=observe,
        )
        path, moves, slopes = by_hand(*knobs)
        np.testing.assert_allclose(run.log["w"], path, rtol=1e-14)
        np.testing.assert_allclose(run.log["v"], moves, atol=1e-15)
        np.testing.assert_allclose(run.log["g"][:-1], slopes, atol=1e-15)
        np.testing.assert_allclose(run.params["w"], path[-1], rtol=1e-14)


def test_one_compilation_serves_all_step_sizes():
    traces = []

    def counted(params, batch):
        traces.append(None)
        return loss(params, batch)

    seen = []
    for step_size in (0.1, 0.2):
        sgd.train(counted, {"w": np.zeros(2)}, DATA, step_size=step_size, batches=BATCHES, observe=observe)
        seen.append(len(traces))
    assert seen[0] == seen[1]


def test_an_observation_every_few_steps_is_every_few_rows_of_the_log():
    settings = {"step_size": 0.2, "momentum": 0.5, "weight_decay": 0.3, "batches": BATCHES, "observe": observe}
    each = sgd.train(loss, {"w": np.array([0.3, -0.2])}, DATA, **settings)
    for every in (2, 4):
        some = sgd.train(loss, {"w": np.array([0.3, -0.2])}, DATA, every=every, **settings)
        for name in ("w", "v", "g"):
            np.testing.assert_allclose(some.log[name], each.log[name][::every], atol=1e-15)
        np.testing.assert_allclose(some.params["w"], each.params["w"], atol=1e-15)


def test_wrong_lengths_and_rows_are_refused():
    settings = {"step_size": 0.1, "observe": observe}
    with pytest.raises(ValueError, match="multiple of every = 3, found 4"):
        sgd.train(loss, {"w": np.zeros(2)}, DATA, batches=BATCHES, every=3, **settings)
    with pytest.raises(ValueError, match=r"row numbers 0 \.\. 3 in batches, expected 0 \.\. 2"):
        sgd.train(loss, {"w": np.zeros(2)}, DATA, batches=[[0, 3]], **settings)


def test_single_precision_stays_single_where_double_is_switched_on():
    start, data = {"w": np.float32([0.3, -0.2])}, np.float32(DATA)
    with jax.enable_x64(True):
        run = sgd.train(loss, start, data, step_size=0.1, momentum=0.9, batches=BATCHES, observe=observe)
    assert run.params["w"].dtype == np.float32
    np.testing.assert_allclose(run.params["w"], by_hand(0.1, 0.9, 0.0)[0][-1], rtol=1e-5)
