"""A small git repository with a book in it; runs of a notebook with something put into it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lawbook.evidence.execute import Job
from lawbook.evidence.record import Run
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import load

ENTRY = "references/scaling/halving2001.yml"


class Repository:
    """A repository that is written and committed to, an hour later each time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.hours = 0
        root.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, **environment: str) -> str:
        """Run git as an author in another time zone, without the settings of whoever runs the tests."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        when = f"2026-11-01T{self.hours:02}:30:00+02:00"
        clean |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_DATE": when}
        clean |= {"GIT_COMMITTER_DATE": when} | environment
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "merge.conflictStyle=merge", *arguments]
        done = subprocess.run(command, cwd=self.root, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or arguments[0] == "merge", done.stderr
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        """Write a file without committing it."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def commit(self, files: dict[str, str] | None = None, *, remove: str = "") -> str:
        """Write files, or take one out, commit all there is, and return twelve digits of the commit."""
        for path, text in (files or {}).items():
            self.write(path, text)
        if remove:
            (self.root / remove).unlink()
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a step")
        self.hours += 1
        return self.git("rev-parse", "HEAD")[:12]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    return Repository(tmp_path / "book")


class Told:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.doubts: list[str] = []
        self.cached: list[str] = []

    def record(self, job: Job, record: dict[str, Any]) -> None:
        pass

    def doubt(self, job: Job, run: Run) -> None:
        self.doubts.append(run.message)

    def done(self, job: Job, run: Run, *, cached: bool) -> None:
        if cached:
            self.cached.append(job.paper)


Run1 = Callable[..., Run]


@pytest.fixture
def run_with(tiny: Path) -> Run1:
    """Runs the miniature's notebook of corners with some lines put before what it measures."""

    def run(lines: str = "", *, timeout: float = 60, wall: float = 0) -> Run:
        path = tiny / "notebooks/geometry/corner2002.py"
        original = path.read_text().partition("# put in\n")
        text = original[0] + original[2].partition("# end of it\n")[2] if original[1] else original[0]
        if lines:
            text = text.replace("# %%\n", f"# %%\n# put in\n{lines}\n# end of it\n", 1)
        path.write_text(text)
        catalog, problems = load(tiny)
        assert problems == []
        jobs = plan(catalog, ["corner2002"], seeds=[0], scale="quick", timeout=timeout)
        with ThreadPoolExecutor(1) as executor:
            (found,) = run_all(catalog, [replace(job, wall=wall) for job in jobs], executor, Told())
        return found

    return run
