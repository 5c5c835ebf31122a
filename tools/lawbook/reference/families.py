"""A family of laws and its guide: text, tables that set laws side by side, charts that notebooks have recorded."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lawbook.reference.fields import Line, Name, PaperId, Part, Prose


class Cell(Part):
    """A cell of a guide's table: words, a law they link to, the measurements of checks or controls."""

    text: Line | None = Field(None, title="Text")
    law: Line | None = Field(None, title="Law", description="paper/law")
    checks: list[Line] = Field(title="Checks", description="paper/check or paper/control", default_factory=list)
    show: Literal["measured", "predicted"] = Field("measured", title="Which number of the checks")
    turned: bool = Field(
        False,
        title="Turned",
        description="Show the numbers with their sign turned, so that a column has one convention.",
    )


class GuideTable(Part):
    """A table that sets the laws of a family side by side."""

    title: Name = Field(title="Title")
    head: list[Line] = Field(title="Column headings", min_length=1)
    rows: list[list[Line | Cell]] = Field(title="Rows", min_length=1)


class GuideChart(Part):
    """A chart that a notebook has recorded."""

    paper: PaperId = Field(title="Paper")
    chart: Line = Field(title="Chart")
    caption: Line = Field(title="Caption")


class Block(Part):
    """A part of a guide: text, a table or a chart."""

    text: Prose | None = Field(None, title="Text")
    table: GuideTable | None = Field(None, title="Table")
    chart: GuideChart | None = Field(None, title="Chart")

    @model_validator(mode="after")
    def _one_of_three(self) -> Block:
        if sum(part is not None for part in (self.text, self.table, self.chart)) != 1:
            raise ValueError("expected exactly one of text, table and chart")
        return self


class Family(Part):
    """A family of laws, with a guide to how they hang together."""

    title: Name = Field(title="Title")
    introduction: Line = Field(title="Introduction")
    guide: list[Block] = Field(title="Guide", default_factory=list)
