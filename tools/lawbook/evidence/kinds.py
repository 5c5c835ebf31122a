"""What an expression of a notebook is made of: number literals, data, or an error that was found from data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

# A number as small as this in front of data is a share that somebody typed, not a unit or a count of replicas.
SMALL = 0.05
# The same in front of a difference, a root or a power, which may be a scatter already: √(p (1 − p)) / 1000 is one.
TINY = 1e-4

ERROR = re.compile(r"(?<![a-z])(std|err|spread|scatter|sigma|residual|deviation|uncertain|bootstrap|jackknife)")


@dataclass(frozen=True)
class Number:
    """Literals alone. `size` is their value where it is simple to tell."""

    size: float | None = None


@dataclass(frozen=True)
class Data:
    """Something that was measured, with a literal in front: `factor` times what `text` says.

    `limit` is how small the factor may be, `fresh` whether it has no name yet.
    """

    text: str
    factor: float = 1.0
    limit: float = SMALL
    fresh: bool = True


@dataclass(frozen=True)
class Found:
    """An error that somebody's function found from data."""


@dataclass(frozen=True)
class Parts:
    """A tuple or a list, or with `names` a dictionary, whose elements are known one by one."""

    parts: tuple[Kind, ...]
    names: tuple[str, ...] | None = None


Kind = Number | Data | Found | Parts

SHARE = Data("", 0.0)
"""A sum of typed numbers and typed shares of data."""


def is_typed(kind: Kind) -> bool:
    """Whether it is literals alone, or small literals times data."""
    match kind:
        case Number():
            return True
        case Data():
            return kind.factor <= kind.limit
        case Parts():
            return all(map(is_typed, kind.parts))
    return False


def is_error(text: str) -> bool:
    """Whether a name is that of an error."""
    return ERROR.search(text.lower()) is not None


def join(kinds: Iterable[Kind], text: str) -> Kind:
    """What may be any of `kinds`, or holds all of them."""
    found = list(kinds)
    if not found:
        return Data(text)
    if all(kind == found[0] for kind in found):
        return found[0]
    if all(isinstance(kind, Parts) for kind in found):
        rows = [kind for kind in found if isinstance(kind, Parts)]
        if len({(len(row.parts), row.names) for row in rows}) == 1:
            columns = zip(*(row.parts for row in rows), strict=True)
            return Parts(tuple(join(column, text) for column in columns), rows[0].names)
    if all(isinstance(kind, Number) for kind in found):
        return Number()
    if all(map(is_typed, found)):
        return SHARE
    return Found() if any(map(_has_error, found)) else Data(text)


def _has_error(kind: Kind) -> bool:
    return isinstance(kind, Found) or (isinstance(kind, Parts) and any(map(_has_error, kind.parts)))


def whole(kind: Kind, text: str) -> Kind:
    """A collection as one array: its elements are rows or columns, nobody knows."""
    if not isinstance(kind, Parts):
        return kind
    if not kind.parts:
        return Data(text)
    inner = [whole(part, text) for part in kind.parts]
    return inner[0] if len(inner) == 1 and isinstance(inner[0], Number | Found) else join(inner, text)


def element(kind: Kind, text: str) -> Kind:
    """Any one element of a collection."""
    match kind:
        case Parts(parts, names):
            return Data(text) if names is not None else join(parts, text)
        case Number():
            return Number()
        case Data():
            return Data(text)
    return kind


def named(kind: Kind, name: str, line: int) -> Kind:
    """What a name stands for once `kind` is bound to it."""
    if isinstance(kind, Data) and kind.fresh:
        if is_typed(kind):
            return replace(kind, fresh=False)
        if is_error(name):
            return Found()
        return Data(f"{name} of line {line}", fresh=False)
    return kind


def added(kinds: Sequence[Kind], text: str) -> Kind:
    """A sum, a difference, a norm, the larger of two."""
    if all(map(is_typed, kinds)):
        return Number() if all(isinstance(kind, Number) for kind in kinds) else SHARE
    return Found() if any(map(_has_error, kinds)) else Data(text, limit=TINY)


def product(left: Kind, right: Kind, text: str, *, inverse: bool = False) -> Kind:
    """`left` times `right`, or over it."""
    if _has_error(left) or _has_error(right):
        return Found()
    match left, right:
        case Number(a), Number(b):
            return Number(None if a is None or b is None or (inverse and b == 0) else a / b if inverse else a * b)
        case Data(), Number(b):
            return replace(left, factor=_scaled(left.factor, b, inverse))
        case Number(a), Data():
            what = f"1/({right.text})" if inverse else right.text
            return replace(right, text=what, factor=_scaled(_scaled(1.0, right.factor, inverse), a, False))
        case Data(), Data():
            factor = _scaled(left.factor, right.factor, inverse)
            return Data(text, factor, min(left.limit, right.limit))
    return Data(text)


def _scaled(factor: float, by: float | None, inverse: bool) -> float:
    """A factor times another, whose sign does not count; one that is not known changes nothing."""
    if by is None or (inverse and by == 0) or not math.isfinite(by):
        return factor
    return factor / abs(by) if inverse else factor * abs(by)
