"""The feed and llms.txt."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from lawbook.evidence.edits import Edit
from lawbook.evidence.history import Change
from lawbook.reference.catalog import Catalog
from lawbook.site.feed import feed, llms

ATOM = "{http://www.w3.org/2005/Atom}"
ADDED = (Edit("a", "added", "", "check"), Edit("b", "added", "", "check"), Edit("c", "added", "", "control"))
HISTORIES = {
    "halving2001": (
        Change("", "", (Edit("a", "band", "1", "2"),), after_confirmation=False),
        Change("2026-11-24", "c2", (Edit("a", "band", "1", "2"), Edit("b", "band", "1", "2")), after_confirmation=True),
        Change("2026-11-01", "c1", ADDED, after_confirmation=False, notebook="later"),
    ),
    "corner2002": (Change("2026-11-10", "c3", ADDED[2:], after_confirmation=False),),
}  # fmt: skip


def test_new_and_changed_entries_newest_first_and_nothing_that_is_not_committed(catalog: Catalog) -> None:
    made = ET.fromstring(feed(catalog, HISTORIES, "https://x.org/b"))
    items = made.findall(f"{ATOM}entry")
    said = [(item.findtext(f"{ATOM}updated"), item.findtext(f"{ATOM}summary")) for item in items]
    assert said == [
        ("2026-11-24T00:00:00Z", "2 tolerances changed, after a confirmation."),
        ("2026-11-10T00:00:00Z", "1 control added."),
        ("2026-11-01T00:00:00Z", "2 checks and 1 control written; the notebook came later."),
    ]
    assert made.findtext(f"{ATOM}updated") == "2026-11-24T00:00:00Z"
    assert ", new: " in str(items[2].findtext(f"{ATOM}title"))
    link = items[0].find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "https://x.org/b/laws/halving2001/#changes"
    assert len({item.findtext(f"{ATOM}id") for item in items}) == 3


def test_a_feed_is_the_same_wherever_and_whenever_it_is_made(catalog: Catalog) -> None:
    assert feed(catalog, HISTORIES, None) == feed(catalog, dict(reversed(HISTORIES.items())), None)
    empty = ET.fromstring(feed(catalog, {}, None))
    assert empty.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_llms_txt_has_a_line_for_each_entry(catalog: Catalog) -> None:
    text = llms(catalog, None)
    for paper in catalog.entries:
        assert text.count(f"](/laws/{paper}/): ") == 1
    assert text.startswith("# Lawbook\n\n> ")
    assert "$" not in text
    assert "](https://x.org/b/laws/halving2001/)" in llms(catalog, "https://x.org/b/")
