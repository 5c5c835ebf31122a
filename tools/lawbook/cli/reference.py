"""The reference of the command line, written from its code: `python -m lawbook.cli.reference` puts it into the docs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from lawbook.cli.verbs import app
from lawbook.terminal.json_model import PRINTS, tables

PAGE = "docs/command-line.md"
BEGIN, END = "<!-- written by python -m lawbook.cli.reference: begin -->", "<!-- end -->"
EXAMPLES = {
    "search": "lawbook search edge of stability",
    "list": "lawbook list --assumes full-batch --support theorem",
    "show": "lawbook show cohen2021/sharpness-at-the-edge",
    "check": "lawbook check --json",
    "fit": "lawbook fit runs.csv --law hoffmann2022/parametric-loss --x N=params --x D=tokens --report report.html",
    "judge": "lawbook judge cohen2021/hovers-at-the-edge --measured 20.4,10.1 --error 0.3,0.2 --given eta=0.1,0.2",
    "new": "lawbook new doe2027 --family scaling",
    "publish": "lawbook publish",
    "run": "lawbook run cohen2021 --seeds 3",
    "confirm": "lawbook confirm cohen2021",
    "status": "lawbook status",
    "power": "lawbook power cohen2021",
    "changes": "lawbook changes --against origin/main --no-run",
    "site": "lawbook site --offline",
    "serve": "lawbook serve --address 127.0.0.1:8001",
    "pages": "lawbook pages --out elsewhere",
}


def commands() -> dict[str, Any]:
    """The verbs in the order of `lawbook --help`."""
    group: Any = typer.main.get_command(app)
    return dict(group.commands)


def reference() -> str:
    """Markdown: every verb with its help, its arguments and options, and an example; then the shapes of the JSON."""
    verbs = [_verb(name, command) for name, command in commands().items()]
    return "\n\n".join([*verbs, "## What `--json` prints {#json}", _prints(), tables()])


def page(text: str) -> str:
    """The text of the page with the reference as it is now.

    Raises:
        ValueError: The page has no place for it.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"found no {BEGIN!r} and {END!r} in the page, expected both")
    return f"{before}{BEGIN}\n\n{reference()}\n\n{END}{after}"


def _verb(name: str, command: Any) -> str:
    parts = [f"### lawbook {name} {{#{name}}}", _in_markdown(command.help or "")]
    rows = list(_rows(command))
    if rows:
        parts.append("\n".join(["| takes | default | |", "| --- | --- | --- |", *rows]))
    return "\n\n".join([*parts, f"```\n{EXAMPLES[name]}\n```"])


def _rows(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = f"`{parameter.metavar or parameter.name.upper()}`"
            default = "must be given" if parameter.required else ""
        else:
            names = [*parameter.opts, *parameter.secondary_opts]
            if names == ["--help"]:
                continue
            name = ", ".join(f"`{word}`" for word in names) + ("" if parameter.is_flag else " …")
            default = "must be given" if parameter.required else _default(parameter)
        several = " Several times, if you like." if getattr(parameter, "multiple", False) else ""
        yield f"| {name} | {default} | {_cell(parameter.help or '')}{several} |"


def _default(parameter: Any) -> str:
    value = parameter.default
    if parameter.is_flag:
        return f"`{parameter.opts[0]}`" if value and parameter.secondary_opts else ""
    return f"`{value}`" if value not in (None, "", (), []) else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _in_markdown(text: str) -> str:
    return re.sub(r"(?<!`)(--[a-z][a-z-]*)(?!`)", r"`\1`", text.strip())


def _prints() -> str:
    rows = ["| verb | prints |", "| --- | --- |"]
    for verb, (shape, many) in PRINTS.items():
        what = f"[{shape.__name__}](#{shape.__name__.lower()})"
        rows.append(f"| `lawbook {verb} --json` | {f'a list of {what}' if many else what} |")
    rows.append("| `lawbook fit --json` | [fits](python/fits.md#json) |")
    rows.append("| `lawbook judge --json` | what [`Judgement.to_dict`](python/lawbook.md) returns |")
    return "\n".join(rows)


if __name__ == "__main__":
    path = Path(sys.argv[1] if sys.argv[1:] else PAGE)
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
