"""Execute many notebooks: cached by content, in parallel, each result on disk as soon as it is there."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import Executor, Future, as_completed
from pathlib import Path
from typing import Any, Protocol

from lawbook.evidence import keys, store
from lawbook.evidence.execute import Executed, Job, execute, never_ran
from lawbook.evidence.record import Run, digest, to_json
from lawbook.files import write_atomically
from lawbook.reference.catalog import Catalog

TIMEOUT = {"quick": 300.0, "full": 4 * 3600.0}  # CPU seconds
MEMORY_GB = {"quick": 12.0, "full": math.inf}  # CUDA does not start under a limit
FORGOTTEN = 3600.0  # seconds after which a half-written file of a run that was killed is taken away


class Listener(Protocol):
    """What a progress display hears."""

    def record(self, job: Job, record: dict[str, Any]) -> None:
        """A record of a notebook that is still running."""

    def doubt(self, job: Job, run: Run) -> None:
        """A run on disk cannot be believed, and is made again; its message says why."""

    def done(self, job: Job, run: Run, *, cached: bool) -> None:
        """A notebook has ended, or was found in the cache."""


def plan(
    catalog: Catalog, papers: Iterable[str], *, seeds: Iterable[int], scale: str, timeout: float | None = None
) -> list[Job]:
    """One job for each paper and seed, papers in the given order within a seed."""
    seeds, papers = list(seeds), list(papers)
    return [
        Job(
            root=str(catalog.root),
            paper=paper,
            notebook=catalog.notebook(paper).relative_to(catalog.root).as_posix(),
            seed=seed,
            scale=scale,
            key=keys.run_key(catalog, paper, scale, seed),
            timeout=timeout or TIMEOUT[scale],
            memory_gb=MEMORY_GB[scale],
        )
        for seed in seeds
        for paper in papers
    ]


def run_all(
    catalog: Catalog,
    jobs: list[Job],
    executor: Executor,
    listener: Listener,
    *,
    force: bool = False,
    live: bool = True,
) -> list[Run]:
    """Execute `jobs` through `executor` (threads, or Dask's); return their runs in the order of `jobs`.

    A finished run of the same inputs is taken from disk unless `force`. A job whose kernel (or whose worker) dies is
    tried once more; if it dies again, or fails in any other way, its run says so and the others go on; so it does if it
    cannot be written. `live` asks for records while a notebook runs, which needs an executor in this process; one that
    has jobs executed elsewhere may give the text of the executed notebook alone.

    At the end every run is looked at again: one that anything else has changed since is invalid, and is taken away.

    Raises:
        OSError: Runs cannot be written at all; told before the first notebook starts.
    """
    runs: dict[Job, Run] = {}
    seen: dict[Job, _Seen] = {}
    waiting: dict[Future[Executed | str], tuple[Job, bool]] = {}

    def submit(job: Job, *, again: bool) -> None:
        waiting[executor.submit(execute, job, listener.record if live else None)] = (job, again)

    def cached(job: Job) -> Run | None:
        found = None if force else store.current_run(catalog, job.paper, job.scale, job.seed, job.key)
        if found is not None and found.status == "invalid":
            listener.doubt(job, found)
        return found if found is not None and found.status == "finished" else None

    todo = []
    for job in jobs:
        found = cached(job)
        if found is None:
            todo.append(job)
            continue
        runs[job], seen[job] = found, _Seen(catalog, job, found)
        listener.done(job, found, cached=True)
    if todo:
        _make_ready(catalog.root)
    for job in todo:
        submit(job, again=False)
    try:
        while waiting:
            future = next(as_completed(list(waiting)))
            job, again = waiting.pop(future)
            try:
                executed = future.result()
            except (
                Exception
            ) as error:  # a dead kernel or worker, or a defect of ours: one job either way, not the batch
                if not again:
                    submit(job, again=True)
                    continue
                told = str(error) if isinstance(error, RuntimeError) else f"{type(error).__name__}: {error}"
                executed = never_ran(job, told)
            runs[job] = run = _kept(catalog, job, executed if isinstance(executed, str) else executed.text)
            seen[job] = _Seen(catalog, job, run)
            listener.done(job, run, cached=False)
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    return [seen[job].run_now(catalog) for job in jobs]


def _kept(catalog: Catalog, job: Job, text: str) -> Run:
    """Write an executed notebook, and read it as everybody will."""
    path = store.run_path(catalog.root, job.paper, job.scale, job.seed)
    name = path.relative_to(catalog.root).as_posix()
    try:
        write_atomically(path, text)
    except (OSError, UnicodeError) as error:  # a full disk: other runs may be smaller, or find room later
        what = error.strerror if isinstance(error, OSError) else str(error)
        lost = f"{name}: could not be written ({what}): what was measured is lost; make room and run it again"
        return Run(job.paper, job.seed, job.scale, "error", lost)
    found = store.current_run(catalog, job.paper, job.scale, job.seed, job.key)
    if found is not None:
        return found
    return Run(
        job.paper, job.seed, job.scale, "error", f"{name}: it was changed as soon as it was written: run it again"
    )


class _Seen:
    """A run, and the file that it was read from, by which a change is noticed."""

    def __init__(self, catalog: Catalog, job: Job, run: Run) -> None:
        self.job, self.run = job, run
        self.path = store.run_path(catalog.root, job.paper, job.scale, job.seed)
        self.stamp = _stamp(self.path)

    def run_now(self, catalog: Catalog) -> Run:
        """The run, if its file still says the same of it; by now another `lawbook run` may have made the same."""
        job = self.job
        if _stamp(self.path) == self.stamp or self.run.status != "finished":
            return self.run
        found = store.current_run(catalog, job.paper, job.scale, job.seed, job.key)
        if found is None or _measured(found) == _measured(self.run):
            return self.run  # of other files, or taken away: it is nobody's evidence now
        self.path.unlink(missing_ok=True)
        name = self.path.relative_to(catalog.root).as_posix()
        what = "something else than lawbook run wrote it while notebooks ran; it was taken away: run it again"
        return Run(job.paper, job.seed, job.scale, "invalid", f"{name}: {what}")


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.lstat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _measured(run: Run) -> str:
    return digest([run.status, *map(to_json, run.measured), *map(to_json, run.series)])


def _make_ready(root: Path) -> None:
    """See that runs can be written, before anything is measured for hours; take away what a killed one left behind."""
    folder = root / "build" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"lawbook" * 2**10)
    for path in folder.glob("*/.*.ipynb.*"):
        try:
            if time.time() - path.lstat().st_mtime > FORGOTTEN:
                path.unlink(missing_ok=True)
        except OSError:
            continue  # somebody else's
