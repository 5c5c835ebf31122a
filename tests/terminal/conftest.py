"""What is kept of the whole book, made once, without runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lawbook.reference.catalog import load
from lawbook.site.shelf_parts import parts

from tests.conftest import REPO, TINY


@pytest.fixture(scope="session")
def kept() -> dict[str, Any]:
    """The parts of the book, as JSON gives them back."""
    catalog, problems = load(REPO)
    assert problems == []
    return dict(json.loads(json.dumps(parts(catalog, {}))))


@pytest.fixture(scope="session")
def small() -> dict[str, Any]:
    """The same of the miniature."""
    return dict(json.loads(json.dumps(parts(load(TINY)[0], {}))))
