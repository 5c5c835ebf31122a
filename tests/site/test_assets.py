"""The font of the math."""

from __future__ import annotations

import io
from pathlib import Path

from lawbook.site.assets import math_font


def test_the_font_holds_what_math_needs_and_little_else(tmp_path: Path) -> None:
    from fontTools.ttLib import TTFont

    content = math_font(tmp_path)
    assert content[:4] == b"wOF2"
    assert len(content) < 80_000
    font = TTFont(io.BytesIO(content))
    assert "MATH" in font
    known = font.getBestCmap()
    for letter in "0xyληθσ∇→∑∏∫√≤≥≠∞∂⟨⟩‖∗−𝑥𝜆𝔼ℒ𝐱𝟎":
        assert ord(letter) in known, letter
    assert math_font(tmp_path) == content
