"""The Atom feed of new and changed entries, and llms.txt: both out of the catalog and its history alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from lawbook.evidence.history import Change
from lawbook.reference.catalog import Catalog
from lawbook.site.history_view import in_words
from lawbook.site.inert import clean
from lawbook.site.markdown import plain

MANY = 60  # entries of a feed: more than a reader who looks once a month misses
_NO_HISTORY = "1970-01-01"


def feed(catalog: Catalog, histories: Mapping[str, tuple[Change, ...]], address: str | None) -> str:
    """The feed as XML: the newest changes of predictions, bands and protocols, and the new entries.

    Arguments:
        catalog: The book.
        histories: What changed in each entry. What is not committed is left out, so that a feed says the same wherever
            it is made.
        address: Where the site is published; without it links are relative to the feed.
    """
    changes = [
        (change.date, paper, change)
        for paper in sorted(catalog.entries)
        for change in histories.get(paper, ())
        if change.commit
    ]
    changes.sort(key=lambda item: (item[0], item[1], item[2].commit), reverse=True)
    base = f"{address.rstrip('/')}/" if address else ""
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _text(root, "title", "Lawbook: new and changed laws")
    _text(root, "id", _id("feed"))
    _text(root, "updated", _moment(max((when for when, _, _ in changes), default=_NO_HISTORY)))
    ET.SubElement(ET.SubElement(root, "author"), "name").text = "The Lawbook developers"
    ET.SubElement(root, "link", {"rel": "self", "href": f"{base}feed.xml"})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": base or "./"})
    for when, paper, change in changes[:MANY]:
        item = ET.SubElement(root, "entry")
        what = "new" if change.notebook is not None else "changed"
        _text(item, "title", f"{catalog.works[paper].short}, {what}: {plain(catalog.entries[paper].title)}")
        _text(item, "id", _id(f"{paper}/{change.commit}"))
        _text(item, "updated", _moment(when))
        ET.SubElement(item, "link", {"rel": "alternate", "type": "text/html", "href": f"{base}laws/{paper}/#changes"})
        ET.SubElement(item, "category", {"term": catalog.family_of[paper]})
        _text(item, "summary", in_words(change))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _id(name: str) -> str:
    """An address that stays the same wherever the site is published."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"lawbook/{name}").urn


def llms(catalog: Catalog, address: str | None) -> str:
    """`llms.txt`: what the site has, for programs that read text.

    Arguments:
        catalog: The book.
        address: Where the site is published; without it links are from the root of the site.
    """
    base = f"{address.rstrip('/')}/" if address else "/"
    laws = sum(len(entry.laws) for entry in catalog.entries.values())
    lines = [
        "# Lawbook", "",
        "> An executable, annotated reference of the simple laws of deep learning: each with its formula, what it "
        f"assumes, and what came out when it was measured. {laws} laws from {len(catalog.entries)} papers.", "",
        f"Every entry is there as JSON too ([index]({base}api/index.json), [all]({base}api/all.json), [schema]"
        f"({base}api/schema.json)). A number counts with its error and its verdict, never alone. To cite a law, cite "
        "its paper; to cite what was measured here, cite the page.",
    ]  # fmt: skip
    for family_id, family in catalog.families.items():
        lines += ["", f"## {_plain(family.title)}", ""]
        for entry in catalog.in_family(family_id):
            link = f"[{_plain(entry.title)}]({base}laws/{entry.paper}/)"
            lines.append(f"- {link}: {_plain(entry.summary)} ({catalog.works[entry.paper].short})")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return " ".join(plain(text).replace("[", "(").replace("]", ")").split())
