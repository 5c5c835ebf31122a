"""Imports run one way: the arrows of docs/architecture.md, held also within functions and under TYPE_CHECKING."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

LAWBOOK = Path(__file__).resolve().parents[1] / "tools" / "lawbook"
# Each room, and the rooms that it may import from beside itself; `root` are the single modules at the top.
MAY = {
    "root": set(),
    "reference": {"root"},
    "evidence": {"root", "reference"},
    "site": {"root", "reference", "evidence"},
    "measure": {"root"},
    "lab": {"measure", "root"},  # its door says which extra is missing
    "lab.data": {"measure"},
    "lab.models": {"measure", "lab.data"},
    "lab.solvable": {"measure", "lab.data", "lab.models"},
    "lab.training": {"measure", "lab.data", "lab.models"},
    "own": {"root", "reference", "evidence", "site"},
    "terminal": {"root", "reference", "evidence", "site"},
    "front": {"root", "reference", "evidence", "measure", "own"},  # the names of `import lawbook`
    "cli": {"root", "reference", "evidence", "site", "terminal", "own"},
}
FOLDERS = {"reference", "evidence", "site", "terminal", "measure", "lab", "own"}


def imports(folder: Path, planted: tuple[str, str] = ("", "")) -> dict[str, set[str]]:
    """The modules of a package, each with those of the package that it imports anywhere in its text.

    `planted` is a file and a line to read as if it stood at its end.
    """
    names = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        text = path.read_text(encoding="utf-8") + (planted[1] if path == folder / planted[0] else "")
        graph[name] = found = set[str]()
        for node in statements(text):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names} & set(names)
            else:
                base = name.split(".")[: len(name.split(".")) - node.level + (path.name == "__init__.py")]
                module = ".".join([*(base if node.level else ()), *filter(None, [node.module])])
                longer = {f"{module}.{alias.name}" for alias in node.names}
                found |= longer & set(names)  # modules, and the names of a module's own
                found |= {module} & set(names) if longer - set(names) else set()
    return graph


@cache
def statements(text: str) -> list[ast.Import | ast.ImportFrom]:
    """The imports in a module's text, wherever they stand."""
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]


def room(name: str) -> str:
    """The room of a module."""
    parts = name.split(".")[1:]
    if not parts or parts[0] in ("cli", "__main__"):
        return "cli" if parts else "front"
    if parts[0] not in FOLDERS:
        return "root"
    return ".".join(parts[:2]) if parts[0] == "lab" and ".".join(parts[:2]) in MAY else parts[0]


def violations(graph: dict[str, set[str]]) -> list[str]:
    """Each import that runs against an arrow, and a circle of modules if there is one."""
    found = []
    for name, others in sorted(graph.items()):
        for other in sorted(others):
            inside = room(other) == room(name) != "root"
            if not inside and room(other) not in MAY[room(name)]:
                found.append(f"{name} imports {other}: {room(name)} may import {sorted(MAY[room(name)])}")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append(" → ".join(error.args[1]))
    return found


def test_imports_run_one_way() -> None:
    graph = imports(LAWBOOK)
    assert len(graph) > 80
    assert {room(name) for name in graph} == set(MAY)
    assert violations(graph) == []


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        ("reference/tex.py", "from lawbook.evidence.record import Run", "lawbook.reference.tex imports lawbook.evidence.record"),
        ("evidence/fit.py", "def f():\n    from lawbook.site import charts", "lawbook.evidence.fit imports lawbook.site.charts"),
        ("measure/margin.py", "from ..lab.data import digits", "lawbook.measure.margin imports lawbook.lab.data.digits"),
        ("lab/data/digits.py", "import lawbook.lab.models.networks", "lawbook.lab.data.digits imports lawbook.lab.models.networks"),
        ("lab/models/networks.py", "if TYPE_CHECKING:\n    from lawbook import cli", "lawbook.lab.models.networks imports lawbook.cli"),
        ("lab/training/sgd.py", "from lawbook import notebook", "lawbook.lab.training.sgd imports lawbook: "),
        ("numbers.py", "from lawbook import files", "lawbook.numbers imports lawbook.files"),
        ("files.py", "from lawbook.measure import powerlaw", "lawbook.files imports lawbook.measure.powerlaw"),
        ("site/markdown.py", "if TYPE_CHECKING:\n    from lawbook.site.pages import Page", "→ lawbook.site.markdown"),
        ("reference/tex.py", "def f():\n    import lawbook.reference.rules", "→ lawbook.reference.tex"),
    ],
)  # fmt: skip
def test_an_import_against_an_arrow_is_seen(module: str, line: str, said: str) -> None:
    found = violations(imports(LAWBOOK, (module, f"\n{line}\n")))
    assert any(said in problem for problem in found), found
