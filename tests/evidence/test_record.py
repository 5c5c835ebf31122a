"""Records: JSON and back, the deciding point, what counts as good."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from lawbook.evidence.record import (
    Evidence,
    Measured,
    Point,
    Run,
    Series,
    Usage,
    expected,
    from_json,
    is_good,
    to_json,
)
from lawbook.reference.catalog import load


def point(measured: float, *, low: float = 0.9, high: float = 1.1) -> Point:
    """A point predicted at 1."""
    verdict = "holds" if low <= measured <= high else "fails"
    return Point(measured, 0.0, 1.0, low, high, verdict, {"eta": 0.1}, (2.0, 0.5))


@pytest.mark.parametrize(
    "record",
    [
        Measured("check", "p", "c", "law", "c", "holds", (point(1.0), point(math.nan, low=-math.inf))),
        Series("chart", "law", "measured", (1.0, 2.0), (math.inf, 3.0), None, (1.0, 2.0)),
        Usage(1.0, 2.0, 3.0, 4.0),
    ],
    ids=["measured", "series", "usage"],
)
def test_a_record_survives_json_with_its_infinities(record: Measured | Series | Usage) -> None:
    text = json.dumps(to_json(record), allow_nan=False)
    assert repr(from_json(json.loads(text))) == repr(record)  # repr, since nan differs from itself


def test_an_unknown_record_is_refused() -> None:
    with pytest.raises(ValueError, match="found a record of type 'Surprise'"):
        from_json({"type": "Surprise"})


def test_the_point_that_decides() -> None:
    check = Measured("check", "p", "c", "law", "c", "fails", (point(1.0), point(1.05), point(0.7)))
    assert check.representative.measured == 0.7
    control = Measured("control", "p", "k", "law", "c", "fails", (point(3.0), point(1.3)))
    assert control.representative.measured == 1.3
    one_sided = Measured(
        "check", "p", "c", "law", "c", "holds", (point(0.2, low=-math.inf), point(1.05, low=-math.inf))
    )
    assert one_sided.representative.measured == 1.05


def test_only_what_was_claimed_is_good(tiny: Path) -> None:
    entry = load(tiny)[0].entries["corner2002"]
    good = {
        outcome: is_good(entry, "check", "sum-is-pi", outcome)
        for outcome in ("holds", "fails", "undecided", "error", "timed out", "not run")
    }
    assert good == {
        "holds": True,
        "fails": False,
        "undecided": False,
        "error": False,
        "timed out": False,
        "not run": False,
    }
    caught = {
        outcome: is_good(entry, "control", "on-the-sphere", outcome)
        for outcome in ("holds", "fails", "undecided", "error", "timed out", "not run")
    }
    assert caught == {
        "holds": False,
        "fails": True,
        "undecided": False,
        "error": False,
        "timed out": False,
        "not run": False,
    }


def test_a_check_marked_not_reproduced_must_be_measured_and_must_not_hold(tiny: Path) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    said = "predicted: fitted\n"
    path.write_text(path.read_text().replace(said, f"{said}        not-reproduced: the coins are bent\n"))
    entry = load(tiny)[0].entries["halving2001"]
    good = {
        outcome: is_good(entry, "check", "extrapolates", outcome)
        for outcome in ("holds", "fails", "undecided", "cannot tell", "error", "not run")
    }
    good_ones = {outcome for outcome, right in good.items() if right}
    assert good_ones == {"fails", "undecided"}


def test_a_run_that_did_not_finish_passes_nothing(tiny: Path) -> None:
    entry = load(tiny)[0].entries["corner2002"]
    whole = Run(
        "corner2002",
        0,
        "quick",
        "finished",
        measured=(Measured("check", "corner2002", "sum-is-pi", "three-corners", "sum-is-pi", "holds", (point(1.0),)),),
    )
    broken = Run("corner2002", 1, "quick", "timed out")
    assert broken.outcome("check", "sum-is-pi") == "timed out"
    assert whole.outcome("control", "on-the-sphere") == "not run"
    assert Evidence("corner2002", whole, (whole, broken)).passed(entry, "check", "sum-is-pi") == (1, 2)
    assert expected(entry) == [("check", "sum-is-pi"), ("control", "on-the-sphere")]


def test_a_check_whose_rival_stands_inside_the_band_everywhere_cannot_tell() -> None:
    near, far = Point(1.0, 0.0, 1.0, 0.9, 1.1, "holds", {}, (2.0, 1.05)), point(1.0)
    blind = Measured("check", "p", "c", "law", "c", "holds", (near, near))
    assert blind.cannot_tell
    assert not Measured("check", "p", "c", "law", "c", "holds", (near, far)).cannot_tell
    assert Run("p", 0, "quick", "finished", measured=(blind,)).outcome("check", "c") == "cannot tell"


def test_a_control_whose_intact_run_does_not_hold_is_confounded() -> None:
    broken, kept = point(3.0), point(1.0)
    check = Measured("check", "p", "c", "law", "c", "holds", (kept,))

    def outcome(control: Measured, *others: Measured) -> str:
        return Run("p", 0, "quick", "finished", measured=(*others, control)).outcome("control", "k")

    def control(*intact: Point) -> Measured:
        return Measured("control", "p", "k", "law", "c", "fails", (broken,), intact=intact or None)

    assert outcome(control(kept, kept)) == "fails"
    assert outcome(control(kept, point(1.2))) == "confounded"
    assert outcome(control(), check) == "fails"
    assert outcome(control(), replace(check, verdict="undecided")) == "confounded"
    assert outcome(control()) == "confounded"


def test_an_invalid_run_passes_nothing() -> None:
    run = Run("p", 0, "quick", "invalid", measured=(Measured("check", "p", "c", "law", "c", "holds", (point(1.0),)),))
    assert run.outcome("check", "c") == "invalid"
