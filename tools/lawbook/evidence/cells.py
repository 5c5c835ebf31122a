"""The cells that a run executes; and an executed notebook in the words of today's file."""

from __future__ import annotations

from typing import Any

# Before and after the notebook's own cells; both are taken out again.
START = (
    "import os as _os\n"
    "from lawbook.evidence.guard import install as _guard\n"
    "from lawbook.evidence.memory import limit as _limit\n"
    "_guard(_os.getcwd(), _os.environ['LAWBOOK_PROGRAMS'])\n"
    "print(_limit(int(float(_os.environ['LAWBOOK_MEMORY_GB']) * 2**30)))"
)
FINISH = (
    "import json as _json\n"
    "from lawbook.evidence.display import published as _published\n"
    "from lawbook.evidence.notebook import usage as _usage\n"
    "from lawbook.evidence.record import to_json as _to_json\n"
    "print(_json.dumps({'usage': _to_json(_usage()), 'records': _published()}))"
)


def read(source: str) -> Any:
    """The notebook in a file's text, without outputs."""
    import jupytext

    notebook = jupytext.reads(source, fmt="py:percent")
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i}"  # jupytext draws them at random
    return notebook


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
