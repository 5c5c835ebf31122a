"""Workers of a real Dask cluster that share nothing: neither a folder nor an installed Lawbook."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from lawbook.evidence import ship, store
from lawbook.reference.catalog import load

pytest.importorskip("distributed")

BARE = """
import os, sys
sys.path = [p for p in sys.path if not os.path.isfile(os.path.join(p, "lawbook", "__init__.py"))]
try:
    import lawbook.evidence
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("found lawbook, expected none")
from distributed.cli.{0} import main
main()
"""


def python(code: str, arguments: list[str], cwd: Path) -> subprocess.Popen[bytes]:
    """A process of Python in a folder of its own."""
    cwd.mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), "TMPDIR": "/tmp"}
    with (cwd / "log").open("wb") as log:
        return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=cwd, env=env, stdout=log, stderr=log)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process in its own folder, without Lawbook; the address, and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    host, port = address.split(":")
    scheduler = python(
        BARE.format("dask_scheduler"), ["--host", host, "--port", port, "--no-dashboard"], tmp_path / "s"
    )
    workers = []
    for name in ("one", "two"):
        options = [f"tcp://{address}", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--name", name]
        workers.append(python(BARE.format("dask_worker"), [*options, "--local-directory", "scratch"], tmp_path / name))
    yield f"tcp://{address}", workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def lawbook(tiny: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command line, at work."""
    command = [sys.executable, "-m", "lawbook", *arguments]
    return subprocess.Popen(command, cwd=tiny, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def with_lines(tiny: Path, lines: str) -> None:
    """Put lines before what the notebook of corners measures."""
    path = tiny / "notebooks/geometry/corner2002.py"
    path.write_text(path.read_text().replace("# %%\n", f"# %%\n{lines}\n", 1))


def test_the_archive_has_what_a_worker_needs_and_is_the_same_again(tiny: Path) -> None:
    data = ship.archive(tiny)
    assert data == ship.archive(tiny)
    names = set(zipfile.ZipFile(BytesIO(data)).namelist())
    assert {"references/families.yml", "notebooks/scaling/halving2001.py", "requirements.lock"} <= names
    assert {"tools/lawbook/__init__.py", "tools/lawbook/evidence/supervise.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("build/")]


def test_workers_need_nothing_but_packages(
    tiny: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    with_lines(tiny, "import os, lawbook\nprint(os.getcwd(), lawbook.__file__)")
    process = lawbook(tiny, "run", "--scheduler", cluster[0])
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, out + err
    catalog = load(tiny)[0]
    for paper in catalog.entries:
        found = store.current_run(catalog, paper, "quick", 0)
        assert found is not None
        assert found.status == "finished"
    cells = json.loads(store.run_path(tiny, "corner2002", "quick", 0).read_text())["cells"]
    where = [Path(part) for part in cells[1]["outputs"][0]["text"].split()]
    assert all(path.is_relative_to(tmp_path / "one") or path.is_relative_to(tmp_path / "two") for path in where)


def test_a_worker_that_is_killed_in_mid_run_costs_only_time(
    tiny: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    mark = tmp_path / "begun"
    with_lines(tiny, f"import os, time\nopen({str(mark)!r}, 'a').write(os.getcwd() + '\\n')\ntime.sleep(3)")
    process = lawbook(tiny, "run", "corner2002", "--scheduler", cluster[0])
    limit = time.monotonic() + 120
    while not mark.exists() and time.monotonic() < limit:
        time.sleep(0.05)
    first = Path(mark.read_text().split("\n")[0])
    cluster[1][0 if first.is_relative_to(tmp_path / "one") else 1].kill()
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, out + err
    found = store.current_run(load(tiny)[0], "corner2002", "quick", 0)
    assert found is not None
    assert found.status == "finished"
    homes = [Path(line).relative_to(tmp_path).parts[0] for line in mark.read_text().split()]
    assert sorted(set(homes)) == ["one", "two"]
