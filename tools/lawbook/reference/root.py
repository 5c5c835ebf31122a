"""Where the book is: the root given, the one the environment names, the clone around us, or the package's own copy."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "LAWBOOK_ROOT"
MARK = "references/families.yml"
PACKAGE = Path(__file__).resolve().parents[1]


def find_root(root: str | Path | None = None) -> Path:
    """The folder that holds `references/`.

    Looked for in this order: `root`; the environment variable `LAWBOOK_ROOT`; the working folder and those above it;
    the book that came with the package.

    Raises:
        FileNotFoundError: `root` or `LAWBOOK_ROOT` is no such folder (neither is passed over), or there is none at all.
    """
    found = _named(root) or _around() or own_book()
    if found is None:
        raise FileNotFoundError(
            f"found no {MARK} at or above {Path.cwd()}, and this installation of lawbook carries no book; "
            f"give root= or set {VARIABLE}"
        )
    return found


def find_clone() -> Path:
    """The same for what writes: the book must be the one named in `LAWBOOK_ROOT`, or around the working folder.

    Raises:
        FileNotFoundError: There is none.
    """
    found = _named(None) or _around()
    if found is None:
        raise FileNotFoundError(
            f"found no {MARK} at or above {Path.cwd()}, expected a clone of Lawbook: work inside one, or name its "
            f"folder in {VARIABLE}"
        )
    return found


def _named(root: str | Path | None) -> Path | None:
    for given, source in ((root, "root="), (os.environ.get(VARIABLE), VARIABLE)):
        if given:
            if not _is_book(Path(given)):
                raise FileNotFoundError(f"found no {MARK} in {given} ({source}), expected the root of a book")
            return Path(given).resolve()
    return None


def _around() -> Path | None:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if _is_book(folder)), None)


def own_book() -> Path | None:
    """The book that came with the package: inside it when installed, around it in a clone; None when there is none."""
    return next((folder for folder in (PACKAGE / "book", PACKAGE.parents[1]) if _is_book(folder)), None)


def is_packaged(root: Path) -> bool:
    """Whether `root` is the copy inside an installed package, which is only read."""
    return root == PACKAGE / "book"


def _is_book(folder: Path) -> bool:
    return (folder / MARK).is_file()
