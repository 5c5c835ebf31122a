"""What is slow to make of the book's texts, kept between processes by a hash of all that it is made from.

It is kept in a folder of the user's own and pickled: only this package writes there, and nobody else may.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

from lawbook.files import write_atomically
from lawbook.reference import made_by

VARIABLE = "LAWBOOK_CACHE"
MAKERS = (
    "pydantic",
    "pydantic-core",
    "PyYAML",
    "markdown-it-py",
    "pybtex",
    "pylatexenc",
    "math-core",
    "sympy",
    "numpy",
)
_KEY = hashlib.sha256().digest_size

T = TypeVar("T")


def folder_of(root: Path) -> Path:
    """Where what is made of a book is kept: below `LAWBOOK_CACHE`, else in the folder of the user for such things."""
    home = Path(os.environ.get(VARIABLE) or _caches() / "lawbook")
    return home / hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _caches() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home())
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@cache
def _code() -> str:
    """What of this process makes it: its code and the versions of what that calls."""
    return repr((made_by.code(), made_by.versions(MAKERS)))


class Kept:
    """What is kept of one book.

    Arguments:
        root: The folder of the book; None of one that is not looked at again: then everything is made.
    """

    def __init__(self, root: Path | None) -> None:
        self.folder = None if root is None else folder_of(root) / "kept"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and self.folder == other.folder

    def __hash__(self) -> int:
        return hash(self.folder)

    def get(self, name: str, made_from: tuple[str, ...], make: Callable[[], T]) -> T:
        """What `make` makes, or made when all was as it is: this code, and what it is made from.

        Arguments:
            name: Of what; the last of each name is kept.
            made_from: All that it depends on beside the code of this package, as texts or hashes of texts.
            make: Makes it, of types that can be pickled.

        Returns:
            An object of its own at every call.
        """
        if self.folder is None:
            return make()
        key = hashlib.sha256("\0".join((_code(), *made_from)).encode("utf-8", "surrogateescape")).digest()
        path = self.folder / name
        with suppress(Exception):  # it is not there, or whatever a file that is none of ours can hold
            kept = path.read_bytes()
            if kept.startswith(key):
                found: T = pickle.loads(memoryview(kept)[_KEY:])
                return found
        made = make()
        with suppress(OSError):  # nowhere to keep it: it is made again next time
            write_atomically(path, key + pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
        return made
