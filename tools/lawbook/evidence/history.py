"""What changed about an entry's predictions, bands and protocols since it was written, and when: read out of git."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Literal

from lawbook.evidence.commits import Commits, Touch, commits_of
from lawbook.evidence.edits import Edit, Statements, edits, read
from lawbook.reference.kept import Kept

Notebook = Literal["before", "same commit", "later", "none"]


@dataclass(frozen=True)
class Change:
    """A commit that changed what an entry predicts or how it is measured.

    Attributes:
        date: The author's day in UTC, such as `2026-11-24`; nothing for what is not committed yet.
        commit: Twelve digits of the commit; nothing for what is not committed yet.
        what: The single edits, at least one.
        after_confirmation: Whether an earlier commit holds the results of confirming seeds.
        notebook: For the change that wrote the entry: whether the notebook was there before, came in the same commit,
            or later. Of an entry that is not committed, `same commit` says that the notebook is not either. None for
            any other change.
    """

    date: str
    commit: str
    what: tuple[Edit, ...]
    after_confirmation: bool
    notebook: Notebook | None = None


def history(root: Path, paper: str, family: str) -> tuple[Change, ...]:
    """The changes of one entry.

    Arguments:
        root: The folder of the book.
        paper: The id of the paper.
        family: The folder of its entry in `references/`.

    Returns:
        The changes, newest first; the last one wrote the entry. None of them where there is no git or no repository,
        and only those since the cut in a shallow clone: `is_complete` tells.

    Examples:
        >>> from pathlib import Path
        >>> from lawbook.evidence.history import history
        >>> history(Path("/nowhere"), "cohen2021", "stability")
        ()
    """
    return histories(root, {paper: family})[paper]


def histories(root: Path, families: Mapping[str, str]) -> dict[str, tuple[Change, ...]]:
    """The changes of many entries, for little more than those of one.

    What has been read is kept in memory until another commit is checked out, so only files that have changed in the
    work tree are read anew.

    Arguments:
        root: The folder of the book.
        families: The family of each paper.

    Returns:
        The changes of each paper, as `history` gives them.
    """
    root = root.resolve()
    commits = commits_of(root)
    if commits is None:
        return dict.fromkeys(families, ())
    known = _books.get(root)
    if known is None or known.commits is not commits:
        known = _books[root] = _Book(commits)
    known.learn(families.items())
    return {paper: known.changes(paper, family) for paper, family in families.items()}


def is_complete(root: Path) -> bool:
    """Whether git knows the whole history of the entries at `root`.

    Arguments:
        root: The folder of the book.

    Returns:
        False where there is no git or no repository, where the repository does not hold the entries, or where the
        clone is shallow or without old files.
    """
    commits = commits_of(root.resolve())
    return commits is not None and not commits.shallow and not commits.is_partial


_statements: dict[str, Statements | None] = {}  # by blob, whose content never changes


@dataclass(frozen=True)
class _Committed:
    """The history of one entry without the work tree."""

    changes: tuple[Change, ...]
    stated: Statements | None  # in the commit that is checked out
    notebook: bool
    confirmed: bool


class _Book:
    """The histories of a book's entries, up to one commit."""

    def __init__(self, commits: Commits) -> None:
        self.commits = commits
        self.kept = Kept(commits.root)
        self.committed: dict[tuple[str, str], _Committed] = {}

    def learn(self, entries: Iterable[tuple[str, str]]) -> None:
        """Read the histories of entries, all their old files at once."""
        missing = [entry for entry in entries if entry not in self.committed]
        touches = {entry: self.commits.touches(_entry_file(*entry)) for entry in missing}
        blobs = {
            paper: sorted({blob for touch in found for blob in (*touch.before, touch.after) if blob})
            for (paper, _), found in touches.items()
        }
        raw = cache(lambda: self.commits.blobs(sorted({blob for found in blobs.values() for blob in found})))
        for paper, found in blobs.items():
            if any(blob not in _statements for blob in found):
                _statements.update(self.kept.get(f"{paper}.history", tuple(found), partial(_read, found, raw)))
        for entry, touched in touches.items():
            self.committed[entry] = self._committed(*entry, touched)

    def _committed(self, paper: str, family: str, touches: tuple[Touch, ...]) -> _Committed:
        notebook = self.commits.touches(f"notebooks/{family}/{paper}.py")
        confirmations = self.commits.touches(f"notebooks/{family}/{paper}.confirmed.json")
        confirmed = self.commits.after({touch.commit.id for touch in confirmations})
        found: list[Change] = []
        stated: dict[str, Statements | None] = {"": None}  # of each version; of one that cannot be read, the one before
        for touch in reversed(touches):
            olds = [stated.get(blob, _statements.get(blob)) for blob in touch.before]
            before = [old for old in olds if old is not None]
            read_now = _statements.get(touch.after)
            if touch.after and read_now is None:
                stated[touch.after] = before[0] if before else None
                continue
            stated[touch.after] = read_now
            what = _common([edits(old, read_now or {}) for old in before or [{}]])
            if not what or touch.commit.id in self.commits.shallow:
                continue
            first = None if before else self._order(notebook, touch)
            change = Change(touch.commit.date, touch.commit.id[:12], what, touch.commit.id in confirmed, first)
            found.append(change)
        return _Committed(
            changes=tuple(reversed(found)),
            stated=stated[touches[0].after] if touches else None,
            notebook=bool(notebook and notebook[0].after),
            confirmed=bool(confirmations),
        )

    def _order(self, notebook: tuple[Touch, ...], entry: Touch) -> Notebook:
        """Whether the notebook came before the entry."""
        if not notebook:
            return "none"
        written = notebook[-1].commit.id
        if written == entry.commit.id:
            return "same commit"
        return "before" if entry.commit.id in self.commits.after({written}) else "later"

    def changes(self, paper: str, family: str) -> tuple[Change, ...]:
        """The changes of an entry, with those that are in the work tree only."""
        known = self.committed[paper, family]
        has_notebook = (self.commits.root / f"notebooks/{family}/{paper}.py").is_file()
        found = tuple(
            replace(change, notebook="later") if change.notebook == "none" and has_notebook else change
            for change in known.changes
        )
        now = self._in_the_work_tree(_entry_file(paper, family))
        what = edits(known.stated or {}, now) if now is not None else ()
        if not what:
            return found
        first: Notebook | None = None
        if known.stated is None:
            first = "before" if known.notebook else "same commit" if has_notebook else "none"
        return (Change("", "", what, known.confirmed, first), *found)

    def _in_the_work_tree(self, path: str) -> Statements | None:
        try:
            raw = (self.commits.root / path).read_bytes()
        except OSError:
            return None
        blob = hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
        if blob not in _statements:
            _statements[blob] = read(raw)
        return _statements[blob]


def _read(blobs: Iterable[str], raw: Callable[[], Mapping[str, bytes]]) -> dict[str, Statements | None]:
    contents = raw()  # of all entries at once: each command of git takes as long
    return {blob: read(contents[blob]) for blob in blobs if blob in contents}


_books: dict[Path, _Book] = {}


def _entry_file(paper: str, family: str) -> str:
    return f"references/{family}/{paper}.yml"


def _common(found: list[tuple[Edit, ...]]) -> tuple[Edit, ...]:
    """What a merge itself changed: the edits that lead to the same from each of its parents."""
    ends = [{(edit.check, edit.kind, edit.after) for edit in what} for what in found[1:]]
    return tuple(edit for edit in found[0] if all((edit.check, edit.kind, edit.after) in end for end in ends))
