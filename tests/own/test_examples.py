"""The examples in the docstrings of `lawbook.own` run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import lawbook.own
import pytest

REPO = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in Path(lawbook.own.__file__).parent.glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)
    monkeypatch.delenv("LAWBOOK_ROOT", raising=False)
    assert doctest.testmod(importlib.import_module(f"lawbook.own.{name}")).failed == 0
