"""The exact loss curves against gradient flow integrated step by step, and against limits of known answer."""

import itertools

import numpy as np
import pytest
from lawbook.lab.solvable import dynamics, kernel
from lawbook.measure import powerlaw


def _signs(p):
    return np.array(list(itertools.product([-1.0, 1.0], repeat=p)))


def _descend(loss_gradient, w, time, steps=300):
    """Gradient flow by the classical Runge-Kutta method."""
    h = time / steps
    for _ in range(steps):
        a = loss_gradient(w)
        b = loss_gradient(w - h / 2 * a)
        c = loss_gradient(w - h / 2 * b)
        w = w - h / 6 * (a + 2 * b + 2 * c + loss_gradient(w - h * c))
    return w


def test_finite_width_is_gradient_flow_of_the_student():
    rng = np.random.default_rng(0)
    eta, theta = np.array([1.0, 0.5, 0.3]), np.array([1.0, -0.7, 2.0])
    a = rng.standard_normal((2, 3))
    curve = dynamics.student(a, eta).curve(eta * theta**2)
    for time in (0.0, 0.7, 3.0):
        losses = []
        for signs in _signs(3):
            target = signs * theta

            def gradient(w, target=target):  # half the squared error, so that du/dt = -K u
                return -(a * eta) @ (target - a.T @ w / np.sqrt(2)) / np.sqrt(2)

            w = _descend(gradient, np.zeros(2), time)
            losses.append(np.sum(eta * (target - a.T @ w / np.sqrt(2)) ** 2))
        assert curve(time) == pytest.approx(np.mean(losses), rel=1e-9)


def test_reuse_is_gradient_flow_on_the_samples():
    rng = np.random.default_rng(1)
    eta, theta = np.array([1.0, 0.5, 0.3]), np.array([1.0, -0.7, 2.0])
    psi = rng.standard_normal((2, 3)) * np.sqrt(eta)
    found = dynamics.reuse(psi, eta, eta * theta**2, [0.0, 1.5])
    for i, time in enumerate((0.0, 1.5)):
        train, test = [], []
        for signs in _signs(3):
            target = signs * theta
            w = _descend(lambda w, target=target: -psi.T @ (psi @ (target - w)) / 2, np.zeros(3), time)
            train.append(np.mean((psi @ (target - w)) ** 2))
            test.append(np.sum(eta * (target - w) ** 2))
        assert found.train[i] == pytest.approx(np.mean(train), rel=1e-9)
        assert found.test[i] == pytest.approx(np.mean(test), rel=1e-9)


def test_a_student_that_sees_the_features_themselves_learns_each_at_its_own_rate():
    eta, power = np.array([0.2, 0.5, 1.0]), np.array([3.0, 2.0, 1.0])
    curve = dynamics.student(np.sqrt(3) * np.eye(3), eta).curve(power)
    time = np.array([0.0, 1.0, 4.0])
    np.testing.assert_allclose(curve(time), dynamics.Curve(eta, power, 0.0)(time), rtol=1e-12)
    assert curve.floor == pytest.approx(0.0, abs=1e-12)


def test_tail_is_the_rest_of_the_sums():
    eta, theta = kernel.power_law_spectrum(1000, 2.0, 0.5)
    tail = dynamics.power_law_tail(1000, 2.0, 0.5)
    assert eta.sum() + tail.trace == pytest.approx(np.pi**2 / 6, rel=1e-12)
    assert np.sum(eta * theta**2) + tail.power == pytest.approx(np.sum(1 / np.arange(1, 10**6) ** 3.0), rel=1e-9)


def test_tail_stands_for_the_modes_it_replaces():
    rng = np.random.default_rng(2)
    eta, theta = kernel.power_law_spectrum(20000, 1.5, 0.3)
    power, kept = eta * theta**2, 1000
    a = rng.standard_normal((30, 20000))
    tail = dynamics.Tail(float(eta[kept:].sum()), float(power[kept:].sum()))
    whole, short = dynamics.student(a, eta).curve(power), dynamics.student(a[:, :kept], eta[:kept], tail)
    time = np.array([1.0, 10.0, 100.0, 1e6])
    np.testing.assert_allclose(short.curve(power[:kept], tail)(time), whole(time), rtol=0.01)


def test_unlearned_share_is_that_of_a_random_projection():
    # flat spectrum: N of p equal directions are learned, so each mode keeps 1 - N / p
    rng = np.random.default_rng(3)
    shares = [dynamics.student(rng.standard_normal((20, 50)), np.ones(50)).unlearned for _ in range(5)]
    assert np.mean(shares) == pytest.approx(0.6, rel=1e-12)


def test_infinite_width_has_the_exponent_of_the_law():
    eta, theta = kernel.power_law_spectrum(100_000, 1.5, 0.4)
    time = np.geomspace(100, 1000, 6)
    curve = dynamics.Curve(eta, eta * theta**2, dynamics.power_law_tail(100_000, 1.5, 0.4).power)
    assert powerlaw.fit(time, curve(time)).exponent == pytest.approx(-0.8, abs=0.002)


def test_frontier_finds_the_minimum_of_two_power_laws():
    # N^-1 + (N/C)^(1/2): least where N = 4^(1/3) C^(1/3)
    budgets, widths = np.geomspace(1e3, 1e5, 5), np.geomspace(4, 400, 25)
    best = dynamics.frontier(widths, 1 / widths + np.sqrt(widths / budgets[:, None]))
    np.testing.assert_allclose(best.width, (4 * budgets) ** (1 / 3), rtol=0.01)
    np.testing.assert_allclose(best.loss, 1 / best.width + np.sqrt(best.width / budgets), rtol=1e-3)


def test_frontier_at_the_end_of_the_range_is_that_end():
    best = dynamics.frontier([1, 2, 4], [[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]])
    np.testing.assert_allclose(best.loss, 1.0)
    np.testing.assert_allclose(best.width, [4.0, 1.0])
