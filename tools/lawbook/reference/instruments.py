"""instruments.yml: which law can be tested on a model of one's own, what one needs for it, and what measures it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field

from lawbook.reference import cross, source
from lawbook.reference.fields import Line, Part, Slug
from lawbook.reference.kept import Kept
from lawbook.reference.problem import Problem, nearest
from lawbook.reference.root import PACKAGE
from lawbook.reference.shape import LAW, mapping
from lawbook.reference.source import Source

FILE = "references/instruments.yml"
ENTRIES = 64  # it may hold as much as so many of the largest entries: a line a law, of ten thousand entries

Where = Literal["any", "such", "only"]
Have = Literal["runs", "curve", "curvature", "features", "gradients", "weights", "spectrum", "samples", "counts"]
HAVE: dict[Have, str] = {
    "runs": "runs of several sizes, with their losses",
    "curve": "the loss along a run",
    "curvature": "a loss and its Hessian-vector product",
    "features": "features and labels",
    "gradients": "activations and gradients",
    "weights": "weights, at the end or along a run",
    "spectrum": "a kernel or its spectrum",
    "samples": "the data alone, without a model",
    "counts": "counts of how often things occur",
}
assert set(HAVE) == set(get_args(Have))


class Instead(Part):
    """What is otherwise for one check of a law."""

    where: Where | None = Field(default=None, title="Where")
    such: Line | None = Field(default=None, title="Such")
    have: list[Have] | None = Field(default=None, title="Have", min_length=1)
    by: list[Line] | None = Field(default=None, title="By")


class Instruments(Part):
    """Where a law can be tested, and with what."""

    where: Where = Field(
        title="Where",
        description="any: any model of which the assumptions hold; such: a model of the kind that `such` names; only:"
        " the model or the data that the notebook builds.",
    )
    such: Line | None = Field(default=None, title="Such", description="The kind of model, as a noun phrase.")
    have: list[Have] = Field(title="Have", description="What one needs.", min_length=1)
    by: list[Line] = Field(
        title="By", description="Functions of lawbook.measure, as module.function.", default_factory=list
    )
    checks: dict[Slug, Instead] = Field(
        title="Checks", description="Those of the law for which something is otherwise.", default_factory=dict
    )

    def of(self, check: str) -> OfCheck:
        """What holds for one check of the law."""
        here = self.checks.get(check, Instead())
        where = here.where or self.where
        such = here.such or self.such if where == "such" else None
        have, by = here.have or self.have, self.by if here.by is None else here.by
        return OfCheck(where, such, tuple(have), tuple(by))


@dataclass(frozen=True)
class OfCheck:
    """Where a check can be tested, and with what.

    Attributes:
        where: `any`, `such` or `only`.
        such: The kind of model, where it has to be one.
        have: What one needs.
        by: Functions of `lawbook.measure`.
    """

    where: Where
    such: str | None
    have: tuple[Have, ...]
    by: tuple[str, ...]


def read(root: Path, sources: Mapping[str, Source], kept: Kept) -> tuple[dict[str, Instruments], list[Problem]]:
    """The instruments of laws by paper/law, and all problems of the file; a book need not have one."""
    path = root / FILE
    if not path.exists():
        return {}, []
    text = source.read_text(path, FILE, ENTRIES * source.MAX_BYTES)
    if isinstance(text, Problem):
        return {}, [text]
    doc, found, texts = kept.get("instruments", (text,), lambda: _alone(text))
    doc.problems.extend([*cross.cited(doc, texts, None, sources), *_references(doc, found, sources)])
    return found, doc.causes()


def _alone(text: str) -> tuple[Source, dict[str, Instruments], cross.Texts]:
    doc = source.parse(text, FILE, ENTRIES)
    return doc, mapping(doc, Instruments, LAW), cross.texts_of(doc)


def of_check(root: Path, law: str, check: str) -> OfCheck | None:
    """What the file at `root` says of one check, without a look at the rest of the book; None where it says nothing.

    Arguments:
        root: The folder of the book.
        law: paper/law.
        check: The id of the check.
    """
    path = root / FILE
    if not path.is_file():
        return None
    text = source.read_text(path, FILE, ENTRIES * source.MAX_BYTES)
    told = {} if isinstance(text, Problem) else Kept(root).get("instruments", (text,), lambda: _alone(text))[1]
    return told[law].of(check) if law in told else None


def _references(doc: Source, found: Mapping[str, Instruments], sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Laws and checks that are not there, functions that are not, a kind of model that is missing or not wanted."""
    for name, law in found.items():
        checks = _checks(sources, name)
        if isinstance(checks, str):
            yield doc.problem((name,), f"found {name!r}, expected paper/law{checks}", key=True)
            continue
        for check in law.checks:
            if checks is not None and check not in checks:
                message = f"found {check!r}, expected a check of {name}{nearest(check, checks)}"
                yield doc.problem((name, "checks", check), message, key=True)
        for loc, by in [
            ((name, "by"), law.by),
            *(((name, "checks", c, "by"), i.by or []) for c, i in law.checks.items()),
        ]:
            for i, function in enumerate(by):
                if function not in functions():
                    message = f"found {function!r}, expected module.function of lawbook.measure"
                    yield doc.problem((*loc, i), f"{message}{nearest(function, functions())}")
        if law.such is not None and law.where != "such":
            yield doc.problem((name, "such"), f"found `such` beside `where: {law.where}`, expected `where: such`")
        if law.where == "such" and law.such is None:
            yield doc.problem((name,), "found `where: such` without `such`, expected which kind of model")
        for check, part in law.checks.items():
            if part.such is not None and (part.where or law.where) != "such":
                message = f"found `such` beside `where: {part.where or law.where}`, expected `where: such`"
                yield doc.problem((name, "checks", check, "such"), message)
            if part.where == "such" and part.such is None and law.such is None:
                message = "found `where: such` without `such`, expected which kind of model"
                yield doc.problem((name, "checks", check), message)


def _checks(sources: Mapping[str, Source], name: str) -> list[str] | str | None:
    """The checks of a law; None where they cannot be read, and a hint where there is no such law."""
    paper, _, law_id = name.partition("/")
    if paper not in sources:
        return nearest(paper, sources)
    data: Any = sources[paper].data
    laws = data.get("laws") if isinstance(data, dict) else None
    if not isinstance(laws, dict):
        return None
    if law_id not in laws:
        return nearest(law_id, laws)
    checks = laws[law_id].get("checks") if isinstance(laws[law_id], dict) else None
    return list(checks) if isinstance(checks, dict) else None


@cache
def functions() -> frozenset[str]:
    """The public functions and classes of `lawbook.measure`, as module.name: read, not imported."""
    found = set()
    for path in (PACKAGE / "measure").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(f"{path.stem}.{node.name}")
    return frozenset(name for name in found if not name.startswith("_") and "._" not in name)
