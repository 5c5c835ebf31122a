"""The package as the site carries it: a wheel with the book, its schema and what was measured inside."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from lawbook.evidence import packaged
from lawbook.evidence.record import Evidence
from lawbook.files import write_atomically
from lawbook.reference.catalog import Catalog
from lawbook.reference.schema import schema_text
from lawbook.site import shelf

# What a wheel is made from, beside build/book.
INSIDE = ("tools", "references", "notebooks")
FILES = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT")


def name(root: Path) -> str | None:
    """The file name of the wheel; None where `root` is a book without the package's source."""
    project = root / "pyproject.toml"
    if not (root / "tools" / "lawbook" / "__init__.py").is_file() or not project.is_file():
        return None
    about = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    return f"{about['name']}-{about['version']}-py3-none-any.whl"


def build(catalog: Catalog, evidence: Mapping[str, Evidence], out: Path) -> Path:
    """Write the wheel into the folder `out`, unless it is there already, made from the same files.

    Raises:
        FileNotFoundError: The root of the catalog has no package to build.
        RuntimeError: The build failed; holds what it printed.
    """
    root = catalog.root
    file = name(root)
    if file is None:
        raise FileNotFoundError(f"found no package in {root}, expected pyproject.toml and tools/lawbook")
    write_atomically(root / "build" / "book" / "entry.schema.json", schema_text())
    write_atomically(root / "build" / "book" / packaged.NAME, packaged.text(evidence))
    shelf.pack(catalog, evidence, root / "build" / "book")
    target, mark, made_from = out / file, out / f"{file}.made-from", _digest(root)
    if not (target.is_file() and mark.is_file() and mark.read_text(encoding="utf-8") == made_from):
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out) as folder:
            command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
            done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"the wheel could not be built: {done.stdout}{done.stderr}".strip())
            Path(folder, file).replace(target)
        write_atomically(mark, made_from)
    return target


def _digest(root: Path) -> str:
    """Of all files that the wheel is made from, names and contents."""
    found = [path for folder in INSIDE for path in (root / folder).rglob("*") if path.is_file()]
    found += [*(root / name for name in FILES), *(root / "build" / "book").glob("*.json")]
    digest = hashlib.sha256()
    for path in sorted(path for path in found if "__pycache__" not in path.parts):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
