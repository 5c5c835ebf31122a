"""The catalog with all that `lawbook check` knows: entries, and also notebooks and places of the skeleton.

A kernel reads one entry with `catalog.load`; what only a person is to be told stands here, so that a run does not
depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lawbook.reference import catalog, notebooks, skeleton, source
from lawbook.reference.catalog import Catalog
from lawbook.reference.notebooks import Known
from lawbook.reference.problem import Problem


def load_checked(root: Path) -> tuple[Catalog, list[Problem]]:
    """Read and check everything under `root`.

    Arguments:
        root: The folder of the book.

    Returns:
        The catalog of the entries that are sound, and all problems of all files, sorted.
    """
    found, problems = catalog.load(root)
    problems = skeleton.without_followups(problems, _places(root))
    for paper, family in found.family_of.items():
        problems += notebooks.problems(root, f"notebooks/{family}/{paper}.py", paper, _known(found, paper), found.kept)
        problems += _headline(found, paper)
    return found, sorted(set(problems))


def _places(root: Path) -> Iterator[Problem]:
    """The places to fill in of all files in `references/`."""
    folder = root / "references"
    for path in sorted([*folder.glob("*.yml"), *folder.glob("*/*.yml")]):
        name = path.relative_to(root).as_posix()
        if skeleton.may_have_places(path, name):
            yield from skeleton.in_yaml(source.read(path, name))
    yield from skeleton.in_file(folder / "papers.bib", "references/papers.bib")


def _headline(found: Catalog, paper: str) -> Iterator[Problem]:
    """The check that a page opens with names its quantity: the sentence on top of the page is made from it."""
    entry = found.entries.get(paper)
    first = entry.headline if entry is not None else None
    if entry is None or first is None or entry.laws[first[0]].checks[first[1]].quantity is not None:
        return
    path = found.path(paper)
    doc = source.read(path, path.relative_to(found.root).as_posix())
    message = (
        "found no key 'quantity', expected it: the page opens with this check, in a sentence that begins with what it "
        "measures, such as `quantity: the sharpness late in training`"
    )
    yield doc.problem(("laws", first[0], "checks", first[1], "quantity"), message, key=True)


def _known(found: Catalog, paper: str) -> Known | None:
    """The names that an entry has, also where another part of it is broken; None where it cannot be read at all."""
    if paper in found.entries:
        entry = found.entries[paper]
        laws: Any = {name: {"checks": law.checks, "controls": law.controls} for name, law in entry.laws.items()}
    else:
        path = found.path(paper)
        data = source.read(path, path.name).data if path.is_file() else None
        laws = data.get("laws") if isinstance(data, dict) else None
    if not isinstance(laws, dict):
        return None
    return {"law": list(laws), "check": _ids(laws, "checks"), "control": _ids(laws, "controls")}


def _ids(laws: Mapping[str, Any], section: str) -> list[str]:
    """The ids of the checks or controls of all laws."""
    parts = [law.get(section) for law in laws.values() if isinstance(law, dict)]
    return [name for part in parts if isinstance(part, dict) for name in part]
