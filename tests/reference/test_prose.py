"""What the text of an entry may hold: nothing that a page could take for structure."""

from __future__ import annotations

import pytest
from lawbook.reference.prose import defects, one_line, without_headings, without_tags


@pytest.mark.parametrize(
    "text",
    ["# x", "###### x", "#", "> x", "- x", "* x", "+ x", "1. x", "12) x", "```x", "~~~", "---", "* * *", "a\nb", "==="],
)
def test_a_line_begins_no_block(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        one_line(text)


@pytest.mark.parametrize(
    "text", ["#1 of 3", "-1.5", "*x* y", "1.5 times", "`code` x", "$n$", "**bold**", "2001", "x # y", "_x_"]
)
def test_a_line_that_begins_none(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize("text", ["x `<b>`", "$a <b$", "`<!-- x`", "$x</script>$", "`<img src=x`"])
def test_a_name_has_no_tag_even_in_math_or_code(text: str) -> None:
    with pytest.raises(ValueError, match="expected no tag such as"):
        without_tags(text)


@pytest.mark.parametrize("text", ["# x", "a\n\n## b {onclick=x}", "> # x", "- # x", "a\n===", "a\n---", "   # x", "#"])
def test_a_text_has_no_heading(text: str) -> None:
    with pytest.raises(ValueError, match="expected no heading such as"):
        without_headings(text)


@pytest.mark.parametrize("text", ["#1", "a # b", "    # code", "```\n# code\n```", "a\n\n---\n\nb", "\\# x", "`# x`"])
def test_a_text_without_one(text: str) -> None:
    assert without_headings(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))", "[x](JavaScript:x)", "[x]( <javascript:x> )", "[x](java&#115;cript:x)",
        "[x](java&Tab;script:x)", "[x](java%73cript:x)", "[x](vbscript:x)", "![x](data:text/html,x)", "[x](file:///etc)",
        "[x](//evil.org)", "[x](\\\\\\\\evil.org)", "[x](/\\\\evil.org)", "[x][y]\n\n[y]: javascript:x", "[y]: data:x",
        "[a\nb](javascript:x)", "[x](ftp://a)", "[x](mailto:a@b)",
    ],
)  # fmt: skip
def test_a_link_leads_to_the_web_or_to_the_site(text: str) -> None:
    assert any("found a link to" in message for message in defects(text)), list(defects(text))


@pytest.mark.parametrize(
    "text", ["[x](https://a.b/c?d)", "[x](http://a.b)", "[x](../laws/a2001.md#b)", "[x](#a)", "`[x](javascript:y)`"]
)
def test_a_link_that_does(text: str) -> None:
    assert list(defects(text)) == []


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "x <img src=x onerror=y", "<!-- x", "<?php", "</p", "<javascript:x>", "a <b"]
)
def test_raw_html_is_told_whether_it_is_closed_or_not(text: str) -> None:
    assert any("found raw HTML" in message for message in defects(text)), list(defects(text))
