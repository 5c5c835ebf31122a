"""A notebook to take away: its first cell, and where it opens elsewhere."""

from __future__ import annotations

import json
from importlib.metadata import requires
from typing import Any

import pytest
from lawbook.extras import DISTRIBUTIONS
from lawbook.site import download

TEXT = json.dumps(
    {
        "cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A law"}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
WHEEL = "lawbook-0.2.0-py3-none-any.whl"


def first(site_url: str | None) -> dict[str, Any]:
    """The first cell of a notebook from a site at `site_url`."""
    notebook = json.loads(download.with_install(TEXT, WHEEL, site_url))
    assert [cell["cell_type"] for cell in notebook["cells"]] == ["code", "markdown"]
    cell: dict[str, Any] = notebook["cells"][0]
    return cell


def test_the_first_cell_installs_the_wheel_of_the_site() -> None:
    source = first("https://book.example/laws/")["source"]
    assert f"%pip install --quiet 'lawbook[lab] @ https://book.example/laws/dist/{WHEEL}'" in source


def test_the_first_cell_asks_for_all_of_the_lab() -> None:
    lab = {
        line.partition(";")[0].strip()
        for line in requires("lawbook") or []
        if "extra == 'lab'" in line.replace('"', "'")
    }
    assert "jax" in lab
    assert {DISTRIBUTIONS.get(name, name) for name in download.INSTALLED} == {"lawbook", *lab}


def test_where_everything_is_installed_it_does_nothing() -> None:
    exec(first(None)["source"], {})


def test_without_an_address_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "INSTALLED", ("lawbook", "nowhere2"))
    with pytest.raises(ModuleNotFoundError, match=rf'pip install "lawbook\[lab\] @ ADDRESS/dist/{WHEEL}"'):
        exec(first(None)["source"], {})


def test_a_site_without_a_wheel_leaves_notebooks_as_they_are() -> None:
    assert download.with_install(TEXT, None, "https://book.example/") == TEXT


def test_the_notebook_stays_valid() -> None:
    import nbformat

    nbformat.validate(nbformat.reads(download.with_install(TEXT, WHEEL, None), as_version=4))


def test_links_to_colab_and_binder() -> None:
    address = download.colab("cohen2021", "https://book.example/laws/")
    assert address == "https://colab.research.google.com/#fileId=https%3A//book.example/laws/download/cohen2021.ipynb"
    path = "notebooks/stability/cohen2021.py"
    for repo in (
        "https://github.com/owner/name",
        "https://github.com/owner/name/",
        "https://github.com/owner/name.git",
    ):
        assert download.binder(path, repo) == f"https://mybinder.org/v2/gh/owner/name/HEAD?labpath={path}"


@pytest.mark.parametrize("site_url", [None, "", "http://127.0.0.1:8000/"])
def test_no_link_to_colab_where_it_could_not_reach_the_site(site_url: str | None) -> None:
    assert download.colab("cohen2021", site_url) is None


@pytest.mark.parametrize("repo", [None, "", "https://example.org/owner/name", "https://github.com/owner"])
def test_no_link_to_binder_without_a_repository_on_github(repo: str | None) -> None:
    assert download.binder("x.py", repo) is None


def test_a_notebook_as_it_is_stored_is_given_the_same_cell() -> None:
    stored = json.dumps(json.loads(TEXT), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    assert download.with_install(stored, WHEEL, None) == download.with_install(TEXT, WHEEL, None)
