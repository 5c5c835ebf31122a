"""A law page as a reader uses it: a line opens its details, and so does a link to it, and paper has all of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.test_site import LAW, opened

CHECK = "#check-exponent"


@pytest.mark.parametrize("name", ["check-exponent", "control-one-draw-repeated", "assumes-independent-draws"])
def test_an_anchor_opens_its_details(context: BrowserContext, name: str) -> None:
    page = opened(context, f"{LAW}#{name}")
    expect(page.locator(f"#{name} > .lb-details")).to_be_visible()
    assert page.locator(f"#{name}").evaluate("e => e.getBoundingClientRect().top") < 400


def test_a_link_on_the_page_opens_details_too(context: BrowserContext) -> None:
    page = opened(context, LAW)
    details = page.locator("#assumes-independent-draws > .lb-details")
    expect(details).to_be_hidden()
    page.locator(".lb-top .lb-assumes a").click()
    expect(details).to_be_visible()
    details.locator("a[href='#control-one-draw-repeated']").click()
    expect(page.locator("#control-one-draw-repeated > .lb-details")).to_be_visible()


def test_a_line_opens_by_keyboard_and_says_the_numbers(context: BrowserContext) -> None:
    page = opened(context, LAW)
    line = page.locator(f"{CHECK} > summary")
    for part in ("Exponent", "predicted", "0.5", "measured", "holds"):
        expect(line).to_contain_text(part)
    line.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{CHECK} .lb-facts")).to_contain_text("rivals")


def test_without_scripts_everything_can_be_read(context: BrowserContext) -> None:
    plain = context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    page = plain.new_page()
    page.goto(opened(context, LAW).url)
    page.locator(f"{CHECK} > summary").click()
    expect(page.locator(f"{CHECK} .lb-facts")).to_be_visible()
    plain.close()


def test_a_symbol_says_its_unit_on_focus(context: BrowserContext) -> None:
    page = opened(context, LAW, width=320)
    symbol = page.locator(".lb-sym", has_text="number of samples")
    tip = symbol.locator(".lb-tip")
    assert tip.evaluate("e => getComputedStyle(e).clipPath") != "none"
    symbol.focus()
    assert tip.evaluate("e => getComputedStyle(e).clipPath") == "none"
    box = tip.bounding_box()
    assert box is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320  # noqa: PT018


def test_paper_has_all_details(context: BrowserContext) -> None:
    page = opened(context, LAW)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for name in ("check-exponent", "check-extrapolates", "assumes-independent-draws"):
        expect(page.locator(f"#{name} > .lb-details")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator(f"{CHECK} > .lb-details")).to_be_hidden()


def test_the_figure_can_be_taken_away(context: BrowserContext) -> None:
    page = opened(context, LAW)
    for kind in ("SVG", "CSV"):
        with page.expect_download() as download:
            page.locator(".lb-top .lb-tools a", has_text=kind).click()
        assert download.value.suggested_filename == f"error.{kind.lower()}"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_text_of_a_chart_is_as_large_as_text_may_be(context: BrowserContext, width: int) -> None:
    page = opened(context, LAW, width=width)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".lb-chart svg text")].filter((t) => t.textContent.trim())
        .map((t) => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"""
    )
    body = page.evaluate("parseFloat(getComputedStyle(document.querySelector('article')).fontSize)")
    assert min(sizes) >= 11
    assert max(sizes) <= body


def test_what_was_measured_stands_under_the_sliders(context: BrowserContext) -> None:
    page = opened(context, LAW)
    chart = page.locator(".lb-explorer[data-lb-vega]").first
    chart.locator("summary").click()
    expect(chart.locator(".lb-curve svg")).to_be_visible(timeout=20_000)
    expect(chart.locator(".lb-curve svg")).to_contain_text("n number of samples (samples)")
    expect(chart.locator("output").first).to_have_text("10")  # samples come in whole numbers


def test_what_opens_has_a_mark_that_says_so(context: BrowserContext) -> None:
    page = opened(context, LAW)
    marks = page.locator("details.lb-fold > summary, details.lb-row > summary").evaluate_all(
        "all => all.map((e) => ['::before', '::after'].some((part) => getComputedStyle(e, part).display !== 'none'))"
    )
    assert len(marks) > 4
    assert all(marks)


def test_the_table_of_contents_marks_where_its_link_has_led(context: BrowserContext) -> None:
    page = opened(context, LAW, width=1280)
    link = page.locator(".md-nav--secondary a[href='#assumes']").first
    link.click()
    active = page.locator(".md-nav--secondary .md-nav__link--active").last
    expect(active).to_have_attribute("href", "#assumes")
