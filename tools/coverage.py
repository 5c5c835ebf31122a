"""How often the intervals of `lawbook.fit` cover what runs were made from: `tools/coverage.py [REPETITIONS [CASE…]]`.

Synthetic runs of three laws, with relative errors that are normal, heavy-tailed (Student's t with 3 degrees of
freedom) or unequal (six times as large at the smallest run as at the largest). Prints, for each constant and for a
prediction ten times beyond the runs, how many per cent of the 68.3 and of the 95 % intervals cover. It asserts nothing.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from lawbook import profile
from lawbook.own.fit import LawFit, fit
from lawbook.own.runs import Runs
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVELS = (0.6827, 0.95)
SIZE = 0.01  # of the relative errors


def power(points: int) -> tuple[str, dict[str, Array], dict[str, float], dict[str, float]]:
    """A law, its axes, its constants and those held: a power."""
    constants = {"amplitude": 20.0, "data_exponent": -0.35}
    return "hestness2017/learning-curve-power-law", {"n": np.geomspace(1e3, 1e6, points)}, constants, {"floor": 0.0}


def floor(points: int) -> tuple[str, dict[str, Array], dict[str, float], dict[str, float]]:
    """The same with a floor."""
    law, x, constants, _ = power(points)
    return law, x, {**constants, "floor": 0.3}, {}


def surface(sizes: int, tokens: int) -> tuple[str, dict[str, Array], dict[str, float], dict[str, float]]:
    """A floor and two powers."""
    n, d = (a.ravel() for a in np.meshgrid(np.geomspace(1e7, 1e10, sizes), np.geomspace(1e9, 1e12, tokens)))
    constants = {"irreducible_loss": 1.69, "A": 406.4, "B": 410.7, "size_exponent": 0.34, "data_exponent": 0.28}
    return "hoffmann2022/parametric-loss", {"N": n, "D": d}, constants, {}


CASES = {
    "power, 6 runs": power(6),
    "power, 12 runs": power(12),
    "power and floor, 12 runs": floor(12),
    "power and floor, 24 runs": floor(24),
    "surface, 12 runs": surface(3, 4),
    "surface, 24 runs": surface(4, 6),
    "surface, 48 runs": surface(6, 8),
}
KINDS = ("normal", "heavy-tailed", "unequal")


def errors(kind: str, order: NDArray[np.intp], rng: np.random.Generator) -> Array:
    """Relative errors of runs, whose order from small to large is given."""
    count = len(order)
    if kind == "heavy-tailed":
        return SIZE * rng.standard_t(3, count) / np.sqrt(3)
    scale = np.geomspace(3, 0.5, count)[order] if kind == "unequal" else 1.0
    return SIZE * scale * rng.standard_normal(count)


def covered(case: str, kind: str, repetitions: int) -> dict[str, list[float]]:
    """Per cent of the intervals of each constant, and of a prediction, that cover, at each level."""
    law, x, truth, given = CASES[case]
    order = np.argsort(np.argsort(list(x.values())[-1], kind="stable"))
    blank = Runs(x, np.ones(len(order)), None, None, np.arange(len(order)), case)
    start = fit(law, replace(blank, loss=1 + 1 / np.prod(list(x.values()), axis=0)), given=given)
    theta = np.array([np.log(truth[n]) if p else truth[n] for n, p in zip(start.names, start.positive, strict=True)])
    exact = replace(start, theta=theta, _cache={})
    loss, far = exact(**x), {axis: 10 * values.max() for axis, values in x.items()}
    rng, hits = np.random.default_rng(5), {}
    for _ in range(repetitions):
        noisy = replace(exact, runs=replace(blank, loss=loss * np.exp(errors(kind, order, rng))), _cache={})
        end, _ = profile.minimise(noisy._problem, theta)
        for name, hit in hit_by(replace(noisy, theta=end, _cache={}), truth, far, exact(**far)):
            hits.setdefault(name, []).append(hit)
    return {name: [100 * float(share) for share in np.mean(found, axis=0)] for name, found in hits.items()}


def hit_by(
    found: LawFit, truth: dict[str, float], far: dict[str, Any], loss: float
) -> Iterator[tuple[str, list[bool]]]:
    """Which of the intervals cover, by constant; at each level."""
    intervals = [found.interval(level) for level in LEVELS]
    for name, value in truth.items():
        yield name, [one[name][0] <= value <= one[name][1] for one in intervals]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        foretold = [found.predict(level, **far) for level in LEVELS]
    yield "ten times beyond", [bool(one.low <= loss <= one.high) for one in foretold]


def main() -> None:
    """Print the table."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    wanted = [case for case in CASES if not sys.argv[2:] or any(case.startswith(word) for word in sys.argv[2:])]
    with ProcessPoolExecutor(2) as pool:
        jobs = {(case, kind): pool.submit(covered, case, kind, repetitions) for case in wanted for kind in KINDS}
        for (case, kind), job in jobs.items():
            told = ", ".join(f"{name} {found[0]:.0f} / {found[1]:.0f}" for name, found in job.result().items())
            print(f"{case}, {kind}: {told}", flush=True)


if __name__ == "__main__":
    main()
