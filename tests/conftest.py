"""Shared fixtures: a private copy of the miniature knowledge base; how many inputs property-based tests try."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

REPO = Path(__file__).resolve().parents[1]
TINY = REPO / "tests" / "tinybook"

# Fixtures of a book are put back after each input, and a busy machine is no defect: a limit of CPU time says what hangs.
settings.register_profile(
    "default", max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.register_profile(
    "nightly", max_examples=600, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
tried: Counter[str] = Counter()  # kind of file to inputs that property-based tests have tried


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at night how many inputs of each kind were tried."""
    if tried and os.environ.get("HYPOTHESIS_PROFILE") == "nightly":
        total = sum(number for kind, number in tried.items() if not kind.endswith(", sound"))
        terminalreporter.section(f"{total:,} inputs")
        for kind, number in sorted(tried.items()):
            terminalreporter.write_line(f"{number:7,} {kind}")


def copy_docs(root: Path, *without: str) -> None:
    """The hand-written pages for a book at `root`; some lead to laws of ours, which it has not: there, to the list."""
    shutil.copytree(REPO / "docs", root / "docs", ignore=shutil.ignore_patterns(*without))
    for page in (*(root / "docs" / "guides").glob("*.md"), *(root / "docs" / "python").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"(?<=\]\()\.\./(?:laws|families)/[^)]*", "../laws/index.md", text)
        page.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session", autouse=True)
def _a_cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the command line keeps of a book goes into no folder of whoever runs the tests, and is as wide as it likes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)  # a worker of a parallel run has one
        patch.setenv("LAWBOOK_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The root of a fresh copy of tests/tinybook."""
    root = tmp_path / "tinybook"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    return root


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` fills, given its path: by the first process of a parallel run that wants it, for all."""
    ours = tmp_path_factory.getbasetemp()
    folder = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / f"once-{name}"
    made = folder.with_suffix(".made")
    with FileLock(folder.with_suffix(".lock")):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a process that failed
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site of the miniature knowledge base, its notebooks run: by the command line, as anyone would."""
    return made_once(tmp_path_factory, "site", _build_site) / "tinybook" / "build" / "site"


def _build_site(folder: Path) -> None:
    root = folder / "tinybook"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    copy_docs(root)
    shutil.copy(REPO / "mkdocs.yml", root / "mkdocs.yml")
    cache = REPO / "build" / "cache" / "site"
    if cache.is_dir():  # the font and the Vega bundle: seconds to make, and the same everywhere
        for kept in (*cache.glob("*.woff2"), *cache.glob("*.js")):
            (root / "build" / "cache" / "site").mkdir(parents=True, exist_ok=True)
            shutil.copy(kept, root / "build" / "cache" / "site" / kept.name)
    done = subprocess.run(
        [sys.executable, "-m", "lawbook", "site"], cwd=root, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A handler that does not log, and keeps connections open as servers of sites do: a page has twenty files."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def serve() -> Callable[[Path], AbstractContextManager[str]]:
    """Serves a folder on this machine for as long as the context lasts, whose value is the address."""
    return _served
