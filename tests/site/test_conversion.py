"""Notebooks converted once for a content, with nothing loaded that is not needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lawbook.site import conversion
from lawbook.site.conversion import Conversions


def notebook(title: str) -> str:
    """A notebook with a heading and a wide output, made ready."""
    output = {
        "output_type": "display_data",
        "data": {"text/html": "<table><tr><td>1</td></tr></table>"},
        "metadata": {},
    }
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# {title}\n\n## More"},
        {"cell_type": "code", "id": "b", "metadata": {}, "source": "x = 1", "outputs": [output], "execution_count": 1},
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def test_a_page_has_its_cells_and_headings() -> None:
    made = conversion.convert(notebook("One"))
    assert made.title == "One"
    assert [line["id"] for line in made.toc[0]["children"]] == ["more"]
    assert made.html.startswith('<div class="jupyter-wrapper">')
    assert '<h1 id="one">One</h1>' in made.html
    assert 'jp-OutputArea-output" tabindex="0">' in made.html


def test_what_is_kept_is_not_made_again_and_what_is_gone_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = notebook("One"), notebook("Two")
    Conversions(tmp_path).make([one, two])
    monkeypatch.setattr(conversion, "convert", None)
    kept = Conversions(tmp_path)
    kept.make([one])
    assert kept.of(one).title == "One"
    assert len(list(tmp_path.glob("*"))) == 1


def test_many_are_made_by_several_processes_and_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion.os, "cpu_count", lambda: 2)
    texts = [notebook(f"Number {i}") for i in range(2)]
    alone = [conversion.convert(text) for text in texts]
    monkeypatch.setattr(conversion, "FEW", 1)
    monkeypatch.setattr(conversion, "convert", None)  # in this process
    made = Conversions(tmp_path)
    made.make(texts)
    assert [made.of(text) for text in texts] == alone


def test_a_module_that_was_put_off_is_loaded_when_it_is_used() -> None:
    code = (
        "import sys; from lawbook.site.later import put_off; put_off('jupytext', 'json')\n"
        "import jupytext; assert 'jupytext.jupytext' not in sys.modules\n"
        "jupytext.reads; assert 'jupytext.jupytext' in sys.modules\n"
        "import jupytext; print(jupytext.__file__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("__init__.py\n")
