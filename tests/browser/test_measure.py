"""Six laws measured again in Chromium: each against the prediction of its entry, and worlds in which it must not come out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from lawbook.reference.catalog import load
from lawbook.site import remeasure
from lawbook.site.pages import environment
from playwright.sync_api import BrowserContext, Locator, Page, expect

REPO = Path(__file__).resolve().parents[2]
PAPERS = sorted(remeasure.SETUPS)


@pytest.fixture(scope="module")
def measured(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], AbstractContextManager[str]]
) -> Iterator[str]:
    """Pages that hold nothing but the measurement of a law of the book, and where they are served."""
    root = tmp_path_factory.mktemp("measured")
    shutil.copytree(REPO / "docs" / "assets", root / "assets")
    catalog, _ = load(REPO)
    template = environment().from_string(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Measure</title>'
        '<link rel="icon" href="data:,"><script defer src="../assets/sliders.js"></script><script defer src="../assets/measure/shell.js"></script>'
        '</head><body data-md-color-scheme="default"><main class="md-typeset">'
        '{% import "remeasure.jinja" as m %}{{ m.section(again, "../") }}</main></body></html>'
    )
    for paper in PAPERS:
        again = remeasure.of(catalog, paper)
        assert again is not None, f"{paper} has no law or check that its measurement in the browser names"
        (root / paper).mkdir()
        (root / paper / "index.html").write_text(template.render(again=again), encoding="utf-8")
    with serve(root) as address:
        yield address


@pytest.fixture
def visit(chromium: object, measured: str) -> Iterator[Callable[[str], Page]]:
    """Opens the measurement of a paper; fails on an error of the page or a request to another host."""
    context: BrowserContext = chromium.new_context(base_url=measured)  # type: ignore[attr-defined]
    faults: list[str] = []
    context.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    context.on("weberror", lambda e: faults.append(str(e.error)))
    context.on("request", lambda r: faults.append(r.url) if not r.url.startswith((measured, "data:")) else None)

    def opened(paper: str) -> Page:
        page = context.new_page()
        page.goto(f"/{paper}/")
        page.locator(".lb-measure > summary").click()
        return page

    yield opened
    context.close()
    assert faults == []


def results(page: Page) -> Locator:
    """The lines of the result, after the measurement that this starts."""
    page.get_by_role("button", name="Measure", exact=True).click()
    lines = page.locator(".lb-measure-line")
    expect(lines.first).to_be_visible(timeout=40_000)
    return lines


def put(page: Page, knob: str, share: float) -> None:
    """Move a slider to a share of its way."""
    page.locator(f"input[name={knob}]").evaluate(
        "(e, share) => { e.value = share * e.max; e.dispatchEvent(new Event('input')) }", share
    )


@pytest.mark.parametrize("paper", PAPERS)
def test_the_law_comes_out(visit: Callable[[str], Page], paper: str) -> None:
    page = visit(paper)
    lines = results(page)
    for line in lines.all():
        assert line.get_attribute("data-lb-verdict") == "within", line.inner_text()
    expect(page.locator(".lb-measure-chart svg circle").first).to_be_visible()
    expect(page.locator(".lb-measure-mark")).to_contain_text("not evidence")


@pytest.mark.parametrize(
    ("paper", "broken", "says"),
    [
        ("cohen2021", {"eta": 0.0}, "Not reached"),
        ("soudry2018", {"decay": 0.1}, "Not reached"),
        ("saxe2014", {"bent": 1, "s": 1.0}, "than the law says"),
        ("du2018", {"bent": 1}, "lost balance"),
        ("even2023", {"uneven": 1}, "not ended where the law says"),
        ("michaud2023", {"copies": 1.0}, "misses more"),
    ],
)
def test_a_broken_law_is_told(visit: Callable[[str], Page], paper: str, broken: dict[str, float], says: str) -> None:
    page = visit(paper)
    for knob, value in broken.items():
        if page.locator(f"select[name={knob}]").count():
            page.locator(f"select[name={knob}]").select_option(str(value))
        else:
            put(page, knob, value)
    lines = results(page)
    told = [line for line in lines.all() if line.get_attribute("data-lb-verdict") == "outside"]
    assert told
    assert says in told[0].inner_text()


def test_the_same_seed_gives_the_same_numbers(visit: Callable[[str], Page]) -> None:
    page = visit("du2018")
    first = results(page).first.inner_text()
    assert results(page).first.inner_text() == first
    put(page, "seed", 0.5)
    assert results(page).first.inner_text() != first


def test_it_stops_by_keyboard_and_starts_again(visit: Callable[[str], Page]) -> None:
    page = visit("cohen2021")
    page.locator("input[name=seed]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".lb-measure-words")).to_contain_text("training loss", timeout=30_000)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Stop").press("Enter")
    expect(page.locator(".lb-measure-words")).to_have_text("stopped")
    expect(page.get_by_role("button", name="Measure", exact=True)).to_be_focused()
    expect(page.locator(".lb-measure-line")).to_have_count(0)


def test_nothing_is_trained_before_the_click(visit: Callable[[str], Page]) -> None:
    page = visit("du2018")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.wait_for_timeout(300)
    assert asked == []
    results(page)
    assert [url.rsplit("/", 1)[1] for url in asked] == ["du2018.js", "kit.js"]
