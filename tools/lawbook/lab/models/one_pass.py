"""Networks of `characters`, several sizes side by side, trained on fresh characters or on the same again.

Compiled, other than `characters.train`: at small batches a step in NumPy takes longer to start its operations than to
do them. All sizes stand in one vector, each with batches of its own, so one short program trains them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import NDArray

from lawbook.lab.models.characters import AVERAGE, CONTEXT, EMBEDDING, WARM_UP, Codes, initialise, losses, parts

CHUNK = 2048  # characters in one compiled scan: runs of every length share it
Vector = NDArray[np.float32]


def count(hidden: int, vocabulary: int) -> int:
    """Number of all parameters, the embedding among them, as Hoffmann et al. count."""
    return vocabulary * EMBEDDING + CONTEXT * EMBEDDING * hidden + hidden + hidden * vocabulary + vocabulary


def train(
    codes: Codes,
    held_out: tuple[Codes, Codes],
    *,
    hidden: Sequence[int],
    vocabulary: int,
    batch: int,
    log_at: Sequence[int],
    rng: np.random.Generator,
    step_size: float = 4e-3,
    fresh: int | None = None,
) -> tuple[Vector, Vector]:
    """Train networks by Adam on characters of a text, by default on none twice, and test them along the way.

    The step size is constant after its warm-up. The running average of the weights stands for a schedule that ends at
    each test, so one run gives the loss of every shorter one.

    Arguments:
        codes: The training text, shape (characters,), below `vocabulary`.
        held_out: Contexts and following characters to test on, from `characters.windows`.
        hidden: Numbers of hidden units, one a network.
        vocabulary: Number of symbols.
        batch: Characters in a step, a divisor of `CHUNK`.
        log_at: The characters seen after which to test, increasing multiples of `CHUNK`.
        rng: Draws weights and the order of the characters, anew for each network.
        step_size: Of Adam (0.9, 0.99).
        fresh: Characters after which a network reads the same ones again, each time in another order; none by default.

    Returns:
        Mean held-out losses in nats of the averaged and of the raw weights, each of shape (networks, tests).

    Raises:
        ValueError: A batch or a test that does not fit into `CHUNK`, or a text shorter than what is read of it.
    """
    if CHUNK % batch or any(characters % CHUNK for characters in log_at):
        raise ValueError(
            f"found batch {batch} and tests at {list(log_at)}, expected a divisor and multiples of {CHUNK}"
        )
    fresh = log_at[-1] if fresh is None else fresh
    if not 0 < fresh <= len(codes) - CONTEXT:
        raise ValueError(
            f"found {len(codes)} characters of text, expected at least {fresh + CONTEXT}, and fresh above 0"
        )
    sizes = tuple(hidden)
    weights = np.concatenate([initialise(units, vocabulary, rng) for units in sizes])
    state: Any = (weights, weights.copy(), np.zeros_like(weights), np.zeros_like(weights))
    order = np.stack(  # where the characters stand that are predicted, (networks, characters)
        [_order(len(codes) - CONTEXT, fresh, log_at[-1], rng) + CONTEXT for _ in sizes]
    )
    step = np.arange(1, log_at[-1] // batch + 1)
    rates = np.stack(  # of the step, of the correction to the mean square, of the average
        [
            step_size * np.minimum(1, step / WARM_UP) / (1 - 0.9**step),
            1 / (1 - 0.99**step),
            AVERAGE / (step + AVERAGE),
        ],
        axis=1,
    ).astype(np.float32)
    tested: list[list[list[float]]] = []
    for seen in range(0, log_at[-1], CHUNK):
        ends = order[:, seen : seen + CHUNK].reshape(len(sizes), -1, batch).swapaxes(0, 1)
        contexts = codes[ends[..., None] + np.arange(-CONTEXT, 0)]  # (steps, networks, batch, 8)
        now = rates[seen // batch : (seen + CHUNK) // batch]
        state = _chunk(state, contexts, codes[ends], now, sizes, vocabulary)
        if seen + CHUNK in log_at:
            tested.append([_test(np.asarray(state[i]), held_out, sizes, vocabulary) for i in (1, 0)])
    averaged, raw = np.array(tested, np.float32).transpose(1, 2, 0)
    return averaged, raw


def _order(places: int, fresh: int, length: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """The first `length` places to read of many, `fresh` ones that come again in another order."""
    drawn = rng.choice(places, fresh, replace=False)
    again = [rng.permutation(drawn) for _ in range(-(-length // fresh) - 1)]
    return np.concatenate([drawn, *again])[:length]


def _test(weights: Vector, held_out: tuple[Codes, Codes], hidden: tuple[int, ...], vocabulary: int) -> list[float]:
    """Mean held-out loss of each network, in nats."""
    ends = np.cumsum([count(units, vocabulary) for units in hidden])
    networks = zip(np.split(weights, ends[:-1]), hidden, strict=True)
    return [float(losses(own, *held_out, units, vocabulary).mean()) for own, units in networks]


def _slopes(network: list[Array], contexts: Array, following: Array, vocabulary: int) -> list[Array]:
    """Gradient of the mean loss of one network by each of its parts, as `characters.parts` orders them."""
    embedding, matrix, bias, readout, shift = network
    rows, seen = len(following), contexts.ravel()
    one_hot, target = (jax.nn.one_hot(codes, vocabulary, dtype=matrix.dtype) for codes in (seen, following))
    x = embedding[seen].reshape(rows, -1)  # (batch, 8 * 16)
    a = jax.nn.relu(x @ matrix + bias)  # (batch, hidden)
    z = (jax.nn.softmax(a @ readout + shift) - target) / rows  # (batch, V)
    back = jnp.where(a > 0, z @ readout.T, 0)
    of_embedding = one_hot.T @ (back @ matrix.T).reshape(-1, EMBEDDING)
    return [of_embedding, x.T @ back, back.sum(axis=0), a.T @ z, z.sum(axis=0)]


# One level below the default of XLA: less time to compile, and the steps are as fast.
@partial(jax.jit, static_argnums=(4, 5), donate_argnums=0, compiler_options={"xla_backend_optimization_level": 1})
def _chunk(
    state: Any, contexts: Array, following: Array, rates: Array, hidden: tuple[int, ...], vocabulary: int
) -> Any:
    def step(state: Any, now: tuple[Array, Array, Array]) -> tuple[Any, None]:
        weights, average, mean, square = state
        contexts, following, (size, correction, share) = now
        slopes = [
            part.ravel()
            for i, network in enumerate(_networks(weights, hidden, vocabulary))
            for part in _slopes(network, contexts[i], following[i], vocabulary)
        ]
        slope = jnp.concatenate(slopes)
        mean = mean + 0.1 * (slope - mean)
        square = square + 0.01 * (slope**2 - square)
        weights = weights - size * mean / (jnp.sqrt(square * correction) + 1e-8)
        return (weights, average + share * (weights - average), mean, square), None

    return lax.scan(step, state, (contexts, following, rates))[0]


def _networks(weights: Array, hidden: tuple[int, ...], vocabulary: int) -> list[list[Array]]:
    """The parts of each network in the vector of all."""
    found, at = [], 0
    for units in hidden:
        shapes = [part.shape for part in parts(np.zeros(count(units, vocabulary), np.float32), units, vocabulary)]
        network = []
        for shape in shapes:
            network.append(lax.slice(weights, (at,), (at + int(np.prod(shape)),)).reshape(shape))
            at += int(np.prod(shape))
        found.append(network)
    return found
