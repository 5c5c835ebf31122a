"""What has been shown of what is claimed: assumptions, laws, and every outcome, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from lawbook.evidence.power import power_of_run
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Assumption, Check, Entry
from lawbook.reference.prose import citations
from lawbook.site import verdicts
from lawbook.site.markdown import Writer
from lawbook.site.verdicts import Told

GROUPS = ("claims", "claims within a tolerance set after trials", "consequences", "controls")


@dataclass(frozen=True)
class Shown:
    """A control of an assumption, and how it came out."""

    control: str
    told: Told


@dataclass(frozen=True)
class Assumed:
    """An assumption with what stands behind it: controls, citations, or neither."""

    paper: str
    id: str
    kind: str
    controls: tuple[Shown, ...]
    cites: tuple[str, ...]

    @property
    def backing(self) -> str:
        """`control`, where one was run and failed as it must, else `control, not shown`, `citation` or `nothing`."""
        if any(shown.told.tone == "good" for shown in self.controls):
            return "control"
        if self.controls:
            return "control, not shown"
        return "citation" if self.cites else "nothing"


@dataclass(frozen=True)
class LawRow:
    """A law with its checks."""

    paper: str
    id: str
    name: Markup
    checks: tuple[tuple[str, int], ...]  # outcome of the checks, and how many have it
    controls: int
    caught: int  # changed laws that its checks catch, of `counted`
    counted: int
    seeds: str  # the seeds that the prediction draws


@dataclass(frozen=True)
class Outcomes:
    """How many checks or controls of a group came out in each way."""

    group: str
    total: int
    words: tuple[tuple[Told, int], ...]


def assumptions(catalog: Catalog, evidence: Mapping[str, Evidence], papers: Iterable[str]) -> list[Assumed]:
    """Every assumption of the entries, in the order of the book."""
    return [
        _assumed(catalog.entries[paper], evidence.get(paper), name, assumption)
        for paper in papers
        for name, assumption in catalog.entries[paper].assumptions.items()
    ]


def _assumed(entry: Entry, found: Evidence | None, name: str, assumption: Assumption) -> Assumed:
    controls = tuple(
        Shown(control, verdicts.tell(entry, found, "control", control))
        for law in entry.laws.values()
        for control, broken in law.controls.items()
        if broken.breaks == name
    )
    cited = (key for text in (assumption.text, assumption.when_broken) for key, _ in citations(text))
    return Assumed(entry.paper, name, assumption.kind, controls, tuple(dict.fromkeys(cited)))


def laws(catalog: Catalog, evidence: Mapping[str, Evidence], papers: Iterable[str], write: Writer) -> list[LawRow]:
    """Every law of the entries, in the order of the book."""
    return [row for paper in papers for row in _laws(catalog, catalog.entries[paper], evidence.get(paper), write)]


def _laws(catalog: Catalog, entry: Entry, found: Evidence | None, write: Writer) -> Iterable[LawRow]:
    powers = power_of_run(catalog, found.shown) if found is not None else {}
    confirmed = found.confirmed if found is not None else None
    for id, law in entry.laws.items():
        words = Counter(verdicts.tell(entry, found, "check", name).word for name in law.checks)
        mine = [powers[name] for name in law.checks if name in powers]
        seeds = (
            f"{len(confirmed.seeds)}{'' if confirmed.is_current else ', before the last change'}" if confirmed else ""
        )
        yield LawRow(
            entry.paper, id, write.line(law.name), tuple(words.items()), len(law.controls),
            sum(power.caught for power in mine), sum(power.counted for power in mine), seeds if law.checks else "",
        )  # fmt: skip


def outcomes(catalog: Catalog, evidence: Mapping[str, Evidence], papers: Iterable[str]) -> list[Outcomes]:
    """The outcomes of all checks and controls, each group apart; those that are most frequent first."""
    found: dict[str, Counter[Told]] = {group: Counter() for group in GROUPS}
    for paper in papers:
        entry, mine = catalog.entries[paper], evidence.get(paper)
        for law in entry.laws.values():
            for name, check in law.checks.items():
                found[_group(check)][_bare(verdicts.tell(entry, mine, "check", name))] += 1
            for name in law.controls:
                found["controls"][_bare(verdicts.tell(entry, mine, "control", name))] += 1
    return [
        Outcomes(group, counts.total(), tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0].word))))
        for group, counts in found.items()
        if counts
    ]


def _group(check: Check) -> str:
    if check.tests == "consequence":
        return "consequences"
    return GROUPS[1] if check.band_from.is_ == "pilot" else "claims"


def _bare(told: Told) -> Told:
    """A verdict without its count of seeds."""
    return Told(told.word, told.tone)
