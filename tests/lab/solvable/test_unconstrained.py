"""The unconstrained feature model against finite differences and against its known minimum."""

import numpy as np
import pytest
from lawbook.lab.solvable import unconstrained
from lawbook.lab.solvable.unconstrained import Point


def a_point(model, width, seed):
    rng = np.random.default_rng(seed)
    shapes = (model.classes, width), (len(model.labels), width), (model.classes,)
    return Point(*(rng.standard_normal(shape) for shape in shapes))


@pytest.mark.parametrize(
    "model", [unconstrained.balanced(3, 2, 0.01, 0.02), unconstrained.merged([5, 1, 1], 0.01, 0.02)]
)
def test_derivatives_match_finite_differences(model):
    at, along, step = a_point(model, 4, 0), a_point(model, 4, 1), 1e-5
    ahead, behind = (Point(*(a + s * b for a, b in zip(at, along, strict=True))) for s in (step, -step))
    (high, up), (low, down) = model.value_and_gradient(ahead), model.value_and_gradient(behind)
    slope = sum(np.sum(g * b) for g, b in zip(model.value_and_gradient(at)[1], along, strict=True))
    assert (high - low) / (2 * step) == pytest.approx(slope, rel=1e-7)
    for found, a, b in zip(model.hessian_product(at, along), up, down, strict=True):
        np.testing.assert_allclose(found, (a - b) / (2 * step), atol=1e-8)


def test_merged_features_have_the_same_minimum():
    rng = np.random.default_rng(0)
    apart = unconstrained.minimise(unconstrained.balanced(3, 4, 0.01, 0.01), 4, rng)
    together = unconstrained.minimise(unconstrained.merged([4, 4, 4], 0.01, 0.01), 4, rng)
    assert apart.value == pytest.approx(together.value, abs=1e-12)
    assert apart.gradient < 1e-8


@pytest.mark.parametrize("decay", [0.005, 0.03, 0.2])
def test_curvature_at_zero_is_the_closed_form(decay):
    model = unconstrained.balanced(4, 3, decay, decay)
    zero = Point(np.zeros((4, 5)), np.zeros((12, 5)), np.zeros(4))
    lowest = min(decay - 1 / np.sqrt(3 * 4**2), model.bias_decay)
    assert unconstrained.lowest_curvature(model, zero) == pytest.approx(lowest, abs=1e-12)


def test_a_minimum_set_wider_is_critical_still():
    model = unconstrained.balanced(4, 3, 0.01, 0.01)
    narrow = unconstrained.minimise(model, 1, np.random.default_rng(0)).point
    gradient = model.value_and_gradient(unconstrained.widened(narrow, 6))[1]
    assert max(np.abs(part).max() for part in gradient) < 1e-8
