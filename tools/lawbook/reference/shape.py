"""pydantic's errors told as problems: where in the file, what was found, what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lawbook.reference import source
from lawbook.reference.problem import Problem, nearest, shown
from lawbook.reference.source import Loc, Source

Model = TypeVar("Model", bound=BaseModel)
PAPER = r"^[a-z]+[0-9]{4}[a-z]*$"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
_WORDS = r"[a-z0-9]+(?:-[a-z0-9]+)*"
LAW = rf"^[a-z]+[0-9]{{4}}[a-z]*/{_WORDS}$"
ADDRESS = rf"^(families/{_WORDS}/|laws/[a-z]+[0-9]{{4}}[a-z]*/(?:#{_WORDS})?|glossary/#{_WORDS})$"


def mapping(doc: Source, model: type[Model], names: str) -> dict[str, Model]:
    """The parts of a file that is one mapping of `model`s; each key matches the pattern `names`."""
    out: dict[str, Model] = {}
    if doc.is_broken:
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
            doc.problems.extend(_problems(doc, model, data, error, at))
        return None


def _problems(doc: Source, model: type[BaseModel], data: Any, error: ValidationError, at: Loc) -> Iterator[Problem]:
    """pydantic's errors as problems: where in the file, what was found, what was expected."""
    choices: dict[Loc, list[str]] = {}  # what each branch of a union expected where none suits what stands there
    for item in error.errors(include_url=False):
        place = _place(model, data, at, item["loc"])
        if place.is_other_branch:
            continue
        if place.is_choice:
            choices.setdefault(place.loc, []).append(_expected(item, place))
            continue
        if item["type"] == "extra_forbidden":
            yield source.unknown_key(doc, place.loc, place.keys)
        elif item["type"] == "missing" and isinstance(item["loc"][-1], str):
            yield doc.problem(place.loc, f"found no key {place.loc[-1]!r}, expected it", key=True)
        elif place.is_key:
            yield doc.problem(
                place.loc, f"found the key {shown(place.loc[-1])}, expected {_expected(item, place)}", key=True
            )
        elif item["type"] == "value_error":
            yield doc.problem(place.loc, f"found {shown(place.data)}, {item['ctx']['error']}")
        else:
            number = f" of {len(place.data)}" if item["type"] in ("missing", "too_long") else ""  # of a pair
            yield doc.problem(place.loc, f"found {shown(place.data)}{number}, expected {_expected(item, place)}")
    for loc, expected_of in choices.items():
        yield doc.problem(loc, f"found {shown(_at(doc.data, loc))}, expected {' or '.join(dict.fromkeys(expected_of))}")


@dataclass
class _Place:
    """Where an error of pydantic's stands in the file, whose names of types and branches are none of the file's."""

    loc: Loc
    data: Any
    keys: list[str]  # that are valid in the mapping around it
    is_key: bool = False
    is_choice: bool = False  # what stands there suits no branch of a union
    is_other_branch: bool = False  # the error is of a branch that what stands there was not meant for


def _place(kind: Any, data: Any, at: Loc, loc: tuple[int | str, ...]) -> _Place:
    """Follow `loc` through the types and the data side by side."""
    place = _Place(at, data, [])
    for i, part in enumerate(loc):
        branches = _branches(kind)
        if len(branches) > 1:  # the part names the branch
            suited = [branch for branch in branches if _suits(branch, place.data)]
            kind = next((branch for branch in branches if _is_called(branch, str(part))), None)
            place.is_other_branch = bool(suited) and kind not in suited
            place.is_choice = not suited
            if place.is_other_branch or place.is_choice:
                return place
            continue
        kind = branches[0] if branches else None
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
            place.keys = list(fields)
            kind = fields.get(str(part))
            if not isinstance(place.data, dict):
                continue  # a word in the place of a mapping
            place.loc, place.data = (*place.loc, part), place.data.get(part)
        elif get_origin(kind) is dict and isinstance(place.data, dict):
            kind = get_args(kind)[1]
            place.loc, place.data = (*place.loc, part), place.data.get(part)
            if loc[i + 1 :] == ("[key]",):
                place.is_key = True
                return place
        elif get_origin(kind) in (list, tuple) and isinstance(place.data, list):
            kind = get_args(kind)[0]
            if not isinstance(part, int) or part >= len(place.data):
                return place
            place.loc, place.data = (*place.loc, part), place.data[part]
        else:
            return place
    return place


def _branches(kind: Any) -> list[Any]:
    """The types that `kind` is one of, without None and without what is noted beside them."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        return [branch for part in get_args(kind) if part is not type(None) for branch in _branches(part)]
    return [kind] if kind is not None else []


def _suits(branch: Any, data: Any) -> bool:
    if isinstance(branch, type) and issubclass(branch, BaseModel):
        return isinstance(data, dict)
    if branch is float:
        return isinstance(data, int | float) and not isinstance(data, bool)
    return branch is str and isinstance(data, str)


def _is_called(branch: Any, label: str) -> bool:
    """Whether pydantic's label of a branch is that of this one."""
    name = getattr(branch, "__name__", "")
    return label == name if isinstance(branch, type) and issubclass(branch, BaseModel) else name in label


def _expected(item: ErrorDetails, place: _Place) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if place.is_key or kind == "string_pattern_mismatch":
        return PATTERNS.get(str(context.get("pattern")), "a shorter name")
    if kind == "literal_error":
        valid = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
        hint = nearest(item["input"], valid) if isinstance(item["input"], str) else ""
        return f"one of {', '.join(valid)}{hint}"
    if kind == "greater_than_equal":
        return f"greater than or equal to {context['ge']:g}"
    if kind == "string_too_long":
        return f"at most {context['max_length']} characters"
    return _EXPECTED.get(kind, "something else (see the schema)")


_EXPECTED = {
    "string_type": "text (put it in quotes)",
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list of two numbers",
    "missing": "a list of two numbers",  # of a key that is missing `_problems` tells
    "too_long": "a list of two numbers",
    "too_short": "at least one item",
    "string_too_short": "some text",
}
PATTERNS = {
    PAPER: "an id like cohen2021",
    SLUG: "lower-case words joined by hyphens",
    NAME: "a name of letters, digits and _",
    LAW: "paper/law, such as cohen2021/sharpness-at-the-edge",
    ADDRESS: "an address such as laws/cohen2021/ or laws/cohen2021/#check-hovers-at-the-edge",
}


def _at(data: Any, loc: Loc) -> Any:
    for part in loc:
        data = data[part]
    return data
