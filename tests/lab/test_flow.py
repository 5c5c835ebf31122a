"""Gradient flow on quadratics, where the path is known: exp(-H t)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from lawbook.lab import flow

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
