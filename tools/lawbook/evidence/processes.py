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


def end(mark: str) -> None:
    """Kill what carries `mark` in its environment, a word that nobody else has, and what was started from there.

    Supervisors are asked first, and waited for: each finds those that went away from their parents.
    """
    found = list(_marked(mark))
    supervisors = [process for process in found if _is_supervisor(process)]
    for process in supervisors:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    psutil.wait_procs(supervisors, timeout=5)
    for process in {*found, *_marked(mark)}:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _is_supervisor(process: psutil.Process) -> bool:
    try:
        return str(SUPERVISOR) in process.cmdline()
    except psutil.Error:
        return False


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
        end(mark)
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
