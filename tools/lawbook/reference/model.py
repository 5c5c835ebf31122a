"""The shape of an entry: what Lawbook claims about one paper.

Titles and descriptions here feed the JSON Schema that editors read and the headings of the pages.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from lawbook.reference.fields import Expression, Line, Name, Number, PaperId, Part, Prose, Slug, SymbolId
from lawbook.reference.symbols import Formula, Symbol

Kind = Literal[
    "power-law", "limit", "conservation", "identity", "bound", "dynamics", "correspondence", "phase-transition"
]  # fmt: skip
Support = Literal["theorem", "solvable-model", "empirical", "conjecture"]
Tests = Literal["claim", "consequence"]
BandSource = Literal["theory", "reported", "pilot"]
ErrorSource = Literal["replicas", "blocks", "bootstrap", "fit", "counting", "solver", "rounding"]
Standing = Literal["same-value", "same-direction", "not-reproduced", "contradicted"]
RelationType = Literal[
    "explains", "explained-by", "generalizes", "special-case-of", "extends", "extended-by",
    "contradicts", "uses", "used-by", "related",
]  # fmt: skip

UNCONFIRMED = "Told second-hand and not yet seen in the source: the page marks it with one sign."

INVERSE: dict[str, str] = {
    "explains": "explained-by", "explained-by": "explains",
    "generalizes": "special-case-of", "special-case-of": "generalizes",
    "extends": "extended-by", "extended-by": "extends",
    "uses": "used-by", "used-by": "uses",
    "contradicts": "contradicts", "related": "related",
}  # fmt: skip


class Reported(Part):
    """A value that the paper reports, or that another work reports of the same quantity."""

    what: Line = Field(title="What")
    value: Number | Line = Field(title="Value")
    error: Number | None = Field(None, title="Error as it is reported", ge=0)
    unit: Line | None = Field(None, title="Unit")
    setting: Line | None = Field(None, title="Setting")
    where: Line | None = Field(None, title="Place in the paper")
    by: PaperId | None = Field(
        None,
        title="By",
        description="The key in papers.bib of the work that reports it, such as a later refit; none for the paper.",
    )
    symbol: SymbolId | None = Field(
        None, title="Symbol", description="The symbol of the law that this is a value of: `with_reported()` takes it."
    )
    unconfirmed: bool = Field(False, title="Unconfirmed", description=UNCONFIRMED)

    @model_validator(mode="after")
    def _a_symbol_has_a_number(self) -> Reported:
        if self.symbol is not None and isinstance(self.value, str):
            raise ValueError("expected a number as the value of a symbol")
        return self


class Tolerance(Part):
    """How far a measurement may lie from the prediction: `abs` in its unit, or `rel` as a share of it."""

    abs: Number | None = Field(None, title="Absolute", ge=0)
    rel: Number | None = Field(None, title="Relative", ge=0)

    @model_validator(mode="after")
    def _one_of_two(self) -> Tolerance:
        if (self.abs is None) == (self.rel is None):
            raise ValueError("expected exactly one of abs and rel")
        return self


class Rival(Part):
    """What a plausible wrong law would give. It must lie outside the tolerance, and the measurement must exclude it."""

    value: Number | None = Field(None, title="Value")
    expr: Expression | None = Field(None, title="Expression")
    says: Line = Field(title="Says", description="The wrong law in words.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Rival:
        if (self.value is None) == (self.expr is None):
            raise ValueError("expected exactly one of value and expr")
        return self


def _short(data: Any) -> Any:
    """`theory` for `{is: theory}`."""
    return {"is": data} if isinstance(data, str) else data


def _or_a_word(schema: dict[str, Any]) -> None:
    """Tell editors that a word alone will do where no sentence is needed."""
    whole = dict(schema)
    schema.clear()
    schema.update({"title": whole["title"], "anyOf": [{"enum": ["theory", "reported"]}, whole]})


class BandFrom(Part):
    """Where the width of a tolerance comes from; a pilot needs a sentence."""

    model_config = ConfigDict(json_schema_extra=_or_a_word)

    is_: BandSource = Field(
        alias="is",
        title="Is",
        description="theory: from the law or its corrections; reported: the paper's own scatter; pilot: trials here.",
    )
    says: Line | None = Field(None, title="Says", description="How the width follows, in a sentence.")

    @model_validator(mode="after")
    def _a_pilot_is_told(self) -> BandFrom:
        if self.is_ == "pilot" and self.says is None:
            raise ValueError("expected `says` beside `is: pilot`: which trials, and what they gave")
        return self


class Against(Part):
    """The measurement held against what the paper reports of the same quantity."""

    reported: Number | Expression = Field(
        title="Reported", description="The paper's value in the unit of the check: a number, or an expression."
    )
    error: Number | None = Field(None, title="Error of the reported value", ge=0)
    nothing: Number = Field(
        0.0, title="Nothing", description="The value that would mean no effect: it tells the two directions apart."
    )
    is_: Standing = Field(alias="is", title="Is", description="How the two compare; the run must agree.")


class Check(Part):
    """A prediction, written down before the notebook measures."""

    measures: Line = Field(title="Measures", description="Which number, on which data, how averaged.")
    quantity: Line | None = Field(
        None,
        title="Quantity",
        description="What is measured, as a short noun phrase in plain words with its article, such as `the sharpness"
        " late in training with step size $\\eta$`: the sentence on top of the page begins with it. The check that a"
        " page opens with needs one.",
    )
    unit: Line | None = Field(
        None, title="Unit", description="Of the measured number, such as `nats per token`; none for a pure number."
    )
    tests: Tests = Field(
        title="Tests",
        description="claim: it could have come out otherwise on this system; consequence: it follows from a definition,"
        " an identity, or the assumption that the system was built with.",
    )
    predicted: Number | Expression = Field(
        title="Predicted",
        description="A number, an expression over the law's symbols, or `fitted`: the law's own formula, fitted.",
    )
    sense: Literal["equal", "at-most", "at-least"] = Field("equal", title="Sense")
    tolerance: Tolerance = Field(title="Tolerance")
    band_from: Annotated[BandFrom, BeforeValidator(_short)] = Field(title="Where the tolerance comes from")
    error_from: ErrorSource = Field(
        title="Where the error comes from", description="What the standard error beside the measured value is made of."
    )
    rivals: list[Rival] = Field(title="Rivals", default_factory=list)
    blind_to: Line | None = Field(
        None, title="Blind to", description="What the check cannot tell; asked for where few changed laws are caught."
    )
    against: Against | None = Field(None, title="Against the paper")
    data: Line | None = Field(None, title="Data")
    not_reproduced: Line | None = Field(
        None, title="Not reproduced", description="Why the claim does not show at our scale; it is run all the same."
    )


class Control(Part):
    """An assumption broken on purpose: the check it names must then fail. The same with it kept must hold."""

    breaks: Slug = Field(title="Breaks", description="The assumption that is broken.")
    measures: Line = Field(title="Measures")
    tests: Tests = Field(
        title="Tests", description="consequence, where it breaks by algebra and could be told without measuring."
    )
    must_miss: Slug = Field(title="Must miss", description="The check, of the same law, whose tolerance it must miss.")
    intact: Line = Field(
        title="Intact",
        description="The same procedure with the assumption kept, in words; `check` where that is the check itself.",
    )

    @property
    def intact_is_check(self) -> bool:
        """Whether the intact run is the measurement of the check itself."""
        return self.intact == "check"


class Seen(Part):
    """How well the source is known to whoever wrote the entry."""

    how: Literal["full-text", "abstract", "secondary"] = Field(
        title="How", description="full-text: read; abstract: the abstract alone; secondary: told by other sources."
    )
    says: Line = Field(title="Says", description="One sentence: what was read, and what was derived anew.")


class Setting(Part):
    """Two settings side by side, each a noun phrase."""

    paper: Line = Field(title="In the paper", description="What the authors trained, and on what.")
    here: Line = Field(title="Here", description="What the notebook trains, and on what.")


class Law(Part):
    """One law of a paper."""

    name: Name = Field(title="Name")
    kind: Kind = Field(title="Kind")
    support: Support = Field(title="Support", description="What the claim rests on.")
    origin: Literal["paper", "ours"] = Field(
        "paper", title="Origin", description="`ours` for what we derived and the paper does not state."
    )
    statement: Prose = Field(title="Statement")
    formula: Formula = Field(title="Formula")
    symbols: dict[SymbolId, Symbol] = Field(title="Symbols", default_factory=dict)
    assumes: list[Slug] = Field(title="Assumes", default_factory=list)
    source: Line | None = Field(None, title="Place in the paper", description="Only where confirmed.")
    seen: Seen | None = Field(None, title="Seen", description="Where it differs from the entry's.")
    reported: list[Reported] = Field(title="Reported values", default_factory=list)
    checks: dict[Slug, Check] = Field(title="Checks", default_factory=dict)
    controls: dict[Slug, Control] = Field(title="Controls", default_factory=dict)


class Assumption(Part):
    """A condition that a law stands on."""

    text: Line = Field(title="Assumption")
    kind: Literal["hypothesis", "regime"] = Field(
        title="Kind", description="A mathematical hypothesis, or a regime in which the law is seen."
    )
    when_broken: Line = Field(title="When it is broken")
    unconfirmed: bool = Field(False, title="Unconfirmed", description=UNCONFIRMED)


class Caveat(Part):
    """A limit or a dispute."""

    text: Line = Field(title="Caveat")
    cites: list[Line] = Field(title="Cites", default_factory=list)
    unconfirmed: bool = Field(False, title="Unconfirmed", description=UNCONFIRMED)


class Relation(Part):
    """A tie to another paper. Declared on one side; the inverse is generated."""

    to: PaperId = Field(title="To")
    type: RelationType = Field(title="Type")
    says: Line = Field(title="Says")
    unconfirmed: bool = Field(False, title="Unconfirmed", description=UNCONFIRMED)


class Entry(Part):
    """What Lawbook knows about one paper."""

    paper: PaperId = Field(
        title="Paper", description="The stem of the file, the key in papers.bib, the notebook's stem."
    )
    title: Name = Field(title="Title", description="A sentence that states the law.")
    summary: Line = Field(title="Summary")
    seen: Seen = Field(title="Seen")
    setting: Setting = Field(title="Setting")
    aliases: list[Name] = Field(
        title="Aliases", description="Other names, so that search finds it.", default_factory=list
    )
    laws: dict[Slug, Law] = Field(title="Laws", description="The first is the main one.", min_length=1)
    letters: dict[Line, Name] = Field(
        title="Letters",
        description="What letters of the formulas mean that stand for no number: a matrix, a function, an index.",
        default_factory=dict,
    )
    assumptions: dict[Slug, Assumption] = Field(title="Assumptions", default_factory=dict)
    intuition: Prose = Field(title="Intuition")
    derivation: Prose | None = Field(None, title="Derivation")
    use: Prose = Field(title="Use")
    caveats: list[Caveat] = Field(title="Limits and disputes", default_factory=list)
    relations: list[Relation] = Field(title="Related laws", default_factory=list)
    read_first: list[PaperId] = Field(
        title="Read first", description="Entries that a newcomer should have read before.", default_factory=list
    )

    @property
    def main(self) -> Law:
        """The first law."""
        return next(iter(self.laws.values()))

    @property
    def headline(self) -> tuple[str, str] | None:
        """The ids of the law and the check that the page opens with: the first claim, else the first check, if any."""
        checks = [(law_id, name, check) for law_id, law in self.laws.items() for name, check in law.checks.items()]
        claims = [item for item in checks if item[2].tests == "claim"]
        first = next(iter(claims or checks), None)
        return None if first is None else first[:2]

    def check(self, name: str) -> tuple[str, Law, Check] | None:
        """Find a check by its id.

        Arguments:
            name: The id.

        Returns:
            The id of its law, the law and the check; None if there is none.

        Examples:
            >>> import lawbook
            >>> law_id, law, check = lawbook.entry("cohen2021").check("hovers-at-the-edge")
            >>> check.predicted, check.tolerance.rel
            ('2/eta', 0.06)
        """
        for law_id, law in self.laws.items():
            if name in law.checks:
                return law_id, law, law.checks[name]
        return None

    def control(self, name: str) -> tuple[str, Law, Control] | None:
        """Find a control by its id.

        Arguments:
            name: The id.

        Returns:
            The id of its law, the law and the control; None if there is none.

        Examples:
            >>> import lawbook
            >>> law_id, law, control = lawbook.entry("cohen2021").control("mini-batches-stay-below")
            >>> control.breaks
            'full-batch'
        """
        for law_id, law in self.laws.items():
            if name in law.controls:
                return law_id, law, law.controls[name]
        return None
