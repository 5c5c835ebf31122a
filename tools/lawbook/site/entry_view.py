"""An entry as a template needs it: what stands above its laws and what counts over all of them."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Literal

from markupsafe import Markup

from lawbook.numbers import plain, with_error
from lawbook.reference.model import Reported
from lawbook.site.counts import Counts, count
from lawbook.site.law_view import EntryOnPage, LawView
from lawbook.site.markdown import plain as plain_text
from lawbook.site.rows import Row
from lawbook.site.verdicts import long_date

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
        return [LawView(self, law_id, law) for law_id, law in self.entry.laws.items()]

    @property
    def main(self) -> LawView:
        """The main law."""
        return self.laws[0]

    @cached_property
    def headline(self) -> Row | None:
        """The check that the page opens with: the first claim of the first law that has one, else the first check."""
        checks = [(law, name, check) for law in self.laws for name, check in law.law.checks.items()]
        claims = [item for item in checks if item[2].tests == "claim"]
        first = next(iter(claims or checks), None)
        return None if first is None else first[0].check(first[1], first[2])

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
            return f"{len(found.seeds)} seeds that the prediction draws, run on {day} at commit {found.commit}."
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
    def headline_measured(self) -> Markup:
        """What the opening line says was measured: a share of the prediction where that is an expression."""
        row = self.headline
        record = self.evidence.shown.of("check", row.id) if self.evidence and row else None
        if row is None or record is None:
            return Markup("")
        point = record.representative
        found = self.entry.check(row.id)
        assert found is not None  # the row was made from it
        check = found[2]
        if len(record.points) > 1 and isinstance(check.predicted, str) and math.isfinite(point.predicted):
            many = len(record.points)
            if check.tolerance.rel is not None and point.predicted:
                share = with_error(point.measured / point.predicted, point.error / abs(point.predicted))
                return Markup("<b>{}</b> of it, at worst of {} points").format(share, many)
            off = with_error(point.measured - point.predicted, point.error)
            return Markup("off it by <b>{}</b>, at worst of {} points").format(off, many)
        if len(record.points) > 1:
            return Markup("<b>{}</b>, at worst of {} points").format(row.measured, len(record.points))
        return Markup("<b>{}</b>").format(row.measured)

    def shown_by(self, assumption: str) -> list[tuple[LawView, Row]]:
        """The controls that break an assumption."""
        return [(law, row) for law in self.laws for row in law.controls if row.breaks == assumption]

    def assumed_by(self, assumption: str) -> list[LawView]:
        """The laws that stand on an assumption."""
        return [law for law in self.laws if assumption in law.law.assumes]

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
        return [(law, item) for law in self.laws for item in law.law.reported]

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
