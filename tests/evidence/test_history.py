"""What changed about an entry, and when, out of small git repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lawbook.evidence import history as module
from lawbook.evidence.edits import Edit
from lawbook.evidence.history import Change, histories, history, is_complete

if TYPE_CHECKING:
    from conftest import Repository

ENTRY = "references/scaling/halving2001.yml"
NOTEBOOK = "notebooks/scaling/halving2001.py"
CONFIRMED = "notebooks/scaling/halving2001.confirmed.json"


def entry(predicted: object = 0.5, band: str = "{rel: 0.1}", measures: str = "slope", more: str = "") -> str:
    """An entry with a check and a control."""
    return f"""paper: halving2001
laws:
  main:
    checks:
      falls:
        measures: {measures}
        predicted: {predicted}
        tolerance: {band}
        rival: {{value: 1.0, says: as fast as it can}}
    controls:
      copies: {{breaks: independent, measures: the same of copies, must-miss: falls}}
{more}"""


WRITTEN = (Edit("falls", "added", "", "check"), Edit("copies", "added", "", "control"))


def changes(repository: Repository) -> tuple[Change, ...]:
    """The history of the one entry."""
    return history(repository.root, "halving2001", "scaling")


def test_the_changes_of_an_entry(repository: Repository) -> None:
    first = repository.commit({ENTRY: entry(), NOTEBOOK: "# 1"})
    second = repository.commit({ENTRY: entry(band="{rel: 0.06}")})
    repository.commit({ENTRY: entry(band="{rel: 0.06}", more="intuition: words"), NOTEBOOK: "# 2"})
    third = repository.commit({ENTRY: entry(0.25, "{rel: 0.06}", "steepness")})
    assert changes(repository) == (
        Change(
            "2026-11-01",
            third,
            (Edit("falls", "prediction", "0.5", "0.25"), Edit("falls", "protocol", "slope", "steepness")),
            after_confirmation=False,
        ),
        # half past midnight and half past one, two hours east of Greenwich
        Change("2026-10-31", second, (Edit("falls", "band", "± 10 %", "± 6 %"),), after_confirmation=False),
        Change("2026-10-31", first, WRITTEN, after_confirmation=False, notebook="same commit"),
    )


def test_after_a_confirmation(repository: Repository) -> None:
    repository.commit({ENTRY: entry(), NOTEBOOK: "#"})
    repository.commit({ENTRY: entry(0.4)})
    repository.commit({ENTRY: entry(0.3), CONFIRMED: "{}"})  # confirmed is what stands beside it
    repository.commit({ENTRY: entry(0.2)})
    repository.commit(remove=CONFIRMED)
    repository.commit({ENTRY: entry(0.1)})
    repository.write(ENTRY, entry(0.0))
    assert [change.after_confirmation for change in changes(repository)] == [True, True, True, False, False, False]


def test_a_confirmation_on_a_branch_counts_once_it_is_merged(repository: Repository) -> None:
    repository.commit({ENTRY: entry(), NOTEBOOK: "#"})
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({CONFIRMED: "{}"})
    repository.git("checkout", "-q", "main")
    repository.commit({ENTRY: entry(0.4)})
    repository.git("merge", "-q", "--no-edit", "side")
    repository.commit({ENTRY: entry(0.3)})
    assert [change.after_confirmation for change in changes(repository)] == [True, False, False]


@pytest.mark.parametrize(
    ("steps", "order"),
    [
        ([{NOTEBOOK: "#"}, {ENTRY: entry()}], "before"),
        ([{NOTEBOOK: "#", ENTRY: entry()}], "same commit"),
        ([{ENTRY: entry()}, {NOTEBOOK: "#"}, {NOTEBOOK: "# 2"}], "later"),
        ([{ENTRY: entry()}], "none"),
    ],
)
def test_whether_the_notebook_was_there_first(repository: Repository, steps: list[dict[str, str]], order: str) -> None:
    for files in steps:
        repository.commit(files)
    assert [change.notebook for change in changes(repository)] == [order]


def test_a_notebook_that_is_not_committed_comes_later(repository: Repository) -> None:
    repository.commit({ENTRY: entry()})
    assert changes(repository)[0].notebook == "none"
    repository.write(NOTEBOOK, "#")
    assert changes(repository)[0].notebook == "later"


def test_what_is_not_committed_yet(repository: Repository) -> None:
    repository.commit({ENTRY: entry(), NOTEBOOK: "#"})
    assert len(changes(repository)) == 1
    repository.write(ENTRY, entry(0.25))
    now, _ = changes(repository)
    assert now == Change("", "", (Edit("falls", "prediction", "0.5", "0.25"),), after_confirmation=False)
    repository.git("add", "-A")
    assert changes(repository)[0] == now
    repository.write(ENTRY, entry().replace("\n", "\r\n"))
    assert len(changes(repository)) == 1


@pytest.mark.parametrize(("committed", "written", "order"), [(True, False, "before"), (False, True, "same commit"), (False, False, "none")])  # fmt: skip
def test_an_entry_that_is_not_committed_at_all(
    repository: Repository, committed: bool, written: bool, order: str
) -> None:
    repository.commit({"references/families.yml": "{}"} | ({NOTEBOOK: "#"} if committed else {}))
    repository.write(ENTRY, entry())
    if written:
        repository.write(NOTEBOOK, "#")
    assert changes(repository) == (Change("", "", WRITTEN, after_confirmation=False, notebook=order),)  # type: ignore[arg-type]


def test_a_version_that_is_no_yaml_is_passed_over(repository: Repository) -> None:
    repository.commit({ENTRY: "laws: ["})
    first = repository.commit({ENTRY: entry()})
    repository.commit({ENTRY: "laws: {"})
    repository.commit({ENTRY: "laws: }"})
    second = repository.commit({ENTRY: entry(0.4)})
    repository.write(ENTRY, "laws: ]")
    assert [(change.commit, len(change.what)) for change in changes(repository)] == [(second, 1), (first, 2)]


def test_an_entry_in_a_new_folder_keeps_its_history(repository: Repository) -> None:
    old = "references/old/halved2001.yml"
    more = "intuition: |\n" + "".join(f"  line {i}\n" for i in range(40))
    confirmed = "notebooks/old/halved2001.confirmed.json"
    first = repository.commit({old: entry(more=more), "notebooks/old/halved2001.py": "# text\n", confirmed: "{}\n"})
    (repository.root / "notebooks/old/halved2001.py").unlink()
    (repository.root / confirmed).unlink()
    repository.commit({ENTRY: entry(more=more), NOTEBOOK: "# text\n", CONFIRMED: "{}\n"}, remove=old)
    third = repository.commit({ENTRY: entry(0.4, more=more)})
    found = changes(repository)
    assert [change.commit for change in found] == [third, first]
    assert [change.after_confirmation for change in found] == [True, False]
    assert found[-1].notebook == "same commit"


def test_what_was_taken_out_and_written_again(repository: Repository) -> None:
    repository.commit({ENTRY: entry(), NOTEBOOK: "#"})
    repository.commit(remove=ENTRY)
    repository.commit({ENTRY: entry(0.4)})
    found = changes(repository)
    assert [{edit.kind for edit in change.what} for change in found] == [{"added"}, {"removed"}, {"added"}]
    assert [change.notebook for change in found] == ["before", None, "same commit"]


def test_a_merge_that_changes_a_prediction_itself(repository: Repository) -> None:
    repository.commit({ENTRY: entry(), NOTEBOOK: "#"})
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({ENTRY: entry(0.4)})
    repository.git("checkout", "-q", "main")
    repository.commit({ENTRY: entry(measures="steepness")})
    repository.git("merge", "-q", "--no-commit", "side")
    repository.write(ENTRY, entry(0.4, "{rel: 0.2}", "steepness"))
    merge = repository.commit()
    found = changes(repository)
    assert len(found) == 4
    assert found[0].commit == merge
    assert found[0].what == (Edit("falls", "band", "± 10 %", "± 20 %"),)


def test_a_merge_of_two_changes_is_no_change(repository: Repository) -> None:
    repository.commit({ENTRY: entry(), NOTEBOOK: "#"})
    repository.git("checkout", "-q", "-b", "side")
    repository.commit({ENTRY: entry(measures="steepness")})
    repository.git("checkout", "-q", "main")
    repository.commit({ENTRY: entry(band="{rel: 0.2}")})
    repository.git("merge", "-q", "--no-commit", "side")
    repository.write(ENTRY, entry(band="{rel: 0.2}", measures="steepness"))
    repository.commit()
    assert [change.what[0].kind for change in changes(repository)][-1] == "added"
    assert {change.what[0].kind for change in changes(repository)[:-1]} == {"protocol", "band"}
    assert len(changes(repository)) == 3


def test_a_shallow_clone_tells_what_it_has(repository: Repository, tmp_path: Path) -> None:
    repository.commit({ENTRY: entry(), NOTEBOOK: "#"})
    repository.commit({ENTRY: entry(0.4)})
    last = repository.commit({ENTRY: entry(0.3)})
    assert is_complete(repository.root)
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth", "2", f"file://{repository.root}", str(clone))
    assert not is_complete(clone)
    assert [change.commit for change in history(clone, "halving2001", "scaling")] == [last]
    repository.git("-C", str(clone), "fetch", "-q", "--unshallow")
    assert is_complete(clone)
    assert history(clone, "halving2001", "scaling") == changes(repository)


def test_a_clone_without_old_files_asks_nobody_for_them(repository: Repository, tmp_path: Path) -> None:
    repository.commit({ENTRY: entry(0.71), NOTEBOOK: "#"})
    repository.commit({ENTRY: entry(0.72)})
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--filter=blob:none", f"file://{repository.root}", str(clone))
    missing = repository.git("-C", str(clone), "rev-list", "--all", "--objects", "--missing=print").count("?")
    assert missing > 0
    assert not is_complete(clone)
    assert len(history(clone, "halving2001", "scaling")) == 1
    still = repository.git("-C", str(clone), "rev-list", "--all", "--objects", "--missing=print").count("?")
    assert still == missing


def test_no_repository_has_no_history(tmp_path: Path) -> None:
    (tmp_path / ENTRY).parent.mkdir(parents=True)
    (tmp_path / ENTRY).write_text(entry())
    assert history(tmp_path, "halving2001", "scaling") == ()
    assert histories(tmp_path, {"halving2001": "scaling", "other2002": "scaling"}) == {
        "halving2001": (),
        "other2002": (),
    }
    assert not is_complete(tmp_path)


def test_an_entry_that_is_nowhere_has_no_history(repository: Repository) -> None:
    repository.commit({ENTRY: entry()})
    assert history(repository.root, "other2002", "scaling") == ()


def test_what_was_read_is_kept_until_another_commit(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit({ENTRY: entry(), NOTEBOOK: "#"})
    before = changes(repository)
    kept = module._books[repository.root].committed
    commands, parsed = [], []
    run, read = subprocess.run, module.read

    def counted(command: list[str], **options: object) -> object:
        commands.append(command[3])
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("lawbook.evidence.commits.subprocess.run", counted)
    monkeypatch.setattr(module, "read", lambda raw: parsed.append(raw) or read(raw))
    assert changes(repository) == before
    assert (commands, parsed) == (["rev-parse"], [])
    assert module._books[repository.root].committed is kept
    repository.write(ENTRY, entry(0.73))
    assert len(changes(repository)) == len(changes(repository)) == 2
    assert len(parsed) == 1
    monkeypatch.undo()
    repository.commit()
    assert [change.commit != "" for change in changes(repository)] == [True, True]


def test_many_entries_take_as_many_commands_as_one(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = {f"p20{i:02}": "scaling" for i in range(12)}
    repository.commit({f"references/scaling/{paper}.yml": entry(i) for i, paper in enumerate(papers)})
    repository.commit({f"references/scaling/{paper}.yml": entry(i + 0.5) for i, paper in enumerate(papers)})
    commands = []
    run = subprocess.run

    def counted(command: list[str], **options: object) -> object:
        commands.append(command[3])
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("lawbook.evidence.commits.subprocess.run", counted)
    found = histories(repository.root, papers)
    assert commands == ["rev-parse", "rev-list", "diff-tree", "cat-file"]
    assert [len(found[paper]) for paper in papers] == [2] * 12
    assert found["p2003"][0].what == (Edit("falls", "prediction", "3", "3.5"),)
