"""Which lines of the lock file a run can depend on: not those of packages that only pages, fits or tests ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, requires

US = "lawbook"
ASKED_FOR_BY_RUNS = ("", "evidence", "lab")  # extras, and what is asked for without one
_LINE = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s\\;]+)", re.MULTILINE)


def pinned(lock: str) -> list[str]:
    """`name==version` of each package of a lock file that a run can import, sorted.

    One that no installed package asks for counts: nobody knows who imports it.
    """
    found = {_name(match["name"]): match["version"] for match in _LINE.finditer(lock)}
    return sorted(f"{name}=={version}" for name, version in found.items() if name not in elsewhere())


@cache
def elsewhere() -> frozenset[str]:
    """The installed packages that only the other extras of this one ask for."""
    extras = {extra for _, extra in _asked(US)}
    theirs = _reached(extras - set(ASKED_FOR_BY_RUNS))
    return theirs - _reached(ASKED_FOR_BY_RUNS)


def _reached(extras: Iterable[str]) -> frozenset[str]:
    """The packages that extras of ours ask for, and those that these ask for, and so on."""
    wanted = set(extras)
    ahead = [(name, found) for (name, found), extra in _asked(US) if extra in wanted]
    seen: set[tuple[str, str]] = set()
    while ahead:
        package = ahead.pop()
        if package not in seen:
            seen.add(package)
            name, own = package
            ahead += [asked for asked, extra in _asked(name) if extra in ("", own)]
    return frozenset(name for name, _ in seen)


@cache
def _asked(package: str) -> tuple[tuple[tuple[str, str], str], ...]:
    """What an installed package asks for here: ((name, its extra), for which extra of its own)."""
    return tuple(_requirements(package))


def _requirements(package: str) -> Iterator[tuple[tuple[str, str], str]]:
    from packaging.requirements import Requirement

    try:
        lines = requires(package) or []
    except PackageNotFoundError:
        return
    for line in lines:
        asked = Requirement(line)
        extras = re.findall(r"extra\s*==\s*['\"]([^'\"]+)", str(asked.marker or ""))
        for extra in extras or [""]:
            if asked.marker is None or asked.marker.evaluate({"extra": extra}):
                for own in asked.extras or {""}:
                    yield (_name(asked.name), own), extra


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()
