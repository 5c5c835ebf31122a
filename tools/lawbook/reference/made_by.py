"""What pages are made by: the code of this package with its templates, and the versions of other packages.

It is part of the key of everything that is kept between builds.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_SUFFIXES = (".py", ".jinja")


def code(package: Path = PACKAGE) -> str:
    """A hash of the files of this package, as they are now: while the site is served, somebody may write templates."""
    files = sorted(path for path in package.rglob("*") if path.suffix in _SUFFIXES)
    hashed = hashlib.sha256()
    for path in files:
        hashed.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return hashed.hexdigest()


def versions(names: Iterable[str]) -> list[str]:
    """The version of Python and of each package, nothing for one that is not installed: successors of MkDocs come
    without it."""
    return [".".join(map(str, sys.version_info[:3])), *map(_version, names)]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
