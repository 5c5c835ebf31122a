"""The smallest language model worth the name: the last characters, embedded, one hidden layer, the next character.

In NumPy, because at this size a step of training (half a millisecond) is no longer than JAX takes to start one, and
each size would be compiled anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
Vector = NDArray[np.float32]

CONTEXT = 8  # characters that the network sees
EMBEDDING = 16
BATCH = 256
WARM_UP = 100  # steps
AVERAGE = 8.0  # the averaged weights look back over a share of about 1/8 of the training so far
OVERFITTED = 1.06  # training stops when the held-out loss is this multiple of its least so far


def windows(codes: Codes, every: int = 1) -> tuple[Codes, Codes]:
    """Contexts, shape (k, CONTEXT), and the characters that follow them, (k,), at every such position of a text."""
    ends = np.arange(CONTEXT, len(codes), every)
    return codes[ends[:, None] + np.arange(-CONTEXT, 0)], codes[ends]


def count(hidden: int, vocabulary: int) -> int:
    """Number of parameters without the embedding, as Kaplan et al. count."""
    return CONTEXT * EMBEDDING * hidden + hidden + hidden * vocabulary + vocabulary


def initialise(hidden: int, vocabulary: int, rng: np.random.Generator) -> Vector:
    """All weights in one vector: embedding, hidden matrix and bias, output matrix and bias. See `parts`."""
    weights = np.zeros(vocabulary * EMBEDDING + count(hidden, vocabulary), np.float32)
    embedding, matrix, _, readout, _ = parts(weights, hidden, vocabulary)
    embedding[:] = rng.standard_normal(embedding.shape)
    matrix[:] = np.sqrt(2 / len(matrix)) * rng.standard_normal(matrix.shape)
    readout[:] = np.sqrt(1 / hidden) * rng.standard_normal(readout.shape)
    return weights


def parts(weights: Vector, hidden: int, vocabulary: int) -> list[Vector]:
    """Views into the vector: (V, 16), (8 * 16, hidden), (hidden,), (hidden, V), (V,)."""
    shapes = [(vocabulary, EMBEDDING), (CONTEXT * EMBEDDING, hidden), (hidden,), (hidden, vocabulary), (vocabulary,)]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(weights, ends[:-1]), shapes, strict=True)]


def losses(weights: Vector, contexts: Codes, following: Codes, hidden: int, vocabulary: int) -> Vector:
    """Cross-entropy of each following character, shape (k,), in nats."""
    embedding, matrix, bias, readout, shift = parts(weights, hidden, vocabulary)
    found = []
    for first in range(0, len(following), 1000):  # in pieces that stay in the cache
        seen, y = contexts[first : first + 1000], following[first : first + 1000]
        z = np.maximum(embedding[seen].reshape(len(y), -1) @ matrix + bias, 0) @ readout + shift
        z -= z.max(axis=1, keepdims=True)
        found.append(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y])
    return np.concatenate(found)


def gradient(weights: Vector, contexts: Codes, following: Codes, hidden: int, vocabulary: int) -> Vector:
    """Gradient of the mean loss over a batch, a vector like `weights`."""
    slopes = np.empty_like(weights)
    one_hot = np.eye(vocabulary, dtype=weights.dtype)
    _fill(parts(slopes, hidden, vocabulary), parts(weights, hidden, vocabulary), contexts, following, one_hot)
    return slopes


def _fill(slopes: list[Vector], weights: list[Vector], contexts: Codes, following: Codes, one_hot: Vector) -> None:
    """Write the gradient into the parts of a vector. Temporary arrays are worked on in place: at this size to make them
    takes as long as to fill them."""
    embedding, matrix, bias, readout, shift = weights
    of_embedding, of_matrix, of_bias, of_readout, of_shift = slopes
    rows, seen = len(following), contexts.ravel()
    x = embedding.take(seen, axis=0).reshape(rows, -1)  # (batch, 8 * 16)
    a = x @ matrix
    a += bias
    np.maximum(a, 0, out=a)  # (batch, hidden)
    z = a @ readout
    z += shift  # (batch, V)
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=1, keepdims=True)
    z -= one_hot.take(following, axis=0)
    z /= rows
    np.matmul(a.T, z, out=of_readout)
    np.sum(z, axis=0, out=of_shift)
    back = z @ readout.T
    back *= a > 0
    np.matmul(x.T, back, out=of_matrix)
    np.sum(back, axis=0, out=of_bias)
    np.matmul(back, matrix.T, out=x)
    # one-hot rows in a product: faster than adding row by row
    np.matmul(one_hot.take(seen, axis=0).T, x.reshape(-1, EMBEDDING), out=of_embedding)


def train(
    codes: Codes,
    held_out: tuple[Codes, Codes],
    *,
    hidden: int,
    vocabulary: int,
    log_at: Sequence[int],
    rng: np.random.Generator,
    step_size: float = 4e-3,
) -> Vector:
    """Train by Adam on random positions of a text, and test the averaged weights along the way.

    The step size is constant after its warm-up, and it is the running average of the weights that is tested. So no
    schedule has to know when training will end, and every point of the curve is a fair stop. If the network
    overfits, training ends early.

    Arguments:
        codes: The training text, shape (characters,), below `vocabulary`.
        held_out: Contexts and following characters to test on, from `windows`.
        hidden: Number of hidden units.
        vocabulary: Number of symbols.
        log_at: The steps after which to test, increasing; training ends with the last.
        rng: Draws weights and batches.
        step_size: Of Adam (0.9, 0.99).

    Returns:
        Mean held-out loss in nats after each of `log_at`, shape (tests,), less those that an early stop left out.
    """
    weights = initialise(hidden, vocabulary, rng)
    average, mean, square = weights.copy(), np.zeros_like(weights), np.zeros_like(weights)
    slope, change = np.empty_like(weights), np.empty_like(weights)
    now, then = parts(weights, hidden, vocabulary), parts(slope, hidden, vocabulary)
    one_hot = np.eye(vocabulary, dtype=weights.dtype)
    back = np.arange(-CONTEXT, 0)
    log: list[float] = []
    for step in range(1, log_at[-1] + 1):
        ends = rng.integers(CONTEXT, len(codes), BATCH)
        _fill(then, now, codes[ends[:, None] + back], codes[ends], one_hot)
        np.subtract(slope, mean, out=change)
        change *= np.float32(0.1)
        mean += change
        slope *= slope
        slope -= square
        slope *= np.float32(0.01)
        square += slope
        size = np.float32(step_size * min(1.0, step / WARM_UP) / (1 - 0.9**step))
        np.divide(square, np.float32(1 - 0.99**step), out=slope)
        np.sqrt(slope, out=slope)
        slope += np.float32(1e-8)
        np.multiply(mean, size, out=change)
        change /= slope
        weights -= change
        np.subtract(weights, average, out=change)
        change *= np.float32(AVERAGE / (step + AVERAGE))
        average += change
        if step in log_at:
            log.append(float(losses(average, *held_out, hidden, vocabulary).mean()))
            if log[-1] > OVERFITTED * min(log):
                break
    return np.array(log, np.float32)
