"""The home page: the rules and one law on the first screen, and the scoreboard by mouse and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

MARKS = ".lb-board-family svg a"


def test_rules_and_a_whole_law_stand_on_the_first_screen(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/", wait_until="load")
    for part in (
        "article > ol > li >> nth=2",
        ".lb-first .lb-formula-main",
        ".lb-first .lb-headline",
        ".lb-first .lb-chart svg",
    ):
        box = page.locator(part).first.bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= 800, part
    expect(page.locator(".lb-first .lb-symline")).to_contain_text("number of samples")


def test_arrows_lead_through_the_claims_and_enter_to_the_check(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/", wait_until="load")
    marks = page.locator(MARKS)
    expect(marks.first).to_have_attribute("tabindex", "0")
    marks.first.focus()
    page.keyboard.press("ArrowRight")
    expect(marks.nth(1)).to_be_focused()
    expect(page.locator(".lb-board-told")).to_have_text(marks.nth(1).get_attribute("aria-label") or "")
    name = (marks.nth(1).get_attribute("href") or "").partition("#")[2]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/#{name}")
    expect(page.locator(f"#{name}")).to_have_attribute("open", "")


@pytest.mark.parametrize("path", ["/", "/scoreboard/"])
@pytest.mark.parametrize("width", [320, 3840])
def test_it_fits_a_phone_and_a_wall(context: BrowserContext, path: str, width: int) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path, wait_until="load")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_on_paper_an_assumption_stays_on_one_page(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/laws/halving2001/", wait_until="load")
    page.emulate_media(media="print")
    for row in page.locator(".lb-assumptions details").all():
        assert row.evaluate("e => getComputedStyle(e).breakInside") == "avoid"
    for edit in page.locator(".lb-history .lb-edit").all():
        expect(edit).not_to_be_visible()
