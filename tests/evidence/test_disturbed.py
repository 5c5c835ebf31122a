"""What disturbs runs: others beside them, a full or a read-only disk, a notebook that writes, and kill -9 at any moment."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lawbook.evidence import schedule, store
from lawbook.evidence.record import Run
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import load

from tests.conftest import TINY

COMMAND = [sys.executable, "-m", "lawbook", "run", "--seeds", "2", "--jobs", "2"]
MOMENTS = int(os.environ.get("LAWBOOK_MOMENTS", "1"))  # of kill -9: LAWBOOK_MOMENTS=20 tries many
TIMED = ("seconds", "finished", "usage", "machine", "commit")


class Told:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.cached: list[str] = []

    def record(self, job: Any, record: Any) -> None:
        pass

    def doubt(self, job: Any, run: Any) -> None:
        pass

    def done(self, job: Any, run: Any, *, cached: bool) -> None:
        if cached:
            self.cached.append(job.paper)


def run(root: Path, papers: list[str] | None = None) -> list[Run]:
    """Run notebooks of the miniature on one thread."""
    catalog = load(root)[0]
    with ThreadPoolExecutor(1) as executor:
        jobs = plan(catalog, papers or sorted(catalog.entries), seeds=[0], scale="quick")
        return run_all(catalog, jobs, executor, Told())


def content(root: Path) -> dict[str, str]:
    """Every run on disk, without what the clock makes of it."""
    found = {}
    for path in sorted((root / "build" / "runs").rglob("*.ipynb")):
        data = json.loads(path.read_text())
        for name in TIMED:
            data["metadata"]["lawbook"].pop(name)
        found[path.name + path.parent.name] = json.dumps(data, sort_keys=True)
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The miniature, all of its runs made in peace."""
    root = tmp_path_factory.mktemp("peace") / "tinybook"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    subprocess.run(COMMAND, cwd=root, check=True, capture_output=True, timeout=300)
    found = content(root)
    assert len(found) == 4
    return root, found


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_kill_after_first_runs_have_finished_loses_nothing(
    tiny: Path, undisturbed: tuple[Path, dict[str, str]], moment: int
) -> None:
    process = subprocess.Popen(COMMAND, cwd=tiny, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 120
    while not list(tiny.glob("build/runs/*/quick-*.ipynb")) and time.monotonic() < limit:
        time.sleep(0.02)
    time.sleep(random.Random(moment).uniform(0, 3))
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = content(tiny)
    stamps = {path: path.stat().st_mtime_ns for path in tiny.glob("build/runs/*/quick-*.ipynb")}
    assert kept
    assert all(undisturbed[1][name] == text for name, text in kept.items())
    subprocess.run(COMMAND, cwd=tiny, check=True, capture_output=True, timeout=300)
    assert content(tiny) == undisturbed[1]
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())  # none was made again


def test_two_runs_at_once_in_one_checkout_make_the_same(tiny: Path, undisturbed: tuple[Path, dict[str, str]]) -> None:
    both = [subprocess.Popen(COMMAND, cwd=tiny, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    said = [process.communicate(timeout=300)[0].decode() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert content(tiny) == undisturbed[1]
    assert not list(tiny.glob("build/runs/*/.*"))


def test_a_full_disk_costs_the_runs_that_find_no_room_and_says_so(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = schedule.write_atomically

    def full(path: Path, text: str) -> None:
        if "corner2002" in path.parts:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        real(path, text)

    monkeypatch.setattr(schedule, "write_atomically", full)
    corner, halving = run(tiny)
    assert (corner.status, halving.status) == ("error", "finished")
    name = "build/runs/corner2002/quick-000.ipynb"
    lost = "could not be written (No space left on device): what was measured is lost; make room and run it again"
    assert corner.message == f"{name}: {lost}"


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system is mounted by root alone")
def test_a_disk_that_is_really_full(tiny: Path) -> None:
    (tiny / "build").mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", "build"], cwd=tiny, check=False)
    if done.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        subprocess.run([*COMMAND[:3], "check"], cwd=tiny, check=True, capture_output=True)  # writes the schema
        with (tiny / "build" / "fill").open("wb", buffering=0) as fill, contextlib.suppress(OSError):
            while fill.write(bytes(2**10)):
                pass
        ran = subprocess.run([*COMMAND[:4], "corner2002"], cwd=tiny, capture_output=True, text=True, check=False)
    finally:
        subprocess.run(["umount", "-l", "build"], cwd=tiny, check=True)
    assert ran.returncode == 2
    assert "No space left on device" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_where_nothing_can_be_written_no_notebook_starts(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(errno.EROFS, "Read-only file system", "build/runs")

    monkeypatch.setattr(schedule.tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr(schedule, "execute", lambda *_: pytest.fail("it started"))
    with pytest.raises(OSError, match="Read-only file system"):
        run(tiny)


def test_a_folder_in_the_place_of_a_run_costs_that_run_alone(tiny: Path) -> None:
    store.run_path(tiny, "corner2002", "quick", 0).mkdir(parents=True)
    corner, halving = run(tiny)
    assert (corner.status, halving.status) == ("error", "finished")
    assert "could not be written (Is a directory)" in corner.message


def test_what_a_killed_run_left_half_written_is_taken_away_later(tiny: Path) -> None:
    old, new = (tiny / "build/runs/corner2002" / f".quick-00{i}.ipynb.abc" for i in range(2))
    old.parent.mkdir(parents=True)
    old.write_text("half")
    new.write_text("half")
    os.utime(old, (0, 0))
    run(tiny, ["corner2002"])
    assert not old.exists()
    assert new.exists()


FORGE = """
import ctypes, json, os
from pathlib import Path
path = "build/runs/halving2001/quick-000.ipynb"
libc = ctypes.CDLL(None)
data = json.loads(Path(path).read_text())
for cell in data["cells"]:
    for out in cell.get("outputs", []):
        found = out.get("data", {}).get("application/vnd.lawbook.record+json", {})
        if found.get("id") == "exponent":
            found["points"][0]["measured"] = 0.5
            found["points"][0]["error"] = 0.0
from lawbook.evidence.record import digest
from lawbook.evidence.store import records_of
data["metadata"]["lawbook"]["records"] = [digest(record) for record in records_of(data)]
text = json.dumps(data).encode()
file = libc.open(path.encode(), 1 | 512)
libc.write(file, text, len(text))
libc.close(file)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it calls Linux's library")
def test_a_notebook_that_writes_another_run_by_other_means_is_found_out(tiny: Path) -> None:
    path = tiny / "notebooks/geometry/corner2002.py"
    path.write_text(path.read_text().replace("# %%\n", f"# %%\n{FORGE}\n", 1))
    halving, corner = run(tiny, ["halving2001", "corner2002"])
    assert corner.status == "finished"
    assert halving.status == "invalid"
    assert halving.message == (
        "build/runs/halving2001/quick-000.ipynb: something else than lawbook run wrote it while notebooks ran;"
        " it was taken away: run it again"
    )
    assert not store.run_path(tiny, "halving2001", "quick", 0).exists()
