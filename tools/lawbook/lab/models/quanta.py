"""Quanta: pieces of knowledge used with power-law frequencies, and the parity tasks that stand for them in a network.

Quantum k is needed by a share p_k = k^-(1 + alpha) / zeta(1 + alpha) of the samples, k = 1, 2, ... without end
(Michaud et al. 2023). In multitask sparse parity a sample names a task and shows bits; its label is the parity of the
task's own two bits. A network learns a task at once or not at all, and has to find its bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.typing import ArrayLike
from numpy.typing import NDArray

from lawbook.lab.models import networks

Array = NDArray[np.float64]

BITS = 16  # of a sample
STRIDES = (1, 3, 5, 7, 2, 4, 6)  # of the two bits of a task around a ring: all pairs differ


def frequencies(alpha: float, count: int) -> Array:
    """p_k for k = 1..count, shape (count,). They sum to 1 with `tail(alpha, count)`."""
    from scipy.special import zeta

    return np.asarray(np.arange(1, count + 1.0) ** -(1 + alpha) / zeta(1 + alpha))


def tail(alpha: float, known: int) -> float:
    """The share of samples whose quantum is not among the `known` most frequent ones: the sum of p_k over k > known."""
    from scipy.special import zeta

    return float(zeta(1 + alpha, known + 1) / zeta(1 + alpha))


def unseen(counts: ArrayLike, samples: int) -> float:
    """The expected share of tokens whose type is new after `samples` tokens: sum of p_k (1 - p_k)^samples.

    It is estimated without bias from the counts of a larger text, as the chance that one more token of it, drawn
    without replacement like those before, is of a new type.

    Arguments:
        counts: How often each type occurs, shape (types,).
        samples: Tokens seen, fewer than the counts sum to.

    Returns:
        A share between 0 and 1.
    """
    from scipy.special import gammaln

    c = np.asarray(counts, dtype=float)
    total = c.sum()
    c = c[(c > 0) & (total - c >= samples)]  # a more frequent type is surely seen
    log_avoided = gammaln(total - c + 1) - gammaln(total - c - samples + 1)  # ways to draw only other types
    return float(np.sum(c / total * np.exp(log_avoided - gammaln(total) + gammaln(total - samples))))


def parity_tasks(tasks: int, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Two of 16 bits for each task, as masks; no pair twice, and each bit in equally many tasks.

    The balance matters: tasks that share bits help each other, and with pairs drawn freely some get more help.

    Arguments:
        tasks: A multiple of 16, at most 112.
        rng: Names the bits and orders the pairs.

    Returns:
        Shape (tasks,).

    Raises:
        ValueError: No such number of tasks.
    """
    if tasks % BITS or not 0 < tasks <= BITS * len(STRIDES):
        raise ValueError(f"found {tasks} tasks, expected a multiple of {BITS}, at most {BITS * len(STRIDES)}")
    name = rng.permutation(BITS)
    first = np.arange(tasks) % BITS
    second = (first + np.repeat(STRIDES, BITS)[:tasks]) % BITS
    return rng.permutation((1 << name[first]) | (1 << name[second])).astype(np.uint16)


def inputs(tasks: int, task: ArrayLike, word: ArrayLike) -> jax.Array:
    """One-hot code of the task, then the bits of the word: shape (samples, tasks + 16), float32."""
    return jnp.concatenate([jax.nn.one_hot(task, tasks), _bits(word)], axis=1)


def logits(params: networks.Params, tasks: int, task: ArrayLike, word: ArrayLike) -> jax.Array:
    """What a network of one hidden ReLU layer says to `inputs`, shape (samples,).

    The weights of the task are looked up: to multiply all of them by a one-hot code would cost several times as much.
    """
    hidden, last = params
    weight = jnp.asarray(hidden.weight)  # (width, tasks + 16)
    sums = weight[:, :tasks].T[jnp.asarray(task)] + _bits(word) @ weight[:, tasks:].T + jnp.asarray(hidden.bias)
    return networks.forward((last,), jax.nn.relu(sums), jax.nn.relu)[:, 0]


def _bits(word: ArrayLike) -> jax.Array:
    bits = (jnp.asarray(word)[:, None] >> jnp.arange(BITS, dtype=jnp.uint16)) & 1
    return bits.astype(jnp.float32)


def labels(masks: ArrayLike, task: ArrayLike, word: ArrayLike) -> jax.Array:
    """Parity of the task's bits in the word, 0 or 1: shape (samples,), float32."""
    return (jax.lax.population_count(jnp.asarray(word) & jnp.asarray(masks)[task]) & 1).astype(jnp.float32)


def learn(
    masks: NDArray[np.uint16],
    shares: ArrayLike,
    widths: Sequence[int],
    rng: np.random.Generator,
    *,
    optimiser: optax.GradientTransformation,
    steps: int,
    every: int,
    batch: int = 512,
    tests: int = 200,
) -> Array:
    """Train networks of one hidden ReLU layer on fresh samples, and log their loss on each task.

    Arguments:
        masks: The tasks, from `parity_tasks`.
        shares: How often each task is asked, shape (tasks,), in any unit.
        widths: Of the networks, which all see the same samples.
        rng: Draws samples and weights.
        optimiser: From optax; the same object shares a compilation.
        steps: A multiple of `every`.
        every: Steps between two measurements.
        batch: Samples a step.
        tests: Samples a task to measure on.

    Returns:
        Binary cross-entropy in nats, shape (steps / every, len(widths), tasks).
    """
    tasks = len(masks)
    edges = np.cumsum(np.asarray(shares, dtype=float)) / np.sum(shares)
    shape = (steps // every, every, batch)
    task = np.searchsorted(edges[:-1], rng.random(shape, dtype=np.float32), side="right").astype(np.uint8)
    word = rng.integers(0, 1 << BITS, shape, dtype=np.uint16)
    drawn = [_network(tasks + BITS, width, rng) for width in widths]
    alike = [[i for i, w in enumerate(widths) if w == width] for width in dict.fromkeys(widths)]  # stacked below
    start = tuple(jax.tree.map(lambda *leaves: np.stack(leaves), *(drawn[i] for i in group)) for group in alike)
    test_task = np.repeat(np.arange(tasks, dtype=np.uint8), tests)
    test_word = rng.integers(0, 1 << BITS, len(test_task), dtype=np.uint16)
    log = _run(start, masks, (task, word), (test_task, test_word), optimiser=optimiser)
    return np.asarray(log, dtype=float)[:, np.argsort(np.concatenate(alike))]


def _network(fan_in: int, width: int, rng: np.random.Generator) -> networks.Params:
    def uniform(out: int, into: int) -> NDArray[np.float32]:
        return rng.uniform(-(into**-0.5), into**-0.5, (out, into)).astype(np.float32)

    return (
        networks.Layer(uniform(width, fan_in), np.zeros(width, np.float32)),
        networks.Layer(uniform(1, width), np.zeros(1, np.float32)),
    )


@partial(jax.jit, static_argnames="optimiser")
def _run(
    start: tuple[networks.Params, ...],
    masks: jax.Array,
    samples: tuple[jax.Array, jax.Array],
    tests: tuple[jax.Array, jax.Array],
    *,
    optimiser: optax.GradientTransformation,
) -> jax.Array:
    tasks = masks.shape[0]

    def losses(params: networks.Params, task: jax.Array, word: jax.Array) -> jax.Array:
        y = labels(masks, task, word)
        logit = jax.vmap(lambda p: logits(p, tasks, task, word))(params)
        return jax.nn.softplus(logit) - y * logit  # (networks of this width, samples)

    def total(all_params: tuple[networks.Params, ...], task: jax.Array, word: jax.Array) -> jax.Array:
        return jnp.sum(jnp.stack([losses(p, task, word).mean(axis=1).sum() for p in all_params]))

    def step(state: tuple[Any, Any], sample: tuple[jax.Array, jax.Array]) -> tuple[tuple[Any, Any], None]:
        params, memory = state
        update, memory = optimiser.update(jax.grad(total)(params, *sample), memory, params)
        return (optax.apply_updates(params, update), memory), None

    def block(state: tuple[Any, Any], sample: tuple[jax.Array, jax.Array]) -> tuple[tuple[Any, Any], jax.Array]:
        state, _ = jax.lax.scan(step, state, sample)
        found = jnp.concatenate([losses(p, *tests) for p in state[0]])  # (networks, tests)
        return state, found.reshape(len(found), tasks, -1).mean(axis=2)

    _, log = jax.lax.scan(block, (start, optimiser.init(start)), samples)
    return log
