"""What a check asks of whoever measures: the symbols to give, the unit to measure in."""

from __future__ import annotations

from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Check, Law
from lawbook.reference.rules import FITTED


def stated_by(law: Law, check: Check) -> float | str:
    """What a check predicts: a number or an expression; of a fitted law its formula."""
    expr = law.formula.expr
    return expr if check.predicted == FITTED and expr is not None else check.predicted


def symbols_in(catalog: Catalog, law: Law, stated: float | str | None) -> tuple[str, ...]:
    """The symbols of a number or an expression of a law."""
    return catalog.expression(law, stated).symbols if isinstance(stated, str) else ()


def to_give(catalog: Catalog, law: Law, check: Check) -> tuple[str, ...]:
    """The symbols of which a check needs values; where it predicts a fitted law, those that a fit leaves open."""
    needed = symbols_in(catalog, law, stated_by(law, check))
    if check.predicted != FITTED:
        return needed
    return tuple(name for name in needed if catalog.symbol(law, name).role != "constant")


def only_rivals_need(catalog: Catalog, law: Law, check: Check) -> tuple[str, ...]:
    """The symbols that rivals of a check need beside those of its prediction."""
    needed = symbols_in(catalog, law, stated_by(law, check))
    others = [name for rival in check.rivals for name in symbols_in(catalog, law, rival.expr)]
    return tuple(dict.fromkeys(name for name in others if name not in needed))


def unit_of(catalog: Catalog, law: Law, check: Check) -> str:
    """The unit of a check: its own, or that of what its law's formula gives, where this is what is predicted.

    Nothing for a pure number.
    """
    if check.unit is not None:
        return check.unit
    gives = law.formula.gives
    if gives is None or check.predicted not in (law.formula.expr, FITTED):
        return ""
    unit = catalog.symbol(law, gives).unit or ""
    return "" if unit == "1" else unit
