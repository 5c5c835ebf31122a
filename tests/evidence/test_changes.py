"""What a branch changes, out of small git repositories with a book in them."""

from __future__ import annotations

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lawbook.cli import app
from lawbook.evidence import confirmation, store
from lawbook.evidence.changes import Cells, Comparison, Paper, after, compare
from lawbook.evidence.changes_report import LONGEST, escaped, report
from lawbook.evidence.edits import Edit
from lawbook.evidence.former import FormerError
from lawbook.evidence.judging import again
from lawbook.evidence.keys import prediction_key, run_key
from lawbook.evidence.record import Measured, Run, from_json
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import Catalog, load
from markdown_it import MarkdownIt
from typer.testing import CliRunner, Result

if TYPE_CHECKING:
    from conftest import Repository

TINY = Path(__file__).parents[1] / "tinybook"
PACKAGE = Path(__file__).parents[2] / "tools" / "lawbook"
ENTRY = "references/scaling/halving2001.yml"
NOTEBOOK = "notebooks/scaling/halving2001.py"
CORNER = ("references/geometry/corner2002.yml", "notebooks/geometry/corner2002.py")
COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Quiet:
    """A listener that says nothing."""

    def record(self, *_: Any) -> None:
        pass

    def doubt(self, *_: Any) -> None:
        pass

    def done(self, *_: Any, **__: Any) -> None:
        pass


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The executed notebook of seed 0 of halving2001."""
    root = tmp_path_factory.mktemp("book") / "tinybook"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    catalog = load(root)[0]
    with ThreadPoolExecutor(1) as executor:
        (run,) = run_all(catalog, plan(catalog, ["halving2001"], seeds=[0], scale="quick"), executor, Quiet())
    assert run.notebook is not None
    return run.notebook.read_text()


@pytest.fixture
def branch(repository: Repository) -> Repository:
    """A branch at the head of `main`, of the tiny book."""
    shutil.copytree(TINY, repository.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build", "broken"))
    repository.write(".gitignore", "build/\n")
    repository.commit()
    repository.git("checkout", "-q", "-b", "work")
    return repository


def change(repository: Repository, path: str, old: str, new: str) -> None:
    """Replace a text of a file that has it."""
    text = (repository.root / path).read_text(encoding="utf-8")
    assert old in text
    repository.write(path, text.replace(old, new))


def sound(repository: Repository) -> Catalog:
    """Today's book."""
    catalog, problems = load(repository.root)
    assert problems == []
    return catalog


def lay(repository: Repository, executed: str, *seeds: int, paper: str = "halving2001") -> None:
    """Put an executed notebook where runs of today's files lie."""
    catalog = sound(repository)
    for seed in seeds:
        data = json.loads(executed)
        data["metadata"][store.METADATA].update({"seed": seed, "key": run_key(catalog, paper, "quick", seed)})
        path = store.run_path(catalog.root, paper, "quick", seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data))


def lawbook(repository: Repository, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """Run the command inside the repository."""
    monkeypatch.chdir(repository.root)
    return CliRunner().invoke(app, list(arguments))


def differing(repository: Repository, ref: str = "main") -> dict[str, str]:
    """The papers that differ, and how."""
    return {paper.paper: paper.what for paper in compare(sound(repository), ref).papers}


def test_what_means_the_same_does_not_differ(branch: Repository) -> None:
    assert differing(branch) == {}
    change(branch, ENTRY, "Errors of different sign cancel.", "Errors cancel.")
    change(branch, NOTEBOOK, "rng = notebook.rng()", "rng = notebook.rng()  # a comment")
    change(branch, NOTEBOOK, "# # Means of coin flips", "# # Coin flips")
    assert differing(branch) == {}
    text, good = report(sound(branch), compare(sound(branch), "main"), {}, [])
    assert "no notebook had to run" in text
    assert good


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (ENTRY, "tolerance: {abs: 0.1}", "tolerance: {abs: 0.2}"),
        (ENTRY, "predicted: 0.5", "predicted: 0.45"),
        (ENTRY, "measures: the error at four times", "measures: the error at 4 times"),
        (NOTEBOOK, "size=(400, size)", "size=(800, size)"),
    ],
)
def test_what_means_something_else_differs(branch: Repository, path: str, old: str, new: str) -> None:
    change(branch, path, old, new)
    assert differing(branch) == {"halving2001": "changed"}  # committed or not
    branch.commit()
    assert differing(branch) == {"halving2001": "changed"}


def test_only_what_the_branch_itself_changed_counts(branch: Repository) -> None:
    branch.git("checkout", "-q", "main")
    change(branch, CORNER[1], "3 * np.pi / 2", "4 * np.pi / 2")
    branch.commit()
    branch.git("checkout", "-q", "work")
    assert differing(branch) == {}


def test_a_lock_file_makes_all_differ(branch: Repository) -> None:
    branch.write("requirements.lock", "numpy==1.0\n")
    assert differing(branch) == {"corner2002": "changed", "halving2001": "changed"}


def test_code_that_a_notebook_reaches_is_that_of_the_commit(branch: Repository) -> None:
    branch.git("checkout", "-q", "main")
    shutil.copytree(PACKAGE, branch.root / "tools" / "lawbook", ignore=shutil.ignore_patterns("__pycache__"))
    branch.commit()
    assert differing(branch) == {}
    path = branch.root / "tools" / "lawbook" / "evidence" / "fit.py"
    path.write_text(
        path.read_text().replace("def fit_formula(", "def fit_formula(\n    *,", 1).replace("*,\n    *,", "*,")
    )
    former = path.read_text()
    assert former != (PACKAGE / "evidence" / "fit.py").read_text()
    branch.commit()
    assert "halving2001" in differing(branch)


def test_new_taken_out_and_unreadable(branch: Repository) -> None:
    branch.git("checkout", "-q", "main")
    change(branch, ENTRY, "kind: power-law", "kind: an-old-kind")
    branch.commit()
    branch.git("checkout", "-q", "-B", "work")
    change(branch, ENTRY, "kind: an-old-kind", "kind: power-law")
    change(branch, ENTRY, "explains, says: Both are tiny.", "related, says: Both are tiny.")
    for path in CORNER:
        text = (branch.root / path).read_text(encoding="utf-8").replace("corner2002", "edge2003")
        branch.write(path.replace("corner2002", "edge2003"), text)
        (branch.root / path).unlink()
    change(branch, ENTRY, "[@corner2002/three-corners]", "[@edge2003/three-corners]")
    bib = (branch.root / "references/papers.bib").read_text(encoding="utf-8")
    branch.write(
        "references/papers.bib", bib + "@misc{edge2003,\n author = {Edge, E.},\n title = {T},\n year = {2003},\n}\n"
    )
    found = compare(sound(branch), "main")
    assert {p.paper: p.what for p in found.papers} == {
        "corner2002": "taken out",
        "edge2003": "new",
        "halving2001": "changed",
    }
    assert found.to_run == ["edge2003", "halving2001"]
    text, good = report(sound(branch), found, after(sound(branch), found.to_run, []), [])
    assert "the former entry cannot be read by the rules of today" in text
    assert "2 checks and controls are gone" in text
    assert "| sum-is-pi | pi | — | not run | — | — |" in text
    assert "No notebook was run" in text
    assert good


def row(text: str, name: str) -> list[str]:
    """The cells of a row of the table."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {name} |"))
    return line.strip("| ").split(" | ")[1:]


def test_before_and_after(branch: Repository, executed: str) -> None:
    branch.git("checkout", "-q", "main")
    lay(branch, executed, 0)  # the runs of main
    branch.git("checkout", "-q", "work")
    change(branch, ENTRY, "tolerance: {abs: 0.1}", "tolerance: {abs: 0.11}")
    change(branch, ENTRY, "predicted: 0.5\n", "predicted: 0.49\n")
    found = compare(sound(branch), "main")
    catalog = sound(branch)
    runs = [judged(catalog, executed, seed) for seed in range(3)]
    text, good = report(catalog, found, after(catalog, found.to_run, runs), runs)
    assert good, text
    assert "**1 paper of 2 differs; all is as the entries claim**, over 3 seeds." in text
    assert "- exponent, prediction: 0.5 → 0.49\n- exponent, band: ± 0.1 → ± 0.11\n" in text
    predicted, measured, verdict, seeds, power = row(text, "exponent")
    assert predicted == "0.5 → 0.49"
    assert re.fullmatch(r"0\.\d+ ± 0\.\d+", measured)
    assert (verdict, seeds) == ("✓ holds", "1 of 1 → 3 of 3")
    assert re.fullmatch(r"\d+ of \d+( → \d+ of \d+)?", power)
    assert row(text, "control one-draw-repeated")[2] == "✓ breaks down, as it should"
    assert "before: the run of seed 0" in text
    assert "corner2002" not in text


def judged(catalog: Catalog, executed: str, seed: int) -> Run:
    """The run of a seed, judged by today's entry: its records are those of the entry's words of today."""
    data = json.loads(executed)
    records = [from_json(record) for record in store.records_of(data)]
    entry = catalog.entries["halving2001"]
    measured = tuple(again(catalog, entry, record) for record in records if isinstance(record, Measured))
    return Run("halving2001", seed, "quick", "finished", measured=measured)


def test_without_runs_the_confirmed_seeds_tell_what_was(branch: Repository, executed: str) -> None:
    branch.git("checkout", "-q", "main")
    catalog = sound(branch)
    seeds = confirmation.seeds_of(prediction_key(catalog, "halving2001"))
    lay(branch, executed, *seeds)
    runs = [store.current_run(catalog, "halving2001", "quick", seed) for seed in seeds]
    dated = [replace(run, finished="2026-11-02T00:00:00") for run in runs if run is not None]
    confirmation.write(catalog, confirmation.confirmed_by(catalog, "halving2001", dated, "0" * 12))
    shutil.rmtree(branch.root / "build")
    branch.commit()
    branch.git("checkout", "-q", "-B", "work")
    change(branch, ENTRY, "tolerance: {abs: 0.1}", "tolerance: {abs: 0.0001}")
    found = compare(sound(branch), "main")
    run = judged(sound(branch), executed, 0)
    text, good = report(sound(branch), found, after(sound(branch), found.to_run, [run]), [run])
    assert not good
    assert "the 20 seeds confirmed on 2026-11-02, which keep no power" in text
    assert row(text, "exponent")[2:] == ["✓ holds → ✗ undecided", "20 of 20 → 0 of 1", "—"]
    assert "not all is as the entries claim" in text


def test_a_run_that_broke_is_told(branch: Repository) -> None:
    change(branch, ENTRY, "tolerance: {abs: 0.1}", "tolerance: {abs: 0.2}")
    found = compare(sound(branch), "main")
    run = Run("halving2001", 0, "quick", "error", "ZeroDivisionError: <b>no</b>")
    text, good = report(sound(branch), found, after(sound(branch), found.to_run, [run]), [run])
    assert not good
    assert shown(text, "ZeroDivision") == "✗ halving2001, seed 0: error: ZeroDivisionError: <b>no</b>"
    assert row(text, "exponent")[2] == "not run → ✗ error"


def test_the_command_runs_only_what_differs(branch: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    change(branch, CORNER[1], "corners = notebook.rng()", "corners = 2 * notebook.rng()")
    done = lawbook(branch, monkeypatch, "changes", "--against", "main", "--seeds", "1", "--markdown")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert done.stdout.startswith("## What changes against ")
    assert row(done.stdout, "sum-is-pi")[2:] == ["not run → ✓ holds", "— → 1 of 1", "— → 5 of 5"]
    assert [path.name for path in (branch.root / "build" / "runs").iterdir()] == ["corner2002"]
    assert "finished" in done.stderr
    told = lawbook(branch, monkeypatch, "changes", "--against", "main", "--no-run")
    assert "sum-is-pi" in told.stdout
    assert "|---" not in told.stdout


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("mian", "found 'mian', expected a branch, a tag or a commit (did you mean 'main'?)"),
        ("--output=x", "found '--output=x', expected a branch, a tag or a commit"),
        ("", "found '', expected a branch"),
        ("alone", "found no commit that alone and what is checked out have in common"),
    ],
)
def test_nothing_to_compare_with(branch: Repository, monkeypatch: pytest.MonkeyPatch, ref: str, message: str) -> None:
    branch.git("checkout", "-q", "--orphan", "alone")
    branch.commit()
    branch.git("checkout", "-q", "work")
    with pytest.raises(FormerError) as caught:
        compare(sound(branch), ref)
    assert message in str(caught.value)
    done = lawbook(branch, monkeypatch, "changes", f"--against={ref}")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert not (branch.root / "x").exists()


def test_no_repository(tiny: Path) -> None:
    with pytest.raises(FormerError, match="found no git repository with a commit"):
        compare(load(tiny)[0], "main")


HOSTILE = [
    "<img src=x onerror=alert(1)>", "</details><h1>x", "[x](javascript:alert(1))", "![x](https://evil.example/x.png)",
    "https://evil.example", "www.evil.example", "a | b | c", "x\n\n# heading", "x\u2028# heading", "x\x85- item", "`code`",
    "```\nfence", "**bold**", "__bold__", "~~gone~~", "| a |\n|---|", "\\| \\\\|", "- - nested", "1. one", "> quote",
    "$x$ $$y$$", "&lt;b&gt;", "@somebody #1", "<!-- -->", "[x]: http://e.example", "\u202eevil", "::error::x", "a" * 5000,
]  # fmt: skip


def words(markdown: str) -> str:
    """What a reader sees of inline Markdown; fails on anything but text."""
    (_, inline, *_), env = COMMONMARK.parse(markdown), {}
    assert env == {}
    assert inline.children is not None
    assert {child.type for child in inline.children} <= {"text", "text_special"}, markdown
    return "".join(child.content for child in inline.children)


def shown(markdown: str, part: str) -> str:
    """The line of a list or table that has `part`, as Markdown renders it."""
    tokens = [token for token in COMMONMARK.parse(markdown) if token.type == "inline" and part in token.content]
    assert len(tokens) == 1
    return "".join(child.content for child in tokens[0].children or [])


def plain(text: str) -> str:
    """A text as it is to be read."""
    line = " ".join(text.replace("\u202e", "").split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    assert words(f"a {escaped(text)}") == f"a {plain(text)}"
    tokens = COMMONMARK.parse(f"| a | b |\n|---|---|\n| {escaped(text)} | c |\n\n- {escaped(text)}\n")
    assert [token.type for token in tokens].count("td_open") == 2
    assert [token.type for token in tokens].count("bullet_list_open") == 1
    assert not {"html_block", "html_inline", "heading_open", "fence", "blockquote_open"} & {t.type for t in tokens}


@given(st.text(max_size=80))
def test_any_text_stays_one_line_of_text(text: str) -> None:
    made = escaped(text)
    assert "\n" not in made
    if made:
        assert re.sub(r"\s", "", words(f"a {made}")) == re.sub(r"\s", "", f"a {unescaped(made)}")
        assert not re.search(r"[<>|`*_\[\]\\$@~]", made)


def unescaped(text: str) -> str:
    """Character references as characters."""
    return re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_report_holds_hostile_words_in_every_place(tiny: Path, text: str) -> None:
    catalog = load(tiny)[0]
    entry = catalog.entries["halving2001"]
    catalog.entries["halving2001"] = entry.model_copy(update={"title": text})
    cells = Cells(text, text, text, text, text)
    edits = (Edit(text, "prediction", text, text), Edit(text, "added", "", "check"))
    paper = Paper("halving2001", "changed", edits, {("check", "exponent"): cells}, text)
    run = Run("halving2001", 0, "quick", "error", text)
    made, good = report(catalog, Comparison("0" * 12, (paper,), 2), {"halving2001": {("check", text): cells}}, [run])
    assert not good
    tokens = COMMONMARK.parse(made)
    kinds = [token.type for token in tokens]
    assert not {"html_block", "fence", "code_block", "blockquote_open", "ordered_list_open"} & set(kinds)
    assert (kinds.count("heading_open"), kinds.count("table_open"), kinds.count("tr_open")) == (2, 1, 3)
    inline = {child.type for token in tokens for child in token.children or []}
    assert inline <= {"text", "text_special", "strong_open", "strong_close", "softbreak"}
