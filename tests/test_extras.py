"""Optional parts are asked for by name."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from lawbook import extras

REPO = Path(__file__).resolve().parents[1]


def test_what_is_missing_is_named_with_the_part_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    extras.require("lab", "json", "re")
    with pytest.raises(ModuleNotFoundError, match=r'^nowhere2 not installed: pip install "lawbook\[lab\]"$') as raised:
        extras.require("lab", "json", "nowhere2")
    assert raised.value.name == "nowhere2"


def test_a_module_is_called_as_a_function_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("door")
    monkeypatch.setitem(sys.modules, "door", module)
    assert extras.callable_module("door", "json", "dumps") is module
    assert module([1, 2], indent=None) == "[1, 2]"  # type: ignore[operator]
    with pytest.raises(TypeError, match="unexpected keyword argument 'nothing'"):
        module([1], nothing=1)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("module", "extra"),
    [("jax.numpy", "lab"), ("sklearn", "lab"), ("mkdocs.config", "site"), ("nbclient", "evidence"), ("altair", "site"),
     ("vl_convert", "site"), ("numpy", None), ("nowhere2", None)],
)  # fmt: skip
def test_the_part_is_looked_up_in_the_metadata(module: str, extra: str | None) -> None:
    assert extras.extra_of(module) == extra


HIDE = """
import sys
def hiding(finder):
    class Hidden:
        def find_spec(self, name, path=None, target=None):
            return None if name.split(".")[0] in {hidden!r} else finder.find_spec(name, path, target)
        def __getattr__(self, name):
            return getattr(finder, name)
    return Hidden()
sys.meta_path[:] = map(hiding, sys.meta_path)
"""


def without(hidden: tuple[str, ...], code: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run `code` in a Python that lacks the modules `hidden`."""
    text = HIDE.format(hidden=hidden) + code
    return subprocess.run([sys.executable, "-c", text], cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("command", "missing", "part"),
    [
        (["site", "--no-run"], "mkdocs", "site"),
        (["pages", "--out", "x"], "mkdocs", "site"),
        (["run", "halving2001"], "jupytext", "evidence"),
    ],
)
def test_the_command_line_names_the_part_in_one_line(command: list[str], missing: str, part: str, tiny: Path) -> None:
    hidden = ("mkdocs", "jinja2", "nbclient", "nbformat", "jupytext", "jax", "scipy")
    code = f"sys.argv = ['lawbook', *{command}]\nfrom lawbook.cli import main\nmain()"
    done = without(hidden, code, tiny)
    assert done.returncode == 2
    assert done.stderr == f'lawbook: this needs {missing}, which is not installed: pip install "lawbook[{part}]"\n'


# pydantic_core comes with pydantic, which has the types of its errors there
CORE = {"markdown_it", "math_core", "numpy", "pybtex", "pydantic", "pydantic_core", "pylatexenc", "rich", "sympy"}
CORE |= {"markupsafe", "packaging", "typer", "yaml"}


def test_every_module_that_is_imported_belongs_to_the_core_or_to_a_part() -> None:
    imported = set()
    for path in (REPO / "tools" / "lawbook").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            imported |= {name.partition(".")[0] for name in names}
    assert {"jax", "mkdocs", "jupytext", "jinja2"} <= imported
    others = imported - CORE - set(sys.stdlib_module_names) - {"lawbook"}
    assert [name for name in sorted(others) if extras.extra_of(name) is None] == []


def test_entries_formulas_and_notebooks_need_the_core_alone(tiny: Path) -> None:
    code = (
        "import lawbook\n"
        "print(lawbook.formula('halving2001')(n=4, b=0.5, spread=1))\n"
        "print(lawbook.notebook.open('halving2001').entry.paper)\n"
        "import lawbook.reference.catalog as c, pathlib\n"
        "print(c.load(pathlib.Path('.'))[1])\n"
    )
    hidden = (
        "jax",
        "scipy",
        "sklearn",
        "matplotlib",
        "mkdocs",
        "jupytext",
        "nbclient",
        "nbformat",
        "altair",
        "IPython",
    )
    done = without(hidden, code, tiny)
    assert (done.stdout, done.stderr) == ("0.5\nhalving2001\n[]\n", "")


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("lawbook.measure", "jax, scipy"),
        ("import lawbook.measure.powerlaw", "jax, scipy"),
        ("import lawbook.lab.plot", "jax, scipy"),
        ("lawbook.fit('halving2001', lawbook.runs({'n': [1, 2, 3], 'loss': [3, 2, 1]}, n='n'))", "scipy"),
        ("lawbook.notebook.open('halving2001').fit('inverse-root', x={'n': [1, 2, 3]}, y=[3, 2, 1], free={'b': 1.0}, given={'spread': 3.0})", "scipy"),
    ],
)  # fmt: skip
def test_what_needs_more_names_the_part(code: str, missing: str, tiny: Path) -> None:
    done = without(("jax", "scipy"), f"import lawbook\n{code}", tiny)
    told = done.stderr.splitlines()[-1]
    part = "fit" if code.startswith("lawbook.fit") else "lab"
    assert told == f'ModuleNotFoundError: {missing} not installed: pip install "lawbook[{part}]"'
