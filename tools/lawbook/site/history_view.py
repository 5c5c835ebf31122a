"""What changed about an entry since it was written, in words: the rows of a table on its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from lawbook.evidence.edits import Edit
from lawbook.evidence.history import Change
from lawbook.reference.model import Entry
from lawbook.site.markdown import plain
from lawbook.site.rows import humanised

_NOTEBOOK = {
    "before": "the notebook was there before",
    "same commit": "the notebook came in the same commit",
    "later": "the notebook came later",
    "none": "there is no notebook yet",
}
_FOLDED = {
    "protocol": ("protocol reworded", "protocols reworded"),
    "rivals": ("rivals changed", "lists of rivals changed"),
}
_ADDED = {"added": "added", "removed": "taken out"}


@dataclass(frozen=True)
class Named:
    """A check or a control, with its place on the page if it still has one."""

    name: str
    anchor: str


@dataclass(frozen=True)
class Step:
    """One thing before and after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Listed:
    """Checks or controls to which the same happened, such as `2 controls added`."""

    words: str
    named: tuple[Named, ...]


@dataclass(frozen=True)
class Folded:
    """Longer texts that changed, under a line that says what they are."""

    words: str
    edits: tuple[tuple[Named, Step], ...]


@dataclass(frozen=True)
class ChangeRow:
    """A change as a row."""

    date: str
    commit: str
    written: str  # what the change that wrote the entry brought, in a sentence
    edits: tuple[tuple[Named, tuple[Step, ...]], ...]
    listed: tuple[Listed, ...]
    folded: tuple[Folded, ...]
    after_confirmation: bool


@dataclass(frozen=True)
class History:
    """The table, newest change first, and whether nothing is missing from it."""

    rows: tuple[ChangeRow, ...]
    is_complete: bool

    @property
    def is_long(self) -> bool:
        """Whether the page of the law only says how many there are: the rows stand behind it."""
        return len(self.rows) > 2


def what_changed(changes: Iterable[Change], entry: Entry, is_complete: bool) -> History:
    """The history of an entry, as its page shows it.

    Arguments:
        changes: As `lawbook.evidence.history` gives them.
        entry: The entry as it is now, which says what can be linked to.
        is_complete: Whether git knows the whole history.
    """
    return History(tuple(_row(change, entry) for change in changes), is_complete)


def _row(change: Change, entry: Entry) -> ChangeRow:
    moved = [edit for edit in change.what if edit.kind in ("prediction", "sense", "band", "band from", "tests")]
    return ChangeRow(
        date=change.date,
        commit=change.commit,
        written=_written(change),
        edits=tuple(
            (_named(check, entry), tuple(map(_step, edits))) for check, edits in groupby(moved, lambda edit: edit.check)
        ),
        listed=() if change.notebook else tuple(_listed(change.what, entry)),
        folded=tuple(_folded(change.what, entry)),
        after_confirmation=change.after_confirmation,
    )


def _written(change: Change) -> str:
    if change.notebook is None:
        return ""
    kinds = [edit.after for edit in change.what]
    counts = [_count(kinds.count(kind), kind) for kind in ("check", "control") if kind in kinds]
    unknown = change.notebook == "same commit" and not change.commit
    notebook = "the notebook is not committed either" if unknown else _NOTEBOOK[change.notebook]
    return f"{' and '.join(counts)} written; {notebook}"


def _listed(what: Sequence[Edit], entry: Entry) -> Iterable[Listed]:
    for added, words in _ADDED.items():
        for kind in ("check", "control"):
            found = [edit for edit in what if edit.kind == added and kind in (edit.before, edit.after)]
            if found:
                names = tuple(_named(edit.check, entry) for edit in found)
                yield Listed(f"{_count(len(found), kind)} {words}", names)


def _folded(what: Sequence[Edit], entry: Entry) -> Iterable[Folded]:
    for kind, (one, many) in _FOLDED.items():
        found = [edit for edit in what if edit.kind == kind]
        if found:
            words = one if len(found) == 1 else f"{len(found)} {many}"
            yield Folded(words, tuple((_named(edit.check, entry), _step(edit)) for edit in found))


def _step(edit: Edit) -> Step:
    mark = "must miss "
    if edit.kind == "prediction" and edit.after.startswith(mark):
        return Step(mark.strip(), humanised(edit.before.removeprefix(mark)), humanised(edit.after.removeprefix(mark)))
    if edit.kind in _FOLDED:
        return Step(edit.kind, plain(edit.before) or "none", plain(edit.after) or "none")
    return Step(edit.kind, edit.before, edit.after)


def _named(name: str, entry: Entry) -> Named:
    kind = "check" if entry.check(name) else "control" if entry.control(name) else ""
    return Named(humanised(name), f"{kind}-{name}" if kind else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_CHANGED = {
    "prediction": ("prediction", "predictions"),
    "sense": ("sense of a check", "senses of checks"),
    "band": ("tolerance", "tolerances"),
    "band from": ("origin of a tolerance", "origins of tolerances"),
    "tests": ("kind of a check", "kinds of checks"),
    "protocol": ("protocol", "protocols"),
    "rivals": ("list of rivals", "lists of rivals"),
}


def in_words(change: Change) -> str:
    """A change in a sentence, such as `1 tolerance changed, 2 controls added`."""
    if change.notebook is not None:
        return f"{_written(change)}."
    counts: dict[tuple[str, str, str], int] = {}
    for edit in change.what:
        thing = edit.after or edit.before
        words = (thing, f"{thing}s", _ADDED[edit.kind]) if edit.kind in _ADDED else (*_CHANGED[edit.kind], "changed")
        counts[words] = counts.get(words, 0) + 1
    said = [f"{n} {one if n == 1 else many} {done}" for (one, many, done), n in counts.items()]
    return f"{', '.join(said)}{', after a confirmation' if change.after_confirmation else ''}."
