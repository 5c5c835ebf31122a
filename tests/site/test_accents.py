"""Accents of symbols in text: a letter with a hat is another quantity than the letter."""

from __future__ import annotations

import pytest
from lawbook.site.markdown import plain, plain_math


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\hat w", "ŵ"),
        (r"\hat{w}", "ŵ"),
        (r"\dot u", "u\u0307"),
        (r"\dot\theta", "θ\u0307"),
        (r"\langle\dot q,\dot\delta\rangle", "⟨ q\u0307,δ\u0307⟩"),
        (r"\bar\lambda", "λ\u0304"),
        (r"\overline{ab}", "a\u0305b\u0305"),
        (r"\overline{x^2}", "x\u0305²\u0305"),
        (r"\tilde\beta_0", "β\u0303₀"),
        (r"w", "w"),
    ],
)
def test_a_mark_stays_on_its_letter(latex: str, text: str) -> None:
    assert plain_math(latex) == text


def test_in_text_too() -> None:
    assert plain(r"length of $\hat w$") == "length of ŵ"
