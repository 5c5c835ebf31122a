"""The cells that a run executes; and an executed notebook in the words of today's file."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Any

# Before and after the notebook's own cells; both are taken out again. What turns `%time`, `!ls` or a lone `ls` into
# calls is switched off: a cell is Python, and nothing else.
START = (
    "import logging as _logging\n"
    "import os as _os\n"
    "from lawbook.evidence.guard import install as _guard\n"
    "from lawbook.evidence.memory import limit as _limit\n"
    "_shell = get_ipython()\n"
    "_shell.automagic = False\n"
    "_reads = _shell.input_transformer_manager\n"
    "_reads.cleanup_transforms, _reads.line_transforms, _reads.token_transformers = [], [], []\n"
    "_logging.getLogger('matplotlib.font_manager').setLevel('ERROR')\n"  # a note on a slow start is no output
    "_guard(_os.getcwd(), _os.environ['LAWBOOK_PROGRAMS'])\n"
    "print(_limit(float(_os.environ['LAWBOOK_MEMORY_GB']) * 2**30))"
)
FINISH = (
    "import json as _json\n"
    "from lawbook.evidence.display import published as _published\n"
    "from lawbook.evidence.notebook import usage as _usage\n"
    "from lawbook.evidence.record import to_json as _to_json\n"
    "print(_json.dumps({'usage': _to_json(_usage()), 'records': _published()}))"
)
FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}  # a comment stays one
OPTIONS = ("active", "language", "magic_args")  # of a cell, which make another language or nothing of it

_HEAD = re.compile(r"\A# ---\r?\n(?:#.*\r?\n)*?# ---\s*$", re.MULTILINE)
_MARKER = re.compile(r"\s*#\s*(%%|<codecell>|In\[[0-9 ]*\]:?\s*$)")
_COMMAND = re.compile(
    r"\s*(?:[%!?,;/]|[\w.,\s]+=\s*[%!]|(?:cat|cd|cp|echo|ls|man|mkdir|mv|pip|conda|rm|rmdir)\b)|.*\?\s*$"
)


def read(source: str) -> Any:
    """The notebook in a file's text, without outputs."""
    import jupytext

    notebook = jupytext.reads(source, fmt=dict(FORMAT))
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i}"  # jupytext draws them at random
    return notebook


def lines(source: str, notebook: Any) -> list[list[int]]:
    """Where the text of each cell stands: of every line of it, the line of the file, both counted from 1.

    Arguments:
        source: the text of a file.
        notebook: what `read` makes of it.

    Returns:
        A list a cell. A cell's entry is longer than the cell where lines are not shown, such as quotes around text.
    """
    whole = source.splitlines(keepends=True)  # as jupytext does it, which also ends a line at a form feed
    physical, number = [], 1
    for line in whole:
        physical.append(number)
        number += line.endswith(("\n", "\r"))
    head = _HEAD.match(source)
    at = head[0].count("\n") + 1 if head else 0
    found: list[list[int]] = []
    for cell in notebook.cells:
        mine = cell["source"].splitlines()
        if not found and cell["cell_type"] == "raw" and cell["source"].startswith("---"):
            found.append([1])  # what the head says beside its settings
            continue
        start = next((k + 1 for k in range(at, len(whole)) if _MARKER.match(whole[k])), len(whole))
        if found in ([], [[1]]):  # what stands before the first marker is a cell too
            before = [k for k in range(at, start) if [line.rstrip("\r\n") for line in whole[k : k + len(mine)]] == mine]
            start = before[0] if mine and before else start
        found.append(physical[start:] or [number])
        at = start + len(mine)
    return found


def refusal(source: str, notebook: Any) -> tuple[int, str] | None:
    """The first thing in a notebook that is a command of Jupyter and no Python: its line, and a sentence about it."""
    for cell, at in zip(notebook.cells, lines(source, notebook), strict=True):
        if cell["cell_type"] == "markdown":
            continue
        option = next((name for name in OPTIONS if name in cell["metadata"]), None)
        if option is not None:
            return max(
                1, at[0] - 1
            ), f"found the option {option!r} of a cell, expected none: a run executes Python cells"
        if cell["cell_type"] != "code":
            continue
        try:
            compile(cell["source"], "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            here = cell["source"].split("\n")
            number = min(error.lineno or 1, len(here))
            said = here[number - 1].strip()
            if _COMMAND.match(said):
                told = said if len(said) <= 60 else f"{said[:59]}…"
                what = f"found the command `{told}`, expected Python: a run executes no magics and no shell commands"
                return at[min(number, len(at)) - 1], what
        except (ValueError, RecursionError, MemoryError):
            continue  # a NUL, or nested too deeply: the kernel will say so
    return None


@lru_cache(maxsize=256)
def texts(source: str) -> tuple[tuple[str, str], ...]:
    """The type and the text of each cell of a file."""
    return tuple((cell["cell_type"], cell["source"]) for cell in read(source).cells)


def refreshed(executed: dict[str, Any], source: str) -> dict[str, Any]:
    """An executed notebook with the text and the comments of today's file, whose code means the same.

    Arguments:
        executed: the notebook of a run that is current.
        source: the text of its file now.

    Returns:
        the cells of the file, each code cell with the outputs of the run's.

    Raises:
        ValueError: the two have not as many code cells: the file is not what was run.
    """
    cells = read(source).cells
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    ran = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    if len(code) != len(ran):
        raise ValueError(f"found {len(code)} code cells in the file, expected the {len(ran)} of its run: run it again")
    for cell, before in zip(code, ran, strict=True):
        cell["outputs"], cell["execution_count"] = before["outputs"], before["execution_count"]
    return executed | {"cells": cells}
