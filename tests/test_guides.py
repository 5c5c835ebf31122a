"""The guides: every snippet on them runs, in the order of its page, and prints what stands beneath it."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).resolve().parents[1]
GUIDES = sorted((REPO / "docs" / "guides").glob("*.md"))


def test_the_home_page_leads_to_each() -> None:
    home = (REPO / "docs" / "index.md").read_text(encoding="utf-8")
    assert {f"guides/{path.name}" for path in GUIDES} == set(re.findall(r"\((guides/[^)]*)\)", home))


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_its_snippets_print_what_they_say(path: Path) -> None:
    blocks = re.findall(r"^```pycon\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    names: dict[str, Any] = {}
    for number, block in enumerate(blocks, 1):
        test = doctest.DocTestParser().get_doctest(block, names, f"{path.name}, snippet {number}", str(path), 0)
        out: list[str] = []
        found = doctest.DocTestRunner().run(test, out=out.append, clear_globs=False)
        assert found.attempted
        assert not found.failed, "".join(out)
        names = test.globs
