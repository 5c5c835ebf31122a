"""Intervals by profiling: exact for straight lines, honest where a law bends or a number has no end."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from lawbook import profile
from lawbook.profile import Problem, interval, minimise


def test_the_examples_run() -> None:
    assert doctest.testmod(profile).failed == 0


def number(i: int, size: int = 2) -> tuple:
    return lambda t: t[i], lambda t: np.eye(size)[i]


def test_of_a_straight_line_it_is_the_textbook_s() -> None:
    x = np.linspace(0, 1, 8)
    design = np.stack([np.ones(8), x], axis=1)
    y = 1 + 2 * x + 0.1 * np.cos(np.arange(8) ** 2)
    problem = Problem(lambda t: design @ t - y, lambda t: design)
    theta, cost = minimise(problem, np.zeros(2))
    scatter = np.sqrt(2 * cost / 6)
    error = scatter * np.sqrt(np.linalg.inv(design.T @ design)[1, 1])
    low, high = interval(problem, theta, *number(1), error=error, scatter=scatter, quantile=2.5)
    assert (low, high) == pytest.approx((theta[1] - 2.5 * error, theta[1] + 2.5 * error), rel=2e-3)


def test_a_number_that_bends_has_the_ends_of_what_it_is_made_from() -> None:
    problem = Problem(lambda t: np.full(4, t[0]), lambda t: np.ones((4, 1)))
    made = interval(
        problem, np.zeros(1), lambda t: np.exp(t[0]), lambda t: np.exp(t), error=0.5, scatter=1.0, quantile=2.0
    )
    assert made == pytest.approx((np.exp(-1), np.exp(1)), rel=5e-3)  # and not 1 - 1 to 1 + 1


@pytest.mark.parametrize("guess", [0.01, 1.0, 100.0, np.inf])
def test_the_first_guess_does_not_matter(guess: float) -> None:
    problem = Problem(lambda t: np.full(4, t[0]), lambda t: np.ones((4, 1)))
    ends = interval(problem, np.zeros(1), *number(0, 1), error=guess, scatter=1.0, quantile=2.0)
    assert ends == pytest.approx((-1, 1), rel=5e-3)


def test_what_never_gets_worse_has_no_end() -> None:
    """A term e^t under a measurement of 0.05 ± 0.1: t may fall for ever, and not rise."""
    problem = Problem(lambda t: np.exp(t) - 0.05, lambda t: np.exp(t)[:, None])
    ends = interval(problem, np.log([0.05]), *number(0, 1), error=2.0, scatter=0.1, quantile=2.0)
    assert ends[0] == -np.inf
    assert ends[1] == pytest.approx(np.log(0.25), rel=5e-3)


def test_two_numbers_of_which_only_the_sum_is_known_have_none() -> None:
    problem = Problem(lambda t: np.full(3, t[0] + t[1]), lambda t: np.ones((3, 2)))
    ends = interval(problem, np.zeros(2), *number(0), error=np.inf, scatter=1.0, quantile=2.0)
    assert ends == (-np.inf, np.inf)


def test_exact_points_leave_no_room() -> None:
    problem = Problem(lambda t: np.full(3, t[0] - 1.0), lambda t: np.ones((3, 1)))
    assert interval(problem, np.ones(1), *number(0, 1), error=0.0, scatter=0.0, quantile=2.0) == (1.0, 1.0)


def test_huber_s_least_is_found_where_nearly_all_residuals_are_large() -> None:
    """The least of a sum of absolute values is the median."""
    points = np.array([0.0, 0.1, 0.2, 5.0, 30.0])
    problem = Problem(lambda t: t[0] - points, lambda t: np.ones((5, 1)), huber=1e-4)
    theta, cost = minimise(problem, np.array([100.0]))
    assert theta[0] == pytest.approx(0.2, abs=1e-3)
    assert cost == pytest.approx(1e-4 * np.sum(np.abs(points - 0.2)), rel=1e-3)


def test_huber_s_least_is_that_of_another_program() -> None:
    from scipy.optimize import minimize

    rng = np.random.default_rng(2)
    u = np.linspace(0, 3, 30)
    y = np.log(2 * np.exp(-u) + 0.3) + 0.02 * rng.standard_t(2, 30)

    def residual(t: np.ndarray) -> np.ndarray:
        return np.log(np.exp(t[0] - u) + np.exp(t[1])) - y

    def slopes(t: np.ndarray) -> np.ndarray:
        both = np.exp(t[0] - u) + np.exp(t[1])
        return np.stack([np.exp(t[0] - u) / both, np.exp(t[1]) / both], axis=1)

    problem = Problem(residual, slopes, huber=0.005)
    theta, cost = minimise(problem, np.zeros(2))
    other = minimize(problem.cost, theta, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-16})
    assert cost <= other.fun * (1 + 1e-9)


def test_residuals_that_are_no_numbers_are_climbed_out_of() -> None:
    problem = Problem(lambda t: np.log(t) - np.log([2.0, 2.0]), lambda t: (1 / t) * np.ones((2, 1)))
    theta, _ = minimise(problem, np.array([0.5]))
    assert theta[0] == pytest.approx(2)
