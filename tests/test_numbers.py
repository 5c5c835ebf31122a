"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from lawbook.numbers import plain, with_error


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1"),
        (-2, "−2"),
        (0.1, "0.1"),
        (13, "13"),
        (0.99999, "1"),
        (123456.7, "123457"),
        (1e6, "10⁶"),
        (-1e-9, "−10⁻⁹"),
        (1.9e-10, "1.9 × 10⁻¹⁰"),
        (9.99996e-10, "10⁻⁹"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "not a number"),
    ],
)
def test_plain(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1.0132, 0.0042, "1.013 ± 0.004"),
        (1.0132, 0.0012, "1.0132 ± 0.0012"),
        (-2.014, 0.017, "−2.014 ± 0.017"),
        (12345, 120, "12345 ± 120"),
        (1.9e-10, 3e-11, "(1.9 ± 0.3) × 10⁻¹⁰"),
        (0.8187307531, 8e-10, "0.818731 ± 8 × 10⁻¹⁰"),
        (0, 0.003, "0.000 ± 0.003"),
        (128, 0, "128"),
        (5.6e-15, 0, "5.6 × 10⁻¹⁵"),
        (3.93e-11, 2.8e-31, "3.93 × 10⁻¹¹ ± 2.8 × 10⁻³¹"),
        (2.069812, 0.0000061, "2.069812 ± 0.000006"),
        (0.996, 0.0099, "0.996 ± 0.010"),
        (math.nan, 1.0, "not a number ± 1"),
    ],
)
def test_with_error(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text
