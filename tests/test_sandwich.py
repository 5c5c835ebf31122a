"""The sandwich for few points: exact where its formula can be written down, and whether what it makes covers."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from lawbook import least_squares, sandwich

SLOPE = np.array([0.0, 1.0])


def line(points: int) -> np.ndarray:
    return np.stack([np.ones(points), np.linspace(0, 1, points)], axis=1)


def test_the_examples_run() -> None:
    assert doctest.testmod(sandwich).failed == 0


def test_the_error_is_that_of_the_textbook() -> None:
    """(X'X)^-1 X' diag(r² / (1 - h)) X (X'X)^-1, for points one by one and, as matrices, for groups."""
    design, residual = line(9), np.random.default_rng(0).standard_normal(9)
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    meat = design.T @ np.diag(residual**2 / (1 - np.diag(hat))) @ design
    found = sandwich.of_design(design, residual, None)
    assert found.error(SLOPE) == pytest.approx(np.sqrt(SLOPE @ bread @ meat @ bread @ SLOPE))
    assert found.unit(SLOPE) == pytest.approx(np.sqrt(bread[1, 1]))

    group = np.array([5, 5, 5, 2, 2, 7, 7, 7, 7])  # numbers in any order
    meat = np.zeros((2, 2))
    for name in np.unique(group):
        rows = group == name
        values, vectors = np.linalg.eigh(np.eye(rows.sum()) - hat[np.ix_(rows, rows)])
        score = design[rows].T @ (vectors / np.sqrt(values)) @ vectors.T @ residual[rows]
        meat += np.outer(score, score)
    grouped = sandwich.of_design(design, residual, group)
    assert grouped.error(SLOPE) == pytest.approx(np.sqrt(SLOPE @ bread @ meat @ bread @ SLOPE))


def test_units_of_the_parameters_do_not_matter() -> None:
    design, residual = line(9), np.random.default_rng(0).standard_normal(9)
    small = sandwich.of_design(design * [1, 1e-6], residual, None)
    assert 1e6 * sandwich.of_design(design, residual, None).error(SLOPE) == pytest.approx(small.error(SLOPE))


def test_a_point_that_is_followed_wholly_tells_nothing() -> None:
    design = np.array([[1.0, 0], [1, 0], [1, 0], [0, 1]])
    found = sandwich.of_design(design, np.array([1.0, -1, 0, 0]), None)
    assert found.error(np.array([1.0, 0])) > 0
    assert found.freedom(np.array([1.0, 0])) == pytest.approx(2)


@pytest.mark.parametrize(
    ("points", "scales"),
    [(12, np.ones(12)), (12, np.geomspace(3, 0.5, 12)), (24, np.geomspace(3, 0.5, 24))],
    ids=["alike", "unequal", "unequal, more"],
)
def test_intervals_of_a_slope_cover(points: int, scales: np.ndarray) -> None:
    """With one scatter and Student's t 58 and 91 per cent of those of unequal points do."""
    design, rng = line(points), np.random.default_rng(3)
    hits = []
    for _ in range(600):
        noise = scales * rng.standard_normal(points)
        slope = np.linalg.lstsq(design, noise, rcond=None)[0]
        found = sandwich.of_design(design, noise - design @ slope, None)
        hits.append(
            [
                abs(slope[1]) < least_squares.quantile(level, found.freedom(SLOPE)) * found.error(SLOPE)
                for level in (0.6827, 0.95)
            ]
        )
    inner, outer = 100 * np.mean(hits, axis=0)
    assert inner == pytest.approx(68, abs=6)  # 400 draws: standard errors of 2.3 and 1.1
    assert outer == pytest.approx(95, abs=3.5)


def test_intervals_cover_where_points_come_in_groups() -> None:
    """Taken for independent, 40 per cent of the points' errors being common to a group, 83 per cent do."""
    group = np.repeat(np.arange(12), 4)
    design = np.stack([np.ones(48), np.repeat(np.linspace(0, 1, 12), 4)], axis=1)
    rng, hits, alone = np.random.default_rng(4), [], []
    for _ in range(600):
        noise = np.repeat(rng.standard_normal(12), 4) + rng.standard_normal(48)
        slope = np.linalg.lstsq(design, noise, rcond=None)[0]
        for kept, told in ((group, hits), (None, alone)):
            found = sandwich.of_design(design, noise - design @ slope, kept)
            told.append(abs(slope[1]) < least_squares.quantile(0.95, found.freedom(SLOPE)) * found.error(SLOPE))
    assert 100 * np.mean(hits) == pytest.approx(95, abs=3.5)
    assert 100 * np.mean(alone) < 90


def test_freedom_is_that_of_the_textbook() -> None:
    """(tr G)² / tr G² for the matrix G of the squared error as a form in independent errors, for groups and without."""
    design, residual = line(8), np.ones(8)
    bread = np.linalg.inv(design.T @ design)
    left = np.eye(8) - design @ bread @ design.T
    weights = design @ bread @ SLOPE
    for group in (np.arange(8), np.array([0, 0, 0, 1, 1, 2, 2, 3])):
        form = np.zeros((8, 8))
        for name in np.unique(group):
            rows = group == name
            values, vectors = np.linalg.eigh(left[np.ix_(rows, rows)])
            row = left[:, rows] @ (vectors / np.sqrt(values)) @ vectors.T @ weights[rows]
            form += np.outer(row, row)
        found = sandwich.of_design(design, residual, None if group[1] == 1 else group)
        assert found.freedom(SLOPE) == pytest.approx(np.trace(form) ** 2 / np.trace(form @ form))
