"""The Markdown of entries as plain text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lawbook.reference.catalog import load
from lawbook.site.prose_text import CODE, first_sentence, line_of, text_of

REPO = Path(__file__).resolve().parents[2]
WORKS = {"damian2022": "Damian et al. 2023"}
LAWS = {"damian2022/stable-set": "What the stable set is"}


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("It is $2/\\eta$ [@damian2022].", "It is 2/η (Damian et al. 2023)."),
        ("See [@damian2022/stable-set].", "See “What the stable set is” (damian2022/stable-set)."),
        ("an unknown [@nobody1900]", "an unknown (nobody1900)"),
        ("**bold** and *slanted* `code_x`", "bold and slanted code_x"),
        ("[the code](https://example.org/a_b_c) and [a page](../laws/x.md)", "the code (https://example.org/a_b_c) and a page"),
        ("costs \\$5, 1e300 and 2.5e-4", "costs $5, 10³⁰⁰ and 2.5 × 10⁻⁴"),
        ("_slanted_, __bold__, utils/parametric_fit.ipynb and R_D", "slanted, bold, utils/parametric_fit.ipynb and R_D"),
        ("$x_1$ \ufdd00\ufdd1", "x₁"),
    ],
)  # fmt: skip
def test_a_line(markdown: str, text: str) -> None:
    assert line_of(markdown, WORKS, LAWS) == text


def test_paragraphs_and_formulas_keep_their_lines() -> None:
    assert text_of("One\ntwo.\n\n$$\n\\frac{a}{b}\n$$\n\n- item", {}, {}) == "One\ntwo.\n\n    a/b\n\n- item"


def test_a_program_keeps_its_lines() -> None:
    program = "```python\ndef f(m):\n    return 2*m*m  # *all* $m$\n\nf(1e3)\n```"
    lines = ["def f(m):", "    return 2*m*m  # *all* $m$", "f(1e3)"]
    made = text_of(f"Do `f(m)`:\n\n{program}\n\nEnd.", {}, {})
    assert made == "\n".join(["Do f(m):", "", *(" " * 8 + line for line in lines), "", "End."])


def test_the_first_sentence() -> None:
    assert first_sentence("At 0.5 it ends. Then more.") == "At 0.5 it ends."
    assert first_sentence("no end") == "no end"


def test_no_text_of_the_book_has_a_rest_of_latex_or_markdown() -> None:
    catalog, _ = load(REPO)
    works = {key: work.short for key, work in catalog.works.items()}
    laws = {f"{p}/{i}": line_of(law.name, works, {}) for p, e in catalog.entries.items() for i, law in e.laws.items()}
    left = []

    def walk(part: Any, key: str = "") -> None:
        if isinstance(part, dict):
            for name, value in part.items():
                walk(value, name)
        elif isinstance(part, list):
            for value in part:
                walk(value, key)
        elif isinstance(part, str) and key not in ("latex", "paper-writes", "expr", "predicted"):
            lines = text_of(part, works, laws).split("\n")
            told = "\n".join(line for line in lines if not line.startswith(CODE))  # a program is as it was written
            if re.search(r"\\|\$|\[@|\*\*|`|\ufdd0", told) or ("{" in told and "\\{" not in part):
                left.append((key, part, told))

    for entry in catalog.entries.values():
        walk(entry.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    assert left == []
