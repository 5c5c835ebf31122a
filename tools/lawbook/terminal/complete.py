"""What a shell completes: ids of papers and of their parts, and the words that options take.

A key is pressed and an answer is wanted at once: ids come from the names of files, parts from the one file of their
entry, and nothing is checked. Where there is no book, nothing is completed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lawbook.terminal.values import KINDS, SUPPORTS, VERDICTS

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_WORK = re.compile(r"^@\w+\{\s*([A-Za-z0-9_:-]+)\s*,", re.MULTILINE)
_SYMBOL = re.compile(r"^([A-Za-z_]\w*):", re.MULTILINE)


def papers(incomplete: str) -> list[str]:
    """Ids of papers."""
    return _begun(incomplete, _files())


def parts(incomplete: str) -> list[str]:
    """Ids of papers; behind a slash those of the laws, checks and controls of one."""
    paper, slash, _ = incomplete.partition("/")
    path = _files().get(paper) if slash else None
    if path is None:
        return papers(incomplete)
    return _begun(incomplete, (f"{paper}/{name}" for name in _parts_of(path)))


def families(incomplete: str) -> list[str]:
    """Ids of families."""
    return _begun(incomplete, {path.parent.name for path in _files().values()})


def kinds(incomplete: str) -> list[str]:
    """Kinds of laws."""
    return _begun(incomplete, KINDS)


def supports(incomplete: str) -> list[str]:
    """What a claim may rest on."""
    return _begun(incomplete, SUPPORTS)


def verdicts(incomplete: str) -> list[str]:
    """How the claims of a law may come out."""
    return _begun(incomplete, VERDICTS)


def scales(incomplete: str) -> list[str]:
    """The sizes of a run."""
    return _begun(incomplete, ("quick", "full"))


def scatters(incomplete: str) -> list[str]:
    """How runs may scatter."""
    return _begun(incomplete, ("equal", "unequal"))


def works(incomplete: str) -> list[str]:
    """Keys of cited works."""
    return _begun(incomplete, _WORK.findall(_text("papers.bib")))


def symbols(incomplete: str) -> list[str]:
    """Ids of the canonical quantities."""
    return _begun(incomplete, _SYMBOL.findall(_text("notation.yml")))


def assumptions(incomplete: str) -> list[str]:
    """Ids of assumptions, of all entries."""
    found = {name for path in _files().values() for name in _section(path, "assumptions")}
    return _begun(incomplete, found)


def _begun(incomplete: str, known: Iterable[str]) -> list[str]:
    """The words that go on from what was typed."""
    return sorted(word for word in known if word.startswith(incomplete) and all(map(_ID.fullmatch, word.split("/"))))


def _references() -> Path | None:
    from lawbook.reference.root import find_root

    try:
        return find_root() / "references"
    except OSError:
        return None


def _files() -> dict[str, Path]:
    folder = _references()
    return {} if folder is None else {path.stem: path for path in folder.glob("*/*.yml")}


def _text(name: str) -> str:
    folder = _references()
    try:
        return (folder / name).read_text(encoding="utf-8") if folder is not None else ""
    except (OSError, ValueError):
        return ""


def _section(path: Path, name: str) -> list[str]:
    """The keys of a part of a file at its top, read by how far they stand in."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    found = re.search(rf"^{name}:[^\n]*\n((?:[ #][^\n]*\n|\n)*)", text, re.MULTILINE)
    if found is None:
        return []
    inside = re.findall(r"^( +)([A-Za-z0-9_-]+):", found[1], re.MULTILINE)
    least = min((len(blanks) for blanks, _ in inside), default=0)
    return [word for blanks, word in inside if len(blanks) == least]


def _parts_of(path: Path) -> list[str]:
    """The ids of the laws, checks and controls of an entry."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        json.dumps(data, default=str)  # no loops
        laws = data["laws"]
        inner = [law.get(section) or {} for law in laws.values() for section in ("checks", "controls")]
        return [str(name) for name in (*laws, *(name for part in inner for name in part))]
    except Exception:  # whatever a file that is being written holds
        return []
