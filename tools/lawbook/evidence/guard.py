"""A notebook only measures: it may not write entries, notebooks or runs of its book.

In its kernel the interpreter asks a hook before it writes. What programs do that the notebook starts, no hook can see;
so it notes that they were started, and whoever runs the notebook compares the files before and after.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

try:
    from fcntl import F_GETPATH, fcntl  # type: ignore[attr-defined, unused-ignore]  # of macOS
except ImportError:
    F_GETPATH = None

GUARDED = ("references", "notebooks", "build/runs")
SOURCES = ("references", "notebooks")

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NO_FOLDER = -1
# Of each event the places of its paths, and of the descriptors of the folders that they are relative to.
Places = list[tuple[int, int | None]]
FOLLOWING: dict[str, Places] = {  # acts on what a link points to
    "os.chflags": [(0, None)],
    "os.chmod": [(0, 2)],
    "os.chown": [(0, 3)],
    "os.removexattr": [(0, None)],
    "os.setxattr": [(0, None)],
    "os.truncate": [(0, None)],
    "os.utime": [(0, 3)],
    "open": [(0, None)],
    "sqlite3.connect": [(0, None)],
}
NAMING: dict[str, Places] = {  # acts on a name in a folder
    "os.link": [(0, 2), (1, 3)],  # another name for an entry would be a way to write it
    "os.mkdir": [(0, 2)],
    "os.remove": [(0, 1)],
    "os.rename": [(0, 2), (1, 3)],
    "os.rmdir": [(0, 1)],
    "os.symlink": [(1, 2)],
}
STARTING = {  # with the place of the program's name
    "os.exec": 0,
    "os.posix_spawn": 0,
    "os.spawn": 1,
    "os.system": 0,
    "subprocess.Popen": 0,
}
SPAWNING = ("multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver")  # a fork keeps the hook

Stamp = tuple[int, int, int]  # size in bytes, time of the last change in ns, inode


def install(root: str, programs: str) -> None:
    """Refuse, from now on and for good, whatever this process does to write below the guarded folders of `root`.

    Only the kernel of a notebook calls this. A refused write raises `PermissionError`, a sentence for the reader.

    Arguments:
        root: The folder of the book.
        programs: The file that gets the names of the programs that are started, one a line.
    """
    sys.addaudithook(_hook(os.path.realpath(root), programs))


def started(programs: Path) -> list[str]:
    """The programs that a notebook has started, sorted; from the file that `install` was given."""
    return sorted(set(programs.read_text(errors="replace").splitlines())) if programs.is_file() else []


def snapshot(root: Path) -> dict[str, Stamp]:
    """Every entry and notebook of a book, with what tells a change.

    Left out are what editors keep beside a file, and the results of `lawbook confirm`, which come while notebooks run.

    Arguments:
        root: The folder of the book.

    Returns:
        By path relative to `root`: size, time of the last change, inode.
    """
    found: dict[str, Stamp] = {}
    for folder, folders, files in (walked for source in SOURCES for walked in os.walk(root / source)):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for name in files:
            path = Path(folder, name)
            if not name.startswith(".") and not name.endswith(("~", ".confirmed.json")):
                try:
                    stat = path.stat()
                except FileNotFoundError:  # an editor took it away just now
                    continue
                found[path.relative_to(root).as_posix()] = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
    return found


def changed(before: dict[str, Stamp], after: dict[str, Stamp]) -> list[str]:
    """The paths that two snapshots differ in, sorted."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _hook(root: str, programs: str) -> Callable[[str, tuple[Any, ...]], None]:
    """The hook for a book. It is called at every event of the interpreter, also at those of every import."""
    guarded = [os.path.join(root, *name.split("/")) for name in GUARDED]
    watched = frozenset({"import", *FOLLOWING, *NAMING, *STARTING})
    noted: set[str] = set()

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event not in watched:
            return
        if event == "import":
            if args[0] in SPAWNING:
                note("python")
        elif event in STARTING:
            note(_name(args[STARTING[event]]))
        elif event != "open" or _for_writing(*args[1:3]):
            refuse(event, args)

    def refuse(event: str, args: tuple[Any, ...]) -> None:
        moved = event == "os.rename"  # takes with it what is below
        for path in _paths(event, args):
            for folder in guarded:
                if _below(path, folder) or (moved and _below(folder, path)):
                    where = os.path.relpath(path, root)
                    raise PermissionError(f"the notebook tried to write {where}: a notebook only measures")

    def note(program: str) -> None:
        if program not in noted:
            noted.add(program)
            with open(programs, "a", encoding="utf-8", errors="replace") as file:
                file.write(program + "\n")

    return hook


def _for_writing(mode: str | None, flags: int) -> bool:
    return bool(flags & WRITES) or not {"w", "a", "x", "+"}.isdisjoint(mode or "")


def _paths(event: str, args: tuple[Any, ...]) -> Iterator[str]:
    """The real paths that an event is about to change. An operation that has none fails by itself."""
    for path, folder in FOLLOWING.get(event) or NAMING[event]:
        try:
            if isinstance(args[path], int):
                yield _of_descriptor(args[path])
                continue
            text = os.fsdecode(args[path])
            within = args[folder] if folder is not None else NO_FOLDER
            if within != NO_FOLDER:
                text = os.path.join(_of_descriptor(within), text)
            head, name = os.path.split(text.rstrip("/"))
            plain = name not in ("", ".", "..")
            yield os.path.join(os.path.realpath(head), name) if plain else os.path.realpath(text)
            if event not in NAMING:
                yield os.path.realpath(text)
        except (OSError, TypeError, ValueError):
            continue


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _of_descriptor(descriptor: int) -> str:
    """The path of an open file or folder."""
    if F_GETPATH is not None:
        return os.fsdecode(fcntl(descriptor, F_GETPATH, bytes(1024)).split(b"\0")[0])
    return os.readlink(f"/proc/self/fd/{descriptor}")


def _name(program: Any) -> str:
    """The first word of what is started, without its folder."""
    words = os.fsdecode(program).split() if isinstance(program, str | bytes | os.PathLike) else []
    return os.path.basename(words[0]) if words else "a program"
