"""How a verdict is told: a word, a shape (a class of the style sheet) and a colour that goes with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from lawbook.evidence.confirmation import NEEDED
from lawbook.evidence.record import Confirmation, Evidence, Kind, Outcome, is_good
from lawbook.reference.model import Entry, Law

Tone = Literal["good", "bad", "open", "other", "none", "confounded", "algebra"]
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A verdict as the page tells it. `tone`: good, bad, open, other or none; the shape goes with it."""

    word: str
    tone: Tone
    good: int = 0
    seeds: int = 0
    drawn: str = ""  # the day on which the seeds that the prediction draws were run; empty for seeds of one's own

    @property
    def short(self) -> str:
        """The word without what follows a comma: where the heading says the rest."""
        return self.word.partition(",")[0]

    @property
    def counted(self) -> str:
        """`20 of 20 seeds`, or nothing before the first run."""
        return f"{self.good} of {self.seeds} seed{'s' * (self.seeds != 1)}" if self.seeds else ""


_CHECK: dict[Outcome, Told] = {
    "holds": Told("holds", "good"),
    "fails": Told("fails", "bad"),
    "undecided": Told("undecided", "open"),
    "cannot tell": Told("cannot tell", "bad"),
    "confounded": Told("confounded", "confounded"),
    "error": Told("the notebook broke", "bad"),
    "timed out": Told("timed out", "bad"),
    "invalid": Told("not believed", "bad"),
    "not run": Told("not run yet", "none"),
}


_KEPT = {  # a control whose broken run keeps the law after all
    "holds": "holds, though it should break down",
    "undecided": "undecided, though it should break down",
}


def tell(entry: Entry, evidence: Evidence | None, kind: Kind, name: str) -> Told:
    """The verdict on a check or control: that of the run that the page shows, with the count over the seeds.

    The seeds that the prediction draws count where they were run for what it is now; else the trials that are at hand.
    """
    if evidence is None:
        return _CHECK["not run"]
    outcome = evidence.shown.outcome(kind, name)
    right = is_good(entry, kind, name, outcome)
    told = _CHECK[outcome]
    if kind == "control" and outcome in ("holds", "fails", "undecided"):
        told = Told("breaks down, as it should", "good") if right else Told(_KEPT.get(outcome, outcome), "bad")
    elif kind == "check":
        found = entry.check(name)
        if found is not None and found[2].not_reproduced is not None and outcome in ("holds", "fails", "undecided"):
            told = Told("not reproduced", "other") if right else Told("holds, though marked not reproduced", "bad")
    confirmed = evidence.confirmed
    drawn = confirmed.passed(entry, kind, name) if confirmed is not None and confirmed.is_current else None
    if confirmed is None or drawn is None:
        good, seeds = evidence.passed(entry, kind, name)
        return replace(told, good=good, seeds=seeds)
    good, seeds = drawn
    if told.tone == "good" and good < NEEDED * seeds:
        told = Told(f"{told.short} here, not in enough seeds", "open")
    return replace(told, good=good, seeds=seeds, drawn=long_date(confirmed.date))


def without_result(found: Confirmation) -> str:
    """The seeds whose run broke or ran out of time, as a sentence; nothing where all have come to an end."""
    lost = []
    for i, seed in enumerate(found.seeds):
        outcomes = {results[i].outcome for results in found.results.values()}
        if len(outcomes) == 1 and outcomes <= {"error", "timed out"}:
            lost.append(f"{seed} ({_CHECK[outcomes.pop()].word})")
    if not lost:
        return ""
    return f"{len(lost)} of them gave no result, which counts as not passed: {', '.join(lost)}."


def long_date(day: str) -> str:
    """`2026-11-28` as 28 November 2026."""
    found = date.fromisoformat(day)
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def tally(entry: Entry, evidence: Evidence | None, law: Law) -> Told:
    """All claims of a law in one verdict: `3 of 3 hold`, or the worst of them counted; consequences only if all are."""
    claims = [name for name, check in law.checks.items() if check.tests == "claim"]
    told = [tell(entry, evidence, "check", name) for name in claims or law.checks]
    if not told:
        return Told("no check", "none")
    counts = Counter(t.tone for t in told)
    what = "holds" if len(told) == 1 else "hold"
    held = f"{counts['good']} of {len(told)} {what}"
    if not claims:
        held = f"by construction: {held}"
    if counts["good"] == len(told):
        return Told(held, "good" if claims else "algebra")
    if counts["none"] == len(told):
        return Told("not run yet", "none")
    worst: tuple[Tone, ...] = ("bad", "open", "none")
    for tone in worst:
        if counts[tone]:
            return Told(held, tone)
    return Told(f"{held}, {counts['other']} not reproduced" if counts["good"] else "not reproduced", "other")
