"""The site where it is not served from the root of a host: from a folder, under a sub-path, at an address that is none."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lawbook.site.offline import make_offline
from playwright.sync_api import Browser, expect


@pytest.fixture(scope="session")
def folder(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("offline") / "site"
    shutil.copytree(site, made)
    make_offline(made)
    return made


def test_read_from_a_folder(chromium: Browser, folder: Path) -> None:
    page = chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda r: faults.append(r.url))
    page.goto(folder.joinpath("index.html").as_uri())
    page.locator("article a[href*='laws/halving2001/']:visible").first.click()
    expect(page.locator(".lb-formula-main math")).to_be_visible()
    assert page.url.endswith("/laws/halving2001/index.html")
    page.evaluate("document.fonts.ready")
    assert "STIX Two Math" in page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    expect(page.locator(".md-search")).to_be_hidden()
    page.locator("a.lb-term").first.click()
    assert "/glossary/index.html#" in page.url
    page.close()
    assert faults == []


class Missing(http.server.SimpleHTTPRequestHandler):
    """Gives the page 404.html of a site under /some/name/ for what is not there, as hosts of pages do."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        body = Path(self.directory, "some", "name", "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def below(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site under a sub-path that it was not built for."""
    root = tmp_path_factory.mktemp("below")
    shutil.copytree(site, root / "some" / "name")
    handler = functools.partial(Missing, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/some/name/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "asked", ["laws/halvng2001/", "laws/halving2011", "a/b/c/halving201/index.html", "halving2001"]
)
def test_a_page_that_is_not_there_helps(chromium: Browser, below: str, asked: str) -> None:
    page = chromium.new_page()
    page.goto(below + asked)
    near = page.locator("#near a").first
    expect(near).to_be_visible()
    assert near.get_attribute("href") == "/some/name/laws/halving2001/"
    assert page.locator("main a", has_text="All laws").get_attribute("href") == "/some/name/laws/"
    near.click()
    expect(page.locator(".lb-formula-main math")).to_be_visible()
    page.close()


def test_what_is_like_nothing_still_leads_on(chromium: Browser, below: str) -> None:
    page = chromium.new_page()
    page.goto(below + "zzzzzzzz/%3Cb%3E/")
    expect(page.locator("main a", has_text="All laws")).to_have_attribute("href", "/some/name/laws/")
    expect(page.locator("#near")).to_be_hidden()
    page.locator("input[name=q]").fill("samples")
    page.keyboard.press("Enter")
    page.wait_for_url("**/some/name/?q=samples")
    page.close()


def test_the_site_works_below_a_sub_path(chromium: Browser, below: str) -> None:
    page = chromium.new_page()
    page.goto(below)
    page.locator("article a[href*='laws/halving2001/']:visible").first.click()
    assert page.url == below + "laws/halving2001/"
    expect(page.locator(".lb-formula-main math")).to_be_visible()
    page.close()
