"""What collapse metrics and the sharpness cost, against tight versions of the same work: a part of `make bench`.

A tight version is written for one workload by hand: no checks, no reuse. Both take one thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from lawbook.lab.data import digits
from lawbook.lab.models import networks
from lawbook.lab.training import sgd
from lawbook.lab.training.descent import descend
from lawbook.measure.collapse import collapse

EPOCHS, BATCH, CLASSES = 60, 128, digits.CLASSES
STEPS, EVERY, STEP_SIZE, TOLERANCE, MOST = 600, 20, 1.0, 1e-6, 100
ROUNDS = 5


def cases() -> list[tuple[str, Callable[[], Any], Callable[[], Any], int]]:
    """What is measured, our version, the tight one, and how often."""
    jax.config.update("jax_enable_x64", True)
    return [(*case, ROUNDS) for case in (*_metrics(), _with_training(), _along_descent())]


def _tight_metrics(h: jax.Array, y: jax.Array, w: jax.Array) -> tuple[jax.Array, ...]:
    """The ten numbers of `collapse`, with nothing looked after."""
    members = (jnp.arange(CLASSES)[:, None] == y).astype(h.dtype)
    means = (members @ h) / members.sum(axis=1)[:, None]
    centred = means - means.mean(axis=0)
    gram = centred @ centred.T
    values, vectors = jnp.linalg.eigh(gram)
    along = h @ jnp.concatenate([w, centred]).T  # (n, 2 C): logits, and features along the means
    logits, shares = along[:, :CLASSES], along[:, CLASSES:]
    inside = (shares - (means @ centred.T)[y]) @ (vectors[:, 1:] / values[1:])
    label = jnp.argmax(logits, axis=1)
    nearest = jnp.argmax(shares - 0.5 * jnp.sum(means**2, axis=1), axis=1)

    def shape(rows: jax.Array) -> tuple[jax.Array, ...]:
        lengths = jnp.linalg.norm(rows, axis=1)
        pairs = ((rows / lengths[:, None]) @ (rows / lengths[:, None]).T)[np.triu_indices(CLASSES, 1)]
        return jnp.std(pairs), jnp.max(jnp.abs(pairs + 1 / (CLASSES - 1))), jnp.std(lengths) / jnp.mean(lengths)

    duality = jnp.linalg.norm(w / jnp.linalg.norm(w) - centred / jnp.linalg.norm(centred))
    within = jnp.mean(jnp.sum(inside**2, axis=1))
    return jnp.mean(label != y), within, *shape(centred), *shape(w), duality, jnp.mean(label != nearest)


def _clouds() -> tuple[jax.Array, jax.Array, jax.Array]:
    """Features (1797, 64) of ten classes in single precision, labels, and a classifier."""
    rng = np.random.default_rng(0)
    y = rng.integers(CLASSES, size=1797)
    h = rng.standard_normal((1797, 64)) + 2 * rng.standard_normal((CLASSES, 64))[y]
    return jnp.asarray(h, jnp.float32), jnp.asarray(y), jnp.asarray(rng.standard_normal((CLASSES, 64)), jnp.float32)


def _metrics() -> list[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    """The metrics of 60 epochs, called one by one and in a scan."""
    h, y, w = _clouds()

    def scanned(metrics: Callable[..., Any]) -> Callable[[], Any]:
        @jax.jit
        def all_epochs(h: jax.Array, y: jax.Array, w: jax.Array) -> Any:
            scales = jnp.linspace(1, 2, EPOCHS, dtype=h.dtype)
            return jax.lax.scan(lambda _, scale: (None, metrics(h * scale, y, w)), None, scales)[1]

        return lambda: all_epochs(h, y, w)

    def called(metrics: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: [metrics(h, y, w) for _ in range(EPOCHS)]

    return [
        ("collapse, 60 calls", called(collapse), called(jax.jit(_tight_metrics))),
        ("collapse, 60 times in a scan", scanned(collapse), scanned(_tight_metrics)),
    ]


def _with_training() -> tuple[str, Callable[[], Any], Callable[[], Any]]:
    """Sixty epochs of stochastic gradient descent with the metrics before each."""
    images, labels = digits.load(centred=True)
    rng = np.random.default_rng(0)
    data = jnp.asarray(images, jnp.float32), jnp.asarray(labels)
    start = jax.tree.map(lambda a: jnp.asarray(a, jnp.float32), networks.initialise([64, 64, 64, CLASSES], rng))
    whole = len(labels) // BATCH
    order = np.concatenate([rng.permutation(len(labels))[: whole * BATCH].reshape(whole, BATCH) for _ in range(EPOCHS)])

    def loss(params: Any, batch: Any) -> jax.Array:
        return networks.cross_entropy(networks.forward(params, batch[0], jax.nn.relu), batch[1])

    def hidden(params: Any) -> jax.Array:
        return jax.nn.relu(networks.forward(params[:-1], data[0], jax.nn.relu))

    def observe(params: Any, velocity: Any, gradient: Any) -> Any:
        return collapse(hidden(params), data[1], params[-1].weight)

    @jax.jit
    def tight(params: Any, data: Any, order: jax.Array) -> Any:
        def step(state: Any, rows: jax.Array) -> tuple[Any, None]:
            params, velocity = state
            slope = jax.grad(loss)(params, (data[0][rows], data[1][rows]))
            velocity = jax.tree.map(lambda v, g: jnp.float32(0.9) * v - jnp.float32(0.05) * g, velocity, slope)
            return (jax.tree.map(jnp.add, params, velocity), velocity), None

        def epoch(state: Any, rows: jax.Array) -> tuple[Any, Any]:
            log = _tight_metrics(hidden(state[0]), data[1], state[0][-1].weight)
            return jax.lax.scan(step, state, rows)[0], log

        return jax.lax.scan(epoch, (params, jax.tree.map(jnp.zeros_like, params)), order)

    def ours() -> Any:
        settings = {"step_size": 0.05, "momentum": 0.9, "batches": order, "observe": observe, "every": whole}
        return sgd.train(loss, start, data, **settings)

    by_epoch = order.reshape(EPOCHS, whole, BATCH)
    return "sgd.train, 60 epochs, collapse before each", ours, lambda: tight(start, data, by_epoch)


def _along_descent() -> tuple[str, Callable[[], Any], Callable[[], Any]]:
    """Full-batch descent at the edge of stability, the sharpness to a residual of 1e-6 every 20 steps.

    The tight version runs Lanczos on the host, over the live rows of the basis only, and tests after every product.
    """
    images, labels = digits.load(centred=True)
    data = jnp.asarray(images), jnp.asarray(np.eye(CLASSES)[labels])
    start = networks.initialise([64, 64, 64, CLASSES], np.random.default_rng(0), gain=1 / 3, bias=True)
    w, unravel = ravel_pytree(jax.tree.map(jnp.asarray, start))

    def loss(params: Any, batch: Any) -> jax.Array:
        return 0.5 * jnp.mean(jnp.sum((networks.forward(params, batch[0], jnp.tanh) - batch[1]) ** 2, axis=1))

    slope = jax.grad(lambda flat, data: loss(unravel(flat), data))
    linearised = jax.jit(lambda flat, data: jax.linearize(lambda at: slope(at, data), flat)[1])
    apply = jax.jit(lambda product, v: product(v))
    advance = jax.jit(lambda w, data: jax.lax.fori_loop(0, EVERY, lambda _, w: w - STEP_SIZE * slope(w, data), w))

    def tight() -> list[float]:
        at, levels = w, []
        begin = np.random.default_rng(1).standard_normal(w.size)
        basis = np.zeros((MOST + 1, w.size))
        for _ in range(STEPS // EVERY):
            product, diagonal, off = linearised(at, data), [], []
            basis[0] = begin / np.linalg.norm(begin)
            for j in range(MOST):
                rest = np.array(apply(product, basis[j]))
                diagonal.append(basis[j] @ rest)
                rest -= (basis[: j + 1] @ rest) @ basis[: j + 1]
                rest -= (basis[: j + 1] @ rest) @ basis[: j + 1]
                off.append(float(np.linalg.norm(rest)))
                basis[j + 1] = rest / off[-1]
                values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off[:-1], 1) + np.diag(off[:-1], -1))
                if off[-1] * abs(vectors[-1, -1]) <= TOLERANCE * np.abs(values).max():
                    break
            begin = basis[: len(off)].T @ vectors[:, -1]
            levels.append(float(values[-1]))
            at = advance(at, data)
        return levels

    def ours() -> Any:
        settings = {"step_size": STEP_SIZE, "steps": STEPS, "every": EVERY, "most": MOST, "tolerance": TOLERANCE}
        return descend(loss, start, data, **settings).sharpness

    return "descend, 600 steps, sharpness to 1e-6 every 20", ours, tight
