"""Two notebooks, downloaded from the served site of the real book, run to their end in a fresh environment elsewhere.

The environment has what runs a notebook and nothing of ours: the first cell installs Lawbook with what it needs, from
the site, at the versions of the lock file. This needs a package index, as `make` itself does.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from lawbook.evidence import store
from lawbook.evidence.record import expected
from lawbook.evidence.schedule import plan, run_all
from lawbook.reference.catalog import load
from lawbook.site.build import build

REPO = Path(__file__).resolve().parents[2]
PAPERS = ("marcotte2024abide", "tanaka2021")  # the quickest two that use measure, lab and data

EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
for name in sys.argv[1:]:
    notebook = nbformat.read(name, as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    nbformat.write(notebook, "executed-" + name)
"""


class Silent:
    """Hears of runs and says nothing."""

    def record(self, *_: object) -> None:
        pass

    def done(self, *_: object, cached: bool) -> None:
        pass


@pytest.fixture(scope="session")
def served(
    serve: Callable[[Path], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the built site of the real book."""
    catalog, problems = load(REPO)
    assert problems == []
    with ThreadPoolExecutor(2) as executor:
        run_all(catalog, plan(catalog, PAPERS, seeds=[0], scale="quick"), executor, Silent())
    folder = tmp_path_factory.mktemp("served")
    with serve(folder) as address:
        build(REPO, strict=False, out=folder, site_url=f"{address}/")
        yield f"{address}/"


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with a fresh environment in `.venv`, and the lock file's versions as constraints."""
    folder = tmp_path_factory.mktemp("elsewhere")
    pins = re.findall(r"^[A-Za-z0-9._-]+==[^\\\n]+", (REPO / "requirements.lock").read_text(), re.MULTILINE)
    assert len(pins) > 100
    (folder / "constraints.txt").write_text("\n".join(pin.strip() for pin in pins) + "\n")
    subprocess.run([sys.executable, "-m", "venv", ".venv"], cwd=folder, check=True)
    run = [
        ".venv/bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "nbclient",
        "ipykernel",
    ]
    subprocess.run([*run, "--constraint", "constraints.txt"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="session")
def executed(served: str, elsewhere: Path) -> dict[str, Any]:
    """The notebooks, downloaded and executed one after the other."""
    for paper in PAPERS:
        urllib.request.urlretrieve(f"{served}download/{paper}.ipynb", elsewhere / f"{paper}.ipynb")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LAWBOOK_", "PYTHON", "VIRTUAL_ENV"))}
    env["PIP_CONSTRAINT"] = str(elsewhere / "constraints.txt")
    names = [f"{paper}.ipynb" for paper in PAPERS]
    done = subprocess.run(
        [".venv/bin/python", "-c", EXECUTE, *names], cwd=elsewhere, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {paper: json.loads((elsewhere / f"executed-{paper}.ipynb").read_text()) for paper in PAPERS}


def test_lawbook_was_installed_from_the_site(executed: dict[str, Any], elsewhere: Path, served: str) -> None:
    show = [".venv/bin/python", "-c", "import lawbook; print(lawbook.__file__)"]
    where = subprocess.run(show, cwd=elsewhere, capture_output=True, text=True, check=True).stdout
    assert Path(where).is_relative_to(elsewhere / ".venv")
    [direct] = (elsewhere / ".venv").glob("lib/python*/site-packages/lawbook-*.dist-info/direct_url.json")
    assert json.loads(direct.read_text())["url"].startswith(f"{served}dist/lawbook-")


@pytest.mark.parametrize("paper", PAPERS)
def test_a_downloaded_notebook_measures_what_it_measures_here(paper: str, executed: dict[str, Any]) -> None:
    catalog, _ = load(REPO)
    here = store.read(catalog)[paper].shown
    records = store.records_of(executed[paper])
    there = {(r["kind"], r["id"]): r for r in records if r["type"] == "Measured"}
    assert set(there) == set(expected(catalog.entries[paper]))
    for record in here.measured:
        assert there[record.kind, record.id]["verdict"] == record.verdict
