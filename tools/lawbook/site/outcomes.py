"""What the checks of a page come to, every outcome told: how many claims hold, and beside it each that does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lawbook.evidence.record import Evidence
from lawbook.reference.model import Entry, Law
from lawbook.site import verdicts
from lawbook.site.verdicts import Told, Tone

# A verdict as it is counted: of one, of several.
_COUNTED = {
    "not reproduced": ("is not reproduced", "are not reproduced"),
    "fails": ("fails", "fail"),
    "undecided": ("is undecided", "are undecided"),
    "cannot tell": ("cannot tell", "cannot tell"),
    "holds here, not in enough seeds": ("holds in too few seeds", "hold in too few seeds"),
    "holds, though marked not reproduced": (
        "holds, though marked not reproduced",
        "hold, though marked not reproduced",
    ),
    "the notebook broke": ("was not reached: the notebook broke", "were not reached: the notebook broke"),
    "timed out": ("timed out", "timed out"),
    "not believed": ("is not believed", "are not believed"),
    "not run yet": ("is not run yet", "are not run yet"),
}
_ORDER: tuple[Tone, ...] = ("bad", "open", "other", "none")


def outcomes(entry: Entry, evidence: Evidence | None, laws: Iterable[Law] | None = None) -> tuple[Told, ...]:
    """How the claims of an entry came out: those that hold first, then every other outcome, the worst first.

    Consequences are told apart: where there is no claim, and where one does not come out as it must.

    Arguments:
        entry: The entry.
        evidence: What was measured of it.
        laws: Of these laws alone; else of all.
    """
    checks = [item for law in (entry.laws.values() if laws is None else laws) for item in law.checks.items()]
    claims = [verdicts.tell(entry, evidence, "check", name) for name, check in checks if check.tests == "claim"]
    others = [verdicts.tell(entry, evidence, "check", name) for name, check in checks if check.tests != "claim"]
    if not checks:
        return (Told("no check", "none"),)
    if all(told.tone == "none" for told in claims + others):
        return (Told("not run yet", "none"),)
    found: list[Told] = []
    if claims:
        found.append(_held(claims, "claim", "good"))
        found += _rest(claims, "")
    elif others:
        found.append(_held(others, "consequence", "algebra"))
    return (*found, *_rest(others, "consequence"))


def _held(told: list[Told], noun: str, tone: Tone) -> Told:
    good, many = sum(one.tone == "good" for one in told), len(told)
    words = f"{good} of {many} {noun}{'s' * (many != 1)} hold{'s' * (many == 1)}"
    return Told(words, tone if good else "none", good, many)


def _rest(told: list[Told], noun: str) -> list[Told]:
    """Each outcome that is not as claimed, counted."""
    counts = Counter((one.tone, one.word) for one in told if one.tone != "good")
    found = []
    for (tone, word), many in sorted(counts.items(), key=lambda item: (_ORDER.index(item[0][0]), item[0][1])):
        said = _COUNTED.get(word, (word, word))[many != 1]
        found.append(Told(f"{many} {noun}{'s' * (many != 1 and bool(noun))} {said}".replace("  ", " "), tone))
    return found
