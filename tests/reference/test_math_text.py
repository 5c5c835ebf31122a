"""Mathematics as one line of Unicode: nothing of LaTeX is left, and brackets stand where a line needs them."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from lawbook.reference import math_text as module
from lawbook.reference.math_text import math_text
from lawbook.reference.tex import pieces

REPO = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\lambda_{\max}\bigl(\nabla^2 L(\theta_t)\bigr) \to \frac{2}{\eta}", "λ_max(∇²L(θₜ)) → 2/η"),
        (r"\frac{\sigma^2 d}{n - d - 1}", "σ²d/(n − d − 1)"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac{1}{2\pi}", "1/(2π)"),
        (r"\frac{a}{b} c", "(a/b)c"),
        (r"\frac12 x + \tfrac34", "½x + ¾"),
        (r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
        (r"\frac{dq}{dt}=0", "dq/dt = 0"),
        (r"\frac{\log n}{n} + \frac{\max(a,b)}{c}", "(log n)/n + max(a, b)/c"),
        (r"\frac{\sum_i x_i}{n}", "(∑ᵢ xᵢ)/n"),
        (r"{\frac{a}{b}}^2 + \sqrt{x}^3", "(a/b)² + (√x)³"),
        (r"\ln\frac{1-x}{x}", "ln((1 − x)/x)"),
        (r"\frac{\langle w, x\rangle}{\lVert w\rVert}", "⟨w, x⟩/‖w‖"),
        (r"\|W_2W_1\|_F^2", "‖W₂W₁‖_F²"),
        (r"N^{-\alpha}", "N^(−α)"),
        (r"e^{-t}", "e⁻ᵗ"),
        (r"x_{i,j}", "x_(i,j)"),
        (r"n_{\mathrm{eff}}\ll d^2", "n_eff ≪ d²"),
        (r"W^{\mathsf T}W = W^\top W", "WᵀW = WᵀW"),
        (r"\sqrt{a^2+b^2}\,\sqrt[3]{x}", "√(a² + b²) ³√x"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\sum_{k>N}k^{-1}", "∑_(k > N) k⁻¹"),
        (r"\hat\beta \dot q \overline{ab}", "β̂q̇ a̅b̅"),
        (r"\mathbb{E}[x] \in \mathcal L", "𝔼[x] ∈ ℒ"),
        (r"\operatorname{tr}(A) + \max(0, -x)", "tr(A) + max(0, −x)"),
        (r"\begin{pmatrix} a & b \\ c & d\end{pmatrix}", "(a, b; c, d)"),
        (r"\begin{cases} x & \text{if } x>0 \\ 0 & \text{otherwise}\end{cases}", "[x, if x > 0; 0, otherwise]"),
        (r"\begin{aligned} a &= b \\ c &= d\end{aligned}", "a = b; c = d"),
        (r"c\in\{a,b\}", "c ∈ {a, b}"),
        (r"a=1,\qquad b=2", "a = 1,   b = 2"),
        (r"\text{mean of $x^2$ and } y", "mean of x² and y"),
        (r"f'(x) \not= \binom{n}{k}", "f′(x) ≠ (n over k)"),
        (r"\left.\frac{x}{y}\right|_0", "(x/y)|₀"),
        (r"\unknown{x}", "unknown x"),
        ("-1 \\pm 0.5", "−1 ± 0.5"),
    ],
)
def test_a_formula_on_one_line(latex: str, text: str) -> None:
    assert math_text(latex) == text


@pytest.mark.parametrize(
    "broken",
    [
        "x^{",
        r"\frac{",
        "}}{",
        r"\frac",
        r"\not",
        r"\left",
        "_",
        r"\begin{cases}",
        r"\end{x}",
        "{" * 5000 + "x",
        r"\hat" * 3000 + "x",
        r"\frac" * 3000,
        "\\",
        "$",
    ],
)
def test_what_is_broken_is_read_as_far_as_it_goes(broken: str) -> None:
    assert "\\" not in math_text(broken)


def formulas() -> Iterator[tuple[str, str]]:
    """Every formula of the book, and every run of math in its texts, with the file that it is of."""

    def inside(part: Any, key: str = "") -> Iterator[str]:
        if isinstance(part, dict):
            for name, value in part.items():
                yield from inside(value, name)
        elif isinstance(part, list):
            for value in part:
                yield from inside(value, key)
        elif isinstance(part, str):
            is_math = key in ("latex", "paper-writes")
            yield from [part] if is_math else (text for kind, text in pieces(part) if kind in ("inline", "display"))

    for path in sorted((REPO / "references").rglob("*.yml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        yield from ((path.stem, latex) for latex in inside(data))


def test_the_whole_book_is_readable() -> None:
    found = list(formulas())
    assert len(found) > 2000
    left = [(where, latex, math_text(latex)) for where, latex in found if re.search(r"[\\{}$&]", _without_sets(latex))]
    assert left == []


def _without_sets(latex: str) -> str:
    """The text of a formula; the braces of a set, which LaTeX escapes, are no rest of it."""
    told = math_text(latex)
    return re.sub(r"[{}]", "", told) if re.search(r"\\[{}]|\\[lr]brace", latex) else told


def test_no_command_of_the_book_is_unknown() -> None:
    words = {name for _, latex in formulas() for name in re.findall(r"\\([A-Za-z]+)", latex)}
    assert {name for name in words if math_text(f"\\{name}") == name} <= set(module.signs.FUNCTIONS)


def test_the_example_runs() -> None:
    assert doctest.testmod(module).failed == 0
