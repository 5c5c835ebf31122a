"""Which papers and laws a list is narrowed down to: predicates over the rows of the book, all of which must hold."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawbook.reference.problem import shown
from lawbook.terminal.values import KINDS, SUPPORTS, VERDICTS

Row = Mapping[str, Any]
LONGEST = 100  # letters of a word for which a near one is looked for
NEAR = 3


class UnknownValueError(ValueError):
    """A value that no law of the book can have; `nearest` are those that look like it."""

    def __init__(self, option: str, value: str, expected: str, valid: Iterable[str]) -> None:
        self.nearest = close(value, valid)
        ask = f" (did you mean {' or '.join(map(repr, self.nearest))}?)" if self.nearest else ""
        super().__init__(f"found {option} {shown(value)}, expected {expected}{ask}")


@dataclass(frozen=True)
class Wanted:
    """What a law has to have; what is empty or None asks nothing.

    Attributes:
        family: The id of a family.
        kind: A kind of law.
        support: What the claim rests on.
        verdict: How its claims came out.
        assumes: Each the id of an assumption, or words of one.
        symbols: Each the id of a symbol, or words of its name.
        cites: Each the key of a work that the entry cites.
        since: The first year of the papers.
        until: The last one.
    """

    family: str | None = None
    kind: str | None = None
    support: str | None = None
    verdict: str | None = None
    assumes: Sequence[str] = ()
    symbols: Sequence[str] = ()
    cites: Sequence[str] = ()
    since: int | None = None
    until: int | None = None


def choose(listed: Mapping[str, Any], wanted: Wanted) -> list[dict[str, Any]]:
    """The papers with those of their laws that have all that is wanted; a paper without such a law is left out.

    Arguments:
        listed: The part `list` of what is kept of the book.
        wanted: What is wanted.

    Raises:
        UnknownValueError: A value is none that a law of this book can have.
    """
    of_papers = list(_of_papers(listed, wanted))
    of_laws = list(_of_laws(listed, wanted))
    out = []
    for paper in listed["papers"]:
        if all(holds(paper) for holds in of_papers):
            laws = [law for law in paper["laws"] if all(holds(law) for holds in of_laws)]
            if laws:
                out.append(paper | {"laws": laws})
    return out


def close(value: str, valid: Iterable[str]) -> list[str]:
    """The words that look like a value, the nearest first."""
    if len(value) > LONGEST:
        return []
    by_lower = {word.casefold(): word for word in valid}
    return [by_lower[word] for word in difflib.get_close_matches(value.casefold(), sorted(by_lower), n=NEAR)]


def _of_papers(listed: Mapping[str, Any], wanted: Wanted) -> Iterator[Callable[[Row], bool]]:
    if wanted.family is not None:
        family = _one("--family", wanted.family, "a family", listed["families"])
        yield lambda paper: paper["family"] == family
    for value in wanted.cites:
        key = _one("--cites", value, "the key of a work", listed["works"])
        yield lambda paper, key=key: key in paper["cites"]  # type: ignore[misc]
    if wanted.since is not None or wanted.until is not None:
        first, last = wanted.since or 0, wanted.until if wanted.until is not None else 9999
        yield lambda paper: paper["year"].isdecimal() and first <= int(paper["year"]) <= last


def _of_laws(listed: Mapping[str, Any], wanted: Wanted) -> Iterator[Callable[[Row], bool]]:
    for field, given, valid in (
        ("kind", wanted.kind, KINDS), ("support", wanted.support, SUPPORTS), ("verdict", wanted.verdict, VERDICTS),
    ):  # fmt: skip
        if given is not None:
            value = _one(f"--{field}", given, "one of " + ", ".join(valid), valid)
            yield lambda law, field=field, value=value: law[field] == value  # type: ignore[misc]
    for given in wanted.assumes:
        assumed = _assumptions(listed, given)
        yield lambda law, assumed=assumed: not assumed.isdisjoint(law["assumes"])  # type: ignore[misc]
    for given in wanted.symbols:
        symbols = _symbols(listed, given)
        yield lambda law, symbols=symbols: any(item in symbols for item in law["symbols"].items())  # type: ignore[misc]


def _one(option: str, value: str, expected: str, valid: Collection[str]) -> str:
    """The valid word, whatever its case and with blanks for hyphens."""
    spelt = value.strip().casefold().replace(" ", "-")
    found = next((word for word in valid if word.casefold() == spelt), None)
    if found is None:
        raise UnknownValueError(option, value, expected, valid)
    return found


def _assumptions(listed: Mapping[str, Any], value: str) -> set[str]:
    """The ids that a value means: the one that it is with those that are the same; else all that have its words."""
    known: Mapping[str, Sequence[str]] = listed["assumptions"]
    same: Mapping[str, str] = listed["same"]
    spelt = value.strip().casefold().replace(" ", "-")
    if spelt in known:
        return {name for name in known if same[name] == same[spelt]}
    words = set(_words(value))
    found = {name for name, texts in known.items() if words and words <= set(_words(f"{name} {' '.join(texts)}"))}
    if not found:
        raise UnknownValueError("--assumes", value, "the id of an assumption, or words of one", known)
    return found


def _symbols(listed: Mapping[str, Any], value: str) -> set[tuple[str, str]]:
    """The symbols, id and name, that a value means: those of that id or name; else those whose name has its words."""
    known = {item for paper in listed["papers"] for law in paper["laws"] for item in law["symbols"].items()}
    spelt = value.strip()
    exact = {item for item in known if spelt in (item[0], item[1])} or {
        item for item in known if item[0].casefold() == spelt.casefold().replace(" ", "_").replace("-", "_")
    }
    words = set(_words(spelt))
    found = exact or {item for item in known if words and words <= set(_words(item[1]))}
    if not found:
        names = {part for name, said in known for part in (name, said.partition(" (")[0].partition(",")[0])}
        raise UnknownValueError("--symbol", value, "the id of a symbol, or words of its name", names)
    return found


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()
