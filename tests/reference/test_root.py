"""Which book is taken: the one given, the environment's, the clone around us, the package's own; none is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from lawbook.reference import root
from lawbook.reference.api import entry


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, outside any book."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv(root.VARIABLE, raising=False)
    return folder


def another(tmp_path: Path, name: str) -> Path:
    """A folder that looks like a book."""
    families = tmp_path / name / root.MARK
    families.parent.mkdir(parents=True)
    families.write_text("")
    return tmp_path / name


def test_the_order(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, named, around = (another(tmp_path, name) for name in ("given", "named", "around"))
    assert root.find_root() == root.own_book()
    below = around / "references" / "deep"
    below.mkdir()
    monkeypatch.chdir(below)
    assert root.find_root() == around
    monkeypatch.setenv(root.VARIABLE, str(named))
    assert root.find_root() == named
    assert root.find_root(given) == given
    assert root.find_root(str(given)) == given


def test_a_name_that_is_no_book_is_not_passed_over(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileNotFoundError, match=r"found no references/families.yml in nowhere \(root=\)"):
        root.find_root("nowhere")
    monkeypatch.setenv(root.VARIABLE, "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"in elsewhere \(LAWBOOK_ROOT\), expected the root of a book"):
        root.find_root()
    with pytest.raises(FileNotFoundError, match="LAWBOOK_ROOT"):
        root.find_clone()


def test_what_writes_needs_a_clone_that_was_named_or_stood_in(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError, match="expected a clone of Lawbook"):
        root.find_clone()
    clone = another(tmp_path, "clone")
    monkeypatch.setenv(root.VARIABLE, str(clone))
    assert root.find_clone() == clone


def test_an_installation_without_a_book_says_so(empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root, "PACKAGE", tmp_path / "site-packages" / "lawbook")
    with pytest.raises(FileNotFoundError, match="this installation of lawbook carries no book"):
        root.find_root()
    assert not root.is_packaged(empty)


def test_an_entry_of_a_named_book(empty: Path, tiny: Path) -> None:
    assert entry("halving2001", root=tiny).paper == "halving2001"
    assert entry("cohen2021").paper == "cohen2021"  # of the clone that the package lies in
    with pytest.raises(KeyError, match=r"expected one of its ids \(did you mean 'halving2001'\?\)"):
        entry("halving2002", root=tiny)
