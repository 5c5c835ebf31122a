"""The commits that touched a file, whatever names it has had and whatever is set in git."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lawbook.evidence.commits import commits_of

if TYPE_CHECKING:
    from conftest import Repository

A, B = "references/a/x2001.yml", "references/b/y2001.yml"
LONG = "".join(f"line {i}\n" for i in range(30))


def touched(root: Path, path: str) -> list[tuple[str, int, bool]]:
    """Each commit that touched a file, with the number of files that it was before and whether it is there after."""
    commits = commits_of(root)
    assert commits is not None
    return [(t.commit.id[:12], len(t.before), bool(t.after)) for t in commits.touches(path)]


def test_changes_of_one_file_newest_first(repository: Repository) -> None:
    first = repository.commit({A: "1", "README.md": "0"})
    repository.commit({"README.md": "1"})
    repository.commit({B: "other"})
    second = repository.commit({A: "2"})
    repository.commit({"README.md": "2"})
    assert touched(repository.root, A) == [(second, 1, True), (first, 0, True)]


def test_a_file_is_followed_to_its_old_folder(repository: Repository) -> None:
    first = repository.commit({A: LONG})
    moved = repository.commit({B: LONG + "more\n"}, remove=A)
    last = repository.commit({B: LONG + "still more\n"})
    assert touched(repository.root, B) == [(last, 1, True), (moved, 1, True), (first, 0, True)]


def test_a_file_that_takes_an_old_name_was_not_there_before(repository: Repository) -> None:
    first = repository.commit({A: LONG})
    moved = repository.commit({B: LONG}, remove=A)
    again = repository.commit({A: "quite another text\n"})
    assert touched(repository.root, A) == [(again, 0, True), (moved, 1, False), (first, 0, True)]
    assert touched(repository.root, B) == [(moved, 1, True), (first, 0, True)]


def test_a_merge_counts_only_for_what_it_changes_itself(repository: Repository) -> None:
    repository.commit({A: LONG, B: "1"})
    repository.git("checkout", "-q", "-b", "side")
    side = repository.commit({A: "side\n" + LONG})
    repository.git("checkout", "-q", "main")
    main = repository.commit({A: LONG + "main\n"})
    repository.git("merge", "-q", "--no-edit", "side")
    merge = repository.git("rev-parse", "HEAD")[:12]
    repository.git("checkout", "-q", "-b", "other")
    repository.commit({B: "2"})
    repository.git("checkout", "-q", "main")
    repository.commit({"README.md": "1"})
    repository.git("merge", "-q", "--no-edit", "other")
    found = touched(repository.root, A)
    assert found[0] == (merge, 2, True)
    assert {id for id, _, _ in found[1:3]} == {side, main}
    assert len(found) == 4


def test_a_branch_whose_change_a_merge_leaves_out_is_not_followed(repository: Repository) -> None:
    first = repository.commit({A: "1"})
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({A: "2"})
    repository.git("checkout", "-q", "main")
    repository.commit({B: "1"})
    repository.git("merge", "-q", "--no-edit", "-s", "ours", "side")
    assert touched(repository.root, A) == [(first, 0, True)]


def test_descendants(repository: Repository) -> None:
    ids = [repository.commit({A: str(i)}) for i in range(4)]
    commits = commits_of(repository.root)
    assert commits is not None
    second = next(commit.id for commit in commits.commits if commit.id.startswith(ids[1]))
    assert {id[:12] for id in commits.after({second})} == {ids[2], ids[3]}


def test_blobs_that_are_missing_are_left_out(repository: Repository) -> None:
    repository.commit({A: "text\nof two lines"})
    commits = commits_of(repository.root)
    assert commits is not None
    blob = commits.touches(A)[0].after
    assert commits.blobs([blob, "0" * 39 + "1"]) == {blob: b"text\nof two lines"}


HOSTILE = {
    "log.showSignature": "true", "log.showRoot": "false", "log.diffMerges": "off", "log.follow": "true", "log.date": "relative",
    "diff.renames": "false", "diff.renameLimit": "1", "diff.external": "false", "diff.orderFile": "/nowhere", "diff.relative": "false",
    "color.ui": "always", "core.quotePath": "true", "core.pager": "false", "format.pretty": "%s", "core.abbrev": "7", "diff.noprefix": "true",
}  # fmt: skip


def test_settings_and_environment_change_nothing(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit({A: LONG, "references/a/ö2002.yml": "1", B: LONG * 2})
    (repository.root / A).unlink()
    repository.commit({"references/c/z.yml": LONG + "1", "references/d/z.yml": LONG * 2 + "1"}, remove=B)
    plain = commits_of(repository.root)
    other = repository.root.with_name("other")
    shutil.copytree(repository.root, other)
    for key, value in HOSTILE.items():
        repository.git("-C", str(other), "config", key, value)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    hostile = commits_of(other)
    assert plain is not None
    assert hostile is not None
    assert hostile.commits == plain.commits
    for path in ("references/c/z.yml", "references/d/z.yml", "references/a/ö2002.yml"):
        assert hostile.touches(path) == plain.touches(path)
    assert len(hostile.touches("references/c/z.yml")) == len(hostile.touches("references/d/z.yml")) == 2


def test_a_book_in_a_folder_of_a_repository(repository: Repository) -> None:
    first = repository.commit({"docs/book/" + A: "1", A: "1"})
    second = repository.commit({"docs/book/" + A: "2"})
    repository.commit({A: "2"})
    assert touched(repository.root / "docs" / "book", A) == [(second, 1, True), (first, 0, True)]


def test_where_there_is_no_history(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").mkdir()
    assert commits_of(tmp_path / "plain") is None
    assert commits_of(tmp_path / "nowhere") is None
    assert commits_of(repository.root) is None  # no commit yet
    repository.commit({A: "1"})
    assert commits_of(repository.root) is not None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commits_of(repository.root) is None


def test_a_book_that_the_repository_around_it_does_not_hold(repository: Repository) -> None:
    repository.commit({A: "1", ".gitignore": ".venv/\n"})
    repository.write(".venv/book/" + A, "1")
    assert commits_of(repository.root / ".venv" / "book") is None
