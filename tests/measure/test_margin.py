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


@pytest.mark.parametrize("size", [1e-3, 1e-5])
def test_a_narrow_margin_is_found(size):
    # ŵ = (0, 1 / size), each dual variable half its square.
    found = margin.hard_margin([[1.0, size], [-1.0, size]])
    np.testing.assert_allclose(found.vector * size, [0, 1], atol=1e-9)
    np.testing.assert_allclose(found.duals * size**2, [0.5, 0.5], rtol=1e-9)


@pytest.mark.parametrize("unit", [1e-100, 1e-20, 1e15, 1e100])
def test_any_unit(unit):
    x = clouds()
    expected, found = margin.hard_margin(x), margin.hard_margin(unit * x)
    np.testing.assert_allclose(found.vector * unit, expected.vector, rtol=1e-9)
    np.testing.assert_allclose(found.duals * unit * unit, expected.duals, rtol=1e-8, atol=1e-12)
    np.testing.assert_array_equal(found.support, expected.support)
    vectors = unit * np.array([[1.0, 0.0], [1.0, 1.0]])
    np.testing.assert_allclose(margin.angle(vectors, [unit, 0.0]), [0, np.pi / 4], rtol=1e-12)
    separator = margin.hard_margin(unit * np.array([[1.0, 1.0], [1.0, -1.0]]))
    shift = margin.offset(unit * np.array([[1.0, 1.0], [1.0, -1.0]]), separator, step_size=1 / unit / unit)
    np.testing.assert_allclose(shift * unit, [np.log(2), 0], atol=1e-9)


def test_single_precision_samples():
    x = np.float32(clouds())
    np.testing.assert_array_equal(margin.hard_margin(x).vector, margin.hard_margin(x.astype(float)).vector)


PAIR = np.array([[1.0, 1.0], [1.0, -1.0]])


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (lambda: margin.hard_margin(np.zeros((3, 2))), "separable data"),
        (lambda: margin.hard_margin([[1.0, 0.0], [0.0, 0.0]]), "separable data"),
        (lambda: margin.hard_margin([[1.0, 1e-9], [-1.0, 1e-9]]), "a millionth of the longest"),
        (lambda: margin.hard_margin([[1.0, np.nan]]), "finite numbers"),
        (lambda: margin.hard_margin([1.0, 2.0]), r"samples of shape \(2,\)"),
        (lambda: margin.hard_margin(np.empty((0, 2))), "not empty"),
        (lambda: margin.angle([[1.0, 0.0]], [0.0, 0.0]), "other is zero"),
        (lambda: margin.angle([[1.0, 0.0, 0.0]], [1.0, 0.0]), r"shape \(1, 3\)"),
        (lambda: margin.offset(PAIR, margin.hard_margin(PAIR), step_size=0.0), "step_size = 0"),
        (lambda: margin.offset(PAIR, margin.hard_margin(PAIR), step_size=np.inf), "step_size = inf"),
        (lambda: margin.offset(PAIR[:1], margin.hard_margin(PAIR)), "those that the separator was found from"),
        (lambda: margin.offset(2 * np.asarray(PAIR), margin.hard_margin(PAIR)), "do not add up to the separator"),
    ],
)
def test_what_has_no_margin_is_refused(found, message):
    with pytest.raises(ValueError, match=message):
        found()


def test_offset_where_support_vectors_disagree():
    square = np.array([[1.0, 1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 0.0, -1.0]])
    uneven = margin.Separator(np.array([1.0, 0.0, 0.0]), np.array([0.1, 0.1, 0.4, 0.4]))
    with pytest.raises(ValueError, match="depend on each other"):
        margin.offset(square, uneven)


def test_a_vector_without_a_direction_has_no_angle():
    np.testing.assert_array_equal(margin.angle([[0.0, 0.0], [0.0, 2.0]], [0.0, 1.0]), [np.nan, 0])
