"""The key of a run: it changes with all that a run depends on, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from lawbook.evidence import store
from lawbook.reference.catalog import load

ENTRY = "references/scaling/halving2001.yml"
NOTEBOOK = "notebooks/scaling/halving2001.py"


def key(root: Path, **parts: object) -> str:
    """The key of the miniature's first run."""
    catalog, problems = load(root)
    assert problems == []
    return store.run_key(catalog, "halving2001", str(parts.get("scale", "quick")), int(str(parts.get("seed", 0))))


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        (ENTRY, "tolerance: {rel: 0.3}", "tolerance: {rel: 0.2}", True),
        (ENTRY, "expr: spread*n**(-b)", "expr: spread*n**(-b)*1", True),
        (ENTRY, "rival: {value: 1.0", "rival: {value: 1.5", True),
        (ENTRY, "Errors of different sign", "Errors of the other sign", False),
        (ENTRY, "exponent of a straight line", "slope of a straight line", False),
        (NOTEBOOK, "size=(400, size)", "size=(500, size)", True),
        ("requirements.lock", "", "x==1\n", True),
    ],
)
def test_the_key_follows_content(tiny: Path, file: str, old: str, new: str, changes: bool) -> None:
    before = key(tiny)
    if old:
        replace(tiny / file, old, new)
    else:
        (tiny / file).write_text(new)
    assert (key(tiny) != before) is changes


def test_seed_and_scale_are_part_of_the_key(tiny: Path) -> None:
    assert len({key(tiny), key(tiny, seed=1), key(tiny, scale="full")}) == 3


def test_imports_are_followed_through_the_package() -> None:
    direct = "import numpy\nfrom lawbook import notebook\nfrom lawbook.measure import powerlaw\n\ndef f():\n    import lawbook.measure.sharpness\n"
    found = store.imported_modules(direct)
    assert {
        "lawbook",
        "lawbook.evidence.notebook",
        "lawbook.reference.formula",
        "lawbook.measure.powerlaw",
        "lawbook.measure.sharpness",
    } <= found
    assert not any(name.startswith(("numpy", "lawbook.site", "lawbook.cli")) for name in found)
    assert store.imported_modules("this is not python") == set()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"metadata": {}}', '{"metadata": {"lawbook": {}}, "cells": []}'])
def test_what_is_no_run_is_no_run(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    assert store.read_run(path) is None


def test_records_are_read_out_of_outputs() -> None:
    data = {"cells": [{"outputs": [{"data": {store.MIME: {"a": 1}}}, {"output_type": "stream"}]}, {}]}
    assert store.records_of(data) == [{"a": 1}]
