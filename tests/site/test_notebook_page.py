"""A notebook made ready for mkdocs-jupyter, and mended after it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lawbook.evidence.record import MIME
from lawbook.site.notebook_page import mend, name, prepare
from lawbook.site.notebook_text import links, prose
from mkdocs.structure.toc import get_toc


def test_math_of_every_kind_becomes_mathml_and_code_stays() -> None:
    made = prose("a $x_i^* y_j^*$ b\n\n$$\\frac{1}{2}$$\n\n\\begin{align}a &= b\\\\c &= d\\end{align}\n\n`$z$`")
    assert made.count("<math") == 3
    assert "\\begin" not in made
    assert "`$z$`" in made
    assert "*" not in made.replace("`$z$`", "")


def test_math_that_cannot_be_shown_is_shown_as_written() -> None:
    assert prose(r"$\nosuchcommand{<}$") == "<code>&#92;nosuchcommand{&lt;}</code>"


def test_links_are_found_and_left_for_each_generator_to_resolve() -> None:
    source = "[law](../laws/a.md#b) `[c](d.md)` [two\nlines](../laws/e.md) [`code` and $x$](f.md) a (g.md)"
    assert re.sub("<math>.*</math>", "$x$", prose(source)) == source
    assert list(links(source)) == ["../laws/a.md#b", "../laws/e.md", "f.md"]


@pytest.mark.parametrize(
    ("written", "leads"),
    [
        ("../laws/a.md#b", "../../laws/a/#b"),
        ("../index.md", "../../"),
        ("../laws/index.md", "../../laws/"),
        ("../laws/myindex.md", "../../laws/myindex/"),
        ("b2000.md", "../b2000/"),
        ("https://example.org/c.md", "https://example.org/c.md"),
    ],
)
def test_a_link_to_a_markdown_file_leads_to_its_page(written: str, leads: str) -> None:
    body = f'<a href="{written}">two\nlines</a> <a title="t" href=\'{written}\'>b</a><pre>href="c.md"</pre>'
    made = mend(f'<style>x</style><div class="jupyter-wrapper">{body}</div>')
    assert made.count(f'href="{leads}"') == 2
    assert 'href="c.md"' in made


def test_figures_become_files_and_records_of_series_are_silent() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"></svg>'
    outputs = [
        {"output_type": "display_data", "data": {"image/svg+xml": svg, "text/plain": "f"}, "metadata": {}},
        {"output_type": "display_data", "data": {MIME: {"type": "Series"}, "text/plain": "recorded"}, "metadata": {}},
        {"output_type": "display_data", "data": {MIME: {}, "text/html": "<table></table>"}, "metadata": {}},
    ]
    notebook = {
        "cells": [{"cell_type": "code", "source": ["x"], "outputs": outputs}],
        "metadata": {"lawbook": {"key": 1}},
    }
    made = prepare("a2000", notebook)
    assert made.figures == {"a2000-1.svg": svg.encode()}
    (cell,) = json.loads(made.text)["cells"]
    first, second = cell["outputs"]
    assert 'src="../../figures/a2000-1.svg"' in first["data"]["text/html"]
    assert 'width="96" height="48"' in first["data"]["text/html"]
    assert second["data"] == {"text/html": "<table></table>"}
    assert "lawbook" not in json.loads(made.text)["metadata"]
    assert len(notebook["cells"][0]["outputs"]) == 3  # the notebook itself is untouched


def test_a_long_record_is_cut_and_says_so() -> None:
    rows = "".join(f"<tr><td>{i}</td></tr>" for i in range(100))
    table = f'<table class="lawbook-record"><thead><tr><th>m</th></tr></thead><tbody>{rows}</tbody></table>'
    outputs = [{"output_type": "display_data", "data": {MIME: {}, "text/html": table}, "metadata": {}}]
    made = prepare("a2000", {"cells": [{"cell_type": "code", "source": "", "outputs": outputs}], "metadata": {}})
    shown = json.loads(made.text)["cells"][0]["outputs"][0]["data"]["text/html"]
    assert shown.count("<tr>") == 22
    assert "and 80 more" in shown
    assert shown.endswith("</tr></tbody></table>")


def test_what_is_the_same_at_all_points_of_a_record_is_told_once() -> None:
    rows = "".join(f"<tr><td>eta = 0.1, n = {i}</td><td>{i}</td></tr>" for i in range(3))
    table = f'<table class="lawbook-record"><thead><tr><th>at</th><th>m</th></tr></thead><tbody>{rows}</tbody></table>'
    outputs = [{"output_type": "display_data", "data": {MIME: {}, "text/html": table}, "metadata": {}}]
    made = prepare("a2000", {"cells": [{"cell_type": "code", "source": "", "outputs": outputs}], "metadata": {}})
    shown = json.loads(made.text)["cells"][0]["outputs"][0]["data"]["text/html"]
    assert "<th>at eta = 0.1, and</th>" in shown
    assert "<tr><td>n = 2</td><td>2</td></tr>" in shown


def cell(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def test_the_table_of_contents_keeps_powers_math_and_code() -> None:
    cells = [
        cell("# Title\n\n## To time $10^{300}$ and beyond"),
        cell("```\n# a comment\n```\n\n## Length: the $\\log t$ of `x < 1`"),
    ]
    titles = prepare("halving2001", {"cells": cells, "metadata": {}}).headings
    assert titles == ("Title", "To time 10³⁰⁰ and beyond", "Length: the log t of x < 1")
    tokens = [
        {"level": 1, "id": "a", "name": "Title", "children": [
            {"level": 2, "id": "b", "name": "To time 10300 and beyond", "children": []},
            {"level": 2, "id": "c", "name": "Length: the logt of", "children": []},
        ]},
    ]  # fmt: skip
    toc = get_toc(tokens)
    name(toc, titles)
    (top,) = toc
    assert [top.title, *(line.title for line in top.children)] == [*titles[:2], "Length: the log t of x &lt; 1"]
    name(toc, titles[:1])  # headings of somewhere else: nothing is said to be what it is not
    assert top.children[0].title == titles[1]
