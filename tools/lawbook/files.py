"""Files written whole or not at all, and only where they belong."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


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


def ensure_own_build(root: Path) -> None:
    """See to it that what is made of the book at `root` goes into a folder of its own, `build`.

    Raises:
        NotADirectoryError: `build` is a file, or leads out of the book.
    """
    for path in (root / "build", root / "build" / "site"):
        if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
            raise NotADirectoryError(
                f"found {path} to be a link out of the book, to {path.resolve()}, expected a folder of its own: "
                "remove the link"
            )
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(f"found the file {path}, expected a folder, or nothing: move it away")
