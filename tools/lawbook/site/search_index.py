"""The index of the search, in many small files, of which a query fetches a few whatever the number of entries.

    search/search_index.json       what the theme hands to the worker first: tables, synonyms, where each file begins
    search/<key>/<number>.json     a run of the sorted words; each with the documents that hold it
    search/<key>/words.txt         every word of five letters and more, fetched at the first one mistyped
    search/<key>/pages/<n>.json    what is shown of a document

The key is a digest of all of it: a browser never joins an old file to a new one. Beside a word stands a list such as
`0.z0a,3.05`: three documents on from the last, with how much the word weighs in each of its places, a digit of 36 each.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from lawbook.reference.synonyms import Synonyms
from lawbook.site.search import Document, Place, shown
from lawbook.site.search_words import pairs, tables, whole, wholes, words

SHARD = 16_000  # characters of a file of words
HALF = 6.0  # the weight at which a word counts half as much as it can
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PAIRED = 3.0  # texts that weigh less are not searched for runs of words
SNIPPET = 170  # letters of a text that is shown


def files(documents: Sequence[Document], synonyms: Mapping[str, Synonyms]) -> dict[str, str]:
    """Path below `search/` to content."""
    found = inverted(documents)
    shards, firsts = _shards(found)
    known = sorted(word for word in found if re.fullmatch(r"[^\W\d]{4,}", word))
    parts = {f"{i}.json": shard for i, shard in enumerate(shards)}
    parts |= {f"pages/{i}.json": _page(document) for i, document in enumerate(documents)}
    parts["words.txt"] = "\n".join(known)
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
    root = {"key": key, "documents": len(documents), "firsts": firsts, "words": tables()}
    root["weights"] = runs(documents)
    root["synonyms"] = groups(synonyms.values())
    out = {f"{key}/{name}": text for name, text in parts.items()}
    # the theme reads `config` and `docs`, and hands both to the worker
    out["search_index.json"] = _json({"config": {"lang": ["en"], "separator": "[\\s\\-]+", "index": root}, "docs": []})
    return out


def inverted(documents: Sequence[Document]) -> dict[str, dict[int, str]]:
    """Each word with the documents that hold it, and in each a digit for each of its places."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for number, document in enumerate(documents):
        for word, weights in _weights(document).items():
            found[word][number] = weights
    return found


def _weights(document: Document) -> dict[str, str]:
    """Each word of a document with a digit for each place, from nothing, `0`, to the most, `z`."""
    found: dict[str, list[str]] = {}
    for i, place in enumerate(document.places):
        for word, weight in _heard(place).items():
            found.setdefault(word, ["0"] * len(document.places))[i] = _digit(weight)
    out = {word: "".join(digits).rstrip("0") for word, digits in found.items()}
    return {word: digits for word, digits in out.items() if digits}


def _heard(place: Place) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)

    def hear(weight: float, of: Iterable[str]) -> None:
        counts: dict[str, int] = defaultdict(int)
        for word in of:
            counts[word] += 1
        for word, count in counts.items():
            total[word] += weight * (1 + math.log(count))

    for weight, name in place.names:
        said = words(name)
        short = weight * (1 + 1 / max(len(said), 1))  # in a name of few words each says more
        hear(short, said)
        hear(short, pairs(said))
        hear(short, whole(name))
    for weight, text in place.texts:
        said = words(text)
        hear(weight, said)
        if weight >= PAIRED:
            hear(weight, pairs(said))
    for weight, formula in place.formulas:
        said = words(formula, math=True)
        hear(weight / 2, said)
        hear(weight, pairs(said))
        hear(weight, wholes(formula))
    return total


def _digit(weight: float) -> str:
    return DIGITS[min(35, math.ceil(35 * weight / (weight + HALF)))] if weight else "0"


def runs(documents: Sequence[Document]) -> list[list[float]]:
    """How many documents in a row weigh how much beside a law."""
    return [[len(list(run)), weight] for weight, run in groupby(documents, key=lambda document: document.weight)]


def _shards(found: Mapping[str, Mapping[int, str]]) -> tuple[list[str], list[str]]:
    """The files of words, and the first word of each."""
    shards: list[dict[str, str]] = []
    firsts: list[str] = []
    size = SHARD
    for word in sorted(found):
        packed = listed(found[word])
        if size + len(packed) > SHARD and size:
            shards.append({})
            firsts.append(word)
            size = 0
        shards[-1][word] = packed
        size += len(word) + len(packed) + 6
    return [_json(shard) for shard in shards], firsts


def listed(documents: Mapping[int, str]) -> str:
    """`{0: "z0a", 3: "05"}` as `0.z0a,3.05`."""
    out, last = [], 0
    for number, weights in sorted(documents.items()):
        out.append(f"{_base36(number - last)}.{weights}")
        last = number
    return ",".join(out)


def _base36(number: int) -> str:
    out = DIGITS[number % 36]
    while number := number // 36:
        out = DIGITS[number % 36] + out
    return out


def _page(document: Document) -> str:
    return _json([[p.location, shown(p.title), [shown(a, SNIPPET) for a in p.about if a]] for p in document.places])


def groups(synonyms: Iterable[Synonyms]) -> list[list[list[list[str]]]]:
    """Each group as the words of what is the same and of what is near."""
    return [
        [[said for text in texts if (said := words(text))] for texts in (group.same, group.near)] for group in synonyms
    ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
