"""Prose: math, citations, and nothing that could run."""

from __future__ import annotations

import pytest
from lawbook.reference.catalog import Catalog
from lawbook.site.markdown import Writer, plain, plain_math


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{2}{\eta}", "2/η"),
        (r"\frac{2 + 2\beta}{\eta\,(1 + 2\beta)}", "(2 + 2β)/(η (1 + 2β))"),
        (r"n^{-1/2}", "n^(−1/2)"),
        (r"n^{-2}", "n⁻²"),
        (r"\lambda_{\max}", "λ_max"),
        (r"\sqrt{x}", "√(x)"),
        (r"L_{\mathrm{test}} = \sigma\, n^{-b}", "L_test = σ n^(−b)"),
    ],
)
def test_math_as_one_line_of_text(latex: str, text: str) -> None:
    assert plain_math(latex) == text


def test_plain_text_of_markdown() -> None:
    assert plain(r"Falls as $n^{-1/2}$, *always* [@halving2001].") == "Falls as n^(−1/2), always."
    assert plain("_so_ says utils/parametric_fit.ipynb") == "so says utils/parametric_fit.ipynb"
    assert plain("`code` and [a link](https://example.org)") == "code and a link"


def test_citations_lead_to_the_page_the_law_or_the_bibliography(catalog: Catalog) -> None:
    write = Writer(catalog, "../../")
    assert 'href="../../laws/corner2002/"' in write.line("see [@corner2002]")
    law = write.line("see [@corner2002/three-corners]")
    assert 'href="../../laws/corner2002/#three-corners"' in law
    assert ">The angles sum to π</a>" in law
    assert 'href="../../bibliography/#someone1999"' in write.line("see [@someone1999]")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "$x$ <b onclick=alert(1)>b</b>",
        "\ue0000\ue001 <i>",
        '`<script>` "quoted"',
    ],
)
def test_nothing_from_an_entry_is_markup(catalog: Catalog, hostile: str) -> None:
    write = Writer(catalog, "")
    for made in (write.line(hostile), write.block(hostile)):
        for opening in ("<script", "<img", "<b ", "<i>", 'href="javascript', 'href="JaVa', 'href="data'):
            assert opening not in made


def test_math_survives_markdown(catalog: Catalog) -> None:
    made = Writer(catalog, "").block(r"One $a_i^* b_j^*$ and *two* $c_i$.")
    assert made.count("<math>") == 2
    assert "<em>two</em>" in made
    assert "\ue000" not in made
    assert "<math" not in Writer(catalog, "").line("`$x$`")  # code stays code


def test_plain_words_take_the_short_way_with_the_same_result(catalog: Catalog) -> None:
    write = Writer(catalog, "")
    assert write.line("Two angles give the third.") == "Two angles give the third."
    assert write.block("Two angles.") == "<p>Two angles.</p>\n"
    assert write.block("1. one\n2. two").startswith("<ol>")
    assert write.block("- one").startswith("<ul>")


def test_a_link_to_a_page_of_the_site_loses_its_suffix(catalog: Catalog) -> None:
    assert 'href="../corner2002/#x"' in Writer(catalog, "../../").line("[c](corner2002.md#x)")


def test_displayed_math_amid_text_is_an_element_that_takes_focus(catalog: Catalog) -> None:
    made = str(Writer(catalog, "").block("So\n\n$$a = b$$\n\nindeed."))
    assert '<math tabindex="0" display="block">' in made
    assert "&lt;math" not in made


@pytest.mark.parametrize(
    ("text", "line", "name", "words"),
    [
        ("[a](https://e.org) b", '<a href="https://e.org">a</a> b', "a b", "a b"),
        ("<https://e.org/a>", '<a href="https://e.org/a">https://e.org/a</a>', "https://e.org/a", "https://e.org/a"),
        ("by [@corner2002]", 'by <a class="lb-cite" href="../laws/corner2002/">Corner 2002</a>', "by Corner 2002", "by"),
        ("[a [@corner2002] b](c.md)", '<a href="../c/">a (Corner 2002) b</a>', "a (Corner 2002) b", "a b"),
        ("[$x$ *[@corner2002]*](#c)", '<a href="#c"><math><mi>x</mi></math> <em>Corner 2002</em></a>', "<math><mi>x</mi></math> <em>Corner 2002</em>", "x"),
        ("[a [b] c](#d)", '<a href="#d">a [b] c</a>', "a [b] c", "a [b] c"),
        ("`<a href=x>`", "<code>&lt;a href=x&gt;</code>", "<code>&lt;a href=x&gt;</code>", "<a href=x>"),
    ],
)  # fmt: skip
def test_a_link_holds_no_link_and_a_name_holds_none(
    catalog: Catalog, text: str, line: str, name: str, words: str
) -> None:
    assert Writer(catalog, "../").line(text) == line
    assert Writer(catalog, "../").name(text) == name
    assert plain(text) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to time 1e300 of the flow", "to time 10³⁰⁰ of the flow"),
        ("decay 2.5e-4, *thrice*", "decay 2.5 × 10⁻⁴, <em>thrice</em>"),
        ("from 1e150 to 1e300.", "from 10¹⁵⁰ to 10³⁰⁰."),
        ("C = 6.6e+08", "C = 6.6 × 10⁸"),  # as Python prints it
        ("`1e5` and $1e5$ and 0x1e5 and v1e5", "<code>1e5</code>"),
        ("[here](https://example.org/a/1e5)", "https://example.org/a/1e5"),
    ],
)
def test_powers_of_ten_in_words(catalog: Catalog, text: str, shown: str) -> None:
    assert shown in Writer(catalog, "../").line(text)
    assert "10⁵" not in Writer(catalog, "../").line(text)


def test_powers_of_ten_in_plain_text() -> None:
    assert plain("time 1e300 and 3e-2") == "time 10³⁰⁰ and 3 × 10⁻²"
