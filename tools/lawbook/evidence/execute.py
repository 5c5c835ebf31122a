"""Execute one notebook in its own kernel, within its limits, and hand back the executed `.ipynb` with its run."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lawbook.evidence import cells, guard
from lawbook.evidence.record import Run, Status, Usage, digest, from_json, to_json
from lawbook.evidence.store import METADATA, as_text, records_of_cell

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
PACKAGES = ("numpy", "scipy", "jax", "jaxlib", "diffrax", "equinox", "optax", "scikit-learn")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Job:
    """One notebook to execute. Plain data: it travels to another machine."""

    root: str
    paper: str
    notebook: str  # path relative to root
    seed: int
    scale: str
    key: str
    timeout: float  # seconds for the whole notebook
    memory_gb: float = 12.0  # address space of the kernel; XLA reserves far more than it uses


@dataclass(frozen=True)
class Executed:
    """An executed notebook as JSON text, and the run read out of it."""

    text: str
    run: Run


class KernelDiedError(RuntimeError):
    """The kernel of a notebook died: killed, or out of memory."""


class FilesChangedError(RuntimeError):
    """Entries or notebooks changed while a notebook ran that starts programs: theirs, or a reader's doing."""


def execute(job: Job, notify: Callable[[Job, dict[str, Any]], None] | None = None) -> Executed:
    """Run the notebook of `job`. Whatever the notebook does, this returns; only a dead kernel raises `KernelDiedError`,
    and a change of the book's files that may be the notebook's doing `FilesChangedError`.

    `notify` is called with each record as soon as its cell has finished.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    started = time.monotonic()
    before = guard.snapshot(Path(job.root))
    source, notebook = _read(job)
    notebook.cells = [_code_cell(cells.START, "start"), *notebook.cells, _code_cell(cells.FINISH, "finish")]

    def left(_: Any) -> float:
        return max(1.0, job.timeout - (time.monotonic() - started))

    def finished(cell: Any, **_: Any) -> None:
        if notify is not None:
            for record in records_of_cell(cell):
                notify(job, record)

    status: Status = "finished"
    message = ""
    with tempfile.TemporaryDirectory(prefix="lawbook-", dir=_short_folder()) as private:
        # sockets in a private folder: parallel kernels cannot take each other's ports, and nobody else can connect
        config = Config({"KernelManager": {"transport": "ipc", "ip": str(Path(private, "kernel"))}})
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout_func=left,
            startup_timeout=120,
            record_timing=False,
            config=config,
            on_cell_executed=lambda cell, cell_index, execute_reply: finished(cell),
        )
        log, programs = Path(private, "stderr"), Path(private, "programs")
        with log.open("w") as stderr:
            try:
                env = environment(job) | {"LAWBOOK_PROGRAMS": str(programs)}
                asyncio.run(client.async_execute(env=env, cwd=job.root, stderr=stderr))
            except CellTimeoutError:
                status, message = "timed out", f"{job.notebook}: stopped after {job.timeout:g} s"
            except DeadKernelError as error:
                last = "; ".join(log.read_text(errors="replace").strip().splitlines()[-1:])
                raise KernelDiedError(
                    f"{job.notebook}: the kernel died (killed, or out of memory) {last}".strip()
                ) from error
            except CellExecutionError as error:
                status, message = "error", where_it_broke(job.notebook, source, notebook, error.ename, error.evalue)
        if status == "finished":
            _untouched(job, before, guard.started(programs))
    usage, published = _told_at_the_end(notebook.cells.pop())
    limited = not _printed(notebook.cells.pop(0)).strip()
    _renumber(notebook.cells)
    seconds = time.monotonic() - started
    return _sealed(
        job, source, notebook, status, message,
        seconds=seconds, usage=usage, published=published, machine=_machine(limited),
    )  # fmt: skip


def _untouched(job: Job, before: dict[str, guard.Stamp], programs: list[str]) -> None:
    """Ask for another run if files of the book changed meanwhile and the notebook's programs may have done it.

    The notebook itself cannot write them; without programs of its own it was a reader who edits, and then the run's key
    has moved if that matters.
    """
    files = guard.changed(before, guard.snapshot(Path(job.root))) if programs else []
    if files:
        raise FilesChangedError(
            f"{job.notebook}: {', '.join(files)} changed while the notebook ran, and it starts programs"
            f" ({', '.join(programs)}): a notebook only measures; if you edited, run it again"
        )


def never_ran(job: Job, message: str) -> Executed:
    """What stands in the place of a run that could not be brought to an end: the notebook without outputs."""
    return _sealed(job, *_read(job), "error", message, seconds=0.0, usage=Usage(), published=[], machine=_machine())


def _read(job: Job) -> tuple[str, Any]:
    source = Path(job.root, job.notebook).read_text(encoding="utf-8")
    return source, cells.read(source)


def _sealed(
    job: Job,
    source: str,
    notebook: Any,
    status: Status,
    message: str,
    *,
    seconds: float,
    usage: Usage,
    published: list[str],
    machine: str,
) -> Executed:
    """The notebook as text, with everything about its run in the metadata."""
    run = Run(
        paper=job.paper,
        seed=job.seed,
        scale=job.scale,
        status=status,
        message=message,
        seconds=round(seconds, 2),
        usage=usage,
        versions=_versions(),
        commit=commit_of(job.root),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine,
    )
    about = {k: v for k, v in asdict(run).items() if k not in ("measured", "series", "notebook")}
    notebook.metadata[METADATA] = about | {
        "key": job.key, "source": digest(source), "usage": to_json(usage), "records": published,
    }  # fmt: skip
    notebook.metadata.pop("jupytext", None)
    return Executed(as_text(notebook), run)


def environment(job: Job) -> dict[str, str]:
    """The environment of a kernel: one thread, its seed and scale, a compilation cache that runs share."""
    env = dict(os.environ)
    env |= dict.fromkeys(THREADS, "1")
    env["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    env["NPROC"] = "1"  # else XLA keeps a pool of threads that wait for each other: half as much CPU time again
    env["LAWBOOK_SEED"], env["LAWBOOK_SCALE"] = str(job.seed), job.scale
    env["LAWBOOK_MEMORY_GB"] = str(job.memory_gb)
    env["JAX_PLATFORMS"] = env.get("JAX_PLATFORMS", "cpu")
    env.setdefault("JAX_COMPILATION_CACHE_DIR", str(Path(job.root, "build", "cache", "jax")))
    env.setdefault("LAWBOOK_CACHE", str(Path(job.root, "build", "cache")))  # of what the lab makes once, such as a text
    env["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    env["PYTHONHASHSEED"] = "0"
    env["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    return env


def _code_cell(source: str, cell_id: str) -> Any:
    import nbformat

    cell = nbformat.v4.new_code_cell(source)
    cell["id"] = cell_id
    return cell


def _renumber(cells: list[Any]) -> None:
    """Count executions from 1, as if the start cell had not been there."""
    for cell in cells:
        for part in (cell, *cell.get("outputs", [])):
            if part.get("execution_count"):
                part["execution_count"] -= 1


def _told_at_the_end(cell: Any) -> tuple[Usage, list[str]]:
    """What the last cell printed: what the run has cost, and the fingerprints of the records that it showed."""
    printed = _printed(cell).strip()
    if not printed:
        return Usage(), []
    told = json.loads(printed.splitlines()[-1])
    usage = from_json(told["usage"])
    return (usage if isinstance(usage, Usage) else Usage()), list(told["records"])


def _printed(cell: Any) -> str:
    """What a cell wrote to standard output."""
    outputs = cell.get("outputs", [])
    return "".join(out["text"] for out in outputs if out["output_type"] == "stream" and out["name"] == "stdout")


def where_it_broke(name: str, source: str, notebook: Any, ename: str, evalue: str) -> str:
    """The error of a notebook at the line of its file: the traceback cut to the reader's own code."""
    message = f"{ename}: {_ANSI.sub('', evalue).strip()}"
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", []) if out["output_type"] == "error"]
    trace = _ANSI.sub("", "\n".join(outputs[-1]["traceback"])) if outputs else ""
    frames = re.findall(r"Cell In\[(\d+)\](?:, line |:)(\d+)", trace)
    if not frames:
        return f"{name}:1: {message}"
    count, line = map(int, frames[-1])  # the innermost frame that stands in a cell
    cell = next(cell for cell in notebook.cells if cell.get("execution_count") == count)
    before, found, _ = source.partition(cell["source"])  # a percent file holds a cell's source as it is
    return f"{name}:{(before.count(chr(10)) if found else 0) + line}: {message}"


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def commit_of(root: str) -> str:
    """What is checked out at `root`; empty where there is no git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=root, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _machine(limited: bool = True) -> str:
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return machine if limited else f"{machine}, no limit on memory"


def _short_folder() -> str | None:
    """Where a folder for sockets can be made: the usual place, or /tmp where that has a long name.

    The path of a socket has at most 103 bytes on macOS, 107 on Linux; ours adds up to 30 to the folder's.
    """
    return "/tmp" if len(os.fsencode(tempfile.gettempdir())) > 70 else None
