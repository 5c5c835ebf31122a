"""A folder written again and again: what is ours follows, what is a reader's stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lawbook.site import folder
from lawbook.site.folder import MANIFEST, write_folder


def names(out: Path) -> set[str]:
    """Every file below `out`, without our list."""
    return {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} - {MANIFEST}


def test_only_what_has_changed_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert write_folder(out, {"a.md": "a", "deep/b.svg": b"b"}) == 2
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    assert write_folder(out, {"a.md": "a", "deep/b.svg": b"b"}) == 0
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()} == before
    assert write_folder(out, {"a.md": "a", "deep/b.svg": b"c"}) == 1
    assert (out / "a.md").stat().st_mtime_ns == before[out / "a.md"]
    assert (out / "deep/b.svg").read_bytes() == b"c"


def test_what_no_longer_belongs_is_removed_if_it_is_as_we_wrote_it(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.md": "a", "gone/b.md": "b", "gone/too/c.md": "c", "kept/d.md": "d"})
    (tmp_path / "kept/own.md").write_text("a reader's")
    (tmp_path / "gone/b.md").write_text("a reader's now")
    write_folder(tmp_path, {"a.md": "a"})
    assert names(tmp_path) == {"a.md", "gone/b.md", "kept/own.md"}
    assert not (tmp_path / "gone/too").exists()
    write_folder(tmp_path, {"a.md": "a"})  # no longer ours, so no longer looked at
    assert names(tmp_path) == {"a.md", "gone/b.md", "kept/own.md"}


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(FileExistsError, match="that lawbook did not write, expected an empty folder"):
        write_folder(tmp_path, {"a.md": "a"})
    assert names(tmp_path) == {"thesis.tex"}
    with pytest.raises(NotADirectoryError, match="expected a folder"):
        write_folder(tmp_path / "thesis.tex", {"a.md": "a"})


@pytest.mark.parametrize("stands", ["file", "edited", "folder", "link"])
def test_a_readers_file_in_the_place_of_ours_is_not_overwritten(tmp_path: Path, stands: str) -> None:
    write_folder(tmp_path, {"a.md": "a", "b.md": "b"})
    if stands == "edited":
        (tmp_path / "b.md").write_text("b, edited")
    elif stands == "file":
        (tmp_path / "c.md").write_text("a reader's")
    elif stands == "folder":
        (tmp_path / "c.md").mkdir()
    else:
        (tmp_path / "c.md").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError, match=r"in the place of its own: [bc]\.md; move them away"):
        write_folder(tmp_path, {"a.md": "new", "b.md": "new", "c.md": "new"})
    assert (tmp_path / "a.md").read_text() == "a"


def test_an_interrupted_call_is_made_good_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path, {"a.md": "1", "b.md": "1", "old.md": "1"})
    real = folder.write_atomically

    def dies(path: Path, content: str | bytes) -> None:
        if path.name == "b.md":
            raise KeyboardInterrupt
        real(path, content)

    monkeypatch.setattr(folder, "write_atomically", dies)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path, {"a.md": "2", "b.md": "2"})
    monkeypatch.undo()
    assert write_folder(tmp_path, {"a.md": "3", "b.md": "3"}) == 2
    assert names(tmp_path) == {"a.md", "b.md"}


def test_a_list_that_leads_outside_is_not_trusted(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(out, {"a.md": "a"})
    (tmp_path / "precious").write_text("mine")
    known = json.loads((out / MANIFEST).read_text())
    (out / MANIFEST).write_text(json.dumps(known | {"../precious": known["a.md"]}))
    with pytest.raises(FileExistsError, match="did not write"):
        write_folder(out, {"a.md": "a"})
