"""What the checks and controls of some entries come to: claims, consequences, controls, each counted apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lawbook.evidence.judging import is_blunt
from lawbook.evidence.power import power_of_run, total
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Check, Entry
from lawbook.site import verdicts


@dataclass(frozen=True)
class Tally:
    """Some checks, by how they came out: `open` are those undecided, or good in too few of the drawn seeds.

    What was not run yet is not counted in `run`.
    """

    run: int = 0
    held: int = 0
    not_reproduced: int = 0
    open: int = 0
    not_run: int = 0


@dataclass(frozen=True)
class Counts:
    """What the pages say in one line.

    Attributes:
        claims: Checks that could have come out otherwise, with a band from theory or from the paper.
        pilots: The same with a band that was chosen after trials here.
        consequences: Checks that follow from a definition, an identity or how a system was built.
        controls: Controls that were run, and `caught`: those of them that fail as they must; `controls_open` do so
            here and not in enough of the drawn seeds.
        confounded: Controls whose intact run does not hold.
        blunt: Checks that hold, and hold with a rival in the place of the law too.
        changed: Changed laws that all checks together were held against, and `caught_laws`: those that they catch.
    """

    claims: Tally
    pilots: Tally
    consequences: Tally
    controls: int
    caught: int
    controls_open: int
    confounded: int
    blunt: int
    changed: int
    caught_laws: int

    @property
    def not_reproduced(self) -> int:
        """Claims that do not show at this scale."""
        return self.claims.not_reproduced + self.pilots.not_reproduced

    @property
    def open(self) -> int:
        """Claims that are undecided, or hold here and not in enough of the drawn seeds."""
        return self.claims.open + self.pilots.open

    @property
    def not_run(self) -> int:
        """Checks without a current run."""
        return self.claims.not_run + self.pilots.not_run + self.consequences.not_run


def count(catalog: Catalog, found: Iterable[tuple[Entry, Evidence | None]]) -> Counts:
    """Count the checks and controls of entries with what was measured of them."""
    groups: dict[str, Counter[str]] = {group: Counter() for group in ("claims", "pilots", "consequences", "controls")}
    blunt = 0
    powers = []
    for entry, evidence in found:
        if evidence is not None:
            powers += list(power_of_run(catalog, evidence.shown).values())
        for law in entry.laws.values():
            for name, check in law.checks.items():
                groups[_group(check)][verdicts.tell(entry, evidence, "check", name).tone] += 1
                record = evidence.shown.of("check", name) if evidence is not None else None
                blunt += record is not None and is_blunt(check, record)
            for name in law.controls:
                groups["controls"][verdicts.tell(entry, evidence, "control", name).tone] += 1
    controls = groups["controls"]
    caught, changed = total(powers)
    return Counts(
        claims=_tally(groups["claims"]),
        pilots=_tally(groups["pilots"]),
        consequences=_tally(groups["consequences"]),
        controls=controls.total() - controls["none"],
        caught=controls["good"],
        controls_open=controls["open"],
        confounded=controls["confounded"],
        blunt=blunt,
        changed=changed,
        caught_laws=caught,
    )


def _group(check: Check) -> str:
    if check.tests == "consequence":
        return "consequences"
    return "pilots" if check.band_from.is_ == "pilot" else "claims"


def _tally(tones: Counter[str]) -> Tally:
    return Tally(tones.total() - tones["none"], tones["good"], tones["other"], tones["open"], tones["none"])
