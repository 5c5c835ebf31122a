"""The guides: every snippet on them runs, in the order of its page, and prints what stands beneath it.

One that imports PyTorch is run where PyTorch is installed: `make torch` does that.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).resolve().parents[1]
GUIDES = sorted((REPO / "docs" / "guides").glob("*.md"))
SNIPPET = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


def test_the_home_page_leads_to_each() -> None:
    home = (REPO / "docs" / "index.md").read_text(encoding="utf-8")
    assert {f"guides/{path.name}" for path in GUIDES} == set(re.findall(r"\((guides/[^)]*)\)", home))


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_its_snippets_print_what_they_say(
    path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # some write files
    monkeypatch.setenv("LAWBOOK_ROOT", str(REPO))
    text = path.read_text(encoding="utf-8")
    snippets = SNIPPET.findall(text)
    assert len(snippets) == text.count("```python\n") > 0
    assert sum(bool(printed) for _, printed in snippets) == text.count("```text\n")
    names: dict[str, Any] = {}
    for code, printed in snippets:
        if "import torch\n" in code and find_spec("torch") is None:
            continue
        exec(compile(code, path.name, "exec"), names)
        assert capsys.readouterr().out == printed
