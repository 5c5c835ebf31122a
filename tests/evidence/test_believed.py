"""Evidence is judged when it is read: what a notebook or a file cannot make anyone believe."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lawbook.evidence import store
from lawbook.evidence.execute import Job
from lawbook.evidence.record import MIME, Run
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import load

NOTEBOOK = "notebooks/scaling/halving2001.py"
Data = dict[str, Any]


class Doubts:
    """A listener that remembers what was not believed."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def record(self, job: Job, record: Data) -> None:
        pass

    def doubt(self, job: Job, run: Run) -> None:
        self.messages.append(run.message)

    def done(self, job: Job, run: Run, *, cached: bool) -> None:
        pass


def measure(root: Path) -> tuple[Run, list[str]]:
    """Run the miniature's notebook of coins, or take its run from disk; what of it was not believed."""
    catalog, problems = load(root)
    assert problems == []
    doubts = Doubts()
    with ThreadPoolExecutor(1) as executor:
        (run,) = run_all(catalog, plan(catalog, ["halving2001"], seeds=[0], scale="quick"), executor, doubts)
    return run, doubts.messages


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The executed notebook of coins."""
    import shutil

    root = tmp_path_factory.mktemp("book") / "tinybook"
    shutil.copytree(Path(__file__).parents[1] / "tinybook", root)
    run, doubts = measure(root)
    assert (run.status, doubts) == ("finished", [])
    assert run.notebook is not None
    return run.notebook.read_text()


def record(data: Data, name: str) -> Data:
    """The record of a check or control in an executed notebook."""
    found: Data = next(r for r in store.records_of(data) if r.get("id") == name)
    return found


def twice(data: Data) -> None:
    """Put every record in twice."""
    for cell in data["cells"]:
        if "outputs" in cell:
            cell["outputs"] += [out for out in cell["outputs"] if MIME in out.get("data", {})]


def believed(data: Data) -> None:
    """Make the file's list of records agree with what stands in it, as a careful forger would."""
    from lawbook.evidence.record import digest

    data["metadata"][store.METADATA]["records"] = [digest(r) for r in store.records_of(data)]


def far(data: Data) -> None:
    """A measurement far away that says it holds all the same."""
    record(data, "exponent")["points"][0]["measured"] = 3.0


def wide(data: Data) -> None:
    """A wider band than the entry's."""
    record(data, "exponent")["points"][0]["high"] = 9.0


def elsewhere(data: Data) -> None:
    """Another prediction than the entry's."""
    record(data, "exponent")["points"][0]["predicted"] = 0.52


def by_hand(data: Data) -> None:
    """Constants that nobody fitted, and the prediction that they make."""
    found = record(data, "extrapolates")
    values, point = found["fitted"]["values"], found["points"][0]
    values["b"] += 0.01
    point["predicted"] *= point["given"]["n"] ** -0.01


def keep(root: Path, executed: str, forge: Callable[[Data], None]) -> None:
    """Store an executed notebook that was forged, and everything that vouches for it."""
    data = json.loads(executed)
    forge(data)
    believed(data)
    path = store.run_path(root, "halving2001", "quick", 0)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (far, "the record of the check 'exponent' says verdict 'holds' where the entry gives 'fails'"),
        (wide, "the record of the check 'exponent' says high 9 where the entry gives 0.6"),
        (elsewhere, "the record of the check 'exponent' says predicted 0.52 where the entry gives 0.5"),
        (twice, "is there twice"),
        (lambda d: record(d, "exponent").update(paper="corner2002"), "the check 'exponent' is of corner2002"),
        (lambda d: record(d, "exponent").update(id="exponents"), "cannot be judged: halving2001 has no check"),
        (lambda d: record(d, "exponent").update(points=[]), "cannot be judged: found no measured value"),
        (lambda d: record(d, "one-draw-repeated").update(intact=None), "is paired with an intact run"),
        (lambda d: record(d, "extrapolates").update(fitted=None), "predicts 'fitted', expected fit="),
        (by_hand, "the record of the check 'extrapolates' says fitted constants that are not those of its points"),
        (lambda d: record(d, "extrapolates")["fitted"]["source"].update(y=[1.0]), "cannot be judged: found"),
        (lambda d: record(d, "extrapolates")["fitted"]["source"]["free"].pop("b"), "cannot be judged: the formula"),
        (lambda d: record(d, "exponent")["points"][0].update(measured={"float": "nan"}), "that is no number (nan)"),
        (lambda d: d["metadata"][store.METADATA].update(paper="corner2002"), "it is the run of corner2002, quick"),
        (lambda d: d["metadata"][store.METADATA].update(seed=3), "it is the run of halving2001, quick, seed 3"),
    ],
)
def test_a_forged_run_is_invalid_and_runs_again(
    tiny: Path, executed: str, forge: Callable[[Data], None], message: str
) -> None:
    keep(tiny, executed, forge)
    catalog = load(tiny)[0]
    found = store.current_run(catalog, "halving2001", "quick", 0)
    assert found is not None
    assert found.status == "invalid"
    assert message in found.message or message in str(found)
    assert found.outcome("check", "exponent") == "invalid"


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (lambda d: record(d, "exponent").pop("points"), "no 'points'"),
        (lambda d: record(d, "exponent").update(type="Surprise"), "found a record of type 'Surprise'"),
        (lambda d: record(d, "exponent")["points"][0].update(measured=10**400), "points.0.measured"),
        (lambda d: record(d, "exponent")["points"][0].update(given=None), "points.0.given"),
        (lambda d: record(d, "exponent").update(kind=[]), "kind"),
        (lambda d: record(d, "exponent").update(id=[]), "id"),
        (lambda d: d["metadata"][store.METADATA].update(status="superb"), "status"),
        (lambda d: d["metadata"][store.METADATA].update(finished=5), "finished"),
    ],
)
def test_what_no_run_looks_like_is_as_if_it_were_not_there(
    tiny: Path, executed: str, forge: Callable[[Data], None], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    keep(tiny, executed, forge)
    assert store.current_run(load(tiny)[0], "halving2001", "quick", 0) is None
    (said,) = [found.getMessage() for found in caplog.records]
    assert message in said


def test_an_untouched_run_is_believed_and_a_cut_one_is_made_again(
    tiny: Path, executed: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = store.run_path(tiny, "halving2001", "quick", 0)
    path.parent.mkdir(parents=True)
    path.write_text(executed)
    assert measure(tiny)[1] == []
    path.write_text(executed[: len(executed) // 2])
    run, doubts = measure(tiny)
    assert (run.status, doubts) == ("finished", [])
    (said,) = [found.getMessage() for found in caplog.records]
    assert "quick-000.ipynb: found no run of a notebook" in said
    assert json.loads(path.read_text())["cells"] == json.loads(executed)["cells"]


def test_a_seed_counts_once_however_its_file_is_called(tiny: Path, executed: str) -> None:
    path = store.run_path(tiny, "halving2001", "quick", 0)
    path.parent.mkdir(parents=True)
    path.write_text(executed)
    for name in ("quick-0.ipynb", "quick-00.ipynb", "quick-0000.ipynb"):
        path.with_name(name).write_text("")
    catalog = load(tiny)[0]
    found = store.read(catalog)["halving2001"]
    assert found.passed(catalog.entries["halving2001"], "check", "exponent") == (1, 1)


def test_numbers_edited_by_hand_are_not_the_ones_that_the_kernel_showed(tiny: Path, executed: str) -> None:
    data = json.loads(executed)
    record(data, "exponent")["points"][0]["measured"] = 0.5
    path = store.run_path(tiny, "halving2001", "quick", 0)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(data))
    found = store.current_run(load(tiny)[0], "halving2001", "quick", 0)
    assert found is not None
    assert found.message == "1 of its records were not made by law.check, law.control or law.series"


BY_HAND = """
from IPython.display import display
from lawbook.evidence.record import MIME

display({MIME: {"type": "Measured", "kind": "check", "paper": "halving2001", "id": "exponent", "law": "inverse-root",
    "check": "exponent", "verdict": "holds", "points": [{"measured": 0.5, "error": 0.0, "predicted": 0.5, "low": 0.4,
    "high": 0.6, "verdict": "holds", "given": {}, "rivals": [1.0, 0.25], "reported": 0.5}], "fitted": None,
    "intact": None, "intact_fitted": None}, "text/plain": "a record by hand"}, raw=True)
"""
PATCHED = """
from lawbook.evidence import judging

judging.judge = lambda *_: "holds"
law.check("exponent", measured=7.0, error=0.0)
"""
TWICE = """
law.check("exponent", measured=7.0, error=0.0)
law = notebook.open("halving2001")
law.check("exponent", measured=0.5, error=0.0)
"""
ANOTHER = """
law.check("exponent", measured=0.5, error=0.0)
other = notebook.open("corner2002")
other.check("sum-is-pi", measured=np.pi, error=0.0)
"""


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (BY_HAND, "1 of its records were not made by law.check, law.control or law.series"),
        (PATCHED, "the record of the check 'exponent' says verdict 'holds' where the entry gives 'fails'"),
        (TWICE, "the record of the check 'exponent' is there twice"),
        (ANOTHER, "the record of the check 'sum-is-pi' is of corner2002"),
    ],
    ids=["a record by hand", "a judge of its own", "opened twice", "another paper"],
)
def test_a_notebook_cannot_make_its_own_verdict(tiny: Path, cell: str, message: str) -> None:
    path = tiny / NOTEBOOK
    honest = 'law.check("exponent", measured=fit.values["b"], error=fit.errors["b"])'
    text = path.read_text()
    assert honest in text
    path.write_text(text.replace(honest, cell))
    run, _ = measure(tiny)
    assert (run.status, run.message) == ("invalid", message)
    assert run.outcome("check", "exponent") == "invalid"
    assert store.read(load(tiny)[0])["halving2001"].shown.status == "invalid"
