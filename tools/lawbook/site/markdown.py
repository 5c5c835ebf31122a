"""The prose of an entry as HTML: math as MathML, citations as links, everything else escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from lawbook.reference.catalog import Catalog
from lawbook.reference.prose import CITATION
from lawbook.reference.tex import TexError, mathml, pieces, unquoted
from lawbook.site.accents import accented
from lawbook.site.citing import in_parentheses
from lawbook.site.inert import clean, may_link
from lawbook.site.prose_text import EMPHASIS
from lawbook.site.short_math import short

# Noncharacters, which no entity stands for: a text cannot write what stands for HTML of ours.
_HELD = re.compile("\ufdd0(\\d+)\ufdd1")
_LITERAL = re.compile(r"(<code.*?</code>|<[^>]*>)", re.DOTALL)
_LINK = re.compile(r"</?a(?: [^>]*)?>")
_HREF = re.compile(r'(?<=href=")([^":?#]*?)(?:(?<![^"/])index)?\.md(?=[#"])')


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    """CommonMark and tables without headings, rules and images, which belong to the page: they are shown as written.

    So is raw HTML, and so is a link that leads neither to the web nor to a place on the site.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.disable(["heading", "lheading", "hr", "image"])
    reader.validateLink = may_link  # type: ignore[method-assign, assignment]
    return reader


@lru_cache(maxsize=4096)
def math(latex: str, display: bool = False) -> Markup:
    """The MathML of `latex`; what cannot be shown is a problem of the entry, and stands as it is written."""
    try:
        return Markup(short(mathml(clean(latex), display=display)))
    except TexError:
        return Markup("<code>{}</code>").format(latex)


def scrollable(markup: str) -> Markup:
    """Displayed math amid text, which scrolls where it is too wide: it takes keyboard focus."""
    return Markup(str(markup).replace("<math ", '<math tabindex="0" ', 1))  # a Markup would escape it


def unlinked(markup: str) -> Markup:
    """HTML of ours without its links, for words that stand in a button or in the line that opens details."""
    return Markup(re.sub(r"</?a(?=[\s>])[^>]*>", "", str(markup)).replace(' tabindex="0"', ""))


def deeper(markup: str) -> Markup:
    """HTML of ours for a page one folder below the one that it was written for: its links lead where they led."""
    return Markup(re.sub(r'(?<= href=")(?=\.\./|#)', "../", str(markup)))


def on_site(markup: str) -> str:
    """HTML whose links to Markdown files, `../laws/cohen2021.md`, lead to the pages made of them."""
    return _HREF.sub(lambda m: f"../{m[1]}/" if m[1].split("/")[-1] not in ("", "..") else f"../{m[1]}", markup)


class Writer:
    """Turns Markdown of the catalog into HTML for a page whose way up to the root of the site is `base`."""

    def __init__(self, catalog: Catalog, base: str) -> None:
        self.catalog, self.base = catalog, base

    def block(self, text: str) -> Markup:
        """Paragraphs and lists."""
        return self._render(text, inline=False)

    def line(self, text: str) -> Markup:
        """A run of text without paragraphs."""
        return self._render(text, inline=True)

    def name(self, text: str) -> Markup:
        """The same without links: a title or a name, which stands in headings and in links to what it names."""
        return Markup(_LINK.sub("", self.line(text)))

    def _render(self, text: str, *, inline: bool) -> Markup:
        text = clean(text)
        if not _SPECIAL.search(text) and (inline or "\n" not in text.strip()):  # plain words, most fields: no parser
            plain = html.escape(_powers(text.strip()), quote=False)
            return Markup(plain if inline else f"<p>{plain}</p>\n")
        held: list[tuple[str, str]] = []  # HTML of ours, and what stood for it

        def hold(markup: str, written: str) -> str:
            held.append((markup, written))
            return f"\ufdd0{len(held) - 1}\ufdd1"

        parts = []
        for kind, content in pieces(in_parentheses(text)):
            if kind == "display":
                parts.append(hold(scrollable(math(unquoted(content), True)), f"$${content}$$"))
            elif kind == "inline":
                parts.append(hold(math(content), f"${content}$"))
            elif kind == "text":
                said = _powers(content)
                parts.append(CITATION.sub(lambda m: hold(self.cite(m["paper"], m["law"]), m[0]), said))
            else:
                parts.append(content)
        source = "".join(parts)
        out = on_site(_markdown().renderInline(source) if inline else _markdown().render(source))
        return Markup("".join(_given_back(_LITERAL.split(out), held)))

    def cite(self, paper: str, law: str | None = None) -> Markup:
        """A link to a law, to the page of a paper, or to its place in the bibliography."""
        work = self.catalog.works.get(paper)
        label = work.short if work else paper
        if paper not in self.catalog.entries:
            return Markup('<a class="lb-cite" href="{}bibliography/#{}">{}</a>').format(self.base, paper, label)
        if law is None:
            return Markup('<a class="lb-cite" href="{}laws/{}/">{}</a>').format(self.base, paper, label)
        name = self.name(CITATION.sub("", self.catalog.entries[paper].laws[law].name))  # one that cites itself
        return Markup('<a class="lb-cite" href="{}laws/{}/#{}">{}</a>').format(self.base, paper, law, name)


def _given_back(parts: Sequence[str], held: Sequence[tuple[str, str]]) -> Iterator[str]:
    """HTML with what was held in its place; in a tag, such as the title of a link, and in code, as it was written.

    A link in a link would end the outer one: there a citation is its words alone.
    """
    in_link = False
    for i, part in enumerate(parts):  # text and tags in turn
        if i % 2:
            in_link = part.startswith("<a ") or (in_link and part != "</a>")
            yield _HELD.sub(lambda m: html.escape(held[int(m[1])][1]), part)
        elif in_link:
            yield _HELD.sub(lambda m: _LINK.sub("", held[int(m[1])][0]), part)
        else:
            yield _HELD.sub(lambda m: held[int(m[1])][0], part)


_SPECIAL = re.compile(r"[\\`*_\[\]<>&$!#|~]|^\s*(?:[-+]|\d+[.)])\s|  \n|^ {4}", re.MULTILINE)
_SUPER = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_SUB = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_POWER = re.compile(r"(?<![\w./=#%:-])(\d+(?:\.\d+)?)e([+-]?)(\d+)(?![\w/])")  # in words, not in an address


def _powers(text: str) -> str:
    """Numbers as people write them: 1e300 becomes 10³⁰⁰, and 2.5e-04 becomes 2.5 × 10⁻⁴."""

    def said(match: re.Match[str]) -> str:
        power = ("⁻" if match[2] == "-" else "") + str(int(match[3])).translate(_SUPER)
        return f"10{power}" if match[1] == "1" else f"{match[1]} × 10{power}"

    return _POWER.sub(said, text)


@lru_cache(maxsize=1024)
def _command(name: str) -> str:
    """What a LaTeX command looks like as a character."""
    try:
        return html.unescape(re.sub(r"<[^>]*>", "", mathml(name)))
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def plain_math(latex: str) -> str:
    """LaTeX as one line of Unicode text, for titles, labels and search: `\\frac{2}{\\eta}` becomes 2/η."""
    latex = accented(latex, plain_math)
    text = re.sub(r"\\(?:(?:left|right|bigl?|bigr?|Bigl?|Bigr?|quad|qquad)(?![A-Za-z])|[,;!:])", " ", latex)
    text = re.sub(r"\\[dt]?frac\s*(\d)\s*(\d)", r"\\frac{\1}{\2}", text)
    text = re.sub(r"\\(?:mathrm|mathbf|mathcal|mathbb|operatorname\*?|text|boldsymbol)\s*", "", text)
    for _ in range(4):
        text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", _fraction, text)
        text = re.sub(r"\\sqrt\s*\{([^{}]*)\}", r"√(\1)", text)
        text = re.sub(r"\^\{([^{}]*)\}", lambda m: _script(m[1], "^", "0123456789+-−n", _SUPER), text)
        text = re.sub(r"_\{([^{}]*)\}", lambda m: _script(m[1], "_", "0123456789", _SUB), text)
        text = re.sub(r"(?<![\^_])\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\^([0-9n])", lambda m: m[1].translate(_SUPER), text)
    text = re.sub(r"_([0-9])", lambda m: m[1].translate(_SUB), text)
    text = re.sub(r"\\[A-Za-z]+", lambda m: _command(m[0]), text)
    text = re.sub(r"[\\{}&]", "", text).replace("-", "−")
    return clean(re.sub(r"(?<=\() | (?=[),;.])", "", re.sub(r"\s+", " ", text)).strip())


def _fraction(match: re.Match[str]) -> str:
    top, bottom = match[1].strip(), match[2].strip()
    top = f"({top})" if re.search(r"[-+ ]", top) else top
    bottom = f"({bottom})" if re.search(r"[-+ *]", bottom) else bottom
    return f"{top}/{bottom}"


def _script(text: str, mark: str, known: str, table: dict[int, int]) -> str:
    text = text.strip()
    if text and all(c in known for c in text):
        return text.translate(table)
    return mark + (text if re.fullmatch(r"\\?\w+", text) else f"({text})") + " "


@lru_cache(4096)  # a label stands in each row of a table, a name on many pages
def plain(text: str) -> str:
    """Markdown as plain text, for titles and search: math in Unicode, citations, links and markup gone."""
    held: list[str] = []
    parts = []
    for kind, content in pieces(clean(text)):
        if kind == "text":
            parts.append(CITATION.sub("", _powers(content)))
        else:
            held.append(content.strip("`") if kind == "code" else plain_math(content))
            parts.append(f"\ufdd0{len(held) - 1}\ufdd1")
    words = re.sub(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^)]*\)", r"\1", "".join(parts))
    words = re.sub(r"<(https?:[^<>\s]*)>", r"\1", words)
    words = EMPHASIS.sub("", words).replace("\\$", "$")
    joined = re.sub(r"\s+", " ", _HELD.sub(lambda m: held[int(m[1])], words)).strip()
    return clean(re.sub(r" ([.,;:)])", r"\1", joined))
