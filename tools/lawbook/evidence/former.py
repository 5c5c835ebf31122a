"""The book as another commit has it, to hold today's against."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lawbook.evidence import keys
from lawbook.evidence.commits import git
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.problem import nearest

PARTS = ("references", "notebooks", "tools", "requirements.lock")


class FormerError(ValueError):
    """There is no such commit, or none to compare with."""


@dataclass(frozen=True)
class Former:
    """A former state of a book.

    Attributes:
        commit: Twelve digits of the commit.
        catalog: Its entries that are sound by today's rules. Its files are there as long as the context lasts.
    """

    commit: str
    catalog: Catalog


@contextmanager
def former_book(root: Path, ref: str) -> Iterator[Former]:
    """The book of the commit in which what is checked out and `ref` have parted, in a folder of its own.

    Arguments:
        root: The folder of the book.
        ref: A branch, a tag or a commit.

    Yields:
        The book. Its fingerprints are of the code that the commit has; nothing of that code is executed.

    Raises:
        FormerError: There is no git or no repository, no such commit, or nothing in common; says which.
    """
    commit = _parted(root, ref)
    with TemporaryDirectory(prefix="lawbook-") as name:
        folder = Path(name).resolve()
        _write(root, commit, folder)
        catalog, _ = load(folder, keep=False)
        package = folder / "tools" / "lawbook"
        if package.is_dir():
            keys.take_code_from(catalog, package)
        yield Former(commit[:12], catalog)


def _parted(root: Path, ref: str) -> str:
    """The commit in which what is checked out and `ref` have parted."""
    if git(root, "rev-parse", "--verify", "HEAD") is None:
        raise FormerError(f"found no git repository with a commit in {root}, expected one to compare with")
    wanted = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if wanted is None:
        known = (git(root, "for-each-ref", "--format=%(refname:short)") or b"").decode("utf-8", "replace").split()
        raise FormerError(f"found {ref!r}, expected a branch, a tag or a commit{nearest(ref, known)}")
    common = git(root, "merge-base", "HEAD", wanted.decode().strip())
    if common is None:
        message = "expected one to compare with (in a shallow clone, git fetch --unshallow brings it)"
        raise FormerError(f"found no commit that {ref} and what is checked out have in common, {message}")
    return common.decode().strip()


def _write(root: Path, commit: str, folder: Path) -> None:
    """The files of the book in `commit`; links and anything else that is no plain file are left out."""
    listed = git(root, "ls-tree", "-z", "--name-only", f"{commit}:./") or b""  # nothing, where the book is younger
    parts = [part for part in listed.decode("utf-8", "replace").split("\0") if part in PARTS]
    packed = git(root, "archive", "--format=tar", commit, "--", *parts) if parts else None
    if packed is None:
        return
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        members = [member for member in archive.getmembers() if member.isfile() or member.isdir()]
        archive.extractall(folder, members=members, filter="data")
