"""From measured numbers to a record: prediction, band, rivals and verdict, all out of the entry.

The notebook calls it to record; whoever reads a record calls it again, and believes only what comes out the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lawbook.evidence.fit import refit
from lawbook.evidence.record import Fitted, Kind, Measured, Point, Run, digest
from lawbook.reference.api import UnknownNameError
from lawbook.reference.catalog import Catalog
from lawbook.reference.formula import Formula
from lawbook.reference.model import Check, Entry, Law, Rival, Standing
from lawbook.reference.problem import nearest
from lawbook.reference.rules import FITTED
from lawbook.reference.verdict import STANDINGS, band, best, excludes, is_inside, judge, standing, worst

ROUNDED = 1e-9  # relative: one prediction, calculated on two machines
REFITTED = 1e-5  # relative: one fit, done on two machines


@dataclass(frozen=True)
class Taken:
    """What was measured once, as the notebook hands it in.

    Attributes:
        measured: Numbers that broadcast against the others.
        error: One standard error of each.
        given: Values of the law's symbols at which it was measured.
        fitted: The fitted law, for a check that predicts `fitted`.
    """

    measured: ArrayLike
    error: ArrayLike
    given: Mapping[str, ArrayLike]
    fitted: Fitted | None = None


def judged(
    catalog: Catalog, entry: Entry, kind: Kind, name: str, taken: Taken, intact: Taken | None = None
) -> Measured:
    """The record of a check or a control.

    Arguments:
        catalog: The book.
        entry: The paper's.
        kind: Which of the two it is.
        name: The id.
        taken: What was measured; of a control, with the assumption broken.
        intact: Of a control: the same with the assumption kept; None where that is the check itself.

    Raises:
        UnknownNameError: There is no such check or control, or its law has no such symbol; names the nearest.
        TypeError: The prediction needs a symbol that was not given; names it.
        ValueError: Nothing was measured, an error is negative, or a fit or an intact run is missing or not wanted.
    """
    law_id, law, check, of, worded = _find(entry, kind, name)
    points = _points(catalog, law_id, law, of, check, taken)
    kept = None
    if kind == "control":
        if worded and intact is None:
            raise ValueError(
                f"the control {name!r} is paired with an intact run ({worded}), expected intact=… and intact_error=…"
            )
        if not worded and intact is not None:
            raise ValueError(f"the control {name!r} has `intact: check`, expected no intact= beside it")
        if intact is not None and intact.given.keys() != taken.given.keys():
            raise ValueError(
                f"the control {name!r} gives {', '.join(taken.given) or 'nothing'} and its intact run"
                f" {', '.join(intact.given) or 'nothing'}, expected the same symbols"
            )
        kept = None if intact is None else _points(catalog, law_id, law, of, check, intact)
    verdict = (worst if kind == "check" else best)([p.verdict for p in points])
    intact_fitted = None if intact is None else intact.fitted
    return Measured(kind, entry.paper, name, law_id, of, verdict, points, taken.fitted, kept, intact_fitted)


def again(catalog: Catalog, entry: Entry, record: Measured) -> Measured:
    """The record that the entry makes of the numbers in `record` today; what was fitted is fitted again.

    Raises as `judged` does, and `RuntimeError` where a fit no longer converges.
    """
    _, law, *_ = _find(entry, record.kind, record.id)
    kept = _fitted_again(catalog, law, record.intact_fitted)
    intact = None if record.intact is None else _taken(record.intact, kept)
    taken = _taken(record.points, _fitted_again(catalog, law, record.fitted))
    return judged(catalog, entry, record.kind, record.id, taken, intact)


def differs(one: Measured, other: Measured) -> str:
    """In what two records of the same numbers differ, or nothing. Predictions may differ by rounding, fits by more."""
    for what in ("kind", "paper", "id", "law", "check", "verdict"):
        if getattr(one, what) != getattr(other, what):
            return f"{what} {getattr(one, what)!r} where the entry gives {getattr(other, what)!r}"
    if (one.intact is None) != (other.intact is None):
        return "an intact run that the entry does not have"
    near = REFITTED if one.fitted is not None or one.intact_fitted is not None else ROUNDED
    for said, found in ((one.fitted, other.fitted), (one.intact_fitted, other.intact_fitted)):
        if said is not None and found is not None and not _same_constants(said, found):
            return "fitted constants that are not those of its points"
    for mine, theirs in ((one.points, other.points), (one.intact or (), other.intact or ())):
        for a, b in zip(mine, theirs, strict=True):
            for what in ("predicted", "low", "high"):
                if not _same(getattr(a, what), getattr(b, what), near):
                    return f"{what} {getattr(a, what):.6g} where the entry gives {getattr(b, what):.6g}"
            if a.verdict != b.verdict:
                return f"a point that {a.verdict} where the entry says {b.verdict}"
            if not _all_same(a.rivals, b.rivals, near) or (a.reported is None) != (b.reported is None):
                return "other rivals or reported values than the entry's"
            if a.reported is not None and b.reported is not None and not _same(a.reported, b.reported, near):
                return f"reported {a.reported:.6g} where the entry gives {b.reported:.6g}"
    return ""


@dataclass(frozen=True)
class Fate:
    """What became of a rival.

    Attributes:
        rival: As the entry has it.
        excluded_at: At how many points the measurement excludes it.
        points: Of how many.
        inside: Whether it stands inside the band at every point, so that no measurement could have told.
    """

    rival: Rival
    excluded_at: int
    points: int
    inside: bool

    @property
    def is_excluded(self) -> bool:
        """Whether the whole measurement excludes it: a check holds only if every point does."""
        return self.excluded_at > 0


def fates(check: Check, record: Measured) -> list[Fate]:
    """What became of each rival of a check."""
    found = []
    for i, rival in enumerate(check.rivals):
        values = [(p, p.rivals[i]) for p in record.points]
        excluded = sum(excludes(check, p.predicted, r, p.measured, p.error) for p, r in values)
        inside = all(is_inside(check, p.predicted, r) for p, r in values)
        found.append(Fate(rival, excluded, len(values), inside))
    return found


def is_blunt(check: Check, record: Measured) -> bool:
    """Whether a rival survives a check that holds."""
    return record.verdict == "holds" and any(not fate.is_excluded for fate in fates(check, record))


def stands(check: Check, record: Measured) -> Standing:
    """How the measurement compares with what the paper reports: the worst of its points."""
    found = [standing(check, p.reported, p.measured, p.error) for p in record.points if p.reported is not None]
    return max(found, key=STANDINGS.index)


def disagreements(entry: Entry, run: Run) -> list[str]:
    """Where a run and what the entry says beside its verdicts do not agree, a sentence each."""
    found = []
    for law in entry.laws.values():
        for name, check in law.checks.items():
            record = run.of("check", name)
            if record is None:
                continue
            for fate in fates(check, record):
                if fate.inside:
                    said = f"the rival {fate.rival.says!r} stands inside the tolerance at every point"
                    found.append(f"{entry.paper}: {name}: {said}: the check cannot tell it from the law")
            if check.against is not None and stands(check, record) != check.against.is_:
                what = (
                    f"found {stands(check, record)} against the paper, expected {check.against.is_}, as the entry says"
                )
                found.append(f"{entry.paper}: {name}: {what}")
    return found


def check_of(entry: Entry, kind: Kind, name: str) -> Check:
    """The check `name`, or the check that the control `name` must miss."""
    found = entry.check(checked_by(entry, kind, name))
    assert found is not None  # it was validated
    return found[2]


def checked_by(entry: Entry, kind: Kind, name: str) -> str:
    """The id of the check that judges: itself, or the one that a control must miss."""
    control = entry.control(name) if kind == "control" else None
    return name if control is None else control[2].must_miss


def _find(entry: Entry, kind: Kind, name: str) -> tuple[str, Law, Check, str, str]:
    """A check or control: its law, the check that counts and its id, and the words of the intact run, if it is own."""
    if kind == "check":
        found = entry.check(name)
        if found is not None:
            return found[0], found[1], found[2], name, ""
    else:
        control = entry.control(name)
        if control is not None:
            law_id, law, broken = control
            words = "" if broken.intact_is_check else broken.intact
            return law_id, law, law.checks[broken.must_miss], broken.must_miss, words
    valid = [c for law in entry.laws.values() for c in (law.checks if kind == "check" else law.controls)]
    raise UnknownNameError(f"{entry.paper} has no {kind} {name!r}{nearest(name, valid)}")


def _points(catalog: Catalog, law_id: str, law: Law, name: str, check: Check, taken: Taken) -> tuple[Point, ...]:
    for key in taken.given:
        if key not in law.symbols:
            raise UnknownNameError(f"the law {law_id!r} has no symbol {key!r}{nearest(key, law.symbols)}")
    given = {key: np.asarray(value, float) for key, value in taken.given.items()}
    for key, values in given.items():
        if not np.isfinite(values).all():
            found = values[~np.isfinite(values)].flat[0]
            raise ValueError(f"found {key} = {found} given for {name!r}, expected a finite number")
    predicted = predicted_by(catalog, law, name, check, given, taken.fitted)
    m, e = np.asarray(taken.measured, float), np.asarray(taken.error, float)
    for what, numbers in (("measured value", m), ("error", e)):
        if np.isnan(numbers).any():
            raise ValueError(f"found a {what} of {name!r} that is no number (nan), expected one, or infinity")
    if np.any(e < 0):
        raise ValueError(f"found a negative error for {name!r}, expected one standard error, at least 0")
    known = given if taken.fitted is None else {**given, **taken.fitted.values}  # a rival may use what was fitted
    others: list[Any] = [_rival(catalog, law, name, rival, known) for rival in check.rivals]
    if check.against is not None:
        others.append(_stated(catalog, law, check.against.reported, given, f"the reported value of {name!r}"))
    whole = np.broadcast_shapes(m.shape, e.shape, np.shape(predicted), *(a.shape for a in given.values()))
    mf, ef, pf, *rest = (np.broadcast_to(np.asarray(a, float), whole).ravel() for a in (m, e, predicted, *others))
    gf = {key: np.broadcast_to(a, whole).ravel() for key, a in given.items()}
    if not mf.size:
        raise ValueError(f"found no measured value for {name!r}, expected at least one")
    points = []
    for i in range(mf.size):
        mi, ei, pi = float(mf[i]), float(ef[i]), float(pf[i])
        low, high = band(check, pi)
        here = {key: float(a[i]) for key, a in gf.items()}
        at = [float(a[i]) for a in rest]
        reported = at.pop() if check.against is not None else None
        points.append(Point(mi, ei, pi, low, high, judge(check, pi, mi, ei), here, tuple(at), reported))
    return tuple(points)


def predicted_by(
    catalog: Catalog,
    law: Law,
    name: str,
    check: Check,
    given: Mapping[str, Any],
    fitted: Fitted | None,
) -> Any:
    """What a check of `law` predicts at `given`: a number, or an array of the shape that the values broadcast to."""
    if check.predicted == FITTED:
        if fitted is None:
            raise ValueError(f"the check {name!r} predicts 'fitted', expected fit=law.fit(…)")
        assert law.formula.expr is not None  # says a rule
        # what a fit has found counts before what the call gives
        return _value(catalog.expression(law, law.formula.expr), {**given, **fitted.values}, f"the fit of {name!r}")
    if fitted is not None:
        raise ValueError(f"the check {name!r} predicts {check.predicted!r}, expected no fit")
    return _stated(catalog, law, check.predicted, given, f"the prediction of {name!r}")


def _rival(catalog: Catalog, law: Law, name: str, rival: Rival, given: Mapping[str, Any]) -> Any:
    stated = rival.value if rival.expr is None else rival.expr
    assert stated is not None  # one of the two, says the model
    return _stated(catalog, law, stated, given, f"a rival of {name!r}")


def _stated(catalog: Catalog, law: Law, stated: float | str, given: Mapping[str, Any], what: str) -> Any:
    """A number of the entry, or the value of an expression."""
    return _value(catalog.expression(law, stated), given, what) if isinstance(stated, str) else stated


def _value(formula: Formula, given: Mapping[str, Any], what: str) -> Any:
    missing = sorted(set(formula.symbols) - set(given))
    if missing:
        raise TypeError(f"{what} needs given={{{', '.join(repr(name) for name in missing)}: …}}")
    return formula(**{name: given[name] for name in formula.symbols})


def _fitted_again(catalog: Catalog, law: Law, fitted: Fitted | None) -> Fitted | None:
    """The constants that the law's formula of today has at the points to which it was fitted."""
    if fitted is None or law.formula.expr is None:
        return fitted  # without an expression `judged` says what is wrong
    known: dict[str, Fitted] = catalog.__dict__.setdefault("_refitted", {})
    key = digest([law.formula.expr, asdict(fitted.source)])
    if key not in known:  # every seed is judged more than once
        fit = refit(catalog.expression(law, law.formula.expr), fitted.source)
        known[key] = Fitted({**fit.source.given, **fit.values}, fit.source)
    return known[key]


def _taken(points: tuple[Point, ...], fitted: Fitted | None) -> Taken:
    names = points[0].given if points else {}
    if any(p.given.keys() != names.keys() for p in points):
        raise ValueError("found points that are given other symbols than their neighbours")
    given = {key: [p.given[key] for p in points] for key in names}
    return Taken([p.measured for p in points], [p.error for p in points], given, fitted)


def _same_constants(one: Fitted, other: Fitted) -> bool:
    return one.values.keys() == other.values.keys() and all(
        _same(value, other.values[name], REFITTED) for name, value in one.values.items()
    )


def _all_same(some: tuple[float, ...], others: tuple[float, ...], near: float) -> bool:
    return len(some) == len(others) and all(_same(*pair, near) for pair in zip(some, others, strict=True))


def _same(one: float, other: float, near: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=near)
