"""Imports run one way: the arrows of docs/architecture.md, held also within functions and under TYPE_CHECKING."""

from __future__ import annotations

import ast
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
    "lab": {"measure"},
    "lab.data": {"measure"},
    "lab.models": {"measure", "lab.data"},
    "lab.solvable": {"measure", "lab.data", "lab.models"},
    "lab.training": {"measure", "lab.data", "lab.models"},
    "front": {"reference", "evidence"},  # the names of `import lawbook`
    "cli": {"root", "reference", "evidence", "site"},
}
FOLDERS = {"reference", "evidence", "site", "measure", "lab"}


def imports(folder: Path) -> dict[str, set[str]]:
    """The modules of a package, each with those of the package that it imports anywhere in its text."""
    names = {}
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        graph[name] = found = set[str]()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names} & set(names)
            elif isinstance(node, ast.ImportFrom):
                base = name.split(".")[: len(name.split(".")) - node.level + (path.name == "__init__.py")]
                module = ".".join([*(base if node.level else ()), *filter(None, [node.module])])
                longer = {f"{module}.{alias.name}" for alias in node.names}
                found |= longer & set(names) or {module} & set(names)
                found |= {module} & set(names) if longer - set(names) else set()
    return graph


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
            if room(other) != room(name) and room(other) not in MAY[room(name)]:
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
        ("numbers.py", "from lawbook import files", ""),
        ("files.py", "from lawbook.measure import powerlaw", "lawbook.files imports lawbook.measure.powerlaw"),
        ("site/charts.py", "if TYPE_CHECKING:\n    from lawbook.site.pages import Page", "lawbook.site.charts → "),
        ("evidence/record.py", "def f():\n    import lawbook.evidence.store", "lawbook.evidence.record → "),
    ],
)  # fmt: skip
def test_an_import_against_an_arrow_is_seen(tmp_path: Path, module: str, line: str, said: str) -> None:
    copy = tmp_path / "lawbook"
    for path in LAWBOOK.rglob("*.py"):
        target = copy / path.relative_to(LAWBOOK)
        target.parent.mkdir(parents=True, exist_ok=True)
        extra = f"\n{line}\n" if target == copy / module else ""
        target.write_text(path.read_text(encoding="utf-8") + extra, encoding="utf-8")
    found = violations(imports(copy))
    assert any(said in problem for problem in found) if said else not found
