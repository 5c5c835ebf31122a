"""What a branch changes, in Markdown: for the summary of a pull request, and for a terminal.

Whoever sends a branch writes the words of its entries. In the report they are text and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple

from lawbook.evidence.changes import UNKNOWN, Cells, Comparison, Paper, Side
from lawbook.evidence.edits import Edit
from lawbook.evidence.power import weak
from lawbook.evidence.record import Run
from lawbook.evidence.report import summary
from lawbook.reference.catalog import Catalog

LONGEST = 200  # characters of one text of an entry
_MARKS = re.compile(r"[!#$&*+.:<=>@\[\\\]^_`{|}~-]")  # all that Markdown or HTML could give a meaning
_INSIDE = re.compile(r"(?<=[^\W_])-(?=[^\W_])|(?<=\d)\.(?=\d)|:(?= )")  # as in `sum-is-pi`, 0.5: no marks


def escaped(text: str) -> str:
    """A text as Markdown that shows it, letter by letter, on one line.

    Arguments:
        text: Anything.

    Returns:
        The text with its punctuation as character references, which are no marks to Markdown; without control and
        format characters; cut at 200 characters.

    Examples:
        >>> from lawbook.evidence.changes_report import escaped
        >>> escaped("a|b <img>\\nsum-is-pi")
        'a&#124;b &#60;img&#62; sum-is-pi'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    seen = "".join(c for c in line if unicodedata.category(c)[0] != "C")
    cut = seen if len(seen) <= LONGEST else f"{seen[: LONGEST - 1]}…"
    safe = {match.start() for match in _INSIDE.finditer(cut)}
    return _MARKS.sub(lambda m: m[0] if m.start() in safe else f"&#{ord(m[0])};", cut)


def report(
    catalog: Catalog, comparison: Comparison, sides: Mapping[str, Side], runs: Sequence[Run]
) -> tuple[str, bool]:
    """The report of a branch.

    Arguments:
        catalog: Today's book.
        comparison: What differs from the former one.
        sides: What today's runs say, by paper.
        runs: The runs.

    Returns:
        Markdown, and whether all that has run is as its entries claim.
    """
    total, good = summary(catalog, list(runs))
    problems = total.plain.splitlines()[:-1] + [sentence for run in runs for sentence in weak(catalog, run)]
    broken = [f"{run.paper}, seed {run.seed}: {run.status}: {run.message}" for run in runs if run.status != "finished"]
    problems = list(dict.fromkeys([*broken, *problems]))  # seeds may say the same
    good = not runs or (good and not problems)
    lines = [f"## What changes against {comparison.commit}", "", _lead(comparison, runs, good=good), ""]
    lines += [f"- ✗ {escaped(problem)}" for problem in problems] + [""] * bool(problems)
    for paper in comparison.papers:
        lines += [*_of_paper(catalog, paper, sides.get(paper.paper, {})), ""]
    return "\n".join(lines).rstrip("\n") + "\n", good


def _lead(comparison: Comparison, runs: Sequence[Run], *, good: bool) -> str:
    papers = comparison.papers
    if not papers:
        return "No prediction, no measurement and no code that a notebook reaches differs: no notebook had to run."
    counts = f"{len(papers)} paper{'s' * (len(papers) != 1)} of {comparison.count} differ{'s' * (len(papers) == 1)}"
    if not runs:
        return f"**{counts}.** No notebook was run."
    seeds = len({run.seed for run in runs})
    over = f"over {seeds} seed{'s' * (seeds != 1)}"
    verdict = "all is as the entries claim" if good else "not all is as the entries claim"
    return f"**{counts}; {verdict}**, {over}. Before → after; one value where both agree."


def _of_paper(catalog: Catalog, paper: Paper, side: Side) -> Iterable[str]:
    yield f"### {escaped(paper.paper)}: {paper.what}"
    yield ""
    if paper.what == "taken out":
        yield f"{len(paper.before)} checks and controls are gone."
        return
    yield f"{escaped(catalog.entries[paper.paper].title)}; {escaped(paper.source)}."
    yield ""
    if paper.edits:
        yield from (_edit(edit) for edit in paper.edits)
        yield ""
    yield "| check | predicted | measured | verdict | good seeds | changed laws caught |"
    yield "|---|---|---|---|---|---|"
    gone = [item for item in paper.before if item not in side]
    for item in [*side, *gone]:
        kind, name = item
        label = escaped(name) if kind == "check" else f"control {escaped(name)}"
        cells = _cells(paper.before.get(item), side.get(item), is_new=paper.what == "new")
        yield f"| {' | '.join([label, *cells])} |"


def _edit(edit: Edit) -> str:
    name = escaped(edit.check)
    if edit.kind in ("added", "removed"):
        return f"- {escaped(edit.after or edit.before)} {name}: {edit.kind}"
    return f"- {name}, {edit.kind}: {escaped(edit.before) or UNKNOWN} → {escaped(edit.after) or UNKNOWN}"


def _cells(before: Cells | None, after: Cells | None, *, is_new: bool) -> list[str]:
    """The cells of a row, `before → after`; of a new paper there is no before."""
    empty = tuple(UNKNOWN for _ in astuple(Cells("")))
    was, now = (empty if side is None else astuple(side) for side in (before, after))
    pairs = zip(map(escaped, was), map(escaped, now), strict=True)
    return [b if is_new or a == b else f"{a} → {b}" for a, b in pairs]
