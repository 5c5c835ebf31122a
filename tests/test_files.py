"""Files are written whole or not at all, and read only where they are plain files of the book."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from lawbook import files


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "file.json"
    files.write_atomically(path, "old")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        files.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    os.chdir(path.parent)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def _link_out(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def _link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _long(path: Path) -> None:
    path.write_bytes(b"a" * 101)


SPECIAL: list[tuple[Callable[[Path], object], str]] = [
    (_pipe, "found a named pipe, expected a file"),
    (_socket, "found a socket, expected a file"),
    (Path.mkdir, "found a folder, expected a file"),
    (_link_out, "found a link that leads out of the book, to /etc/hostname"),
    (_link_to_device, "found a link that leads out of the book, to /dev/zero"),
    (_long, "found 101 bytes, expected at most 100"),
]


@pytest.mark.parametrize(("make", "message"), SPECIAL, ids=[m.__name__ for m, _ in SPECIAL])
def test_what_is_no_plain_file_of_the_book_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], object], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.yml"
    make(path)
    with pytest.raises(files.RefusedFileError, match=message):
        files.read_bytes(path, inside=tmp_path, limit=100)


def test_a_device_and_a_file_in_a_linked_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(files.RefusedFileError, match="found a device, expected a file"):
        files.read_bytes(Path("/dev/zero"), inside=Path("/"), limit=100)
    book, outside = tmp_path / "book", tmp_path / "outside"
    book.mkdir()
    outside.mkdir()
    (outside / "x.yml").write_text("a: 1")
    (book / "scaling").symlink_to(outside)
    with pytest.raises(files.RefusedFileError, match="leads out of the book"):
        files.read_bytes(book / "scaling" / "x.yml", inside=book, limit=100)


def test_links_inside_the_book_and_links_in_a_ring(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("text")
    (tmp_path / "y").symlink_to("x")
    assert files.read_bytes(tmp_path / "y", inside=tmp_path, limit=4) == b"text"
    _link_to_itself(tmp_path / "z")
    with pytest.raises(files.RefusedFileError, match="leads round to itself"):
        files.read_bytes(tmp_path / "z", inside=tmp_path, limit=4)


def test_what_is_no_file_of_a_folder_is_told_whatever_its_name(tmp_path: Path) -> None:
    book = tmp_path / "book"
    (book / "deep").mkdir(parents=True)
    (book / "deep" / "x.yml").write_text("a: 1")
    (book / "deep" / "inside").symlink_to("x.yml")
    assert list(files.foreign(book, inside=book)) == []
    _pipe(book / "deep" / "pipe")
    _link_out(book / "out")
    _link_out(book / ".#lock")  # an editor's own
    _link_to_itself(book / "ring")
    (book / "gone").symlink_to("nothing")
    found = {path.relative_to(book).as_posix(): what for path, what in files.foreign(book, inside=book)}
    assert list(found) == ["gone", "out", "ring", "deep/pipe"]
    assert "cannot be read" in found["gone"]
    assert "leads out of the book" in found["out"]
    assert "leads round to itself" in found["ring"]
    assert found["deep/pipe"] == "found a named pipe, expected a file"


@pytest.mark.parametrize(
    "part", ["build", "build/cache", "build/runs", "build/site", "build/runs/a2001", "build/cache/x"]
)
def test_what_is_written_to_leads_nowhere_else(tmp_path: Path, part: str) -> None:
    book, outside = tmp_path / "book", tmp_path / "outside"
    for folder in (book, outside, (book / part).parent):
        folder.mkdir(parents=True, exist_ok=True)
    files.ensure_own_build(book)
    (book / part).symlink_to(outside)
    with pytest.raises(NotADirectoryError, match=f"found [^ ]*/{part} to be a link out of the book, to .*outside"):
        files.ensure_own_build(book)
    assert list(outside.iterdir()) == []
    (book / part).unlink()
    (book / "shared").mkdir()
    (book / part).symlink_to(book / "shared")
    files.ensure_own_build(book)


@pytest.mark.parametrize("part", ["build", "build/cache", "build/runs", "build/site"])
def test_a_file_where_a_folder_should_be(tmp_path: Path, part: str) -> None:
    (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / part).write_text("")
    with pytest.raises(NotADirectoryError, match=f"found the file [^ ]*/{part}, expected a folder, or nothing"):
        files.ensure_own_build(tmp_path)


def test_the_name_of_a_file_is_one_line_that_can_be_printed() -> None:
    assert files.printable("a\n\u202e\udcff é") == "a\\n\\u202e\\udcff é"
