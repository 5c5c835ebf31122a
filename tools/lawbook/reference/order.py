"""Which law to read first: what entries say of it, and a path through a family that keeps to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from lawbook.reference.problem import Problem, nearest
from lawbook.reference.source import Source

KEY = "read-first"


def problems(sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Entries that are to be read first and are not there, stand there twice, or lead back in a circle."""
    for paper, doc in sources.items():
        for place, first in enumerate(_named(doc)):
            if first == paper:
                yield doc.problem((KEY, place), f"found {first!r} itself, expected another entry")
            elif first not in sources:
                hint = nearest(first, sources)
                yield doc.problem((KEY, place), f"found {first!r}, expected the id of an entry{hint}")
            elif first in _named(doc)[:place]:
                yield doc.problem((KEY, place), f"found {first!r} twice, expected it once")
    graph = {paper: [first for first in _named(doc) if first != paper] for paper, doc in sources.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))  # each is to be read after the next one
        doc, place = sources[circle[0]], _named(sources[circle[0]]).index(circle[1])
        around = ", which is read after ".join(circle)
        yield doc.problem((KEY, place), f"found a circle, {around}, expected an entry to begin with")


def _named(doc: Source) -> list[str]:
    found = doc.data.get(KEY) if isinstance(doc.data, dict) else None
    return [first for first in found if isinstance(first, str)] if isinstance(found, list) else []


def path(papers: Sequence[str], first: Mapping[str, Sequence[str]]) -> list[str]:
    """Papers in an order in which each comes after those that are to be read first, else in the order given.

    Arguments:
        papers: The ids.
        first: What is to be read before each; papers that are not among `papers` do not count.
    """
    out: list[str] = []
    left = list(papers)
    while left:
        ready = [paper for paper in left if not any(other in left for other in first.get(paper, ()))]
        chosen = (ready or left)[0]  # a circle is a problem of the entries, told by `problems`
        out.append(chosen)
        left.remove(chosen)
    return out
