"""Outputs of notebooks: what runs, loads or reaches beyond its place goes; tables, formulas and drawings stay."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from lawbook.evidence.display import _html
from lawbook.evidence.record import Measured, Point
from lawbook.reference.model import Check
from lawbook.reference.tex import mathml
from lawbook.site import sanitise
from lawbook.site.notebook_output import shown

HOSTILE = [
    "<img src=x onerror=run()>",
    '<script data-x="application/json">run()</script>',
    '<script type="application/ld+json">{}</script>',
    '<a href="javascript:run()">x</a>',
    '<a href="jav&#x09;ascript:run()">x</a>',
    '<a href="data:text/html,<script>run()</script>">x</a>',
    '<a href="vbscript:run()">x</a>',
    "<svg onload=run()><script>run()</script><a xlink:href='javascript:run()'><text>x</text></a></svg>",
    '<svg><animate onbegin=run() attributeName=x /><set attributeName="href" to="javascript:run()"/></svg>',
    "<svg><foreignObject><iframe src='javascript:run()'></iframe></foreignObject></svg>",
    "<style>* { background: url(https://example.org/) }</style>",
    "<link rel=stylesheet href=https://example.org/>",
    "<iframe srcdoc='<script>run()</script>'></iframe>",
    "<form action=https://example.org/><input name=a><button formaction=javascript:run()>b</button></form>",
    '<meta http-equiv="refresh" content="0; url=https://example.org/">',
    "<base href=https://example.org/>",
    "<object data=x></object><embed src=x>",
    "<video src=x onerror=run()></video><audio src=x></audio><img src=https://example.org/x.png>",
    '<div style="position: fixed; inset: 0; background: url(https://example.org/)" class="md-overlay" id="__search">x</div>',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=run()>",
    '<noscript><p title="</noscript><img src=x onerror=run()>">',
    "<table><td background=https://example.org/ onclick=run()>x</table>",
    "</div></div></article><script>run()</script>",
    "<details ontoggle=run() open><summary>x</summary></details>",
    "<template><img src=x onerror=run()></template>",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_is_left(hostile: str) -> None:
    for made in (sanitise.html(hostile), sanitise.page(f'<div class="jupyter-wrapper">{hostile}</div>')):
        tags = " ".join(re.findall(r"<[^>]*>", made)).lower()
        assert not re.search(r"\son\w+=|javascript|vbscript|data:|example\.org|url\(|position", tags), made
        assert not re.search(
            r"<(?:script|style|link|iframe|form|input|button|meta|base|object|embed|video|audio)", tags
        )
        assert made.count("<div") == made.count("</div>")
    assert "md-overlay" not in sanitise.html(hostile)
    assert "__search" not in sanitise.html(hostile)


def test_a_record_of_lawbook_stays_as_it_is() -> None:
    check = Check.model_validate({
        "measures": "m", "tests": "claim", "predicted": 1.0, "tolerance": {"abs": 0.1}, "band-from": "theory", "error-from": "fit",
    })  # fmt: skip
    record = Measured("check", "a2000", "x", "l", "x", "holds", (Point(1.0, 0.1, 1.0, 0.9, 1.1, "holds", {"n": 2.0}),))
    assert sanitise.html(_html(record, check)) == _html(record, check)


def test_a_table_of_pandas_keeps_its_cells_alignment_and_colours() -> None:
    table = (
        "<div><style scoped>.dataframe tbody tr th { vertical-align: top; }</style>"
        '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>a</th></tr></thead>'
        '<tbody><tr><th rowspan="2">0</th><td style="color: red; background-color: #ffe">1</td></tr></tbody></table></div>'
    )
    made = sanitise.html(table)
    assert made == re.sub(r"<style.*?</style>", "", table).replace(": ", ":").replace(";", ";").replace(
        "text-align:right;", "text-align:right"
    ).replace("red; ", "red;")


@pytest.mark.parametrize("latex", [r"\frac{a}{b} + \sqrt{x_i^2}", r"\begin{aligned}a &= b\\ c &= d\end{aligned}",
                                   r"\left(\sum_{i=1}^n \hat{x}\right) \xrightarrow{n} \mathcal{L}", r"\textsc{a} \cancel{b} \underbrace{x}_{y}",
                                   r"\begin{array}{c|c}a&b\\\hline c&d\end{array}", r"\big( \mathbb{R} \text{ if } x"])  # fmt: skip
@pytest.mark.parametrize("display", [True, False])
def test_formulas_stay_as_they_are(latex: str, display: bool) -> None:
    made = mathml(latex, display=display)

    def bare(markup: str) -> str:
        markup = re.sub(r'style="([^"]*)"', lambda m: f'style="{re.sub(": *", ":", m[1]).rstrip(";")}"', markup)
        markup = markup.replace("&nbsp;", "\u00a0")
        markup = re.sub(r"<(\w+)([^>]*)/>", r"<\1\2></\1>", markup)
        return re.sub(r"<(\w+)([^>]*)>", lambda m: f"<{m[1]} {sorted(m[2].split())}>", markup)

    assert bare(sanitise.html(made)).replace("; ", ";") == bare(made).replace("; ", ";")


DRAWING = """<?xml version="1.0"?><!DOCTYPE svg PUBLIC "a" "b"><svg xmlns="http://www.w3.org/2000/svg"
 xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" width="9pt" height="9pt"{0}><metadata>m</metadata>
<defs><style type="text/css">*{{stroke-linejoin: round}}</style><clipPath id="p"><path d="M0 0"/></clipPath></defs>
<g style="fill: none; clip-path: url(#p)"><use xlink:href="#p" x="1"/><text xml:space="preserve">a&#160;&lt;</text>{1}</g></svg>"""


@pytest.mark.parametrize(
    ("attribute", "inner"),
    [
        ("", ""),
        (' onload="run()"', ""),
        ("", "<script>run()</script>"),
        ("", '<a xlink:href="javascript:run()"><text>x</text></a>'),
        ("", '<use xlink:href="https://example.org/x#y"/><image href="https://example.org/x.png"/>'),
        ("", "<foreignObject><img src='x' onerror='run()'/></foreignObject>"),
        ("", '<set attributeName="href" to="javascript:run()"/><animate onbegin="run()"/>'),
        ("", "<style>@import 'https://example.org/';</style>"),
        ("", '<rect style="fill: url(https://example.org/#a)" fill="url(https://example.org/#a)"/>'),
    ],
)
def test_a_drawing_is_kept_without_what_runs_or_loads(attribute: str, inner: str) -> None:
    made = sanitise.svg(DRAWING.format(attribute, inner))
    tree = ElementTree.fromstring(made)
    assert tree.find(".//{*}use").get("{http://www.w3.org/1999/xlink}href") == "#p"  # type: ignore[union-attr]
    assert tree.find(".//{*}g").get("style") == "fill: none; clip-path: url(#p)"  # type: ignore[union-attr]
    assert "stroke-linejoin: round" in made
    assert tree.find(".//{*}clipPath") is not None
    assert not re.search(r"run\(|example\.org|<script|<foreignObject|javascript", made)


def test_an_output_is_shown_in_one_form_that_does_not_run() -> None:
    def of(**data: object) -> dict[str, str]:
        named = {name.replace("__", "/").replace("_", "."): content for name, content in data.items()}
        made: dict[str, str] = shown("a2000", {"output_type": "display_data", "data": named, "metadata": {}}, {})[
            "data"
        ]
        return made

    assert of(application__javascript="run()", text__plain="<js>") == {"text/plain": "<js>"}
    assert of(application__javascript="run()") == {}
    assert of(text__html=["<div id=vis></div>", "<script>run()</script>"], text__plain="chart") == {
        "text/plain": "chart"
    }
    assert of(text__html="<b onclick=run()>x</b>", text__plain="x") == {"text/html": "<b>x</b>"}
    assert of(text__latex=r"$\displaystyle x$", text__plain="x")["text/html"] == "<p><math><mi>x</mi></math></p>"
    assert of(text__markdown="*x*")["text/html"].strip() == "<p><em>x</em></p>"
    assert 'src="../../figures/a2000-1.png"' in of(image__png="AAAA", text__latex="$x$", text__plain="x")["text/html"]
    assert of(image__png="A", text__plain="x") == {"text/plain": "x"}  # no image
