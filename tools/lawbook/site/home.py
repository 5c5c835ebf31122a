"""The live parts of the home page: one law whole, the scoreboard of all claims, the families."""

from __future__ import annotations

from lawbook.site import scoreboard as board
from lawbook.site.entry_view import EntryView
from lawbook.site.pages import Book

MARKS = 600  # claims on the home page's scoreboard; a book of more shows the first of each family there


def law(book: Book, named: str) -> str:
    """The main law of the entry that the page names: formula, symbols, sentence, chart, verdict.

    Where that one has no chart or does not hold now, the first of the book that has and does takes its place.
    """
    found = [book.view(paper, "", drawn=True) for paper in _shown(book, named)]
    return book.part("home_law.jinja", "", entry=found[0]) if found else ""


def _shown(book: Book, named: str) -> list[str]:
    """The entry to show, at most one."""

    def fits(entry: EntryView) -> bool:
        run = entry.evidence.shown if entry.evidence else None
        return (
            run is not None and bool(run.series) and entry.headline is not None and entry.headline.told.tone == "good"
        )

    order = [named] * (named in book.papers) + [paper for paper in book.papers if paper != named]
    return [*[paper for paper in order if fits(book.view(paper, ""))][:1], *order][:1]


def scoreboard(book: Book) -> str:
    """Every claim, predicted against measured, with what all of them come to."""
    entries = [book.catalog.entries[paper] for paper in book.papers]
    values = {"papers": len(entries), "laws": sum(len(entry.laws) for entry in entries), "counts": book.counts(entries)}
    groups = board.groups(book, "")
    each = max(1, MARKS // max(1, len(groups)))
    left_out = any(group.size > each for group in groups)
    values |= {"groups": [group.cut(each) for group in groups], "left_out": left_out, "board": board.BOARD}
    return book.part("home_scoreboard.jinja", "", **values)


def families(book: Book) -> str:
    """The families, with their laws."""
    by_family = {f: [book.view(e.paper, "") for e in book.catalog.in_family(f)] for f in book.catalog.families}
    return book.part("home_families.jinja", "", by_family=by_family)
