"""A folder made anew beside the old one, which stands until the new one is whole."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD, _EXCHANGE = -100, 2  # of renameat2 on Linux


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """An empty folder beside `target`, which takes its place when the block ends.

    Where the block raises, or the process is killed in it, `target` stays as it was, and what was left lying is removed
    by the next call.

    Arguments:
        target: A folder, or nothing yet.

    Raises:
        BlockingIOError: Another process is making the same folder.
        NotADirectoryError: `target`, or what it is to stand in, is a file.
        OSError: It cannot be written to.
    """
    for path in (target, *target.parents):
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(f"found the file {path}, expected a folder, or nothing: move it away")
    target.parent.mkdir(parents=True, exist_ok=True)
    new, old = target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")
    with _alone(target):
        if old.is_dir() and not target.exists():
            old.rename(target)  # the process before was killed between two renames
        for left in (new, old):
            if left.exists():
                shutil.rmtree(left)
        new.mkdir()
        try:
            yield new
            _swap(new, target, old)
        finally:
            for left in (new, old) if target.exists() else (new,):
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep others from making `target` until the block ends; the system lets go when the process dies."""
    with open(target.with_name(f".{target.name}.lock"), "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise BlockingIOError(
                f"found another build of {target} at work (process {lock.read().strip() or 'unknown'}), expected none: "
                f"wait until it has finished"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put `new` in the place of `target`: in one step where the system has one, else with an instant without either."""
    if target.exists():
        if _exchanged(new, target):
            return
        target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the two folders have changed places."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0)
