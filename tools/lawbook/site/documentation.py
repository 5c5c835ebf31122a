"""The live parts of hand-written pages: a comment `<!-- lawbook:home -->` stands where one goes.

Where a part asks which, the comment says it: `<!-- lawbook:law cohen2021 -->`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from lawbook.reference.tex import pieces, unquoted
from lawbook.site import api_model, home, speed, wheel
from lawbook.site.markdown import math, scrollable
from lawbook.site.notebook_text import inert
from lawbook.site.pages import Book, tidy

_LEADING = re.compile(r"^( {0,3})(<math(?![^>]*display=\"block\").*?</math>)", re.MULTILINE)
_MARK = re.compile(r"^<!-- lawbook:([a-z-]+)(?: ([A-Za-z0-9_-]+))? -->$", re.MULTILINE)


def fill(text: str, book: Book) -> str:
    """Hand-written Markdown with its live parts put in and its math as MathML."""
    parts: dict[str, Callable[[], str]] = {
        "home": lambda: home.families(book),
        "scoreboard": lambda: home.scoreboard(book),
        "numbers": book.numbers,
        "tree": lambda: tree(Path(__file__).resolve().parents[1]),
        "contributing": lambda: of_the_root(book.catalog.root, "CONTRIBUTING.md"),
        "security": lambda: of_the_root(book.catalog.root, "SECURITY.md"),
        "cite": book.cite,
        "speed": lambda: speed.tables(book.catalog.root),
        "api": lambda: api_model.tables(),
        "install": lambda: install(wheel.name(book.catalog.root)),
    }

    def part(match: re.Match[str]) -> str:
        if match[1] == "law":
            made = home.law(book, match[2] or "")
        elif match[1] in parts:
            made = parts[match[1]]()
        else:
            raise ValueError(f"found <!-- lawbook:{match[1]} -->, expected one of {', '.join(['law', *parts])}")
        return tidy(made) if made.lstrip().startswith("<") else made

    text = in_line("".join(_shown(kind, content) for kind, content in pieces(text)))
    return _MARK.sub(part, text)


def in_line(text: str) -> str:
    """Markdown in which math that happens to begin a line stays in its paragraph.

    Python-Markdown takes an element that begins a line for a block of its own, and `math` for one that can be a block.
    """
    return _LEADING.sub(r"\1<span>\2</span>", text)


def _shown(kind: str, content: str) -> str:
    if kind == "display":
        return inert(scrollable(math(unquoted(content), True)))
    return inert(math(content)) if kind == "inline" else content


def tree(package: Path) -> str:
    """The modules of the package, each with the first line of its docstring: what the code says of itself."""
    rows: list[tuple[str, str]] = []

    def walk(folder: Path, indent: str) -> None:
        rows.append((f"{indent}{folder.name}/", first_line(folder / "__init__.py")))
        for path in sorted(folder.glob("*.py")):
            if path.name not in ("__init__.py", "__main__.py"):
                rows.append((f"{indent}  {path.name}", first_line(path)))
        for inner in sorted(p for p in folder.iterdir() if (p / "__init__.py").is_file()):
            walk(inner, indent + "  ")

    walk(package, "")
    width = max(len(name) for name, _ in rows) + 2
    return "```text\n" + "\n".join(f"{name:<{width}}{line}".rstrip() for name, line in rows) + "\n```"


def first_line(path: Path) -> str:
    """The first line of a module's docstring."""
    return _first_line(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1024)  # while the site is served, every change of an entry asks for all modules again
def _first_line(text: str) -> str:
    doc = ast.get_docstring(ast.parse(text))
    return doc.splitlines()[0] if doc else ""


def install(package: str | None) -> str:
    """How to get the package that the site carries, for a page one folder below its root; nothing where it has none."""
    if package is None:
        return ""
    lead = (
        f"To install it, give pip the address of [`{package}`](../dist/{package}) on this site, or download it first:"
    )
    commands = (
        f"pip install ./{package}",
        f'pip install "./{package}[lab]"   # what lawbook.measure and notebooks need',
    )
    return "\n".join([lead, "", "```", *commands, "```"])


def of_the_root(root: Path, name: str) -> str:
    """A file that stands beside the README, without its first heading; links to its like lead to their pages."""
    path = root / name
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = re.sub(r"\A# .*\n", "", text)
    return re.sub(r"\]\((CONTRIBUTING|SECURITY)\.md\)", lambda match: f"]({match[1].lower()}.md)", text)
