"""The built miniature site, served on this machine, in Chromium or Chrome."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def address(site: Path, serve: Callable[[Path], AbstractContextManager[str]]) -> Iterator[str]:
    """Where the site is served."""
    with serve(site) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    finder = Path(__file__).resolve().parents[2] / "tools" / "chromium.sh"
    done = subprocess.run(["sh", str(finder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=done.stdout.strip(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    """A fresh context that fails the test on a console error, a page error or a request to another host."""
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    faults: list[str] = []
    context.on("console", lambda m: faults.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None)
    context.on("weberror", lambda e: faults.append(str(e.error)))
    context.on("requestfailed", lambda r: faults.append(f"failed: {r.url}"))
    context.on(
        "request",
        lambda r: faults.append(f"elsewhere: {r.url}") if not r.url.startswith((address, "data:", "blob:")) else None,
    )
    yield context
    context.close()
    assert faults == []
