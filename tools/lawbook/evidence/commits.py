"""The commits that touched a book's entries and notebooks, read out of git for all files at once.

Two plumbing commands read them, which take their form from the flags here and not from anyone's settings.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

FOLDERS = ("references", "notebooks")
_EMPTY_TREE = {40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904"}
_EMPTY_TREE[64] = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
# What says where a repository may be found is kept; what names another one, as within a hook, is not.
_KEPT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
# Old files that a clone lacks are not fetched; either of the two says so, by the version of git.
_SET = {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_OPTIONAL_LOCKS": "0"}


@dataclass(frozen=True)
class Commit:
    """A commit, with its nearest ancestors that touched the book, too."""

    id: str
    parents: tuple[str, ...]
    tree: str
    date: str  # the author's, as an ISO day in UTC
    author: str  # by name alone, as a .mailmap has it


@dataclass(frozen=True)
class Touch:
    """What a commit did to one file."""

    commit: Commit
    before: tuple[str, ...]  # the blobs of the parents that have the file
    after: str  # its blob, or nothing where the commit takes it out


@dataclass(frozen=True)
class _Step:
    """A file in the difference of two trees; either blob may be missing."""

    before: str
    after: str
    name: str  # before


@dataclass
class Commits:
    """The commits of a book, children before their parents.

    Attributes:
        root: The folder of the book.
        commits: Those that touched the book, and the merges that brought them together.
        shallow: Those whose parents a shallow clone has left out.
        is_partial: Whether the clone has left out blobs, to be fetched when they are asked for.
    """

    root: Path
    commits: tuple[Commit, ...]
    shallow: frozenset[str]
    is_partial: bool
    _steps: dict[tuple[str, str], dict[str, _Step]] = field(repr=False)

    @cached_property
    def _trees(self) -> dict[str, str]:
        return {commit.id: commit.tree for commit in self.commits}

    def touches(self, path: str) -> tuple[Touch, ...]:
        """What happened to a file, newest first, under all the names that it has had.

        Like `git log`, this follows a merge into one parent only, where the file is as it was there.
        """
        found = []
        names = {commit.id: path for commit in self.commits[:1]}
        for commit in self.commits:
            name = names.pop(commit.id, None)
            if name is None:
                continue
            parents = commit.parents or ("",)
            steps = [self._steps[_pair(self._trees.get(parent, ""), commit.tree)].get(name) for parent in parents]
            changed = [step for step in steps if step is not None]
            if len(changed) == len(steps):
                before = tuple(step.before for step in changed if step.before)
                found.append(Touch(commit, before, changed[0].after))
                followed = list(zip(parents, (step.name for step in changed), strict=True))
            else:
                followed = [(parents[steps.index(None)], name)]
            for parent, old in followed:
                names.setdefault(parent, old)
        return tuple(found)

    def after(self, ids: Collection[str]) -> frozenset[str]:
        """The commits that have one of `ids` among their ancestors."""
        found: set[str] = set()
        for commit in reversed(self.commits):
            if any(parent in ids or parent in found for parent in commit.parents):
                found.add(commit.id)
        return frozenset(found)

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of blobs, without those that the repository lacks."""
        raw = git(self.root, "cat-file", "--batch", stdin="".join(f"{id}\n" for id in ids)) or b""
        found, at = {}, 0
        while at < len(raw):
            head, at = _until(raw, b"\n", at)
            id, *rest = head.split(" ")
            if len(rest) == 2:  # kind and size, and not `missing`
                found[id] = raw[at : at + int(rest[1])]
                at += int(rest[1]) + 1
        return found


_read: dict[Path, tuple[str, Commits]] = {}


def commits_of(root: Path) -> Commits | None:
    """The commits that touched the book at `root`, up to the one that is checked out.

    They are kept in memory until another one is.

    Returns:
        The commits; None where git, a repository or its first commit is missing, or where the repository around
        `root` does not hold its entries.
    """
    said = git(root, "rev-parse", "HEAD", "HEAD:./references", "--git-path", "shallow", "--git-path", "objects/pack")
    if said is None:
        return None
    head, _, shallow, packs = os.fsdecode(said).splitlines()
    try:
        cut = (root / shallow).read_text(encoding="ascii")
    except OSError:
        cut = ""
    known = _read.get(root)
    if known is None or known[0] != head + cut:
        found = _read_all(root, head, frozenset(cut.split()), any((root / packs).glob("*.promisor")))
        if found is None:
            return None
        known = _read[root] = (head + cut, found)
    return known[1]


def _read_all(root: Path, head: str, shallow: frozenset[str], is_partial: bool) -> Commits | None:
    order = ("--topo-order", "--parents", "--format=%T %at %aN")
    listed = git(root, "rev-list", *order, head, "--", *FOLDERS)
    if listed is None:
        return None
    lines = iter(listed.decode("utf-8", "replace").removesuffix("\n").split("\n") if listed else ())
    commits = tuple(_commit(first, second) for first, second in zip(lines, lines, strict=True))
    trees = {commit.id: commit.tree for commit in commits}
    pairs = dict.fromkeys(
        _pair(trees.get(parent, ""), commit.tree) for commit in commits for parent in commit.parents or ("",)
    )
    how = ("-r", "-z", "--raw", "--no-abbrev", "-M50%", "-l1000", "--no-ext-diff", "--no-textconv", "--relative")
    differences = git(
        root, "diff-tree", "--stdin", *how, "--", *FOLDERS, stdin="".join(f"{old} {new}\n" for old, new in pairs)
    )
    if differences is None:
        return None
    return Commits(root, commits, shallow, is_partial, {pair: {} for pair in pairs} | _steps(differences))


def _commit(first: str, second: str) -> Commit:
    _, id, *parents = first.split(" ")
    tree, seconds, author = second.split(" ", 2)
    return Commit(id, tuple(parents), tree, datetime.fromtimestamp(int(seconds), UTC).date().isoformat(), author)


def _pair(old: str, new: str) -> tuple[str, str]:
    return old or _EMPTY_TREE[len(new)], new


def _steps(raw: bytes) -> dict[tuple[str, str], dict[str, _Step]]:
    """The answer of `git diff-tree --stdin -z --raw`: a line with two trees, then the files in which they differ."""
    found: dict[tuple[str, str], dict[str, _Step]] = {}
    files: dict[str, _Step] = {}
    at = 0
    while at < len(raw):
        if raw[at : at + 1] != b":":
            line, at = _until(raw, b"\n", at)
            old, new = line.split(" ")
            files = found[old, new] = {}
            continue
        line, at = _until(raw, b"\0", at)
        _, _, before, after, status = line.split(" ")
        name, at = _until(raw, b"\0", at)
        before, after = before.strip("0") and before, after.strip("0") and after
        if status[0] == "R":
            new_name, at = _until(raw, b"\0", at)
            files[new_name] = _Step(before, after, name)
            files.setdefault(name, _Step(before, "", name))
        else:
            files[name] = _Step(before, after, name)
    return found


def _until(raw: bytes, mark: bytes, at: int) -> tuple[str, int]:
    end = raw.index(mark, at)
    return raw[at:end].decode("utf-8", "replace"), end + 1


def git(root: Path, *arguments: str, stdin: str = "") -> bytes | None:
    """What a git command prints, or None if it fails or there is no git."""
    outside = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key.startswith(_KEPT)}
    command = ["git", "--no-pager", "--no-replace-objects", *arguments]
    try:
        done = subprocess.run(
            command, cwd=root, env=outside | _SET, input=stdin.encode(), capture_output=True, check=False
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
