"""Of the lock file counts what a run can import."""

from __future__ import annotations

import pytest
from lawbook.evidence.packages import elsewhere, pinned


@pytest.mark.parametrize("line", ["numpy==2.4.6", "JAX==0.10.2", "ipykernel==7.4.0", "made-up_package==1"])
def test_a_version_that_a_run_can_import_counts(line: str) -> None:
    name, _, version = line.partition("==")
    told = [f"{name.lower().replace('_', '-')}=={version}"]
    assert pinned(f"{line} ; python_version < '4' \\\n    --hash=sha256:0\n") == told


@pytest.mark.parametrize(
    "line", ["mkdocs==1.6.1", "pytest==9.0", "ruff==0.1", "mkdocs_material==9.8", "nbconvert==7.1"]
)
def test_what_makes_pages_and_tests_does_not(line: str) -> None:
    assert pinned(f"{line}\n") == []


def test_what_both_ask_for_counts() -> None:
    assert not {"jinja2", "pydantic", "matplotlib", "scipy", "pygments"} & elsewhere()
