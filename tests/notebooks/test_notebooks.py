"""Every real notebook at quick scale: every check holds, every control fails. Runs of unchanged inputs are taken over."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import pytest
from lawbook.evidence.confirmation import is_as_claimed, read_all
from lawbook.evidence.execute import Job
from lawbook.evidence.judging import check_of, disagreements, is_blunt
from lawbook.evidence.power import weak
from lawbook.evidence.record import Run, expected
from lawbook.evidence.schedule import plan, run_all
from lawbook.evidence.typed import typed_errors
from lawbook.reference.catalog import load

REPO = Path(__file__).resolve().parents[2]
CATALOG, PROBLEMS = load(REPO)
CONFIRMED = read_all(CATALOG)[0]
CASES = [(paper, kind, name) for paper, entry in sorted(CATALOG.entries.items()) for kind, name in expected(entry)]


class Announce:
    """Says which notebook has ended, so that a long test shows progress."""

    def record(self, job: Job, record: dict[str, Any]) -> None:
        pass

    def doubt(self, job: Job, run: Run) -> None:
        print(f"  notebook {job.paper}: {run.message}; running again", file=sys.__stderr__, flush=True)

    def done(self, job: Job, run: Run, *, cached: bool) -> None:
        how = "cached" if cached else f"{run.seconds:.0f} s"
        print(f"  notebook {job.paper}: {run.status} ({how})", file=sys.__stderr__, flush=True)


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> dict[str, Run]:
    """Seed 0 of every notebook that a selected test asks for, two at a time."""
    with ThreadPoolExecutor(2) as executor:
        done = run_all(
            CATALOG, plan(CATALOG, asked(request.session.items), seeds=[0], scale="quick"), executor, Announce()
        )
    return {run.paper: run for run in done}


def asked(items: Iterable[pytest.Item]) -> list[str]:
    """The papers of those tests that look at a run, in order: `-k` and a single test run these alone."""
    functions = [item for item in items if isinstance(item, pytest.Function) and "runs" in item.fixturenames]
    return sorted({item.callspec.params["paper"] for item in functions if "paper" in item.callspec.params})


def test_the_papers_of_selected_tests_are_run_and_no_others(request: pytest.FixtureRequest) -> None:
    every = request.session.items
    for paper in CATALOG.entries:
        mine = [item for item in every if f"[{paper}]" in item.name or f"[{paper}-" in item.name]
        assert asked(mine) == ([paper] if any("runs" in item.fixturenames for item in mine) else [])
    assert asked([request.node]) == []


def test_the_real_catalog_is_sound() -> None:
    assert [str(problem) for problem in PROBLEMS] == []


@pytest.mark.parametrize("paper", sorted(CATALOG.entries))
def test_a_notebook_finishes_within_its_budget_of_memory(paper: str, runs: dict[str, Run]) -> None:
    run = runs[paper]
    assert run.status == "finished", run.message
    assert run.usage.peak_mb < 2048
    assert run.series, "a page without a chart"


@pytest.mark.parametrize(("paper", "kind", "name"), CASES, ids=[f"{p}-{n}" for p, _, n in CASES])
def test_a_check_holds_and_a_control_fails(
    paper: str, kind: Literal["check", "control"], name: str, runs: dict[str, Run]
) -> None:
    run = runs[paper]
    outcome = run.outcome(kind, name)
    as_claimed = is_as_claimed(CATALOG.entries[paper], kind, name, outcome, CONFIRMED.get(paper))
    assert as_claimed, (outcome, run.of(kind, name))


@pytest.mark.parametrize("paper", sorted(CATALOG.entries))
def test_a_check_catches_changed_laws_or_says_what_it_is_blind_to(paper: str, runs: dict[str, Run]) -> None:
    assert weak(CATALOG, runs[paper]) == []


@pytest.mark.parametrize("paper", sorted(CATALOG.entries))
def test_no_rival_passes_and_the_paper_is_met_as_the_entry_says(paper: str, runs: dict[str, Run]) -> None:
    entry, run = CATALOG.entries[paper], runs[paper]
    assert disagreements(entry, run) == []
    blunt = [r.id for r in run.measured if r.kind == "check" and is_blunt(check_of(entry, "check", r.id), r)]
    assert blunt == []


@pytest.mark.parametrize("paper", sorted(CATALOG.entries))
def test_no_error_is_typed_by_hand(paper: str) -> None:
    assert typed_errors(CATALOG.notebook(paper).read_text(encoding="utf-8")) == []


def test_no_file_of_drawn_seeds_is_forged() -> None:
    assert read_all(CATALOG)[1] == []


NOTES = (
    "could not be looked up", "not looked up", "we could not", "we did not", "not confirmed", "unconfirmed", "fact sheet",
    "from memory",
)  # fmt: skip


@pytest.mark.parametrize("paper", sorted(CATALOG.entries))
def test_how_an_entry_came_about_is_no_part_of_its_prose(paper: str) -> None:
    prose = CATALOG.entries[paper].model_dump_json(exclude_defaults=True).lower()
    assert [note for note in NOTES if note in prose.replace('"unconfirmed":true', "")] == []


@pytest.mark.parametrize("paper", sorted(CATALOG.entries))
def test_a_notebook_is_source_alone(paper: str) -> None:
    text = CATALOG.notebook(paper).read_text(encoding="utf-8")
    assert "format" in text.partition("# %%")[0], "no jupytext header"
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)
    assert sum(cell.startswith(" [markdown]") for cell in cells) >= 4, "a notebook tells a story"
    assert f"../laws/{paper}.md" in text, "no link to the law page"
