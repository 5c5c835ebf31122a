"""The digits are those of scikit-learn, bit for bit, and come without importing it."""

import subprocess
import sys

import numpy as np
import pytest
from lawbook.lab.data import digits


def test_digits_are_scikit_learns():
    from sklearn.datasets import load_digits

    theirs = load_digits()
    images, labels = digits.load(scaled=False)
    np.testing.assert_array_equal(images, theirs.data)
    np.testing.assert_array_equal(labels, theirs.target)
    assert images.dtype == np.float64
    assert labels.dtype == np.int64


def test_scaling_and_centring():
    images, _ = digits.load()
    assert images.min() == 0
    assert images.max() == 1
    centred, _ = digits.load(centred=True)
    np.testing.assert_allclose(centred, images - images.mean(axis=0))


def test_scikit_learn_is_not_imported():
    code = "import sys; from lawbook.lab.data import digits; digits.load(); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_scikit_learn_says_what_to_install(monkeypatch):
    monkeypatch.setattr(digits, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        digits.load()


def test_balanced_subset_is_balanced_distinct_and_seeded():
    _, labels = digits.load()
    chosen = digits.balanced_subset(labels, 7, np.random.default_rng(1))
    assert len(set(chosen)) == 70
    np.testing.assert_array_equal(np.bincount(labels[chosen]), np.full(10, 7))
    np.testing.assert_array_equal(chosen, digits.balanced_subset(labels, 7, np.random.default_rng(1)))
    assert (chosen != digits.balanced_subset(labels, 7, np.random.default_rng(2))).any()
    assert (np.diff(labels[chosen]) < 0).any()  # not sorted by class


def test_balanced_subset_refuses_what_is_not_there():
    with pytest.raises(ValueError, match="class 1 has 1 samples, expected at least per_class = 2"):
        digits.balanced_subset(np.array([0, 0, 1]), 2, np.random.default_rng(0))
