"""Text that stays text, whatever signs it has."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from lawbook.evidence.record import Series
from lawbook.site import charts
from lawbook.site.inert import clean, inert, may_link, one_line, web_address
from lawbook.site.pages import environment, front_matter, tidy
from markupsafe import Markup

ENDS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\n\n", "\n \t"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("marks", ["#", "##", "######"])
def test_no_line_of_a_value_is_a_heading(end: str, marks: str) -> None:
    value = f"a{end}{marks} b{end}{marks}"
    for written in (value, Markup(value)):
        made = environment().from_string("<p>{{ v }}{{ v }} x</p>\n{{ w }}").render(v=written, w=f"{marks} c")
        assert not re.search(r"^\s*#{1,6}(\s|$)", tidy(made), re.MULTILINE)
    assert inert(inert(value)) == inert(value)


def test_a_heading_is_not_put_together_from_parts() -> None:
    made = environment().from_string("{{ a }}{{ b }}{{ c }}").render(a="x\n#", b="#", c=" y")
    assert not re.search("^#", made, re.MULTILINE)


def test_what_is_no_character_of_a_page_is_replaced() -> None:
    assert clean("a\x00b\x07\x1b\x7f\x9f\ud800\ufdd0\uffff") == "a" + "b".join(["\ufffd"] * 2) + "\ufffd" * 6
    text = one_line("a\u2028<b>\n# c\x85")
    assert text == "a &lt;b&gt; # c"
    head = front_matter({"title": one_line("\x00\x7f\x9f\u2028\ud800x\ufffe"), "paper": "a"})
    assert yaml.safe_load(head.strip().strip("-"))["paper"] == "a"


def test_json_in_a_script_is_json_whatever_is_in_it() -> None:
    data = {"a": "</script>\u2028# b\n# c\x85\x7f"}
    made = environment().from_string("<script>{{ json(d) }}</script>").render(d=data)
    assert json.loads(made.removeprefix("<script>").removesuffix("</script>")) == data
    assert "\n" not in tidy(made).strip()


@pytest.mark.parametrize(
    "address",
    [
        "javascript:a()", "JavaScript:a()", " javascript:a()", "java\nscript:a()", "java\tscript:a()", "data:text/html,x",
        "vbscript:a()", "file:///etc/passwd", "//example.org", "\\\\example.org", "/\\example.org", "http:example.org",
        "https:///x", "http://[x", "ftp://example.org", "x:y", "https://exa mple.org", "\x01javascript:a()",
    ],
)  # fmt: skip
def test_no_link_but_to_the_web_or_the_site(address: str) -> None:
    assert web_address(address) == ""
    assert not may_link(address)


def test_links_to_the_web_and_the_site() -> None:
    for address in ("https://example.org/a?b=c:d#e", "HTTP://example.org"):
        assert web_address(address) == address
        assert may_link(address)
    for place in ("../laws/a.md#b:c", "#a", "", "a/b:c", "?q=http://x"):
        assert may_link(place)
        assert web_address(place) == ""


def test_a_chart_stands_control_characters_in_its_words() -> None:
    """The converter would end the process."""
    words = "a\x00b\x1b\ufffe\ud800"
    series = Series("c", "l", words, (1.0, 2.0), (1.0, 2.0), title=words, x_label=words, y_label=words)
    assert "\ufffd" in charts.draw([series]).svg
