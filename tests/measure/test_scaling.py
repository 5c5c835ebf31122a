"""Joint fits of loss against model and data size, on surfaces whose exponents are known."""

import numpy as np
import pytest
from lawbook.measure import scaling

N, D = (a.ravel() for a in np.meshgrid(np.geomspace(1e3, 1e8, 6), np.geomspace(1e5, 1e10, 6)))


def kaplan(n, d):
    return ((8.8e13 / n) ** (0.076 / 0.103) + 1.8e13 / d) ** 0.103


def additive(n, d):
    return 1.69 + 406.4 / n**0.34 + 410.7 / d**0.28


def product(n, d):
    return 40 * n**-0.08 * d**-0.1


@pytest.mark.parametrize(
    ("form", "surface", "expected"),
    [
        ("kaplan", kaplan, {"alpha_N": 0.076, "alpha_D": 0.103, "log_Nc": np.log(8.8e13), "log_Dc": np.log(1.8e13)}),
        ("additive", additive, {"a": 0.34, "b": 0.28, "log_E": np.log(1.69)}),
        ("product", product, {"a": 0.08, "b": 0.1, "log_c": np.log(40)}),
    ],
)
def test_exact_data_give_the_exact_surface(form, surface, expected):
    found = scaling.fit(form, N, D, surface(N, D))
    for name, value in expected.items():
        assert found.values[name] == pytest.approx(value, rel=1e-5)
    assert found.rms < 1e-8
    np.testing.assert_allclose(found(1e9, [1e7, 1e11]), surface(1e9, np.array([1e7, 1e11])), rtol=1e-5)
    for other in set(scaling.FORMS) - {form}:
        assert scaling.fit(other, N, D, surface(N, D)).rms > 3e-3


def test_stated_errors_cover():
    rng = np.random.default_rng(0)
    misses = []
    for _ in range(200):
        found = scaling.fit("kaplan", N, D, kaplan(N, D) * np.exp(0.01 * rng.standard_normal(len(N))))
        misses.append([abs(found.values[k] - t) / found.errors[k] for k, t in (("alpha_N", 0.076), ("alpha_D", 0.103))])
    assert np.mean(np.array(misses) < 2) == pytest.approx(0.946, abs=0.03)  # |t| < 2 with 32 degrees of freedom


def test_too_few_cells_and_values_below_zero_are_refused():
    with pytest.raises(ValueError, match="above 4"):
        scaling.fit("kaplan", N[:4], D[:4], kaplan(N[:4], D[:4]))
    with pytest.raises(ValueError, match="not positive"):
        scaling.fit("product", N, D, N - N[0])
