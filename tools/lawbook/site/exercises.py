"""What to try next: the exercises at the end of a notebook."""

from __future__ import annotations

import re

HEADING = "## What to try next"
_END = re.compile(r"^(?:# %%|# #{1,2} |[^#\s])", re.MULTILINE)


def of(notebook: str) -> str:
    """The exercises as Markdown; nothing where the notebook has none.

    Arguments:
        notebook: The text of the notebook, a `.py` file with cells in comments.
    """
    _, mark, rest = notebook.partition(f"\n# {HEADING}\n")
    if not mark:
        return ""
    end = _END.search(rest)
    lines = rest[: end.start() if end else None].split("\n")
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines).strip()
