"""What has to hold whatever a file holds: nothing runs, hangs or is written, and each problem has its place and words."""

from __future__ import annotations

import faulthandler
import os
import re
import signal
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lawbook.reference.problem import Problem

SECONDS = 5.0  # of CPU time, for a file that takes hundredths of one
# What belongs to our tools and to nobody who writes an entry.
INTERNAL = re.compile(
    r"pydantic|constrained|validat|function-|tagged-union|_type\b|model_|(?:Bit|Un|Bool|Bin)(?:Xor|Or|And|Not|ary|Op)|Floor|MatMult"
    r"|\b(?:Lambda|Attribute|Subscript|ListComp|IfExp|JoinedStr|Compare|Starred|NamedExpr|Constant|Tuple|Dict|Set)\b"
    r"|\bNoneType\b|\b\w+Error\b|Exception|Traceback|<class|object at 0x|(?<!\\)\b(?:dict|str|int|loc)\b|\bInput should\b"
    r"|\bNone\b|\bTrue\b|\bFalse\b|(?<!tag:)yaml\.|\bast\.|\.py:\d+: in |KeyError|line \d+ of <|<unknown>|<string>"
)
_HARMFUL = re.compile(
    r"os\.(system|exec|fork|forkpty|posix_spawn|spawn|startfile|kill|putenv)|subprocess\.|socket\.(connect|bind)|ctypes\.dlopen|urllib|ftplib|smtplib|webbrowser|pty\.|shutil\.|code\.__new__"
)  # fmt: skip
_CHANGES = re.compile(r"os\.(remove|rename|mkdir|rmdir|link|symlink|truncate|chmod|chown)")
_SOURCES = [
    *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")},
    "<frozen",
    str(Path(__file__).parents[2] / "tools"),
]
_allowed: Path | None = None  # while something is watched: the one folder that may be written to
_seen: list[str] = []


def _hear(event: str, given: tuple[Any, ...]) -> None:
    """Notes what a file may not make happen."""
    if _allowed is None:
        return
    if _HARMFUL.match(event) or (
        event == "exec" and not getattr(given[0], "co_filename", "").startswith(tuple(_SOURCES))
    ):
        _seen.append(f"{event} {given!r}")
    elif event == "open" and given[2] is not None and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
        if not _may_change(given[0]):
            _seen.append(f"{event} {given!r}")
    elif _CHANGES.match(event) and not all(_may_change(part) for part in given if isinstance(part, str | bytes | Path)):
        _seen.append(f"{event} {given!r}")


def _may_change(path: Any) -> bool:
    assert _allowed is not None
    if not isinstance(path, str | bytes | os.PathLike):
        return True
    return os.path.abspath(os.fsdecode(path)).startswith(f"{_allowed}{os.sep}")


sys.addaudithook(_hear)


@contextmanager
def watched(may_change: Path, seconds: float = SECONDS) -> Iterator[None]:
    """Fail if what happens meanwhile runs a program or a file's code, takes long, or writes elsewhere than in a folder."""
    global _allowed

    def stop(*_: Any) -> None:
        raise AssertionError(f"more than {seconds:g} seconds of CPU time")

    _seen.clear()
    former = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    faulthandler.dump_traceback_later(60 * seconds, exit=True)  # where no handler is heard: in a library's own code
    _allowed = may_change
    try:
        yield
    finally:
        _allowed = None
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)
    assert _seen == []


def assert_told_well(problems: Iterable[Problem], root: Path, written: str) -> None:
    """Each problem on one line that can be printed, at a place that is in its file, in words of whoever writes it.

    Arguments:
        problems: What was found.
        root: Of the book.
        written: All that the author wrote: a message may hold any word of it.
    """
    for problem in problems:
        text = str(problem)
        assert text.isprintable(), repr(text)
        assert len(text) < 1500, text
        assert text.encode()
        path = root / problem.file
        assert path.is_file(), text
        lines = path.read_bytes().decode("utf-8", "replace").split("\n")
        assert 1 <= problem.line <= len(lines), text
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 2, text
        for found in INTERNAL.finditer(problem.message):
            assert found[0] in written, text
