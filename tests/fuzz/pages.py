"""Whether pages hold the words of a book and nothing else that those could bring."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any, NoReturn

import markdown
from lawbook.reference.catalog import Catalog
from lawbook.site import content, search
from lawbook.site.exports import exports
from lawbook.site.pages import Book
from lawbook.site.remeasure import SETUPS

WITHOUT_END = {"input", "img", "br", "hr", "meta", "link", "source", "wbr"}
OF_TEXT = {
    "p",
    "em",
    "strong",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "br",
    "sup",
    "sub",
}
NEVER = {
    "iframe",
    "object",
    "embed",
    "form",
    "base",
    "meta",
    "link",
    "style",
    "title",
    "textarea",
    "frame",
    "img",
    "video",
    "audio",
    "template",
}
WITH_A_FORM = {"laws/index.md", "browse/map.md", "own-model.md", *(f"laws/{paper}.md" for paper in SETUPS)}
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data", "srcset"}


class Reader(HTMLParser):
    """Collects what is wrong with HTML that we made."""

    def __init__(self, forms: int) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.found: list[str] = []
        self.forms = forms
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note an element that may not be there, or not here."""
        given = dict(attributes)
        where = f"{self.open[-3:]} <{tag} {given}>"
        if tag == "a" and "a" in self.open:
            self.found.append(f"a link in a link: {where}")
        if tag == "form" and self.forms:
            self.forms -= 1
        elif (tag in NEVER and not (tag == "title" and "svg" in self.open)) or (
            tag == "script" and given.get("type") != "application/json"
        ):
            self.found.append(f"no element of ours: {where}")
        for name, value in given.items():
            if name.startswith("on") or name == "srcdoc" or not re.fullmatch(r"[A-Za-z][\w:-]*", name):
                self.found.append(f"no attribute of ours: {where}")
            if name in ADDRESSES and re.match(r"(?!https?:)[^/?#]*:|//|[\\\x00-\x20]", value or "", re.IGNORECASE):
                self.found.append(f"an address that leads elsewhere: {where}")
        if given.get("id"):
            if given["id"] in self.ids or given["id"] == "planted":
                self.found.append(f"an id twice: {where}")
            self.ids.add(str(given["id"]))
        if tag not in WITHOUT_END:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An element that ends at once."""
        self.handle_starttag(tag, attributes)
        if tag not in WITHOUT_END:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Elements end in the order in which they began."""
        if tag in WITHOUT_END:
            return
        if not self.open or self.open[-1] != tag:
            self.found.append(f"an end out of order: {self.open[-4:]} </{tag}>")
        else:
            self.open.pop()


def defects(html: str, forms: int = 0) -> list[str]:
    """What is wrong with HTML that we made."""
    reader = Reader(forms)
    reader.feed(html)
    reader.close()
    left = [f"no end of {reader.open}"] if reader.open else []
    return reader.found + left


def refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def strict(text: str) -> Any:
    """JSON as every reader of it understands it."""
    return json.loads(text, parse_constant=refuse)


def assert_pages_hold_text_alone(catalog: Catalog) -> None:
    """Build the pages and files of a sound catalog, and look for what its texts may not bring."""
    book = Book(catalog, {})
    for path, page in book.pages().items():
        head, _, body = page.text.removeprefix("---\n").partition("\n---\n")
        assert head.count("\n") < 12, head
        made = markdown.markdown(body, extensions=["attr_list", "toc"], extension_configs={"toc": {"permalink": "#"}})
        found = defects(made, forms=path in WITH_A_FORM)
        assert found == [], (path, found)
        assert made.count("<h1") == 1, path
    for name, text in exports(catalog, {}).items():
        if name.endswith(".json"):
            strict(text)
    for document in search.documents(catalog, {}):
        for place in document.places:
            told = " ".join(map(search.shown, [place.title, *place.about]))  # as the index of the search has it
            assert not re.search(r"<[a-zA-Z/!?]", told), place
    for section in content.nav(catalog, catalog.root / "docs"):
        for words in [*section, *(word for part in section.get("Laws", ()) for word in part if isinstance(part, dict))]:
            assert "<" not in words, words
