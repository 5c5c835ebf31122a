"""Seeds that a prediction draws: nobody chooses them, and the file that keeps what they gave is believed only as far as
the entry bears it out."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import typer
from lawbook.cli import app, pages, runs
from lawbook.evidence import confirmation, keys, report, store
from lawbook.evidence.confirmed_file import ConfirmationError
from lawbook.evidence.execute import Job
from lawbook.evidence.keys import prediction_key, run_key
from lawbook.evidence.record import Confirmation, Measured, Outcome, Point, Result, Run, expected
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import Catalog, load
from lawbook.site import build
from typer.testing import CliRunner

PAPER = "halving2001"
ENTRY = f"references/scaling/{PAPER}.yml"
NOTEBOOK = f"notebooks/scaling/{PAPER}.py"
TINY = Path(__file__).parents[1] / "tinybook"


class Quiet:
    """A listener that says nothing."""

    def record(self, job: Job, record: dict[str, Any]) -> None:
        pass

    def doubt(self, job: Job, run: Run) -> None:
        pass

    def done(self, job: Job, run: Run, *, cached: bool) -> None:
        pass


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The executed notebook of one seed."""
    root = tmp_path_factory.mktemp("book") / "tinybook"
    shutil.copytree(TINY, root)
    catalog = load(root)[0]
    with ThreadPoolExecutor(1) as executor:
        (run,) = run_all(catalog, plan(catalog, [PAPER], seeds=[0], scale="quick"), executor, Quiet())
    assert run.notebook is not None
    return run.notebook.read_text()


def seeded(catalog: Catalog, executed: str) -> None:
    """Put that notebook in the place of every seed that the prediction draws."""
    for seed in confirmation.seeds_of(prediction_key(catalog, PAPER)):
        data = json.loads(executed)
        about = {"seed": seed, "key": run_key(catalog, PAPER, "quick", seed)}
        data["metadata"][store.METADATA].update(about)
        path = store.run_path(catalog.root, PAPER, "quick", seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data))


def git(root: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def lawbook(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    command = [sys.executable, "-m", "lawbook", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def committed(root: Path) -> Path:
    """A copy of the miniature at `root`, all of it in git."""
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    (root / ".gitignore").write_text("build/\n__pycache__/\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, executed: str) -> Path:
    """The miniature with the drawn seeds of its coins, as the command line has written them."""
    root = committed(tmp_path_factory.mktemp("written") / "tinybook")
    seeded(load(root)[0], executed)
    done = lawbook(root, "confirm", PAPER)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "wrote notebooks/scaling/halving2001.confirmed.json" in done.stdout
    return root


@pytest.fixture
def confirmed(tmp_path: Path, written: Path) -> Path:
    """A copy of that for one test to change."""
    return Path(shutil.copytree(written, tmp_path / "tinybook"))


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_fingerprint_draws_its_seeds_and_no_others() -> None:
    seeds = confirmation.seeds_of("a" * 64)
    assert seeds == confirmation.seeds_of("a" * 64)
    assert len(set(seeds)) == 20
    assert all(1000 <= seed < 1_000_000 for seed in seeds)
    assert not set(seeds) & set(confirmation.seeds_of("b" * 64))
    assert seeds[:5] == (237909, 828617, 683819, 717155, 237656)


@pytest.mark.parametrize(
    ("module", "moves", "runs_again"),
    [
        ("measure/powerlaw.py", True, True),
        ("evidence/fit.py", True, True),
        ("evidence/errors.py", True, True),
        ("evidence/display.py", False, True),
        ("evidence/judging.py", False, True),
        ("lab/plot.py", False, True),
        ("reference/rules.py", False, False),
        ("reference/tex.py", False, False),
    ],
)
def test_code_that_reads_is_no_part_of_a_prediction(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, moves: bool, runs_again: bool
) -> None:
    package = tmp_path / "lawbook"
    shutil.copytree(keys.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(keys, "PACKAGE", package)
    with (tiny / NOTEBOOK).open("a") as notebook:
        notebook.write("\n# %%\nfrom lawbook.lab import plot\nfrom lawbook.measure import powerlaw\n\n")
        notebook.write("print(plot.use, powerlaw.fit, notebook.spread)\n")
    before, run_before = prediction_key(load(tiny)[0], PAPER), run_key(load(tiny)[0], PAPER, "quick", 0)
    assert _change_every_function(package / module) > 0
    assert (prediction_key(load(tiny)[0], PAPER) != before) is moves
    assert (run_key(load(tiny)[0], PAPER, "quick", 0) != run_before) is runs_again


def _change_every_function(path: Path) -> int:
    """Let every function of a module do something more; how many there are."""
    tree = ast.parse(path.read_text())
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in found:
        node.body.append(ast.parse("__import__('math').pi").body[0])
    path.write_text(ast.unparse(tree))
    return len(found)


@pytest.mark.parametrize(
    ("file", "old", "new", "moves"),
    [
        (ENTRY, "predicted: 0.5", "predicted: 0.51", True),
        (ENTRY, "tolerance: {abs: 0.1}", "tolerance: {abs: 0.11}", True),
        (ENTRY, "{value: 0.25", "{value: 0.3", True),
        (ENTRY, "expr: spread*n**(-b)", "expr: n**(-b)*spread", True),
        (ENTRY, "exponent of a straight line", "slope of a straight line", True),
        (ENTRY, "the same exponent where all", "that exponent where all", True),
        (ENTRY, "error-from: counting", "error-from: counting\n        not-reproduced: it is too small", True),
        (ENTRY, "band-from: theory", "band-from: reported", False),
        (ENTRY, "Errors of different sign", "Errors of other sign", False),
        (NOTEBOOK, "size=(400, size)", "size=(401, size)", True),
        (NOTEBOOK, "# Means of coin flips", "# Means of flips", False),
        ("requirements.lock", "", "x==1\n", False),
    ],
)
def test_whoever_changes_what_is_predicted_or_measured_gets_other_seeds(
    tiny: Path, file: str, old: str, new: str, moves: bool
) -> None:
    before = prediction_key(load(tiny)[0], PAPER)
    edit(tiny / file, old, new) if old else (tiny / file).write_text(new)
    assert (prediction_key(load(tiny)[0], PAPER) != before) is moves


def test_what_is_written_is_read_and_written_again_byte_for_byte(confirmed: Path) -> None:
    catalog = load(confirmed)[0]
    found = confirmation.read(catalog, PAPER)
    assert found is not None
    assert found.is_current
    assert found.passed(catalog.entries[PAPER], "check", "exponent") == (20, 20)
    assert found.passed(catalog.entries[PAPER], "control", "one-draw-repeated") == (20, 20)
    path = confirmation.path_of(catalog, PAPER)
    before = path.read_bytes()
    confirmation.write(catalog, found)
    assert path.read_bytes() == before
    assert store.read(catalog)[PAPER].confirmed == found
    git_says = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=confirmed, capture_output=True, text=True)
    assert found.commit == git_says.stdout.strip()


def test_check_lists_whose_seeds_are_of_before_the_last_change(confirmed: Path) -> None:
    assert "not confirmed yet: corner2002" in lawbook(confirmed, "check").stdout
    edit(confirmed / ENTRY, "predicted: 0.5", "predicted: 0.51")
    edit(confirmed / ENTRY, "reported: 0.5, is", "reported: 0.51, is")
    done = lawbook(confirmed, "check")
    assert done.returncode == 0
    assert "confirmed before the last change: halving2001" in done.stdout
    found = confirmation.read(load(confirmed)[0], PAPER)
    assert found is not None
    assert not found.is_current


@pytest.mark.filterwarnings("ignore:Creating scratch directories")  # on a busy machine
def test_seeds_are_run_on_a_cluster_too(tmp_path: Path, executed: str) -> None:
    from distributed import LocalCluster

    root = committed(tmp_path / "tinybook")
    catalog = load(root)[0]
    seeded(catalog, executed)
    missing = store.run_path(root, PAPER, "quick", confirmation.seeds_of(prediction_key(catalog, PAPER))[7])
    missing.unlink()
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        done = lawbook(root, "confirm", PAPER, "--scheduler", cluster.scheduler_address)
    assert done.returncode == 0, done.stdout + done.stderr
    assert missing.is_file()
    missing.unlink()
    lost = lawbook(root, "confirm", PAPER, "--scheduler", "nowhere")
    assert lost.returncode == 2
    assert lost.stderr.startswith("lawbook: found no Dask scheduler at nowhere, expected an address such as tcp://")


def test_what_is_not_committed_is_not_confirmed(tiny: Path) -> None:
    done = lawbook(tiny, "confirm", PAPER)
    assert done.returncode == 2
    assert "found no git repository" in done.stderr
    git(tiny, "init", "-q")
    done = lawbook(tiny, "confirm", PAPER)
    assert done.returncode == 2
    assert "found changes that are not committed" in done.stderr
    assert not list(tiny.glob("notebooks/*/*.json"))


def test_what_changes_while_the_seeds_run_is_not_confirmed(
    confirmed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = confirmation.path_of(load(confirmed)[0], PAPER)
    before = path.read_bytes()

    def changed_meanwhile(*_: object, **__: object) -> list[Run]:
        edit(confirmed / NOTEBOOK, "size=(400, size)", "size=(401, size)")
        return []

    monkeypatch.chdir(confirmed)
    monkeypatch.setattr(runs, "execute_all", changed_meanwhile)
    with pytest.raises(typer.Exit):
        runs.confirm([PAPER])
    assert "found halving2001 or its code changed while its seeds ran" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_what_git_ignores_is_not_confirmed(confirmed: Path) -> None:
    files = [confirmed / ENTRY, confirmed / NOTEBOOK]
    assert confirmation.uncommitted(confirmed, files) == []
    edit(confirmed / ".gitignore", "build/", f"build/\n{NOTEBOOK}")
    git(confirmed, "rm", "-q", "--cached", NOTEBOOK)
    git(confirmed, "add", "-A")
    git(confirmed, "commit", "-qm", "without the notebook")
    assert confirmation.uncommitted(confirmed) == []
    assert confirmation.uncommitted(confirmed, files) == [f"!! {NOTEBOOK}"]
    done = lawbook(confirmed, "confirm", PAPER)
    assert done.returncode == 2
    assert done.stderr.endswith(f"\n!! {NOTEBOOK}\n")


def test_the_site_tells_of_a_broken_file(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    confirmation.path_of(load(tiny)[0], PAPER).write_text("{")
    monkeypatch.chdir(tiny)
    monkeypatch.setattr(build, "build", lambda root, **_: root / "build" / "site")
    with pytest.raises(typer.Exit):
        pages.site(run_notebooks=False)
    assert "notebooks/scaling/halving2001.confirmed.json:1:2: found no JSON" in capsys.readouterr().err


def test_without_git_nothing_is_confirmed(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tiny))
    with pytest.raises(FileNotFoundError, match="found no git, expected it"):
        confirmation.uncommitted(tiny)


Data = dict[str, Any]


def first(data: Data) -> None:
    """Only the first seed, as if it had been enough."""
    data["seeds"] = data["seeds"][:1]
    for found in (data["checks"], data["controls"]):
        found |= {name: results[:1] for name, results in found.items()}


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (
            lambda d: d["checks"]["exponent"][3].update(measured=7.0),
            "exponent, seed .*: found 'holds', which the entry",
        ),
        (lambda d: d["checks"]["exponent"][3].update(outcome="fails"), "exponent, seed .*: found 'fails' for a point"),
        (lambda d: d["checks"]["exponent"][3].update(predicted=0.51), "found the prediction 0.51, where the entry"),
        (lambda d: d["controls"]["one-draw-repeated"][0]["intact"].update(measured=3.0), "found 'holds', which the"),
        (lambda d: d["seeds"].__setitem__(0, 7), "found seeds that the fingerprint does not draw"),
        (lambda d: d["checks"].pop("exponent"), "found other checks and controls than the entry's, exponent"),
        (
            lambda d: d["checks"]["exponent"].pop(),
            "found 19 results of 'exponent', not one result for each seed, expected",
        ),
        (lambda d: d.pop("date"), ":1:1: date: found no 'date', expected it, as lawbook confirm writes it"),
        (first, "found 1 seeds, expected the 20 that the fingerprint draws"),
        (lambda d: d["seeds"].__setitem__(0, float("inf")), "found Infinity, which is no JSON, expected a number"),
        (lambda d: d.update(date="yesterday"), "date: found 'yesterday', expected another value, as"),
        (lambda d: d["checks"]["exponent"][3].update(measured=10**400), "checks.exponent.3.measured: found "),
        (
            lambda d: d["checks"]["extrapolates"][3].update(measured=9.0, error=-9.0),
            "checks.extrapolates.3.error: found -9.0, expected no number below 0",
        ),
        (lambda d: d["checks"]["exponent"][3].update(given={"m": 1.0}), "cannot be judged: the law 'inverse-root' has"),
        (
            lambda d: d["checks"]["exponent"][3].update(outcome="superb"),
            "checks.exponent.3.outcome: found 'superb', expected 'holds', 'fails'",
        ),
        (lambda d: d.update(paper="corner2002"), "found the seeds of 'corner2002', expected those of 'halving2001'"),
    ],
)
def test_a_forged_file_is_a_problem_that_check_tells(
    confirmed: Path, monkeypatch: pytest.MonkeyPatch, forge: Callable[[Data], None], message: str
) -> None:
    catalog = load(confirmed)[0]
    path = confirmation.path_of(catalog, PAPER)
    data = json.loads(path.read_text())
    forge(data)
    path.write_text(json.dumps(data))
    with pytest.raises(ConfirmationError, match=message):
        confirmation.read(catalog, PAPER)
    monkeypatch.chdir(confirmed)
    done = CliRunner().invoke(app, ["check"])
    assert done.exit_code == 1
    assert done.stderr.startswith("notebooks/scaling/halving2001.confirmed.json:1:")
    assert PAPER not in confirmation.read_all(catalog)[0]


def test_a_cut_file_is_told_at_its_line(confirmed: Path) -> None:
    path = confirmation.path_of(load(confirmed)[0], PAPER)
    path.write_text("\n".join(path.read_text().splitlines()[:9]))
    done = lawbook(confirmed, "check")
    assert done.returncode == 1
    assert done.stderr.startswith("notebooks/scaling/halving2001.confirmed.json:9:")


@pytest.mark.parametrize(
    ("outcome", "good_seeds", "is_current", "is_fine"),
    [
        ("undecided", 19, True, True),
        ("confounded", 20, True, True),
        ("undecided", 18, True, False),
        ("undecided", 19, False, False),  # the seeds of a former prediction
        ("holds", 19, True, False),  # a control that does not break down at all is no bad luck
        ("fails", 0, True, True),
    ],
)
def test_one_seed_may_be_the_undecided_one_of_twenty(
    tiny: Path, outcome: Outcome, good_seeds: int, is_current: bool, is_fine: bool
) -> None:
    entry = load(tiny)[0].entries[PAPER]
    name = "one-draw-repeated"
    seeds = tuple([Result("fails", None)] * good_seeds + [Result("undecided", None)] * (20 - good_seeds))
    found = Confirmation(
        PAPER, "f", "2026-01-01", "c", {}, tuple(range(20)), {("control", name): seeds}, is_current=is_current
    )
    assert confirmation.is_as_claimed(entry, "control", name, outcome, found) == is_fine
    assert confirmation.is_as_claimed(entry, "control", name, outcome, None) == (outcome == "fails")


def test_the_summary_tells_the_rare_seed_and_is_good(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = load(tiny)[0]
    entry, name = catalog.entries[PAPER], "one-draw-repeated"
    results = {
        (kind, one): (Result("fails" if kind == "control" else "holds", None),) * 20 for kind, one in expected(entry)
    }
    found = Confirmation(PAPER, "f", "2026-01-01", "c", {}, tuple(range(20)), results)
    point = Point(1.0, 0.1, 1.0, 0.0, 2.0, "holds", {})
    measured = [
        Measured(
            kind, PAPER, one, "inverse-root", "exponent" if kind == "control" else one,
            "undecided" if one == name else "fails" if kind == "control" else "holds", (point,),
        )
        for kind, one in expected(entry)
    ]  # fmt: skip
    run = Run(PAPER, 0, "quick", "finished", measured=tuple(measured))
    monkeypatch.setattr(report, "disagreements", lambda *_: [])
    for confirmed, good in (({PAPER: found}, True), ({}, False)):
        monkeypatch.setattr(report, "read_all", lambda _, seen=confirmed: (seen, []))
        text, is_good = report.summary(catalog, [run])
        assert is_good == good
        assert (f"{PAPER} {name} is undecided in seed 0" in text.plain) == good
