"""What the README says of versions and of Python is so."""

from __future__ import annotations

import re
from pathlib import Path

import lawbook
import pytest
from lawbook.site import wheel

REPO = Path(__file__).resolve().parents[1]
README = (REPO / "README.md").read_text(encoding="utf-8")
LINES = re.findall(r"^(lawbook\.\S.*?) +# ([\d.]+)", README, re.MULTILINE)


def test_there_are_lines_to_try() -> None:
    assert len(LINES) == 2


@pytest.mark.parametrize(("line", "value"), LINES)
def test_a_line_of_python_gives_what_stands_beside_it(line: str, value: str) -> None:
    digits = len(value.partition(".")[2])
    assert f"{eval(line, {'lawbook': lawbook}):.{digits}f}" == value


def test_the_wheel_has_the_name_that_is_told() -> None:
    assert f"/dist/{wheel.name(REPO)}" in README


def test_the_citation_is_of_this_version() -> None:
    assert f"\nversion: {lawbook.__version__}\n" in (REPO / "CITATION.cff").read_text(encoding="utf-8")
