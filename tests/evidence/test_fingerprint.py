"""The fingerprint of a notebook's code: the same meaning keeps it, and whatever could change a number changes it."""

from __future__ import annotations

import ast
import inspect
import shutil
import sys
from pathlib import Path
from typing import Any

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lawbook.evidence import fingerprint
from lawbook.evidence.fingerprint import Package

REPO = Path(__file__).resolve().parents[2]
LAWBOOK = REPO / "tools" / "lawbook"
NOTEBOOKS = sorted((REPO / "notebooks").glob("*/*.py")) + sorted((REPO / "tests/tinybook/notebooks").glob("*/*.py"))

HEAD = "# ---\n# jupyter: {}\n# ---\n\n"
NOTEBOOK = HEAD + (
    "# %% [markdown]\n# # A title\n\n# %%\nimport pack.sums as sums\nfrom pack import lazy_thing, tools\n"
    "from pack.tools import stretch as longer\n\n# %%\n# first\nx = longer(1.0)\ntools.Wide().grow(x)\n"
    'sums.total([1, 2], "a")\nlazy_thing()\n'
)
FILES = {
    "__init__.py": (
        '"""A package."""\nimport importlib\n\nLAZY = {"lazy_thing": ("pack.lazy", "thing"), "other": ("pack.unused", None)}\n\n\n'
        "def __getattr__(name):\n    module, attribute = LAZY[name]\n    loaded = importlib.import_module(module)\n"
        "    return loaded if attribute is None else getattr(loaded, attribute)\n"
    ),
    "lazy.py": "def thing():\n    return 7\n\n\ndef idle():\n    return 8\n",
    "unused.py": "SIZE = 3\nprint(SIZE)\n",
    "deep/__init__.py": "",
    "deep/scale.py": (
        "import numpy as np\nfrom ..base import FACTOR as F, Base\n\nSTEP = 0.5\nUNIT = 10\nTABLE = {}\nTABLE['a'] = 4\n\n\n"
        "def half(x):\n    # a comment\n    return helper(x) * STEP\n\n\ndef helper(x):\n    \"\"\"Help.\"\"\"\n    return x * F + 2\n\n\n"
        "def idle(x):\n    return x * UNIT - 3\n"
    ),
    "base.py": (
        "FACTOR = 3\nOTHER = 5\n\n\nclass Base:\n    \"\"\"A base.\"\"\"\n\n    size: int = 11\n\n    def grow(self, x):\n        return x + self.size\n\n\n"
        "def twice(n):\n    def wrap(f):\n        return lambda *a: f(*a) * n\n    return wrap\n"
    ),
    "tools.py": (
        "from pack.base import Base, twice\nfrom pack.deep import scale\n\n\n@twice(2)\ndef stretch(x, by=4.0):\n    return scale.half(x) * by\n\n\n"
        "class Wide(Base):\n    \"\"\"Wide.\"\"\"\n\n    rate = 0.25\n\n    def more(self):\n        from pack.local import late\n\n        return late()\n"
    ),
    "local.py": "def late():\n    return 21\n\n\ndef never():\n    return 22\n",
    "sums.py": "COUNT = 0\nCOUNT += 1\n\n\ndef total(xs, name):\n    return sum(x for x in xs) + COUNT\n\n\ndef COUNTED(COUNT):\n    return COUNT + 6\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small package of our own."""
    folder = tmp_path_factory.mktemp("own") / "pack"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def changed(pack: Path, file: str, old: str, new: str, notebook: str = NOTEBOOK) -> bool:
    """Whether an edit of one file of the package, or of the notebook, changes the fingerprint."""
    before = fingerprint.of(notebook, Package(pack))
    if file == "notebook":
        assert old in notebook
        return fingerprint.of(notebook.replace(old, new), Package(pack)) != before
    path = pack / file
    text = path.read_text()
    assert old in text
    try:
        path.write_text(text.replace(old, new))
        return fingerprint.of(notebook, Package(pack)) != before
    finally:
        path.write_text(text)


KEPT = [
    ("notebook", "# first", "# a comment, reworded"),
    ("notebook", "# first", "# %time x"),
    ("notebook", "# first", "# !python -m pack.lazy"),
    ("notebook", "# # A title", "# # Another title\n#\n# and a sentence"),
    ("notebook", "# %% [markdown]\n# # A title\n\n", ""),
    ("notebook", '"a"', "'a'"),
    ("notebook", "[1, 2]", "[\n    1,\n    (2),\n]"),
    ("notebook", "1.0", "1.00"),
    ("notebook", "x = longer", "x   =   longer"),
    ("deep/scale.py", "# a comment", "# another\n"),
    ("deep/scale.py", '"""Help."""', '"""Help, with more words.\n\n    And lines.\n    """'),
    ("deep/scale.py", '    """Help."""\n', ""),
    ("deep/scale.py", "STEP = 0.5", 'STEP = 0.5\n"""How far a step goes."""'),
    ("base.py", "size: int = 11", 'size: int = 11\n    """What is added."""'),
    ("deep/scale.py", "x * F + 2", "(x * F) + 2"),
    ("deep/scale.py", "UNIT - 3", "UNIT - 4"),  # a definition that nothing reaches
    ("deep/scale.py", "UNIT = 10", "UNIT = 12"),
    ("base.py", "OTHER = 5", "OTHER = 6"),
    ("base.py", '"""A base."""', '"""The base."""'),
    ("local.py", "22", "23"),
    ("lazy.py", "8", "9"),
    ("unused.py", "3", "4"),
    ("sums.py", "COUNT + 6", "COUNT + 7"),
    ("sums.py", "def COUNTED(COUNT)", "import math\n\n\ndef COUNTED(COUNT)"),  # nobody asks for it, and it does nothing
    ("deep/scale.py", "import numpy as np", "import numpy as np\nimport numpy.linalg"),
    ("__init__.py", '"""A package."""', '"""The package."""'),
]


@pytest.mark.parametrize(("file", "old", "new"), KEPT)
def test_the_same_meaning_keeps_the_fingerprint(pack: Path, file: str, old: str, new: str) -> None:
    assert not changed(pack, file, old, new)


CHANGED = [
    ("notebook", "1.0", "1"),
    ("notebook", "1.0", "-0.0"),
    ("notebook", "[1, 2]", "[1, 2.0]"),
    ("notebook", "[1, 2]", "(1, 2)"),
    ("notebook", '"a"', 'f"a"'),
    ("notebook", '"a"', 'b"a"'),
    ("notebook", "lazy_thing()", "lazy_thing();"),  # what it gives is not shown
    ("notebook", "lazy_thing()", '"a string that is shown"'),
    ("notebook", "x = longer", "\n# %%\nx = longer"),  # a value is shown at the end of a cell
    ("notebook", "\n# %%\n# first", "\n# %% tags=[\"raises-exception\"]\n# first"),
    ("notebook", "# jupyter: {}", "# jupyter: {kernelspec: {name: python2}}"),
    ("tools.py", "by=4.0", "by=4.5"),  # a default argument
    ("tools.py", "@twice(2)", "@twice(3)"),  # a decorator's argument
    ("tools.py", "rate = 0.25", "rate = 0.3"),
    ("tools.py", "class Wide(Base)", "class Wide(Base, object)"),
    ("tools.py", "import scale", "import scale2 as scale"),
    ("base.py", "x + self.size", "x - self.size"),  # a method of a base class
    ("base.py", "size: int = 11", "size: int = 12"),
    ("base.py", "f(*a) * n", "f(*a) + n"),  # what a decorator does
    ("base.py", "FACTOR = 3", "FACTOR = 4"),  # a constant imported under another name, by a relative import
    ("deep/scale.py", "import FACTOR as F", "import OTHER as F"),  # another target
    ("deep/scale.py", "STEP = 0.5", "STEP = 0.25"),
    ("deep/scale.py", "x * F + 2", "x * F + 3"),  # a helper's helper
    ("deep/scale.py", "TABLE['a'] = 4", "TABLE['a'] = 5"),  # done to something, not bound
    ("deep/scale.py", "import numpy as np", "import numpy as np\nimport patches"),  # another package could do anything
    ("deep/scale.py", "UNIT = 10", "np.float32 = float\nUNIT = 10"),  # a patch
    ("deep/scale.py", "UNIT = 10", "UNIT = np.seterr(all='raise')"),  # a call on the way
    ("deep/scale.py", "UNIT = 10", "if len(TABLE) == 1:\n    STEP = 9.0"),
    ("deep/scale.py", "def idle(x):", "@np.vectorize\ndef idle(x):"),  # a decorator may register what it is given
    ("deep/scale.py", "def idle(x):", "STEP: float = 2.0\ndef idle(x):"),
    ("deep/__init__.py", "", "import warnings\nwarnings.simplefilter('error')\n"),  # packages on the way run too
    ("deep/__init__.py", "", "from pack import unused\n"),  # and what they import
    ("local.py", "21", "20"),  # imported within a method
    ("lazy.py", "7", "6"),
    ("__init__.py", '"thing"', '"idle"'),
    ("__init__.py", "is None", "is not None"),
    ("sums.py", "COUNT += 1", "COUNT += 2"),
    ("sums.py", "COUNT = 0", "COUNT = 1"),
    ("sums.py", "COUNT += 1", "COUNT += 1\nfrom pack.base import *"),
    ("lazy.py", "def idle", "def idle("),  # no Python: the run itself will say so
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new"), CHANGED)
def test_whatever_may_change_a_number_changes_the_fingerprint(pack: Path, file: str, old: str, new: str) -> None:
    assert changed(pack, file, old, new)


UNSURE = [
    ("from pack.lazy import *\nthing()", "lazy.py", "return 8"),
    ("import pack.lazy\ngetattr(pack.lazy, 'th' + 'ing')", "lazy.py", "return 8"),
    ("from pack import lazy\nfor module in [lazy]:\n    module.thing()", "lazy.py", "return 8"),
    ("from pack import lazy\nlazy.__dict__", "lazy.py", "return 8"),
    ("import pack.deep\nlist(map(id, [pack]))", "local.py", "return 22"),
    ("from pack import sums\neval('sums.COUNTED')", "sums.py", "+ 6"),
    ("import importlib\nimportlib.import_module('pack.lazy').idle()", "lazy.py", "return 8"),
    ("import importlib\nn = 'y'\nimportlib.import_module(f'pack.laz{n}')", "lazy.py", "return 8"),
    ("from importlib import import_module as load\nload('pack' + '.lazy')", "lazy.py", "return 8"),
    ("import sys\nsys.modules['pack' + '.lazy']", "lazy.py", "return 8"),
    ("%run other.py", "lazy.py", "return 8"),
    ("!python -m pack.lazy", "lazy.py", "return 8"),
    ("import pack.tools, inspect\ninspect.getsource(pack.tools.stretch)", "base.py", '"""A base."""'),
    ("from pack import tools\nprint(tools.Wide.__doc__)", "tools.py", '"""Wide."""'),
    ("def f():\n    import pack.lazy as m\n    return m\nf().idle()", "lazy.py", "return 8"),
    ("class A:\n    from pack import lazy\nA.lazy.idle()", "lazy.py", "return 8"),
    ("def f():\n    global lazy\n    from pack import lazy\nf()\nlazy.idle()", "lazy.py", "return 8"),
    ("def f(x: 'lazy.idle'): ...\nfrom pack import lazy", "lazy.py", "return 8"),
    ("from pack import other as o\no.SIZE", "unused.py", "print(SIZE)"),
    ("import pack\npack.other.SIZE", "unused.py", "SIZE = 3"),
    ("[lazy.idle for lazy in (1,)]\nfrom pack import lazy\n[idle for idle in lazy.idle()]", "lazy.py", "return 8"),
    ("match 1:\n    case 1:\n        from pack import lazy\nlazy.idle()", "lazy.py", "return 8"),
]


@pytest.mark.parametrize(("cell", "file", "text"), UNSURE)
def test_what_the_text_does_not_decide_takes_the_whole(pack: Path, cell: str, file: str, text: str) -> None:
    new = text.replace("8", "80").replace("22", "220").replace("6", "60").replace("A base", "The base")
    new = new.replace("Wide", "Wider").replace("(SIZE)", "(-SIZE)").replace("= 3", "= 30")
    assert new != text
    assert changed(pack, file, text, new, HEAD + "# %%\n" + cell + "\n")


LAZY = (
    'import importlib\nT = {"t": ("pack.base", "f")}\n%s\ndef __getattr__(n):\n    m, a = T[n]\n'
    "    return getattr(importlib.import_module(m), a)\n"
)
TINY = {
    "__init__.py": "",
    "base.py": "F = 3\n\n\ndef f():\n    return F\n\n\ndef spare():\n    return 8\n",
    "note.py": "SEEN = []\n\n\ndef note(x):\n    SEEN.append(x)\n",
    "folder/inner.py": "V = 8\n",
}
SLY = [
    ("", "import importlib\nimportlib.import_module('pack').base.spare()", "base.py", "8", "9"),
    ("", "__import__('pack').base.spare()", "base.py", "8", "9"),
    ("", "import pack.note\n__import__('pack.note').base.spare()", "base.py", "8", "9"),
    ("", "from pack import base\nvars()['base'].spare()", "base.py", "8", "9"),
    ("", "from pack import base\nlocals()['base'].spare()", "base.py", "8", "9"),
    ("", "from pack.base import f\nf.__globals__['spare']()", "base.py", "8", "9"),
    ("", "from pack.base import f\ngetattr(f, '__globals__')['spare']()", "base.py", "8", "9"),
    ("", "import inspect\nfrom pack.base import f\ninspect.getmodule(f).spare()", "base.py", "8", "9"),
    ("", "import pkgutil\npkgutil.resolve_name('pack.base:spare')()", "base.py", "8", "9"),
    ("", "exec('from pack.base import spare')", "base.py", "8", "9"),
    ("", "from pack.folder import inner\ninner.V", "folder/inner.py", "8", "9"),  # a package without an __init__.py
    ("from .folder import inner\ndef g():\n    return inner.V\n", "from pack.use import g\ng()", "folder/inner.py", "8", "9"),
    ("def a_1():\n    return 1\nT = [v for k, v in vars().items() if k > 'a']\n", "from pack.use import T\nT", "use.py", "return 1", "return 2"),
    ("from builtins import eval as e\nX = 5\ndef g(n):\n    return e(n)\n", "from pack.use import g\ng('X')", "use.py", "5", "6"),
    ("def g():\n    'Text.'\n", "from pack.use import g\nlen(getattr(g, '__doc__'))", "use.py", "Text", "More text"),
    ("from pack.note import SEEN, note\ndef g(x: note(5)): ...\n", "import pack.use\nfrom pack.note import SEEN\nSEEN", "use.py", "note(5)", "note(6)"),
    ("from pack.note import SEEN, note\ndef g() -> note(5): ...\n", "import pack.use\nfrom pack.note import SEEN\nSEEN", "use.py", "note(5)", "note(6)"),
    ("\ufefffrom pack.base import f as g\n", "from pack.use import g\ng()", "base.py", "3", "4"),
    ("from pack.base import F\nF = 5\n", "from pack.use import F\nF", "use.py", "from pack.base import F\nF = 5", "F = 5\nfrom pack.base import F"),
    ("from math import e\nfrom pack.base import F as e\n", "from pack.use import e\ne", "use.py", "from math import e\nfrom pack.base import F as e\n", "from pack.base import F as e\nfrom math import e\n"),
    ("from pack.base import *\nfrom math import *\n", "from pack.use import F\nF", "use.py", "from pack.base import *\nfrom math import *\n", "from math import *\nfrom pack.base import *\n"),
    ("F = 1\nfrom pack.base import *\n", "from pack.use import F\nF", "use.py", "F = 1\nfrom pack.base import *\n", "from pack.base import *\nF = 1\n"),
    ("import pack.note\nprint(1)\nimport pack.base\n", "import pack.use", "use.py", "print(1)\nimport pack.base", "import pack.base\nprint(1)"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "cell", "file", "old", "new"), SLY)
def test_a_sly_way_to_another_number_is_found(
    tmp_path: Path, use: str, cell: str, file: str, old: str, new: str
) -> None:
    for name, text in (TINY | {"use.py": use or "pass\n"}).items():
        (tmp_path / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / name).write_text(text, encoding="utf-8")
    assert changed(tmp_path / "pack", file, old, new, HEAD + "# %%\n" + cell + "\n")


@pytest.mark.parametrize("line", ['T["t"] = ("pack.note", "note")', 'T.update(t=("pack.note", "note"))', "U = T"])
def test_a_lazy_table_that_something_else_touches_is_not_believed(tmp_path: Path, line: str) -> None:
    for name, text in (TINY | {"__init__.py": LAZY % line}).items():
        (tmp_path / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / name).write_text(text, encoding="utf-8")
    notebook = HEAD + "# %%\nfrom pack import t\nt()\n"
    assert changed(tmp_path / "pack", "note.py", "append(x)", "append(-x)", notebook)


@pytest.mark.parametrize(
    "text",
    [
        '# %% tags=["active-ipynb"]\n# x = 8\n',
        '# %% active="ipynb"\n# x = 8\n',
        '# %% language="R"\n# x <- 8\n',
        '# %%\nx = """\n# %% [markdown]\n# 8\n"""\n',
    ],
)
def test_what_the_notebook_format_reads_otherwise_counts_letter_by_letter(pack: Path, text: str) -> None:
    ran = [c["source"] for c in jupytext.reads(HEAD + text, fmt="py:percent").cells if c["cell_type"] == "code"]
    assert "8" in "".join(ran)
    assert changed(pack, "notebook", "8", "9", HEAD + text)


@pytest.mark.parametrize(
    "cell",
    [
        "def f(lazy): return lazy.idle\nfrom pack import lazy\nlazy.thing()",
        "from pack.lazy import thing\nidle = 3\nthing() + idle",
        "import pack.lazy as m\n(lambda idle: idle)(m.thing())",
        "from pack import lazy\n{idle: idle for idle in [lazy.thing()]}",
        "import sys\n'pack.lazy' in sys.modules",
    ],
)
def test_a_name_of_ones_own_reaches_nothing(pack: Path, cell: str) -> None:
    notebook = HEAD + "# %%\n" + cell + "\n"
    assert changed(pack, "lazy.py", "8", "80", notebook) is ("modules" in cell)  # a string that names it takes it
    reached = fingerprint.of(notebook, Package(pack))["modules"].get("pack.lazy", [])
    assert [name for name, _ in reached] in (
        [],
        ["thing"],
        ["thing", "idle"] if "modules" in cell else ["thing"],
        ["idle", "thing"],
    )
    assert "modules" in cell or changed(pack, "lazy.py", "7", "70", notebook)


@pytest.mark.parametrize(("use", "by_text"), [("open(HERE).read()", True), ("len(HERE)", False)])
def test_a_module_that_reads_its_own_file_counts_by_its_text(tmp_path: Path, use: str, by_text: bool) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    (tmp_path / "pack" / "own.py").write_text(f"HERE = __file__\n\n\ndef f():\n    # a comment\n    return {use}\n")
    notebook = HEAD + "# %%\nfrom pack.own import f\nf()\n"
    assert changed(tmp_path / "pack", "own.py", "# a comment", "# a", notebook) is by_text


def test_every_statement_of_a_cell_counts_in_its_own_cell() -> None:
    head, cells = fingerprint.code_cells(
        HEAD.rstrip() + '\nx = 1\n\n# %% [markdown]\n# a\n\n# %% b\n\ny = """\n"""\n\n# %%\n'
    )
    assert (head, cells) == (HEAD.rstrip() + "\n", [("", "x = 1"), ("b", '\ny = """\n"""'), ("", "")])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_the_cells_of_a_file_are_those_that_are_run(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ran = [c["source"] for c in jupytext.reads(text, fmt="py:percent").cells if c["cell_type"] == "code"]
    assert [source for _, source in fingerprint.code_cells(text)[1]] == ran


# The real package

REAL = HEAD + (
    "# %%\nfrom lawbook.lab.training.flow import gradient_flow\nfrom lawbook.lab.models import networks\n\n# %%\n"
    "import jax\nimport numpy as np\njax.config.update('jax_enable_x64', True)\nrng = np.random.default_rng(0)\nparams = networks.initialise([2, 3, 1], rng)\n\n\n"
    "def loss(p, x):\n    return (networks.forward(p, x, networks.ACTIVATIONS['tanh']) ** 2).sum()\n\n\n"
    "gradient_flow(loss, params, [0.0, 0.01], args=np.ones((4, 2)), tolerance=1e-3)\n"
)
REACHED = {
    "lab/training/flow.py": ("MAX_STEPS", "gradient_flow", "_solve"),  # the last only through the second
    "lab/models/networks.py": ("ACTIVATIONS", "initialise", "forward"),
}
NOT_REACHED = {
    "lab/training/flow.py": ("heavy_ball_flow", "_newton"),
    "lab/models/networks.py": ("batch_normalise",),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this package to edit."""
    folder = tmp_path_factory.mktemp("copy") / "lawbook"
    shutil.copytree(LAWBOOK, folder, ignore=shutil.ignore_patterns("__pycache__", "templates"))
    return folder


def numbers(definitions: dict[str, tuple[str, ...]]) -> list[tuple[str, ast.Constant]]:
    """The numbers that stand in some definitions of the package: file and place."""
    found = []
    for file, names in definitions.items():
        body = ast.parse((LAWBOOK / file).read_text(encoding="utf-8")).body
        mine = [node for node in body if set(bound(node)) & set(names)]
        assert len(mine) == len(names)
        parts = [part for node in mine for part in ast.walk(node)]
        found += [(file, p) for p in parts if isinstance(p, ast.Constant) and type(p.value) in (int, float)]
    return found


def bound(node: ast.stmt) -> list[str]:
    """The names that a statement of a module's top level defines or assigns."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def with_number(file: str, place: ast.Constant, value: float) -> str:
    """The text of a module with another number in a place."""
    lines = (LAWBOOK / file).read_bytes().splitlines(keepends=True)
    line = lines[place.lineno - 1]
    lines[place.lineno - 1] = line[: place.col_offset] + repr(value).encode() + line[place.end_col_offset :]
    return b"".join(lines).decode()


@given(st.sampled_from(numbers(REACHED)), st.one_of(st.integers(0, 99), st.floats(0, 99)))
def test_a_number_of_a_reached_definition_changes_the_fingerprint(
    copy: Path, place: tuple[str, ast.Constant], value: float
) -> None:
    file, number = place
    same = type(value) is type(number.value) and value == number.value
    assert edited(copy, file, with_number(file, number, value)) is not same


@given(st.sampled_from(numbers(NOT_REACHED)), st.one_of(st.integers(0, 99), st.floats(0, 99)))
def test_a_number_of_another_definition_does_not(copy: Path, place: tuple[str, ast.Constant], value: float) -> None:
    file, number = place
    assert not edited(copy, file, with_number(file, number, value))


def edited(copy: Path, file: str, text: str) -> bool:
    """Whether another text of a module changes the fingerprint."""
    before = (copy / file).read_text(encoding="utf-8")
    try:
        (copy / file).write_text(text, encoding="utf-8")
        return fingerprint.of(REAL, Package(copy)) != fingerprint.of(REAL, Package(LAWBOOK))
    finally:
        (copy / file).write_text(before, encoding="utf-8")


def test_what_a_notebook_executes_it_reaches(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held against the interpreter: every function of ours that is called stands in a statement that is reached."""
    monkeypatch.chdir(tiny)
    for text in (REAL, (tiny / "notebooks/scaling/halving2001.py").read_text(encoding="utf-8")):
        called = set[tuple[str, int]]()

        def note(frame: Any, event: str, _: Any, called: set[tuple[str, int]] = called) -> None:
            code = frame.f_code
            is_function = code.co_flags & inspect.CO_OPTIMIZED  # neither a module nor the body of a class
            if event == "call" and is_function and code.co_filename.startswith(str(LAWBOOK)):
                called.add((code.co_filename, code.co_firstlineno))

        program = compile("\n".join(source for _, source in fingerprint.code_cells(text)[1]), "cells", "exec")
        if "jax" in sys.modules:  # what a former test listens to is not of this notebook
            sys.modules["jax"].monitoring.clear_event_listeners()
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            exec(program, {"__name__": "__main__"})
        finally:
            sys.setprofile(before)
        reached = fingerprint.of(text, Package(LAWBOOK))["modules"]
        assert len(called) >= 4
        for file, line in called:
            name = ".".join(["lawbook", *Path(file).relative_to(LAWBOOK).with_suffix("").parts])
            name = name.removesuffix(".__init__")
            body = ast.parse(Path(file).read_text(encoding="utf-8")).body
            (node,) = [n for n in body if start(n) <= line <= (n.end_lineno or 0)]
            assert set(bound(node)) & {word for names, _ in reached.get(name, []) for word in names.split()}, (
                name,
                line,
            )


def start(node: ast.stmt) -> int:
    """The line where a statement begins, with its decorators."""
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


def test_the_lazy_names_of_the_real_package_are_followed_one_by_one(tiny: Path) -> None:
    made = fingerprint.of((tiny / "notebooks/geometry/corner2002.py").read_text(encoding="utf-8"), Package(LAWBOOK))
    assert made["texts"].keys() <= {"lawbook.reference.made_by"}  # which hashes the package, and is part of no key
    reached = {name for names, _ in made["modules"]["lawbook.evidence.notebook"] for name in names.split()}
    assert {"open", "OpenEntry"} <= reached
    assert ["rng"] in [names.split() for names, _ in made["modules"]["lawbook.evidence.setting"]]
    assert "missing" not in reached


def test_nobody_is_stale_for_the_way_pages_are_made(copy: Path) -> None:
    assert not edited(copy, "site/charts.py", "SIZE = 1\n")
    assert not edited(copy, "cli/common.py", "this is no Python\n")


def test_that_a_module_can_be_called_is_no_part_of_what_its_names_are(copy: Path) -> None:
    notebook = f"{HEAD}# %%\nfrom lawbook.measure.sharpness import top_eigenpairs\n\ntop_eigenpairs(abs, 3)\n"
    file = copy / "measure" / "sharpness.py"
    before = file.read_text(encoding="utf-8")
    lines = [line for line in before.splitlines(keepends=True) if "callable_module(" not in line]
    assert len(lines) == before.count("\n") - 1
    try:
        file.write_text("".join(lines), encoding="utf-8")
        assert fingerprint.of(notebook, Package(copy)) == fingerprint.of(notebook, Package(LAWBOOK))
    finally:
        file.write_text(before, encoding="utf-8")
