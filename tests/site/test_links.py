"""Links of a built site: each dead one is found, with its page; none that leads somewhere is."""

from __future__ import annotations

from pathlib import Path

import pytest
from lawbook.site.links import dead


def site(folder: Path, link: str) -> list[str]:
    pages = {
        "index.html": f"<h1 id='top'>x</h1><p>{link}</p>",
        "laws/a/index.html": '<h2 id="x&amp;y">a</h2><a name=old></a><pre>&lt;a href="nowhere"></pre>',
        "404.html": '<a href="/assets/none.css">from the root</a>',
        "cite/a.bib": "@a",
    }
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return [f"{found.page} {found.link}" for found in dead(folder)]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="laws/a/">a</a>',
        '<a href="laws/a">a</a>',
        "<a href='laws/a/index.html#x&amp;y'>a</a>",
        '<a class="b" href=laws/a/#old>a</a>',
        '<a href="#top">a</a>',
        '<a href="">a</a>',
        '<a href="cite/a.bib" download>a</a>',
        '<a href="laws/a/?q=1#x%26y">a</a>',
        '<a href="https://example.org/nothing">a</a>',
        '<a title="href=&quot;none&quot;" href="laws/a/">a</a>',
        "<script>var a = '<a href=\"none\">'</script>",
        '<!-- <a href="none"> -->',
        '<img src="data:image/png;base64,AA==">',
    ],
)
def test_a_link_that_leads_somewhere(tmp_path: Path, link: str) -> None:
    assert site(tmp_path, link) == []


@pytest.mark.parametrize(
    "link",
    [
        "laws/b/", "laws/a.md", "laws/a/#z", "#nothing", "../a/", "cite/b.bib", "javascript:alert(1)", "file:///etc",
        "https://", "laws/a/none.png", "http://[x",
    ],
)  # fmt: skip
def test_a_link_that_leads_nowhere(tmp_path: Path, link: str) -> None:
    assert site(tmp_path, f'<a title="a > b" href="{link}">a</a>') == [f"index.html {link}"]
    assert site(tmp_path, f'<img alt=""\n  src="{link}">') == [f"index.html {link}"]


def test_what_is_said(tmp_path: Path) -> None:
    site(tmp_path, '<a href="laws/a/#z">a</a><a href="gone/">b</a>')
    assert [str(found) for found in dead(tmp_path)] == [
        "index.html: found a link to laws/a/#z, expected a place on laws/a/index.html: nothing there has the id 'z'",
        "index.html: found a link to gone/, expected a page or a file of the site: there is none",
    ]
