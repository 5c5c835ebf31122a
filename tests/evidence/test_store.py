"""The key of a run: it changes with all that a run depends on, and with nothing else."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import pytest
from lawbook.evidence import cells, keys, store
from lawbook.evidence.record import Run, digest
from lawbook.files import write_atomically
from lawbook.reference.catalog import load

ENTRY = "references/scaling/halving2001.yml"
NOTEBOOK = "notebooks/scaling/halving2001.py"


def key_of(root: Path, **parts: object) -> str:
    """The key of the miniature's first run."""
    catalog, problems = load(root)
    assert problems == []
    return keys.run_key(catalog, "halving2001", str(parts.get("scale", "quick")), int(str(parts.get("seed", 0))))


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
        (ENTRY, "- {value: 1.0", "- {value: 1.5", True),
        (ENTRY, "says: the error", "says: its error", False),
        (ENTRY, "name: spread of", "name: width of", False),
        (ENTRY, "Errors of different sign", "Errors of the other sign", False),
        (ENTRY, "exponent of a straight line", "slope of a straight line", False),
        (NOTEBOOK, "size=(400, size)", "size=(500, size)", True),
        (NOTEBOOK, "# The error falls as", "# The error goes down as", False),
        (NOTEBOOK, "Root mean square error of the mean", "The error", False),
        (NOTEBOOK, "out = []", "out = []  # one a size", False),
        (NOTEBOOK, "y = errors(copies=False)", "y = errors(\n    copies=False,\n)", False),
        (NOTEBOOK, 'label="samples $n$"', "label='samples $n$'", False),
        ("requirements.lock", "", "x==1\n", True),
        ("requirements.lock", "", "mkdocs==1\n", False),
    ],
)
def test_the_key_follows_content(tiny: Path, file: str, old: str, new: str, changes: bool) -> None:
    before = key_of(tiny)
    if old:
        replace(tiny / file, old, new)
    else:
        (tiny / file).write_text(new)
    assert (key_of(tiny) != before) is changes


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("lawbook.formula('corner2002')", True),
        ("lawbook.entry('corner2002').laws", True),
        ("law.entry.laws['inverse-root'].reported", True),
        ("law.formula('inverse-root')", False),
    ],
)
def test_a_notebook_that_reads_entries_depends_on_all_that_they_say(tiny: Path, line: str, changes: bool) -> None:
    path = tiny / NOTEBOOK
    path.write_text(f"{path.read_text()}\n# %%\nimport lawbook\n\n{line}\n")
    before = key_of(tiny)
    replace(tiny / "references/geometry/corner2002.yml", "title: ", "title: Again, ")
    assert (key_of(tiny) != before) is changes


@pytest.mark.parametrize(
    ("module", "changes"),
    [
        ("reference/formula.py", True),
        ("evidence/notebook.py", True),
        ("reference/catalog.py", False),
        ("reference/source.py", False),
        ("reference/kept.py", False),
        ("site/pages.py", False),
    ],
)
def test_of_this_package_counts_what_a_run_reaches_and_not_what_reads_the_book(
    tiny: Path, tmp_path: Path, module: str, changes: bool
) -> None:
    text = (tiny / NOTEBOOK).read_text()
    (tiny / NOTEBOOK).write_text(f"{text}\n# %%\nlaw.formula('inverse-root')(n=4.0, spread=1.0)\n")

    def key(package: Path) -> str:
        catalog, _ = load(tiny)
        keys.take_code_from(catalog, package)
        return keys.run_key(catalog, "halving2001", "quick", 0)

    package = tmp_path / "lawbook"
    shutil.copytree(keys.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    before = key(package)
    path = package / module
    tree = ast.parse(path.read_text())
    for node in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        node.body.append(ast.parse("__import__('math').pi").body[0])
    path.write_text(ast.unparse(tree))
    assert (key(package) != before) is changes


def test_a_file_of_another_name_is_no_run(tiny: Path) -> None:
    catalog = load(tiny)[0]
    path = store.run_path(tiny, "halving2001", "quick", 0)
    for seed in ("²", "x", "000.copy"):
        write_atomically(path.with_name(f"quick-{seed}.ipynb"), "{}")
    assert store.read(catalog) == {}


def test_seed_and_scale_are_part_of_the_key(tiny: Path) -> None:
    assert len({key_of(tiny), key_of(tiny, seed=1), key_of(tiny, scale="full")}) == 3


@pytest.mark.parametrize("cell", ["this is not python", "x = (", "\x00", "x = " + "-" * 900 + "1"])
def test_a_notebook_that_is_no_python_has_a_key_and_another_when_it_is_mended(tiny: Path, cell: str) -> None:
    before = key_of(tiny)
    text = (tiny / NOTEBOOK).read_text()
    (tiny / NOTEBOOK).write_text(text + f"\n# %%\n{cell}\n")
    assert key_of(tiny) != before
    (tiny / NOTEBOOK).write_text(text)
    assert key_of(tiny) == before


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"metadata": {}}', '{"metadata": {"lawbook": {}}, "cells": []}', "[" * 200_000]
)
def test_a_file_that_is_no_run_is_told_and_is_as_if_it_were_not_there(
    tiny: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    catalog = load(tiny)[0]
    write_atomically(store.run_path(tiny, "halving2001", "quick", 0), text)
    for _ in range(2):
        assert store.current_run(catalog, "halving2001", "quick", 0) is None
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith("build/runs/halving2001/quick-000.ipynb: found no run of a notebook")
    assert store.read(catalog) == {}


def test_a_run_of_other_inputs_is_stale_whatever_its_shape(tiny: Path) -> None:
    catalog = load(tiny)[0]
    old = {"metadata": {"lawbook": {"key": "of-before"}}, "cells": [{"outputs": [{"data": {store.MIME: {"a": 1}}}]}]}
    write_atomically(store.run_path(tiny, "halving2001", "quick", 0), json.dumps(old))
    assert store.current_run(catalog, "halving2001", "quick", 0) is None


def test_records_are_read_out_of_outputs() -> None:
    data = {"cells": [{"outputs": [{"data": {store.MIME: {"a": 1}}}, {"output_type": "stream"}]}, {}]}
    assert store.records_of(data) == [{"a": 1}]


def test_a_kept_run_is_shown_in_the_words_of_today(tiny: Path) -> None:
    """Text and comments are those of the file, outputs those of the run; what has not changed has the same bytes."""
    source = (tiny / NOTEBOOK).read_text()
    notebook = cells.read(source)
    for i, cell in enumerate(c for c in notebook.cells if c["cell_type"] == "code"):
        cell["execution_count"] = i + 1
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": f"output {i}"}]
    notebook.metadata = {store.METADATA: {"source": digest(source)}}
    path = store.run_path(tiny, "halving2001", "quick", 0)
    write_atomically(path, store.as_text(notebook))
    catalog, run = load(tiny)[0], Run("halving2001", 0, "quick", "finished", notebook=path)
    assert store.notebook_text(catalog, run) == path.read_text()

    replace(tiny / NOTEBOOK, "# The error falls as", "# The error goes down as")
    replace(tiny / NOTEBOOK, "out = []", "out = []  # one a size")
    replace(tiny / NOTEBOOK, "# %%\ny = errors", "# %% [markdown]\n# A paragraph.\n\n# %%\ny = errors")
    shown = json.loads(store.notebook_text(catalog, run))
    text = "\n".join(cell["source"] for cell in shown["cells"])
    assert "goes down" in text
    assert "falls" not in text
    assert "# one a size" in text
    assert [c["cell_type"] for c in shown["cells"]] == ["markdown", "code", "markdown", "code", "code", "code"]
    code = [cell for cell in shown["cells"] if cell["cell_type"] == "code"]
    assert [cell["outputs"][0]["text"] for cell in code] == [f"output {i}" for i in range(4)]
    assert [cell["execution_count"] for cell in code] == [1, 2, 3, 4]
    assert len({cell["id"] for cell in shown["cells"]}) == 6
    assert shown["metadata"] == notebook.metadata

    replace(tiny / NOTEBOOK, "# %%\ny = errors", "# %%\nz = 1\n\n# %%\ny = errors")
    with pytest.raises(ValueError, match="found 5 code cells in the file, expected the 4 of its run"):
        store.notebook_text(catalog, run)
