"""How far a classifier is from neural collapse: the four metrics NC1 to NC4.

Definitions follow Papyan, Han and Donoho (2020); C classes, last-layer features h in R^p of n samples, classifier
weights W (C, p) and biases b. Plain `jax.numpy`: they run inside a compiled scan, at the precision of what they get.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import ArrayLike


class Collapse(NamedTuple):
    """All four metrics, scalars without unit. Every one tends to 0 under neural collapse."""

    mistakes: Array
    """Share of samples that the classifier gets wrong; the terminal phase begins when it is 0."""
    within: Array
    """NC1: `within_class_variability`."""
    means_angle: Array
    """NC2: spread of the cosines between class means, `equiangularity`."""
    means_worst: Array
    """NC2: the pair of class means farthest from the simplex, `worst_angle`."""
    means_norm: Array
    """NC2: relative spread of the lengths of the class means, `equinorm`."""
    rows_angle: Array
    """NC2 for the rows of the classifier."""
    rows_worst: Array
    """NC2 for the rows of the classifier."""
    rows_norm: Array
    """NC2 for the rows of the classifier."""
    duality: Array
    """NC3: `self_duality`."""
    disagreement: Array
    """NC4: `nearest_centre_disagreement`."""


def collapse(features: ArrayLike, labels: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Collapse:
    """All metrics of neural collapse.

    Arguments:
        features: inputs of the last linear layer, shape (n, p).
        labels: integers 0 .. C - 1, each of which occurs, shape (n,).
        weight: of the last layer, shape (C, p).
        bias: shape (C,), or None for a layer without.

    Returns:
        The metrics, scalars.
    """
    h, w = jnp.asarray(features), jnp.asarray(weight)
    means = class_means(h, labels, w.shape[0])
    centred = means - means.mean(axis=0)
    logits = h @ w.T if bias is None else h @ w.T + jnp.asarray(bias)
    return Collapse(
        mistakes=jnp.mean(jnp.argmax(logits, axis=1) != jnp.asarray(labels)),
        within=within_class_variability(h, labels, means),
        means_angle=equiangularity(centred),
        means_worst=worst_angle(centred),
        means_norm=equinorm(centred),
        rows_angle=equiangularity(w),
        rows_worst=worst_angle(w),
        rows_norm=equinorm(w),
        duality=self_duality(w, centred),
        disagreement=nearest_centre_disagreement(h, logits, means),
    )


def class_means(features: ArrayLike, labels: ArrayLike, classes: int) -> Array:
    """The mean feature of each class, shape (classes, p), of features (n, p) with integer labels (n,)."""
    members = jax.nn.one_hot(jnp.asarray(labels), classes, dtype=jnp.asarray(features).dtype)  # (n, C)
    return (members.T @ jnp.asarray(features)) / members.sum(axis=0)[:, None]


def within_class_variability(features: ArrayLike, labels: ArrayLike, means: ArrayLike) -> Array:
    """NC1: `Tr(Σ_W Σ_B⁺) / C`, the scatter inside classes measured in units of the scatter between them.

    With M (p, C) the centred class means, `Σ_B = M Mᵀ / C`, so `Σ_B⁺ = C (M⁺)ᵀ M⁺` and the metric is the mean of
    `|M⁺ (h - μ_c)|²` over samples. M has rank C - 1 at most, so M⁺ drops one direction always.

    Arguments:
        features: shape (n, p).
        labels: shape (n,).
        means: the class means, shape (C, p).
    """
    mu = jnp.asarray(means)
    centred = mu - mu.mean(axis=0)  # Mᵀ
    values, vectors = jnp.linalg.eigh(centred @ centred.T)  # the Gram matrix Mᵀ M, (C, C)
    cutoff = 10 * len(mu) * np.finfo(mu.dtype).eps * values[-1]
    inverse = jnp.where(values > cutoff, 1 / jnp.where(values > cutoff, values, 1), 0)
    rest = (jnp.asarray(features) - mu[jnp.asarray(labels)]) @ centred.T  # (n, C)
    return jnp.mean(jnp.sum((rest @ (vectors * inverse)) ** 2, axis=1))


def cosines(vectors: ArrayLike) -> Array:
    """The cosine of each of the C (C - 1) / 2 pairs of rows of a (C, p) array, in a flat array."""
    v = jnp.asarray(vectors)
    unit = v / jnp.linalg.norm(v, axis=1, keepdims=True)
    pairs: Array = (unit @ unit.T)[np.triu_indices(len(v), 1)]
    return pairs


def equiangularity(vectors: ArrayLike) -> Array:
    """NC2: standard deviation of the cosines between pairs of rows.

    Their *mean* is no evidence: rows of about equal length that sum to zero have -1/(C - 1) whatever their angles.
    """
    return jnp.std(cosines(vectors))


def worst_angle(vectors: ArrayLike) -> Array:
    """NC2: the largest `|cos + 1/(C - 1)|` over pairs of rows (the paper plots the mean over pairs)."""
    v = jnp.asarray(vectors)
    return jnp.max(jnp.abs(cosines(v) + 1 / (len(v) - 1)))


def equinorm(vectors: ArrayLike) -> Array:
    """NC2: standard deviation of the Euclidean lengths of the rows over their mean."""
    lengths: Array = jnp.linalg.norm(jnp.asarray(vectors), axis=1)
    return jnp.std(lengths) / jnp.mean(lengths)


def self_duality(weight: ArrayLike, centred: ArrayLike) -> Array:
    """NC3: `| W/|W| - Mᵀ/|M| |` in the Frobenius norm, between 0 and 2, for W and Mᵀ of shape (C, p)."""
    w, m = jnp.asarray(weight), jnp.asarray(centred)
    gap: Array = jnp.linalg.norm(w / jnp.linalg.norm(w) - m / jnp.linalg.norm(m))
    return gap


def nearest_centre_disagreement(features: ArrayLike, logits: ArrayLike, means: ArrayLike) -> Array:
    """NC4: share of samples which the classifier and the nearest class mean assign to different classes.

    Arguments:
        features: shape (n, p).
        logits: shape (n, C).
        means: the class means, shape (C, p).
    """
    mu = jnp.asarray(means)
    distance = jnp.sum(mu**2, axis=1) - 2 * jnp.asarray(features) @ mu.T  # less |h|², the same for every class
    return jnp.mean(jnp.argmin(distance, axis=1) != jnp.argmax(jnp.asarray(logits), axis=1))
