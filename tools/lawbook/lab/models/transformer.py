"""A small decoder-only transformer as a plain pytree, and Adam under `lax.scan` in pieces that compile once.

Pre-norm (RMS), learned positions, ReLU units four times the width, untied output matrix with a bias. Without
attention the same network sees nothing but the current token and its position.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax
from numpy.typing import NDArray

CHUNK = 32  # steps in one compiled scan: runs of every length share it
ADAM = optax.scale_by_adam(b1=0.9, b2=0.98)  # its step size comes from the schedule


class Attention(NamedTuple):
    """What mixes positions. d is the width."""

    gain: Array  # (d,) of the norm before it
    qkv: Array  # (d, 3 d)
    out: Array  # (d, d)


class Block(NamedTuple):
    """One layer: attention, if any, then two matrices with a ReLU between."""

    attention: Attention | None
    gain: Array  # (d,)
    up: Array  # (d, 4 d)
    down: Array  # (4 d, d)


class Transformer(NamedTuple):
    """All parameters. V symbols, L positions, width d."""

    embedding: Array  # (V, d)
    positions: Array  # (L, d)
    blocks: tuple[Block, ...]
    gain: Array  # (d,)
    readout: Array  # (d, V)
    bias: Array  # (V,)


def initialise(
    rng: np.random.Generator, *, vocabulary: int, context: int, width: int, layers: int = 2, attention: bool = True
) -> Transformer:
    """Draw Gaussian weights in single precision; the matrices that write to the residual stream start at half size.

    Arguments:
        rng: The NumPy generator that draws.
        vocabulary: Number of symbols V.
        context: Number of positions L that the network can tell apart.
        width: Width d of the residual stream.
        layers: Number of blocks.
        attention: False: the blocks have their ReLU units only.
    """

    def draw(rows: int, columns: int, scale: float) -> Any:
        return (scale * rng.standard_normal((rows, columns))).astype(np.float32)

    d = width
    ones: Any = np.ones(d, np.float32)

    def block() -> Block:
        mix = Attention(ones, draw(d, 3 * d, d**-0.5), draw(d, d, 0.5 * d**-0.5)) if attention else None
        return Block(mix, ones, draw(d, 4 * d, d**-0.5), draw(4 * d, d, 0.5 * (4 * d) ** -0.5))

    blocks = tuple(block() for _ in range(layers))
    silent: Any = np.zeros(vocabulary, np.float32)
    return Transformer(
        draw(vocabulary, d, d**-0.5),
        draw(context, d, 0.3 * d**-0.5),
        blocks,
        ones,
        draw(d, vocabulary, 0.5 * d**-0.5),
        silent,
    )


def count(params: Transformer, *, embeddings: bool = True) -> int:
    """Number of parameters: all of them, or those of the blocks alone (about 12 layers d^2), as Kaplan et al. count."""
    return sum(np.size(leaf) for leaf in jax.tree.leaves(params if embeddings else params.blocks))


def logits(params: Transformer, tokens: Array, heads: int = 1) -> Array:
    """Scores of every next symbol at every position, from the tokens up to there.

    Arguments:
        params: The network.
        tokens: Integers, shape (batch, length), length at most the context.
        heads: Number of attention heads, a divisor of the width.

    Returns:
        Shape (batch, length, V).
    """
    x = params.embedding[tokens] + params.positions[: tokens.shape[1]]  # (batch, length, d)
    for block in params.blocks:
        if block.attention is not None:
            x = x + _attend(_normalise(x, block.attention.gain), block.attention.qkv, heads) @ block.attention.out
        x = x + jax.nn.relu(_normalise(x, block.gain) @ block.up) @ block.down
    return _normalise(x, params.gain) @ params.readout + params.bias


def loss(params: Transformer, tokens: Array, heads: int = 1) -> Array:
    """Mean cross-entropy of the next symbol, a scalar in nats.

    Arguments:
        params: The network.
        tokens: Integers, shape (batch, length + 1): each symbol but the first is predicted from those before it.
        heads: Number of attention heads.
    """
    log_probability = jax.nn.log_softmax(logits(params, tokens[:, :-1], heads))
    return -jnp.mean(jnp.take_along_axis(log_probability, tokens[:, 1:, None], axis=-1))


def train(
    params: Transformer, batches: NDArray[np.integer], step_sizes: NDArray[np.floating], *, heads: int = 1
) -> tuple[Transformer, NDArray[np.float32]]:
    """Minimise `loss` by Adam, one step a batch.

    Arguments:
        params: Where to start.
        batches: Tokens, shape (steps, batch, length + 1); steps is a multiple of `CHUNK`.
        step_sizes: Of each step, shape (steps,); see `lawbook.lab.schedule`.
        heads: Number of attention heads.

    Returns:
        The trained network, and the loss on each batch before its step, shape (steps,).

    Raises:
        ValueError: Steps are no multiple of `CHUNK`, or there are not as many step sizes.
    """
    if len(batches) % CHUNK or len(batches) != len(step_sizes):
        raise ValueError(
            f"found {len(batches)} batches and {len(step_sizes)} step sizes, expected as many, a multiple of {CHUNK}"
        )
    state, losses = (params, ADAM.init(params)), []
    for first in range(0, len(batches), CHUNK):
        part = slice(first, first + CHUNK)
        tokens = np.asarray(batches[part], np.int32)
        state, chunk = _chunk(state, tokens, np.asarray(step_sizes[part], np.float32), heads=heads)
        losses.append(chunk)
    return state[0], np.concatenate([np.asarray(chunk) for chunk in losses])


def _normalise(x: Array, gain: Array) -> Array:
    return x * lax.rsqrt(jnp.mean(x**2, axis=-1, keepdims=True) + 1e-6) * gain


def _attend(x: Array, qkv: Array, heads: int) -> Array:
    """Causal attention: a position mixes the values of itself and of what came before it."""
    batch, length, width = x.shape
    q, k, v = jnp.moveaxis((x @ qkv).reshape(batch, length, 3, heads, width // heads), 2, 0)
    scores = jnp.einsum("bihe,bjhe->bhij", q, k) / np.sqrt(width // heads)
    causal = np.tril(np.ones((length, length), bool))
    shares = jax.nn.softmax(jnp.where(causal, scores, -1e9))
    return jnp.einsum("bhij,bjhe->bihe", shares, v).reshape(batch, length, width)


# One level below the default of XLA: a fifth less time to compile, and the steps are as fast.
@partial(jax.jit, static_argnames="heads", donate_argnums=0, compiler_options={"xla_backend_optimization_level": 1})
def _chunk(state: Any, tokens: Array, step_sizes: Array, *, heads: int) -> tuple[Any, Array]:
    def step(state: Any, now: tuple[Array, Array]) -> tuple[Any, Array]:
        params, moments = state
        batch, step_size = now
        value, slope = jax.value_and_grad(loss)(params, batch, heads)
        direction, moments = ADAM.update(slope, moments)
        return (jax.tree.map(lambda w, v: w - step_size * v, params, direction), moments), value

    return lax.scan(step, state, (tokens, step_sizes))
