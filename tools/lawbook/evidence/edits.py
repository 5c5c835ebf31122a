"""What an entry states of each check and control, in any shape that entries have had, and how two versions differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from lawbook.numbers import plain
from lawbook.reference.source import MAX_BYTES

Kind = Literal["check", "control"]
EditKind = Literal["added", "removed", "prediction", "band", "band from", "sense", "tests", "protocol", "rivals"]
_SAID_LATER = ("band from", "tests")  # older entries do not say it: that it is said is no change
_SIGN = {"at most": "+", "at least": "−"}


@dataclass(frozen=True)
class Edit:
    """One thing that changed about a check or a control.

    Attributes:
        check: The id of the check or of the control.
        kind: What changed. Of a control, the prediction is the check that it must miss.
        before: As it was, in words; nothing for what was added.
        after: As it is now, in words; nothing for what was removed. Of what was added or removed, `check` or `control`.
    """

    check: str
    kind: EditKind
    before: str
    after: str


@dataclass(frozen=True)
class Stated:
    """What an entry states of one check or control: texts of which each also says whether it is another one."""

    prediction: str
    band: str
    sense: str
    protocol: str
    rivals: str
    band_from: str = ""
    tests: str = ""


Statements = Mapping[tuple[Kind, str], Stated]


def read(raw: bytes) -> Statements | None:
    """The statements of an entry, as far as they can be read.

    Arguments:
        raw: The entry's file, from any time.

    Returns:
        What it states of each check and control, by kind and id, in the order of the file; None for a file that is no
        entry at all.
    """
    if len(raw) > MAX_BYTES:
        return None
    try:
        data = yaml.load(raw.decode("utf-8"), Loader=_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    laws = _mapping(_mapping(data).get("laws"))
    if not laws:
        return None
    found: dict[tuple[Kind, str], Stated] = {}
    for law in map(_mapping, laws.values()):
        formula = _text(_mapping(law.get("formula")).get("expr"))
        for name, check in _mapping(law.get("checks")).items():
            found["check", name] = _check(_mapping(check), formula)
        for name, control in _mapping(law.get("controls")).items():
            found["control", name] = _control(_mapping(control))
    return found


# Scalars stay as they are written; the C parser is there wherever the wheel of PyYAML is.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def edits(before: Statements, after: Statements) -> tuple[Edit, ...]:
    """How two versions of an entry differ in what they predict and how it is measured.

    Arguments:
        before: The older version.
        after: The newer one.

    Returns:
        The differences, in the order of the newer version; what was removed stands at the end.
    """
    found = []
    for (kind, name), new in after.items():
        old = before.get((kind, name))
        if old is None:
            found.append(Edit(name, "added", "", kind))
            continue
        pairs: tuple[tuple[EditKind, str, str], ...] = (
            ("prediction", old.prediction, new.prediction),
            ("sense", old.sense, new.sense),
            ("band", old.band, new.band),
            ("band from", old.band_from, new.band_from),
            ("tests", old.tests, new.tests),
            ("rivals", old.rivals, new.rivals),
            ("protocol", old.protocol, new.protocol),
        )
        found += [Edit(name, what, was, now) for what, was, now in pairs if _differ(what, was, now)]
    found += [Edit(name, "removed", kind, "") for kind, name in before if (kind, name) not in after]
    return tuple(found)


def _differ(what: EditKind, was: str, now: str) -> bool:
    if what == "band":  # its sign is that of the sense
        return was.lstrip("±+− ") != now.lstrip("±+− ")
    if what in _SAID_LATER and not (was and now):
        return False
    return was != now and (what == "protocol" or was.replace(" ", "") != now.replace(" ", ""))


def _check(check: Mapping[str, Any], formula: str) -> Stated:
    predicted = _number(check.get("predicted"))
    if predicted == "fitted" and formula:
        predicted = f"fitted: {formula}"
    sense = _text(check.get("sense")).replace("-", " ") or "equal"
    rivals = check.get("rivals", check.get("rival", ()))
    listed = rivals if isinstance(rivals, list) else [rivals] if rivals else []
    source = check.get("band-from")
    expected = ", and is not reproduced here" if "not-reproduced" in check else ""
    return Stated(
        prediction=predicted,
        band=_band(check.get("tolerance"), sense),
        sense=sense + expected,
        protocol=_text(check.get("measures")),
        rivals="; ".join(map(_rival, listed)),
        band_from=_text(source.get("is")) if isinstance(source, dict) else _text(source),
        tests=_text(check.get("tests")),
    )


def _control(control: Mapping[str, Any]) -> Stated:
    misses = _text(control.get("must-miss"))
    told = _text(control.get("measures"))
    return Stated(f"must miss {misses}", "", "", told, "", tests=_text(control.get("tests")))


def _rival(rival: Any) -> str:
    if not isinstance(rival, dict):
        return _number(rival)
    value = _number(rival.get("expr", rival.get("value")))
    return ": ".join(part for part in (value, _text(rival.get("says"))) if part)


def _band(tolerance: Any, sense: str) -> str:
    if not isinstance(tolerance, dict):
        return _number(tolerance)
    sign = _SIGN.get(sense, "±")
    parts = []
    for key, half in tolerance.items():
        value = _float(half)
        if value is None:
            parts.append(f"{_text(key)} {_text(half)}")
        elif value == 0:
            parts.append("none")
        elif key == "rel":
            parts.append(f"{sign} {plain(100 * value, 6)} %" if value >= 1e-4 else f"{sign} {plain(value, 6)} of it")
        else:
            parts.append(f"{sign} {plain(value, 6)}" + (f" ({_text(key)})" if key != "abs" else ""))
    return ", ".join(parts)


def _number(value: Any) -> str:
    """A number in one way of writing it, and any other text as it is."""
    number = _float(value)
    if number is None:
        return _text(value)
    return repr(int(number) if number.is_integer() and abs(number) < 1e15 else number).replace("-", "−")


def _float(value: Any) -> float | None:
    try:
        number = float(value) if isinstance(value, str) and "_" not in value else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return " ".join((value if isinstance(value, str) else repr(value)).split())


def _mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping with words as keys, else an empty one."""
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else {}
