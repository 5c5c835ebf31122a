"""What a reader's measurement says of a law, and what it cannot say."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from lawbook.own.judgement_html import html
from lawbook.own.judgement_text import text
from lawbook.own.told import Told


@dataclass(frozen=True)
class Judgement(Told):
    """A measurement held against the check of a law. Made by `lawbook.judge`; print it to read all of it.

    Attributes:
        reference: `paper/check`.
        law: `paper/law`.
        name: The law in words.
        quantity: What the check measures, in words.
        unit: Its unit; empty for a pure number.
        predicted: The prediction as the entry writes it.
        tolerance: The width of the band in words.
        band_from: Where that width comes from, and whether it was set after trials on Lawbook's own set-up.
        verdict: `holds` if every point holds, `fails` if one fails, else `undecided`.
        points: Each measured number: `measured`, `error`, `predicted`, the band from `low` to `high`, `verdict`, and
            the values that were `given`.
        rivals: The wrong laws that the check names: `says`, `values`, `excluded_at`, `inside`, `is_excluded`, and the
            symbols that one `needs` to be asked of.
        assumptions: What the law assumes and no number here shows: `id`, `kind`, `text`, `when_broken`, `controls`.
        power: How hard this measurement was: `caught` of `counted` changed laws, the `survivors`, and the `intervals`
            in which constants and exponents would have passed; None where the check does not hold.
        dependences: How far the power of each `symbol` that was given may be off, from `low` to `high`; empty for a
            bound.
        blind_to: What the entry says that the check cannot tell.
        not_reproduced: Why it did not show at Lawbook's own scale; None where it did.
        reported: What the paper reports, a sentence each.
        reported_by_others: What other works report of the same quantities, each with its work.
        standing: How the measurement compares with what the paper reports of the same number, where it does.
        booked: What Lawbook measured: `passed` of `seeds`, `date`, `is_current`, `farthest`; None without such seeds.
        setting: What Lawbook measured it on.
        made_for: Which model the check is made for, where it is not any of which the assumptions hold.
        notes: What to know about the numbers that were handed in.
        cite: The paper.
        bibtex: The same as a BibTeX record.
        page: The page of the check, below the address of the site.
        cannot_tell: Whether a rival stands inside the band at every point: what holds then speaks for both.

    Examples:
        >>> import lawbook
        >>> one = lawbook.judge("cohen2021/hovers-at-the-edge", measured=2.01, error=0.01, given={"eta": 1.0})
        >>> one.verdict, one.cannot_tell  # at a step size of 1, 2/η and 2/√η are the same
        ('holds', True)
    """

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data: numbers, texts, lists and mappings.

        Returns:
            The attributes by their names; a number that is not finite is None in a band, else `"inf"`, `"-inf"` or
            `"nan"`.

        Examples:
            >>> import lawbook
            >>> found = lawbook.judge("cohen2021/hovers-at-the-edge", measured=20.4, error=0.3, given={"eta": 0.1})
            >>> found.to_dict()["points"][0]["predicted"]
            20.0
        """
        data = asdict(self)
        points = [*data["points"], data["booked"] and data["booked"]["farthest"]]
        for point in filter(None, points):
            point |= {end: point[end] if math.isfinite(point[end]) else None for end in ("low", "high")}
        for told, rival in zip(data["rivals"], self.rivals, strict=True):
            told["is_excluded"] = rival.is_excluded
        found: dict[str, Any] = _plain(data)
        return found

    def json(self) -> str:
        """The same as JSON.

        Returns:
            One line of JSON.

        Examples:
            >>> import json
            >>> import lawbook
            >>> found = lawbook.judge("cohen2021/hovers-at-the-edge", measured=20.4, error=0.3, given={"eta": 0.1})
            >>> json.loads(found.json())["verdict"]
            'holds'
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)


def _plain(value: Any) -> Any:
    """Plain data in which every number is finite."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value
