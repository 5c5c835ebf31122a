"""A folder that we write again and again, in which a reader's own files are safe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from lawbook.files import write_atomically

# What we wrote last time: path to the digests that the file may have.
MANIFEST = ".lawbook-wrote.json"


def write_folder(out: Path, files: Mapping[str, str | bytes]) -> int:
    """Make `out` hold `files`, path below it to content; files that are as they should be are not touched.

    A file of an earlier call that no longer belongs is removed. What a reader put or changed there stays: it is never
    removed, and where it stands in the way, nothing is written at all. Each file is written whole or not at all, and
    a call that was interrupted is made good by the next.

    Returns:
        How many files were written anew.

    Raises:
        FileExistsError: `out` holds files that are none of ours, or a reader's file stands in the place of one of ours.
        NotADirectoryError: `out` is a file.
    """
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(f"found the file {out}, expected a folder, or nothing, to write to")
    known = _known(out)
    if known is None and out.is_dir() and any(out.iterdir()):
        raise FileExistsError(
            f"found files in {out} that lawbook did not write, expected an empty folder, or the one of an earlier call"
        )
    known = known or {}
    digests = {path: _digest(_bytes(content)) for path, content in files.items()}
    there = {path: _digest_of(out / path) for path in sorted({*known, *files})}
    ours = {path: {None, digests[path], *known.get(path, ())} for path in sorted(files)}
    foreign = [path for path in ours if there[path] not in ours[path]]
    if foreign:
        shown = ", ".join(foreign[:5]) + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else "")
        raise FileExistsError(
            f"found files in {out} that lawbook did not write, or that were changed since, in the place of its own: "
            f"{shown}; move them away, or give another folder (nothing was written)"
        )
    changed = [path for path in sorted(files) if there[path] != digests[path]]
    # Before the first file: should this call be interrupted, the next one knows old and new for ours.
    _write_manifest(out, known | {path: {digest, *known.get(path, ())} for path, digest in digests.items()})
    for path in changed:
        write_atomically(out / path, files[path])
    for path in sorted(set(known) - set(files)):
        if there[path] in known[path]:
            (out / path).unlink()
            _remove_empty(out, (out / path).parent)
    _write_manifest(out, {path: {digest} for path, digest in digests.items()})
    return len(changed)


def _known(out: Path) -> dict[str, set[str]] | None:
    """What an earlier call wrote; None where there was none, or where its list is not to be trusted."""
    path = out / MANIFEST
    try:
        known = {str(name): set(map(str, digests)) for name, digests in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return None
    outside = [name for name in known if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts]
    return None if outside else known


def _write_manifest(out: Path, known: Mapping[str, set[str]]) -> None:
    text = json.dumps({path: sorted(digests) for path, digests in sorted(known.items())}, indent=0) + "\n"
    if _digest_of(out / MANIFEST) != _digest(text.encode()):
        write_atomically(out / MANIFEST, text)


def _remove_empty(out: Path, folder: Path) -> None:
    while folder != out and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of(path: Path) -> str | None:
    """The digest of a file, None where nothing stands, and nothing of ours where something else does."""
    if path.is_symlink() or path.is_dir():
        return ""
    return _digest(path.read_bytes()) if path.is_file() else None
