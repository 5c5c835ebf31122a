"""Interpolation on a grid, against errors by hand."""

import numpy as np
import pytest
from lawbook.lab.solvable import interpolation


def test_a_linear_function_is_exact_on_linear_pieces():
    rng = np.random.default_rng(4)
    assert interpolation.interpolation_error(lambda x: x @ [1.0, 2.0], 2, 3, "linear", rng) < 1e-28


@pytest.mark.parametrize(("power", "expected"), [(2, 1 / 12), (1, 1 / 4)])
def test_constant_pieces_of_a_linear_function_by_hand(power, expected):
    # within one cell of side h the error of the nearest value is uniform in [-h/2, h/2]
    loss = interpolation.interpolation_error(
        lambda x: x[:, 0], 1, 10, "nearest", np.random.default_rng(5), power=power, tests=200_000
    )
    assert loss == pytest.approx(expected * 0.1**power, rel=0.01)


def test_linear_pieces_of_a_parabola_by_hand():
    # the error of x² on a cell of side h is t (h - t); its mean square is h^4 / 30
    loss = interpolation.interpolation_error(lambda x: x[:, 0] ** 2, 1, 10, "linear", np.random.default_rng(6))
    assert loss == pytest.approx(0.1**4 / 30, rel=0.03)
