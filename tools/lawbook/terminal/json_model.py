"""The shape of what `--json` prints: what its schema says, and what the page about the command line lists."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from lawbook.reference.model import Kind, Support
from lawbook.reference.schema import draft_07
from lawbook.site import api_model
from lawbook.site.api_model import Answer, ChangedLaws, Shape

Outcome = Literal["fails", "undecided", "not-reproduced", "not-run", "no-check", "by-construction", "holds"]


class Defect(Shape):
    """Something that is wrong in a file of the book."""

    file: str = Field(description="the file, from the root of the book")
    line: int = Field(description="its line, from 1")
    column: int = Field(description="its column, from 1")
    path: str = Field(description="the part of the entry, such as `laws.main.kind`; empty where there is none")
    message: str = Field(description="the whole sentence")
    found: str | None = Field(description="what of it was found; null where the sentence says it otherwise")
    expected: str | None = Field(description="what was expected, with the nearest valid name")


class Failure(Shape):
    """What is printed in the place of an answer when a command was not usable as given; the exit code is 2."""

    error: str = Field(description="the sentence")
    problems: list[Defect] = Field(description="what is wrong in files, if it is that; then the exit code is 1")


class ListedLaw(Shape):
    """A law in a list."""

    id: str = Field(description="`paper/law`, for `lawbook show`")
    name: str = Field(description="its name as text, mathematics in Unicode")
    kind: Kind = Field(description="what kind of law it is")
    support: Support = Field(description="what the claim rests on")
    origin: Literal["paper", "ours"] = Field(description="whether the paper states it")
    verdict: Outcome = Field(description="how its claims came out, the worst first")
    told: str = Field(description="the same in words")
    assumes: list[str] = Field(description="ids of its assumptions")
    symbols: dict[str, str] = Field(description="id to name of each symbol")
    formula: str = Field(description="the formula in Unicode")
    says: str = Field(description="the first sentence of its statement")


class ListedPaper(Shape):
    """A paper in a list: `lawbook list --json` prints a list of these."""

    paper: str = Field(description="its id")
    label: str = Field(description="who and when")
    year: str = Field(description="the year as the bibliography has it")
    family: str = Field(description="the id of its family")
    title: str = Field(description="the law as a sentence")
    cites: list[str] = Field(description="keys of the works that the entry cites")
    laws: list[ListedLaw] = Field(description="those of its laws that were asked for, the main one first")


class Found(Shape):
    """A law, a paper or a family that a search found: `lawbook search --json` prints a list of these."""

    id: str = Field(description="`paper/law`, a paper, or `families/…`")
    name: str = Field(description="what it is called")
    score: float = Field(description="how well it answers; compares results of one search")
    label: str = Field(description="who and when")
    support: str = Field(description="what the claim rests on; empty where it is no law")
    verdict: str = Field(description="how its claims came out, as in a list; empty where it is no law")
    told: str = Field(description="the same in words")
    formula: str = Field(description="the formula in Unicode")
    says: str = Field(description="a sentence")
    also: list[str] = Field(description="other laws of the paper that answer nearly as well")
    next: str = Field(description="the command that shows it")


class ToldSymbol(Shape):
    """A letter of a formula in words."""

    id: str = Field(description="its id in the entry; empty for a letter that is no number")
    letter: str = Field(description="the letter in Unicode")
    name: str = Field(description="what it means")
    unit: str = Field(description="its unit; empty for a pure number")


class ToldAssumption(Shape):
    """An assumption in words."""

    id: str = Field(description="its id in the entry")
    text: str = Field(description="the assumption")
    kind: Literal["hypothesis", "regime"] | None = Field(None, description="which of the two it is")
    when_broken: str | None = Field(None, description="what happens without it")


class ToldResult(Shape):
    """A check or a control in words; its numbers are among the `results` of the evidence."""

    kind: Literal["check", "control"] = Field(description="which of the two")
    id: str = Field(description="its id in the entry")
    predicted: str = Field(description="what is predicted, or for a control what it must miss")
    here: str = Field(description="the number that a formula gives at the point that decides")
    tolerance: str = Field(description="how far a measurement may lie from it")
    measured: str = Field(description="what was measured at the point that decides; empty before the first run")
    points: int = Field(description="how many points were measured")
    verdict: str = Field(description="how it came out, in words")
    tone: Literal["good", "bad", "open", "other", "none", "confounded", "algebra"] = Field(
        description="the same in one"
    )
    seeds: str = Field(description="in how many seeds")
    drawn: str = Field(description="the day on which the seeds that the prediction draws were run; empty for others")
    measures: str = Field(description="what is measured")
    tests: Literal["claim", "consequence"] = Field(description="whether it could have come out otherwise")
    not_reproduced: str | None = Field(None, description="why a claim does not show at this scale; empty where it does")
    blind_to: str | None = Field(None, description="what a check cannot tell")
    breaks: str | None = Field(None, description="of a control: the assumption that is taken away")
    must_miss: str | None = Field(None, description="of a control: the check that must fail")


class ToldLaw(Shape):
    """A law in words."""

    id: str = Field(description="`paper/law`")
    name: str = Field(description="its name")
    kind: str = Field(description="what kind of law it is")
    support: str = Field(description="what the claim rests on")
    origin: Literal["paper", "ours"] = Field(description="whether the paper states it")
    verdict: Outcome = Field(description="how its claims came out, the worst first")
    told: str = Field(description="the same in words")
    tone: str = Field(description="the same in one word")
    formula: str = Field(description="the formula in Unicode")
    expression: str = Field(description="the closed form as the Python API takes it; empty where there is none")
    statement: str = Field(description="the statement, its paragraphs apart")
    symbols: list[ToldSymbol] = Field(description="the letters of the formula")
    assumes: list[ToldAssumption] = Field(description="what it assumes")
    source: str = Field(description="its place in the paper")
    reported: list[str] = Field(description="values that the paper reports")
    results: list[ToldResult] = Field(description="its checks, then its controls")


class ToldLimit(Shape):
    """A limit or a dispute in words."""

    text: str = Field(description="the limit")
    cites: list[str] = Field(description="works that tell of it")


class ToldTie(Shape):
    """A relation in words."""

    to: str = Field(description="the id of the other paper")
    label: str = Field(description="who and when")
    type: str = Field(description="how this one relates to it")
    says: str = Field(description="the relation in a sentence")


class ToldSetting(Shape):
    """What was trained."""

    paper: str = Field(description="by the authors")
    here: str = Field(description="in the notebook")


class ToldCite(Shape):
    """How to cite."""

    bibtex: str = Field(description="the work")
    page: str = Field(description="this entry of Lawbook, in a sentence")


class Told(Shape):
    """An entry in words: no LaTeX, no Markdown, works by author and year."""

    title: str = Field(description="the law as a sentence")
    label: str = Field(description="who and when")
    family: str = Field(description="the title of its family")
    work: str = Field(description="the work as a list of references has it")
    link: str = Field(description="its best address; empty where there is none")
    summary: str = Field(description="the law in a few sentences")
    read: str = Field(description="what of the source was read")
    setting: ToldSetting = Field(description="what was trained")
    laws: list[ToldLaw] = Field(description="its laws, or the one that was asked for")
    assumptions: list[ToldAssumption] = Field(description="its assumptions, with what happens without each")
    intuition: str = Field(description="why it is so")
    use: str = Field(description="what a practitioner does with it")
    limits: list[ToldLimit] = Field(description="limits and disputes")
    relations: list[ToldTie] = Field(description="related laws, in both directions")
    cite: ToldCite = Field(description="how to cite")


class Shown(Answer):
    """An entry: `lawbook show ID --json`. An answer of the site's JSON, and the same in words; git is not asked."""

    told: Told = Field(description="the entry in words")


class Checked(Shape):
    """What `lawbook check --json` prints; the exit code is 1 unless all is sound."""

    sound: bool = Field(description="whether nothing is wrong")
    entries: int = Field(description="entries that are sound")
    laws: int = Field(description="their laws")
    problems: list[Defect] = Field(description="all that is wrong with all files")
    unbelieved: list[str] = Field(description="files of confirmed seeds that cannot be believed, and why")
    stale: list[str] = Field(description="papers confirmed before the last change")
    unconfirmed: list[str] = Field(description="papers not confirmed yet")
    unpublished: list[str] = Field(description="addresses that `lawbook publish` would add")


class StandingRun(Shape):
    """The run that the page shows."""

    as_claimed: bool = Field(description="whether every check and control came out as claimed")
    checks: dict[str, int] = Field(description="outcome to number of checks")
    controls: int = Field(description="number of controls")
    controls_that_fail: int = Field(description="those of them that fail, as they must")
    seeds: int = Field(description="seeds at hand")
    cpu_seconds: float = Field(description="what it took")
    peak_mb: float = Field(description="the most memory that it had, in MB")
    finished: str = Field(description="when it ended, in UTC")


class Standing(Shape):
    """What the runs of a paper say: `lawbook status --json` prints a list of these."""

    paper: str = Field(description="its id")
    family: str = Field(description="the id of its family")
    run: StandingRun | None = Field(description="null where there is none, or entry or notebook have changed since")


class Hard(Shape):
    """How hard a check is."""

    paper: str = Field(description="the id of the paper")
    check: str = Field(description="the id of the check")
    changed_laws: ChangedLaws = Field(description="which changed laws would have passed")


class Hardness(Shape):
    """What `lawbook power --json` prints; the exit code is 1 if a check is weak."""

    caught: int = Field(description="changed laws that the checks catch")
    counted: int = Field(description="changed laws that they were tried on")
    checks: list[Hard] = Field(description="every check that has held")
    weak: list[str] = Field(description="those that catch too few and do not say what they are blind to")
    without_run: list[str] = Field(description="papers that have no current run")


# Each verb that has --json, with what it prints: one of these, or a list of them.
PRINTS: dict[str, tuple[type[Shape], bool]] = {
    "search": (Found, True), "list": (ListedPaper, True), "show": (Shown, False), "check": (Checked, False),
    "status": (Standing, True), "power": (Hardness, False),
}  # fmt: skip


def schema(verb: str) -> dict[str, Any]:
    """The JSON Schema, in draft-07, of what a verb prints with `--json`, where it was usable as given."""
    shape, many = PRINTS[verb]
    made: dict[str, Any] = draft_07(shape.model_json_schema(by_alias=True))
    if not many:
        return made
    definitions = made.pop("definitions", {}) | {shape.__name__: made}
    items = {"$ref": f"#/definitions/{shape.__name__}"}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "type": "array", "items": items}
    return head | {"definitions": definitions}


SHAPES: tuple[type[Shape], ...] = (
    Found, ListedPaper, ListedLaw, Shown, Told, ToldLaw, ToldSymbol, ToldAssumption, ToldResult, ToldLimit, ToldTie,
    ToldSetting, ToldCite, Checked, Defect, Standing, StandingRun, Hardness, Hard, Failure,
)  # fmt: skip


def tables() -> str:
    """Markdown: every shape with its fields; those of the site's JSON have their tables on its page."""
    return api_model.tables(SHAPES, "api.md")
