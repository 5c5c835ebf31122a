"""The worked example of CONTRIBUTING.md: its files, taken out of the page, pass and run in a small book."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lawbook.evidence import store
from lawbook.evidence.power import weak
from lawbook.evidence.record import expected, is_good
from lawbook.reference.catalog import load

REPO = Path(__file__).resolve().parents[1]
TEXT = (REPO / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = dict(
    re.findall(r"`((?:references|notebooks)/[\w./-]*(?:lane2027|papers)[\w.]*)`[^`]*:\n\n```\w+\n(.*?)```", TEXT, re.S)
)
RUNS = 3


def lawbook(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    command = [sys.executable, "-m", "lawbook", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with nothing in it but the example, whose notebook was run over three seeds."""
    root = tmp_path_factory.mktemp("example")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "references/families.yml").write_text("scaling: {title: Scaling laws, introduction: How a loss falls.}\n")
    (root / "references/notation.yml").write_text("w: {latex: w, name: weight, unit: '1', role: control}\n")
    (root / "requirements.lock").write_text("")
    assert lawbook(root, "check").stdout == "1 entries with 1 laws are sound\nnot confirmed yet: lane2027\n"
    done = lawbook(root, "run", "--seeds", str(RUNS), "lane2027")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def test_the_page_has_all_parts() -> None:
    assert sorted(FILES) == [
        "notebooks/scaling/lane2027.py",
        "references/papers.bib",
        "references/scaling/lane2027.yml",
    ]
    entry, notebook = FILES["references/scaling/lane2027.yml"], FILES["notebooks/scaling/lane2027.py"]
    for word in ("band-from: theory", "is: pilot", "rivals:", "predicted: fitted", "blind-to:", "controls:"):
        assert word in entry
    for word in ("given=", "fit=fit", "intact=", "intact_error=", "notebook.spread", "notebook.rng()"):
        assert word in notebook


def test_the_example_is_green(book: Path) -> None:
    catalog, problems = load(book)
    assert problems == []
    evidence = store.read(catalog)["lane2027"]
    entry = catalog.entries["lane2027"]
    assert len(evidence.seeds) == RUNS
    for run in evidence.seeds:
        assert [is_good(entry, kind, name, run.outcome(kind, name)) for kind, name in expected(entry)] == [True] * 3
    assert weak(catalog, evidence.shown) == []


def test_what_the_page_says_of_the_runs_is_so(book: Path) -> None:
    ran = lawbook(book, "run", "--seeds", str(RUNS), "lane2027").stdout
    for name, count in re.findall(r"([a-z-]+) (\d of \d)[,\n]", TEXT):
        assert re.search(rf"{name} .* {count}", ran), name
    hard = lawbook(book, "power", "lane2027").stdout
    told = re.search(r"# (\d+ of \d+) and (\d+ of \d+) changed laws caught", TEXT)
    assert told is not None
    assert re.findall(r"(\d+ of \d+) +│", hard) == list(told.groups())
    assert "1 becomes 2" in hard


def test_the_example_is_written_as_all_notebooks_are(book: Path) -> None:
    settings = ["--config", str(REPO / "pyproject.toml"), "--no-cache", str(book / "notebooks")]
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *settings], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
    run = json.loads((book / "build/runs/lane2027/quick-000.ipynb").read_text())
    assert run["metadata"]["lawbook"]["usage"]["peak_mb"] < 1000
