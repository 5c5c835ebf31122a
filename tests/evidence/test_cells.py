"""What is executed is the Python of a file and nothing of its comments; what breaks is told at the line where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lawbook.evidence import cells, keys, store
from lawbook.reference.catalog import load

NOTEBOOKS = sorted(Path(__file__).parents[2].glob("notebooks/*/*.py"))

COMMENTS = [
    "# %age of the data",
    "# !important: keep this",
    "# %time x = 1",
    "#%matplotlib inline",
    "# %%bash of a mouse",
    "# ls -l",
    "# cd ..",
    "# rm -rf /",
    "#!ls",
    "# x = %sql select",
    "# files = !ls",
    "# why?",
    "# ?why",
    "#   !indented",
    "    # %nested",
    "## %twice",
]


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_comment_stays_a_comment(comment: str) -> None:
    source = f"# %%\nx = 1\nif x:\n    pass\n{comment}\ny = 2\n"
    (cell, *rest) = cells.read(source).cells
    assert comment in "\n".join([cell["source"], *(f"# {c['metadata'].get('title', '')}" for c in rest)]) or rest
    assert cells.refusal(source, cells.read(source)) is None
    for found in (cell, *rest):
        compile(found["source"], "cell", "exec")
        assert not any(word in found["source"] for word in ("\n%", "\n!", "run_line_magic"))


def test_a_head_cannot_make_commands_of_comments() -> None:
    head = "# ---\n# jupyter:\n#   jupytext:\n#     comment_magics: true\n#     formats: py:percent\n# ---\n\n"
    source = f"{head}# %%\n# %time x\n# !ls\n"
    (cell,) = cells.read(source).cells
    assert cell["source"] == "# %time x\n# !ls"


COMMANDS = [
    ("%time x = 1", "%time x = 1", 0),
    ("x = 1\n%matplotlib inline", "%matplotlib inline", 1),
    ("!rm -rf x", "!rm -rf x", 0),
    ("if True:\n    !ls", "!ls", 1),
    ("files = !ls", "files = !ls", 0),
    ("a, b = %sql x", "a, b = %sql x", 0),
    ("%%bash\nls", "%%bash", 0),
    ("print?", "print?", 0),
    ("?print", "?print", 0),
    ("cd ..", "cd ..", 0),
    ("pip install x", "pip install x", 0),
    ("/print 1", "/print 1", 0),
    (",print a b", ",print a b", 0),
]


@pytest.mark.parametrize(("cell", "told", "at"), COMMANDS)
def test_a_command_of_jupyter_is_refused_at_its_line(cell: str, told: str, at: int) -> None:
    source = f"# %% [markdown]\n# {told}\n\n# %%\n\n{cell}\n"
    found = cells.refusal(source, cells.read(source))
    what = f"found the command `{told}`, expected Python: a run executes no magics and no shell commands"
    assert found == (6 + at, what)


@pytest.mark.parametrize("option", ['active="ipynb"', 'magic_args="x"'])
def test_an_option_that_makes_another_language_of_a_cell_is_refused(option: str) -> None:
    source = f"# %%\nx = 1\n\n# %% {option}\n# import os\n"
    found = cells.refusal(source, cells.read(source))
    assert found is not None
    assert found[0] == 4
    assert found[1].endswith("of a cell, expected none: a run executes Python cells")


def test_another_language_is_refused() -> None:
    source = '# %% language="bash"\n# ls\n'
    assert cells.refusal(source, cells.read(source)) is not None


@pytest.mark.parametrize("cell", ["x = (", "def f(:", "\x00", "x = " + "-" * 900 + "1", "await f()", "x = 7 % 3"])
def test_what_is_no_command_is_the_kernels_to_tell(cell: str) -> None:
    source = f"# %%\n{cell}\n"
    assert cells.refusal(source, cells.read(source)) is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_line_of_every_notebook_is_found(path: Path) -> None:
    source = path.read_text()
    notebook, physical = cells.read(source), source.split("\n")
    assert cells.refusal(source, notebook) is None
    for cell, at in zip(notebook.cells, cells.lines(source, notebook), strict=True):
        if cell["cell_type"] == "code":
            assert [physical[number - 1] for number in at[: cell["source"].count("\n") + 1]] == cell["source"].split(
                "\n"
            )


@pytest.mark.parametrize(
    ("source", "starts"),
    [
        ("# hello\nx=1\n\n# %%\n1/0\n", [1, 5]),
        ('# %%\nx="""\n# %% no\n"""\n# %%\n1/0', [2, 6]),
        ("\n\nx=1\n# %%\n\n\ny=2\n", [1, 5]),
        ("# ---\n# title: T\n# ---\nx=1\n", [1, 4]),
        ('# %% [markdown]\n"""\nhi\n1/0\n"""\n\n# %%\n1/0\n', [2, 8]),
        ("# %%\nx = 1\x0c\n\n1/0\n# %%\n2/0", [2, 6]),
        ("# %%\r\nx = 1\r\n\r\n# %%\r\n1/0\r\n", [2, 5]),
        ("# %% a title\nx = 1\n# %%% deeper\ny = 2\n", [2, 4]),
        ("", []),
    ],
)
def test_where_cells_begin(source: str, starts: list[int]) -> None:
    assert [at[0] for at in cells.lines(source, cells.read(source))] == starts


def _broken(tiny: Path, body: str) -> str:
    path = tiny / "notebooks/geometry/corner2002.py"
    path.write_text("# %% [markdown]\n# " + "\n# ".join(body.splitlines()) + "\n\n# %%\n" + body)
    return path.read_text()


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("x = 1\n\n# %%\nx = 2\n\n# %%\nx = 1\n1 / 0\n", "1 / 0", "ZeroDivisionError: division by zero"),
        (
            "def f():\n    1 / 0\n\n# %%\nf()\n\n# %%\nf()\n",
            "    1 / 0",
            "ZeroDivisionError: division by zero",
        ),
        ('raise ValueError("Cell In[77], line 1")\n', 'raise ValueError("Cell In[77], line 1")', "ValueError: Cell In[77], line 1"),
        ("x = 1\n# %age of\nx = (\n", "x = (", "_IncompleteInputError: incomplete input"),
    ],
    ids=["a sentence twice", "in a function", "a message like a frame", "no Python"],
)  # fmt: skip
def test_an_error_is_told_at_its_own_line(tiny: Path, run_with: Any, body: str, line: str, message: str) -> None:
    lines = _broken(tiny, body).splitlines()
    at = len(lines) - lines[::-1].index(line)
    found = run_with()
    assert found.status == "error"
    assert found.message.startswith(f"notebooks/geometry/corner2002.py:{at}: ")
    assert message.split(": ")[-1] in found.message


def test_a_refused_notebook_starts_no_kernel_and_says_its_line(tiny: Path, run_with: Any) -> None:
    found = run_with("# %age of it\n!touch here")
    at = (tiny / "notebooks/geometry/corner2002.py").read_text().splitlines().index("!touch here") + 1
    assert (found.status, found.seconds) == ("error", 0)
    assert found.message.startswith(f"notebooks/geometry/corner2002.py:{at}: found the command `!touch here`, expected")
    assert not (tiny / "here").exists()


def test_comments_like_commands_run_nothing(tiny: Path, run_with: Any) -> None:
    (tiny / "ls").write_text("")
    found = run_with("# %age of it\n# !touch here\n# %time x\nls = 5\nls\n")
    assert found.status == "finished"
    assert not (tiny / "here").exists()
    assert store.current_run(load(tiny)[0], "corner2002", "quick", 0) == found


def test_a_lone_word_is_no_command(tiny: Path, run_with: Any) -> None:
    assert "NameError: name 'ls' is not defined" in run_with("ls").message


def test_a_comment_like_a_command_is_no_part_of_a_key(tiny: Path) -> None:
    path = tiny / "notebooks/geometry/corner2002.py"
    before = keys.run_key(load(tiny)[0], "corner2002", "quick", 0)
    path.write_text(path.read_text().replace("# %%\n", "# %%\n# %age of it\n# !important\n", 1))
    assert keys.run_key(load(tiny)[0], "corner2002", "quick", 0) == before
