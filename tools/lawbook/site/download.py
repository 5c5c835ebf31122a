"""A notebook to take away: the executed one, with a first cell that installs Lawbook where it is missing."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

# What a notebook cannot do without: the package and all of its part `lab`.
INSTALLED = ("lawbook", "jax", "optax", "diffrax", "equinox", "scipy", "sklearn", "matplotlib")
_BEGINNING = '{\n "cells": [\n'


def with_install(text: str, wheel: str | None, site_url: str | None) -> str:
    """The `.ipynb` `text` with a cell before all others that installs the wheel of the site it came from.

    Arguments:
        text: The executed notebook.
        wheel: The file name of the wheel under `dist/`; None for a site without one, whose notebooks stay as they are.
        site_url: The address of the site. Without it the cell can only say what to do.
    """
    if wheel is None:
        return text
    cell = install_cell(wheel, site_url)
    if text.startswith(_BEGINNING):  # as `lawbook run` writes it: no need to read and write megabytes
        return f"{_BEGINNING}{indent(_json(cell), '  ')},\n{text.removeprefix(_BEGINNING)}"
    notebook = json.loads(text)
    notebook["cells"].insert(0, cell)
    return _json(notebook) + "\n"


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True)


def install_cell(wheel: str, site_url: str | None) -> dict[str, Any]:
    """The cell: it does nothing in a clone, or wherever Lawbook with its `lab` part is installed."""
    if site_url:
        what = f"    %pip install --quiet 'lawbook[lab] @ {urljoin(site_url, f'dist/{wheel}')}'\n"
    else:
        message = f'pip install "lawbook[lab] @ ADDRESS/dist/{wheel}", with the address of the site that this came from'
        what = f"    raise ModuleNotFoundError({message!r})\n"
    source = (
        "# Outside a clone of Lawbook: install it from the site that this notebook came from, if it is missing.\n"
        "from importlib.util import find_spec\n\n"
        f"if not all(map(find_spec, {INSTALLED!r})):\n{what}"
    )
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "install",
        "metadata": {"tags": ["install"]},
        "outputs": [],
        "source": source.rstrip("\n"),
    }


def colab(paper: str, site_url: str | None) -> str | None:
    """Where Colab opens the notebook of a site that is published over https."""
    if not site_url or urlsplit(site_url).scheme != "https":
        return None
    address = urljoin(site_url, f"download/{paper}.ipynb")
    return f"https://colab.research.google.com/#fileId={quote(address, safe='/')}"


def binder(notebook: str, repo: str | None) -> str | None:
    """Where Binder opens a notebook, a path in the repository, of a repository on GitHub."""
    where = urlsplit(repo or "")
    owner_and_name = where.path.strip("/").removesuffix(".git")
    if where.netloc != "github.com" or owner_and_name.count("/") != 1:
        return None
    return f"https://mybinder.org/v2/gh/{owner_and_name}/HEAD?labpath={quote(notebook)}"
