"""Which parts of a Markdown text are code, compared with a reader of CommonMark."""

from __future__ import annotations

import html
import re

import pytest
from lawbook.reference import code
from lawbook.reference.tex import pieces, unquoted
from markdown_it import MarkdownIt


@pytest.mark.parametrize(
    "text",
    [
        "", "text", "`$a$`", "``a ` b`` c", "\\`a` b", "\\\\`a`", "`a\nb`", "`a\n\nb`", "~~~\n$a$\n~~~\nb", "~~~~\n~~~\n$a$\n~~~~\nb",
        "```py\n$a$\n```", "```\n$a$", "``` a ``` b", "a\n```\nb\n```\nc", "> ```\n> $a$\n\nb", "> ~~~\n> $a$\n> ~~~\n> b",
        "- ```\n  $a$\n  ```\n- b", "1. a\n\n   ~~~\n   $b$\n   ~~~", "a\n\n    $b$\n\nc", "    $a$\n\n    b\nc", "a\n    $b$",
        "\t$a$\nb", "- a\n\n  b\n\nc\n\n    d", "````\n```\n````\nb",
    ],
)  # fmt: skip
def test_code_is_what_a_reader_of_commonmark_takes_for_it(text: str) -> None:
    parts = list(code.split(text))
    assert "".join(part for _, part in parts) == text
    rendered = MarkdownIt("commonmark").render(text)
    shown = [html.unescape(match) for match in re.findall(r"<code[^>]*>(.*?)</code>", rendered, re.DOTALL)]

    def bare(words: str) -> str:
        return re.sub(r"[\s>`~-]|py|\b1\.", "", words)

    assert bare("".join(part for is_code, part in parts if is_code)) == bare("".join(shown))


def test_a_formula_in_a_quote_is_without_its_marks() -> None:
    ((_, text), (kind, latex), *_) = pieces("> $$\n> a > b\n>> c\n> $$")
    assert (text, kind) == ("> ", "display")
    assert unquoted(latex) == "\na > b\nc\n"
