"""The maximum-margin separator: by hand, by its optimality conditions, and as the end of a gradient flow."""

import numpy as np
import pytest
from lawbook.lab.solvable import separable
from lawbook.lab.training.flow import gradient_flow
from lawbook.measure import margin


def clouds(samples=30, width=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((samples, width)) + 2.5 * np.eye(width)[0]


def test_a_separator_by_hand():
    # The nearest two samples are (1, 1) and (1, -1): ŵ = (1, 0), each with dual variable 1/2. (3, 0) does not matter.
    found = margin.hard_margin([[1.0, 1.0], [3.0, 0.0], [1.0, -1.0]])
    np.testing.assert_allclose(found.vector, [1, 0], atol=1e-14)
    np.testing.assert_allclose(found.duals, [0.5, 0, 0.5], atol=1e-14)
    np.testing.assert_array_equal(found.support, [0, 2])


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("seed", [0, 3, 4, 5])
def test_optimality_conditions(seed, scale):
    x = scale * clouds(seed=seed)
    found = margin.hard_margin(x)
    margins = x @ found.vector
    assert margins.min() == pytest.approx(1, abs=1e-10)
    np.testing.assert_allclose(margins[found.support], 1, atol=1e-10)
    assert found.duals.min() == 0
    np.testing.assert_allclose(found.duals @ x, found.vector, rtol=1e-10)
    assert found.duals.sum() == pytest.approx(found.vector @ found.vector, rel=1e-10)


def test_overlapping_data_are_refused():
    with pytest.raises(ValueError, match="separable data"):
        margin.hard_margin([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])


def test_offset_solves_its_equation_and_is_where_flow_ends():
    x = np.array([[1.0, 1.0], [3.0, 0.0], [2.0, -1.0]])
    machine = margin.hard_margin(x)
    end = 1e12
    w = np.asarray(gradient_flow(separable.logistic_risk, np.array([0.3, -2.0]), [end], args=(x, 0.0)).params)[0]
    constant = margin.offset(x, machine)
    np.testing.assert_allclose(np.exp(-x @ constant)[machine.support], machine.duals[machine.support], rtol=1e-12)
    np.testing.assert_allclose(w - machine.vector * np.log(end), constant, atol=1e-4)
    faster = margin.offset(x, machine, step_size=0.1)  # descent counts steps, each a tenth of a unit of time
    np.testing.assert_allclose(faster, constant + machine.vector * np.log(0.1), atol=1e-12)


def test_angle_is_exact_for_small_and_large_angles():
    turned = np.array([[np.cos(a), np.sin(a)] for a in (1e-9, 0.5, 3.0)])
    np.testing.assert_allclose(margin.angle(5 * turned, [2.0, 0.0]), [1e-9, 0.5, 3.0], rtol=1e-12)
