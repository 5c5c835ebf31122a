"""The formula of a law and the symbols in it, bound to the canonical notation or defined by the law."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lawbook.reference.fields import Expression, Line, Name, Number, Part, SymbolId, Text


class Formula(Part):
    """The law as a formula."""

    latex: Text = Field(title="LaTeX", description="One displayed formula.")
    expr: Expression | None = Field(
        None,
        title="Expression",
        description="The same in safe syntax over the law's symbols; it draws, predicts and is called from Python.",
    )
    gives: SymbolId | None = Field(None, title="Gives", description="The symbol whose value the expression computes.")
    over: SymbolId | None = Field(
        None, title="Over", description="The symbol on the horizontal axis of the curve; it needs a range."
    )


class Symbol(Part):
    """A symbol of a law: bound to the canonical notation by its id alone, or defined here."""

    latex: Text | None = Field(None, title="LaTeX")
    name: Name | None = Field(None, title="Name")
    unit: Line | None = Field(None, title="Unit", description="'1' for a pure number.")
    role: Literal["observable", "control", "constant"] | None = Field(
        None, title="Role", description="What is measured, what the experimenter sets, or what the problem fixes."
    )
    range: tuple[Number, Number] | None = Field(None, title="Range", description="Makes a slider.", strict=False)
    scale: Literal["linear", "log"] = Field("linear", title="Scale of the range")
    value: Number | None = Field(None, title="Default value")
    paper_writes: Text | None = Field(None, title="Letter in the paper", description="Where it differs, as LaTeX.")

    @model_validator(mode="after")
    def _range_is_ordered(self) -> Symbol:
        if self.range is not None:
            low, high = self.range
            if not low < high:
                raise ValueError("expected a range [low, high] with low < high")
            if self.scale == "log" and low <= 0:
                raise ValueError("expected a range above 0 for a log scale")
            if self.value is not None and not low <= self.value <= high:
                raise ValueError("expected the default value inside the range")
        return self


class Quantity(Part):
    """A canonical quantity of notation.yml."""

    latex: Text = Field(title="LaTeX")
    name: Name = Field(title="Name")
    unit: Line = Field(title="Unit")
    role: Literal["observable", "control", "constant"] = Field(title="Role")


def complete(symbol: Symbol, quantity: Quantity | None) -> Symbol:
    """`symbol` with what it leaves out taken from the canonical `quantity`."""
    if quantity is None:
        return symbol
    own = {k: v for k in ("latex", "name", "unit", "role") if (v := getattr(symbol, k)) is not None}
    return symbol.model_copy(update=quantity.model_dump() | own)
