"""MathML in fewer characters, the same to look at."""

from __future__ import annotations

import pytest
from lawbook.site.short_math import short


@pytest.mark.parametrize(
    ("long", "wanted"),
    [
        ("<mrow><mi>x</mi></mrow>", "<mi>x</mi>"),
        ("<mrow><mo>+</mo></mrow>", "<mrow><mo>+</mo></mrow>"),  # alone in a row a sign has other spaces
        ("<mrow><mspace/><mi>log</mi></mrow>", "<mi>log</mi>"),
        ("<mrow><mspace/></mrow>", "<mspace/>"),
        ('<mspace width="0.16666667em"/>', '<mspace width=".1667em"/>'),
        ("<mo>&ApplyFunction;</mo><mtext>&lt;</mtext>", "<mo>\u2061</mo><mtext>&lt;</mtext>"),
        ('<mo lspace="0" rspace="0">−</mo><mn>1</mn>', "<mo>−</mo><mn>1</mn>"),
        (
            '<mi>a</mi><mo lspace="0" rspace="0">−</mo><mn>1</mn>',
            '<mi>a</mi><mo lspace="0" rspace="0">−</mo><mn>1</mn>',
        ),
        ('<mo stretchy="false" lspace="0" rspace="0">(</mo><mi>x</mi>', '<mo stretchy="false">(</mo><mi>x</mi>'),
    ],
)
def test_what_is_left_out_and_what_stays(long: str, wanted: str) -> None:
    assert short(f"<math>{long}</math>") == f"<math>{wanted}</math>"
