"""Where the papers stand on the map of relations: a column for each family, time going down. No chance is in it.

A paper may stand further left or right in its column; the places are chosen so that few lines run through other papers
or along one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

COLUMN = 250.0  # width of a family
BOX = (150.0, 26.0)  # of a paper
ROW = 40.0  # from one paper of a column to the next
LEFT = 52.0  # room for the years
TOP = 44.0  # room for the names of the families
SHIFTS = (-0.5, -0.38, -0.25, -0.12, 0.0, 0.12, 0.25, 0.38, 0.5)  # of the free width of a column
SWEEPS = 8
MANY = 4000  # papers and lines; a sweep of so many takes ten seconds, and there is no second


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
    free = COLUMN - BOX[0] - 12
    middle = np.array([LEFT + (column[paper] + 0.5) * COLUMN for paper in papers])
    at = np.stack([middle, np.array([rows[paper] for paper in papers])], axis=1) if papers else np.zeros((0, 2))
    for i in range(len(papers)):  # neighbours in a column start apart, so that a line down it can pass
        at[i, 0] += SHIFTS[4 * i % len(SHIFTS)] * free
    joined: dict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        joined[index[a]].append(index[b])
        joined[index[b]].append(index[a])
    lines = np.array([(index[a], index[b]) for a, b in edges], dtype=int).reshape(-1, 2)
    for _ in range(min(SWEEPS, MANY // max(len(papers) + len(lines), 1))):
        before = at.copy()
        for i in range(len(papers)):
            costs = []
            for shift in SHIFTS:
                at[i, 0] = middle[i] + shift * free
                costs.append(_crossed(at, i, joined[i], lines))
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


def _crossed(at: np.ndarray, i: int, neighbours: Sequence[int], lines: np.ndarray) -> float:
    """How badly paper `i` stands: boxes that its lines run through, lines that its box hides, lines that merge.

    Shapes: `at` papers × 2, `lines` lines × 2.
    """
    cost = 0.0
    angles = []
    for j in neighbours:
        hit = _hits(at, at[i], at[j])
        hit[[i, j]] = False
        cost += float(hit.sum())
        dx, dy = at[j] - at[i]
        angles.append(float(np.arctan2(dy, dx)))
        cost += 1e-4 * abs(float(dx))
    angles.sort()
    cost += 0.5 * sum(b - a < 0.05 for a, b in pairwise(angles))
    others = lines[(lines != i).all(axis=1)]
    return cost + float(_hits(at[i], at[others[:, 0]], at[others[:, 1]]).sum())


def _hits(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether the line from `a` to `b` runs through the box around a point; points or lines may be many."""
    step = b - a
    length = np.maximum((step * step).sum(axis=-1), 1.0)
    share = np.clip(((points - a) * step).sum(axis=-1) / length, 0.0, 1.0)
    off = np.abs(points - (a + share[..., None] * step))
    return np.asarray((off[..., 0] < BOX[0] / 2 + 2) & (off[..., 1] < BOX[1] / 2 + 2))


def curves(places: Mapping[str, tuple[float, float]], edges: Sequence[tuple[str, str]]) -> list[tuple[float, ...]]:
    """Each line as a flat parabola: start, control point and end.

    Lines that run down a column bend to the left and to the right in turn, and long ones further, so that none lies on
    another.
    """
    out: list[tuple[float, ...]] = []
    turns: dict[int, int] = defaultdict(int)
    for start, end in edges:
        (ax, ay), (bx, by) = places[start], places[end]
        length = max(float(np.hypot(bx - ax, by - ay)), 1.0)
        bend = min(0.08 * length, 30.0)
        if abs(bx - ax) < COLUMN - BOX[0]:
            column = int(ax // COLUMN)
            turns[column] += 1
            bend = min(0.2 * length, 90.0) * (1 if turns[column] % 2 else -1)
        control = ((ax + bx) / 2 + bend * (by - ay) / length, (ay + by) / 2 - bend * (bx - ax) / length)
        out.append((*_edge((ax, ay), control), *control, *_edge((bx, by), control)))
    return out


def _edge(middle: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Where a line leaves the box around `middle`."""
    dx, dy = towards[0] - middle[0], towards[1] - middle[1]
    reach = max(abs(dx) / (BOX[0] / 2 + 1), abs(dy) / (BOX[1] / 2 + 1), 1.0)
    return middle[0] + dx / reach, middle[1] + dy / reach
