"""A judgement as it is read: a head, the points, and then what the measurement tells and what it does not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from lawbook.evidence.display import MARK, band_of, measured_of
from lawbook.evidence.record import Point, strain
from lawbook.evidence.trial import in_words
from lawbook.files import printable
from lawbook.numbers import plain
from lawbook.own import dependence
from lawbook.own.told import Booked, RivalOf, Told

WIDTH = 100
MOST_POINTS = 20  # of more, those that decide
HEADS = ("at", "predicted", "band", "measured", "verdict")
STANDING = {
    "same-value": "yours agrees with it",
    "same-direction": "yours goes the same way, and is another number",
    "not-reproduced": "yours shows no such effect",
    "contradicted": "yours goes the other way",
}
SAYS = {
    "holds": "every error bar lies inside its band",
    "fails": "an error bar lies outside its band",
    "undecided": "an error bar reaches over the edge of its band",
}


@dataclass(frozen=True)
class Item:
    """A line under a heading: a mark or a few words before it, and what comes below it."""

    text: str
    lead: str = ""
    below: str = ""


def text(found: Told) -> str:
    """All of a judgement, in lines of at most 100 characters."""
    lines = [headline(found), f"  {found.name}", "", *_wrapped(said(found), "  ", "  "), ""]
    heads, *rows = table(found)
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    for row in (heads, *rows):
        lines.append("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    more = left_out(found)
    lines += [f"  {more}"] if more else []
    for title, items in sections(found):
        lines += ["", title]
        wide = max((len(item.lead) for item in items), default=0)
        for item in items:
            lead = f"  {item.lead:<{wide}}  " if wide else "  "
            lines += _wrapped(item.text, lead, " " * len(lead))
            if item.below:
                lines += _wrapped(item.below, " " * len(lead), " " * len(lead))
    return "\n".join(lines)


def headline(found: Told) -> str:
    """The verdict, by word and shape."""
    told = f"{MARK[found.verdict]} {found.verdict}"
    if found.verdict == "holds" and found.cannot_tell:
        told += ", and cannot tell the law from a rival"
    return f"{told}: {printable(found.reference)}"


def said(found: Told) -> str:
    """What is measured and predicted, in a sentence."""
    unit = f", in {found.unit}" if found.unit else ""
    return (
        f"Measured: {found.quantity}{unit}. Predicted: {printable(prediction(found))}. "
        f"{MARK[found.verdict]} {SAYS[found.verdict]}; a bar is two standard errors to each side."
    )


def prediction(found: Told) -> str:
    """What is predicted and how far it may be missed: `2/eta ± 6 %`, `at most 0.58`."""
    if found.tolerance.startswith("±"):
        return f"{found.predicted} {found.tolerance}"
    bound, _, slack = found.tolerance.partition(", ")
    return f"{bound} {found.predicted}" + (f" {slack}" if slack else "")


def table(found: Told) -> list[list[str]]:
    """The heads and a row a point: those that decide where there are many. A column in which nothing stands is left
    out."""
    rows = [list(HEADS), *([at(p), plain(p.predicted), band_of(p), measured_of(p), _verdict(p)] for p in _shown(found))]
    return rows if any(row[0] for row in rows[1:]) else [row[1:] for row in rows]


def left_out(found: Told) -> str:
    """How many points the table leaves out."""
    many = len(found.points)
    return f"and {many - MOST_POINTS:,} more of {many:,} points, none of which is worse" if many > MOST_POINTS else ""


def _shown(found: Told) -> list[Point]:
    """The points of the table: all, or those that are worst."""
    if len(found.points) <= MOST_POINTS:
        return list(found.points)
    order = ("fails", "undecided", "holds")
    return sorted(found.points, key=lambda p: (order.index(p.verdict), -strain(p)))[:MOST_POINTS]


def at(point: Point) -> str:
    """Where a point was measured."""
    return ", ".join(f"{name} = {plain(value)}" for name, value in point.given.items())


def _verdict(point: Point) -> str:
    return f"{MARK[point.verdict]} {point.verdict}"


def sections(found: Told) -> Iterator[tuple[str, list[Item]]]:
    """What stands below the table: a title and its lines, those that have something to say."""
    if found.notes:
        yield "About your numbers", [Item(note) for note in found.notes]
    if found.made_for:
        yield "Which model is the check made for?", [Item(found.made_for)]
    if found.rivals:
        yield "Rivals: wrong laws that somebody might propose", [rival(one, found) for one in found.rivals]
    yield "How hard was this measurement?", list(_power(found))
    yield "Where the width of the band comes from", [Item(found.band_from)]
    if found.blind_to:
        yield "What the check cannot tell", [Item(found.blind_to)]
    if found.assumptions:
        title = "What has to be so, and no number here shows: the law assumes"
        yield title, [Item(one.text, one.kind, f"If not: {one.when_broken}") for one in found.assumptions]
    told = [Item(line) for line in found.reported]
    if found.standing is not None:
        told.append(Item(f"Of the number that you measured: {STANDING[found.standing]}."))
    if told:
        yield "What the paper reports", told
    if found.reported_by_others:
        yield "What others report of it", [Item(line) for line in found.reported_by_others]
    yield "What Lawbook measured", list(_booked(found))
    show = f"lawbook show {found.law}"
    yield "To cite, to read on", [Item(part) for part in (found.cite, f"{found.page} on the site; {show}") if part]


def rival(one: RivalOf, found: Told) -> Item:
    """What became of a rival."""
    if one.needs:
        return Item(one.says, "not asked", f"It needs a value of {', '.join(one.needs)} in given=.")
    if one.inside:
        return Item(one.says, "? cannot tell", "It stands inside the band at each of your points: measure at others.")
    if one.is_excluded:
        return Item(f"{one.says} (at {one.excluded_at} of {len(found.points)} points)", "✓ excluded")
    return Item(one.says, "? not excluded")


def _power(found: Told) -> Iterator[Item]:
    power = found.power
    if power is None:
        yield Item("Only what holds can be too easy: this is told of a check that holds.")
        return
    if power.counted:
        yield Item(f"Of {power.counted} changed laws {power.caught} would have failed with your numbers.")
    if power.survivors:
        yield Item(f"These would have held too: {'; '.join(power.survivors)}.")
    for interval in power.intervals:
        yield Item(f"It would also hold for {printable(in_words(interval))}.")
    for one in found.dependences:
        yield Item(dependence.in_words(one))


def _booked(found: Told) -> Iterator[Item]:
    if found.not_reproduced is not None:
        yield Item(f"At Lawbook's own scale the law did not show: {found.not_reproduced}", "!")
    yield Item(f"On {found.setting}:" if found.setting else "On a set-up of its own:")
    yield Item(in_seeds(found.booked, found.not_reproduced is not None))


def in_seeds(booked: Booked | None, is_expected_to_miss: bool = False) -> str:
    """What Lawbook's seeds gave, in a sentence."""
    if booked is None:
        return "no seeds are confirmed yet."
    did = "did not hold" if is_expected_to_miss else "held"
    stale = "" if booked.is_current else ", before the last change of the entry or its notebook"
    far = booked.farthest
    worst = ""
    if far is not None:
        where = f" at {at(far)}" if far.given else ""
        worst = f"; the farthest point{where}: predicted {plain(far.predicted)}, measured {measured_of(far)}"
    return f"it {did} in {booked.passed} of {booked.seeds} seeds ({booked.date}{stale}){worst}."


def _wrapped(words: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
