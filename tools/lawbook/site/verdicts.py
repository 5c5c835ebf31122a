"""How a verdict is told: a word, a shape (a class of the style sheet) and a colour that goes with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lawbook.evidence.record import Evidence, Outcome, is_good
from lawbook.reference.model import Entry

Tone = Literal["good", "bad", "open", "other", "none"]


@dataclass(frozen=True)
class Told:
    """A verdict as the page tells it. `tone`: good, bad, open, other or none; the shape goes with it."""

    word: str
    tone: Tone
    good: int = 0
    seeds: int = 0

    @property
    def counted(self) -> str:
        """`20 of 20 seeds`, or nothing before the first run."""
        return f"{self.good} of {self.seeds} seed{'s' * (self.seeds != 1)}" if self.seeds else ""


_CHECK: dict[Outcome, Told] = {
    "holds": Told("holds", "good"),
    "fails": Told("fails", "bad"),
    "undecided": Told("undecided", "open"),
    "error": Told("the notebook broke", "bad"),
    "timed out": Told("timed out", "bad"),
    "not run": Told("not run yet", "none"),
}


def tell(entry: Entry, evidence: Evidence | None, kind: Literal["check", "control"], name: str) -> Told:
    """The verdict on a check or control over the seeds, and that of the run that the page shows."""
    if evidence is None:
        return _CHECK["not run"]
    outcome = evidence.shown.outcome(kind, name)
    right = is_good(entry, kind, name, outcome)
    told = _CHECK[outcome]
    if kind == "control" and outcome in ("holds", "fails", "undecided"):
        told = Told("fails, as it must", "good") if right else Told(f"{outcome}, but must fail", "bad")
    elif kind == "check":
        found = entry.check(name)
        if found is not None and found[2].not_reproduced is not None and outcome in ("holds", "fails", "undecided"):
            told = Told("not reproduced", "other") if right else Told("holds, though marked not reproduced", "bad")
    good, seeds = evidence.passed(entry, kind, name)
    return Told(told.word, told.tone, good, seeds)


def tally(entry: Entry, evidence: Evidence | None, checks: Iterable[str]) -> Told:
    """All checks of a law in one verdict: `3 of 3 hold`, or the worst of them counted."""
    told = [tell(entry, evidence, "check", name) for name in checks]
    if not told:
        return Told("no check", "none")
    counts = Counter(t.tone for t in told)
    held = f"{counts['good']} of {len(told)} hold"
    if counts["good"] == len(told):
        return Told(held, "good")
    if counts["none"] == len(told):
        return Told("not run yet", "none")
    worst: tuple[Tone, ...] = ("bad", "open", "none")
    for tone in worst:
        if counts[tone]:
            return Told(held, tone)
    return Told(f"{held}, {counts['other']} not reproduced" if counts["good"] else "not reproduced", "other")
