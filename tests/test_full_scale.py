"""The script that says what a notebook costs at full scale."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from lawbook.evidence import display

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
import full_scale

NOTEBOOK = """# %% [markdown]
# # A story

# %%
import numpy as np
from lawbook import notebook
from lawbook.lab.models import characters

law = notebook.open("cohen2021")
text = np.arange(400, dtype=np.uint8) % 4
characters.train(text, characters.windows(text), hidden=8, vocabulary=4, log_at=[3, 5], rng=notebook.rng())

# %%
law.check("critical-step", measured=2.0, error=0.001)
law.check("loss-rises-on-many-steps", measured=0.0, error=0.001)
"""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What a run of `NOTEBOOK` prints; what it replaces is put back."""
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    monkeypatch.setattr(display, "show", display.show)
    for module, function, _ in full_scale.COUNTED:
        found = importlib.import_module(module)
        monkeypatch.setattr(found, function, getattr(found, function))
    full_scale.run(NOTEBOOK, "story.py")
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_checks_that_hold_and_that_do_not(told: list[dict[str, Any]]) -> None:
    assert told[-1]["right"] == "1 of 2"
    assert told[-1]["wrong"] == ["check loss-rises-on-many-steps"]
    assert [line["record"] for line in told if "record" in line] == [
        "check critical-step",
        "check loss-rises-on-many-steps",
    ]


def test_operations_are_six_for_each_weight_and_sample(told: list[dict[str, Any]]) -> None:
    weights = 8 * 16 * 8 + 8 + 8 * 4 + 4
    assert told[-1]["flop"] == 6 * 5 * 256 * weights


def test_every_code_cell_is_told_with_its_line(told: list[dict[str, Any]]) -> None:
    assert [line["line"] for line in told if "line" in line] == [4, 13]


def test_an_error_is_told_at_the_line_of_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "show", display.show)
    monkeypatch.setattr(full_scale, "COUNTED", [])
    with pytest.raises(ZeroDivisionError) as raised:
        full_scale.run("# %% [markdown]\n# text\n# %%\n1 / 0\n", "story.py")
    assert raised.traceback[-1].lineno == 3  # counted from 0


def test_a_size_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["full_scale.py", "cohen2021", "--replace", "no such size", "1"])
    for name in ("MPLBACKEND", "LAWBOOK_CACHE", "LAWBOOK_ROOT", "LAWBOOK_SCALE", "LAWBOOK_SEED", "JAX_PLATFORMS"):
        monkeypatch.setenv(name, "")  # put back afterwards
    with pytest.raises(SystemExit, match="found no 'no such size', expected it in the notebook"):
        full_scale.main()
