"""Neural collapse of a data set that comes in batches: one pass for NC1 to NC3, a second one for NC4.

Features are seen once and forgotten. What is kept are counts and means of the classes and the scatter within them, a
p × p matrix in double precision; batches are merged as Chan, Golub & LeVeque (1983) merge variances, so that an offset
costs no digits. What is computed is what `lawbook.measure.collapse` computes of all samples at once.

NC4 asks which class mean is nearest to a sample. Means are known when all samples were seen: it takes a second pass.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawbook.measure._samples import finite, samples

Array = NDArray[np.float64]

ROUNDINGS = 10  # how many roundings of the largest feature an entry of a class mean may be wrong by
WORDS = {
    "within": "NC1  scatter within classes over that between",
    "means_angle": "NC2  angles between class means, spread",
    "means_worst": "     farthest pair from the simplex",
    "means_norm": "     lengths of class means, spread",
    "rows_angle": "     angles between rows of the classifier",
    "rows_worst": "     farthest pair from the simplex",
    "rows_norm": "     lengths of rows, spread",
    "duality": "NC3  classifier against class means",
    "disagreement": "NC4  classifier against nearest class mean",
    "mistakes": "     mistakes of the classifier",
}


@dataclass(frozen=True)
class Metrics:
    """All metrics of neural collapse, without unit. Each tends to 0 under collapse; NaN is not determined by the data.

    Attributes:
        samples: How many samples were seen.
        within: NC1, as `lawbook.measure.collapse.within_class_variability` defines it.
        means_angle: NC2, `equiangularity` of the class means.
        means_worst: NC2, `worst_angle` of the class means.
        means_norm: NC2, `equinorm` of the class means.
        rows_angle: NC2 for the rows of the classifier.
        rows_worst: NC2 for the rows of the classifier.
        rows_norm: NC2 for the rows of the classifier.
        duality: NC3, `self_duality`.
        disagreement: NC4, `nearest_centre_disagreement`; None where no second pass has measured it.
        mistakes: Share of samples that the classifier gets wrong; None likewise.
    """

    samples: int
    within: float
    means_angle: float
    means_worst: float
    means_norm: float
    rows_angle: float
    rows_worst: float
    rows_norm: float
    duality: float
    disagreement: float | None = None
    mistakes: float | None = None

    def __str__(self) -> str:
        lines = [f"neural collapse of {self.samples} samples; 0 is collapse"]
        for name in (field.name for field in fields(self) if field.name in WORDS):
            value = getattr(self, name)
            told = "not measured: it takes a second pass" if value is None else f"{value:.4g}"
            lines.append(f"{WORDS[name]:<46}{told}")
        return "\n".join(lines)


@dataclass
class _Classifier:
    weight: Array
    bias: Array


class Collapse:
    """Neural collapse of a classifier, from batches of its last-layer features, in one pass.

    `a + b` is what one instance had found that had seen the batches of both: each worker may have its own.

    Arguments:
        classes: C, at least 2.
        width: p, the features of the last layer. p² numbers are kept: 2 MB for 512, 134 MB for 4096.

    Raises:
        ValueError: fewer than two classes, or no features.

    Attributes:
        classes: C.
        width: p.
        counts: How many samples of each class were seen, shape (C,).
        means: Their means, shape (C, p).
    """

    def __init__(self, classes: int, width: int) -> None:
        for name, found, least in (("classes", classes, 2), ("width", width, 1)):
            if isinstance(found, bool) or not isinstance(found, int | np.integer) or found < least:
                raise ValueError(f"found {name}={found!r}, expected an integer of at least {least}")
        self.classes, self.width = int(classes), int(width)
        self.counts = np.zeros(self.classes, np.int64)
        self.means = np.zeros((self.classes, self.width))
        self._scatter = np.zeros((self.width, self.width))
        self._largest = np.zeros(self.width)
        self._rounding = float(np.finfo(np.float64).eps)

    def update(self, features: Any, labels: Any) -> None:
        """See a batch.

        Arguments:
            features: Inputs of the last linear layer, shape (n, p); any array that NumPy reads. Of a PyTorch tensor
                that requires a gradient the values are taken; one on a GPU has to be brought to the CPU first.
            labels: Integers 0 .. C - 1, shape (n,). A batch need not hold all classes.

        Raises:
            ValueError: shapes or types that do not fit, no sample, labels out of range, features that are infinite or
                undefined. What was seen before stays as it was.

        Examples:
            >>> import lawbook
            >>> seen = lawbook.measure.Collapse(classes=2, width=1)
            >>> seen.update([[1.0], [3.0]], [0, 0])
            >>> seen.update([[-1.0], [-3.0]], [1, 1])
            >>> seen
            Collapse(classes=2, width=1), 4 samples seen
        """
        batch = samples(features, labels, self.classes, self.width)
        of_batch = Collapse(self.classes, self.width)
        of_batch.counts = np.bincount(batch.labels, minlength=self.classes)
        members = (np.arange(self.classes)[:, None] == batch.labels).astype(np.float64)  # (C, n)
        of_batch.means = members @ batch.features / np.maximum(of_batch.counts, 1)[:, None]
        rest = batch.features - of_batch.means[batch.labels]
        of_batch._scatter = rest.T @ rest
        of_batch._largest = np.abs(batch.features).max(axis=0)
        of_batch._rounding = batch.rounding
        self.__dict__.update((self + of_batch).__dict__)

    def __add__(self, other: Collapse) -> Collapse:
        if not isinstance(other, Collapse):
            return NotImplemented
        if (self.classes, self.width) != (other.classes, other.width):
            raise ValueError(f"found {self!r} and {other!r}, expected the same classes and width")
        both = Collapse(self.classes, self.width)
        both.counts = self.counts + other.counts
        gap = other.means - self.means
        both.means = self.means + gap * (other.counts / np.maximum(both.counts, 1))[:, None]
        apart = gap * np.sqrt(self.counts * (other.counts / np.maximum(both.counts, 1)))[:, None]
        both._scatter = self._scatter + other._scatter + apart.T @ apart
        both._largest = np.maximum(self._largest, other._largest)
        both._rounding = max(self._rounding, other._rounding)
        return both

    def __repr__(self) -> str:
        return f"Collapse(classes={self.classes}, width={self.width}), {int(self.counts.sum())} samples seen"

    def result(self, weight: Any, bias: Any = None) -> Metrics:
        """What one pass tells: all but NC4 and the mistakes, which `second_pass` adds.

        Arguments:
            weight: Of the last layer, shape (C, p).
            bias: Shape (C,), or None for a layer without. These metrics do not depend on it.

        Returns:
            The metrics; those that one pass cannot tell are None.

        Raises:
            ValueError: a class without samples, or a classifier of another shape.

        Examples:
            >>> import lawbook
            >>> seen = lawbook.measure.Collapse(classes=2, width=1)
            >>> seen.update([[1.0], [3.0], [-1.0], [-3.0]], [0, 0, 1, 1])
            >>> found = seen.result(weight=[[1.0], [-1.0]])
            >>> round(found.within, 3), found.duality, found.disagreement
            (0.125, 0.0, None)
        """
        return self._metrics(self._classifier(weight, bias))

    def second_pass(self, weight: Any, bias: Any = None) -> SecondPass:
        """Go on to a second pass over the same samples, for NC4 and the mistakes.

        Arguments:
            weight: Of the last layer, shape (C, p).
            bias: Shape (C,), or None for a layer without.

        Returns:
            What the samples are to be shown to once more, in any order and any batches.

        Raises:
            ValueError: as in `result`.

        Examples:
            >>> import lawbook
            >>> features, labels = [[1.0], [3.0], [-1.0], [-3.0]], [0, 0, 1, 1]
            >>> seen = lawbook.measure.Collapse(classes=2, width=1)
            >>> seen.update(features, labels)
            >>> again = seen.second_pass(weight=[[1.0], [-1.0]], bias=[-2.5, 0.0])
            >>> again.update(features, labels)
            >>> again.result().disagreement  # the bias moves the boundary past one of four samples
            0.25
        """
        return SecondPass(self, self._classifier(weight, bias))

    def _classifier(self, weight: Any, bias: Any) -> _Classifier:
        missing = np.flatnonzero(self.counts == 0)
        if len(missing):
            named = ", ".join(str(c) for c in missing[:10]) + (" and more" if len(missing) > 10 else "")
            raise ValueError(f"found no sample of class {named}, expected at least one of each of {self.classes}")
        w = finite(weight, "weight")
        b = np.zeros(self.classes) if bias is None else finite(bias, "bias")
        if w.shape != self.means.shape:
            raise ValueError(f"found a weight of shape {w.shape}, expected {self.means.shape}: a row for each class")
        if b.shape != (self.classes,):
            raise ValueError(f"found a bias of shape {b.shape}, expected {(self.classes,)}: one for each class")
        return _Classifier(w, b)

    def _centred(self) -> Array:
        """Class means less their mean, shape (C, p); zero where that is rounding."""
        centred = self.means - self.means.mean(axis=0)
        return np.where(np.linalg.norm(centred, axis=1, keepdims=True) <= self._noise(), 0, centred)

    def _noise(self) -> float:
        """What rounding may make of a singular value of the class means that is zero, in the unit of the features."""
        entries = max(ROUNDINGS * float(np.finfo(np.float64).eps), self._rounding)  # of sums, and of the features
        return float(entries * np.sqrt(self.classes) * np.linalg.norm(self._largest))

    def _within(self) -> float:
        """NC1 axis by axis, as `lawbook.measure.collapse` has it, from the scatter."""
        seen, classes = int(self.counts.sum()), self.classes
        if seen <= classes:
            return float("nan")  # nothing is left to scatter
        contrasts = np.linalg.qr(np.eye(classes) - 1 / classes)[0][:, : classes - 1].T
        centred = self.means - self.means.mean(axis=0)
        _, spread, axes = np.linalg.svd(contrasts @ centred, full_matrices=False)
        noise = self._noise()
        determined = spread > noise
        along = np.einsum("rp,pq,rq->r", axes, self._scatter, axes, optimize=True) / seen
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = along / np.where(determined, spread, noise) ** 2
        blind = np.where(ratios > 1, np.inf, np.where(ratios > ROUNDINGS**-2, np.nan, 0))
        known = (determined | (ratios > 1)).any()
        return float(np.where(determined, ratios, blind).sum()) if known else float("nan")

    def _metrics(self, by: _Classifier, disagreement: float | None = None, mistakes: float | None = None) -> Metrics:
        centred = self._centred()
        return Metrics(
            samples=int(self.counts.sum()),
            within=self._within(),
            **{f"means_{name}": value for name, value in _simplex(centred).items()},
            **{f"rows_{name}": value for name, value in _simplex(by.weight).items()},
            duality=float(np.linalg.norm(_to_length_one(by.weight) - _to_length_one(centred))),
            disagreement=disagreement,
            mistakes=mistakes,
        )


class SecondPass:
    """NC4 and the mistakes of a classifier, from the same samples once more. Made by `Collapse.second_pass`.

    `a + b` is what one instance had found that had seen the batches of both.

    Attributes:
        first: What the first pass found.
        counts: How many samples of each class were seen again, shape (C,).
    """

    def __init__(self, first: Collapse, classifier: _Classifier) -> None:
        self.first, self.counts = first, np.zeros(first.classes, np.int64)
        self._by, self._wrong, self._disagree = classifier, 0, 0

    def update(self, features: Any, labels: Any) -> None:
        """See a batch again.

        Arguments:
            features: As in `Collapse.update`.
            labels: As in `Collapse.update`.

        Raises:
            ValueError: as in `Collapse.update`.

        Examples:
            >>> import lawbook
            >>> seen = lawbook.measure.Collapse(classes=2, width=1)
            >>> seen.update([[2.0], [-2.0], [-1.0]], [0, 1, 1])
            >>> again = seen.second_pass(weight=[[1.0], [-1.0]])
            >>> again.update([[2.0], [-2.0], [-1.0]], [0, 1, 1])
            >>> again.result().mistakes
            0.0
        """
        batch = samples(features, labels, self.first.classes, self.first.width)
        centre, corners = self.first.means.mean(axis=0), self.first._centred()
        near = (batch.features - centre) @ corners.T - 0.5 * np.sum(corners**2, axis=1)  # (n, C)
        chosen = np.argmax(batch.features @ self._by.weight.T + self._by.bias, axis=1)
        self._disagree += int(np.sum(np.argmax(near, axis=1) != chosen))
        self._wrong += int(np.sum(chosen != batch.labels))
        self.counts = self.counts + np.bincount(batch.labels, minlength=self.first.classes)

    def __add__(self, other: SecondPass) -> SecondPass:
        if not isinstance(other, SecondPass):
            return NotImplemented
        if not np.array_equal(self.first.means, other.first.means):
            raise ValueError("found second passes over different samples, expected both to be of one first pass")
        both = SecondPass(self.first, self._by)
        both.counts = self.counts + other.counts
        both._wrong, both._disagree = self._wrong + other._wrong, self._disagree + other._disagree
        return both

    def result(self) -> Metrics:
        """All metrics.

        Returns:
            Those of the first pass, with NC4 and the mistakes.

        Raises:
            ValueError: the second pass has not seen as many samples of each class as the first.

        Examples:
            >>> import lawbook
            >>> seen = lawbook.measure.Collapse(classes=2, width=1)
            >>> seen.update([[2.0], [-2.0], [-1.0]], [0, 1, 1])
            >>> again = seen.second_pass(weight=[[1.0], [-1.0]])
            >>> again.update([[2.0]], [0])
            >>> again.result()
            Traceback (most recent call last):
                ...
            ValueError: found 0 samples of class 1 in the second pass, expected 2, as many as in the first
        """
        c = int(np.argmax(self.counts != self.first.counts))
        if self.counts[c] != self.first.counts[c]:
            raise ValueError(
                f"found {self.counts[c]} samples of class {c} in the second pass, expected {self.first.counts[c]}, as "
                "many as in the first"
            )
        seen = int(self.counts.sum())
        apart = bool(self.first._centred().any())
        disagreement = self._disagree / seen if apart else float("nan")
        return self.first._metrics(self._by, disagreement, self._wrong / seen)


def _simplex(rows: Array) -> dict[str, float]:
    """NC2 of rows: spread of their cosines, the farthest pair from the simplex, spread of their lengths."""
    classes, lengths = len(rows), np.linalg.norm(rows, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # a row of zeros has no direction
        turned = rows / lengths[:, None]
        cosines = (turned @ turned.T)[np.triu_indices(classes, 1)]
        return {
            "angle": float(np.std(cosines)),
            "worst": float(np.abs(cosines + 1 / (classes - 1)).max()),
            "norm": float(np.std(lengths) / np.mean(lengths)),
        }


def _to_length_one(matrix: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return matrix / np.linalg.norm(matrix)
