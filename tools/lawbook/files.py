"""Files written whole or not at all, and read only where they are plain files of the book, up to a bound."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link that leads round to itself"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class RefusedFileError(OSError):
    """A file that is not read: no plain file, outside of the book, or too long. Says what was found and expected."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EINVAL, message)

    def __str__(self) -> str:
        return str(self.strerror)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write `content`, text as UTF-8, to `path` whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_bytes(path: Path, *, inside: Path, limit: int) -> bytes:
    """What a plain file of the book holds. Never waits for a pipe, and never reads more than it may.

    Arguments:
        path: The file; links are followed as long as they stay inside.
        inside: The folder that it must lie in, the root of the book.
        limit: The most bytes that it may have.

    Returns:
        Its bytes.

    Raises:
        RefusedFileError: It is no plain file, a link leads out of `inside`, or it is longer than `limit`.
        OSError: It is not there or may not be read.
    """
    real = _inside(path, inside)
    found = os.stat(real, follow_symlinks=False)
    _require_plain(found.st_mode)
    _require_short(found.st_size, limit)
    # should another thing take its place meanwhile, opening it does not wait, and it is looked at again
    with open(os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        _require_plain(os.fstat(file.fileno()).st_mode)
        content = file.read(limit + 1)
    _require_short(len(content), limit)
    return content


def foreign(folder: Path, *, inside: Path) -> Iterator[tuple[Path, str]]:
    """Everything below `folder` that is neither a folder nor a plain file of the book, and what is wrong with it.

    Names that begin with a dot are an editor's own, and nothing reads them.
    """
    for where, folders, names in os.walk(folder):
        for name in sorted(name for name in (*folders, *names) if not name.startswith(".")):
            path = Path(where, name)
            try:
                found = os.stat(_inside(path, inside), follow_symlinks=False)
                if not stat.S_ISDIR(found.st_mode):
                    _require_plain(found.st_mode)
            except RefusedFileError as refused:
                yield path, str(refused)
            except OSError as error:
                yield path, f"the file cannot be read: {error.strerror}"


def ensure_own_build(root: Path) -> None:
    """See to it that what is made of the book at `root` goes into a folder of its own, `build`.

    Raises:
        NotADirectoryError: `build` or what it keeps is a file, or leads out of the book.
    """
    build = root / "build"
    for folder in (build, build / "cache", build / "runs", build / "site"):
        _require_inside(folder, root)
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(f"found the file {folder}, expected a folder, or nothing: move it away")
        for path in sorted(folder.iterdir()) if folder.is_dir() and folder.name != "site" else ():
            _require_inside(path, root)


def _require_inside(path: Path, root: Path) -> None:
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        raise NotADirectoryError(
            f"found {path} to be a link out of the book, to {path.resolve()}, expected a folder of its own: "
            "remove the link"
        )


def printable(name: str) -> str:
    """The name of a file as a message shows it: one line of characters that can be seen."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name)


def _inside(path: Path, folder: Path) -> str:
    real, home = os.path.realpath(path), os.path.realpath(folder)
    if real != home and not real.startswith(home.rstrip(os.sep) + os.sep):
        raise RefusedFileError(f"found a link that leads out of the book, to {printable(real)}, expected a file in it")
    return real


def _require_plain(mode: int) -> None:
    if not stat.S_ISREG(mode):
        what = next((words for test, words in _KINDS if test(mode)), "something else")
        raise RefusedFileError(f"found {what}, expected a file")


def _require_short(size: int, limit: int) -> None:
    if size > limit:
        raise RefusedFileError(f"found {size:,} bytes, expected at most {limit:,}")
