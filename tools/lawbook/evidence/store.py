"""Executed notebooks on disk, by content: which run is still that of today's files, and what it measured."""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lawbook.evidence import packaged
from lawbook.evidence.record import MIME, Evidence, Measured, Run, Series, Usage, digest, from_json
from lawbook.reference.catalog import Catalog
from lawbook.reference.root import is_packaged

PACKAGE = Path(__file__).resolve().parents[1]
METADATA = "lawbook"


def run_path(root: Path, paper: str, scale: str, seed: int) -> Path:
    """Where the executed notebook of a run stands."""
    return root / "build" / "runs" / paper / f"{scale}-{seed:03d}.ipynb"


def run_key(catalog: Catalog, paper: str, scale: str, seed: int) -> str:
    """The fingerprint of all that a run depends on.

    The notebook, the entry's formulas and checks, the modules of this package that the notebook imports (and those they
    import), the lock file, the Python version, seed and scale. Prose is not part of it.
    """
    return digest([_inputs(catalog, paper), scale, seed])


def _inputs(catalog: Catalog, paper: str) -> list[Any]:
    cache: dict[str, list[Any]] = catalog.__dict__.setdefault("_run_inputs", {})
    if paper not in cache:
        laws = {}
        for law_id, law in catalog.entries[paper].laws.items():
            data = law.model_dump(include={"formula", "symbols", "checks", "controls"})
            data["formula"].pop("latex")
            for part in (*data["checks"].values(), *data["controls"].values()):
                for words in ("measures", "data", "not_reproduced"):
                    part.pop(words, None)
            laws[law_id] = data
        notebook = catalog.notebook(paper)
        modules = sorted(imported_modules(notebook.read_text(encoding="utf-8")))
        cache[paper] = [
            _file_digest(notebook),
            laws,
            [[name, _file_digest(_module_path(name))] for name in modules],
            _file_digest(catalog.root / "requirements.lock"),
            list(sys.version_info[:2]),
        ]
    return cache[paper]


def _file_digest(path: Path | None) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None and path.is_file() else ""


def imported_modules(text: str) -> set[str]:
    """The modules of this package that Python source imports, directly or through another of them."""
    found: set[str] = set()
    queue = list(_imports(text))
    while queue:
        name = queue.pop()
        path = _module_path(name)
        if name in found or path is None:
            continue
        found.add(name)
        queue += _imports(path.read_text(encoding="utf-8"))
        if "." in name:
            queue.append(name.rpartition(".")[0])  # importing a module runs its packages
    return found


@lru_cache(maxsize=1024)  # by text, not by path: a file that changed while the site is served is another text
def _imports(text: str) -> frozenset[str]:
    names: set[str] = set()
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return frozenset()  # the run itself will say what is wrong
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    names = {name for name in names if name.split(".")[0] == "lawbook"}
    if "lawbook.notebook" in names:  # a lazy name of the package
        names.add("lawbook.evidence.notebook")
    return frozenset(names)


def _module_path(name: str) -> Path | None:
    base = PACKAGE.joinpath(*name.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file() and (base != PACKAGE or path.name == "__init__.py"):
            return path
    return None


def read_run(path: Path) -> tuple[str, Run] | None:
    """The key and the run that an executed notebook holds, or None when there is no such (or no whole) file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return _read_run(path, stat.st_mtime_ns, stat.st_size)


@cache  # while the site is served, every change of an entry asks for all runs again
def _read_run(path: Path, changed: int, size: int) -> tuple[str, Run] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        about = dict(data["metadata"][METADATA])
        records = [from_json(record) for record in records_of(data)]
        usage = from_json(about.pop("usage"))
        assert isinstance(usage, Usage)
        measured = tuple(r for r in records if isinstance(r, Measured))
        series = tuple(r for r in records if isinstance(r, Series))
        return about.pop("key"), Run(**about, usage=usage, measured=measured, series=series, notebook=path)
    except (OSError, ValueError, KeyError, TypeError):  # cut off, or of an older shape: to be run again
        return None


def records_of(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The records in the outputs of an executed notebook, in order."""
    return [record for cell in notebook["cells"] for record in records_of_cell(cell)]


def records_of_cell(cell: Any) -> list[dict[str, Any]]:
    """The records in the outputs of one cell."""
    return [out["data"][MIME] for out in cell.get("outputs", []) if MIME in out.get("data", {})]


def current_run(catalog: Catalog, paper: str, scale: str, seed: int) -> Run | None:
    """The run of these very inputs, if it is on disk, finished or not."""
    found = read_run(run_path(catalog.root, paper, scale, seed))
    return found[1] if found is not None and found[0] == run_key(catalog, paper, scale, seed) else None


def read(catalog: Catalog, scale: str = "quick") -> dict[str, Evidence]:
    """The evidence of every paper that has a current run at `scale`; the lowest seed is the one shown.

    Of the book inside an installed package: the evidence that was packed with it.
    """
    if is_packaged(catalog.root):
        return {p: e for p, e in packaged.read(catalog.root).items() if p in catalog.entries and e.shown.scale == scale}
    evidence: dict[str, Evidence] = {}
    for paper in sorted(catalog.entries):
        folder = run_path(catalog.root, paper, scale, 0).parent
        runs = []
        for path in sorted(folder.glob(f"{scale}-*.ipynb")):
            seed = path.stem.rpartition("-")[2]
            run = current_run(catalog, paper, scale, int(seed)) if seed.isdigit() else None
            if run is not None:
                runs.append(run)
        if runs:
            evidence[paper] = Evidence(paper, runs[0], tuple(runs))
    return evidence
