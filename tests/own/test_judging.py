"""Judging a reader's own measurement: the verdict is the book's, and all that is wrong with the numbers is told."""

from __future__ import annotations

import json
import math
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lawbook
import numpy as np
import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from lawbook.evidence import confirmation
from lawbook.evidence.record import Confirmation
from lawbook.own.finding import Found, find
from lawbook.own.judging import judge_found
from lawbook.reference.api import UnknownNameError
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.rules import FITTED
from lawbook.reference.verdict import judge as verdict_of

REPO = Path(__file__).resolve().parents[2]
EDGE = "cohen2021/hovers-at-the-edge"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    monkeypatch.delenv("LAWBOOK_ROOT", raising=False)


@pytest.fixture(scope="module")
def book() -> Catalog:
    catalog, problems = load(REPO)
    assert not problems
    return catalog


def every_check(catalog: Catalog) -> list[Found]:
    return [
        Found(catalog, entry, law_id, law, name, check)
        for entry in catalog.entries.values()
        for law_id, law in entry.laws.items()
        for name, check in law.checks.items()
    ]


def test_the_verdict_is_the_one_of_the_books_own_seeds(book: Catalog) -> None:
    seeds: dict[str, Confirmation] = confirmation.read_all(book)[0]
    judged = 0
    for found in every_check(book):
        results = seeds[found.entry.paper].results.get(("check", found.name), ()) if found.entry.paper in seeds else ()
        odd = [result for result in results if result.outcome not in ("holds", "cannot tell")]
        for result in [*results[:1], *odd[:2]]:
            if result.point is None:
                continue
            point = result.point
            mine = judge_found(found, measured=point.measured, error=point.error, given=point.given, fit=result.fitted)
            assert mine.verdict == point.verdict, found.reference
            assert mine.points[0].predicted == pytest.approx(point.predicted, rel=1e-6, abs=1e-12)
            assert len(mine.rivals) == len(found.check.rivals)
            assert [assumed.id for assumed in mine.assumptions] == found.law.assumes
            assert not re.search(r"\[@|\$|\\[a-z]", str(mine).replace("\\n", "")), found.reference
            json.loads(mine.json())
            judged += 1
    assert judged >= len(every_check(book)) - 12  # those of an entry whose seeds are still to be run


def test_a_whole_judgement_is_read() -> None:
    found = lawbook.judge(EDGE, measured=[20.4, 10.1], error=[0.3, 0.2], given={"eta": [0.1, 0.2]})
    text = str(found)
    assert text.startswith(f"✓ holds: {EDGE}\n  Sharpness settles at 2/η\n")
    for said in (
        "the sharpness late in training with step size η, in loss per squared parameter",
        "eta = 0.1  20         18.8 to 21.2  20.40 ± 0.30  ✓ holds",
        "✓ excluded  the level is 1/η",
        "It would also hold for the constant 2 from 1.981 to 2.064.",
        "regime      The loss is squared error.",
        "If not: With cross-entropy the sharpness falls away",
        "level of the sharpness late in training: at 2/η or a little above",
        "yours agrees with it",
        "of 20 seeds (",
        "https://arxiv.org/abs/2103.00065",
        "laws/cohen2021/#check-hovers-at-the-edge on the site",
    ):
        assert said in text, said
    assert max(map(len, text.splitlines())) <= 100
    assert found.bibtex.startswith("@inproceedings{cohen2021,")
    assert found.booked is not None
    assert found.booked.seeds == 20


@pytest.mark.parametrize(
    ("measured", "error", "verdict", "shape"),
    [
        (20.0, 0.1, "holds", "✓"),
        (30.0, 0.1, "fails", "✗"),
        (21.0, 0.3, "undecided", "?"),
        (math.inf, 0.1, "undecided", "?"),
    ],
)
def test_a_verdict_is_told_by_word_and_shape(measured: float, error: float, verdict: str, shape: str) -> None:
    found = lawbook.judge(EDGE, measured=measured, error=error, given={"eta": 0.1})
    assert found.verdict == verdict
    assert str(found).startswith(f"{shape} {verdict}: ")
    assert f"{shape} {verdict}: " in found._repr_html_()


def test_a_measurement_at_one_point_excludes_less() -> None:
    sharp = lawbook.judge(EDGE, measured=[2.0, 3.3], error=0.01, given={"eta": [1.0, 0.6]})
    blunt = lawbook.judge(EDGE, measured=2.0, error=0.01, given={"eta": 1.0})
    assert [rival.is_excluded for rival in sharp.rivals] == [True, True, True]
    assert [rival.is_excluded for rival in blunt.rivals] == [True, True, False]
    assert blunt.cannot_tell
    assert not sharp.cannot_tell
    assert "holds, and cannot tell the law from a rival" in str(blunt)
    assert "? cannot tell" in str(blunt)
    assert sharp.power is not None
    assert blunt.power is not None
    assert blunt.power.caught < sharp.power.caught
    assert "You measured at one value of eta: how it goes with eta is not tested." in str(blunt)
    assert "It would also hold with the power of eta off by −0." in str(sharp)


def test_a_power_that_may_be_off_is_told_to_the_digit() -> None:
    eta = np.array([0.1, 0.4])
    found = lawbook.judge(EDGE, measured=2 / eta, error=0.0, given={"eta": eta})
    (one,) = found.dependences
    off = np.log(1.06) / np.log(2)  # one point lies a factor 2 below the middle, where the prediction may fall by 1.06
    assert (one.symbol, one.values) == ("eta", 2)
    assert (one.low, one.high) == (pytest.approx(-off, rel=1e-3), pytest.approx(off, rel=1e-3))
    assert lawbook.judge(EDGE, measured=30.0, error=0.0, given={"eta": 0.1}).dependences == ()


def test_what_did_not_show_here_is_judged_all_the_same() -> None:
    found = lawbook.judge("radhakrishnan2024/power-at-a-critical-point", measured=0.5, error=0.001)
    assert found.verdict == "holds"
    assert found.not_reproduced
    assert found.power is not None
    assert "At Lawbook's own scale the law did not show:" in str(found)
    assert "did not hold in" in str(found)


def test_a_fitted_law_is_judged_by_its_constants() -> None:
    name = "hestness2017/extrapolates"
    constants = {"amplitude": 4.0, "data_exponent": -0.07, "floor": 0.0}
    by_hand = 4.0 * 1e6**-0.07
    for fit in (
        constants,
        SimpleNamespace(values=constants),
        SimpleNamespace(values={"amplitude": 4.0, "data_exponent": -0.07}, given={"floor": 0.0}),
        SimpleNamespace(values=constants, law="hestness2017/learning-curve-power-law"),
    ):
        found = lawbook.judge(name, measured=by_hand, error=0.001, given={"n": 1e6}, fit=fit)
        assert found.verdict == "holds"
        assert found.points[0].predicted == pytest.approx(by_hand)
    with pytest.raises(ValueError, match=r"found no fit=, expected one: .*lawbook.fit\(\"hestness2017/learning-curve"):
        lawbook.judge(name, measured=by_hand, error=0.001, given={"n": 1e6})
    other = SimpleNamespace(values=constants, law="kaplan2020/joint-loss")
    with pytest.raises(ValueError, match=r"a fit of kaplan2020/joint-loss, expected one of hestness2017/"):
        lawbook.judge(name, measured=by_hand, error=0.001, given={"n": 1e6}, fit=other)


def test_a_fit_of_a_notebooks_kind_will_do() -> None:
    law = lawbook.notebook.open("hestness2017")
    n, y = np.array([10.0, 20.0, 40.0, 80.0]), np.array([0.63, 0.45, 0.31, 0.225])
    free = {"amplitude": 1.0, "data_exponent": -1.0}
    fit = law.fit("learning-curve-power-law", x={"n": n}, y=y, free=free, given={"floor": 0.0})
    found = lawbook.judge(
        "hestness2017/extrapolates", measured=float(fit(n=100.0)), error=0.001, given={"n": 100}, fit=fit
    )
    assert found.verdict == "holds"


def test_replicas_have_the_error_of_their_mean() -> None:
    runs = np.array([[20.1, 10.2], [19.7, 9.9], [20.5, 10.1]])
    found = lawbook.judge(EDGE, replicas=runs, given={"eta": [0.1, 0.2]})
    assert [point.measured for point in found.points] == pytest.approx(runs.mean(axis=0))
    assert [point.error for point in found.points] == pytest.approx(runs.std(axis=0, ddof=1) / np.sqrt(3))
    assert "the mean of 3 replicas" in str(found)
    assert "itself uncertain by 50 %" in str(found)
    assert lawbook.judge(EDGE, replicas=[20.1, 19.9], given={"eta": 0.1}).points[0].measured == pytest.approx(20.0)


def test_letters_name_symbols_and_arrays_of_any_shape_are_read() -> None:
    grid = np.array([[20.0, 10.0], [5.0, 4.0]])
    found = lawbook.judge(EDGE, measured=grid.tolist(), error=0.01, given={"eta": 2 / grid})
    assert [point.given["eta"] for point in found.points] == pytest.approx([0.1, 0.2, 0.4, 0.5])
    by_letter = lawbook.judge(
        "kaplan2020/larger-networks", measured=2.0, error=0.001, given={"N": 4.0}, fit={"N_c": 64.0, "alpha_N": 0.25}
    )
    assert by_letter.points[0].predicted == pytest.approx(2.0)


class Tensor:
    """What NumPy reads as it reads a tensor of PyTorch, and refuses where that asks for a gradient."""

    def __init__(self, values: list[float], *, requires_grad: bool = False) -> None:
        self.values, self.requires_grad = values, requires_grad

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        return np.asarray(self.values, dtype=dtype or np.float32)


def test_a_tensor_is_read() -> None:
    found = lawbook.judge(
        EDGE, measured=Tensor([20.0, 10.0]), error=Tensor([0.1, 0.1]), given={"eta": Tensor([0.1, 0.2])}
    )
    assert found.verdict == "holds"


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, r"found no measured=.*\n.*found no error=.*blocks.*\n.*found no value of eta \(step size\)"),
    ({"measured": 20.0, "given": {"eta": 0.1}}, r"found no error=, expected one standard error"),
    ({"measured": 20.0, "error": 0.1}, r"found no value of eta \(step size\), expected it in given=\{'eta': …\}"),
    ({"measured": math.nan, "error": 0.1, "given": {"eta": 0.1}}, r"measured that is no number \(nan\) at index 0"),
    ({"measured": [20.0, 10.0], "error": [0.1, math.nan], "given": {"eta": 0.1}}, r"error that is no number \(nan\) at index 1"),
    ({"measured": 20.0, "error": -0.1, "given": {"eta": 0.1}}, r"found an error of -0.1, expected .* at least 0"),
    ({"measured": [], "error": 0.1, "given": {"eta": 0.1}}, r"found no measured number, expected at least one"),
    ({"measured": [20.0] * 3, "error": [0.1] * 2, "given": {"eta": 0.1}}, r"found error of shape \(2,\) for 3 measured of shape \(3,\)"),
    ({"measured": 20.0, "error": 0.1, "given": {"eta": [0.1, 0.2]}}, r"found eta of shape \(2,\) for 1 measured of shape \(1,\)"),
    ({"measured": [20.0, 10.0], "error": 0.1, "given": {"eta": [[0.1], [0.2]]}}, r"found eta of shape \(2, 1\)"),
    ({"measured": 20.0, "error": 0.1, "given": {"eta": math.inf}}, r"found eta = inf given, expected finite numbers"),
    ({"measured": 20.0, "error": 0.1, "given": {"eta": 0.1, "etta": 1}}, r"found 'etta' given \(did you mean 'eta'\?\)"),
    ({"measured": 20.0, "error": 0.1, "given": {"eta": 0.1, "lambda_max": 1, "sharpness": 1}}, r"found sharpness given twice"),
    ({"measured": 20.0, "error": 0.1, "given": {"eta": 0.0}}, r"the law gives ∞ at eta = 0, and no finite number at 1 of 1 points"),
    ({"measured": "twenty", "error": 0.1, "given": {"eta": 0.1}}, r"measured that cannot be read as real numbers"),
    ({"measured": [[1.0], [1.0, 2.0]], "error": 0.1, "given": {"eta": 0.1}}, r"measured that cannot be read as real numbers \(setting an"),
    ({"measured": 1 + 2j, "error": 0.1, "given": {"eta": 0.1}}, r"measured that cannot be read as real numbers \(complex"),
    ({"measured": [None, 1.0], "error": 0.1, "given": {"eta": 0.1}}, r"measured that cannot be read as real numbers \(None\)"),
    ({"measured": Tensor([20.0], requires_grad=True), "error": 0.1, "given": {"eta": 0.1}}, r"tensor\.detach\(\)"),
    ({"measured": 20.0, "error": 0.1, "given": {"eta": 0.1}, "fit": {}}, r"found fit=, expected none: the check predicts '2/eta'"),
    ({"replicas": [20.0], "given": {"eta": 0.1}}, r"found 1 replica, expected at least 2"),
    ({"replicas": 20.0, "given": {"eta": 0.1}}, r"found 1 replica, expected at least 2"),
    ({"replicas": [20.0, math.inf], "given": {"eta": 0.1}}, r"found inf among the replicas"),
    ({"replicas": [20.0, 20.1], "error": 0.1, "given": {"eta": 0.1}}, r"found replicas= beside measured= or error="),
]  # fmt: skip


@pytest.mark.parametrize(("call", "said"), BAD)
def test_what_cannot_be_judged_is_told(call: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said) as problem:
        lawbook.judge(EDGE, **call)
    assert str(problem.value).startswith(f"{EDGE} cannot be judged:")


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("cohen2021", "found the paper 'cohen2021' alone, expected paper/check: the checks of cohen2021 are hovers-at-"),
        ("cohen2021/sharpness-at-the-edge", "found the law cohen2021/sharpness-at-the-edge, expected one of its checks: hovers-"),
        ("cohen2021/mini-batches-stay-below", "a control of cohen2021: it breaks the assumption 'full-batch' on purpose, expected the check that it must miss, cohen2021/hovers-at-the-edge"),
        ("cohen2021/hover-at-the-edge", "found no check 'hover-at-the-edge' in cohen2021 (did you mean 'hovers-at-the-edge'?)"),
        ("cohen2021/zzzzz", "found no check 'zzzzz' in cohen2021, expected one: the checks of cohen2021 are"),
        ("cohen2021/cross-entropy/hovers-at-the-edge", "expected cohen2021/sharpness-at-the-edge/hovers-at-the-edge: it is that law's"),
        ("cohen2021/cros-entropy/hovers-at-the-edge", "found no law 'cros-entropy' in cohen2021 (did you mean 'cross-entropy'?)"),
        ("cohn2021/hovers-at-the-edge", "(did you mean 'cohen2021'?)"),
        ("", "found '', expected paper/check"),
        ("a/b/c/d", "found 'a/b/c/d', expected paper/check"),
    ],
)  # fmt: skip
def test_a_name_that_is_no_check_is_told(reference: str, said: str) -> None:
    with pytest.raises(UnknownNameError, match=re.escape(said)):
        lawbook.judge(reference, measured=1.0, error=0.1)


def test_a_check_is_found_under_its_law_too() -> None:
    assert find("cohen2021/sharpness-at-the-edge/hovers-at-the-edge").reference == EDGE


def test_many_points_are_judged_fast_and_too_many_are_refused_fast() -> None:
    eta = np.linspace(0.1, 0.6, 10_000)
    found = lawbook.judge(EDGE, measured=2 / eta, error=1e-3, given={"eta": eta})
    assert found.verdict == "holds"
    assert len(str(found).splitlines()) < 100
    assert "and 9,980 more of 10,000 points" in str(found)
    many = np.full(1_000_000, 20.0)
    start = time.process_time()
    with pytest.raises(ValueError, match="found 1,000,000 points, expected at most 10,000: each is judged by itself"):
        lawbook.judge(EDGE, measured=many, error=0.1, given={"eta": 0.1})
    assert time.process_time() - start < 30  # and does not run for minutes


def test_a_book_of_ones_own_is_judged_by(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = lawbook.judge("halving2001/exponent", measured=0.52, error=0.01, root=tiny)
    assert found.verdict == "holds"
    assert found.booked is None
    assert "no seeds are confirmed yet" in str(found)
    assert found.standing == "same-value"
    monkeypatch.setenv("LAWBOOK_ROOT", str(tiny))
    assert lawbook.judge("corner2002/sum-is-pi", measured=3.2, error=0.01).verdict == "fails"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (EDGE, ""),
        (
            "marcotte2024momentum/discrete-factor",
            "Such a model alone: linear layers that follow upon each other, in steps",
        ),
        ("kaplan2020/best-compute", "Only the model or the data that Lawbook's notebook builds"),
    ],
)
def test_which_model_a_check_is_made_for_is_told(reference: str, said: str) -> None:
    found = find(reference)
    given = dict.fromkeys(found.needs(found.predicted), 0.5)
    judged = judge_found(found, measured=1.0, error=0.1, given=given)
    assert judged.made_for.startswith(said)
    assert ("Which model is the check made for?" in str(judged)) is bool(said)


def test_what_others_report_is_told_apart(tiny: Path) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    theirs = "\n      - {what: exponent, value: 0.4, error: 0.1, by: corner2002}"
    path.write_text(path.read_text().replace("where: Section 1}", f"where: Section 1}}{theirs}"))
    found = lawbook.judge("halving2001/exponent", measured=0.52, error=0.01, root=tiny)
    assert found.reported == ("exponent: 0.5 (coins, Section 1)",)
    assert len(found.reported_by_others) == 1
    assert re.fullmatch(r"\[.* 2002\], exponent: 0\.40 ± 0\.10", found.reported_by_others[0])
    assert "What others report of it" in str(found)


def test_what_an_entry_says_is_escaped(tiny: Path) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    path.write_text(path.read_text().replace("text: The draws are independent.", "text: '`<script>` & \"draws\"'"))
    found = lawbook.judge("halving2001/exponent", measured=0.52, error=0.01, root=tiny)
    assert "<script>" in str(found)
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt; &amp; &quot;draws&quot;" in found._repr_html_()


def test_json_has_no_number_that_json_lacks() -> None:
    found = lawbook.judge("cohen2021/loss-falls-over-long-windows", measured=math.inf, error=0.1)
    data = json.loads(found.json())
    assert data["points"][0] | {"rivals": []} == {
        "measured": "inf", "error": 0.1, "predicted": 0.58, "low": None, "high": 0.58, "verdict": "undecided", "given": {},
        "rivals": [], "reported": None,
    }  # fmt: skip
    assert data["rivals"][0]["is_excluded"] is False
    assert data["cannot_tell"] is False


FINITE = st.floats(allow_nan=False, width=64)


@over(
    st.lists(st.tuples(FINITE, st.floats(min_value=0, allow_nan=False), st.floats(1e-3, 1e3)), min_size=1, max_size=4)
)
def test_any_numbers_are_judged_as_the_book_judges_them(points: list[tuple[float, float, float]]) -> None:
    measured, error, eta = (np.array(column) for column in zip(*points, strict=True))
    check = find(EDGE).check
    found = judge_found(find(EDGE), measured=measured, error=error, given={"eta": eta})
    assert [p.verdict for p in found.points] == [
        verdict_of(check, 2 / float(e), float(m), float(s)) for m, s, e in zip(measured, error, eta, strict=True)
    ]
    json.loads(found.json())
    assert str(found)
    assert found._repr_html_()


def test_checks_that_predict_a_fit_are_known(book: Catalog) -> None:
    assert {found.check.predicted == FITTED for found in every_check(book)} == {True, False}
