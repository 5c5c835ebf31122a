"""Text of notebooks: formulas of every kind, code that stays code, and HTML that can do nothing."""

from __future__ import annotations

import re

import pytest
from lawbook.site.notebook_text import latex, prose, rendered

BLOCK = '<math tabindex="0" display="block">'


@pytest.mark.parametrize(
    "source",
    [
        "$$\na = b\n$$",
        "text\n$$\na = b\n$$\nmore",
        "$$\n\na = b\n\n$$",
        "\\begin{align}\na &= b\\\\\nc &= d\n\\end{align}",
        "text\n\\begin{align*}\na &= b\n\\end{align*}\nmore",
        "  \\begin{equation}\n a\n \\end{equation}",
        "$$\n\\begin{align}\na &= b\n\\end{align}\n$$",
        "\\begin{gather} a \\\\ b \\end{gather}",
        "> so\n> $$\n> a = b\n> $$\n> on",
        "> \\begin{align}\n> a &= b\n> \\end{align}",
        ">> $$a\n>> = b$$",
        "- one\n\n  $$\n  a = b\n  $$\n\n- two",
    ],
)
def test_displayed_math_of_every_kind(source: str) -> None:
    made = prose(source)
    assert made.count(BLOCK) == 1
    assert "$" not in made
    assert "\\begin" not in made
    assert "<mo>&gt;</mo>" not in made  # the mark of a quote is none of a formula
    assert "<code>" not in made
    assert "\n" not in made[made.index(BLOCK) : made.index("</math>")]


@pytest.mark.parametrize(
    "source",
    [
        "~~~\ncost $5 and $6\n~~~",
        "~~~ python\n$a$ `\n~~~~\n",
        "````\n```\n$a$\n```\n$b$\n````",
        "```\n\\begin{align}\na\n\\end{align}\n```",
        "> ```\n> $a$\n> ```",
        "1. one\n   ~~~\n   $a$\n   ~~~",
        "text\n\n    cost $5 and $6\n\n    $$\n    a\n    $$",
        "`$a$`",
        "``$a ` b$``",
        "`a\n$b$`",
        "`\\$a$`",
        "`<img src=x>` ``<script>``",
        "```\n$a$ never closed",
    ],
)
def test_code_stays_as_it_is(source: str) -> None:
    assert prose(source) == source


@pytest.mark.parametrize("source", ["`$a$` and $b$", "~~~\n$a$\n~~~\n$b$", "\\`$b$ and `", "a `` ` $a$ `` $b$"])
def test_what_is_no_code_is_math_beside_it(source: str) -> None:
    assert prose(source).count("<math>") == 1
    assert "<mi>b</mi>" in prose(source)


@pytest.mark.parametrize(
    ("output", "count"),
    [
        (r"$\displaystyle \frac{x}{2}$", 1),  # as SymPy writes it
        (r"$$\int x\,dx$$", 1),
        ("\\begin{equation}\nx\n\\end{equation}", 1),
        ("\\begin{align}a &= b\\end{align} and <b> $c$", 2),
    ],
)
def test_latex_outputs(output: str, count: int) -> None:
    made = latex(output)
    assert made.count("<math") == count
    assert "$" not in made
    assert "\\" not in made
    assert "<b>" not in made


def test_markdown_outputs() -> None:
    made = rendered("## Head\n\n| a | b |\n|---|---|\n| $x$ | [c](../laws/a.md) |\n\n<img src=x onerror=a()>")
    assert "<h2>Head</h2>" in made
    assert "<td><math><mi>x</mi></math></td>" in made
    assert 'href="../../laws/a/"' in made
    assert "onerror" not in made


@pytest.mark.parametrize(
    "source",
    [
        "<img src=x onerror=a()>", "<IMG SRC=x\n  ONERROR=a()>", "<script>a()</script>", "<svg/onload=a()>",
        "<iframe src=x></iframe>", "<a href='javascript:a()'>x</a>", "[x](javascript:a())", "[x]( <javascript:a()> )",
        "[x](java&#115;cript:a())", "[x][y]\n\n[y]: javascript:a()", "> [y]: JavaScript:a()", "<javascript:a()>",
        "\\`<img src=x onerror=a()>`", "<meta http-equiv=refresh content='0;url=x'>", "<style>a</style>", "<b\nonclick=a()>",
        "<math><annotation-xml encoding='text/html'><img src=x onerror=a()>", "<!-- <img src=x onerror=a()> -->", "<?x onerror=a()?>",
        "<form action=x><input name=y>", "<img src=x onerror=a()", "<img title='>' src=x onerror=a()>",
    ],
)  # fmt: skip
def test_markdown_has_no_html_that_could_run(source: str) -> None:
    """As a plain Markdown reader shows it, without what the site does after that."""
    from markdown import markdown
    from markdown_it import MarkdownIt

    for made in (MarkdownIt("commonmark").render(prose(source)), markdown(prose(source))):
        for tag in re.findall(r"<[a-zA-Z/!?](?:[^>\"']|\"[^\"]*\"|'[^']*')*", made):
            assert re.match(r"</?(?:p|b|a|img|em|code|blockquote|svg|math|div)\b", tag), made
            assert not re.search(r"\son\w+\s*=|javascript", tag, re.IGNORECASE), made


def test_harmless_html_and_links_stay() -> None:
    source = "<details><summary>more</summary>\n\n<b>x</b><br> a < b <https://example.org> [c](../laws/c.md) [d]: e\n</details>"
    assert prose(source) == source
    assert prose("![x](https://example.org/x.png) ![y](../figures/y.png)") == (
        "[x](https://example.org/x.png) ![y](../figures/y.png)"
    )
