"""The miniature knowledge base through the whole pipeline, in real kernels: what holds, breaks, hangs and dies."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import lawbook.evidence.execute
import pytest
from lawbook.evidence import store
from lawbook.evidence.execute import Job, KernelDiedError
from lawbook.evidence.record import Run
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import load

LAWBOOK = [sys.executable, "-m", "lawbook"]


class Quiet:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.records: list[str] = []
        self.cached: list[str] = []
        self.doubted: list[str] = []

    def record(self, job: Job, record: dict[str, Any]) -> None:
        self.records.append(str(record.get("id") or record.get("chart")))

    def doubt(self, job: Job, run: Run) -> None:
        self.doubted.append(run.message)

    def done(self, job: Job, run: Run, *, cached: bool) -> None:
        if cached:
            self.cached.append(job.paper)


def execute(root: Path, *, wall: float = 0, seeds: tuple[int, ...] = (0,)) -> tuple[dict[str, Run], Quiet]:
    """Run the miniature on threads."""
    catalog, problems = load(root)
    assert problems == []
    listener = Quiet()
    jobs = plan(catalog, sorted(catalog.entries), seeds=seeds, scale="quick", timeout=60)
    with ThreadPoolExecutor(2) as executor:
        runs = run_all(catalog, [replace(job, wall=wall) for job in jobs], executor, listener)
    return {run.paper: run for run in runs}, listener


def put(root: Path, broken: str) -> None:
    """Put a broken notebook in the place of corner2002's."""
    shutil.copy(root / "broken" / f"{broken}.py", root / "notebooks/geometry/corner2002.py")


def test_sound_notebooks_are_run_recorded_and_cached(tiny: Path) -> None:
    runs, listener = execute(tiny)
    run = runs["halving2001"]
    assert {p: r.status for p, r in runs.items()} == {"corner2002": "finished", "halving2001": "finished"}
    assert (run.outcome("check", "exponent"), run.outcome("control", "one-draw-repeated")) == ("holds", "fails")
    assert {"exponent", "extrapolates", "error", "one-draw-repeated"} <= set(listener.records)
    assert run.usage.start_up > 0
    assert run.usage.peak_mb > 30
    assert run.seconds > 0
    assert run.versions["python"].startswith("3.")
    (series,) = run.series
    assert series.x == (8, 16, 32, 64, 128, 256)
    assert series.prediction is not None
    again, listener = execute(tiny)
    assert listener.cached == ["corner2002", "halving2001"]
    assert again == runs
    evidence = store.read(load(tiny)[0])
    assert evidence["halving2001"].shown == run


def test_an_executed_notebook_holds_no_trace_of_the_machinery_and_is_the_same_again(tiny: Path) -> None:
    execute(tiny)
    path = store.run_path(tiny, "corner2002", "quick", 0)
    first = json.loads(path.read_text())
    path.unlink()
    execute(tiny)
    second = json.loads(path.read_text())
    sources = ["".join(cell["source"]) for cell in first["cells"]]
    assert not any("_limit" in s or "_usage" in s for s in sources)
    assert [c["execution_count"] for c in first["cells"] if c["cell_type"] == "code"] == [1, 2, 3]
    assert first["cells"] == second["cells"]


def test_a_run_without_a_limit_on_memory_says_so(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "memory" not in execute(tiny)[0]["corner2002"].machine
    shutil.rmtree(tiny / "build" / "runs")
    monkeypatch.setattr(lawbook.evidence.cells, "START", "print('the system refuses')")
    run = execute(tiny)[0]["corner2002"]
    assert run.status == "finished"
    assert run.machine.endswith(" cores, no limit on memory")


def test_the_name_of_the_folder_for_sockets_does_not_get_too_long(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tiny / "/".join(["a-folder-for-temporary-files"] * 4)
    deep.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    assert {run.status for run in execute(tiny)[0].values()} == {"finished"}


def test_a_control_that_wrongly_passes_is_seen(tiny: Path) -> None:
    put(tiny, "passes")
    run = execute(tiny)[0]["corner2002"]
    assert run.outcome("control", "on-the-sphere") == "holds"
    done = subprocess.run([*LAWBOOK, "run"], cwd=tiny, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "on-the-sphere: predicted 3.142" in done.stdout or "unchanged" in done.stdout
    assert "with an assumption taken away the law broke down, as predicted: 1 of 2" in done.stdout


def test_a_crash_is_told_at_its_line_and_costs_the_others_nothing(tiny: Path) -> None:
    put(tiny, "crashes")
    runs = execute(tiny)[0]
    line = (tiny / "notebooks/geometry/corner2002.py").read_text().splitlines().index("    return 1 / 0") + 1
    assert runs["corner2002"].message == f"notebooks/geometry/corner2002.py:{line}: ZeroDivisionError: division by zero"
    assert runs["corner2002"].outcome("check", "sum-is-pi") == "error"  # though it was shown before the crash
    assert runs["corner2002"].outcome("control", "on-the-sphere") == "error"
    assert runs["halving2001"].status == "finished"


def test_a_notebook_that_hangs_is_stopped(tiny: Path) -> None:
    put(tiny, "hangs")
    runs = execute(tiny, wall=25)[0]
    assert runs["corner2002"].status == "timed out"
    assert runs["corner2002"].outcome("control", "on-the-sphere") == "timed out"
    assert runs["halving2001"].status == "finished"


def test_a_kernel_that_dies_is_tried_once_more_and_then_told(tiny: Path) -> None:
    put(tiny, "dies")
    runs = execute(tiny)[0]
    assert runs["corner2002"].status == "error"
    assert "the kernel died" in runs["corner2002"].message
    assert runs["halving2001"].status == "finished"


class FailsOnce(Executor):
    """An executor whose first result for each job is a dead kernel."""

    def __init__(self, inner: Executor) -> None:
        self.inner, self.seen = inner, set[Any]()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if args[0] in self.seen:
            return self.inner.submit(fn, *args, **kwargs)
        self.seen.add(args[0])
        future: Future[Any] = Future()
        future.set_exception(KernelDiedError("the kernel died"))
        return future


def test_one_death_is_forgiven(tiny: Path) -> None:
    catalog, _ = load(tiny)
    with ThreadPoolExecutor(2) as threads:
        runs = run_all(catalog, plan(catalog, ["corner2002"], seeds=[0], scale="quick"), FailsOnce(threads), Quiet())
    assert [run.status for run in runs] == ["finished"]


def test_dask_runs_the_same_code(tiny: Path) -> None:
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, local_directory=str(tiny)
    )
    catalog, _ = load(tiny)
    with cluster, distributed.Client(cluster) as client:
        runs = run_all(
            catalog, plan(catalog, ["corner2002"], seeds=[0], scale="quick"), client.get_executor(), Quiet(), live=False
        )
    assert [run.status for run in runs] == ["finished"]


def test_a_run_that_is_killed_keeps_what_had_finished(tiny: Path) -> None:
    put(tiny, "hangs")
    process = subprocess.Popen([*LAWBOOK, "run"], cwd=tiny, stdout=subprocess.DEVNULL)
    path = store.run_path(tiny, "halving2001", "quick", 0)
    limit = time.monotonic() + 60
    while not path.is_file() and time.monotonic() < limit:
        time.sleep(0.1)
    process.kill()
    process.wait()
    catalog, _ = load(tiny)
    kept = store.current_run(catalog, "halving2001", "quick", 0)
    assert kept is not None
    assert kept.status == "finished"
    assert [p.name for p in path.parent.iterdir()] == [path.name]  # nothing half written
