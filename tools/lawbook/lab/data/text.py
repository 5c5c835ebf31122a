"""English text that comes with installed packages: the documentation in their source.

Two texts are made of it: `docstrings`, one package as a string of 27 symbols, and `english`, the distinct paragraphs
of several packages in an order that says nothing, as a corpus for language models.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections import Counter
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SYMBOLS = " abcdefghijklmnopqrstuvwxyz"
ALPHABET = " abcdefghijklmnopqrstuvwxyz0`-.,_:=()'*\n"  # of `english`: 0 stands for every digit
PACKAGES = ("jax", "matplotlib", "numpy", "scipy", "sklearn")
_TRIPLE = re.compile(r'"""(.*?)"""', re.DOTALL)
_DOCSTRING = re.compile(r'^[ \t]*[rRuU]?"""(.*?)"""', re.DOTALL | re.MULTILINE)
_SHORTEST = 60  # characters of a paragraph worth keeping
_PROSE = 0.8  # share of letters and spaces in it: leaves out tables, hashes and compiler output


def _triple_quoted(package: str, pattern: re.Pattern[str]) -> list[str]:
    """What the pattern finds in a package's modules (its tests left out), which are read, not imported, by name."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"found no installed package {package!r} with a folder of its own")
    folder = Path(spec.submodule_search_locations[0])
    files = sorted(path for path in folder.rglob("*.py") if "tests" not in path.parts)
    return [found for path in files for found in pattern.findall(path.read_text(encoding="utf-8"))]


def docstrings(package: str = "numpy") -> NDArray[np.int64]:
    """All triple-quoted strings of a package's modules (its tests left out), in lower case, letters and single spaces.

    The files are read, not imported, in the order of their names.

    Arguments:
        package: Name of an installed package that is a folder of Python files.

    Returns:
        Indices into `SYMBOLS`, shape (characters,).

    Raises:
        ModuleNotFoundError: The package is not installed, or is a single file.
    """
    plain = re.sub(r"[^a-z]+", " ", " ".join(_triple_quoted(package, _TRIPLE)).lower())
    codes = np.frombuffer(plain.encode("ascii"), dtype=np.uint8).astype(np.int64)
    return np.where(codes == ord(" "), 0, codes - ord("a") + 1)


def english(packages: tuple[str, ...] = PACKAGES) -> str:
    """The distinct paragraphs of the packages' documentation strings: about 8 million characters of technical English.

    Lower case, digits as 0, any character outside `ALPHABET` as a space, runs of spaces as one; paragraphs of at least
    60 characters that are mostly words, without interpreter sessions, one a line. They are in the order of their MD5
    sums, so that neighbours have nothing to do with each other, and any stretch of the text is a fair sample of it.
    The text depends on the versions of the packages and on nothing else. With LAWBOOK_CACHE set to a folder (the
    runner of notebooks does) it is read from there, and made there once.

    Arguments:
        packages: Names of installed packages.

    Returns:
        The text, over `ALPHABET`.

    Raises:
        ModuleNotFoundError: A package is not installed, or is a single file.
    """
    folder = os.environ.get("LAWBOOK_CACHE")
    if folder is None:
        return _english(packages)
    path = Path(folder) / f"english-{_fingerprint(packages)}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="ascii", newline="\n") as part:
            part.write(_english(packages))
        Path(part.name).replace(path)  # whole, or not there: two kernels may get here at once
    return path.read_text(encoding="ascii")


def _english(packages: tuple[str, ...]) -> str:
    paragraphs: set[str] = set()
    for package in packages:
        for found in _triple_quoted(package, _DOCSTRING):
            for paragraph in re.split(r"\n\s*\n", found):
                plain = " ".join(re.sub(r"[^ a-z0`\-.,_:=()'*]", " ", re.sub(r"\d", "0", paragraph.lower())).split())
                words = sum(map(len, re.findall(r"[a-z ]+", plain)))
                if len(plain) >= _SHORTEST and ">>>" not in paragraph and words >= _PROSE * len(plain):
                    paragraphs.add(plain)
    return "\n".join(sorted(paragraphs, key=lambda p: hashlib.md5(p.encode(), usedforsecurity=False).digest()))


def _fingerprint(packages: tuple[str, ...]) -> str:
    """Names the packages' versions and this module's own text, which together determine the corpus."""
    owners = packages_distributions()
    versions = [f"{package} {version(owner)}" for package in packages for owner in owners.get(package, [])]
    return hashlib.sha256("\n".join([*versions, Path(__file__).read_text(encoding="utf-8")]).encode()).hexdigest()[:16]


def encode(text: str, alphabet: str = ALPHABET) -> NDArray[np.uint8]:
    """Characters as indices into the alphabet.

    Arguments:
        text: ASCII.
        alphabet: Its distinct characters.

    Returns:
        Shape (characters,).

    Raises:
        ValueError: A character outside the alphabet.
    """
    table = np.full(256, 255, dtype=np.uint8)
    table[np.frombuffer(alphabet.encode("ascii"), dtype=np.uint8)] = np.arange(len(alphabet), dtype=np.uint8)
    codes = table[np.frombuffer(text.encode("ascii"), dtype=np.uint8)]
    if codes.max(initial=0) == 255:
        raise ValueError(f"found {text[int(codes.argmax())]!r}, expected characters of {alphabet!r}")
    return codes


def words(text: str, vocabulary: int | None = None) -> tuple[NDArray[np.int64], list[str]]:
    """The words of a text as ranks of their frequency: 0 is the commonest; ties go by the alphabet.

    Arguments:
        text: In lower case; whatever is not a letter separates words.
        vocabulary: Keep this many of the commonest; every other word gets the next rank.

    Returns:
        Ranks, shape (words,), and the words by rank.
    """
    found = re.findall(r"[a-z]+", text)
    ranked = sorted(Counter(found).items(), key=lambda pair: (-pair[1], pair[0]))[:vocabulary]
    rank = {word: i for i, (word, _) in enumerate(ranked)}
    return np.array([rank.get(word, len(rank)) for word in found], dtype=np.int64), list(rank)


def bigrams(symbols: NDArray[np.int64], size: int = len(SYMBOLS)) -> NDArray[np.float64]:
    """Share of each pair of neighbours, shape (size, size): the first symbol is the row."""
    counts = np.bincount(symbols[:-1] * size + symbols[1:], minlength=size * size)
    return counts.reshape(size, size) / (len(symbols) - 1)
