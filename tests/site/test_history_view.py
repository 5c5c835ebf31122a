"""What changed about an entry, as a table in words."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from lawbook.evidence.edits import Edit
from lawbook.evidence.history import Change
from lawbook.reference.model import Entry
from lawbook.site.history_view import what_changed
from lawbook.site.pages import environment, tidy


def check(**more: Any) -> dict[str, Any]:
    """A check of any kind."""
    return {
        "measures": "slope", "tests": "claim", "predicted": 0.5, "tolerance": {"rel": 0.06}, "band-from": "theory",
        "error-from": "fit",
    } | more  # fmt: skip


def entry() -> Entry:
    """An entry with a check and a control."""
    control = {"breaks": "a", "measures": "b", "tests": "claim", "must-miss": "falls-off", "intact": "check"}
    law = {
        "name": "L", "kind": "limit", "support": "theorem", "statement": "S", "formula": {"latex": "x"},
        "checks": {"falls-off": check()}, "controls": {"copies": control},
    }  # fmt: skip
    words = {key: "text" for key in ("title", "summary", "intuition", "use")}
    about = {"seen": {"how": "abstract", "says": "s"}, "setting": {"paper": "p", "here": "h"}}
    return Entry.model_validate({"paper": "halving2001", "laws": {"main": law}} | words | about)


def change(*what: Edit, **more: Any) -> Change:
    """A change on a day, that confirms nothing."""
    about = {"date": "2026-11-24", "commit": "0123456789ab", "after_confirmation": False} | more
    return Change(what=what, **about)


def render(*changes: Change, complete: bool = True) -> str:
    """The table as HTML."""
    module: Any = environment().get_template("history.jinja").module
    return tidy(str(module.what_changed(what_changed(changes, entry(), complete))))


class Words(HTMLParser):
    """The text of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words(html: str) -> str:
    """The text of a piece of HTML on a line."""
    parser = Words()
    parser.feed(re.sub(r"</(th|span|td|summary|div|a)>(?=<)", r"</\1> ", html))
    return re.sub(r"\s+", " ", "".join(parser.said)).strip()


WRITTEN = (*(Edit(f"c{i}", "added", "", "check") for i in range(12)), *(Edit(f"k{i}", "added", "", "control") for i in range(9)))  # fmt: skip


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ([Edit("falls-off", "band", "± 10 %", "± 6 %")], "Falls off: band ± 10 % → ± 6 %"),
        ([Edit("falls-off", "prediction", "0.6", "2/eta"), Edit("falls-off", "band", "none", "± 6 %")], "Falls off: prediction 0.6 → 2/eta, band none → ± 6 %"),
        ([Edit("falls-off", "sense", "equal", "at most")], "Falls off: sense equal → at most"),
        ([Edit("copies", "prediction", "must miss falls-off", "must miss x-y")], "Copies: must miss Falls off → X y"),
        ([Edit("a", "added", "", "check"), Edit("b-c", "added", "", "check"), Edit("d", "added", "", "control")], "2 checks added: A, B c 1 control added: D"),
        ([Edit("gone", "removed", "check", "")], "1 check taken out: Gone"),
        ([Edit("falls-off", "protocol", "slope $x^2$", "steepness")], "protocol reworded Falls off before: slope x² after: steepness"),
        ([Edit("falls-off", "protocol", "a", "b"), Edit("copies", "protocol", "c", "d")], "2 protocols reworded Falls off before: a after: b Copies before: c after: d"),
        ([Edit("falls-off", "rivals", "", "1/n: one")], "rivals changed Falls off before: none after: 1/n: one"),
    ],
)  # fmt: skip
def test_an_edit_in_words(what: list[Edit], said: str) -> None:
    assert words(render(change(*what))) == f"When What changed 2026-11-24 0123456789ab {said}"


@pytest.mark.parametrize(
    ("order", "commit", "said"),
    [
        ("before", "0123456789ab", "the notebook was there before"),
        ("same commit", "0123456789ab", "the notebook came in the same commit"),
        ("later", "0123456789ab", "the notebook came later"),
        ("none", "0123456789ab", "there is no notebook yet"),
        ("same commit", "", "the notebook is not committed either"),
    ],
)
def test_the_change_that_wrote_the_entry(order: str, commit: str, said: str) -> None:
    text = words(render(change(*WRITTEN, notebook=order, commit=commit)))
    assert text.endswith(f"12 checks and 9 controls written; {said}")
    assert "added" not in text


def test_one_check_alone_is_written() -> None:
    text = words(render(change(Edit("a", "added", "", "check"), notebook="later")))
    assert "1 check written; the notebook" in text


def test_what_is_there_is_linked_and_what_is_gone_is_not() -> None:
    html = render(change(Edit("falls-off", "band", "", ""), Edit("copies", "protocol", "", ""), Edit("gone", "protocol", "", "")))  # fmt: skip
    assert re.findall(r"<a href=\"(.*?)\">(.*?)</a>", html) == [("#check-falls-off", "Falls off"), ("#control-copies", "Copies")]  # fmt: skip
    assert "Gone" in html


def test_a_change_after_a_confirmation_says_so() -> None:
    edit = Edit("falls-off", "band", "± 10 %", "± 6 %")
    html = render(change(edit, after_confirmation=True), change(edit))
    assert html.count("made after a confirmation") == 1
    assert html.index("made after a confirmation") < html.rindex("<tr")


def test_what_is_not_committed_says_so() -> None:
    html = render(change(Edit("falls-off", "band", "± 10 %", "± 6 %"), date="", commit=""))
    assert "not committed yet" in html
    assert "<time" not in html
    assert "<code" not in html


def test_a_history_that_is_not_there() -> None:
    edit = Edit("falls-off", "band", "± 10 %", "± 6 %")
    assert words(render(complete=False)).startswith("The history is not available here")
    assert "Earlier changes are not available here" in words(render(change(edit), complete=False))
    assert "not available" not in render(change(edit))


def test_the_table_is_a_block_without_blank_lines_and_escaped() -> None:
    html = render(
        change(Edit("falls-off", "prediction", "a<b", "a & b"), Edit("falls-off", "protocol", "<i>*x*</i>", "\n\ny")),
        change(*WRITTEN, notebook="later"),
    )
    assert "\n\n" not in html.strip()
    assert "a&lt;b → a &amp; b" in html
    assert "<i>" not in html
    opened = re.findall(r"<(\w+)", html)
    assert sorted(opened) == sorted(re.findall(r"</(\w+)", html))
