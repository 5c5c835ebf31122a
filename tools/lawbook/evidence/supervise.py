"""Keep a program and all that it starts together: below this process while it runs, ended with it.

    python supervise.py PROGRAM ARGUMENT…

The program's orphans, also those that went into a session of their own, become children of this process (on Linux; on
other systems only what is still below the program is found). When the program ends, when whoever started this process
dies or closes its standard input, or on SIGTERM, every process below is killed. Run as a script, beside the package and
without it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import time

import psutil

ADOPT = 36  # PR_SET_CHILD_SUBREAPER in <linux/prctl.h>
PATIENCE = 10.0  # seconds in which the killed have to be gone


def main(command: list[str]) -> int:
    """Run `command` to its end, and what it leaves behind too; its exit status, as a shell tells it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
    heard, said = os.pipe()
    os.set_blocking(said, False)
    os.set_blocking(heard, False)
    signal.set_wakeup_fd(said, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    program = _start(command)
    status: int | None = None
    watched = [0, heard]
    while status is None:
        ready = select.select(watched, [], [])[0]
        signals = os.read(heard, 1 << 16) if heard in ready else b""
        closed = 0 in ready and not os.read(0, 1 << 16)
        status = reap(program)
        if closed or not set(signals) <= {signal.SIGCHLD, signal.SIGINT}:
            break
    end()
    return 128 + signal.SIGTERM if status is None else 128 - status if status < 0 else status


def _start(command: list[str]) -> int:
    """The id of the program, in a session of its own, with nothing to read."""
    parent = str(os.getpid())
    program = os.fork()
    if program:
        return program
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execvpe(command[0], command, os.environ | {"JPY_PARENT_PID": parent})
    except OSError as error:
        print(f"{command[0]}: {error}", file=sys.stderr)
    finally:
        os._exit(127)


def reap(program: int) -> int | None:
    """Take leave of the dead; the exit status of the program if it is among them, below 0 for a signal."""
    status = None
    with contextlib.suppress(ChildProcessError):
        while True:
            found, told = os.waitpid(-1, os.WNOHANG)
            if not found:
                break
            if found == program:
                status = os.waitstatus_to_exitcode(told)
    return status


def end() -> None:
    """Kill all that is below this process, until nothing is: a killed one's children become ours."""
    me, limit = psutil.Process(), time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        below = [process for process in me.children(recursive=True) if process.status() != psutil.STATUS_ZOMBIE]
        for process in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        reap(0)
        if not me.children():
            return
        time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
