"""What a judgement tells: the parts of it, as they are read and printed."""

from __future__ import annotations

from dataclasses import dataclass, field

from lawbook.evidence.power import Power
from lawbook.evidence.record import Point
from lawbook.own.dependence import Dependence
from lawbook.reference.verdict import Verdict


@dataclass(frozen=True)
class RivalOf:
    """A wrong law that the check names, and whether the measurement excludes it.

    Attributes:
        says: The wrong law in words.
        values: What it gives at each point.
        excluded_at: At how many points the measurement excludes it; one is enough.
        inside: Whether it stands inside the band at every point, so that no measurement there could tell.
        needs: Symbols that it needs and nobody gave: then nothing is known of it, and it has no values.
    """

    says: str
    values: tuple[float, ...]
    excluded_at: int
    inside: bool
    needs: tuple[str, ...] = ()

    @property
    def is_excluded(self) -> bool:
        """Whether the measurement excludes it."""
        return self.excluded_at > 0


@dataclass(frozen=True)
class Assumed:
    """An assumption of the law: nothing measured here shows that it holds.

    Attributes:
        id: Its id in the entry.
        kind: `hypothesis` or `regime`.
        text: What has to be so.
        when_broken: What happens otherwise.
        controls: The controls in which Lawbook broke it.
    """

    id: str
    kind: str
    text: str
    when_broken: str
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Booked:
    """What Lawbook measured of the same check, in the seeds that its prediction drew.

    Attributes:
        passed: In how many seeds it came out as the entry claims.
        seeds: Of how many.
        date: When.
        is_current: Whether entry and notebook are still those that were run.
        farthest: The point that lies farthest from its prediction, of all seeds.
    """

    passed: int
    seeds: int
    date: str
    is_current: bool
    farthest: Point | None = None


@dataclass(frozen=True)
class Told:
    """All that `Judgement` has, which says what each is."""

    reference: str
    law: str
    name: str
    quantity: str
    unit: str
    predicted: str
    tolerance: str
    band_from: str
    verdict: Verdict
    points: tuple[Point, ...]
    rivals: tuple[RivalOf, ...] = ()
    assumptions: tuple[Assumed, ...] = ()
    power: Power | None = None
    dependences: tuple[Dependence, ...] = ()
    blind_to: str | None = None
    not_reproduced: str | None = None
    reported: tuple[str, ...] = ()
    reported_by_others: tuple[str, ...] = ()
    standing: str | None = None
    booked: Booked | None = None
    setting: str = ""
    made_for: str = ""
    notes: tuple[str, ...] = ()
    cite: str = ""
    bibtex: str = field(default="", repr=False)
    page: str = ""
    cannot_tell: bool = False
