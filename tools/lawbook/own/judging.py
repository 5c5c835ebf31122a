"""A reader's own measurement, judged by a check of the book as the book's own are."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lawbook.evidence import confirmation
from lawbook.evidence.confirmed_file import ConfirmationError
from lawbook.evidence.display import tolerance_of
from lawbook.evidence.judging import fates, judged, stands
from lawbook.evidence.power import Power, power_of
from lawbook.evidence.record import Measured, strain
from lawbook.numbers import plain, with_error
from lawbook.own.dependence import dependences
from lawbook.own.finding import Found, find
from lawbook.own.judgement import Judgement
from lawbook.own.taking import taken
from lawbook.own.told import Assumed, Booked, RivalOf
from lawbook.own.words import readable
from lawbook.reference import bibliography
from lawbook.reference.asks import unit_of
from lawbook.reference.bibliography import Work
from lawbook.reference.instruments import of_check
from lawbook.reference.kept import Kept
from lawbook.reference.model import Reported
from lawbook.reference.rules import FITTED

FEW_REPLICAS = 5
BAND_FROM = {
    "theory": "From the law or its corrections.",
    "reported": "From the scatter that the paper reports.",
    "pilot": "From trials on Lawbook's own set-up: on another model it is a guide.",
}


def judge(
    reference: str,
    *,
    measured: ArrayLike | None = None,
    error: ArrayLike | None = None,
    replicas: ArrayLike | None = None,
    given: Mapping[str, ArrayLike] | None = None,
    fit: Any = None,
    root: str | Path | None = None,
) -> Judgement:
    """Hold your own measurement against a check of the book: does the law hold on your model?

    The prediction, its tolerance and the rivals are those of the entry. A point *holds* if its error bar, two standard
    errors to each side, lies inside the band, *fails* if all of it lies outside, and is *undecided* otherwise.

    Arguments:
        reference: `paper/check`, such as `cohen2021/hovers-at-the-edge`; `paper/law/check` too.
        measured: What you measured, in the unit of the check: a number or an array of any shape, each element judged
            by itself. Anything that NumPy reads.
        error: One standard error of each, a number or an array. `lawbook.notebook` has functions that estimate one. 0
            is for what is exact.
        replicas: In the place of the two: the measurements of each of several runs that differ by their seed alone,
            shape (replicas, ...), at least 2. Their mean is judged, with its standard error: the standard deviation
            over the root of their number.
        given: Values of the law's symbols at which it was measured, by id or letter; a number, or one for each
            measured. A rival that needs a symbol which is not given is not asked.
        fit: For a check that predicts `fitted`: the law fitted to other points than the measured. What has the
            constants by name as `values` (and as `given` those that were not fitted), or a mapping of them.
        root: The folder of the book, as for `lawbook.entry`.

    Returns:
        The verdict, with the band, the rivals and the assumptions that no number shows. Print it.

    Raises:
        UnknownNameError: There is no such check; says what the name does name, and the nearest. It is a `KeyError`.
        ValueError: Something that was handed in cannot be judged; says all of it.
        InvalidEntryError: The entry does not pass `lawbook check`.
        FileNotFoundError: `root` is no book.

    Examples:
        >>> import lawbook
        >>> found = lawbook.judge(
        ...     "cohen2021/hovers-at-the-edge", measured=[20.4, 10.1], error=[0.3, 0.1], given={"eta": [0.1, 0.2]}
        ... )
        >>> found.verdict
        'holds'
        >>> [rival.is_excluded for rival in found.rivals]
        [True, True, True]
        >>> [assumed.id for assumed in found.assumptions][:3]
        ['full-batch', 'constant-step', 'large-enough-step']
    """
    found = find(reference, root)
    return judge_found(
        found, measured=measured, error=error, replicas=replicas, given=given, fit=fit, booked=_booked(found)
    )


def judge_found(
    found: Found,
    *,
    measured: ArrayLike | None = None,
    error: ArrayLike | None = None,
    replicas: ArrayLike | None = None,
    given: Mapping[str, ArrayLike] | None = None,
    fit: Any = None,
    booked: Booked | None = None,
) -> Judgement:
    """`judge`, for a check that has been found.

    Arguments:
        found: The check.
        measured: As for `judge`, and so are `error`, `replicas`, `given` and `fit`.
        error: One standard error of each.
        replicas: In the place of the two.
        given: Values of the law's symbols.
        fit: The fitted law.
        booked: What Lawbook measured.

    Returns:
        The judgement.

    Raises:
        ValueError: As for `judge`.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # what is not finite is told below
        took, count = taken(found, measured=measured, error=error, replicas=replicas, given=given or {}, fit=fit)
        try:
            asked = _askable(found, {*took.given, *(took.fitted.values if took.fitted is not None else ())})
            record = judged(found.catalog, asked.entry, "check", found.name, took)
        except (TypeError, ArithmeticError) as problem:  # whatever numbers can do to a formula
            raise ValueError(f"{found.reference} cannot be judged: {problem}") from None
        # how hard it was is told of a check too that did not show at Lawbook's scale
        power = power_of(found.catalog, asked.with_check(not_reproduced=None).entry, record)
    _require_prediction(found, record)
    return _told(found, asked, record, power, _notes(record, count), booked)


def _require_prediction(found: Found, record: Measured) -> None:
    """Ask for other values where the law has no number."""
    bad = [point for point in record.points if not np.isfinite(point.predicted)]
    if bad:
        at = ", ".join(f"{name} = {plain(value)}" for name, value in bad[0].given.items()) or "its constants"
        raise ValueError(
            f"{found.reference} cannot be judged: the law gives {plain(bad[0].predicted)} at {at}, and no finite number"
            f" at {len(bad)} of {len(record.points)} points"
        )


def _askable(found: Found, known: set[str]) -> Found:
    """The check with the rivals, and what the paper reports, as far as they can be computed from what is known."""
    rivals = [rival for rival in found.check.rivals if known.issuperset(found.needs(rival.expr))]
    against = found.check.against
    if against is not None and not known.issuperset(found.needs(against.reported)):
        against = None
    return found.with_check(rivals=rivals, against=against)


def _notes(record: Measured, count: int) -> tuple[str, ...]:
    """What to know about the numbers that were handed in."""
    notes = []
    if count:
        notes.append(f"each measured number is the mean of {count} replicas, its error their spread over √{count}")
    if 0 < count < FEW_REPLICAS:
        share = 100 / np.sqrt(2 * (count - 1))
        notes.append(f"an error from {count} replicas is itself uncertain by {share:.0f} %")
    exact = sum(point.error == 0 for point in record.points)
    if exact:
        notes.append(f"{exact} of {len(record.points)} points have the error 0, and are taken as exact")
    if any(not np.isfinite(value) for point in record.points for value in (point.measured, point.error)):
        notes.append("a number or an error that is not finite decides nothing")
    return tuple(notes)


def _told(
    found: Found, asked: Found, record: Measured, power: Power | None, notes: tuple[str, ...], booked: Booked | None
) -> Judgement:
    entry, law, check = found.entry, found.law, found.check
    works = _works(found.catalog.root)
    work = works.get(entry.paper)

    def words(text: str) -> str:
        return readable(text, works)

    broken_by: dict[str, list[str]] = {}
    for name, control in law.controls.items():
        broken_by.setdefault(control.breaks, []).append(name)
    told = {id(fate.rival): (i, fate) for i, fate in enumerate(fates(asked.check, record))}
    known = {name for point in record.points[:1] for name in point.given}
    rivals = []
    for rival in check.rivals:
        if id(rival) in told:
            i, fate = told[id(rival)]
            values = tuple(point.rivals[i] for point in record.points)
            rivals.append(RivalOf(words(rival.says), values, fate.excluded_at, fate.inside))
        else:
            needs = tuple(name for name in found.needs(rival.expr) if name not in known)
            rivals.append(RivalOf(words(rival.says), (), 0, False, needs))
    assumed = [
        Assumed(
            name,
            entry.assumptions[name].kind,
            words(entry.assumptions[name].text),
            words(entry.assumptions[name].when_broken),
            tuple(broken_by.get(name, ())),
        )
        for name in law.assumes
        if name in entry.assumptions
    ]
    predicted = found.predicted
    return Judgement(
        reference=found.reference,
        law=f"{entry.paper}/{found.law_id}",
        name=words(law.name),
        quantity=words(check.quantity or check.measures).rstrip(","),
        unit=words(unit_of(found.catalog, law, check)),
        predicted=f"{predicted}, fitted" if check.predicted == FITTED else predicted_in_words(predicted),
        tolerance=tolerance_of(check),
        band_from=" ".join([BAND_FROM[check.band_from.is_], words(check.band_from.says or "")]).strip(),
        verdict=record.verdict,
        points=record.points,
        rivals=tuple(rivals),
        assumptions=tuple(assumed),
        power=power,
        dependences=dependences(check, record, found.needs(predicted)),
        blind_to=None if check.blind_to is None else words(check.blind_to),
        not_reproduced=None if check.not_reproduced is None else words(check.not_reproduced),
        reported=tuple(words(_reported(one)) for one in law.reported if one.by is None),
        reported_by_others=tuple(words(f"[@{one.by}], {_reported(one)}") for one in law.reported if one.by is not None),
        standing=None if asked.check.against is None else stands(asked.check, record),
        booked=booked,
        setting=words(entry.setting.here),
        made_for=words(_made_for(found)),
        notes=notes,
        cite=entry.paper if work is None else f"{work.by} ({work.year}). {work.title}. {work.link}".strip(),
        bibtex="" if work is None else work.bibtex,
        page=f"laws/{entry.paper}/#check-{found.name}",
        cannot_tell=any(rival.inside for rival in rivals),
    )


def predicted_in_words(predicted: float | str) -> str:
    """A prediction as it is read: the expression, or the number."""
    return plain(predicted) if isinstance(predicted, float | int) else str(predicted)


def _made_for(found: Found) -> str:
    """Which model a check is made for; nothing where any will do of which the assumptions hold, or nobody has said."""
    place = of_check(found.catalog.root, f"{found.entry.paper}/{found.law_id}", found.name)
    if place is None or place.where == "any":
        return ""
    if place.where == "such":
        return f"Such a model alone: {place.such}."
    return "Only the model or the data that Lawbook's notebook builds: of another it says nothing about the law."


def _reported(one: Reported) -> str:
    value = one.value
    if not isinstance(value, str):
        value = plain(value) if one.error is None else with_error(value, one.error)
    unit = f" {one.unit}" if one.unit not in (None, "1") else ""
    where = ", ".join(part for part in (one.setting, one.where) if part)
    return f"{one.what}: {value}{unit}" + (f" ({where})" if where else "")


def _booked(found: Found) -> Booked | None:
    """What the confirmed seeds say of the check; None where there are none that can be believed."""
    try:
        with np.errstate(all="ignore"):
            seeds = confirmation.read(found.catalog, found.entry.paper)
    except (ConfirmationError, OSError):
        return None
    passed = None if seeds is None else seeds.passed(found.entry, "check", found.name)
    if seeds is None or passed is None:
        return None
    points = confirmation.in_band(found.entry, "check", found.name, seeds.results["check", found.name])
    return Booked(*passed, seeds.date, seeds.is_current, max(points, key=strain, default=None))


def _works(root: Path) -> dict[str, Work]:
    """The cited works of the book at `root`."""
    path = root / "references" / "papers.bib"
    if not path.is_file():
        return {}
    return bibliography.read(path, "references/papers.bib", Kept(root))[0]
