"""The text of a notebook: Markdown and LaTeX with math as MathML, and with no HTML in it that could do anything."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt

from lawbook.reference import code
from lawbook.reference.tex import TexError, mathml, pieces, unquoted
from lawbook.site import sanitise
from lawbook.site.inert import clean, may_link
from lawbook.site.markdown import on_site, plain, scrollable

_ENVIRONMENT = re.compile(
    r"(?P<dollars>\$\$\s*)?\\begin\{(?P<name>equation|align|gather|eqnarray|multline|displaymath|math)(?P<star>\*?)\}"
    r"(?P<body>.*?)\\end\{(?P=name)(?P=star)\}(?(dollars)[\s>]*\$\$)",
    re.DOTALL,
)
_INNER = {"align": "aligned", "eqnarray": "aligned", "gather": "gathered", "multline": "gathered"}
TARGET = re.compile(r"(?<=\]\()[^)\s]+|(?<=\]: )(?=\S+\.md)\S+")  # of a link, an image or a reference in Markdown
_LINK = re.compile(r"(?P<start>\]\(|^[ \t>]*\[[^\]\n]+\]:)(?P<mark>\s*<?)(?P<goal>[^\s)>]+)", re.MULTILINE)
_ELSEWHERE = re.compile(r"!(?=\[[^\]]*\]\(\s*<?(?:https?:)?//)", re.IGNORECASE)  # an image of another host
_AUTOLINK = re.compile(r"<https?://[^\s<>]+>")
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?:\s[^<>]*|/)?>")


def prose(source: str) -> str:
    """A Markdown text with math as MathML; code stays as it is, and other HTML is what `sanitise` leaves of it."""
    parts = []
    for is_code, part in code.split(clean(source)):
        if is_code:
            parts.append(part)
            continue
        for kind, content in pieces(_ENVIRONMENT.sub(_displayed, part)):
            if kind == "display":
                parts.append(inert(scrollable(_shown(unquoted(content).strip(), True))))
            elif kind == "inline":
                parts.append(inert(_shown(content.strip(), False)))
            else:
                parts.append(_harmless(content))
    return "".join(parts)


def latex(source: str) -> str:
    """A text/latex output as HTML: its formulas as MathML, its words as they are."""
    parts = []
    for kind, content in pieces(_ENVIRONMENT.sub(_displayed, clean(source))):
        if kind in ("inline", "display"):
            parts.append(
                str(scrollable(_shown(content.strip(), True)) if kind == "display" else _shown(content, False))
            )
        else:
            parts.append(html.escape(content))
    return f"<p>{''.join(parts).strip()}</p>"


def rendered(source: str) -> str:
    """A text/markdown output as HTML."""
    return sanitise.html(on_site(_reader().render(prose(source))))


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def links(source: str) -> Iterator[str]:
    """What a Markdown cell links to or shows; code has no links."""
    for kind, content in pieces(source):
        if kind == "text":
            yield from TARGET.findall(content)


def headings(source: str) -> Iterator[str]:
    """The headings of a Markdown cell as plain text, math in Unicode."""
    tokens = _reader().parse(clean(source))
    for before, token in itertools.pairwise(tokens):
        if before.type == "heading_open":
            yield plain(token.content)


def _displayed(match: re.Match[str]) -> str:
    inner, body = _INNER.get(match["name"]), match["body"]
    if match["name"] == "math":
        return f"${body.strip()}$"
    return rf"$$\begin{{{inner}}}{body}\end{{{inner}}}$$" if inner else f"$${body.strip()}$$"


def _shown(text: str, display: bool) -> str:
    text = re.sub(r"^\\(?:displaystyle|textstyle)(?![A-Za-z])", "", text)  # SymPy begins each formula with it
    if not text.strip():
        return ""
    try:
        return mathml(text.strip(), display=display)
    except TexError:  # `lawbook check` cannot see into notebooks; say it as it was written
        return f"<code>{html.escape(text)}</code>"


def inert(markup: str) -> str:
    """HTML in which Markdown finds nothing to change, and which stands on one line."""
    return "".join(
        part if part.startswith("<") else re.sub(r"[*_`\[\]\\$~^|]", lambda m: f"&#{ord(m[0])};", part)
        for part in re.split(r"(<[^>]*>)", markup.replace("\n", " "))
    )


def _harmless(text: str) -> str:
    """Markdown between formulas and code: its links lead to the web or to this site, its tags are those that may be."""
    text = _ELSEWHERE.sub("", text)  # a link to it will do: nothing is loaded from there
    text = _LINK.sub(lambda m: m[0] if _may_link(m["goal"]) else f"\\{m[0]}", text)
    if "<" not in text:
        return text
    parts, at = [], 0
    for match in re.finditer(rf"{_AUTOLINK.pattern}|{_TAG.pattern}", text):
        parts += [_shut(text[at : match.start()]), _tag(match)]
        at = match.end()
    return "".join([*parts, _shut(text[at:])])


def _may_link(goal: str) -> bool:
    goal = re.sub(r"[\s\x00-\x1f]", "", html.unescape(goal)).replace("\\", "")
    return may_link(goal) or goal.startswith(("data:image/", "attachment:"))


def _shut(text: str) -> str:
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)


def _tag(match: re.Match[str]) -> str:
    """One tag as `sanitise` leaves it; one that it would drop shows as it was written."""
    if match["name"] is None:
        return match[0]
    name = match["name"].lower()
    if name not in sanitise.TAGS:
        return f"&lt;{match[0][1:]}"
    if match["close"]:
        return f"</{name}>"
    made = on_site(sanitise.html(match[0]))
    return made[: made.index(">") + 1] if made.startswith(f"<{name}") else f"<{name}>"
