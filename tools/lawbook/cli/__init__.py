"""The command line: one function a verb."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lawbook.cli.verbs import app

__all__ = ["app", "main"]


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module 'lawbook.cli' has no attribute {name!r}")
    from lawbook.cli.verbs import app

    return app


def main() -> None:
    """The entry point of the `lawbook` command."""
    from lawbook.terminal import shell

    answered = shell.answer(os.environ.get(shell.ASKED, ""))
    if answered is not None:
        print(answered[0])
        sys.exit(answered[1])
    run()


def run() -> None:
    """Run the verb that was typed; what the machine lacks is told in one line."""
    import typer

    from lawbook.cli.verbs import app

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
