"""Shared fixtures: a private copy of the miniature knowledge base."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
TINY = REPO / "tests" / "tinybook"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The root of a fresh copy of tests/tinybook."""
    root = tmp_path / "tinybook"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    return root
