"""Every text of the schema, hostile, in pages built past all checks: nothing of it runs, and all of it is text."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from lawbook.evidence import store
from lawbook.evidence.record import Evidence, Run, Series, Usage, digest
from lawbook.reference.bibliography import Name, Work
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.fields import Line, Part, Prose, Text
from lawbook.reference.fields import Name as Words
from lawbook.site import plugin
from lawbook.site.build import build
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import copy_docs

REPO = Path(__file__).resolve().parents[2]
TINY = REPO / "tests" / "tinybook"
RUN = "window.ran=1"
SETS = {
    "html": f'<img src=x onerror="{RUN}"><svg onload={RUN}></title></script><script>{RUN}</script><!-- <b',
    "attributes": f"\" onfocus=\"{RUN}\" autofocus tabindex=0 id=\"planted\" ' onfocus='{RUN}' x={RUN}",
    "lines": "".join(f'{end}# planted {{: #planted onclick="{RUN}" }}' for end in ["\n \n\n", "\r", "\r\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
    + f"\n\n## planted {{#planted onclick={RUN}}}\n\nplanted\n===\n\nplanted\n---\n::: os\n",
    "markdown": f"[x](javascript:{RUN}) <javascript:{RUN}> [y](data:text/html,<script>{RUN}</script>) ![z](//example.org/z.png) "
    f"{{: onclick={RUN} }} &lt;img src=x onerror={RUN}&gt; &#60;img src=x onerror={RUN}&#62; &#xfdd0;0&#xfdd1; \ufdd00\ufdd1 <!--lawbook:0-->",
    "controls": "\x00 \x02wzxhzdk:0\x03 \x07 \x1b[31m \x7f \x9f \ufffe \ufdd0",
}  # fmt: skip
LATEX = {"latex", "paper_writes"}
REFERENCES = {"law", "checks", "chart", "cites"}  # what a text names rather than says; as it was, so that it is found


def poisoned(value: Any, hint: Any, poison: Callable[[], str], latex: Callable[[], str]) -> Any:
    """The same with every text in it, and every text that it could have, replaced."""
    if isinstance(value, Part):
        hints = get_type_hints(type(value), include_extras=True)
        update = {
            name: poisoned(getattr(value, name), hints[name], latex if name in LATEX else poison, latex)
            for name in type(value).model_fields
            if name not in REFERENCES and not (name == "text" and getattr(value, "table", None) is not None)
        }
        if {"text", "table", "chart"} <= set(type(value).model_fields):  # a part of a guide is one of three
            update = {name: new for name, new in update.items() if getattr(value, name) is not None}
        return value.model_copy(update=update)
    if any(kind == hint or kind in get_args(hint) for kind in (Text, Line, Words, Prose)):
        if value is None or isinstance(value, str):
            return poison()
        if get_origin(hint) is list:
            return [poison() for _ in value or [None]]
    inner = get_args(hint)
    if isinstance(value, list):
        return [poisoned(item, inner[0], poison, latex) for item in value]
    if isinstance(value, dict):
        return {key: poisoned(item, inner[1], poison, latex) for key, item in value.items()}
    return value


def hostile(payload: str, tex: str, executed: Path) -> tuple[Catalog, dict[str, Evidence]]:
    """The miniature and a run of it, each text a mark of its own and then the payload."""
    catalog = load(TINY)[0]
    number = itertools.count(100)

    def poison() -> str:
        return f"q{next(number)}q {payload}"

    def latex() -> str:
        return tex

    def work(work: Work) -> Work:
        new: dict[str, Any] = {f.name: poison() for f in fields(work) if isinstance(getattr(work, f.name), str)}
        new |= {"key": work.key, "kind": work.kind, "eprint": "", "doi": "", "url": f"javascript:{RUN}"}
        return replace(work, authors=(Name(poison(), poison(), poison()), Name("", poison())), **new)

    changed = replace(
        catalog,
        entries={name: poisoned(entry, None, poison, latex) for name, entry in catalog.entries.items()},
        families={name: poisoned(family, None, poison, latex) for name, family in catalog.families.items()},
        notation={name: poisoned(quantity, None, poison, latex) for name, quantity in catalog.notation.items()},
        works={key: work(found) for key, found in catalog.works.items()},
    )
    said = {name: poison() for name in ("label", "title", "x_label", "y_label")}
    series = Series("error", "inverse-root", x=(1.0, 2.0, 4.0), y=(1.0, 0.7, 0.5), **said)  # type: ignore[arg-type]
    run = Run(
        "halving2001", 0, "quick", "error", poison(), series=(series,), usage=Usage(1, 1, 1, 1), commit=poison(),
        versions={poison(): poison()}, machine=poison(), finished=poison(), notebook=executed,
    )  # type: ignore[arg-type]  # fmt: skip
    return changed, {"halving2001": Evidence("halving2001", run, (run,))}


NOTEBOOK = "notebooks/scaling/halving2001.py"


def notebook(source: str) -> dict[str, Any]:
    """A notebook run from `source` whose text and outputs are hostile, with some that have to stay."""
    html = "".join(SETS.values()) + (
        f'<img src=x onerror="{RUN}"><script data-x="application/json">{RUN}</script><a href="javascript:{RUN}">bad</a>'
        f"<svg onload={RUN}><script>{RUN}</script></svg><style>*{{display:none}}</style>"
        f"<iframe srcdoc='<script>{RUN}</script>'></iframe><form action=https://example.org/><button>b</button></form>"
        "<meta http-equiv=refresh content='0;url=/gone/'></div></div></article>"
    )
    kept = '<table class="dataframe" border="1"><tr><td style="text-align: right">kept</td></tr></table>'
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt" onload="{RUN}"><script>{RUN}</script></svg>'
    )
    data = [
        {"text/html": html, "text/plain": "x"}, {"text/html": kept}, {"text/latex": r"$\displaystyle \frac{1}{2}$"},
        {"text/markdown": html + "\n\n**kept** [law](../laws/halving2001.md)"}, {"image/svg+xml": drawn},
        {"application/javascript": RUN, "text/plain": "x"}, {"text/plain": html},
    ]  # fmt: skip
    outputs: list[dict[str, Any]] = [{"output_type": "display_data", "data": one, "metadata": {}} for one in data]
    outputs.append({"output_type": "stream", "name": "stdout", "text": html})
    text = f"# Notebook\n\n[law](../laws/halving2001.md#inverse-root) `$5`\n\n$$\na = b\n$$\n\n{html}\n"
    code = {"execution_count": 1, "source": html, "outputs": outputs}
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": text},
        {"cell_type": "raw", "id": "b", "metadata": {"raw_mimetype": "text/html"}, "source": html},
        {"cell_type": "code", "id": "c", "metadata": {"tags": [html]}, **code},
    ]
    kernel = {"language": "python", "name": "python3", "display_name": "Python"}
    about = {"kernelspec": kernel, store.METADATA: {"source": digest(source)}}
    return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], AbstractContextManager[str]]
) -> Iterator[Callable[[str, str], str]]:
    """Builds the site of hostile texts, and gives the address where it is served."""
    root = tmp_path_factory.mktemp("hostile")
    copy_docs(root, "python")
    shutil.copy(REPO / "mkdocs.yml", root / "mkdocs.yml")
    shutil.copytree(TINY / "references", root / "references")
    shutil.copytree(TINY / "notebooks", root / "notebooks")
    (root / "run.ipynb").write_text(
        json.dumps(notebook((root / NOTEBOOK).read_text(encoding="utf-8"))), encoding="utf-8"
    )
    cache = REPO / "build" / "cache" / "site"
    (root / "build" / "cache" / "site").mkdir(parents=True)
    for kept in (*cache.glob("*.woff2"), *cache.glob("*.js")):
        shutil.copy(kept, root / "build" / "cache" / "site" / kept.name)
    known: dict[tuple[str, str], str] = {}
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:

        def made(payload: str, tex: str) -> str:
            if (payload, tex) not in known:
                catalog, evidence = hostile(payload, tex, root / "run.ipynb")
                patch.setattr(plugin, "load_checked", lambda where: (replace(catalog, root=where), []))
                patch.setattr(plugin.store, "read", lambda catalog: evidence)
                out = build(root, strict=False, out=root / f"site{len(known)}")
                known[payload, tex] = stack.enter_context(serve(out))
            return known[payload, tex]

        yield made


PATHS = ["/", "/laws/", "/laws/halving2001/", "/laws/corner2002/", "/families/scaling/", "/families/geometry/",
         "/bibliography/", "/numbers/", "/browse/", "/browse/assumption/", "/browse/observable/", "/browse/timeline/",
         "/browse/map/"]  # fmt: skip
STRUCTURE = """(text) => [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("head, head *, body, body *")]
    .filter((e) => !e.closest("article svg") && !e.closest("math") && !["P", "SCRIPT", "STYLE"].includes(e.tagName))
    .map((e) => `${e.tagName} ${[...e.attributes].map((a) => a.name).sort()}`).sort()"""
TRAPS = """() => [...document.querySelectorAll("*")].flatMap((e) => [...e.attributes]
    .filter((a) => a.name.startsWith("on") || (["href", "src", "action", "xlink:href"].includes(a.name)
      && !/^(https?:|[^:]*$|data:image)/i.test(a.value)) || a.value === "planted")
    .map((a) => `${e.tagName} ${a.name}=${a.value}`))"""

SHOWN = """e => {
  const copy = e.cloneNode(true)
  copy.querySelectorAll("script").forEach((data) => data.remove())
  return copy.textContent
}"""


def structure(page: Page, address: str) -> list[str]:
    """The elements of what is served there, each with the names of its attributes, as a browser without scripts has them."""
    with urllib.request.urlopen(address) as answer:
        return list(page.evaluate(STRUCTURE, answer.read().decode()))


def differs(found: list[str], expected: list[str]) -> dict[str, int]:
    """How many more or fewer of which."""
    counts = Counter(found)
    counts.subtract(Counter(expected))
    return {what: number for what, number in counts.items() if number}


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A window for all pages, which keeps the files that they share."""
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        yield context


def opened(window: BrowserContext, address: str, path: str) -> Page:
    page = window.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(address + path, wait_until="load")
    for key in ("Tab",) * 5:
        page.keyboard.press(key)
    return page


@pytest.mark.parametrize("name", SETS)
def test_nothing_runs_and_no_structure_appears(
    window: BrowserContext, built: Callable[[str, str], str], name: str
) -> None:
    plain, address = built("words", "x"), built(SETS[name], "x")
    for path in PATHS:
        page = opened(window, address, path)
        assert page.evaluate("window.ran") is None, path
        assert page.evaluate(TRAPS) == [], path
        assert differs(structure(page, address + path), structure(page, plain + path)) == {}, path
        page.close()


def test_text_shows_as_text(window: BrowserContext, built: Callable[[str, str], str]) -> None:
    address, shown = built(SETS["html"], "x"), set()
    for path in PATHS:
        page = opened(window, address, path)
        text = " ".join(str(page.locator("body").evaluate(SHOWN)).split())
        for mark, after in re.findall(r"(q\d+q) (.{10})", text):
            assert after == SETS["html"][:10], (path, mark)
            shown.add(mark)
        page.close()
    assert len(shown) > 60  # nearly every field is on some page


def test_search_shows_what_it_finds_as_text(window: BrowserContext, built: Callable[[str, str], str]) -> None:
    page = opened(window, built(SETS["html"], "x"), "/")
    page.locator(".md-search__input").click()
    page.locator(".md-search__input").press_sequentially("onerror")
    expect(page.locator(".md-search-result__item").first).to_be_visible(timeout=15_000)
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    assert page.locator(".md-search-result img, .md-search-result script").count() == 0
    assert page.locator(".md-search-result__item").first.text_content().count("<img") >= 1  # type: ignore[union-attr]
    page.close()


@pytest.mark.parametrize("tex", [
    rf"\text{{<img src=x onerror={RUN}>}}", f"<img src=x onerror={RUN}>", rf'\href{{javascript:{RUN}}}{{x}}" onfocus="{RUN}',
    "x\n\n# planted {#planted}\n", "\\text{\u2028# planted}", "\x00", r"\frac{1",
])  # fmt: skip
def test_no_latex_runs(window: BrowserContext, built: Callable[[str, str], str], tex: str) -> None:
    address = built("words", tex)
    for path in PATHS[1:4]:
        page = opened(window, address, path)
        assert page.evaluate("window.ran") is None, path
        assert page.evaluate(TRAPS) == [], path
        assert page.locator("#planted, article h1:has-text('planted'), article img").count() == 0
        page.close()


def test_a_notebook_runs_nothing_on_its_page(chromium: Browser, built: Callable[[str, str], str]) -> None:
    address = built("words", "x")
    page = chromium.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(f"{address}/notebooks/halving2001/", wait_until="load")
    page.wait_for_timeout(500)
    assert page.url == f"{address}/notebooks/halving2001/"
    assert page.evaluate("window.ran") is None
    traps = page.evaluate(TRAPS)
    assert [trap for trap in traps if not re.fullmatch("H[1-6] id=planted", trap)] == []  # it may have headings
    assert [url for url in requested if not url.startswith((address, "data:"))] == []
    inside = page.locator("article")
    assert inside.locator("iframe, form, style, script, object, embed, meta, link, input").count() == 0
    assert inside.locator("button:not([class*=md-])").count() == 0
    assert inside.locator("table.dataframe td").first.text_content() == "kept"
    assert inside.locator("math").count() >= 2
    assert inside.locator("a[href='../../laws/halving2001/#inverse-root']").count() == 1
    assert inside.locator("img.lb-figure").count() == 1
    assert page.locator(".md-footer").is_visible()  # a notebook cannot close what the page has opened
    page.goto(f"{address}/figures/halving2001-1.svg", wait_until="load")
    assert page.evaluate("window.ran") is None
    page.close()
