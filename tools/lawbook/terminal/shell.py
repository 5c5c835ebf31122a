"""The answer to a shell that completes: at once, since it is asked at the press of a key.

The scripts that `lawbook --install-completion` puts into a shell are Typer's, and so is the way in which they ask. To
answer through Typer would load all of it, and pydantic. So the verbs and their options stand here once more, as a
table; a test holds it to what the command line has.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lawbook.terminal import complete

Words = Callable[[str], list[str]]
ASKED = "_LAWBOOK_COMPLETE"


def _nothing(incomplete: str) -> list[str]:
    return []


@dataclass(frozen=True)
class Verb:
    """What may follow a verb: its arguments, its options that take a value, and its flags."""

    arguments: Words = _nothing
    options: Mapping[str, Words] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


_RUNS = {"--scale": complete.scales}
VERBS: dict[str, Verb] = {
    "search": Verb(options={"--most": _nothing}, flags=("--json",)),
    "list": Verb(
        options={
            "--family": complete.families, "--kind": complete.kinds, "--support": complete.supports,
            "--verdict": complete.verdicts, "--outcome": complete.verdicts, "--assumes": complete.assumptions,
            "--symbol": complete.symbols, "--quantity": complete.symbols, "--cites": complete.works,
            "--since": _nothing, "--until": _nothing,
        },
        flags=("--laws", "--papers", "--json"),
    ),
    "show": Verb(complete.parts, flags=("--json",)),
    "check": Verb(flags=("--json",)),
    "run": Verb(
        complete.papers,
        _RUNS | dict.fromkeys(("--seeds", "--seed", "--jobs", "--timeout", "--scheduler"), _nothing),
        ("--force",),
    ),
    "confirm": Verb(complete.papers, dict.fromkeys(("--jobs", "--scheduler"), _nothing)),
    "status": Verb(options=_RUNS, flags=("--json",)),
    "power": Verb(complete.papers, _RUNS, ("--json",)),
    "changes": Verb(
        options={"--against": _nothing, "--seeds": _nothing, "--jobs": _nothing},
        flags=("--run", "--no-run", "--markdown"),
    ),
    "fit": Verb(
        options={
            "--law": complete.parts, "--scatter": complete.scatters,
            **dict.fromkeys(("--x", "--y", "--error", "--group", "--keep", "--given", "--huber"), _nothing),
            **dict.fromkeys(("--predict", "--optimum", "--cost", "--plot", "--report"), _nothing),
        },
        flags=("--drop-missing", "--json"),
    ),
    "judge": Verb(
        complete.parts,
        dict.fromkeys(("--measured", "--error", "--replicas", "--given", "--fit", "--csv"), _nothing),
        ("--json",),
    ),
    "new": Verb(options={"--family": complete.families}),
    "publish": Verb(),
    "site": Verb(flags=("--run", "--no-run", "--strict", "--no-strict", "--offline")),
    "serve": Verb(options={"--address": _nothing}, flags=("--run", "--no-run")),
    "pages": Verb(options={"--out": _nothing}),
}  # fmt: skip


def answer(shell: str) -> tuple[str, int] | None:
    """What to print and the exit code; None for a shell that Typer has to answer.

    Arguments:
        shell: `complete_bash`, `complete_zsh` or `complete_fish`, as the script of that shell has it.
    """
    if shell == "complete_bash":
        words = _split(os.environ.get("COMP_WORDS", ""))
        position = os.environ.get("COMP_CWORD", "")
        at = int(position) if position.isdecimal() else len(words)
        found = completions(words[1:at], words[at] if at < len(words) else "")
        return "\n".join(found), 0
    if shell not in ("complete_zsh", "complete_fish"):
        return None
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words = _split(line)[1:]
    incomplete = words.pop() if words and not line.endswith(" ") else ""
    found = completions(words, incomplete)
    if shell == "complete_zsh":
        listed = "\n".join(f'"{word}"' for word in found)
        return (f"_arguments '*: :(({listed}))'" if found else "_files"), 0
    is_asked_whether = os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args"
    return ("", 0 if found else 1) if is_asked_whether else ("\n".join(found), 0)


def completions(words: list[str], incomplete: str) -> list[str]:
    """The words that may stand where `incomplete` was begun, behind `words`."""
    if words and words[-1] == "=":  # bash parts `--kind=limit`
        words = words[:-1]
    if incomplete == "=":
        incomplete = ""
    given = next((word for word in words if not word.startswith("-")), None)
    if given is None:
        general = ("--help", "--install-completion", "--show-completion") if incomplete else ()
        return _begun(incomplete, (*VERBS, *general))
    verb = VERBS.get(given)
    if verb is None:
        return []
    if words[-1] in verb.options:
        return verb.options[words[-1]](incomplete)
    option, is_set, value = incomplete.partition("=")
    if is_set and option in verb.options:
        return [f"{option}={word}" for word in verb.options[option](value)]
    if incomplete.startswith("-"):
        return _begun(incomplete, (*verb.options, *verb.flags, "--help"))
    return verb.arguments(incomplete)


def _begun(incomplete: str, words: Iterable[str]) -> list[str]:
    return sorted(word for word in words if word.startswith(incomplete))


def _split(line: str) -> list[str]:
    """The words of a line that is being typed: a quote may still be open."""
    reader = shlex.shlex(line, posix=True)
    reader.whitespace_split, reader.commenters = True, ""
    words: list[str] = []
    try:
        words.extend(reader)
    except ValueError:
        words.append(reader.token)
    return words
