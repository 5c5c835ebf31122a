"""Handwritten digits, a small real data set that comes with scikit-learn: no download, no slow import."""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CLASSES = 10


def load(*, scaled: bool = True, centred: bool = False) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The 1797 handwritten digits of 8 × 8 pixels that are bundled with scikit-learn, in the order of the file.

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits, UCI repository (its test part).

    Arguments:
        scaled: Divide the grey levels 0..16 by 16.
        centred: Subtract the mean image of the whole set.

    Returns:
        The images, shape (1797, 64), float64, and their labels 0..9, shape (1797,), int64.

    Raises:
        ModuleNotFoundError: scikit-learn is not installed.
    """
    spec = find_spec("sklearn")  # importing it would take more than a second
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the digits come with scikit-learn, which is not installed: pip install scikit-learn")
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    table = np.fromstring(gzip.decompress(path.read_bytes()).replace(b"\n", b","), sep=",").reshape(-1, 65)
    images = table[:, :64] / 16 if scaled else table[:, :64].copy()
    if centred:
        images -= images.mean(axis=0)
    return images, table[:, 64].astype(np.int64)


def balanced_subset(labels: NDArray[np.int64], per_class: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw `per_class` samples of every class without replacement, in random order.

    Arguments:
        labels: Class of each sample, shape (n,).
        per_class: Samples to draw from each class.
        rng: The generator that draws.

    Returns:
        Indices into `labels`, shape (classes * per_class,).

    Raises:
        ValueError: A class has fewer than `per_class` samples.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < per_class:
        scarce = classes[counts.argmin()]
        raise ValueError(f"class {scarce} has {counts.min()} samples, expected at least per_class = {per_class}")
    chosen = [rng.choice(np.flatnonzero(labels == c), size=per_class, replace=False) for c in classes]
    return rng.permutation(np.concatenate(chosen))
