"""Execute many notebooks: cached by content, in parallel, each result on disk as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, as_completed
from dataclasses import replace
from typing import Any, Protocol

from lawbook.evidence import keys, store
from lawbook.evidence.execute import Executed, FilesChangedError, Job, KernelDiedError, execute, never_ran
from lawbook.evidence.record import Run
from lawbook.files import write_atomically
from lawbook.reference.catalog import Catalog

TIMEOUT = {"quick": 300.0, "full": 4 * 3600.0}


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
    tried once more; if it dies again, or fails in any other way, its run says so and the others go on. `live` asks for
    records while a notebook runs, which needs an executor in this process.
    """
    runs: dict[Job, Run] = {}
    waiting: dict[Future[Executed], tuple[Job, bool]] = {}

    def submit(job: Job, *, again: bool) -> None:
        notify: Callable[[Job, dict[str, Any]], None] | None = listener.record if live else None
        waiting[executor.submit(execute, job, notify)] = (job, again)

    for job in jobs:
        cached = None if force else store.current_run(catalog, job.paper, job.scale, job.seed, job.key)
        if cached is not None and cached.status == "invalid":
            listener.doubt(job, cached)
        if cached is not None and cached.status == "finished":
            runs[job] = cached
            listener.done(job, cached, cached=True)
        else:
            submit(job, again=False)
    try:
        while waiting:
            future = next(as_completed(list(waiting)))
            job, again = waiting.pop(future)
            try:
                executed = future.result()
            except (
                Exception
            ) as error:  # a dead kernel or worker, or a defect of ours: either way one job, not the batch
                if not again:
                    submit(job, again=True)
                    continue
                message = (
                    str(error)
                    if isinstance(error, KernelDiedError | FilesChangedError)
                    else f"{type(error).__name__}: {error}"
                )
                executed = never_ran(job, message)
            path = store.run_path(catalog.root, job.paper, job.scale, job.seed)
            write_atomically(path, executed.text)
            found = store.current_run(catalog, job.paper, job.scale, job.seed, job.key)
            runs[job] = run = found if found is not None else replace(executed.run, status="error")
            listener.done(job, run, cached=False)
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    return [runs[job] for job in jobs]
