"""Gradient flow on quadratics, where the path is known: exp(-H t); heavy-ball flow on oscillators."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab.training import flow

TIMES = np.array([0.0, 0.3, 1.0, 4.0])


def quadratic():
    rng = np.random.default_rng(0)
    rotation, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    levels = np.array([0.01, 0.1, 1.0, 3.0, 10.0])
    hessian = rotation @ np.diag(levels) @ rotation.T
    start = rng.normal(size=5)
    path = [rotation @ np.diag(np.exp(-levels * t)) @ rotation.T @ start for t in TIMES]
    return lambda w, args: 0.5 * w @ hessian @ w, start, np.array(path)


@pytest.mark.parametrize("tolerance", [1e-6, 1e-9])
def test_path_on_a_quadratic(tolerance):
    loss, start, path = quadratic()
    error = np.abs(np.asarray(flow.gradient_flow(loss, start, TIMES, tolerance=tolerance).params) - path).max()
    assert error < 30 * tolerance
    assert error > 1e-3 * tolerance  # it spends no more than it was asked for


def test_a_finer_tolerance_takes_more_steps():
    loss, start, _ = quadratic()
    steps = [flow.gradient_flow(loss, start, TIMES, tolerance=10.0**-k).steps for k in (4, 7, 10)]
    assert steps == sorted(steps)
    assert steps[2] > 2 * steps[0]


def test_pytrees_keep_their_shape():
    out = flow.gradient_flow(lambda p, args: jnp.sum(p["a"] ** 2) / 2, {"a": np.ones((2, 3))}, TIMES)
    np.testing.assert_allclose(out.params["a"], np.exp(-TIMES)[:, None, None] * np.ones((2, 3)), atol=1e-7)


def test_single_precision_is_refused():
    with pytest.raises(ValueError, match="jax_enable_x64"):
        flow.gradient_flow(lambda w, args: w @ w, jnp.ones(2, jnp.float32), TIMES)


def test_too_many_steps_is_an_error(monkeypatch):
    monkeypatch.setattr(flow, "MAX_STEPS", 3)
    loss, start, _ = quadratic()
    with pytest.raises(RuntimeError, match="in 3 steps"):
        flow.gradient_flow(loss, start, TIMES)


def test_the_flow_is_the_limit_of_small_steps():
    loss, start, _ = quadratic()
    w = jnp.asarray(start)
    step = jax.jit(lambda w: w - 1e-4 * jax.grad(loss)(w, None))
    for _ in range(3000):
        w = step(w)
    reached = np.asarray(flow.gradient_flow(loss, start, TIMES).params)[1]
    np.testing.assert_allclose(w, reached, atol=2e-3)


def test_one_compilation_serves_every_argument():
    traces = []

    def loss(w, stiffness):
        traces.append(None)
        return 0.5 * stiffness * w @ w

    def error(stiffness, tolerance):
        args = jnp.asarray(stiffness)
        path = flow.gradient_flow(loss, np.ones(2), TIMES, args=args, tolerance=tolerance).params
        return np.abs(path[:, 0] - np.exp(-stiffness * TIMES)).max()

    assert error(1.0, 1e-8) < 1e-7
    first = len(traces)
    assert error(2.0, 1e-9) < 1e-8
    assert len(traces) == first


def springs(w, stiffness):
    """At module level, so that all cases share one compilation."""
    return 0.5 * jnp.sum(stiffness * w**2)


def damped(t, k, friction, mass):
    """Under-damped oscillator from 1 at rest, in closed form."""
    rate = friction / (2 * mass)
    w = np.sqrt(k / mass - rate**2)
    return np.exp(-rate * t) * (np.cos(w * t) + rate / w * np.sin(w * t))


@pytest.mark.parametrize("tolerance", [1e-7, 1e-10])
@pytest.mark.parametrize(("friction", "mass"), [(0.0, 1.0), (0.5, 1.0), (0.3, 2.5)])
def test_heavy_ball_is_a_damped_oscillator(friction, mass, tolerance):
    stiffness = np.array([1.0, 3.0, 10.0])
    run = flow.heavy_ball_flow(
        springs, np.ones(3), np.zeros(3), TIMES,
        friction=friction, mass=mass, args=jnp.asarray(stiffness), tolerance=tolerance,
    )  # fmt: skip
    want = damped(TIMES[:, None], stiffness, friction, mass)
    assert np.abs(np.asarray(run.params) - want).max() < 100 * tolerance
    slope = (
        damped(TIMES[:, None] + 1e-5, stiffness, friction, mass)
        - damped(TIMES[:, None] - 1e-5, stiffness, friction, mass)
    ) / 2e-5
    np.testing.assert_allclose(run.velocity, slope, atol=1e-6)


def test_fading_friction_on_a_flat_loss():
    times = np.array([1.0, 2.0, 5.0])
    run = flow.heavy_ball_flow(
        lambda w, _: 0.0 * w.sum(), np.zeros(1), np.ones(1), times, fading_friction=3.0, start=1.0, tolerance=1e-10
    )
    np.testing.assert_allclose(run.velocity[:, 0], times**-3.0, rtol=1e-8)
    np.testing.assert_allclose(run.params[:, 0], (1 - times**-2.0) / 2, atol=1e-8)


def test_fading_friction_from_time_zero_is_refused():
    with pytest.raises(ValueError, match="start above 0"):
        flow.heavy_ball_flow(lambda w, _: w @ w, np.ones(2), np.zeros(2), TIMES, fading_friction=3.0)


def test_without_mass_heavy_ball_becomes_gradient_flow():
    loss, start, path = quadratic()
    off = []
    for mass in (0.04, 0.02):
        velocity = -jax.grad(loss)(start, None)
        run = flow.heavy_ball_flow(loss, start, velocity, TIMES, friction=1.0, mass=mass, tolerance=1e-9)
        off.append(np.abs(np.asarray(run.params)[-1] - path[-1]).max())
    assert off[0] / off[1] == pytest.approx(2, rel=0.1)
