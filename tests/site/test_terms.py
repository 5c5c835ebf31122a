"""Words of the glossary: the first use on a page is a link, in running text alone."""

from __future__ import annotations

import re

import pytest
from lawbook.reference.catalog import Catalog
from lawbook.reference.glossary import Term
from lawbook.site.pages import pages
from lawbook.site.terms import Glossary

TERMS = {
    "edge": Term(term="edge of stability", says="Where 2/η < λ & “so on”."),
    "sharpness": Term(term="sharpness", says="The largest eigenvalue."),
    "sam": Term(term="SAM", also=["sharpness-aware minimisation"], says="A method."),
}
GLOSSARY = Glossary.of(TERMS)


def linked(text: str) -> list[str]:
    """The words that became links."""
    return re.findall(r'class="lb-term"[^>]*>([^<]*)</a>', GLOSSARY.link(text, "../"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>The sharpness and again the sharpness.</p>\n<p>Sharpness.</p>", ["sharpness"]),
        ("<p>At the\nEdge of\nstability.</p>", ["Edge of\nstability"]),
        ("<p>Sharpness-aware minimisation, or SAM: the same.</p>", ["Sharpness-aware minimisation"]),
        ("<p>sam, Sam, resharpness, sharpness-like, sharpnesses</p>", []),
        ("<p>Two edge of stabilitys</p>", ["edge of stabilitys"]),
        ('<p><a href="x">sharpness</a> <code>sharpness</code> <math><mi>sharpness</mi></math> SAM</p>', ["SAM"]),
        ('<p title="sharpness">none</p>', []),
        ("# The sharpness\n\n<h3>sharpness</h3><p>the sharpness</p>", ["sharpness"]),
        ("<details><summary>SAM</summary><p>sharpness</p></details><p>SAM</p>", ["SAM"]),
        ('<p class="lb-byline">SAM</p><p>SAM</p>', ["SAM"]),
        ("<script>sharpness</script><svg><text>SAM</text></svg>", []),
    ],
)
def test_first_uses(text: str, words: list[str]) -> None:
    assert linked(text) == words


def test_a_link_has_the_meaning_as_its_title_and_the_text_is_else_as_it_was() -> None:
    text = "<p>At the edge of stability &amp; beyond.</p>"
    made = GLOSSARY.link(text, "../../")
    assert 'href="../../glossary/#edge" title="Where 2/η &lt; λ &amp; “so on”."' in made
    assert re.sub(r"<a [^>]*>|</a>", "", made) == text
    assert GLOSSARY.link(made, "../../").count("lb-term") == 1
    assert Glossary.of({}).link(text, "../") == text


def test_law_pages_link_and_the_glossary_says_which_laws_are_about_a_word(catalog: Catalog) -> None:
    terms = {
        "sample": Term(term="sample", says="One of many.", see=["loss"]),
        "loss": Term(term="loss", says="A $n^2$."),
    }
    before, catalog.glossary = catalog.glossary, terms
    try:
        made = pages(catalog, {})
    finally:
        catalog.glossary = before
    law = made["laws/halving2001.md"].text
    assert law.count('class="lb-term" href="../../glossary/#sample"') == 1
    assert "# " not in [line[:2] for line in law.split("\n") if "lb-term" in line]
    text = made["glossary.md"].text
    assert '<dt id="sample">' in text
    assert 'See also <a href="#loss">loss</a>' in text
    assert 'Laws about it: <a href="../laws/halving2001/">' in text
    assert "<math>" in text
