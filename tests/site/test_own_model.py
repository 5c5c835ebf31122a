"""Which law can I test on my model? Every check of the book is on the page, and every call there can be made."""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path
from typing import Any

import lawbook
import pytest
from lawbook.evidence import confirmation
from lawbook.own.finding import Found
from lawbook.own.judging import judge_found
from lawbook.reference.asks import only_rivals_need, to_give
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.instruments import HAVE
from lawbook.reference.rules import FITTED
from lawbook.site.own_model import PAGE, call, pages
from lawbook.site.pages import Book

REPO = Path(__file__).resolve().parents[2]
CALLS = re.compile(r"<pre><code>(lawbook\.judge\(.*?\))</code></pre>")


@pytest.fixture(scope="module")
def book() -> Catalog:
    return load(REPO)[0]


@pytest.fixture(scope="module")
def page(book: Catalog) -> str:
    return made(book)


def made(catalog: Catalog) -> str:
    """The list of all laws and every page that it leads to."""
    found = Book(catalog, {})
    return "\n".join(page.text for page in pages(found, found.page).values())


def every_check(catalog: Catalog) -> list[Found]:
    return [
        Found(catalog, entry, law_id, law, name, check)
        for entry in catalog.entries.values()
        for law_id, law in entry.laws.items()
        for name, check in law.checks.items()
    ]


def test_every_check_of_the_book_has_its_call_once(book: Catalog, page: str) -> None:
    found = [html.unescape(text) for text in CALLS.findall(page)]
    wanted = [call(f.entry, f.name, f.check, to_give(book, f.law, f.check)) for f in every_check(book)]
    assert sorted(found) == sorted(wanted)
    assert len(set(found)) == len(found) > 300


def test_with_what_is_predicted_as_what_is_measured_every_call_holds(book: Catalog, page: str) -> None:
    seeds = confirmation.read_all(book)[0]
    checks = {found.reference: found for found in every_check(book)}
    for text in CALLS.findall(page):
        tree = ast.parse(html.unescape(text), mode="eval").body
        assert isinstance(tree, ast.Call)
        assert ast.unparse(tree.func) == "lawbook.judge"
        found = checks[ast.literal_eval(tree.args[0])]
        asked: dict[str, Any] = {word.arg: ast.literal_eval(word.value) for word in tree.keywords if word.arg}
        assert asked["measured"] is asked["error"] is ...
        known = known_of(found, seeds)
        given = {name: known[name] for name in asked.get("given", ())}
        fit = None if "fit" not in asked else {name: value for name, value in known.items() if name not in given}
        predicted = (
            book.expression(found.law, found.predicted)(**known)
            if isinstance(found.predicted, str)
            else found.predicted
        )
        judged = judge_found(found, measured=predicted, error=0.0, given=given, fit=fit)
        assert judged.verdict == "holds", found.reference
        needed = {name for rival in judged.rivals for name in rival.needs}
        assert needed <= set(only_rivals_need(book, found.law, found.check))


def known_of(found: Found, seeds: dict[str, Any]) -> dict[str, float]:
    """Values of all symbols that a check needs: those of a seed, else of the entry, else one half."""
    results = seeds[found.entry.paper].results.get(("check", found.name), ()) if found.entry.paper in seeds else ()
    there = next(({**(r.fitted or {}), **r.point.given} for r in results if r.point is not None), {})
    known = {}
    for name in found.needs(found.predicted):
        value = found.catalog.symbol(found.law, name).value
        known[name] = there.get(name, 0.5 if value is None else value)
    return known


@pytest.mark.parametrize("reference", ["cohen2021/hovers-at-the-edge", "papyan2020/every-pair-at-the-simplex-angle"])
def test_a_call_as_it_stands_is_python(page: str, reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    (text,) = [
        html.unescape(text)
        for text in CALLS.findall(page)
        if html.unescape(text).startswith(f'lawbook.judge("{reference}"')
    ]
    for number in ("-0.5", "0.001", "3"):
        text = text.replace("...", number, 1)
    assert eval(text, {"lawbook": lawbook}).reference == reference


def test_what_one_has_narrows_the_list_down_without_a_script(page: str) -> None:
    style = (REPO / "docs/assets/browse.css").read_text(encoding="utf-8")
    for have in HAVE:
        assert f'id="lb-have-{have}"' in page
        assert f"#lb-have-{have}:checked) .lb-mine-law:not(.lb-has-{have})" in style
    assert "<script" not in page


def test_what_nobody_has_said_is_told(catalog: Catalog) -> None:
    text = made(catalog)
    assert "Of 1 nobody has said so yet." in text
    assert 'The angles sum to π</a> <span class="lb-note">' in text
    assert "· not said yet</span>" in text
    assert "coins, or others whose spread" in text
    assert "arithmetic alone" in text


def test_links_to_the_api_stand_where_it_is_documented(catalog: Catalog, page: str) -> None:
    assert 'href="../../python/measure/powerlaw/#lawbook.measure.powerlaw.fit"' in page
    assert "python/measure" not in made(catalog)


def test_each_law_of_the_list_leads_to_its_place(book: Catalog) -> None:
    found = Book(book, {})
    parts = pages(found, found.page)
    links = re.findall(r'class="lb-mine-law[^"]*" id="([^"]*)"><a href="([^"#]*)/#([^"]*)"', parts[PAGE].text)
    assert len(links) > 100
    for anchor, part, there in links:
        assert anchor == there
        assert f'id="{anchor}"' in parts[f"own-model/{part}.md"].text


def test_laws_that_say_nothing_elsewhere_stand_on_a_page_of_their_own(book: Catalog) -> None:
    found = Book(book, {})
    text = pages(found, found.page)["own-model/only-here.md"].text
    assert text.count("· only here</span>") == text.count("<details") > 0


def test_a_fitted_law_says_so(book: Catalog, page: str) -> None:
    fitted = [found for found in every_check(book) if found.check.predicted == FITTED]
    assert page.count("<dt>Fit first</dt>") == len(fitted) > 0
