"""The search of the whole book, typed into the box of the theme: a table of queries, keys, a sub-path, no JavaScript."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from lawbook.reference.catalog import load
from lawbook.site import search, search_index
from lawbook.site.search_words import words
from playwright.sync_api import Browser, BrowserContext, Page, expect

REPO = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("queries.tsv")
LIST = ".md-search-result__item"

# The theme tells nobody when an answer has come: count the answers of its worker.
COUNT = """
window.answers = 0
const Theirs = window.Worker
window.Worker = class extends Theirs {
  constructor(...all) {
    super(...all)
    this.addEventListener("message", ({ data }) => data.type === 3 && setTimeout(() => window.answers++, 0))
  }
}
"""
ASK = """async (queries) => {
  const box = document.querySelector(".md-search__input")
  const found = []
  for (const query of queries) {
    const before = window.answers
    box.value = query
    box.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }))
    const asked = performance.now()
    while (window.answers === before) {
      if (performance.now() - asked > 60000) throw Error(`no answer to ${query}`)
      await new Promise((done) => setTimeout(done, 2))
    }
    const items = [...document.querySelectorAll(".md-search-result__item")].slice(0, 3)
    found.push(items.map((item) => [...item.querySelectorAll("a[href]")].map((link) => link.href)))
  }
  return found
}"""


@pytest.fixture(scope="module")
def book(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the site of the miniature below `sub/path`, whose search knows the laws of the whole book."""
    root = tmp_path_factory.mktemp("searched")
    built = root / "sub" / "path"
    shutil.copytree(site, built, ignore=shutil.ignore_patterns("search", "dist", "figures"))
    catalog, _ = load(REPO)
    assert len(catalog.entries) > 30
    for name, text in search_index.files(search.documents(catalog, {}), catalog.synonyms).items():
        (built / "search" / name).parent.mkdir(parents=True, exist_ok=True)
        (built / "search" / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def searched(book: Path, serve: Callable[[Path], AbstractContextManager[str]]) -> Iterator[str]:
    with serve(book) as address:
        yield f"{address}/sub/path"


@pytest.fixture
def page(chromium: Browser, searched: str) -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(viewport={"width": 1280, "height": 800})
    faults: list[str] = []
    context.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    context.on("weberror", lambda e: faults.append(str(e.error)))
    context.on("request", lambda r: faults.append(r.url) if not r.url.startswith((searched, "data:")) else None)
    page = context.new_page()
    page.add_init_script(COUNT)
    page.goto(f"{searched}/laws/halving2001/", wait_until="load")
    yield page
    context.close()
    assert faults == []


def ready(page: Page) -> None:
    page.keyboard.press("/")
    page.locator(".md-search__input").press_sequentially("zz")
    page.wait_for_function("window.answers > 0")


def table() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def has(links: list[str], expected: str) -> bool:
    """Whether the links of a result lead to one of the entries, and to the law where one is named."""
    for one in expected.split():
        paper, _, law = one.partition("/")
        mine = [link for link in links if f"/laws/{paper}/" in link]
        if mine and (not law or any(link.endswith(f"#{law}") for link in mine)):
            return True
    return False


def test_the_table_of_queries(page: Page) -> None:
    ready(page)
    rows = table()
    assert len(rows) >= 150
    assert [query for query, times in Counter(query for query, _, _ in rows).items() if times > 1] == []
    assert {one.split("/")[0] for _, expected, _ in rows for one in expected.split()} == set(load(REPO)[0].entries)
    found = page.evaluate(ASK, [query for query, _, _ in rows])
    missed, first = [], 0
    for (query, expected, kind), items in zip(rows, found, strict=True):
        ranks = [i for i, links in enumerate(items) if has(links, expected)]
        first += ranks[:1] == [0]
        if not ranks:
            missed.append(f"{kind}: {query!r} found {[i[-1].rsplit('/laws/')[-1] for i in items]}, not {expected}")
    assert missed == []
    assert first >= 0.9 * len(rows)


def test_a_result_names_the_law_and_leads_to_it(page: Page, searched: str) -> None:
    page.keyboard.press("/")
    page.locator(".md-search__input").press_sequentially("edge of stability")
    result = page.locator(LIST).first
    expect(result.locator("h2").first).to_have_text("Sharpness settles at 2/η")
    expect(result).to_contain_text("Cohen et al. 2021 · Weight dynamics and the edge of stability")
    expect(result).to_contain_text("empirical regularity · not run yet")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.href") == f"{searched}/laws/cohen2021/#sharpness-at-the-edge"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".md-search__input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".md-search__input")).not_to_be_focused()


def test_enter_leads_to_the_law_that_answers_best(page: Page, searched: str) -> None:
    page.keyboard.press("/")
    page.evaluate(ASK, ["2/eta"])  # waits for the answer to all of it, not to the first letters
    expect(page.locator(LIST).first).to_contain_text("2/η")
    law = page.locator(f"{LIST} h2").first.locator("xpath=ancestor::a").get_attribute("href")
    assert str(law).startswith(f"{searched}/laws/cohen20")
    page.route("**/laws/cohen*/", lambda route: route.fulfill(body="<p>the law</p>", content_type="text/html"))
    page.keyboard.press("Enter")
    page.wait_for_url(str(law), wait_until="commit")


def test_pasted_text_is_searched(page: Page, searched: str) -> None:
    page.keyboard.press("/")
    page.locator(".md-search__input").fill("2/η")
    law = page.locator(f"{LIST}:first-child h2").first.locator("xpath=ancestor::a")
    expect(law).to_have_attribute("href", f"{searched}/laws/cohen2021/#sharpness-at-the-edge")


def test_a_query_fetches_little_of_the_index(page: Page, book: Path) -> None:
    fetched: list[int] = []
    page.on("response", lambda r: fetched.append(len(r.body())) if "/search/" in r.url else None)
    ready(page)
    page.evaluate(ASK, ["sharpness at the edge"])
    whole = sum(path.stat().st_size for path in (book / "sub/path/search").rglob("*") if path.is_file())
    assert 0 < sum(fetched) < whole / 2


# Each of them means the same to the index and to the box: accents, Greek, LaTeX, spelling, numbers.
TEXTS = [
    "Peyré & Boix-Adserà", "Erdős–Rényi", r"\lambda_{\max}\bigl(\nabla^2 L\bigr) \to \frac{2}{\eta}", "λ_max(∇²L) → 2/η",
    "W^{\\mathsf T}W = WᵀW", "n^{-4/d}, 4d", "normalizations and neighbours of losses", "0.076 arXiv:2103.00065v2", "x₁x₂ ½ ℓ 𝜂 ϵ",
    "the step size's centre", r"\tfrac12\sigma^2", "cohen2021 NC1 3t⁻³", "İstanbul Straße Łukasz Øre", "log t \\log t", "e^(-2 lambda t)",
]  # fmt: skip


def test_the_box_takes_text_apart_as_the_index_does(page: Page, searched: str) -> None:
    page.add_script_tag(url=f"{searched}/assets/search-words.js")
    tables = page.request.get(f"{searched}/search/search_index.json").json()["config"]["index"]["words"]
    split = "([tables, texts, math]) => texts.map((text) => searchWords(tables).words(text, math))"
    for math in (False, True):
        assert page.evaluate(split, [tables, TEXTS, math]) == [words(text, math=math) for text in TEXTS]


def test_without_javascript_there_is_no_box(chromium: Browser, searched: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{searched}/laws/halving2001/")
    expect(page.locator(".md-search__input")).to_be_hidden()
    expect(page.locator("label[for=__search]").first).to_be_hidden()
    context.close()
