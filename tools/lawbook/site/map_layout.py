"""Where the papers stand on the map of relations: a column for each family, time going down. No chance is in it.

A paper may stand left, in the middle or right in its column; the places are chosen so that few lines run through other
papers. Lines are straight and end at the edge of a paper's box.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

COLUMN = 250.0  # width of a family
BOX = (132.0, 26.0)  # of a paper
ROW = 40.0  # from one paper of a column to the next
LEFT = 52.0  # room for the years
TOP = 34.0  # room for the names of the families
SHIFTS = (-0.5, 0.0, 0.5)  # of the free width of a column
SWEEPS = 4


@dataclass(frozen=True)
class Layout:
    """Size of the drawing, the middle of each paper's box, and the height at which each year begins."""

    width: float
    height: float
    places: dict[str, tuple[float, float]]
    years: dict[str, float]


def layout(column: Mapping[str, int], year: Mapping[str, str], edges: Sequence[tuple[str, str]]) -> Layout:
    """Place papers.

    Arguments:
        column: Paper to the number of its column, in the order in which papers of a year are to stand.
        year: Paper to its year.
        edges: Pairs of papers that a line joins.
    """
    rows, years, end = _rows(column, year)
    papers = list(column)
    index = {paper: i for i, paper in enumerate(papers)}
    free = COLUMN - BOX[0] - 24
    middle = np.array([LEFT + (column[paper] + 0.5) * COLUMN for paper in papers])
    at = np.stack([middle, np.array([rows[paper] for paper in papers])], axis=1) if papers else np.zeros((0, 2))
    for i in range(len(papers)):  # neighbours in a column start apart, so that a line down it can pass
        at[i, 0] += SHIFTS[(i + column[papers[i]]) % 3] * free
    joined: dict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        joined[index[a]].append(index[b])
        joined[index[b]].append(index[a])
    for _ in range(SWEEPS):
        before = at.copy()
        for i in range(len(papers)):
            costs = []
            for shift in SHIFTS:
                at[i, 0] = middle[i] + shift * free
                costs.append(_crossed(at, i, joined[i]))
            at[i, 0] = middle[i] + SHIFTS[int(np.argmin(costs))] * free
        if np.array_equal(before, at):
            break
    width = LEFT + COLUMN * (max(column.values(), default=0) + 1)
    return Layout(width, end, {paper: (float(at[i, 0]), float(at[i, 1])) for i, paper in enumerate(papers)}, years)


def _rows(column: Mapping[str, int], year: Mapping[str, str]) -> tuple[dict[str, float], dict[str, float], float]:
    """Height of each paper, height of each year, height of all."""
    rows: dict[str, float] = {}
    years: dict[str, float] = {}
    y = TOP
    for label in sorted(set(year[paper] for paper in column)):
        years[label] = y
        taken: dict[int, int] = defaultdict(int)
        for paper in column:
            if year[paper] == label:
                rows[paper] = y + ROW * (taken[column[paper]] + 0.5)
                taken[column[paper]] += 1
        y += ROW * max(taken.values()) + 10
    return rows, years, y


def _crossed(at: np.ndarray, i: int, neighbours: Sequence[int]) -> float:
    """How many boxes the lines of paper `i` run through, and how many other lines of it run through its own box.

    Shape of `at`: papers × 2.
    """
    cost = 0.0
    for j in neighbours:
        step = at[j] - at[i]
        length = float(step @ step) or 1.0
        share = np.clip((at - at[i]) @ step / length, 0.0, 1.0)
        off = np.abs(at - (at[i] + share[:, None] * step))
        hit = (off[:, 0] < BOX[0] / 2 + 2) & (off[:, 1] < BOX[1] / 2 + 2)
        hit[[i, j]] = False
        cost += float(hit.sum()) + 1e-4 * abs(float(step[0]))
    return cost


def line(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float, float, float]:
    """The line from the edge of the box around `a` to that of the box around `b`."""
    (ax, ay), (bx, by) = a, b
    dx, dy = bx - ax, by - ay
    reach = max(abs(dx) / (BOX[0] / 2 + 1), abs(dy) / (BOX[1] / 2 + 1)) or 1.0
    cut = min(1 / reach, 0.45)
    return ax + cut * dx, ay + cut * dy, bx - cut * dx, by - cut * dy
