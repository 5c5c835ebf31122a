"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from lawbook.numbers import plain, turned, with_error


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
        (1.0132, 0.0042, "1.0132 ± 0.0042"),
        (1.0132, 0.0012, "1.0132 ± 0.0012"),
        (-2.014, 0.017, "−2.014 ± 0.017"),
        (-0.00002, 0.017, "0.000 ± 0.017"),
        (12345, 120, "12340 ± 120"),
        (12345, 12, "12345 ± 12"),
        (1.9e-10, 3e-11, "(1.90 ± 0.30) × 10⁻¹⁰"),
        (-1.9e-10, 3e-11, "(−1.90 ± 0.30) × 10⁻¹⁰"),
        (0.8187307531, 8e-10, "0.818731"),  # the error is rounding
        (0, 0.003, "0.0000 ± 0.0030"),
        (0.0007534, 0.0000016, "(7.534 ± 0.016) × 10⁻⁴"),
        (0.00036, 0.00027, "(3.6 ± 2.7) × 10⁻⁴"),
        (0.00036, 0.0017, "0.0004 ± 0.0017"),
        (0, 0, "0"),
        (128, 0, "128"),
        (5.6e-15, 0, "5.6 × 10⁻¹⁵"),
        (3.93e-11, 2.8e-31, "3.93 × 10⁻¹¹"),
        (2.069812, 0.0000061, "2.0698120 ± 0.0000061"),
        (0.996, 0.0099, "0.9960 ± 0.0099"),
        (0.996, 0.00996, "0.996 ± 0.010"),  # two digits after rounding
        (math.nan, 1.0, "not a number ± 1"),
        (1.0, math.inf, "1 ± ∞"),
    ],
)
def test_with_error(value: float, error: float, text: str) -> None:
    assert with_error(value, error) == text


@pytest.mark.parametrize(
    ("value", "error", "scale", "text"),
    [
        (1.00204, 1.9e-8, 0.02, "1.00204"),
        (1.00204, 1.9e-8, 0.2, "1.002"),
        (52.53706, 1.6e-8, 0.52, "52.5371"),
        (1.0132, 0.0042, 0.02, "1.0132 ± 0.0042"),  # far from rounding
        (1.04936, 0.00007, 0.12, "1.049360 ± 0.000070"),  # small, but told
        (1.0, 4.4e-15, 1e-9, "1"),
        (3.0, 0.0, 0.1, "3"),
        (0.0, 0.0, 0.1, "0"),
        (0.0123456789, 0.0, 10.0, "0.012"),  # two digits at least
        (1.5, 1e-9, math.inf, "1.5"),
    ],
)
def test_an_error_at_rounding_level_is_left_out(value: float, error: float, scale: float, text: str) -> None:
    assert with_error(value, error, scale) == text


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("−0.513 ± 0.012", "0.513 ± 0.012"),
        ("0.513 ± 0.012", "−0.513 ± 0.012"),
        ("(−1.90 ± 0.30) × 10⁻¹⁰", "(1.90 ± 0.30) × 10⁻¹⁰"),
        ("at most −0.07", "at least 0.07"),
        ("at least 0.5", "at most −0.5"),
        ("0", "0"),
        ("–", "–"),
        ("the fitted law", "the fitted law"),
    ],
)
def test_a_number_with_its_sign_turned(text: str, other: str) -> None:
    assert turned(text) == other
