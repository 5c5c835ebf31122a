"""Pages without white space that nobody sees."""

from __future__ import annotations

import pytest
from lawbook.site.lean import lean, lean_around


def test_a_run_of_white_space_is_one_character() -> None:
    assert lean("<p>\n\n   a  b\n <b>c</b>\t d</p>\n") == "<p>\na b\n<b>c</b> d</p>\n"


def test_the_label_of_a_link_of_the_navigation_needs_no_box() -> None:
    link = '<a href="../x/" class="md-nav__link">\n<span class="md-ellipsis">\nX\n</span>\n</a>'
    assert lean(link) == '<a href="../x/" class="md-nav__link">X</a>'
    assert lean('<span class="md-ellipsis">X</span>') == '<span class="md-ellipsis">X</span>'


@pytest.mark.parametrize(
    "kept",
    [
        "<pre><code>a\n\n    b  c</code></pre>",
        "<textarea>a   b</textarea>",
        "<script>let a = `1\n\n2`</script>",
        "<style>a  { }</style>",
        '<svg><text xml:space="preserve">a   b</text></svg>',
        '<a data-lb-copy="a >  b\n\n  c">x</a>',
        "<a title='a >  b'>x</a>",
        "<!-- it's   so -->",
        "a < b",
    ],
)
def test_what_is_seen_or_copied_stays(kept: str) -> None:
    assert lean(kept) == kept
    assert lean(f"<p>  {kept}  </p>") == f"<p> {kept} </p>"


def test_the_article_may_stay_as_it_is() -> None:
    assert lean_around("a  b<article>c  d</article>e  f") == "a b<article>c  d</article>e f"
    assert lean_around("a  b") == "a b"
