"""Who has worked on an entry, and when, out of small git repositories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lawbook.evidence.contributors import Work, work_on

if TYPE_CHECKING:
    from conftest import Repository

ENTRY = "references/scaling/halving2001.yml"
NOTEBOOK = "notebooks/scaling/halving2001.py"
FAMILIES = {"halving2001": "scaling"}


def test_names_without_addresses_in_the_order_of_their_first_commit(repository: Repository) -> None:
    repository.commit({ENTRY: "a: 1"})
    commit(repository, NOTEBOOK, "Bea <i>Ünal</i>")
    commit(repository, ENTRY, "A")
    commit(repository, "references/scaling/other2002.yml", "Nobody Else")
    work = work_on(repository.root, FAMILIES)["halving2001"]
    assert work.names == ("A", "Bea iÜnal/i")  # git takes the brackets out
    assert work.written <= work.changed
    assert work_on(repository.root, {"other2002": "scaling"})["other2002"].names == ("Nobody Else",)


def commit(repository: Repository, path: str, author: str) -> None:
    """Commit a change of one file as somebody."""
    repository.write(path, f"# of {author}, {repository.hours}")
    repository.hours += 1
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "a step", GIT_AUTHOR_NAME=author)


def test_without_git_nothing_is_known(tmp_path: Path) -> None:
    assert work_on(tmp_path, FAMILIES) == {"halving2001": Work()}
