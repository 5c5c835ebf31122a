"""Maximum-margin separators by hand and against their optimality conditions; descent against what is known."""

import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.solvable import separable
from lawbook.lab.training.flow import gradient_flow
from lawbook.measure import margin


def clouds(samples=30, width=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((samples, width)) + 2.5 * np.eye(width)[0]


def test_one_step_by_hand():
    x = np.array([[2.0, 0.0]])
    w = separable.descend(x, np.zeros(2), [1], step_size=0.3)
    np.testing.assert_allclose(w, [[0.3 * 0.5 * 2, 0]], atol=1e-15)  # the slope of the loss at 0 is -1/2
    w = separable.descend(x, np.zeros(2), [1], step_size=0.3, steer=jnp.sign)
    np.testing.assert_allclose(w, [[0.3, 0]], atol=1e-15)


def test_descent_saves_where_it_was_asked_and_follows_the_flow():
    x = clouds(seed=3)
    step, steps = 1e-3, np.array([1, 400, 4000])
    path = separable.descend(x, np.ones(5), steps, step_size=step)
    np.testing.assert_allclose(path[1], separable.descend(x, path[0], [399], step_size=step)[0], rtol=1e-13)
    flow = gradient_flow(separable.logistic_risk, np.ones(5), step * steps, args=(x, 0.0)).params
    np.testing.assert_allclose(path, flow, atol=5e-3)


def test_on_one_sample_the_loss_one_over_u_grows_like_a_cube_root():
    # r' = 1 / r² is solved by r = (3 t)^(1/3).
    args = (np.ones((1, 1)), 0.0)
    w = np.asarray(gradient_flow(separable.inverse_risk, np.zeros(1), [1e6, 1e9], args=args).params)[:, 0]
    np.testing.assert_allclose(w, np.cbrt([3e6, 3e9]), rtol=1e-4)


def test_the_inverse_loss_is_smooth_where_its_pieces_meet():
    u = np.array([1 - 1e-6, 1.0, 1 + 1e-6])
    np.testing.assert_allclose(separable.inverse(u), 2 - u, atol=1e-11)


def test_decay_stops_the_growth():
    # One sample: the minimiser solves decay * w = 1 / (1 + exp(w)).
    w = np.asarray(gradient_flow(separable.logistic_risk, np.zeros(1), [1e4], args=(np.ones((1, 1)), 0.1)).params)[0, 0]
    assert 0.1 * w == pytest.approx(1 / (1 + np.exp(w)), abs=1e-7)


@pytest.mark.parametrize("start", [(0.0, 0.0), (2.0, -1.0)])
def test_what_stays_along_the_separator_depends_on_the_duals_alone(start):
    # ŵ = (1, 1/2) has the duals 3/4 and 1/2.
    x = np.array([[1.0, 0.0], [0.5, 1.0]])
    found = margin.hard_margin(x)
    length = np.linalg.norm(found.vector)
    w = np.asarray(gradient_flow(separable.logistic_risk, np.array(start), [1e12], args=(x, 0.0)).params)[0]
    stays = w @ found.vector / length - length * np.log(1e12)
    assert stays == pytest.approx(-np.sum(found.duals * np.log(found.duals)) / length, rel=1e-4)


def test_how_far_the_angle_is_depends_on_the_start():
    x = np.array([[1.0, 0.0]])
    ends = [
        gradient_flow(separable.logistic_risk, np.array([0.0, across]), [1e12], args=(x, 0.0)).params[0]
        for across in (0.0, 3.0)
    ]
    angles = margin.angle(np.array(ends), np.array([1.0, 0.0]))
    np.testing.assert_allclose(angles, [0, 3 / np.log(1e12)], rtol=1e-2, atol=1e-12)
