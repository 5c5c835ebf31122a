"""The search in a terminal: the index of the site, ranked as docs/assets/search-worker.js ranks it in a browser.

The index, the way in which a text is taken apart and the synonyms are shared. The ranking is written twice;
tests/browser/queries.tsv holds both to the same queries.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from lawbook.site.search_words import WIDEST, words

ALIKE = 0.7  # what a word that means the same counts
NEAR = 0.45  # what a word that is near in meaning counts
TYPED = 24  # words of a query that are looked for
LONGEST = 2000  # characters of one that are read
BEGUN = 40  # words that the beginning of one may stand for
_ENDING = re.compile(r"(?:ations?|ating|ated|ation|ness|ings?|ed|ences?|ances?|ity|ive|ment|ally|al|er|ly|ion|e)$")
_MATH = re.compile(r"[\^_{}=\\+*<>|()/Ͱ-Ͽ]")
_SIDES = re.compile(r"\\(?:to|sim|simeq|approx|propto|asymp|leq?|geq?)(?![a-zA-Z])|[=<>→≈∼∝≤≥≃]")
_LETTERS = re.compile(r"[^\W\d_]+")

Weights = list[float]  # of a word, in each place of a document
Documents = dict[int, Weights]
Variant = tuple[str, float, Documents]  # a word, how much it counts, where it stands


MORE, AS_GOOD = 3, 0.6  # other places of a document that are told, and how well each must answer beside the best


@dataclass(frozen=True)
class Place:
    """How well a place of a document answers; `own`, without what is said around it."""

    place: int
    score: float
    own: float


@dataclass(frozen=True)
class Hit:
    """A document that answers, and its places, the best first."""

    document: int
    score: float
    places: tuple[Place, ...]

    @property
    def parts(self) -> tuple[int, ...]:
        """Its parts that answer: the best, and those that answer nearly as well; nothing where it has no parts."""
        parts = [place for place in self.places if place.place]
        good = [part for part in parts[1:] if part.own > 0 and part.score > AS_GOOD * parts[0].score]
        return tuple(part.place for part in (*parts[:1], *good[:MORE]))


@dataclass(frozen=True)
class _Idea:
    """What a typed word asks for: all that it finds, and how much that is worth."""

    documents: Documents
    worth: float


@dataclass
class Index:
    """The words of the book with the documents that hold them.

    Attributes:
        listed: Each word with its documents as the files of the site have them: `0.z0a,3.05`.
        weights: How many documents in a row weigh how much beside a law.
        synonyms: Groups of runs of words, what is the same and what is near.
        documents: How many there are.
    """

    listed: Mapping[str, str]
    weights: Sequence[Sequence[float]]
    synonyms: Sequence[Sequence[Sequence[Sequence[str]]]]
    documents: int
    _unpacked: dict[str, Documents] = field(default_factory=dict)

    @cached_property
    def order(self) -> list[str]:
        """All words, sorted."""
        return sorted(self.listed)

    @cached_property
    def known(self) -> list[str]:
        """The words that a mistyped one may mean."""
        return [word for word in self.order if len(word) >= 4 and _LETTERS.fullmatch(word)]

    def exactly(self, word: str) -> Documents:
        """The documents of a word."""
        if word not in self._unpacked:
            self._unpacked[word] = _unpack(self.listed[word]) if word in self.listed else {}
        return self._unpacked[word]

    def beginning_with(self, start: str, weight: float) -> list[Variant]:
        """The words that go on from `start`: the shorter, the more they count."""
        at, found = bisect_left(self.order, start), []
        while at < len(self.order) and (word := self.order[at]).startswith(start):
            if word != start:
                found.append((word, weight * len(start) / len(word)))
            at += 1
        best = sorted(found, key=lambda item: -item[1])[:BEGUN]
        return [(word, share, self.exactly(word)) for word, share in best]

    def search(self, query: str) -> list[Hit]:
        """The documents that answer a query, the best first."""
        ideas, besides = self._asked(query[:LONGEST])
        found = [*(idea.documents for idea in ideas), *(documents for _, documents in besides)]
        hits = []
        for number in {number for documents in found for number in documents}:
            places = self._placed(number, ideas, besides)
            score = self._lightness(number) * max(place.score for place in places)
            if score > 0:
                hits.append(Hit(number, score, tuple(sorted(places, key=lambda place: (-place.score, place.place)))))
        return sorted(hits, key=lambda hit: (-hit.score, hit.document))

    def near(self, query: str, most: int = 5) -> list[str]:
        """Words of the book that look like those of a query that finds nothing."""
        import difflib

        typed = words(query[:LONGEST], every=True)[:TYPED]
        found = [close for word in typed for close in difflib.get_close_matches(word, self.known, n=2, cutoff=0.6)]
        return list(dict.fromkeys(found))[:most]

    # --- what a query asks for

    def _asked(self, query: str) -> tuple[list[_Idea], list[tuple[float, Documents]]]:
        is_math = _MATH.search(query) is not None
        typed = words(query, math=is_math)[:TYPED] or words(query, math=True, every=True)[:TYPED]
        alike = self._synonyms(typed)
        ideas: list[_Idea] = []
        at = 0
        while at < len(typed):
            length, others = alike.get(at, (1, []))
            also = [(" ".join(run), share, self._together(run)) for run, share in others]
            also = [variant for variant in also if variant[2]]
            for k in range(at, at + length):
                ideas.append(self._idea(self._variants(typed[k], k == len(typed) - 1, is_math), also))
            at += length
        beside: list[tuple[float, Documents]] = []
        for a, b in pairwise(typed):
            beside.append((1.0 if is_math else 0.7, self.exactly(f"~{a} {b}")))
            beside.append((1.2, self.exactly(a + b)))
        beside += [(2.5 if is_math else 1.0, self.exactly(whole)) for whole in _wholes(query, is_math)]
        return ideas, [(share, documents) for share, documents in beside if documents]

    def _idea(self, found: list[Variant], also: list[Variant]) -> _Idea:
        own, same = _joined(found), _joined(also)
        exact = found[0][2] if found and found[0][1] == 1 else own
        known = exact if own else same
        return _Idea(_joined([("", 1, own), ("", 1, same)]), self._rarity(known) if known else 0.0)

    def _variants(self, word: str, is_last: bool, is_math: bool) -> list[Variant]:
        """All that a typed word finds."""
        found: list[Variant] = [(word, 1, self.exactly(word))]
        is_plain = _LETTERS.fullmatch(word) is not None
        if is_math and is_plain and len(word) == 2:
            found.append((word, 0.9, self.exactly(f"~{word[0]} {word[1]}")))  # N_c as Nc
        is_known = bool(found[0][2])
        if len(word) >= 4 or (is_last and not is_known and len(word) >= 2):
            found += self.beginning_with(word, 0.6 if is_known else 0.9)
        if is_plain and len(word) >= 7:
            root = _ENDING.sub("", word)
            if root != word and len(root) >= 5:
                found += self.beginning_with(root, 0.35 if is_known else 0.6)
        if is_plain and len(word) >= 5 and not any(documents for _, _, documents in found):
            found += self._in_two(word)
            if len(found) == 1:
                found += self._mistyped(word, is_last)
        return [variant for variant in found if variant[2]]

    def _in_two(self, word: str) -> list[Variant]:
        """One word written as two in the entries: `heavyball`."""
        known = set(self.known)
        for i in range(3, len(word) - 2):
            a, b = word[:i], word[i:]
            found = self.exactly(f"~{a} {b}") if a in known or b in known else {}
            if found:
                return [(a, 0.9, found), (b, 0.9, found)]
        return []

    def _mistyped(self, word: str, may_go_on: bool) -> list[Variant]:
        allowed = 1 if len(word) < 8 else 2
        close: list[tuple[float, str]] = []
        for other in self.known:
            if abs(len(other) - len(word)) <= allowed and (far := distance(word, other, allowed)) <= allowed:
                close.append((far + (other[0] != word[0]) / 2, other))
        if not close and may_go_on:
            for other in self.known:
                if len(other) >= len(word) and (far := distance(word, other[: len(word) + 1], 1, may_go_on=True)) <= 1:
                    close.append((far + (other[0] != word[0]) / 2, other))
        close.sort(key=lambda item: item[0])
        best = [item for item in close if item[0] < close[0][0] + 0.5][:8]
        return [(other, 0.8 - 0.15 * far, self.exactly(other)) for far, other in best]

    def _together(self, run: Sequence[str]) -> Documents:
        """A run of words, as one: all pairs of neighbours must stand together."""
        if len(run) == 1:
            return self.exactly(run[0])
        pairs = [self.exactly(f"~{a} {b}") for a, b in pairwise(run)]
        out = {}
        for number, weights in pairs[0].items():
            least = [min([w, *(_at(pair.get(number), i) for pair in pairs[1:])]) for i, w in enumerate(weights)]
            if any(least):
                out[number] = least
        return out

    def _synonyms(self, typed: Sequence[str]) -> dict[int, tuple[int, list[tuple[Sequence[str], float]]]]:
        """Where runs of the words typed have synonyms: how long they are, and the others; the longest, none twice."""
        taken: dict[int, tuple[int, list[tuple[Sequence[str], float]]]] = {}
        for same, near in self.synonyms:
            for runs, share in ((same, ALIKE), (near, NEAR)):
                for run in runs:
                    for i in range(len(typed) - len(run) + 1):
                        if list(typed[i : i + len(run)]) != list(run):
                            continue
                        cut = {j: n for j, (n, _) in taken.items() if j < i + len(run) and i < j + n}
                        if any(n > len(run) for n in cut.values()):
                            continue
                        for j in [j for j, n in cut.items() if n < len(run)]:
                            del taken[j]
                        others = taken.setdefault(i, (len(run), []))[1]
                        others += [(other, share) for other in same if other is not run]
        return taken

    # --- ranking

    def _placed(self, number: int, ideas: Sequence[_Idea], besides: Sequence[tuple[float, Documents]]) -> list[Place]:
        """How well each place of a document answers; a law takes part of what is said of its entry and beside it."""
        asked = [(idea.documents, idea.worth, True) for idea in ideas]
        asked += [(documents, share * self._rarity(documents), False) for share, documents in besides]
        here = [(documents[number], value, is_idea) for documents, value, is_idea in asked if number in documents]
        worth = sum(idea.worth for idea in ideas) or 1.0
        covered = sum(value for _, value, is_idea in here if is_idea)
        scores = []
        for i in range(max(len(weights) for weights, _, _ in here)):
            total = said = 0.0
            for weights, value, _ in here:
                own, page = _at(weights, i), weights[0] if i and weights else 0.0
                beside = max([w for j, w in enumerate(weights) if j not in (0, i)], default=0.0)
                said += value * own
                total += value * (1 - (1 - own) * (1 - 0.7 * page) * (1 - (0.3 if i else 0.5) * beside))
            scores.append(Place(i, total * (covered / worth or 0.05), said))
        return scores

    def _lightness(self, number: int) -> float:
        """A law counts whole; pages that tell about laws count less."""
        for run, weight in self.weights:
            number -= int(run)
            if number < 0:
                return weight
        return 1.0

    def _rarity(self, documents: Documents) -> float:
        return math.log(1 + (self.documents - len(documents) + 0.5) / (len(documents) + 0.5))


def distance(a: str, b: str, most: int, *, may_go_on: bool = False) -> int:
    """How many letters must be changed, added, left out or swapped to make `b` of `a`; `most + 1` where it is more.

    With `may_go_on` the end of `b` may be missing from `a`.
    """
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        if min(row) > most + 1:
            return most + 1
        before, last = last, row
    return min(last) if may_go_on else last[-1]


def index_of(data: Mapping[str, Any]) -> Index:
    """The index that was kept as JSON."""
    return Index(data["words"], data["weights"], data["synonyms"], len(data["documents"]))


def _unpack(listed: str) -> Documents:
    found, number = {}, 0
    for part in listed.split(","):
        step, _, weights = part.partition(".")
        number += int(step, 36)
        found[number] = [int(digit, 36) / 35 for digit in weights]
    return found


def _joined(found: Sequence[Variant]) -> Documents:
    """What several words find: in each place the most that any of them counts."""
    out: Documents = {}
    for _, share, documents in found:
        for number, weights in documents.items():
            most = out.setdefault(number, [])
            most += [0.0] * (len(weights) - len(most))
            for i, weight in enumerate(weights):
                most[i] = max(most[i], weight * share)
    return out


def _at(weights: Weights | None, i: int) -> float:
    return weights[i] if weights is not None and i < len(weights) else 0.0


def _wholes(query: str, is_math: bool) -> Iterator[str]:
    """The whole of a query, and of a formula each side of it, as one word."""
    sides = [query, *_SIDES.split(query)] if is_math else [query]
    for side in dict.fromkeys(tuple(words(side, math=is_math)) for side in sides):
        if 0 < len(side) <= WIDEST:
            yield "=" + " ".join(side)
