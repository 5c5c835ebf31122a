"""An entry as a template needs it: what stands above its laws and what counts over all of them."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from markupsafe import Markup

from lawbook.numbers import plain, with_error
from lawbook.reference.model import Reported
from lawbook.site import sentence
from lawbook.site.counts import Counts, count
from lawbook.site.law_view import EntryOnPage, LawView
from lawbook.site.markdown import plain as plain_text
from lawbook.site.outcomes import outcomes
from lawbook.site.rows import Row
from lawbook.site.verdicts import Told, long_date, without_result

SEEN = {"full-text": "full text read", "abstract": "abstract read", "secondary": "known second-hand"}


class EntryView(EntryOnPage):
    """An entry on a page, with its laws."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.work = self.catalog.works[self.entry.paper]
        self.id = self.entry.paper
        self.family_id = self.catalog.family_of[self.id]
        self.family = self.catalog.families[self.family_id]

    @cached_property
    def title(self) -> Markup:
        """The title, math rendered."""
        return self.write.name(self.entry.title)

    @cached_property
    def laws(self) -> list[LawView]:
        """The laws, the main one first."""
        found: list[LawView] = []
        for law_id, law in self.entry.laws.items():
            found.append(LawView(self, law_id, law, tuple(found)))
        return found

    @property
    def main(self) -> LawView:
        """The main law."""
        return self.laws[0]

    @cached_property
    def headline(self) -> Row | None:
        """The check that the page opens with: the first claim of the first law that has one, else the first check."""
        first = self.entry.headline
        return None if first is None else self.row("check", first[1])

    @cached_property
    def counts(self) -> Counts:
        """What the checks and controls of the entry come to."""
        return count(self.catalog, [(self.entry, self.evidence)])

    @property
    def seen(self) -> str:
        """How well the source is known, as a badge says it."""
        return SEEN[self.entry.seen.how]

    @property
    def confirmed_line(self) -> str:
        """That the prediction was confirmed, of the present state or of one before."""
        found = self.evidence.confirmed if self.evidence else None
        if found is None:
            return ""
        day = long_date(found.date)
        if found.is_current:
            told = f"{len(found.seeds)} seeds that the prediction draws, run on {day} at commit {found.commit}."
            return f"{told} {without_result(found)}".rstrip()
        return f"Confirmed before the last change, on {day} at commit {found.commit}: the seeds have to be drawn anew."

    def row(self, kind: Literal["check", "control"], name: str) -> Row:
        """A check or control of any of the laws, by its id."""
        for law in self.laws:
            if kind == "check" and name in law.law.checks:
                return law.check(name, law.law.checks[name])
            if kind == "control" and name in law.law.controls:
                return law.control(name, law.law.controls[name])
        raise KeyError(f"{self.id} has no {kind} {name!r}")

    @cached_property
    def opening(self) -> Markup:
        """The sentence that the page opens with, up to its verdict."""
        first, row = self.entry.headline, self.headline
        if first is None or row is None:
            return Markup("")
        law = next(law for law in self.laws if law.id == first[0])
        return sentence.sentence(law, row, law.law.checks[first[1]])

    @property
    def in_seeds(self) -> str:
        """In how many seeds that came out."""
        return sentence.verdict(self.headline.told) if self.headline else ""

    @cached_property
    def outcomes(self) -> tuple[Told, ...]:
        """How all claims of the page came out, every outcome counted."""
        return outcomes(self.entry, self.evidence)

    def shown_by(self, assumption: str) -> list[tuple[LawView, Row]]:
        """The controls that break an assumption."""
        return [(law, row) for law in self.laws for row in law.controls if row.breaks == assumption]

    def broken(self, assumption: str) -> Told | None:
        """What the controls that break an assumption come to; None where there is none."""
        told = [row.told for _, row in self.shown_by(assumption)]
        if not told:
            return None
        good = sum(one.tone == "good" for one in told)
        counted = f"{good} of {len(told)}" if good < len(told) else f"{good}"
        words = f"{counted} control{'s' * (len(told) != 1)}"
        rest = next((one for one in told if one.tone != "good"), None)
        if rest is not None and all(one.tone == "none" for one in told):
            return Told(f"{len(told)} control{'s' * (len(told) != 1)}, not run yet", "none")
        return Told(words, "good" if rest is None else rest.tone)

    @cached_property
    def authors(self) -> str:
        """All authors up to six by family name, else the first three."""
        names = [name.family for name in self.work.authors]
        few = len(names) <= 6
        return ", ".join(names if few else names[:3]) + ("" if few and not self.work.and_others else " et al.")

    def plain_summary(self) -> str:
        """The summary as text, for the head of the page and for search."""
        return plain_text(self.entry.summary)

    @property
    def reported(self) -> list[tuple[LawView, Reported]]:
        """Every value that the paper reports, with its law."""
        return [(law, item) for law in self.laws for item in law.law.reported if item.by is None]

    @property
    def reported_by_others(self) -> list[tuple[LawView, Reported]]:
        """Every value that another work reports of the paper's quantities, with its law."""
        return [(law, item) for law in self.laws for item in law.law.reported if item.by is not None]

    @property
    def seeds_line(self) -> str:
        """`0 to 19`, or the seeds one by one."""
        seeds = [run.seed for run in self.evidence.seeds] if self.evidence else []
        if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1)):
            return f"{seeds[0]} to {seeds[-1]}"
        return ", ".join(map(str, seeds))

    @property
    def run_line(self) -> str:
        """When, how long, with what, for the run that the page shows."""
        if self.evidence is None:
            return ""
        run = self.evidence.shown
        many = len(self.evidence.seeds) > 1
        versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
        seeds = (
            f"Seeds {self.seeds_line}; the numbers shown are those of seed {run.seed}." if many else f"Seed {run.seed}."
        )
        day = run.finished.split("T")[0]
        commit = f" at commit {run.commit}" if run.commit else ""
        return (
            f"{seeds} Each measured value with its own standard error. Run on {day}{commit}, {run.usage.cpu:.0f} s of "
            f"CPU, {run.usage.peak_mb:.0f} MB, {run.machine}; {versions}."
        )

    def number(self, value: float | str, error: float | None) -> str:
        """A reported value."""
        if isinstance(value, str):
            return plain_text(value)
        return plain(value, 6) if error is None else with_error(value, error)
