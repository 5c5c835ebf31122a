"""Overlaps of known frames and of random rows, and what they cost."""

import numpy as np
import pytest
from lawbook.lab.solvable import superposition
from lawbook.measure import overlaps


def test_interference_of_explicit_random_rows():
    rng = np.random.default_rng(0)
    code = superposition.random_code(2000, 40, rng)
    pairs = (code @ code.T)[np.triu_indices(2000, 1)]
    t = np.array([0.1, 0.3, 0.7])
    found = overlaps.measured_interference(pairs, t)
    np.testing.assert_allclose(found, superposition.interference(40, t), rtol=0.02)
    g, v = pairs[pairs > 0][:200, None], np.linspace(0, 2, 20001)
    by_hand = np.mean(np.maximum(g * v - 0.1, 0) ** 2)
    assert overlaps.measured_interference(g, [0.1])[0] == pytest.approx(by_hand, rel=1e-3)


def test_overlap_of_known_frames():
    angles = 2 * np.pi * np.arange(3) / 3
    mercedes = 5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)  # three vectors at 120°, cosine -1/2
    assert overlaps.mean_squared_overlap(mercedes) == pytest.approx(0.25, rel=1e-12)
    assert overlaps.mean_squared_overlap(np.eye(4)) == pytest.approx(0, abs=1e-15)
    random = superposition.random_code(3000, 50, np.random.default_rng(0))
    assert overlaps.mean_squared_overlap(random) == pytest.approx(1 / 50, rel=0.01)
