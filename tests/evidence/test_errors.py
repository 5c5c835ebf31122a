"""Standard errors by where they come from: against known scatter, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from lawbook.evidence import errors, notebook

EPS = np.finfo(float).eps
NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("name", ["rounding", "solver", "spread", "blocks", "bootstrap", "counted", "exact"])
def test_a_notebook_has_each(name: str) -> None:
    assert name in notebook.__all__
    assert getattr(notebook, name) is getattr(errors, name)


@pytest.mark.parametrize(
    ("size", "operations", "expected"),
    [
        (1.0, 1, EPS),
        (-3, 1, 3 * EPS),
        (np.float32(2), 1, 2 * np.finfo(np.float32).eps),
        (np.float16(2), 1, 2 * np.finfo(np.float16).eps),
        (3 + 4j, 1, 5 * EPS),
        (2.0, 100, 20 * EPS),
        (np.array([[1.0], [2.0]]), 4, [[2 * EPS], [4 * EPS]]),
    ],
)
def test_rounding_is_that_of_the_type(size: Any, operations: int, expected: Any) -> None:
    found = errors.rounding(size, operations)
    np.testing.assert_allclose(found, expected, rtol=1e-7)
    assert np.shape(found) == np.shape(size)


def test_rounding_covers_a_sum_of_many() -> None:
    numbers = np.random.default_rng(1).uniform(1, 2, (50, 1000)).astype(np.float32)
    plain = np.add.accumulate(numbers, axis=1, dtype=np.float32)[:, -1]
    off = plain - numbers.astype(float).sum(axis=1)
    assert 0.1 < off.std() / np.mean(errors.rounding(plain, operations=1000)) < 1


def test_solver_is_tolerance_times_size() -> None:
    assert errors.solver(1e-6) == 1e-6
    np.testing.assert_allclose(errors.solver(1e-6, [-2, 0, 3]), [2e-6, 0, 3e-6])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_spread_and_blocks_are_the_scatter_of_a_mean(axis: int) -> None:
    draws = np.random.default_rng(2).normal(0, 3, (400, 60))
    draws = draws if axis == 0 else draws.T
    for found in (errors.spread(draws, axis=axis), errors.blocks(draws, 40, axis=axis)):
        assert np.shape(found) == (60,)
        assert np.mean(np.square(found)) == pytest.approx(9 / 400, rel=0.1)


def test_blocks_see_a_correlation_that_spread_does_not() -> None:
    noise = np.random.default_rng(3).standard_normal((300, 2049))
    slow = (noise[:, :-1].cumsum(axis=1)[:, 50:] - noise[:, :-1].cumsum(axis=1)[:, :-50]) / 50  # windows of 50
    scatter = slow.mean(axis=1).std()
    blocks = np.sqrt(np.mean(np.square(errors.blocks(slow, axis=1))))
    assert blocks == pytest.approx(scatter, rel=0.15)
    assert np.mean(errors.spread(slow, axis=1)) < 0.25 * scatter


def test_blocks_of_unequal_length() -> None:
    means = [1.0, 3.5, 5.5, 7.5, 9.5]  # of 3 and four times 2
    assert errors.blocks(np.arange(11.0)) == pytest.approx(np.std(means, ddof=1) / 5**0.5)


def test_bootstrap_of_a_mean_is_its_spread() -> None:
    sample = np.random.default_rng(4).normal(0, 1, (200, 3))
    found = errors.bootstrap(lambda x: x.mean(axis=0), sample, draws=2000)
    assert np.shape(found) == (3,)
    np.testing.assert_allclose(found, errors.spread(sample), rtol=0.1)


def test_bootstrap_draws_rows_together() -> None:
    x = np.random.default_rng(5).normal(0, 1, 100)
    assert errors.bootstrap(lambda a, b: np.mean(a - b), x, x) == 0
    assert errors.bootstrap(lambda a, b: np.mean(a) - np.mean(b), x, x + 1) == pytest.approx(0, abs=1e-12)


def test_bootstrap_follows_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.arange(30.0)
    first, again = errors.bootstrap(np.mean, x), errors.bootstrap(np.mean, x)
    monkeypatch.setenv("LAWBOOK_SEED", "1")
    assert first == again != errors.bootstrap(np.mean, x)


def test_a_count_of_all_or_none_has_an_error() -> None:
    assert errors.counted(0, 10) == pytest.approx(errors.counted(10, 10)) == pytest.approx(0.0935, abs=1e-4)
    assert np.shape(errors.counted([[1], [2]], [10, 20, 30])) == (2, 3)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_a_count_scatters_by_its_error(share: float) -> None:
    hits = np.random.default_rng(6).binomial(200, share, 4000)
    assert np.sqrt(np.mean(np.square(errors.counted(hits, 200)))) == pytest.approx((hits / 200).std(), rel=0.2)


@pytest.mark.parametrize("count", [3, 3.0, np.int64(0), -2, np.arange(4), [[1], [2]], True])
def test_an_exact_count_has_none(count: Any) -> None:
    found = errors.exact(count)
    assert np.shape(found) == np.shape(count)
    assert not np.any(found)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: errors.rounding(0.0), "a size of 0, expected the size of the numbers that were added"),
        (lambda: errors.rounding([1.0, 0.0]), "a size of 0"),
        (lambda: errors.rounding(NAN), "found a size of nan, expected finite"),
        (lambda: errors.rounding([1.0, INF]), "found a size of inf"),
        (lambda: errors.rounding(1.0, 0), "found 0 operations, expected at least 1"),
        (lambda: errors.rounding(1.0, NAN), "found nan operations"),
        (lambda: errors.rounding(np.array(["a"])), "found numbers of type <U1"),
        (lambda: errors.solver(0), "a tolerance of 0, expected one above 0"),
        (lambda: errors.solver(-1e-9), "a tolerance of -1e-09"),
        (lambda: errors.solver(NAN), "a tolerance of nan"),
        (lambda: errors.solver(1e-9, [1, NAN]), "a size of nan"),
        (lambda: errors.spread([1.0]), "found 1 replicas, expected at least 2"),
        (lambda: errors.spread(1.0), r"replicas of shape \(\), expected an array with axis 0"),
        (lambda: errors.spread([1.0, 2.0], axis=1), "expected an array with axis 1"),
        (lambda: errors.spread(np.ones((3, 1)), axis=1), "found 1 replicas"),
        (lambda: errors.spread([1.0, NAN]), "found nan among the replicas"),
        (lambda: errors.blocks(np.arange(9)), "found 9 measurements for 5 blocks, expected at least 10"),
        (lambda: errors.blocks(np.arange(9), count=1), "found 1 blocks, expected at least 2"),
        (lambda: errors.blocks([1, 2, 3, INF], count=2), "found inf among the measurements"),
        (lambda: errors.bootstrap(np.mean), "found no sample"),
        (lambda: errors.bootstrap(np.mean, [1.0]), "found 1 measurements in a sample, expected at least 2"),
        (lambda: errors.bootstrap(np.mean, [1.0, NAN]), "found nan among the measurements in a sample"),
        (lambda: errors.bootstrap(np.mean, [1, 2], draws=19), "found 19 draws, expected at least 20"),
        (lambda: errors.bootstrap(lambda a, b: 0, [1, 2], [1, 2, 3]), "samples of 2 and 3 rows, expected one length"),
        (lambda: errors.bootstrap(lambda x: NAN, [1, 2]), "a statistic of a draw of nan"),
        (lambda: errors.counted(0, 0), "found 0 trials, expected at least 1"),
        (lambda: errors.counted(11, 10), "more than trials"),
        (lambda: errors.counted(-1, 10), "fewer hits than 0"),
        (lambda: errors.counted(0.5, 10), "found hits of 0.5, expected whole numbers"),
        (lambda: errors.counted(1, NAN), "found trials of nan"),
        (lambda: errors.exact(0.5), "found a count of 0.5, expected whole numbers"),
        (lambda: errors.exact([1, NAN]), "found a count of nan, expected finite numbers"),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
