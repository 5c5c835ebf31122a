"""The shape of the JSON under `api/`: what its schema says, and what the page about it lists."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from lawbook.evidence.record import Outcome
from lawbook.reference.model import Entry, RelationType
from lawbook.reference.schema import draft_07
from lawbook.reference.verdict import Verdict


class Shape(BaseModel):
    """A part of an answer; names of two words have a hyphen, and there are no others."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=lambda name: name.rstrip("_").replace("_", "-"), strict=True
    )


class Point(Shape):
    """One measured point."""

    given: dict[str, float] = Field(description="the values of the symbols at which it was measured")
    predicted: float | None = Field(description="what the law predicts there; null where that is no finite number")
    measured: float | None = Field(description="what came out")
    error: float | None = Field(description="one standard error of it")
    low: float | None = Field(description="lower end of the tolerance; null where it is open")
    high: float | None = Field(description="upper end of the tolerance; null where it is open")
    verdict: Verdict = Field(description="how the measurement lies to the tolerance")
    rivals: list[float | None] = Field(description="what each rival of the check predicts there, in their order")
    reported: float | None = Field(None, description="what the paper reports, where the check is held against it")


class DrawnSeeds(Shape):
    """How the seeds came out that the prediction draws."""

    as_claimed: int = Field(description="seeds in which it came out as the entry claims")
    seeds: int = Field(description="all seeds that were drawn")
    date: str = Field(description="the day on which they were run")
    current: bool = Field(description="whether the prediction and its protocol are still the same")


class Interval(Shape):
    """A constant of the law, and how far it may move before the check would no longer hold."""

    name: str = Field(description="what moves")
    value: float = Field(description="its value in the law")
    low: float | None = Field(description="the lowest value that would have passed; null where there is none")
    high: float | None = Field(description="the highest value that would have passed; null where there is none")


class ChangedLaws(Shape):
    """How hard the check was: which laws, changed a little, would have passed too."""

    caught: int = Field(description="changed laws that the check catches")
    counted: int = Field(description="changed laws that it was tried on")
    survivors: list[str] = Field(description="those that would have passed")
    would_hold_for: list[Interval] = Field(description="how far each constant may move")


class Result(Shape):
    """How a check or a control came out in the run that the page shows."""

    kind: Literal["check", "control"] = Field(description="which of the two")
    id: str = Field(description="its id in the entry")
    outcome: Outcome = Field(description="the word for it; a control is as it must be when it fails")
    seeds_as_claimed: int = Field(description="of the seeds at hand, those in which it came out as claimed")
    seeds: int = Field(description="seeds at hand")
    points: list[Point] = Field(description="what was measured; empty where the run got no further")
    intact: list[Point] | None = Field(None, description="of a control: the same with the assumption kept")
    drawn_seeds: DrawnSeeds | None = Field(None, description="the seeds that the prediction draws, once they were run")
    changed_laws: ChangedLaws | None = Field(None, description="of a check: how hard it was")


class Run(Shape):
    """The run that the page shows."""

    status: str = Field(description="finished, or why not")
    seed: int = Field(description="its seed")
    scale: Literal["quick", "full"] = Field(description="its size")
    finished: str = Field(description="when it ended, in UTC")
    commit: str = Field(description="the commit that was checked out; empty where there was none")
    machine: str = Field(description="system and number of cores")
    versions: dict[str, str] = Field(description="package to version")
    cpu_seconds: float = Field(description="what it took")
    results: list[Result] = Field(description="one for each check and control of the entry, in their order")


class Tie(Shape):
    """A relation to another paper, as this one sees it."""

    to: str = Field(description="the id of the other paper")
    type: RelationType = Field(description="how this one relates to the other")
    says: str = Field(description="the relation in a sentence")


class Answer(Shape):
    """One entry: `api/cohen2021.json`, and each value of `entries` in `api/all.json`."""

    family: str = Field(description="the id of its family")
    page: str = Field(description="its page, from the root of the site")
    changed: str | None = Field(description="the day of the last commit to entry or notebook; null where git is silent")
    contributors: list[str] = Field(description="who has worked on either, by name, from git")
    entry: Entry = Field(description="the entry as its file has it, without what is left at its default")
    relations: list[Tie] = Field(description="its relations, and the inverse of those that others declare")
    evidence: Run | None = Field(description="what was measured; null before the first run")


class Row(Shape):
    """A line of `api/index.json`."""

    paper: str = Field(description="the id of the paper")
    title: str = Field(description="the law as a sentence, in Markdown with math in dollars")
    family: str = Field(description="the id of its family")
    laws: dict[str, str] = Field(description="id to name of each law, the main one first")
    entry: str = Field(description="where its JSON is, from the root of the site")
    page: str = Field(description="where its page is, from the root of the site")


class All(Shape):
    """`api/all.json`."""

    version: str = Field(description="the version of the book, empty where CITATION.cff does not say")
    entries: dict[str, Answer] = Field(description="id of the paper to its entry")


SHOWN: tuple[type[Shape], ...] = (Row, All, Answer, Tie, Run, Result, Point, DrawnSeeds, ChangedLaws, Interval)


def schema() -> dict[str, Any]:
    """The JSON Schema, in draft-07, of each answer; its definitions have one for each kind of part."""
    made = draft_07(All.model_json_schema(by_alias=True))
    row = draft_07(Row.model_json_schema(by_alias=True))
    definitions = made.pop("definitions") | {"All": made, "Row": row}
    index = {"type": "array", "items": {"$ref": "#/definitions/Row"}}
    answers = [{"$ref": "#/definitions/Answer"}, {"$ref": "#/definitions/All"}, index]
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Lawbook API"}
    return head | {"anyOf": answers, "definitions": dict(sorted(definitions.items()))}


def schema_text() -> str:
    """The same as the text of a file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def tables(shapes: Sequence[type[Shape]] = SHOWN, elsewhere: str = "") -> str:
    """Markdown: every part of an answer with its fields, their types and what they mean.

    Arguments:
        shapes: The parts.
        elsewhere: The page on which other parts have their tables; nothing where all stand on this one.
    """
    parts = []
    here = {shape.__name__ for shape in shapes}
    for shape in shapes:
        rows = ["| field | type | meaning |", "| --- | --- | --- |"]
        for name, field in shape.model_fields.items():
            optional = "" if field.is_required() else ", may be missing"
            kind = _type(field.annotation, here, elsewhere)
            rows.append(f"| `{field.alias or name}` | {kind} | {field.description}{optional} |")
        parts.append(f"### {shape.__name__} {{#{shape.__name__.lower()}}}\n\n{shape.__doc__}\n\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _type(annotation: Any, here: Collection[str], elsewhere: str) -> str:
    """A type in words, with links to the parts that have a table."""
    parts = get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and not parts:
        if annotation is Entry:
            return f"[entry]({elsewhere}#entry-schema)"
        page = "" if annotation.__name__ in here else elsewhere
        return f"[{annotation.__name__}]({page}#{annotation.__name__.lower()})"
    origin = getattr(annotation, "__origin__", None)
    if origin is list:
        return f"list of {_type(parts[0], here, elsewhere)}"
    if origin is dict:
        return f"object of {_type(parts[1], here, elsewhere)}"
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in parts)
    if parts:
        return " or ".join(_type(part, here, elsewhere) for part in parts)
    return {str: "text", float: "number", int: "whole number", bool: "true or false", type(None): "null"}[annotation]
