"""Superposition: more features than dimensions, stored as overlapping vectors and read back through a threshold.

Features x ≥ 0 of which few are active, x_i = v with v uniform on [0, 2], are compressed and read back as
y = ReLU(W Wᵀ x + b), with W of shape (features, width): one row a feature. All losses are relative to |x|², so that
an output of zero has the loss 1. The toy model is that of Elhage et al. (2022) as used by Liu, Liu and Gore (2025).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Single = NDArray[np.float32]

SLOTS = 12  # active features of a sample that are stored: with one expected, more come once in 10¹⁰ samples


class Samples(NamedTuple):
    """Sparse inputs. Slots that are not used have the value 0."""

    features: NDArray[np.int32]  # (samples, SLOTS)
    values: Single  # (samples, SLOTS)


class Code(NamedTuple):
    """A trained code."""

    weight: Single  # (features, width)
    bias: Single  # (features,)

    @property
    def represented(self) -> NDArray[np.bool_]:
        """Which features have a row longer than one half, shape (features,)."""
        return np.asarray(np.linalg.norm(self.weight, axis=1) > 0.5)


def random_code(features: int, width: int, rng: np.random.Generator) -> Single:
    """Rows that are independent and uniform on the unit sphere, shape (features, width)."""
    rows = rng.standard_normal((features, width), dtype=np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def interference(width: int, thresholds: ArrayLike) -> Array:
    """What one active feature of a random code adds to the output of another, on average: ⟨ReLU(g v − t)²⟩.

    The mean over v is (2g − t)₊³ / 6g; the overlap g of two random directions has a density proportional to
    (1 − g²)^((width − 3)/2). With g = sin θ the integral is smooth and is done by Gauss's rule from the θ where the
    integrand begins, over twelve standard deviations of g.

    Arguments:
        width: Dimension of the code, at least 3.
        thresholds: t ≥ 0, shape (k,) or a number.

    Returns:
        The same shape.
    """
    from scipy.special import gammaln

    t = np.asarray(thresholds, dtype=float)[..., None]
    nodes, weights = np.polynomial.legendre.leggauss(200)
    low = np.arcsin(np.minimum(t / 2, 1.0))
    half = (np.minimum(np.pi / 2, low + 12 / np.sqrt(width)) - low) / 2
    theta = low + half * (nodes + 1)  # (k, nodes)
    g = np.sin(theta)
    scale = np.exp(gammaln(width / 2) - gammaln((width - 1) / 2)) / np.sqrt(np.pi)
    density = scale * np.cos(theta) ** (width - 2)  # of θ
    return np.asarray((density * np.maximum(2 * g - t, 0.0) ** 3 / (6 * g) * half) @ weights)


def draw(frequencies: ArrayLike, samples: int, rng: np.random.Generator) -> Samples:
    """Inputs whose feature i is active with probability p_i, each by itself, with a value uniform on [0, 2].

    Events of rate −ln(1 − p_i) fall on the features; one with at least one event is active.

    Arguments:
        frequencies: p, shape (features,), each below 1, of a sum of about 1 at most.
        samples: How many.
        rng: Draws them.
    """
    rates = -np.log1p(-np.asarray(frequencies, dtype=float))
    events = rng.poisson(rates.sum(), samples)
    share = np.cumsum(rates) / rates.sum()
    where = np.searchsorted(share, rng.random((samples, SLOTS))).astype(np.int32)
    where = np.minimum(where, len(rates) - 1)
    where[np.arange(SLOTS) >= events[:, None]] = len(rates)  # no feature: sorted to the end
    where.sort(axis=1)
    active = where < len(rates)
    active[:, 1:] &= where[:, 1:] != where[:, :-1]
    values = 2 * rng.random(where.shape, dtype=np.float32) * active
    return Samples(np.minimum(where, len(rates) - 1).astype(np.int32), np.asarray(values, dtype=np.float32))


def _projections(weight: Single, samples: Samples) -> tuple[Single, Single]:
    """W Wᵀ x for all features, (samples, features), and at the slots of the active ones, (samples, SLOTS)."""
    hidden = np.einsum("sk,skm->sm", samples.values, weight[samples.features])
    everywhere = hidden @ weight.T
    return everywhere, np.take_along_axis(everywhere, samples.features, axis=1)


def loss(code: Code, samples: Samples) -> float:
    """Relative loss |y − x|² / |x|² over the samples, y = ReLU(W Wᵀ x + b)."""
    everywhere, active = _projections(code.weight, samples)
    y = np.maximum(everywhere + code.bias, 0)
    hit = np.maximum(active + code.bias[samples.features], 0)
    square = float(np.sum(samples.values**2))
    return float(np.sum(y**2) - 2 * np.sum(hit * samples.values)) / square + 1


def losses(weight: Single, samples: Samples, thresholds: ArrayLike) -> Array:
    """Relative loss of y = ReLU(W Wᵀ x − t) for many thresholds t > 0 at once, shape (k,).

    Projections are sorted once; sums over those above each threshold are differences of cumulated sums.
    """
    t = np.asarray(thresholds, dtype=float)
    everywhere, active = _projections(weight, samples)
    z = np.sort(everywhere[everywhere > t.min()].astype(float))[::-1]
    first, second = (np.concatenate([[0.0], np.cumsum(z**power)]) for power in (1, 2))
    above = np.searchsorted(-z, -t)
    output = second[above] - 2 * t * first[above] + t**2 * above
    hit = np.array([np.sum(np.maximum(active - s, 0) * samples.values) for s in t])
    return np.asarray((output - 2 * hit) / np.sum(samples.values**2) + 1)


def train(
    frequencies: ArrayLike,
    width: int,
    rng: np.random.Generator,
    *,
    decay: float,
    steps: int,
    threshold: float = 0.0,
    peak: float = 1e-2,
) -> tuple[Code, float]:
    """Adam on the expected loss of one active feature, exactly: no samples. Then its relative loss.

    After each step of size η the rows are changed by the decay of Liu et al.: W ← W − η γ W if γ ≥ 0, which suppresses
    rare features, and W_i ← W_i − η γ W_i (1/|W_i| − 1) if γ < 0, which pulls every row to the length 1. The step size
    warms up over a tenth of the steps and falls by a cosine to a twentieth. Biases are kept from being positive.

    Arguments:
        frequencies: p, shape (features,); their sum does not matter.
        width: Dimension of the code.
        rng: Draws the rows, normal of variance 1/width.
        decay: γ.
        steps: How many.
        threshold: Minus the bias at the start.
        peak: Largest step size.
    """
    share = np.asarray(frequencies, dtype=float)
    share = (share / share.sum()).astype(np.float32)
    start = Code(_normal(len(share), width, rng), np.full(len(share), -threshold, np.float32))
    code = _descend(_expected, start, share, np.zeros(steps, np.float32), np.float32(decay), np.float32(peak))
    reached = float(_expected(code, share, None)) / SCALE
    return Code(np.asarray(code.weight), np.minimum(np.asarray(code.bias), 0)), reached


def train_on_samples(
    frequencies: ArrayLike, width: int, rng: np.random.Generator, *, decay: float, samples: Samples, batch: int
) -> Code:
    """The same on fresh samples, once through, as Liu et al. train: biases start as standard normals.

    Arguments:
        frequencies: p, shape (features,).
        width: Dimension of the code.
        rng: Draws rows and biases.
        decay: γ, as in `train`.
        samples: A multiple of `batch`.
        batch: Samples a step.
    """
    n = len(np.asarray(frequencies))
    start = Code(_normal(n, width, rng), rng.standard_normal(n, dtype=np.float32))
    batches = Samples(samples.features.reshape(-1, batch, SLOTS), samples.values.reshape(-1, batch, SLOTS))
    code = _descend(_sampled, start, np.float32(batch * n), batches, np.float32(decay), np.float32(1e-2))
    return Code(np.asarray(code.weight), np.asarray(code.bias))


SCALE = 1e6  # of the expected loss: gradients of the rarest features stay above Adam's ε = 10⁻⁸


def _normal(features: int, width: int, rng: np.random.Generator) -> Single:
    return np.asarray(rng.standard_normal((features, width), dtype=np.float32) / np.sqrt(width), dtype=np.float32)


def _expected(code: Code, share: Any, _: Any) -> jax.Array:
    """The mean over v is done by hand: for other features as in `interference`, for the active one a polynomial."""
    threshold = jnp.maximum(-code.bias, 0)
    overlap = code.weight @ code.weight.T  # (n, n): the active feature is the row
    other = (overlap > 0) & ~jnp.eye(len(overlap), dtype=bool)
    over = jnp.maximum(2 * overlap - threshold, 0) ** 3
    mixed = jnp.sum(jnp.where(other, over / jnp.where(other, 6 * overlap, 1), 0), axis=1)
    length = jnp.diagonal(overlap)
    silent = jnp.minimum(threshold / jnp.maximum(length, 1e-6), 2)  # below this v the feature itself is not heard
    slope = length - 1
    own = silent**3 / 3 + slope**2 * (8 - silent**3) / 3
    own += -slope * threshold * (4 - silent**2) + threshold**2 * (2 - silent)  # twice ⟨(ReLU(s v − t) − v)²⟩
    return jnp.asarray(SCALE * 0.75 * jnp.sum(share * (mixed + own / 2)))


def _sampled(code: Code, entries: Any, batch: Any) -> jax.Array:
    """Mean of (y − x)² over samples and features."""
    features, values = batch
    hidden = jnp.einsum("sk,skm->sm", values, code.weight[features])
    y = jax.nn.relu(hidden @ code.weight.T + code.bias)
    hit = jnp.take_along_axis(y, features, axis=1)
    return jnp.asarray((jnp.sum(y**2) - 2 * jnp.sum(hit * values) + jnp.sum(values**2)) / entries)


@partial(jax.jit, static_argnames="objective")
def _descend(objective: Callable[..., jax.Array], start: Code, fixed: Any, batches: Any, decay: Any, peak: Any) -> Any:
    steps = len(jax.tree.leaves(batches)[0])

    def step(state: Any, now: Any) -> tuple[Any, None]:
        code, mean, square = state
        k, batch = now
        slope = jax.grad(objective)(code, fixed, batch)
        done = k / steps
        size = peak * jnp.where(done < 0.1, 10 * done, 0.05 + 0.475 * (1 + jnp.cos(jnp.pi * (done - 0.1) / 0.9)))
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, slope)
        square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g**2, square, slope)
        fade, fade_square = 1 - 0.9 ** (k + 1), 1 - 0.999 ** (k + 1)
        moved = jax.tree.map(
            lambda w, m, s: w - size * (m / fade) / (jnp.sqrt(s / fade_square) + 1e-8), code, mean, square
        )
        rows = moved.weight
        length = jnp.linalg.norm(rows, axis=1, keepdims=True)
        rows -= size * decay * rows * jnp.where(decay < 0, 1 / length - 1, 1)
        return (Code(rows, moved.bias), mean, square), None

    rest = jax.tree.map(jnp.zeros_like, start)
    count = jnp.arange(steps, dtype=jnp.float32)
    return jax.lax.scan(step, (Code(*start), rest, rest), (count, batches))[0][0]
