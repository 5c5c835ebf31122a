"""Who has worked on an entry and its notebook, and when last: names out of git, no addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lawbook.evidence.commits import Commits, Touch, commits_of


@dataclass(frozen=True)
class Work:
    """The work on an entry and its notebook.

    Attributes:
        written: The day on which the first of the two was committed; nothing where git does not know.
        changed: The day of the last commit that touched either; nothing where git does not know.
        names: Whoever has touched either, in the order of their first commit.
    """

    written: str = ""
    changed: str = ""
    names: tuple[str, ...] = ()


def work_on(root: Path, families: Mapping[str, str]) -> dict[str, Work]:
    """The work on many entries.

    Arguments:
        root: The folder of the book.
        families: The family of each paper.

    Returns:
        The work on each paper; empty where there is no git or no repository. What a shallow clone has cut off is not
        told: the commit at the cut seems to write everything.
    """
    commits = commits_of(root.resolve())
    if commits is None:
        return dict.fromkeys(families, Work())
    return {paper: _work(commits, paper, family) for paper, family in families.items()}


def _work(commits: Commits, paper: str, family: str) -> Work:
    files = (f"references/{family}/{paper}.yml", f"notebooks/{family}/{paper}.py")
    touches: list[Touch] = [touch for file in files for touch in commits.touches(file)]
    if not touches:
        return Work()
    order = {commit.id: place for place, commit in enumerate(commits.commits)}
    made = sorted({touch.commit.id: touch.commit for touch in touches}.values(), key=lambda commit: -order[commit.id])
    known = [commit for commit in made if commit.id not in commits.shallow]
    whole = len(known) == len(made)
    return Work(
        written=made[0].date if whole else "",
        changed=max((commit.date for commit in known), default=""),
        names=tuple(dict.fromkeys(commit.author for commit in known)),
    )
