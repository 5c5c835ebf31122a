"""The miniature site as a reader meets it: phone and desktop, light and dark, mouse and keyboard."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

PAGES = [
    "/", "/laws/", "/laws/halving2001/", "/laws/corner2002/", "/notebooks/halving2001/", "/families/scaling/",
    "/browse/", "/browse/observable/", "/browse/turn/", "/browse/assumption/", "/browse/kind/", "/browse/data/",
    "/browse/timeline/", "/browse/map/",
    "/own-model/", "/bibliography/", "/cite/", "/api/", "/notation/", "/glossary/", "/coverage/", "/reading/", "/verdicts/", "/numbers/", "/architecture/", "/contributing/", "/security/",
    "/python/", "/python/lawbook/", "/python/notebook/", "/python/measure/", "/python/measure/sharpness/",
]  # fmt: skip
LAW = "/laws/halving2001/"


def opened(context: BrowserContext, path: str, width: int = 1280, height: int = 800, scheme: str = "light") -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path, wait_until="load")
    return page


@pytest.mark.parametrize(("width", "scheme", "axe"), [(390, "dark", True), (768, "dark", False), (1280, "light", True)])
def test_every_page_fits_its_window_and_axe_finds_nothing_in_our_content(
    context: BrowserContext, width: int, scheme: str, axe: bool
) -> None:
    for path in PAGES:
        page = opened(context, path, width=width, scheme=scheme)
        expect(page.locator("h1")).to_have_count(1)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
        assert page.evaluate("document.body.dataset.mdColorScheme") == {"light": "default", "dark": "slate"}[scheme]
        if axe and path != "/python/lawbook/":  # thousands of elements, of the kinds of the other pages of the API
            results = Axe().run(page, context="article", options={"resultTypes": ["violations"]})
            found = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in results.response["violations"]]
            assert found == [], path
        page.close()


def test_above_the_fold_on_a_phone(context: BrowserContext) -> None:
    page = opened(context, LAW, width=390, height=844)
    for part in ("h1", ".lb-byline", ".lb-formula-main", ".lb-headline", ".lb-top .lb-chart svg"):
        box = page.locator(part).first.bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= 844, part


def test_math_is_set_in_the_font_of_the_site(context: BrowserContext) -> None:
    page = opened(context, LAW)
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"STIX Two Math\"')")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert any("STIX Two Math" in family for family in loaded)
    fraction = page.locator(".lb-formula-main math").first
    assert "STIX Two Math" in fraction.evaluate("e => getComputedStyle(e).fontFamily")
    raised, base = (page.locator(f".lb-formula-main msup > :nth-child({i})").first.bounding_box() for i in (2, 1))
    assert raised is not None
    assert base is not None
    assert raised["y"] < base["y"]
    assert raised["height"] < base["height"] * 1.2


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("inverse square root", "The test loss falls"),
        ("LLN", "The test loss falls"),
        ("law of large numbers", "The test loss falls"),
        ("number of samples", "The test loss falls"),
        ("angles", "A triangle has three corners"),
    ],
)
def test_search_finds(context: BrowserContext, query: str, title: str) -> None:
    page = opened(context, "/")
    search(page, query)
    expect(page.locator(".md-search-result__item").first).to_contain_text(title, timeout=15_000)


def test_search_finds_an_author_on_a_phone(context: BrowserContext) -> None:
    page = opened(context, LAW, width=390, height=844)
    author = str(page.locator(".lb-byline a").first.text_content()).split(",")[0].split()[0]
    page.locator(".md-header label.md-header__button[for=__search]").click()
    page.locator(".md-search__input").press_sequentially(author)
    expect(page.locator(".md-search-result__item").first).to_contain_text("The test loss falls", timeout=15_000)


def search(page: Page, query: str) -> None:
    page.locator(".md-search__input").click()
    page.locator(".md-search__input").press_sequentially(query)  # Material listens for keys


@pytest.mark.parametrize(
    ("button", "copied"), [("TeX", r"L_{\mathrm{test}} = \sigma\, n^{-b}"), ("SymPy", "test_loss = spread*n**(-b)")]
)
def test_copy_buttons(context: BrowserContext, button: str, copied: str) -> None:
    page = opened(context, LAW)
    page.locator(".lb-actions button", has_text=button).first.click()
    expect(page.locator(".lb-actions button.lb-done")).to_have_text("copied")
    assert copied in page.evaluate("navigator.clipboard.readText()")


def test_the_copied_sympy_code_runs(context: BrowserContext) -> None:
    page = opened(context, LAW)
    page.locator(".lb-actions button", has_text="SymPy").first.click()
    expect(page.locator(".lb-actions button.lb-done")).to_have_count(1)
    scope: dict[str, object] = {}
    exec(page.evaluate("navigator.clipboard.readText()"), scope)
    assert str(scope["test_loss"]) == "spread/n**b"


def test_the_sliders_load_vega_when_opened_and_move_the_curve(context: BrowserContext) -> None:
    page = opened(context, LAW)
    requested: list[str] = []
    page.on("request", lambda r: requested.append(r.url))
    page.wait_for_timeout(300)
    assert not [url for url in requested if "vega" in url]
    chart = page.locator(".lb-explorer").first
    chart.locator("summary").click()
    expect(chart.locator(".lb-curve svg")).to_be_visible(timeout=20_000)
    assert [url for url in requested if "vega" in url]
    curve = chart.locator(".lb-curve svg .mark-line path").first
    before = curve.get_attribute("d")
    slider = chart.locator("input[data-lb-symbol=b]")
    slider.focus()
    page.keyboard.press("End")  # by keyboard
    expect(chart.locator("output").nth(1)).to_have_text("1")
    expect(curve).not_to_have_attribute("d", str(before))
    page.emulate_media(color_scheme="dark")
    expect(chart.locator(".lb-curve svg")).to_be_visible()


def test_scrolling_code_takes_keyboard_focus(context: BrowserContext) -> None:
    page = opened(context, "/notebooks/halving2001/", width=390, height=844)
    page.wait_for_timeout(300)
    lost = page.evaluate(
        """() => [...document.querySelectorAll("article pre, article code, article .jp-OutputArea-output")]
        .filter((e) => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX))
        .filter((e) => e.tabIndex < 0 && !e.querySelector("[tabindex], a, button")).map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert lost == []
    assert page.evaluate(
        "[...document.querySelectorAll('article pre code')].some((e) => e.scrollWidth > e.clientWidth)"
    )


def test_the_code_of_a_notebook_is_copied_as_it_is(context: BrowserContext) -> None:
    page = opened(context, "/notebooks/halving2001/")
    page.locator(".md-code__button[data-md-type=copy]").first.click()
    expect(page.locator(".md-dialog")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import numpy as np\nfrom lawbook import notebook\n")
    assert "\n    out = []\n" in copied


def test_permalinks(context: BrowserContext) -> None:
    page = opened(context, LAW)
    page.locator(".lb-actions a.lb-link").first.click()
    assert page.url.endswith("#inverse-root-formula")
    page.locator("#check-exponent > summary").click()
    page.locator("#check-exponent a.lb-here").click()
    assert page.url.endswith("#check-exponent")


def test_the_toggle_goes_from_system_to_light_to_dark(context: BrowserContext) -> None:
    page = opened(context, LAW, scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.locator("label[title='Follow the system; switch to light']").click()
    assert page.evaluate(background) != dark
    page.locator("label[title='Light; switch to dark']").click()
    assert page.evaluate(background) == dark


def test_verdicts_have_a_shape_each(context: BrowserContext) -> None:
    page = opened(context, "/verdicts/")
    shapes = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".lb-verdict")].map((e) =>
        [e.className, getComputedStyle(e, "::before").maskImage || getComputedStyle(e, "::before").webkitMaskImage]))"""
    )
    assert len(shapes) == 6
    assert len(set(shapes.values())) == 6
    assert all("url(" in shape for shape in shapes.values())
