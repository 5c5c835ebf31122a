"""LaTeX whose conversion would take for ever, define something or tie itself to its page is a problem of its file."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from lawbook.reference.checked import load_checked
from lawbook.reference.tex import TexError, mathml

UNCLOSED = [
    "(", "[", r"\{", r"\langle ", r"\lvert ", r"\lceil ", r"\lbrack ", r"\lparen ", r"\lang ", r"\ulcorner ", "⟨", "⌈", "⎰", r"\Bigl(",
    r"\mathopen(", "{(}", "(^2", "({x}", r"(\sqrt{)}", r"(_{)}", r"\operatorname{f}(", "(a)(",
]  # fmt: skip


@pytest.mark.parametrize("sign", UNCLOSED)
def test_what_would_take_for_ever_is_refused_at_once(sign: str) -> None:
    started = time.process_time()
    with pytest.raises(TexError, match="found 40 opening brackets that are not closed, expected at most 10"):
        mathml(sign * 40)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("ends", [r"\text{)}", r"\left.\right)", "{)}", "_{)}", "|", "!"])
def test_a_bracket_elsewhere_closes_none(ends: str) -> None:
    with pytest.raises(TexError, match="opening brackets"):
        mathml("(" * 40 + ends * 40)


@pytest.mark.parametrize(
    "latex",
    [
        "(" * 40 + ")" * 40, "[0,1)" * 40, "(0,1]" * 40, r"\left(a\right." * 20, r"\{a\}" * 40, r"\lVert x\rVert " * 40,
        r"\bigl(a\bigr)" * 20, "]0,1[" * 40, r"\begin{cases}(a)&[b]\\(c)&[d)\end{cases}", ")" * 40, r"\text{:-(}",
    ],
)  # fmt: skip
def test_brackets_that_close_may_be_many(latex: str) -> None:
    assert mathml(latex).startswith("<math")


@pytest.mark.parametrize(
    ("latex", "command"),
    [
        (r"\newcommand{\a}{(}\a", r"\newcommand"), (r"\renewcommand{\alpha}{(}\alpha", r"\renewcommand"),
        (r"\providecommand{\a}{x}\a", r"\providecommand"), (r"\def\a{x}\a", r"\def"), (r"\let\a=(\a", r"\let"),
        (r"\eqref{laws}", r"\eqref"), (r"\begin{equation}\label{evidence} a\end{equation}", r"\label"), (r"\ref{x}", r"\ref"),
    ],
)  # fmt: skip
def test_a_formula_defines_nothing_and_refers_to_nothing(latex: str, command: str) -> None:
    with pytest.raises(TexError) as refused:
        mathml(latex)
    wanted = "expected a formula that defines nothing and refers to nothing: write it out"
    assert str(refused.value) == f"found {command}, {wanted}"


def test_it_is_told_at_its_place(tiny: Path) -> None:
    entry, guide = tiny / "references/scaling/halving2001.yml", tiny / "references/families.yml"
    entry.write_text(entry.read_text().replace(r"latex: '\sigma'", "latex: '" + "(" * 40 + "'"))
    guide.write_text(guide.read_text().replace("one half [", r"one half $\eqref{laws}$ ["))
    told = [str(problem) for problem in load_checked(tiny)[1]]
    assert told[0].startswith("references/families.yml:5:13: scaling.guide[0].text: found math that cannot be shown")
    assert r"found \eqref, expected a formula that defines nothing" in told[0]
    assert "laws.inverse-root.symbols.spread.latex: found LaTeX that cannot be shown: found 40 opening" in told[-1]
