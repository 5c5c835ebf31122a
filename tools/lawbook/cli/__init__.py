"""The command line: one function a verb."""

from __future__ import annotations

import sys

import typer

from lawbook.cli import entries, judge, pages, runs  # each puts its verbs into the app
from lawbook.cli.common import app

__all__ = ["app", "entries", "judge", "main", "pages", "runs"]


def main() -> None:
    """The entry point of the `lawbook` command."""
    try:
        app()
    except ModuleNotFoundError as error:
        from lawbook.extras import extra_of, install

        extra = extra_of(error.name or "")
        if extra is None:
            raise
        typer.echo(f"lawbook: this needs {error.name}, which is not installed: {install(extra)}", err=True)
        sys.exit(2)
    except OSError as error:  # a folder that cannot be written, a full disk, nobody at an address: each says which
        where = f"{error.filename}: {error.strerror}" if error.filename is not None and error.strerror else error
        typer.echo(f"lawbook: {where}", err=True)
        sys.exit(2)
