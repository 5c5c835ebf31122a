"""What pages are made by."""

from __future__ import annotations

from lawbook.reference import made_by


def test_what_makes_a_page_need_not_be_installed() -> None:
    python, mkdocs, nothing = made_by.versions(["mkdocs", "properdocs"])
    assert python.count(".") == 2
    assert mkdocs != nothing == ""
