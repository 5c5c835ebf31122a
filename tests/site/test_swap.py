"""Making a folder anew: the old one stands until the new one is whole, whatever happens meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from lawbook.site import swap
from lawbook.site.swap import replacing


def made(target: Path, text: str) -> None:
    with replacing(target) as new:
        (new / "page").write_text(text)


@pytest.mark.parametrize("exchange", [True, False])
def test_the_new_takes_the_place_of_the_old_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:  # another system than Linux
        monkeypatch.setattr(swap, "_exchanged", lambda one, other: False)
    target = tmp_path / "deep" / "site"
    made(target, "one")
    (target / "stale").write_text("of before")
    made(target, "two")
    assert {path.name: path.read_text() for path in target.iterdir()} == {"page": "two"}
    assert sorted(path.name for path in target.parent.iterdir()) == [".site.lock", "site"]


def test_what_fails_leaves_the_old(tmp_path: Path) -> None:
    target = tmp_path / "site"
    made(target, "one")
    with pytest.raises(FileNotFoundError), replacing(target) as new:
        (new / "page").write_text("half"), (new / "none" / "page").write_text("cannot be written")
    assert (target / "page").read_text() == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", "site"]


def test_a_swap_that_fails_halfway_gives_the_old_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "site"
    made(target, "one")
    monkeypatch.setattr(swap, "_exchanged", lambda one, other: False)
    rename = Path.rename

    def failing(self: Path, goal: Path) -> Path:
        if self.name == ".site.new":
            raise PermissionError(13, "Permission denied")
        return rename(self, goal)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(PermissionError):
        made(target, "two")
    assert (target / "page").read_text() == "one"


KILLED = """
import os, signal, sys
from pathlib import Path
from lawbook.site import swap
target = Path(sys.argv[1])
if sys.argv[2] == "between":
    swap._exchanged = lambda one, other: False
    rename = Path.rename
    def dying(self, goal):
        if self.name == ".site.new":
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, goal)
    Path.rename = dying
with swap.replacing(target) as new:
    (new / "page").write_text("half")
    if sys.argv[2] == "early":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["early", "between"])
def test_after_a_kill_the_next_call_clears_up_and_the_old_is_not_lost(tmp_path: Path, when: str) -> None:
    target = tmp_path / "site"
    made(target, "one")
    done = subprocess.run([sys.executable, "-c", KILLED, str(target), when], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / ".site.new").is_dir()
    if when == "early":
        assert (target / "page").read_text() == "one"
    with pytest.raises(RuntimeError), replacing(target):  # a build that fails: the old one is there all the same
        raise RuntimeError
    assert (target / "page").read_text() == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".site.lock", "site"]


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    target = tmp_path / "site"
    with replacing(target) as new:
        (new / "page").write_text("first")
        with pytest.raises(BlockingIOError, match=rf"found another build of .*site at work \(process {os.getpid()}\)"):
            made(target, "second")
        assert (new / "page").read_text() == "first"
    assert (target / "page").read_text() == "first"
    made(target, "second")


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("mine")
    with pytest.raises(NotADirectoryError, match=r"found the file .*/build, expected a folder"):
        made(tmp_path / "build" / "site", "x")
    assert (tmp_path / "build").read_text() == "mine"
