"""The unconstrained feature model: classifier and features both free, cross-entropy and weight decay on each.

    f(W, H, b) = sum_j c_j / N * CE(W h_j + b, y_j) + λ_W / 2 |W|² + λ_H / 2 sum_j c_j |h_j|² + λ_b / 2 |b|²

(Zhu et al. 2021; W (K, d), features h_j the rows of H (m, d), N = sum_j c_j). The data term is a mean over samples, the
penalty on features a sum. A row of H may stand for c_j samples that share a feature. Plain NumPy: the problems are so
small that compiling them would take longer than solving them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Point(NamedTuple):
    """Where the model is, or a direction there."""

    rows: Array
    """W, the rows of the classifier, shape (K, d)."""
    features: Array
    """H, shape (m, d)."""
    bias: Array
    """b, shape (K,)."""


class Minimum(NamedTuple):
    """Where `minimise` stopped."""

    point: Point
    value: float
    """f there, in nats."""
    gradient: float
    """Largest component of the gradient there."""


@dataclass(frozen=True)
class Model:
    """Samples and penalties of an unconstrained feature model."""

    labels: NDArray[np.int64]
    """Class of each row of H, shape (m,)."""
    counts: Array
    """c_j, how many samples each row of H stands for, shape (m,)."""
    classes: int
    """K."""
    row_decay: float
    """λ_W."""
    feature_decay: float
    """λ_H."""
    bias_decay: float = 1e-2
    """λ_b."""

    def value_and_gradient(self, at: Point) -> tuple[float, Point]:
        """f and its gradient."""
        logits = at.features @ at.rows.T + at.bias
        logits = logits - logits.max(axis=1, keepdims=True)
        log_norm = np.log(np.exp(logits).sum(axis=1))
        wrong = self._residual(logits)  # (m, K)
        picked = logits[np.arange(len(logits)), self.labels]
        shares = self.counts / self.counts.sum()
        value = (
            shares @ (log_norm - picked)
            + 0.5 * self.row_decay * np.sum(at.rows**2)
            + 0.5 * self.feature_decay * self.counts @ np.sum(at.features**2, axis=1)
            + 0.5 * self.bias_decay * at.bias @ at.bias
        )
        gradient = Point(
            wrong.T @ at.features + self.row_decay * at.rows,
            wrong @ at.rows + self.feature_decay * self.counts[:, None] * at.features,
            wrong.sum(axis=0) + self.bias_decay * at.bias,
        )
        return float(value), gradient

    def hessian_product(self, at: Point, along: Point) -> Point:
        """The Hessian of f at a point, applied to a direction."""
        logits = at.features @ at.rows.T + at.bias
        logits = logits - logits.max(axis=1, keepdims=True)
        chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        wrong = self._residual(logits)
        shift = along.features @ at.rows.T + at.features @ along.rows.T + along.bias  # of the logits, (m, K)
        shares = (self.counts / self.counts.sum())[:, None]
        change = shares * chances * (shift - np.sum(chances * shift, axis=1, keepdims=True))  # of the residual
        return Point(
            change.T @ at.features + wrong.T @ along.features + self.row_decay * along.rows,
            change @ at.rows + wrong @ along.rows + self.feature_decay * self.counts[:, None] * along.features,
            change.sum(axis=0) + self.bias_decay * along.bias,
        )

    def _residual(self, logits: Array) -> Array:
        """Derivative of the data term by the logits, shape (m, K): (softmax - one-hot) * c_j / N."""
        chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        chances[np.arange(len(logits)), self.labels] -= 1
        wrong: Array = chances * (self.counts / self.counts.sum())[:, None]
        return wrong


def balanced(classes: int, samples: int, row_decay: float, feature_decay: float) -> Model:
    """`samples` of each of `classes` classes, each with a feature of its own."""
    labels = np.repeat(np.arange(classes), samples)
    return Model(labels, np.ones(len(labels)), classes, row_decay, feature_decay)


def merged(counts: ArrayLike, row_decay: float, feature_decay: float) -> Model:
    """One feature for each class, which stands for all its `counts`, shape (K,), samples.

    Nothing is lost: at a minimum the features of a class are equal, whatever the class sizes, because f is strictly
    convex in H.
    """
    sizes = np.asarray(counts, dtype=float)
    return Model(np.arange(len(sizes)), sizes, len(sizes), row_decay, feature_decay)


def minimise(model: Model, width: int, rng: np.random.Generator, *, size: float = 1.0) -> Minimum:
    """Descend by L-BFGS from a random start until rounding stops it.

    Arguments:
        model: What to minimise.
        width: d, the dimension of the features.
        rng: Draws W and H with standard deviation `size / sqrt(width)`; b starts at zero.
        size: See `rng`.

    Returns:
        The point where the descent ended; a minimum unless the start was special, since saddles repel.
    """
    from scipy.optimize import minimize

    scale = size / np.sqrt(width)
    rows, features = (scale * rng.standard_normal((count, width)) for count in (model.classes, len(model.labels)))
    start = _flat(Point(rows, features, np.zeros(model.classes)))

    def objective(flat: Array) -> tuple[float, Array]:
        value, gradient = model.value_and_gradient(_point(flat, model, width))
        return value, _flat(gradient)

    options = {"maxcor": 50, "maxiter": 20_000, "maxfun": 40_000, "gtol": 1e-11, "ftol": 0.0}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    return Minimum(_point(found.x, model, width), float(found.fun), float(np.abs(found.jac).max()))


def widened(point: Point, width: int) -> Point:
    """The same point with features of more dimensions, in which everything is zero.

    A critical point stays one: the gradient in the new coordinates is a product with zero.
    """
    extra = width - point.rows.shape[1]
    pad = ((0, 0), (0, extra))
    return Point(np.pad(point.rows, pad), np.pad(point.features, pad), point.bias)


def lowest_curvature(model: Model, at: Point) -> float:
    """The smallest eigenvalue of the Hessian of f at a point, from the full matrix."""
    width = at.rows.shape[1]
    identity = np.eye(len(_flat(at)))
    columns = [_flat(model.hessian_product(at, _point(e, model, width))) for e in identity]
    return float(np.linalg.eigvalsh(np.array(columns))[0])


def _flat(point: Point) -> Array:
    return np.concatenate([part.ravel() for part in point])


def _point(flat: Array, model: Model, width: int) -> Point:
    rows, features, bias = np.split(flat, np.cumsum([model.classes * width, len(model.labels) * width]))
    return Point(rows.reshape(-1, width), features.reshape(-1, width), bias)
