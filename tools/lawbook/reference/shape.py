"""pydantic's errors told as problems: where in the file, what was found, what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from lawbook.reference import source
from lawbook.reference.problem import Problem, nearest, shown
from lawbook.reference.source import Loc, Source

Model = TypeVar("Model", bound=BaseModel)
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
_WORDS = r"[a-z0-9]+(?:-[a-z0-9]+)*"
ADDRESS = rf"^(families/{_WORDS}/|laws/[a-z]+[0-9]{{4}}[a-z]*/(?:#{_WORDS})?|glossary/#{_WORDS})$"


def mapping(doc: Source, model: type[Model], names: str) -> dict[str, Model]:
    """The parts of a file that is one mapping of `model`s; each key matches the pattern `names`."""
    out: dict[str, Model] = {}
    if doc.problems:
        return out
    if not isinstance(doc.data, dict):
        doc.problems.append(doc.problem((), f"found {shown(doc.data)}, expected a mapping"))
        return out
    for key, value in doc.data.items():
        if not re.fullmatch(names, key):
            expected = PATTERNS.get(names, names)
            doc.problems.append(doc.problem((key,), f"found the key {shown(key)}, expected {expected}", key=True))
            continue
        made = validated(doc, model, value, (key,))
        if made is not None:
            out[key] = made
    return out


def validated(doc: Source, model: type[Model], data: Any, at: Loc, *, report: bool = True) -> Model | None:
    """`data` as a `model`, or None; then its problems are those of the file, unless `report` is off."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        if report:
            doc.problems.extend(_problems(doc, model, error, at))
        return None


def _problems(doc: Source, model: type[BaseModel], error: ValidationError, at: Loc) -> Iterator[Problem]:
    """pydantic's errors as problems: where in the file, what was found, what was expected."""
    unions: dict[Loc, list[str]] = {}
    for item in error.errors(include_url=False):
        loc, is_key = _in_file(doc, at + tuple(item["loc"]))
        kind, found, context = item["type"], item["input"], item.get("ctx", {})
        if kind == "extra_forbidden":
            yield source.unknown_key(doc, loc, _keys_of(model, item["loc"][:-1]))
        elif kind == "missing" and isinstance(item["loc"][-1], int):  # of a pair
            yield doc.problem(loc, f"found {shown(_at(doc.data, loc))}, expected {_EXPECTED['tuple_type']}")
        elif kind == "missing":
            yield doc.problem(loc, f"found no key {item['loc'][-1]!r}, expected it", key=True)
        elif is_key:
            pattern = context.get("pattern", "")
            expected = "lower-case words joined by hyphens" if "-" in pattern else "a name of letters, digits and _"
            yield doc.problem(loc, f"found the key {shown(loc[-1])}, expected {expected}", key=True)
        elif kind == "value_error":
            yield doc.problem(loc, f"found {shown(_at(doc.data, loc))}, {context['error']}")
        else:
            expected = _EXPECTED.get(kind) or item["msg"].removeprefix("Input should be ").removeprefix(
                "String should "
            )
            hint = ""
            if kind == "literal_error":
                valid = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
                expected = "one of " + ", ".join(valid)
                hint = nearest(found, valid) if isinstance(found, str) else ""
            elif kind == "string_pattern_mismatch":
                expected = PATTERNS.get(context["pattern"], context["pattern"])
            message = f"found {shown(found)}, expected {expected}{hint}"
            if (
                item["loc"] and isinstance(item["loc"][-1], str) and loc != at + tuple(item["loc"])
            ):  # a branch of a union
                unions.setdefault(loc, []).append(f"{expected}{hint}")
                continue
            yield doc.problem(loc, message)
    for loc, expected_of in unions.items():
        yield doc.problem(loc, f"found {shown(_at(doc.data, loc))}, expected {' or '.join(dict.fromkeys(expected_of))}")


_EXPECTED = {
    "string_type": "text (put it in quotes)",
    "float_type": "a number",
    "int_type": "a whole number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list of two numbers",
    "too_long": "fewer items",
    "too_short": "at least one item",
    "string_too_short": "some text",
}
PATTERNS = {
    r"^[a-z]+[0-9]{4}[a-z]*$": "an id like cohen2021",
    SLUG: "lower-case words joined by hyphens",
    NAME: "a name of letters, digits and _",
    ADDRESS: "an address such as laws/cohen2021/ or laws/cohen2021/#check-hovers-at-the-edge",
}


def _at(data: Any, loc: Loc) -> Any:
    for part in loc:
        data = data[part]
    return data


def _in_file(doc: Source, loc: Loc) -> tuple[Loc, bool]:
    """The part of pydantic's `loc` that stands in the file (unions add names), and whether it points at a key."""
    if loc and loc[-1] == "[key]":
        return loc[:-1], True
    data: Any = doc.data
    kept: list[source.Key] = []
    for position, part in enumerate(loc):
        stands = (
            part in data
            if isinstance(data, dict)
            else isinstance(data, list) and isinstance(part, int) and part < len(data)
        )
        if not stands:
            missing = position == len(loc) - 1 and isinstance(data, dict) and isinstance(part, str)
            return ((*kept, part), False) if missing else (tuple(kept), False)
        data = data[part]
        kept.append(part)
    return tuple(kept), False


def _keys_of(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that are valid at `loc` inside `model`."""
    current: Any = model
    for part in loc:
        if isinstance(current, type) and issubclass(current, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in current.model_fields.items()}
            current = _bare(fields.get(str(part)))
        else:  # the key or index of a mapping or list
            current = _bare(get_args(current)[-1] if get_args(current) else None)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [field.alias or name for name, field in current.model_fields.items()]
    return []


def _bare(annotation: Any) -> Any:
    """`annotation` without Optional."""
    if get_origin(annotation) in (Union, UnionType):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation
