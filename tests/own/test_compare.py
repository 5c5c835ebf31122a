"""Laws compared on the same runs: which foretells better, and when that cannot be told."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from lawbook import compare, runs
from lawbook.own import compare as module

JOINT, SIZE, TOKENS = "kaplan2020/joint-loss", "kaplan2020/loss-vs-parameters", "kaplan2020/loss-vs-data"
N, D = (a.ravel() for a in np.meshgrid(np.geomspace(1e6, 1e9, 6), np.geomspace(1e8, 1e11, 6)))


def made(loss: np.ndarray, size: float = 0.002) -> object:
    noisy = loss * np.exp(size * np.random.default_rng(0).standard_normal(len(N)))
    return runs({"N": N, "D": D, "loss": noisy}, N="N", D="D")


def test_the_examples_run() -> None:
    assert doctest.testmod(module).failed == 0


def test_the_law_that_made_the_runs_wins() -> None:
    found = compare([SIZE, JOINT, TOKENS], made(((6e13 / N) ** 0.75 + 2e13 / D) ** 0.1))
    assert next(iter(found.fits)) == JOINT
    assert found.criterion[JOINT] == 0
    assert min(found.criterion[SIZE], found.criterion[TOKENS]) > 50
    pairs = {(pair.better, pair.worse): pair.told_apart for pair in found.pairs}
    assert pairs[JOINT, SIZE]
    assert pairs[JOINT, TOKENS]
    assert len(found.pairs) == 3
    assert f"{JOINT} foretells better than {SIZE}" in str(found)
    assert "the law has no symbol" in str(found.fits[SIZE])


def test_two_laws_that_say_the_same_are_not_told_apart() -> None:
    """Tokens without end: the joint law is the law of size, with two constants that nothing tells."""
    found = compare([SIZE, JOINT], made((6e13 / N) ** 0.075))
    assert not found.pairs[0].told_apart
    assert "the runs cannot tell" in str(found)
    assert found.criterion[SIZE] == 0  # two constants fewer
    assert found.criterion[JOINT] > 2


def test_the_criterion_is_the_textbook_s() -> None:
    found = compare([SIZE, JOINT], made(((6e13 / N) ** 0.75 + 2e13 / D) ** 0.1))

    def aicc(fit: object, constants: int) -> float:
        count = len(N)
        free = constants + 1
        spread = float(np.sum(fit.residuals**2))
        return count * np.log(spread / count) + 2 * free + 2 * free * (free + 1) / (count - free - 1)

    assert found.criterion[SIZE] == pytest.approx(aicc(found.fits[SIZE], 2) - aicc(found.fits[JOINT], 4))


@pytest.mark.parametrize(
    ("laws", "said"),
    [
        ([JOINT], "expected two different laws or more"),
        (JOINT, "expected two different laws or more"),
        ([JOINT, JOINT], "expected two different laws or more"),
        (["kaplan2020", "kaplan2020/loss-vs-parameters"], "found one law by two names"),
        ([], "found nothing, expected two"),
    ],
)
def test_what_cannot_be_compared(laws: object, said: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        compare(laws, made(((6e13 / N) ** 0.75 + 2e13 / D) ** 0.1))
    assert said in str(caught.value)
