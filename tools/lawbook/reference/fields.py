"""The types of what an entry holds, and what all its parts have in common.

The type of a field says what its text may be: `Name` and `Line` are one line, `Prose` is Markdown of paragraphs, lists
and tables.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from lawbook.reference.prose import one_line, without_headings, without_tags
from lawbook.reference.shape import NAME, PAPER, SLUG

Text = Annotated[str, StringConstraints(min_length=1, strict=True, strip_whitespace=True)]
Line = Annotated[Text, AfterValidator(one_line)]
Name = Annotated[Line, AfterValidator(without_tags)]  # also shown where there is no Markdown: in titles and in search
Prose = Annotated[Text, AfterValidator(without_headings)]
PaperId = Annotated[str, StringConstraints(pattern=PAPER, strict=True)]
Slug = Annotated[str, StringConstraints(pattern=SLUG, strict=True, max_length=60)]
SymbolId = Annotated[str, StringConstraints(pattern=NAME, strict=True, max_length=40)]


LARGEST = 1e300  # beyond it sums and charts have no room left


def _is_finite(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("expected a finite number")
    if abs(value) > LARGEST:
        raise ValueError(f"expected a number of at most {LARGEST:g} in size")
    return value


Number = Annotated[float, AfterValidator(_is_finite)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=600, strict=True)]


class Part(BaseModel):
    """A part of an entry. Unknown keys are refused; keys of two words are written with a hyphen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
        populate_by_name=False,
        strict=True,
        coerce_numbers_to_str=False,
    )
