"""What is wrong with a notebook before it is run: read as text and as a syntax tree, and never executed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

from lawbook.reference import characters, skeleton
from lawbook.reference.calls import Kind, Named, names_in
from lawbook.reference.cross import MAX_NOTEBOOK
from lawbook.reference.kept import Kept
from lawbook.reference.problem import Problem, nearest, shown
from lawbook.reference.source import read_text

HEADER = "# ---"
NEEDED = ("jupytext:", "kernelspec:")

Known = Mapping[Kind, list[str]]
"""The ids of the laws, checks and controls of an entry."""


def problems(root: Path, name: str, paper: str, known: Known | None, kept: Kept) -> Iterator[Problem]:
    """What is wrong in a notebook: places of the skeleton, no header, no Python, another paper opened, a check, control
    or law that the entry does not have.

    Arguments:
        root: The folder of the book.
        name: The path of the notebook in it. That there is none, the catalog says.
        paper: The id of its entry.
        known: The names that the entry has; None where it cannot be read, and says so itself.
        kept: What is kept of the book.
    """
    text = read_text(root / name, name, MAX_NOTEBOOK)
    if isinstance(text, Problem):
        return  # which the catalog says
    found, named = kept.get(f"{paper}.notebook", (text, name), lambda: _read_text(text, name))
    yield from found
    yield from _names(name, named, paper, known)


def _read_text(text: str, name: str) -> tuple[tuple[Problem, ...], tuple[Named, ...]]:
    """What is wrong with a notebook whatever its entry says, and the names that it calls."""
    unseen = characters.problems(text, name, tabs=True)
    text = characters.without(text) if unseen else text
    places = tuple(skeleton.in_text(text, name))
    header = tuple(_header(text, name))
    tree = _parsed(text, name)
    if not isinstance(tree, Problem):
        return (*unseen, *header, *places), tuple(names_in(tree, text))
    follows = any(place.line == tree.line for place in places)  # a place outside of strings is no Python
    return (*unseen, *header, *places, *(() if follows else (tree,))), ()


def _header(text: str, name: str) -> Iterator[Problem]:
    lines = text.splitlines()
    end = lines.index(HEADER, 1) if lines[:1] == [HEADER] and HEADER in lines[1:] else 0
    head = "\n".join(lines[:end])
    missing = [word for word in NEEDED if word not in head]
    if missing:
        what = f"a header without {' and '.join(missing)}" if end else f"{shown(lines[0] if lines else '')} in line 1"
        expected = f"expected the header of a notebook, from {HEADER!r} to {HEADER!r} with {' and '.join(NEEDED)}"
        yield Problem(name, 1, 1, "", f"found {what}, {expected} (lawbook new writes one)")


def _parsed(text: str, name: str) -> ast.Module | Problem:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # which a notebook may
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(text, name, "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        place = max(error.lineno or 1, 1), max(error.offset or 1, 1)
        return Problem(name, *place, "", f"found no Python: {error.msg}")
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return Problem(name, 1, 1, "", f"found no Python that can be read: {error or type(error).__name__}")
    assert isinstance(tree, ast.Module)
    return tree


def _names(name: str, named: tuple[Named, ...], paper: str, known: Known | None) -> Iterator[Problem]:
    """Names that the entry does not have."""
    others = [
        call for call in named if call.kind == "paper" and call.text != paper and not skeleton.is_place(call.text)
    ]
    for call in others:
        message = f"found notebook.open({call.text!r}), expected {paper!r}, the paper of the file"
        yield Problem(name, call.line, call.column, "", message)
    if others or known is None:
        return  # its names are of the other paper
    for call in named:
        if call.kind == "paper" or call.text in known[call.kind] or skeleton.is_place(call.text):
            continue
        kinds = [kind for kind, ids in known.items() if call.text in ids]
        hint = f" ({call.text!r} is a {kinds[0]})" if kinds else nearest(call.text, known[call.kind])
        listed = "" if hint or not known[call.kind] else f": {', '.join(known[call.kind])}"
        message = f"found the {call.kind} {call.text!r}, expected a {call.kind} of {paper}{hint}{listed}"
        yield Problem(name, call.line, call.column, "", message)
