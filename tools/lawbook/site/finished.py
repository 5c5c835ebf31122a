"""Whether a finished site is what would be made again: then there is nothing to do.

Everything that a site is made from has one fingerprint, kept beside the site with the size and the time of each of its
files. Executed notebooks count by size and time too, all else by content.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lawbook.files import write_atomically
from lawbook.reference.root import PACKAGE

FOLDERS = ("docs", "notebooks", "references", "tools")
_ELSEWHERE = re.compile(r"!ENV|^(?:INHERIT|hooks)\s*:", re.MULTILINE)  # settings that reach beyond these folders


class Finished:
    """A site, and what it was made from.

    Arguments:
        root: The folder of the book.
        site: The folder of the site.
        options: What else it depends on, as JSON data.
    """

    def __init__(self, root: Path, site: Path, options: Mapping[str, Any]) -> None:
        self.root, self.site, self.options = root, site, options
        self.mark = root / "build" / "cache" / "site" / f"finished-{site.name}.json"
        self.made_from = self._made_from()

    def stands(self) -> bool:
        """Whether the site is there, untouched, and made from what is there now."""
        try:
            kept = json.loads(self.mark.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(kept == {"made_from": self.made_from, "files": _stamps(self.site)})

    def keep(self) -> None:
        """Remember that it is finished, if nothing has changed since this began."""
        if self.made_from is not None and self.made_from == self._made_from():
            made = {"made_from": self.made_from, "files": _stamps(self.site)}
            write_atomically(self.mark, json.dumps(made))

    def _made_from(self) -> str | None:
        """The fingerprint; None where settings depend on what is not looked at."""
        settings = self.root / "mkdocs.yml"
        if not settings.is_file() or _ELSEWHERE.search(settings.read_text(encoding="utf-8", errors="replace")):
            return None
        told = [self.options, sys.version, _installed(), _commit(self.root), _stamps(self.root / "build" / "runs")]
        hashed = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        for path in self._files():
            hashed.update(f"{path}\0".encode("utf-8", "surrogateescape") + path.read_bytes() + b"\0")
        return hashed.hexdigest()

    def _files(self) -> Iterator[Path]:
        yield from sorted(path for path in self.root.iterdir() if path.is_file())
        for folder in dict.fromkeys([*(self.root / name for name in FOLDERS), PACKAGE]):
            yield from _below(folder)


def _below(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (path for name in sorted(names) if (path := Path(where, name)).is_file())


def _stamps(folder: Path) -> dict[str, list[int]]:
    found = {}
    for path in _below(folder):
        about = path.stat()
        found[path.relative_to(folder).as_posix()] = [about.st_size, about.st_mtime_ns]
    return found


def _installed() -> list[str]:
    """The packages that can be imported, with their versions: the folders that say so."""
    return sorted(path.name for entry in sys.path if entry for path in Path(entry).glob("*.dist-info"))


def _commit(root: Path) -> str:
    """The commit that the history ends at; nothing where there is no git or no repository."""
    try:
        asked = ["git", "rev-parse", "HEAD", "--is-shallow-repository"]
        return subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
