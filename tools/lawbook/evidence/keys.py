"""Fingerprints: of all that a run depends on, and of what was predicted and how it is measured."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from lawbook import collection
from lawbook.evidence import cells, fingerprint, packages
from lawbook.evidence.record import digest
from lawbook.reference import made_by
from lawbook.reference.catalog import Catalog
from lawbook.reference.kept import Kept
from lawbook.reference.model import Law

PACKAGE = Path(__file__).resolve().parents[1]
# What an entry says to its reader alone: of a formula and a symbol; of a check and a control.
WORDS = ("latex", "name", "unit", "paper_writes")
SAID = ("measures", "data", "not_reproduced", "tests", "band_from", "error_from", "blind_to", "quantity", "unit")
# What of this package measures. The rest finds, checks and judges, and does so again whenever a record is read.
MEASURING = (
    "lawbook.lab",
    "lawbook.measure",
    "lawbook.least_squares",
    "lawbook.evidence.errors",
    "lawbook.evidence.fit",
    "lawbook.evidence.notebook",
    "lawbook.evidence.setting",
)
DRAWING = "lawbook.lab.plot"
# What reads the book. To a run it matters by the entry that it gives, which counts itself, but for these.
READING = ("lawbook.collection", "lawbook.files", "lawbook.reference")
NOT_READING = tuple(f"lawbook.reference.{name}" for name in ("api", "formula", "model", "symbols", "verdict"))
ENTRIES = "lawbook.reference.api"  # where `lawbook.entry` and `lawbook.formula` stand


def run_key(catalog: Catalog, paper: str, scale: str, seed: int) -> str:
    """The fingerprint of all that a run depends on.

    The code of the notebook and what it reaches of this package, by meaning, but for what only reads the book; the
    entry's formulas and checks, the packages of the lock file that it can import, the Python version, seed and scale.
    Prose, comments and layout are not part of it. Of a notebook that reads entries as data, all that is in
    `references/` is.
    """
    inputs: dict[str, list[Any]] = catalog.__dict__.setdefault("_run_inputs", {})
    if paper not in inputs:
        told, reads_entries = catalog.kept.get(
            f"{paper}.inputs", made_from(catalog, paper), lambda: _inputs(catalog, paper)
        )
        inputs[paper] = [told, _pinned(catalog), list(sys.version_info[:2])]
        if reads_entries:
            inputs[paper].append(_references(catalog))
    return digest([inputs[paper], scale, seed])


def _inputs(catalog: Catalog, paper: str) -> tuple[str, bool]:
    """A hash of the code and the entry of a notebook, and whether it reads entries as data."""
    laws = {law_id: _judged_by(law) for law_id, law in catalog.entries[paper].laws.items()}
    code = _code(catalog, paper)
    asked = {name for name, _ in code["modules"].get(ENTRIES, ())}
    reads = bool(asked & {"entry", "formula"}) or ".entry" in catalog.notebook(paper).read_text(encoding="utf-8")
    return digest([_only(code, lambda module: not _reads(module)), laws]), reads


def _pinned(catalog: Catalog) -> list[str]:
    path = catalog.root / "requirements.lock"
    found: dict[str, list[str]] = catalog.__dict__.setdefault("_pinned", {})
    if "it" not in found:
        found["it"] = packages.pinned(path.read_text(encoding="utf-8")) if path.is_file() else []
    return found["it"]


def _references(catalog: Catalog) -> list[str]:
    found: dict[str, list[str]] = catalog.__dict__.setdefault("_all_references", {})
    if "it" not in found:
        files = sorted(catalog.root.glob("references/**/*.*"))
        found["it"] = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()]
    return found["it"]


def _code(catalog: Catalog, paper: str) -> dict[str, Any]:
    """The code of a notebook and what it reaches of this package."""
    known: dict[str, dict[str, Any]] = catalog.__dict__.setdefault("_run_code", {})
    if paper not in known:
        shared: dict[str, fingerprint.Package] = catalog.__dict__.setdefault("_shared_package", {})
        package = shared.setdefault("it", fingerprint.Package(PACKAGE))
        with collection.held():
            text = catalog.notebook(paper).read_text(encoding="utf-8")
            known[paper] = fingerprint.of(text, package, after=cells.FINISH)
    return known[paper]


def take_code_from(catalog: Catalog, package: Path) -> None:
    """Let fingerprints of `catalog` be of what its notebooks reach in another copy of this package, such as a former
    one. Nothing of it is kept: what is kept is of the code that runs."""
    catalog.kept = Kept(None)
    catalog.__dict__["_shared_package"] = {"it": fingerprint.Package(package)}


def prediction_key(catalog: Catalog, paper: str) -> str:
    """The fingerprint of what a paper's entry predicts and of how it is measured.

    Formulas, predictions, bands, rivals, the words of each protocol and which checks are expected not to hold; the code
    of the notebook and what it reaches of the modules that measure. Code that reads entries, judges or draws, versions,
    seed and scale are no part of it.
    """
    known: dict[tuple[str, str], str] = catalog.__dict__.setdefault("_predictions", {})
    of = paper, catalog.digest(paper)
    if of not in known:  # of the notebook as it was when somebody first asked this catalog
        name = f"{paper}.prediction"
        known[of] = catalog.kept.get(name, made_from(catalog, paper), lambda: _prediction_key(catalog, paper))
    return known[of]


def made_from(catalog: Catalog, paper: str) -> tuple[str, ...]:
    """All that the fingerprints of a paper depend on, as texts and hashes of texts: its entry, its notebook, and the
    code of this package as it is on disk."""
    code: str = catalog.__dict__.setdefault("_code_on_disk", "") or made_by.code(PACKAGE)
    catalog.__dict__["_code_on_disk"] = code
    return code, catalog.digest(paper), catalog.notebook(paper).read_text(encoding="utf-8")


def _prediction_key(catalog: Catalog, paper: str) -> str:
    laws = {}
    for law_id, law in catalog.entries[paper].laws.items():
        told = [(name, part.measures) for part_of in (law.checks, law.controls) for name, part in part_of.items()]
        missed = sorted(name for name, check in law.checks.items() if check.not_reproduced is not None)
        laws[law_id] = [_judged_by(law), {name: " ".join(words.split()) for name, words in told}, missed]
    return digest([_measuring(catalog, paper), laws])


def _measuring(catalog: Catalog, paper: str) -> dict[str, Any]:
    """The code of a notebook, and what of the modules that measure it reaches."""
    return _only(_code(catalog, paper), _measures)


def _only(code: dict[str, Any], counts: Callable[[str], bool]) -> dict[str, Any]:
    """The code of a notebook with those modules alone that count; the packages that it reaches do not, which are no
    part of a prediction, and of a run by their versions."""
    found = {name: value for name, value in code.items() if name != "foreign"}
    for part in ("modules", "texts"):
        found[part] = {name: value for name, value in code[part].items() if counts(name)}
    return found | {"imports": [found for found in code["imports"] if counts(found[0])]}


def _measures(module: str) -> bool:
    return _below(module, MEASURING) and module != DRAWING


def _reads(module: str) -> bool:
    return _below(module, READING) and not _below(module, NOT_READING)


def _below(module: str, names: Iterable[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


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
