"""English text that comes with an installed package: the documentation in its source, as a string of 27 symbols."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SYMBOLS = " abcdefghijklmnopqrstuvwxyz"


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
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"found no installed package {package!r} with a folder of its own")
    folder = Path(spec.submodule_search_locations[0])
    files = sorted(path for path in folder.rglob("*.py") if "tests" not in path.parts)
    found = [m for path in files for m in re.findall(r'"""(.*?)"""', path.read_text(encoding="utf-8"), re.DOTALL)]
    plain = re.sub(r"[^a-z]+", " ", " ".join(found).lower())
    codes = np.frombuffer(plain.encode("ascii"), dtype=np.uint8).astype(np.int64)
    return np.where(codes == ord(" "), 0, codes - ord("a") + 1)


def bigrams(symbols: NDArray[np.int64], size: int = len(SYMBOLS)) -> NDArray[np.float64]:
    """Share of each pair of neighbours, shape (size, size): the first symbol is the row."""
    counts = np.bincount(symbols[:-1] * size + symbols[1:], minlength=size * size)
    return counts.reshape(size, size) / (len(symbols) - 1)
