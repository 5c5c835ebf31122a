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


@pytest.mark.parametrize("unit", [1e-200, 1e-20, 1e15, 1e200])
def test_the_length_of_rows_does_not_matter(unit):
    rows = np.random.default_rng(1).standard_normal((5, 3))
    mixed = rows * np.array([[1.0], [unit], [1.0], [1.0], [unit]])
    assert overlaps.mean_squared_overlap(mixed) == pytest.approx(overlaps.mean_squared_overlap(rows), rel=1e-12)


def test_orthogonal_rows_do_not_overlap_by_less_than_nothing():
    for seed in range(20):
        rotation = np.linalg.qr(np.random.default_rng(seed).standard_normal((7, 7)))[0]
        assert 0 <= overlaps.mean_squared_overlap(rotation) < 1e-15


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (lambda: overlaps.mean_squared_overlap([[1.0, 0.0], [0.0, 0.0]]), "row 1 is zero"),
        (lambda: overlaps.mean_squared_overlap([[1.0, np.nan], [0.0, 1.0]]), "row 0 is zero or no finite vector"),
        (lambda: overlaps.mean_squared_overlap([[1.0, 0.0]]), "two rows at least"),
        (lambda: overlaps.mean_squared_overlap([1.0, 0.0]), r"shape \(2,\)"),
        (lambda: overlaps.measured_interference([0.5, np.nan], [0.1]), "found 2 overlaps, 1 of them not finite"),
        (lambda: overlaps.measured_interference([], [0.1]), "found 0 overlaps"),
        (lambda: overlaps.measured_interference([0.5], [0.1, 0.0]), "numbers above 0"),
        (lambda: overlaps.measured_interference([0.5], [np.nan]), "numbers above 0"),
        (lambda: overlaps.measured_interference([0.5], [0.1, np.inf]), "finite numbers above 0"),
    ],
)
def test_what_has_no_overlap_is_refused(found, message):
    with pytest.raises(ValueError, match=message):
        found()
