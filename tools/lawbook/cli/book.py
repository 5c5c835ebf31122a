"""The verbs that read the book: search, list, show."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lawbook.cli.common import LONGEST, AsJson, app, fail, in_json, root, say_json, tell

if TYPE_CHECKING:
    from lawbook.site.shelf import Shelf
    from lawbook.terminal.layout import Page


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words, names, formulas or numbers: edge of stability, 2/eta.")],
    most: Annotated[int, typer.Option("--most", min=1, help="How many results to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Find laws by words, synonyms, authors, formulas or values, as the search of the site does; the best first.

    A word that is mistyped finds what it is like. Exit code 1 if nothing is found.
    """
    from lawbook.terminal import tables
    from lawbook.terminal.find import index_of
    from lawbook.terminal.results import results

    in_json(as_json)
    shelf = shelf_or_stop()
    query = " ".join(words)
    found = results(shelf.part("search"), shelf.part("list"), query, most)
    if as_json:
        say_json(found)
    elif found:
        write(tables.found(found, page()))
    else:
        from lawbook.reference.problem import shown

        near = index_of(shelf.part("search")).near(query)
        ask = f"; words that are like it: {', '.join(near)}" if near else ""
        typer.echo(f"lawbook: found nothing for {shown(query)}{ask}", err=True)
    if not found:
        raise typer.Exit(1)


@app.command("list")
def list_(
    family: Annotated[str | None, typer.Option(help="Of this family.")] = None,
    kind: Annotated[str | None, typer.Option(help="Of this kind, such as power-law.")] = None,
    support: Annotated[str | None, typer.Option(help="That rest on this, such as theorem.")] = None,
    verdict: Annotated[
        str | None,
        typer.Option("--verdict", "--outcome", help="That came out so, such as holds."),
    ] = None,
    assumes: Annotated[
        list[str] | None,
        typer.Option(help="That assume this: an id, or words of one."),
    ] = None,
    symbol: Annotated[
        list[str] | None,
        typer.Option("--symbol", "--quantity", help="With this quantity: an id, or words of its name."),
    ] = None,
    cites: Annotated[list[str] | None, typer.Option(help="Whose entry cites this work.")] = None,
    since: Annotated[int | None, typer.Option(help="Of papers from this year on.")] = None,
    until: Annotated[int | None, typer.Option(help="Of papers up to this year.")] = None,
    laws: Annotated[bool, typer.Option("--laws", help="One line a law, never wrapped.")] = False,
    papers: Annotated[bool, typer.Option("--papers", help="Papers alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """List papers and their laws: all, or those for which all that is asked holds.

    Options that may be given several times ask for each. Exit code 1 if there is no such law.
    """
    from lawbook.terminal import tables
    from lawbook.terminal.choose import UnknownValueError, Wanted, choose

    in_json(as_json)
    if laws and papers:
        fail("found --laws and --papers, expected one of them or neither")
    listed = shelf_or_stop().part("list")
    wanted = Wanted(family, kind, support, verdict, assumes or (), symbol or (), cites or (), since, until)
    try:
        chosen = choose(listed, wanted)
    except UnknownValueError as error:
        fail(str(error))
    if as_json:
        say_json(chosen)
    elif not chosen:
        typer.echo("lawbook: found no law for which all of that holds", err=True)
    elif laws:
        write(tables.laws(chosen, page()))
    else:
        write(tables.papers(chosen, listed["families"], page(), laws=not papers))
    if not chosen:
        raise typer.Exit(1)


@app.command()
def show(
    paper: Annotated[
        str,
        typer.Argument(metavar="ID", help="The id of a paper, or paper/law, paper/check, paper/control."),
    ],
    as_json: AsJson = False,
) -> None:
    """Show an entry or a part of it: formula, symbols, assumptions, what was measured, limits, how to cite.

    Mathematics is in Unicode. What is piped has no colours, nor has it where NO_COLOR is set.
    """
    from lawbook.terminal import show as text

    in_json(as_json)
    name, _, part = paper.partition("/")
    shelf = shelf_or_stop([name])
    entries = shelf.part("entries")
    if name not in entries:
        unknown("the paper", name, "the id of an entry", entries)
    entry = entries[name]
    parts = parts_of(entry)
    if part and part not in parts:
        unknown("the part", part, f"a law, check or control of {name}", parts)
    if as_json:
        say_json(text.only(entry, part))
    elif not part:
        write(text.entry(entry, page()))
    elif part in entry["entry"]["laws"]:
        write(text.law(entry, part, page()))
    else:
        write(text.check(entry, part, page()))


def shelf_or_stop(wanted: list[str] | None = None) -> Shelf:
    """What is kept of the book, if it can be read; problems of files that hold nothing `wanted` are counted."""
    from lawbook.reference.problem import Problem
    from lawbook.site.shelf import Shelf

    shelf = Shelf(root(clone=False), making)
    listed = shelf.part("list")
    sound = {paper["paper"] for paper in listed["papers"]}
    problems = [Problem(**problem) for problem in listed["problems"]]
    if problems and (sound if wanted is None else sound.issuperset(wanted)):
        count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
        typer.echo(f"{count} in other files: lawbook check tells them", err=True)
    elif problems:
        tell(problems)
        raise typer.Exit(1)
    return shelf


def making() -> None:
    """Say to somebody who waits what takes seconds."""
    if sys.stderr.isatty():
        typer.echo("reading the book, which takes some seconds after a change …", err=True)


def parts_of(entry: dict[str, Any]) -> list[str]:
    """The ids of the laws, checks and controls of an entry; of the last two also with the law before them."""
    laws = entry["entry"]["laws"]
    inner = [(law, name) for law in laws for section in ("checks", "controls") for name in laws[law].get(section, ())]
    return [*laws, *(name for _, name in inner), *("/".join(pair) for pair in inner)]


def unknown(what: str, word: str, expected: str, valid: Any) -> None:
    """Stop with the valid name that is nearest."""
    from lawbook.reference.problem import nearest, shown

    near = nearest(word, valid) if len(word) <= LONGEST else ""
    fail(f"found {what} {shown(word)}, expected {expected}{near}")


def page() -> Page:
    """A page as wide as the terminal."""
    from lawbook.terminal.layout import Page

    return Page()


def write(text: str) -> None:
    """Print a text; what standard output has no character for is shown as a question mark."""
    encoding = sys.stdout.encoding or "ascii"
    typer.echo(text.encode(encoding, "replace").decode(encoding), nl=False)
