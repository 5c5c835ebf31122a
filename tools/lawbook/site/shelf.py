"""What a terminal shows of the book, kept as JSON: read in a moment, and made anew when something that it depends on
has changed.

Entries, runs and code have one fingerprint. What is kept under another is as if it were not there. The wheel carries
what was made with it; a clone, or a book that `LAWBOOK_ROOT` names, has it in a folder of the user's own.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lawbook.files import write_atomically
from lawbook.reference.kept import folder_of
from lawbook.reference.root import PACKAGE, is_packaged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lawbook.evidence.record import Evidence
    from lawbook.reference.catalog import Catalog

PARTS = ("list", "search", "entries")
RECORDS = "records.json"
_FILES = ("requirements.lock", "CITATION.cff")  # that say something that is kept


class Shelf:
    """The kept parts of one book.

    Arguments:
        root: The folder of the book.
        making: Called before something is made anew, which takes seconds.
    """

    def __init__(self, root: Path, making: Callable[[], None] = lambda: None) -> None:
        self.root, self.making = root, making
        self._key = key(root)
        self._parts: dict[str, Any] = {}

    def part(self, name: str) -> Any:
        """One of `PARTS`.

        Raises:
            ValueError: It is none of them.
        """
        if name not in PARTS:
            raise ValueError(f"found {name!r}, expected one of {', '.join(PARTS)}")
        if name not in self._parts:
            found = self._kept(name)
            if found is None:
                self._parts = self._made()
            else:
                self._parts[name] = found
        return self._parts[name]

    def _kept(self, name: str) -> Any:
        for folder in (self.root, folder_of(self.root)):
            try:
                data = json.loads((folder / file_of(name)).read_bytes())
                if data["key"] == self._key:
                    return data["data"]
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not there, or none of ours
        return None

    def _made(self) -> dict[str, Any]:
        from lawbook.evidence import store
        from lawbook.reference.checked import load_checked
        from lawbook.site.shelf_parts import parts

        self.making()
        catalog, problems = load_checked(self.root)
        made = parts(catalog, store.read(catalog), problems)
        try:
            for name, text in texts(made, self._key).items():
                write_atomically(folder_of(self.root) / name, text)
        except OSError:
            pass  # nowhere to keep it: it is made again next time
        return {name: json.loads(json.dumps(made[name])) for name in PARTS}


def texts(made: Mapping[str, Any], fingerprint: str) -> dict[str, str]:
    """The name of each file to its text."""
    return {
        file_of(name): json.dumps({"key": fingerprint, "data": made[name]}, ensure_ascii=False, separators=(",", ":"))
        for name in PARTS
    }


def pack(catalog: Catalog, evidence: Mapping[str, Evidence], folder: Path) -> None:
    """Write the files that travel in a wheel with the book, unless they are there and of the same book.

    Arguments:
        catalog: The book.
        evidence: What was measured, by paper.
        folder: Where to write; the file with what was measured is there already.
    """
    from lawbook.site.shelf_parts import parts

    source = catalog.root / "tools" / "lawbook"
    fingerprint = _digest(_of_the_wheel(catalog.root, folder / RECORDS, source))
    if not all(_is_of(folder / file_of(name), fingerprint) for name in PARTS):
        for name, text in texts(parts(catalog, evidence), fingerprint).items():
            write_atomically(folder / name, text)


def _is_of(path: Path, fingerprint: str) -> bool:
    """Whether a kept file is of what has this fingerprint, by how it begins."""
    begins = json.dumps({"key": fingerprint}, separators=(",", ":"))[:-1].encode()
    return path.is_file() and path.read_bytes().startswith(begins)


def file_of(name: str) -> str:
    """The name of the file of a part."""
    return f"terminal-{name}.json"


def key(root: Path) -> str:
    """The fingerprint of all that is kept of a book: its files, this package, and which runs are on disk."""
    if is_packaged(root):
        return _digest(_of_the_wheel(root, root / RECORDS))
    return _digest([*_of_the_wheel(root, root / RECORDS), *_of_a_clone(root)])


def _of_the_wheel(root: Path, records: Path, package: Path | None = None) -> Iterator[tuple[str, bytes]]:
    """The files of the package and of the book inside it, by the names that they have there."""
    code = [(name, path) for name, path in _below(package or PACKAGE, ".py") if not name.startswith("book/")]
    yield from ((f"package/{name}", path.read_bytes()) for name, path in code)
    for folder in ("references", "notebooks"):
        for suffix in (".yml", ".bib", ".txt", ".py", ".json"):
            yield from ((f"{folder}/{name}", path.read_bytes()) for name, path in _below(root / folder, suffix))
    yield RECORDS, records.read_bytes() if records.is_file() else b""


def _of_a_clone(root: Path) -> Iterator[tuple[str, bytes]]:
    """What else counts there: the version of Python, which a run depends on, and the runs by size and time."""
    yield "python", repr(sys.version_info[:2]).encode()
    for file in _FILES:
        yield file, (root / file).read_bytes() if (root / file).is_file() else b""
    for name, path in _below(root / "build" / "runs", ".ipynb"):
        found = path.stat()
        yield name, f"{found.st_size} {found.st_mtime_ns} {found.st_ino}".encode()


def _below(folder: Path, suffix: str) -> list[tuple[str, Path]]:
    """The files of a folder with this ending, and their names from there, sorted; an editor's own are left out."""
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        paths = [Path(where, name) for name in names if name.endswith(suffix) and not name.startswith(".")]
        found += [(path.relative_to(folder).as_posix(), path) for path in paths if path.is_file()]
    return sorted(found)


def _digest(parts: Iterator[tuple[str, bytes]] | list[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in parts:
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
    return digest.hexdigest()
