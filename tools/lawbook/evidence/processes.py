"""The processes of a notebook, seen from outside: what CPU time they have used together, and an end to all of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

SUPERVISOR = Path(__file__).with_name("supervise.py")
_living: dict[str, Path] = {}  # the private folders of the notebooks that run now, by mark


def supervised(command: list[str]) -> list[str]:
    """The command line that runs `command` with all it starts below one process, ended with it.

    Whoever starts it hands in a pipe as standard input; it ends all when that is closed, so also when its starter dies.
    """
    return [sys.executable, "-P", str(SUPERVISOR), *command]


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process, of all its threads, and of every process below it, living or gone.

    A process that is gone counts once its parent has taken leave of it, which a supervisor does with every orphan.
    """
    total = 0.0
    for process in _tree(pid):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
            total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return total


def end(pid: int, mark: str) -> None:
    """Kill a process and all that is below it, and whatever else carries `mark` in its environment.

    Arguments:
        pid: Of the supervisor, which is asked first: it finds those that went away from their parents.
        mark: A word in the environment that nobody else has.
    """
    with contextlib.suppress(psutil.Error):
        supervisor = psutil.Process(pid)
        below = supervisor.children(recursive=True)
        supervisor.terminate()
        with contextlib.suppress(psutil.TimeoutExpired):
            supervisor.wait(timeout=5)
        _kill([*below, supervisor])
    strays(mark)


def strays(mark: str) -> None:
    """Kill every process that carries `mark` in its environment."""
    _kill(list(_marked(mark)))


@contextlib.contextmanager
def living(folder: Path, mark: str) -> Iterator[None]:
    """A notebook that runs, with its private folder and the mark of its kernel: known to `end_all` meanwhile."""
    _living[mark] = folder
    try:
        yield
    finally:
        _living.pop(mark, None)


def end_all() -> None:
    """Kill what every notebook of this process has started, and take away their private folders."""
    for mark, folder in list(_living.items()):
        strays(mark)
        shutil.rmtree(folder, ignore_errors=True)


def _marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and mark in process.environ().values():
                yield process


def _tree(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
