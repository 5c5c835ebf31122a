"""All laws, the pages to browse by and the map as a reader uses them; where it matters, with five thousand laws."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

MANY = 5000


@pytest.fixture
def many(context: BrowserContext, site: Path) -> BrowserContext:
    """The same site, whose index has five thousand laws: of each paper, law 3 is a bound that assumes full batches."""
    index: dict[str, Any] = json.loads((site / "assets" / "lawbook" / "laws.json").read_text(encoding="utf-8"))
    options = {facet["id"]: facet["options"] for facet in index["facets"]}
    options["assumes"].append(["full-batch", "full batch"])
    options["kind"].append(["bound", "bound"])
    place = {facet["id"]: i for i, facet in enumerate(index["facets"])}
    first = index["laws"][0]
    index["papers"] = [
        [f"paper{i}", f"Author {i} {1990 + i % 30}", f"Title {i}", str(1990 + i % 30), "", {}] for i in range(500)
    ]
    index["laws"] = []
    for i in range(MANY):
        values = [list(value) for value in first[3]]
        if i % 10 == 3:
            values[place["assumes"]] = [len(options["assumes"]) - 1]
            values[place["kind"]] = [len(options["kind"]) - 1]
        index["laws"].append([i // 10, f"law-{i}", f"Law {i}", values, *first[4:]])
    body = json.dumps(index)
    context.route("**/laws.json", lambda route: route.fulfill(body=body, content_type="application/json"))
    context.route("**/formulas.json", lambda route: route.fulfill(json=["<math><mi>x</mi></math>"] * MANY))
    return context


def opened(context: BrowserContext, path: str, width: int = 1280, scheme: str = "light") -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(path, wait_until="load")
    return page


def told(page: Page, words: str) -> None:
    expect(page.locator(".lb-find output")).to_have_text(words)


def names(page: Page) -> list[str]:
    return page.locator(".lb-laws .lb-c-name a").all_text_contents()


def test_filters_combine_count_and_stand_in_the_address(context: BrowserContext) -> None:
    page = opened(context, "/laws/")
    told(page, "2 laws")
    expect(page.locator(".lb-group")).to_have_count(2)
    support, assumes = page.locator("[name=support]"), page.locator("[name=assumes]")
    expect(support.locator("option")).to_contain_text(["anything", "theorem (2)"])
    support.select_option("theorem")
    assumes.select_option("flat")
    told(page, "1 of 2 laws")
    assert names(page) == ["The angles sum to π"]
    # what would be found if another were chosen, all else staying as it is
    expect(page.locator("[name=family] option")).to_contain_text(["all families", "Geometric regularities (1)"])
    expect(assumes.locator("option")).to_contain_text(["anything", "flat (1)", "independent draws (1)"])
    assert page.url.endswith("/laws/?support=theorem&assumes=flat")
    page.go_back()
    told(page, "2 laws")
    expect(assumes).to_have_value("")
    page.go_forward()
    told(page, "1 of 2 laws")
    expect(assumes).to_have_value("flat")
    page.get_by_role("button", name="Clear all").click()
    told(page, "2 laws")
    assert page.url.endswith("/laws/")


def test_an_address_is_a_state(context: BrowserContext) -> None:
    page = opened(context, "/laws/?word=large+numbers&group=flat&sort=-name")
    told(page, "1 of 2 laws")
    expect(page.locator("[name=word]")).to_have_value("large numbers")
    expect(page.locator("[name=sort]")).to_have_value("")  # by name from Z is no choice of the list
    expect(page.locator("th[data-lb-column=name]")).to_have_attribute("aria-sort", "descending")
    page.wait_for_load_state("networkidle")
    page.locator(".lb-laws .lb-c-name a").click()
    expect(page).to_have_url(re.compile("/laws/halving2001/#inverse-root$"))
    page.wait_for_load_state("networkidle")
    page.go_back()
    told(page, "1 of 2 laws")


@pytest.mark.parametrize(
    ("words", "law"),
    [
        ("LLN", "The error falls"),
        ("lies in a plane", "The angles"),  # an assumption
        ("sum of the angles", "The angles"),
        ("independent-draws theorem", "The error falls"),
        ("Emmy", "The angles"),
        ("n^(", "The error falls"),
    ],
)
def test_words_find_names_authors_assumptions_and_formulas(context: BrowserContext, words: str, law: str) -> None:
    page = opened(context, "/laws/")
    page.locator("[name=word]").fill(words)
    told(page, "1 of 2 laws")
    expect(page.locator(".lb-laws .lb-c-name a")).to_contain_text([law])


def test_nothing_found_is_said(context: BrowserContext) -> None:
    page = opened(context, "/laws/?word=phlogiston")
    told(page, "0 of 2 laws")
    expect(page.locator(".lb-laws tbody tr")).to_have_count(0)


def test_any_column_sorts_both_ways(context: BrowserContext) -> None:
    page = opened(context, "/laws/?group=flat")
    told(page, "2 laws")
    for column in ("Law", "Paper", "Year", "Tells", "Formula", "Kind", "Rests on", "Measured"):
        button = page.get_by_role("button", name=column, exact=True)
        head = page.get_by_role("columnheader", name=column, exact=True)
        button.click()
        expect(head).to_have_attribute("aria-sort", "ascending")
        first = names(page)
        button.press("Enter")
        expect(head).to_have_attribute("aria-sort", "descending")
        if column != "Rests on":  # both are theorems
            assert names(page) == first[::-1], column
    assert page.url.endswith("?group=flat&sort=-verdict")


def test_of_five_thousand_only_rows_near_the_window_exist(many: BrowserContext) -> None:
    page = opened(many, "/laws/")
    told(page, "5000 laws")
    rows = page.locator(".lb-laws tbody tr")
    assert rows.count() < 100
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    expect(page.get_by_role("link", name="Law 2500", exact=True)).to_be_in_viewport()
    assert rows.count() < 200
    page.locator("[name=kind]").select_option("bound")
    told(page, "500 of 5000 laws")
    page.locator("[name=word]").fill("1995")
    told(page, "17 of 5000 laws")
    assert len(names(page)) == 17
    assert page.url.endswith("?word=1995&kind=bound")


def test_rows_are_reached_by_keyboard_beyond_those_that_exist(many: BrowserContext) -> None:
    page = opened(many, "/laws/?group=flat")
    told(page, "5000 laws")
    page.locator(".lb-laws .lb-c-name a").first.focus()
    for i in range(1, 60):
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text(f"Law {i}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_table_fits_and_axe_finds_nothing(many: BrowserContext, width: int, scheme: str) -> None:
    page = opened(many, "/laws/?assumes=full-batch", width, scheme)
    told(page, "500 of 5000 laws")
    if width < 960:
        expect(page.locator(".lb-find-facets")).to_be_hidden()
        page.locator(".lb-find-more summary").click()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    tall = page.evaluate(
        "[...document.querySelectorAll('.lb-laws tbody tr')].map((e) => e.scrollHeight - e.clientHeight)"
    )
    assert max(tall) <= 1  # rows have the height that they are placed by
    results = Axe().run(page, context="article", options={"resultTypes": ["violations"]})
    assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in results.response["violations"]] == []


@pytest.mark.parametrize("path", ["/browse/assumption/", "/browse/timeline/", "/browse/map/", "/browse/"])
def test_browse_pages_fit_a_narrow_phone(context: BrowserContext, path: str) -> None:
    page = opened(context, path, 320)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_without_a_script_all_laws_are_a_list_of_links(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/laws/")
    expect(page.locator(".lb-all-list li")).to_have_count(2)
    expect(page.locator(".lb-find")).to_be_hidden()
    page.locator(".lb-all-list li a").first.click()
    expect(page.locator("h1")).to_contain_text("The test loss falls")
    page.goto("/browse/map/")
    expect(page.locator(".lb-map-node")).to_have_count(2)
    expect(page.locator(".lb-map-filter")).to_be_hidden()
    expect(page.locator(".lb-map-key")).to_be_visible()
    context.close()


def test_where_the_index_does_not_come_the_list_stays(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address)
    context.route("**/laws.json", lambda route: route.abort())
    page = context.new_page()
    page.goto("/laws/")
    page.wait_for_timeout(300)
    expect(page.locator(".lb-all-list li")).to_have_count(2)
    expect(page.locator(".lb-find")).to_be_hidden()
    context.close()


def test_a_value_leads_from_its_page_to_the_table(context: BrowserContext) -> None:
    page = opened(context, "/browse/assumption/")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="1 law in the table: flat").click()
    told(page, "1 of 2 laws")
    expect(page.locator("[name=assumes]")).to_have_value("flat")


def test_the_map_is_filtered_and_walked_by_keyboard(context: BrowserContext) -> None:
    page = opened(context, "/browse/map/")
    line, row = page.locator(".lb-edge"), page.locator(".lb-relations tbody tr")
    expect(line).to_be_visible()
    page.locator(".lb-map-filter input[value=explains]").press("Space")
    expect(line).to_be_hidden()
    expect(row).to_be_hidden()
    page.locator(".lb-map-filter input[value=explains]").press("Space")
    page.locator(".lb-map-filter input[value=geometry]").uncheck()
    expect(page.locator(".lb-map-node:visible")).to_have_count(1)
    expect(line).to_be_hidden()
    page.locator(".lb-map-filter input[value=geometry]").check()
    page.wait_for_load_state("networkidle")
    page.locator(".lb-map-scroll").focus()
    page.keyboard.press("Tab")
    node = page.locator(".lb-map-node:focus")
    expect(node).to_have_attribute("data-lb-paper", "halving2001")
    expect(page.locator(".lb-map-told")).to_contain_text("explains Corner 2002")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("The test loss falls")
