"""Power: which changed laws are caught, which do not count, how far a constant may move, and what is too weak."""

from __future__ import annotations

import doctest
import io
import math
from pathlib import Path

import numpy as np
import pytest
from lawbook.evidence import power as module
from lawbook.evidence.fit import Source
from lawbook.evidence.power import power_of, power_of_run, total, weak
from lawbook.evidence.power_report import power_report
from lawbook.evidence.record import Evidence, Fitted, Measured, Point, Run
from lawbook.numbers import plain
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Entry
from rich.console import Console

SYMBOLS = ("a", "b", "n", "floor")


def check_of(predicted, **parts):
    """A check with a tolerance of 10 % unless `parts` say otherwise."""
    given = {"measures": "m", "tests": "claim", "predicted": predicted, "tolerance": {"rel": 0.1}}
    return (
        given | {"band-from": "theory", "error-from": "replicas"} | {k.replace("_", "-"): v for k, v in parts.items()}
    )


def book(checks, expr="a*n**(-b) + floor"):
    """A catalog of one paper, toy2000, with one law and these checks."""
    law = {
        "name": "n", "kind": "power-law", "support": "theorem", "statement": "s", "formula": {"latex": "y", "expr": expr},
        "symbols": {name: {"latex": name, "name": name} for name in SYMBOLS}, "checks": checks,
    }  # fmt: skip
    entry = Entry.model_validate(
        {
            "paper": "toy2000",
            "title": "t",
            "summary": "s",
            "seen": {"how": "full-text", "says": "s"},
            "setting": {"paper": "p", "here": "h"},
            "laws": {"law": law},
            "intuition": "i",
            "use": "u",
        }
    )
    return Catalog(Path(), {"toy2000": entry})


def record_of(name, measured, error=0.0, given=(), fitted=None, kind="check"):
    """A record with a point for each of `measured`; what a check predicts is not read from it."""
    given = (
        [dict(zip(given, values, strict=True)) for values in zip(*given.values(), strict=True)]
        if given
        else [{}] * len(measured)
    )
    points = [Point(m, error, math.nan, math.nan, math.nan, "holds", g) for m, g in zip(measured, given, strict=True)]
    constants = None if fitted is None else Fitted(fitted, Source({}, (), {}, {}))
    return Measured(kind, "toy2000", name, "law", name, "holds", tuple(points), constants)


def power(predicted, measured, *, given=(), error=0.0, fitted=None, expr="a*n**(-b) + floor", **parts):
    catalog = book({"c": check_of(predicted, **parts)}, expr)
    return power_of(catalog, catalog.entries["toy2000"], record_of("c", measured, error, given, fitted))


def interval(found, name):
    (one,) = [i for i in found.intervals if i.name == name]
    return one


def test_a_number_is_caught_where_the_band_excludes_it():
    wide = power(1, [1.05], tolerance={"abs": 0.5})
    assert (wide.caught, wide.counted) == (3, 5)
    assert wide.survivors == ("1 becomes 0.8", "1 becomes 1.25")
    assert wide.share == 0.6
    assert power(1, [1.05]).share == 1


def test_the_interval_of_a_number():
    (found,) = power(1, [1.05], error=0.01, tolerance={"abs": 0.5}).intervals
    assert found.name == "the number"
    assert found.value == 1
    assert (found.low, found.high) == pytest.approx((0.57, 1.53), rel=1e-3)


def test_a_prediction_of_zero_has_nothing_to_change_but_an_interval():
    found = power(0, [0.01], tolerance={"abs": 0.05})
    assert (found.counted, found.share) == (0, None)
    assert (found.intervals[0].low, found.intervals[0].high) == pytest.approx((-0.04, 0.06), rel=1e-3)


def test_a_check_that_does_not_hold_has_no_power():
    assert power(1, [1.05, 2.0]) is None
    assert power(1, [1.05], error=0.05) is None  # undecided
    assert power(1, [math.nan]) is None
    assert power(1, [1.05], not_reproduced="too small here") is None


def test_a_control_has_no_power():
    catalog = book({"c": check_of(1)})
    assert power_of(catalog, catalog.entries["toy2000"], record_of("c", [1.0], kind="control")) is None


N = np.array([1.0, 10.0, 100.0])


def test_every_rule_of_an_expression_counts_once():
    found = power("2*n**(-0.5)", list(2 * N**-0.5), given={"n": N})
    exponents = {-1, -0.25, 0, 0.5, -1.5}  # only −1.5 is a change of the number that is not one of the exponent
    constants = {4, 1, 3, -2}  # without the factor 2 it is 1 again; without the other factor the exponent is 0
    assert found.counted == len(exponents) + len(constants)
    assert found.share == 1
    assert found.survivors == ()


def test_survivors_are_told_in_words():
    n = np.array([1.0, 1.1])  # hardly a range: the exponent could be almost anything
    found = power("2*n**(-b)", list(2 * n**-0.5), given={"n": n, "b": [0.5, 0.5]})
    assert found.survivors == (
        "the exponent of n times 2", "the exponent of n times ½", "the exponent of n plus ½",
        "the exponent of n with its sign flipped",
    )  # fmt: skip
    exponent = interval(found, "the exponent of n")
    assert exponent.value == -0.5
    assert exponent.low == pytest.approx(-0.5 - 1, rel=1e-3)  # 10 % at n = 1.1
    assert exponent.high == pytest.approx(-0.5 - math.log(0.9) / math.log(1.1), rel=1e-3)
    assert [i.name for i in found.intervals] == ["the exponent of n", "the constant 2"]


def test_terms_factors_and_arms():
    found = power("a*Min(n, 5) + floor", [10.001, 50.001], given={"a": [10, 10], "n": [1, 9], "floor": [1e-3, 1e-3]})
    assert found.survivors == ("without the term floor",)
    alone = power("Min(n, 5)", [1.0, 2.0], given={"n": [1, 2]})
    assert alone.counted == 2  # −5 and the second arm; with 10, 2.5, 6 or 4 nothing changes at these points
    assert alone.survivors == ()


def test_a_law_that_is_the_same_at_every_point_does_not_count():
    at_one = power("2*n**(-b)", [2.0], given={"n": [1.0], "b": [0.5]})  # no exponent shows at n = 1
    assert at_one.counted == 4  # 2 becomes 4, 1, 3 and −2
    exponent = interval(at_one, "the exponent of n")
    assert (exponent.low, exponent.high) == (-math.inf, math.inf)


def test_a_law_that_is_not_finite_at_a_point_does_not_count():
    found = power("1/(n - 1)", [1.0, 0.5], given={"n": [2.0, 3.0]})
    above = {2, 0.5, 0, -1}
    below = {0.5, 0, -1}  # with 2 there is a pole at n = 2
    left_out = {"n", "n - 1"}  # without the 1 it is 0 again
    assert found.counted == len(above) + len(below) + len(left_out)
    root = power("sqrt(n - 1)", [0.5**0.5, 2**0.5], given={"n": [1.5, 3.0]})
    exponents, constants = {1, 0.25, 0, -0.5}, {0.5, 0, -1}  # 2 makes the first point no number, as does leaving n out
    assert root.counted == len(exponents) + len(constants)


def test_a_lone_symbol_is_changed_as_a_number_is():
    found = power("a", [3.0, 4.0], given={"a": [3.0, 4.0]}, tolerance={"rel": 0.3})
    assert found.counted == 5
    assert found.survivors == ("a times 0.8", "a times 1.25")
    (factor,) = found.intervals
    assert factor.name == "the factor before a"
    assert (factor.low, factor.high) == pytest.approx((1 / 1.3, 1 / 0.7), rel=1e-3)


def test_a_bound_that_is_weaker_follows_and_a_tighter_one_counts():
    at_most = power(0.9, [0.6], sense="at-most", tolerance={"abs": 0.0})
    assert (at_most.caught, at_most.counted) == (2, 3)  # ×1.25 and ×2 follow; −1 and ½ are caught
    assert at_most.survivors == ("0.9 becomes 0.72",)
    assert at_most.intervals[0].low == pytest.approx(0.6, rel=1e-3)
    assert at_most.intervals[0].high == math.inf
    at_least = power(-0.4, [0.6], sense="at-least", tolerance={"abs": 0.0})
    assert at_least.survivors == ("−0.4 becomes −0.2", "−0.4 becomes −0.32", "−0.4 becomes 0.4")
    assert at_least.counted == 3


def test_a_bound_that_is_weaker_at_one_point_and_tighter_at_another_counts():
    found = power("n**2", [0.1, 0.1], given={"n": [0.5, 2.0]}, sense="at-most", tolerance={"abs": 0.0})
    assert "the exponent of n times 2" not in found.survivors  # 1/16 is below 0.1
    assert "the exponent of n times ½" in found.survivors


def test_a_fitted_law_is_changed_in_its_own_expression():
    n = np.array([10.0, 100.0, 1000.0])
    fitted = {"a": 3.0, "b": 0.5, "floor": 0.001}
    found = power("fitted", list(3 * n**-0.5 + 0.001), given={"n": n}, fitted=fitted, tolerance={"rel": 0.05})
    assert {i.name: i.value for i in found.intervals} == {f"the fitted {name}": value for name, value in fitted.items()}
    assert set(found.survivors) == {
        "the fitted floor becomes 0.002",
        "the fitted floor becomes 0.00125",
        "the fitted floor becomes 0.0008",
        "the fitted floor becomes 0.0005",
        "the fitted floor becomes −0.001",
        "without the term floor",
    }
    a = interval(found, "the fitted a")
    assert 3 / 1.06 < a.low < 3 < a.high < 3 / 0.94


def test_an_exponent_that_differs_between_points_is_moved():
    found = power("n**b", [2.0, 9.0], given={"n": [2.0, 3.0], "b": [1.0, 2.0]})
    (moved,) = found.intervals
    assert (moved.name, moved.value) == ("a number added to the exponent of n", 0.0)
    assert moved.high == pytest.approx(math.log(1 / 0.9) / math.log(3), rel=1e-3)
    assert moved.low == pytest.approx(-math.log(1.1) / math.log(3), rel=1e-3)


def test_a_constant_of_an_exponent_without_symbols_has_no_interval_beside_it():
    found = power("2*n**(-1/3)", list(2 * N ** (-1 / 3)), given={"n": N})
    assert [i.name for i in found.intervals] == ["the exponent of n", "the constant 2"]


def test_an_interval_ends_where_the_check_first_fails():
    """With 3 in the place of 1 it would hold again, beyond a pole."""
    found = power("1/(n - 1)**2", [1.0], given={"n": [2.0]}, tolerance={"rel": 0.1})
    one = interval(found, "the second constant 1")
    assert (one.low, one.high) == pytest.approx((2 - math.sqrt(1.1), 2 - math.sqrt(0.9)), abs=1e-4)


def run_of(*records, status="finished"):
    return Run("toy2000", 0, "quick", status, measured=records)


@pytest.fixture
def three():
    """A sharp check, a weak one, and one that does not hold."""
    catalog = book({
        "sharp": check_of(1),
        "weak": check_of(1, tolerance={"abs": 0.5}),
        "missed": check_of(1),
    })  # fmt: skip
    return catalog, run_of(record_of("sharp", [1.0]), record_of("weak", [1.05]), record_of("missed", [3.0]))


def test_the_powers_of_a_run(three):
    powers = power_of_run(*three)
    assert list(powers) == ["sharp", "weak"]
    assert total(powers.values()) == (5 + 3, 10)
    catalog, run = three
    assert power_of_run(catalog, Run("toy2000", 0, "quick", "invalid", measured=run.measured)) == {}


def test_a_weak_check_is_a_problem_unless_it_says_what_it_is_blind_to(three):
    assert weak(*three) == [
        "toy2000: the check 'weak' catches 3 of 5 changed laws, expected 80 % or a sentence in `blind-to`;"
        " survivors: 1 becomes 0.8; 1 becomes 1.25"
    ]
    told = book({"weak": check_of(1, tolerance={"abs": 0.5}, blind_to="the second digit")})
    assert weak(told, run_of(record_of("weak", [1.0]))) == []


def printed(catalog, papers, evidence):
    parts, good = power_report(catalog, papers, evidence)
    out = Console(file=io.StringIO(), width=160)
    for part in parts:
        out.print(part)
    return out.file.getvalue(), good


def test_the_report(three):
    catalog, run = three
    text, good = printed(catalog, ["toy2000", "later2001"], {"toy2000": Evidence("toy2000", run, (run,))})
    assert not good
    for part in (
        "3 of 5", "1 becomes 1.25", f"the number from {plain(0.9091, 3)} to 1.11", "does not hold",
        "8 of 10 changed laws are caught, 80.0 %; 1 of 2 checks would also have passed with another law",
        "no current run of later2001", "catches 3 of 5 changed laws",
    ):  # fmt: skip
        assert part in text, text


def test_the_report_of_nothing_is_no_failure(three):
    assert printed(three[0], ["toy2000"], {}) == ("no current run of toy2000: lawbook run makes one\n", True)


def test_examples_run():
    done = doctest.testmod(module)
    assert done.attempted >= 6
    assert not done.failed
