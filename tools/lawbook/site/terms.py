"""Words of the glossary, linked where a page first uses them: in running text, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lawbook.reference.glossary import Term
from lawbook.site.inert import attribute
from lawbook.site.markdown import plain

# Where a link would be one too many: links and code, headings and heads of tables, what a reader presses, what is shut.
_CLOSED = frozenset(
    (
        "a", "button", "caption", "code", "details", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "label", "math",
        "option", "output", "pre", "script", "select", "style", "summary", "svg", "textarea", "th", "title",
    )
)  # fmt: skip
_SHORT_LINES = re.compile(r'<p [^>]*class="[^"]*\blb-(?:byline|headline|tags|live|assumes|run|actions|buttons)\b')
_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"</?([a-zA-Z0-9]+)")
_HEADING = re.compile(r"^(#{1,6} .*)$", re.MULTILINE)


@dataclass(frozen=True)
class Glossary:
    """The terms, made ready to be found in a text."""

    terms: Mapping[str, Term]
    pattern: re.Pattern[str]
    ids: Mapping[str, str]  # name as it is found, in lower case, to the id of its term

    @classmethod
    def of(cls, terms: Mapping[str, Term]) -> Glossary:
        """The glossary of some terms, by id."""
        ids = {name.casefold(): id for id, term in terms.items() for name in term.names}
        names = sorted((name for term in terms.values() for name in term.names), key=lambda name: (-len(name), name))
        found = "|".join(map(_written, names)) or r"(?!)"
        return cls(terms, re.compile(rf"(?<![\w-])(?:{found})(?![\w-])"), ids)

    def used_in(self, text: str) -> Iterator[tuple[str, re.Match[str]]]:
        """The ids of the terms that a text uses, each time, with the place."""
        for match in self.pattern.finditer(text):
            name = " ".join(match[0].casefold().split())
            id = self.ids.get(name) or self.ids.get(name.removesuffix("s"))
            if id is not None:
                yield id, match

    def link(self, page: str, base: str) -> str:
        """A page as our templates write it, with the first use of each term as a link to the glossary."""
        seen: set[str] = set()
        parts = _HEADING.split(page)
        return "".join(part if i % 2 else self._linked(part, base, seen) for i, part in enumerate(parts))

    def _linked(self, text: str, base: str, seen: set[str]) -> str:
        out = []
        depth, in_short_line = 0, False
        for i, part in enumerate(_TAG.split(text)):
            if i % 2:
                name = found[1].lower() if (found := _NAME.match(part)) else ""
                if name in _CLOSED:
                    depth += -1 if part.startswith("</") else 1
                elif name == "p":
                    in_short_line = bool(_SHORT_LINES.match(part))
            elif depth == 0 and not in_short_line and part.strip():
                part = self._first_uses(part, base, seen)
            out.append(part)
        return "".join(out)

    def _first_uses(self, text: str, base: str, seen: set[str]) -> str:
        out, at = [], 0
        for id, match in self.used_in(text):
            if id in seen:
                continue
            seen.add(id)
            title = attribute(plain(self.terms[id].says))
            out.append(text[at : match.start()])
            out.append(f'<a class="lb-term" href="{base}glossary/#{id}" title="{title}">{match[0]}</a>')
            at = match.end()
        return "".join(out) + text[at:]


def _written(name: str) -> str:
    """A name as a pattern: broken over lines too, in the plural too; in any case unless it has a capital letter."""
    words = r"\s+".join(map(re.escape, name.split()))
    plural = "" if name.endswith("s") else "s?"
    return f"{words}{plural}" if name != name.lower() else f"(?i:{words}{plural})"
