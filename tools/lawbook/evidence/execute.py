"""Execute one notebook in its own kernel, within its limits, and hand back the executed `.ipynb` with its run."""

from __future__ import annotations

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
from typing import TYPE_CHECKING, Any

from lawbook.evidence import cells, guard, outputs, processes
from lawbook.evidence.record import BESIDE, Run, Status, Usage, digest, from_json, to_json
from lawbook.evidence.store import METADATA, as_text, records_of_cell
from lawbook.evidence.surroundings import environment, short_folder

if TYPE_CHECKING:
    from lawbook.evidence.kernel import Ending

PACKAGES = ("numpy", "scipy", "jax", "jaxlib", "diffrax", "equinox", "optax", "scikit-learn")
WALL = 6.0  # times the limit on CPU seconds: whoever takes that long by the clock waits, or the machine is overloaded
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"^\s*Cell In\[(\d+)\](?:, line |:)(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Job:
    """One notebook to execute. Plain data: it travels to another machine."""

    root: str
    paper: str
    notebook: str  # path relative to root
    seed: int
    scale: str
    key: str
    timeout: float  # CPU seconds for the whole notebook, of its kernel and all that it starts
    memory_gb: float = 12.0  # address space of the kernel; XLA reserves far more than it uses
    wall: float = 0.0  # seconds by the clock; 0 for several times the CPU seconds
    commit: str | None = None  # what is checked out, where `root` is a copy of it


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
    from lawbook.evidence import kernel

    started = time.monotonic()
    before = guard.snapshot(Path(job.root))
    source, notebook = _read(job)
    refused = cells.refusal(source, notebook)
    if refused is not None:
        return never_ran(job, f"{job.notebook}:{refused[0]}: {refused[1]}")
    where = [[], *cells.lines(source, notebook), []]
    notebook.cells = [_code_cell(cells.START, "start"), *notebook.cells, _code_cell(cells.FINISH, "finish")]

    def finished(cell: Any) -> None:
        if notify is not None:
            for record in records_of_cell(cell):
                notify(job, record)

    wall = job.wall or WALL * job.timeout
    with tempfile.TemporaryDirectory(prefix="lawbook-", dir=short_folder(), ignore_cleanup_errors=True) as private:
        client = kernel.Client(notebook, Path(private), finished)
        log, programs, home = (Path(private, name) for name in ("stderr", "programs", "home"))
        home.mkdir()
        env = environment(job.root, job.seed, job.scale, job.memory_gb, str(home)) | {"LAWBOOK_PROGRAMS": str(programs)}
        with processes.living(Path(private), str(programs)):
            ended = kernel.run(client, env, job.root, log, cpu=job.timeout, wall=wall, mark=str(programs))
        if ended.how == "died":
            last = "; ".join(_tail(log).strip().splitlines()[-1:]) or ended.message
            what = f"{job.notebook}: the kernel died (killed, or out of memory) {last}".strip()
            raise KernelDiedError(outputs.shortened(what, outputs.MESSAGE))
        if ended.how == "finished":
            _untouched(job, before, guard.started(programs))
    seconds = time.monotonic() - started
    status, message = _told(job, ended, client.kept.problem, notebook, where, seconds, wall)
    usage, published = _told_at_the_end(notebook.cells.pop())
    if usage is None and status == "finished":
        status, message = "error", f"{job.notebook}: the end of the run cannot be read: something prints over it"
    limited = not _printed(notebook.cells.pop(0)).strip()
    _renumber(notebook.cells)
    return _sealed(
        job, source, notebook, status, message,
        seconds=seconds, usage=usage or Usage(compute=ended.cpu), published=published, machine=_machine(limited),
    )  # fmt: skip


def _told(
    job: Job, ended: Ending, too_much: str, notebook: Any, where: list[list[int]], seconds: float, wall: float
) -> tuple[Status, str]:
    """The status of a run, and what its reader is told."""
    here = f"{job.notebook}:{(where[ended.cell] or [1])[0]}"  # where the cell begins that was running
    if ended.how == "finished":
        return "finished", ""
    if ended.how == "error":
        return "error", where_it_broke(job.notebook, where, notebook, ended.message)
    if ended.how == "too much":
        return "error", f"{here}: {too_much}"
    if ended.how == "cpu":
        what = f"stopped after {ended.cpu:.0f} CPU seconds ({seconds:.0f} s by the clock), expected at most"
        return "timed out", f"{here}: {what} {job.timeout:g} CPU seconds: measure less, or give it more with --timeout"
    what = f"it waited: stopped after {seconds:.0f} s by the clock, of which it used the processor for {ended.cpu:.1f}"
    return "timed out", f"{here}: {what}; expected at most {wall:g} s, on a machine that is not overloaded"


def _tail(log: Path) -> str:
    """The end of what the kernel and its programs wrote on standard error."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - outputs.MESSAGE))
        return file.read().decode(errors="replace")


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
        commit=commit_of(job.root) if job.commit is None else job.commit,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine,
    )
    about = {k: v for k, v in asdict(run).items() if k not in (*BESIDE, "measured", "series")}
    notebook.metadata[METADATA] = about | {
        "key": job.key, "source": digest(source), "usage": to_json(usage), "records": published,
    }  # fmt: skip
    notebook.metadata.pop("jupytext", None)
    return Executed(as_text(notebook), run)


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


def _told_at_the_end(cell: Any) -> tuple[Usage | None, list[str]]:
    """What the last cell printed: what the run has cost, and the fingerprints of the records that it showed."""
    for line in reversed(_printed(cell).splitlines()):
        try:
            told = json.loads(line)
            usage, records = from_json(told["usage"]), told["records"]
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            continue  # what a thread of the notebook prints at the same time
        if isinstance(usage, Usage) and isinstance(records, list):
            return usage, [str(record) for record in records]
    return None, []


def _printed(cell: Any) -> str:
    """What a cell wrote to standard output."""
    outputs = cell.get("outputs", [])
    return "".join(out["text"] for out in outputs if out["output_type"] == "stream" and out["name"] == "stdout")


def where_it_broke(name: str, where: list[list[int]], notebook: Any, said: str) -> str:
    """The error of a notebook at the line of its file: the traceback cut to the reader's own code.

    Arguments:
        name: How the file is called.
        where: Of each cell the lines of the file that its lines are.
        notebook: As far as it was executed.
        said: The error in words.
    """
    message = outputs.shortened(_ANSI.sub("", said).strip(), outputs.MESSAGE)
    errors = [out for cell in notebook.cells for out in cell.get("outputs", []) if out["output_type"] == "error"]
    trace = [_ANSI.sub("", part) for part in errors[-1]["traceback"]] if errors else []
    if errors and errors[-1]["ename"] not in ("SyntaxError", "IndentationError", "TabError"):
        trace = trace[:-1]  # the last part is the message, which may say anything
    count_of = {cell.get("execution_count"): i for i, cell in enumerate(notebook.cells) if cell["cell_type"] == "code"}
    for count, line in reversed(_FRAME.findall("\n".join(trace))):  # the innermost frame that stands in a cell
        at = where[count_of[int(count)]] if int(count) in count_of else []
        if 0 < int(line) <= len(at):
            return f"{name}:{at[int(line) - 1]}: {message}"
    return f"{name}:1: {message}"


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
