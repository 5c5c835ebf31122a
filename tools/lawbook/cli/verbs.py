"""All verbs of the command line: each module puts its own into the app."""

from __future__ import annotations

from lawbook.cli import book, entries, judge, own, pages, runs
from lawbook.cli.common import app

__all__ = ["app", "book", "entries", "judge", "own", "pages", "runs"]
