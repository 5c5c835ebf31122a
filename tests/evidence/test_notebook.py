"""The API that a notebook calls, outside a kernel."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from lawbook.evidence import notebook
from lawbook.evidence.judging import Taken, judged
from lawbook.evidence.record import Fitted


@pytest.fixture
def halving(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> notebook.OpenEntry:
    """The miniature's entry with two checks."""
    monkeypatch.chdir(tiny)
    return notebook.open("halving2001")


def test_seed_scale_and_generator_come_from_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (notebook.seed(), notebook.scale()) == (0, "quick")
    monkeypatch.setenv("LAWBOOK_SEED", "7")
    monkeypatch.setenv("LAWBOOK_SCALE", "full")
    assert (notebook.seed(), notebook.scale()) == (7, "full")
    assert notebook.rng().random() == np.random.default_rng(7).random()
    monkeypatch.setenv("LAWBOOK_SCALE", "huge")
    with pytest.raises(ValueError, match="expected quick or full"):
        notebook.scale()


def test_unknown_names_are_answered_with_the_nearest(halving: notebook.OpenEntry) -> None:
    with pytest.raises(KeyError, match="did you mean 'exponent'"):
        halving.check("exponents", measured=0.5, error=0.0)
    with pytest.raises(KeyError, match="did you mean 'one-draw-repeated'"):
        halving.control("one-draw-repeat", measured=0.5, error=0.0)
    with pytest.raises(KeyError, match="did you mean 'inverse-root'"):
        halving.formula("inverse-roots")
    with pytest.raises(KeyError, match="did you mean 'spread'"):
        halving.check("exponent", measured=0.5, error=0.0, given={"spred": 1.0})
    with pytest.raises(KeyError, match=r"no entry 'halving2002'.*did you mean 'halving2001'"):
        notebook.open("halving2002")


def test_a_check_prints_its_verdict_and_is_recorded_once(
    halving: notebook.OpenEntry, capsys: pytest.CaptureFixture[str]
) -> None:
    halving.check("exponent", measured=0.52, error=0.01)
    assert "check exponent: ✓ holds" in capsys.readouterr().out
    with pytest.raises(ValueError, match="recorded before"):
        halving.check("exponent", measured=0.52, error=0.01)
    assert ("check", "extrapolates") in notebook.missing(halving)
    assert ("check", "exponent") not in notebook.missing(halving)


def test_a_control_that_meets_the_law_is_told(halving: notebook.OpenEntry, capsys: pytest.CaptureFixture[str]) -> None:
    halving.control("one-draw-repeated", measured=[0.0, 0.5], error=0.0, intact=0.5, intact_error=0.0)
    assert "✗ holds, but must fail" in capsys.readouterr().out


def test_a_fitted_prediction_needs_a_fit_and_its_values(
    halving: notebook.OpenEntry, capsys: pytest.CaptureFixture[str]
) -> None:
    n = np.array([10.0, 20, 40, 80])
    fit = halving.fit("inverse-root", x={"n": n}, y=2 * n**-0.5, free={"spread": 1.0, "b": 1.0})
    assert fit.values == pytest.approx({"spread": 2.0, "b": 0.5})
    with pytest.raises(ValueError, match="expected fit="):
        halving.check("extrapolates", measured=0.1, error=0.0, given={"n": 400, "spread": 1})
    fresh = halving._done
    fresh.clear()
    with pytest.raises(TypeError, match="the fit of 'extrapolates' needs given"):
        halving.check("extrapolates", measured=0.1, error=0.0, fit=fit)
    fresh.clear()
    halving.check("extrapolates", measured=0.1, error=0.0, given={"n": 400, "spread": 1}, fit=fit)
    assert "holds" in capsys.readouterr().out


def test_a_rival_of_a_fitted_check_may_use_what_was_fitted(halving: notebook.OpenEntry) -> None:
    check = halving._check("extrapolates")[1]
    rival = check.rivals[0].model_copy(update={"value": None, "expr": "spread*n**(-2*b)"})
    law = halving._law("inverse-root")
    law.checks["extrapolates"] = check.model_copy(update={"rivals": [rival]})
    fit = halving.fit("inverse-root", x={"n": [10.0, 20, 40]}, y=[0.3, 0.2, 0.15], free={"spread": 1.0, "b": 0.4})
    taken = Taken(0.1, 0.0, {"n": 400.0}, Fitted(fit.values, fit.source))
    found = judged(halving._catalog, halving.entry, "check", "extrapolates", taken)
    assert found.points[0].rivals == pytest.approx((fit.values["spread"] * 400 ** (-2 * fit.values["b"]),))


def test_what_is_no_number_is_not_recorded(halving: notebook.OpenEntry) -> None:
    with pytest.raises(ValueError, match=r"measured value of 'exponent' that is no number \(nan\)"):
        halving.check("exponent", measured=[0.5, float("nan")], error=0.0)
    with pytest.raises(ValueError, match=r"error of 'exponent' that is no number \(nan\)"):
        halving.check("exponent", measured=0.5, error=float("nan"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), [1.0, float("inf")]])
def test_what_is_given_is_finite(halving: notebook.OpenEntry, value: float | list[float]) -> None:
    odd = value if isinstance(value, float) else value[-1]
    with pytest.raises(ValueError, match=rf"found n = {odd} given for 'exponent', expected a finite number"):
        halving.check("exponent", measured=0.5, error=0.1, given={"n": value})


def test_an_intact_run_comes_with_all_that_belongs_to_it(halving: notebook.OpenEntry) -> None:
    name = "one-draw-repeated"
    with pytest.raises(ValueError, match="found intact_error, intact_given without intact="):
        halving.control(name, measured=0.0, error=0.0, intact_error=0.1, intact_given={"n": 3})
    with pytest.raises(ValueError, match="gives n and its intact run nothing, expected the same symbols"):
        halving.control(name, measured=0.0, error=0.0, intact=0.5, intact_error=0.0, given={"n": 3}, intact_given={})


def test_a_fit_can_be_robust(halving: notebook.OpenEntry) -> None:
    n = np.geomspace(10, 1000, 12)
    spoilt = 2 * n**-0.5 * np.where(n > 900, 10, 1)
    fit = halving.fit("inverse-root", x={"n": n}, y=spoilt, free={"spread": 1.0, "b": 1.0}, huber=1e-3)
    assert fit.values == pytest.approx({"spread": 2.0, "b": 0.5}, rel=1e-3)


def test_a_rival_inside_the_tolerance_is_told_and_the_notebook_goes_on(
    halving: notebook.OpenEntry, capsys: pytest.CaptureFixture[str]
) -> None:
    fit = halving.fit("inverse-root", x={"n": [10.0, 20, 40]}, y=[0.1, 0.05, 0.025], free={"spread": 1.0, "b": 0.9})
    halving.check("extrapolates", measured=0.01, error=0.0, given={"n": 100, "spread": 1.0}, fit=fit)
    assert "✗ cannot tell: a rival stands inside the tolerance at every point (holds)" in capsys.readouterr().out


def test_a_control_shows_both_runs(halving: notebook.OpenEntry, capsys: pytest.CaptureFixture[str]) -> None:
    halving.control("one-draw-repeated", measured=0.0, error=0.0, intact=0.51, intact_error=0.01)
    out = capsys.readouterr().out
    assert "control one-draw-repeated: ✓ breaks down, as it should" in out
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["broken", "kept"]


def test_a_control_whose_intact_run_fails_is_confounded(
    halving: notebook.OpenEntry, capsys: pytest.CaptureFixture[str]
) -> None:
    halving.control("one-draw-repeated", measured=0.0, error=0.0, intact=0.9, intact_error=0.01)
    assert "✗ confounded: the intact run fails too" in capsys.readouterr().out


def test_a_control_without_its_intact_run_is_refused(halving: notebook.OpenEntry) -> None:
    with pytest.raises(ValueError, match="is paired with an intact run"):
        halving.control("one-draw-repeated", measured=0.0, error=0.0)
    with pytest.raises(ValueError, match="found intact= without intact_error="):
        halving.control("one-draw-repeated", measured=0.0, error=0.0, intact=0.5)


def test_a_control_that_is_paired_with_the_check_takes_no_intact_run(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny)
    law = notebook.open("corner2002")
    with pytest.raises(ValueError, match="has `intact: check`, expected no intact="):
        law.control("on-the-sphere", measured=4.0, error=0.0, intact=3.0, intact_error=0.0)


def test_negative_errors_and_odd_shapes_are_refused(halving: notebook.OpenEntry) -> None:
    with pytest.raises(ValueError, match="negative error"):
        halving.check("exponent", measured=0.5, error=-0.1)
    with pytest.raises(ValueError, match="expected one shape"):
        halving.series("s", x=[1, 2], y=[1])
    with pytest.raises(ValueError, match="expected 1 to"):
        halving.series("t", x=[], y=[])


def test_peak_memory_is_of_this_process_alone() -> None:
    """A child of a process that holds 400 MB reports its own peak."""
    code = (
        "import subprocess, sys\n"
        "ballast = bytearray(400 * 2**20)\n"
        "child = 'from lawbook.evidence.notebook import usage; print(usage().peak_mb)'\n"
        "print(subprocess.run([sys.executable, '-c', child], capture_output=True, text=True, check=True).stdout)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 20 < float(done.stdout) < 300


def test_predict_knows_its_symbols(halving: notebook.OpenEntry) -> None:
    with pytest.raises(KeyError, match=r"^the law 'inverse-root' has no symbol 'zz'$"):
        halving.predict("exponent", zz=1.0)


def test_a_seed_is_a_whole_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("x", "-1", "1.5"):
        monkeypatch.setenv("LAWBOOK_SEED", value)
        with pytest.raises(ValueError, match=f"found LAWBOOK_SEED='{value}', expected a whole number"):
            notebook.seed()


def test_predict_and_formula_draw_from_the_entry(halving: notebook.OpenEntry) -> None:
    assert halving.predict("exponent") == 0.5
    np.testing.assert_allclose(halving.formula("inverse-root")(n=[4.0, 16.0], spread=1.0, b=0.5), [0.5, 0.25])


def test_where_there_is_no_proc_the_peak_comes_from_the_system_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "Path", lambda _: Path("/nowhere/at/all"))
    monkeypatch.setattr(resource, "getrusage", lambda _: SimpleNamespace(ru_maxrss=300 * 2**20))
    assert notebook.usage().peak_mb == 300
