"""What is kept between processes is what would be made, and what cannot be read is made again."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from lawbook.evidence import keys
from lawbook.reference import catalog as catalogs
from lawbook.reference import kept, rules
from lawbook.reference.checked import load_checked
from lawbook.reference.kept import Kept


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept.VARIABLE, str(tmp_path / "cache"))


def test_it_is_made_once_for_what_it_is_made_from(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> list[int]:
        made.append(0)
        return [len(made)]

    found = Kept(tmp_path)
    assert [found.get("a", ("x",), make) for _ in range(3)] == [[1], [1], [1]]
    assert Kept(tmp_path).get("a", ("x",), make) == [1]
    assert found.get("a", ("y",), make) == [2]
    assert found.get("a", ("x",), make) == [3]  # the last of each name is kept
    assert found.get("a", ("x", ""), make) == [4]
    assert Kept(tmp_path / "other").get("a", ("x",), make) == [5]
    assert [Kept(None).get("a", ("x",), make) for _ in range(2)] == [[6], [7]]


def test_each_call_has_an_object_of_its_own(tmp_path: Path) -> None:
    found = Kept(tmp_path)
    for _ in range(3):
        given = found.get("a", (), list[int])
        assert given == []
        given.append(1)


@pytest.mark.parametrize("damage", [b"", b"\x80", pickle.dumps("of another shape")[:-3], b"cos\nnothing\n."])
def test_what_cannot_be_read_is_made_again(tmp_path: Path, damage: bytes) -> None:
    found = Kept(tmp_path)
    found.get("a", (), lambda: 1)
    (path,) = (tmp_path / "cache").rglob("a")
    path.write_bytes(path.read_bytes()[: kept._KEY] + damage)
    assert found.get("a", (), lambda: 2) == 2
    assert found.get("a", (), lambda: 3) == 2


def test_nowhere_to_keep_it_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(kept.VARIABLE, str(tmp_path / "file"))
    assert [Kept(tmp_path).get("a", (), lambda n=n: n) for n in range(2)] == [0, 1]


def test_other_code_keeps_nothing_of_this(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Kept(tmp_path).get("a", (), lambda: 1)
    monkeypatch.setattr(kept, "_code", lambda: "another")
    assert Kept(tmp_path).get("a", (), lambda: 2) == 2


def test_a_book_as_it_was_kept_is_the_book(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = catalogs.load(tiny, keep=False)
    first = load_checked(tiny)
    monkeypatch.setattr(catalogs, "read_entry", None)  # which nobody asks for now
    again = load_checked(tiny)
    for catalog, problems in (first, again):
        assert problems == fresh[1] == []
        assert catalog.entries == fresh[0].entries
        assert catalog.works == fresh[0].works
        assert keys.prediction_key(catalog, "halving2001") == keys.prediction_key(fresh[0], "halving2001")


def test_a_problem_is_told_as_often_as_it_is_looked_for_and_no_longer(tiny: Path) -> None:
    entry = tiny / "references/scaling/halving2001.yml"
    notebook = tiny / "notebooks/scaling/halving2001.py"
    texts = entry.read_text(), notebook.read_text()
    entry.write_text(texts[0].replace("predicted: 0.5", "predicted: half", 1).replace("[@", "[@no", 1))
    notebook.write_text(texts[1] + "\n# %%\nlaw.check('never')\n")
    told = load_checked(tiny)[1]
    assert len(told) >= 2
    assert load_checked(tiny)[1] == told
    assert {(problem.line > 1, problem.column > 0) for problem in told} == {(True, True)}
    entry.write_text(texts[0])
    notebook.write_text(texts[1])
    assert load_checked(tiny)[1] == []


def test_the_notation_counts_for_every_entry(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = rules.read_entry
    monkeypatch.setattr(catalogs, "read_entry", lambda doc, *rest: (read.append(doc.file), plain(doc, *rest))[1])
    load_checked(tiny)
    load_checked(tiny)
    once = len(read)
    assert once == len(set(read)) >= 2
    path = tiny / "references/notation.yml"
    path.write_text(path.read_text() + "# more\n")
    load_checked(tiny)
    assert len(read) == 2 * once


def test_an_entry_that_is_not_of_its_file_is_not_taken_for_it(tiny: Path) -> None:
    catalog, _ = catalogs.load(tiny)
    before = keys.prediction_key(catalog, "halving2001")
    entry = catalog.entries["halving2001"]
    name, law = next(iter(entry.laws.items()))
    changed = law.model_copy(update={"checks": {}})
    catalog.entries["halving2001"] = entry.model_copy(update={"laws": {**entry.laws, name: changed}})
    assert keys.prediction_key(catalog, "halving2001") != before
