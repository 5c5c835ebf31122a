"""Fingerprints: of all that a run depends on, and of what was predicted and how it is measured."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from lawbook import collection
from lawbook.evidence import cells, fingerprint
from lawbook.evidence.record import digest
from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Law

PACKAGE = Path(__file__).resolve().parents[1]
# What an entry says to its reader alone: of a formula and a symbol; of a check and a control.
WORDS = ("latex", "name", "unit", "paper_writes")
SAID = ("measures", "data", "not_reproduced", "tests", "band_from", "error_from", "blind_to")
ENTRIES = "lawbook.reference.api"  # where `lawbook.entry` and `lawbook.formula` stand


def run_key(catalog: Catalog, paper: str, scale: str, seed: int) -> str:
    """The fingerprint of all that a run depends on.

    The code of the notebook and what it reaches of this package, by meaning; the entry's formulas and checks, the lock
    file, the Python version, seed and scale. Prose, comments and layout are not part of it. Of a notebook that reads
    entries as data, all that is in `references/` is.
    """
    return digest([_inputs(catalog, paper), scale, seed])


def _inputs(catalog: Catalog, paper: str) -> list[Any]:
    cache: dict[str, list[Any]] = catalog.__dict__.setdefault("_run_inputs", {})
    if paper not in cache:
        laws = {law_id: _judged_by(law) for law_id, law in catalog.entries[paper].laws.items()}
        shared: dict[str, Any] = catalog.__dict__.setdefault("_shared_inputs", {})
        if not shared:
            lock = _file_digest(catalog.root / "requirements.lock")
            shared |= {"package": fingerprint.Package(PACKAGE), "versions": [lock, list(sys.version_info[:2])]}
        notebook = catalog.notebook(paper).read_text(encoding="utf-8")
        with collection.held():
            code = fingerprint.of(notebook, shared["package"], after=cells.FINISH)
        cache[paper] = [digest(code), laws, *shared["versions"]]  # the code first: `prediction_key` takes it
        asked = {name for name, _ in code["modules"].get(ENTRIES, ())}
        if asked & {"entry", "formula"} or ".entry" in notebook:
            cache[paper].append([_file_digest(path) for path in sorted(catalog.root.glob("references/**/*.*"))])
    return cache[paper]


def prediction_key(catalog: Catalog, paper: str) -> str:
    """The fingerprint of what a paper's entry predicts and of how it is measured.

    Formulas, predictions, bands, rivals, the words of each protocol and which checks are expected not to hold; the code
    of the notebook and what it reaches of this package. Versions, seed and scale are no part of it.
    """
    laws = {}
    for law_id, law in catalog.entries[paper].laws.items():
        told = [(name, part.measures) for part_of in (law.checks, law.controls) for name, part in part_of.items()]
        missed = sorted(name for name, check in law.checks.items() if check.not_reproduced is not None)
        laws[law_id] = [_judged_by(law), {name: " ".join(words.split()) for name, words in told}, missed]
    return digest([_inputs(catalog, paper)[0], laws])


def _judged_by(law: Law) -> dict[str, Any]:
    """What of a law its records are judged by."""
    data = law.model_dump(include={"formula", "symbols", "checks", "controls"})
    for part in (data["formula"], *data["symbols"].values()):
        for words in WORDS:
            part.pop(words, None)
    for part in (*data["checks"].values(), *data["controls"].values()):
        for words in SAID:
            part.pop(words, None)
    for check in data["checks"].values():
        check["rivals"] = [{"value": rival["value"], "expr": rival["expr"]} for rival in check["rivals"]]
        check["against"] = check["against"] and check["against"]["reported"]
    for control in data["controls"].values():
        control["intact"] = control["intact"] == "check"
    return data


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
