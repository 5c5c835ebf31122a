"""Pages: everything in its place, escaped, and the same at every build."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import markdown
import pytest
from lawbook.evidence.record import Confirmation, Evidence, Point, Result
from lawbook.reference.catalog import Catalog, load
from lawbook.reference.families import Block, Cell, GuideTable
from lawbook.site import content, home, search
from lawbook.site.exports import exports
from lawbook.site.markdown import Writer, deeper
from lawbook.site.pages import Book, heading, pages, tidy, together


def test_which_pages_there_are(catalog: Catalog) -> None:
    assert sorted(pages(catalog, {})) == [
        "bibliography.md", "browse/assumption.md", "browse/data.md", "browse/index.md", "browse/kind.md", "browse/map.md",
        "browse/observable.md", "browse/timeline.md", "browse/turn.md", "coverage.md", "families/geometry.md",
        "families/scaling.md", "glossary.md", "laws/corner2002.md", "laws/halving2001.md",
        "laws/halving2001/in-full.md", "laws/index.md", "notation.md", "own-model.md", "own-model/geometry.md",
        "own-model/scaling.md", "scoreboard.md",
    ]  # fmt: skip


def test_the_order_of_a_law_page(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = pages(catalog, evidence)["laws/halving2001.md"].text
    heads = re.findall(r"^## (.*?) \{#", text, re.MULTILINE)
    assert heads == [
        "The law", "What it assumes", "Evidence", "Why", "Use", "Limits and disputes", "Related laws",
        "What changed", "Notebook", "Cite",
    ]  # fmt: skip
    top = text.partition("## The law")[0]
    assert [
        top.index(part) for part in ("# The test", "lb-byline", "lb-formula-main", "lb-headline", "<svg", "lb-summary")
    ] == sorted(
        top.index(part) for part in ("# The test", "lb-byline", "lb-formula-main", "lb-headline", "<svg", "lb-summary")
    )
    assert "measured as <b>0.513 ± 0.012</b>" in top
    assert "in 3 of 3 trial seeds" in top
    assert top.index("lb-headline") < top.index("lb-assumes") < top.index("<svg") < top.index("lb-tools")
    assert re.search(r'class="lb-sym" tabindex="0">.*?number of samples', top)


def test_numbers_of_checks_and_controls(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = pages(catalog, evidence)["laws/halving2001.md"].text
    part = text.partition("## The law")[2]
    assert "± 0.1" in part
    assert "<b>rivals</b> 1 of 1 excluded" in part
    assert 'href="in-full/#check-exponent"' in part
    assert "same value as the paper: here 0.513 ± 0.012, in the paper 0.5, a ratio of 1.026 ± 0.024" in part
    assert "<b>would pass too</b> 0 of 5 changed laws" in part
    assert "tolerance set after trials here" in part
    assert "<b>assumption kept</b> the same with as many draws of their own, 0.513 ± 0.012" in part
    assert '<span class="lb-verdict lb-good">breaks down</span>' in part
    assert "with an assumption broken on purpose the law must break down" in part
    assert "In full, with 2 points" in part
    assert "numpy 2.4.6" in part
    assert "the numbers shown are those of seed 0" in part


def test_a_page_behind_the_law_has_the_rest(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = pages(catalog, evidence)["laws/halving2001/in-full.md"].text
    assert "excluded: the error falls as the fourth root: 0.25" in text
    assert "excluded at 2 of 2 points" in text
    assert "<b>would pass too</b> the number from 0.437 to 0.589; 0 of 5 changed laws" in text
    assert "Ten trials stayed within 20\N{NO-BREAK SPACE}%." in text
    assert "All 2 points" in text
    assert '<section id="check-exponent"><p><b><a href="../#check-exponent">Exponent</a></b>' in text


def test_links_lead_where_they_led_from_one_folder_below() -> None:
    written = '<a href="../../laws/a/#b">x</a> <a href="#cite">y</a> <a href="https://example.org/">z</a>'
    assert deeper(written) == (
        '<a href="../../../laws/a/#b">x</a> <a href="../#cite">y</a> <a href="https://example.org/">z</a>'
    )


def test_sliders_come_as_a_script_of_their_own(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    book = Book(catalog, evidence)
    page = book.pages()["laws/halving2001.md"].text
    (law_id,) = re.findall('data-lb-law="([^"]*)"', page)
    assert "lb-sliders" not in page
    (path, script), *_ = book.files().items()
    assert path == "laws/halving2001/sliders.js"
    made = json.loads(script.removeprefix("lawbookSliders(").removesuffix(")\n"))
    assert made[law_id]["chart"]["params"][0]["name"] == "p_n"
    assert made[law_id]["html"].startswith('<div class="lb-sliders">')


def test_what_others_report_stands_apart(tiny: Path) -> None:
    path = tiny / "references/scaling/halving2001.yml"
    value = "{what: exponent, value: 0.48, error: 0.02, by: corner2002, setting: dice}"
    path.write_text(path.read_text().replace("    reported:\n", f"    reported:\n      - {value}\n", 1))
    found, problems = load(tiny)
    assert problems == []
    made = pages(found, {})
    own, others = re.findall(
        r'<details class="lb-fold" id="reported.*?</details>', made["laws/halving2001.md"].text, re.DOTALL
    )
    assert "What the paper reports: 1 value<" in own
    assert "0.48" not in own
    assert "What others report of the same: 1 value<" in others
    assert (
        '<td role="cell"><span class="lb-label">Reported by</span><a class="lb-cite" href="../../laws/corner2002/">'
        in others
    )
    assert "0.480 ± 0.020" in others
    answer = json.loads(exports(found, {})["api/halving2001.json"])
    assert [one.get("by") for one in answer["entry"]["laws"]["inverse-root"]["reported"]] == ["corner2002", None]


def test_checks_and_controls_stand_beneath_their_law(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = pages(catalog, evidence)["laws/halving2001.md"].text
    law = text.partition("## The law")[2].partition("\n## ")[0]
    places = [law.index(f'id="{name}"') for name in (
        "inverse-root-formula", "evidence-inverse-root", "check-exponent", "check-extrapolates", "control-one-draw-repeated",
    )]  # fmt: skip
    assert places == sorted(places)
    for line in re.findall(r"<summary>(.*?)</summary>", law, re.DOTALL):
        assert "<a " not in line  # a line that opens is one button
        assert "tabindex" not in line


def test_a_symbol_is_explained_once(catalog: Catalog) -> None:
    entry = catalog.entries["halving2001"]
    twice = entry.model_copy(update={"laws": {"inverse-root": entry.main, "again": entry.main}})
    both = replace(catalog, entries=catalog.entries | {"halving2001": twice})
    first, second = pages(both, {})["laws/halving2001.md"].text.partition("## The law")[2].split("\n### ")[1:3]
    assert "also here:" not in first
    assert re.search(r'<details class="lb-fold"><summary>also here: <math>', second)


def test_the_page_says_what_was_trained_how_the_source_is_known_and_what_is_unconfirmed(catalog: Catalog) -> None:
    text = pages(catalog, {})["laws/halving2001.md"].text
    assert "<b>In the paper:</b> 10 000 coins." in text
    assert "<b>Here:</b> 256 coins, thrown 400 times." in text
    assert 'href="../../reading/#seen" title="All of it was read.">full text read</a>' in text
    assert text.count("lb-unconfirmed") == 1
    assert 'Heavy tails fall more slowly.<a class="lb-unconfirmed"' in text


def test_drawn_seeds_stand_in_the_headline_and_are_drawn(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    found = evidence["halving2001"]
    points = [Point(0.5 + i / 400, 0.01, 0.5, 0.5, 0.5, "holds") for i in range(20)]
    results = {("check", "exponent"): tuple(Result("holds", point) for point in points)}
    confirmed = Confirmation(
        "halving2001",
        "f" * 64,
        "2026-11-28",
        "abcdef",
        {},
        tuple(range(1000, 1020)),
        results,  # type: ignore[arg-type]
    )
    text = pages(catalog, {"halving2001": replace(found, confirmed=confirmed)})["laws/halving2001.md"].text
    top, _, below = text.partition("## The law")
    assert "in 20 of 20 confirmed seeds" in top
    row = below.partition('id="check-exponent"')[2].partition("</summary>")[0]
    assert "20 seeds beside the tolerance" in row
    assert "20 seeds that the prediction draws, run on 28 November 2026 at commit abcdef." in text
    assert "gave no result" not in text
    broken = replace(
        confirmed, results={("check", "exponent"): (*results["check", "exponent"][:19], Result("error", None))}
    )
    text = pages(catalog, {"halving2001": replace(found, confirmed=broken)})["laws/halving2001.md"].text
    assert "1 of them gave no result, which counts as not passed: 1019 (the notebook broke)." in text
    stale = replace(found, confirmed=replace(confirmed, is_current=False))
    text = pages(catalog, {"halving2001": stale})["laws/halving2001.md"].text
    assert "in 3 of 3 trial seeds" in text.partition("## The law")[0]
    assert "Confirmed before the last change, on 28 November 2026" in text


def test_without_a_run_no_number_is_claimed(catalog: Catalog) -> None:
    text = pages(catalog, {})["laws/halving2001.md"].text
    assert "not run yet" in text
    assert "<svg" not in text.replace('<svg class="lb-gauge"', "")
    assert "lb-good" not in text


def test_a_relation_shows_on_both_sides(catalog: Catalog) -> None:
    made = pages(catalog, {})
    assert (
        '<span class="lb-tie">explains</span> <a class="lb-cite" href="../../laws/corner2002/">'
        in made["laws/halving2001.md"].text
    )
    assert (
        '<span class="lb-tie">explained by</span> <a class="lb-cite" href="../../laws/halving2001/">'
        in made["laws/corner2002.md"].text
    )


def test_two_builds_give_the_same_bytes(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    assert pages(catalog, evidence) == pages(catalog, evidence)


def test_hostile_text_from_entry_bibliography_and_record_is_escaped(
    catalog: Catalog, evidence: dict[str, Evidence]
) -> None:
    nasty = '<script>alert("x")</script>\n\n# <img src=x onerror=y>'
    entry = catalog.entries["halving2001"]
    law = entry.main
    check = law.checks["exponent"].model_copy(update={"measures": nasty, "data": nasty})
    law = law.model_copy(
        update={
            "name": nasty,
            "statement": nasty,
            "source": nasty,
            "checks": {"exponent": check, "extrapolates": law.checks["extrapolates"]},
        }
    )
    entry = entry.model_copy(
        update={"title": nasty, "summary": nasty, "laws": {"inverse-root": law}, "intuition": nasty, "aliases": [nasty]}
    )
    work = replace(catalog.works["halving2001"], title=nasty, venue=nasty, bibtex=nasty)
    bad = replace(
        catalog, entries=catalog.entries | {"halving2001": entry}, works=catalog.works | {"halving2001": work}
    )
    series = replace(evidence["halving2001"].shown.series[0], label=nasty, title=nasty, x_label=nasty)
    run = replace(evidence["halving2001"].shown, series=(series,), machine=nasty, message=nasty)
    for path, page in pages(bad, {"halving2001": Evidence("halving2001", run, (run,))}).items():
        assert "<script>" not in page.text, path
        assert "<img" not in page.text, path


def test_a_block_of_html_has_no_blank_line_and_no_indent(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    for path, page in pages(catalog, evidence).items():
        body = page.text.split("---\n", 2)[2]
        for block in re.split(r"^#{1,3} .*$", body, flags=re.MULTILINE):
            assert "\n\n" not in block.strip("\n"), path
            assert not re.search(r"^[ \t]+<", re.sub(r"<pre.*?</pre>", "", block, flags=re.DOTALL), re.MULTILINE), path


def test_a_heading_with_math_reads_as_text_in_the_table_of_contents(catalog: Catalog) -> None:
    made = heading(Writer(catalog, ""), "Falls as $n^{-1/2}$ _", "x")
    assert "<math>" in made
    assert made.endswith("{#x data-toc-label='Falls as n^(−1/2) _'}")
    assert heading(Writer(catalog, ""), "A *b* {#z}", "").startswith("A <em>b</em> &#123;&#35;z&#125;")


def test_tidy_leaves_preformatted_text_alone() -> None:
    assert tidy("  <p>\n\n  a\n<pre>\n  b\n</pre>\n## H\n<p>") == "<p>\na\n<pre>\n  b\n</pre>\n\n## H\n\n<p>\n"


def test_a_number_and_its_sign_stay_on_one_line() -> None:
    kept = "<code>± 6 %</code> `± 6 %` <a title='± 6 %'> <svg><title>± 6 %</title></svg> <pre>\n± 6 %</pre>"
    assert together(f"0.5 ± 0.1, a band of ± 6 % (6.5 %) holds {kept} ± 6 %") == (
        f"0.5 ± 0.1, a band of ±\N{NO-BREAK SPACE}6\N{NO-BREAK SPACE}% (6.5\N{NO-BREAK SPACE}%) holds {kept} "
        "±\N{NO-BREAK SPACE}6\N{NO-BREAK SPACE}%"
    )


def test_the_home_page_counts(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    book = Book(catalog, evidence)
    made = home.scoreboard(book) + home.families(book)
    for part in (
        "<b>2</b> papers",
        "<b>2</b> laws",
        "<b>2</b> of <b>2</b> claims hold, <b>1</b> of them within a tolerance set after trials",
        "<b>1</b> not run yet",
        "with an assumption taken away on purpose the law broke down, as predicted, <b>1</b> time of <b>1</b>",
        '<span class="lb-verdict lb-good">2 of 2 claims hold</span>',
    ):
        assert part in made


def test_a_guide_has_live_numbers(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = pages(catalog, evidence)["families/scaling.md"].text
    assert "0.513 ± 0.012" in text
    assert 'href="../../laws/halving2001/#check-exponent"' in text
    assert "The error of a mean of n flips." in text


def test_a_link_that_is_math_alone_has_a_name(catalog: Catalog) -> None:
    cell = Cell(checks=["corner2002/sum-is-pi"], show="predicted")
    table = GuideTable(title="angles", head=["sum"], rows=[[cell]])
    family = catalog.families["geometry"].model_copy(update={"guide": [Block(table=table)]})
    changed = replace(catalog, families={**catalog.families, "geometry": family})
    text = pages(changed, {})["families/geometry.md"].text
    assert re.search(r'<a href="[^"]*#check-sum-is-pi" aria-label="π"><math', text)


def test_of_many_points_those_nearest_to_the_edge_are_listed(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    run = evidence["halving2001"].shown
    record = run.measured[1]
    points = tuple(replace(record.points[0], measured=0.03125 + 1e-5 * (i % 50)) for i in range(100))
    many = replace(run, measured=(run.measured[0], replace(record, points=points), run.measured[2]))
    text = pages(catalog, {"halving2001": Evidence("halving2001", many, (many,))})["laws/halving2001/in-full.md"].text
    assert "20 of 100 points" in text
    assert "and 80 more, none nearer to the edge" in text
    listed = text.partition("20 of 100 points")[2].partition("</table>")[0]
    assert "0.0317" in listed  # the farthest out
    assert listed.count("<tr>") == 21


def test_a_page_is_kept_only_while_everything_it_shows_is_as_before(
    tiny: Path, evidence: dict[str, Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = load(tiny)[0]
    made: list[str] = []
    plain = Book._of_paper
    monkeypatch.setattr(Book, "_of_paper", lambda book, paper: (made.append(paper), plain(book, paper))[1])
    first = Book(catalog, evidence).law("halving2001")
    assert Book(load(tiny)[0], evidence).law("halving2001") == first
    assert made == ["halving2001"]
    for changed in (
        replace(
            catalog,
            entries=catalog.entries
            | {"halving2001": catalog.entries["halving2001"].model_copy(update={"use": "New."})},
        ),
        replace(
            catalog,
            entries=catalog.entries | {"corner2002": catalog.entries["corner2002"].model_copy(update={"title": "New"})},
        ),
        replace(catalog, works={k: replace(w, venue="New") for k, w in catalog.works.items()}),
        replace(catalog, families={k: f.model_copy(update={"title": "New"}) for k, f in catalog.families.items()}),
        replace(catalog, glossary={}),
    ):
        made.clear()
        Book(changed, evidence).law("halving2001")
        assert made == ["halving2001"]
    fewer = {"halving2001": Evidence("halving2001", evidence["halving2001"].shown, evidence["halving2001"].seeds[:2])}
    assert "in 2 of 2 trial seeds" in Book(catalog, fewer).law("halving2001").text


@pytest.mark.parametrize(
    "text", ["[x](https://example.org) y", "<https://example.org>", "y [@corner2002]", "[a [@halving2001] b](#c)"]
)
def test_no_title_or_name_brings_a_link_into_a_link(catalog: Catalog, evidence: dict[str, Evidence], text: str) -> None:
    """On pages, in lists, in headings and their table of contents, in the navigation and for search."""
    entries = {
        paper: entry.model_copy(
            update={"title": text, "laws": {k: law.model_copy(update={"name": text}) for k, law in entry.laws.items()}}
        )
        for paper, entry in catalog.entries.items()
    }
    cell = Cell(text=text, law="corner2002/three-corners")
    table = GuideTable(title=text, head=[text, text], rows=[[text, cell], [text, Cell(law="corner2002/three-corners")]])
    update = {"title": text, "introduction": text, "guide": [Block(text=text), Block(table=table)]}
    families = {name: family.model_copy(update=update) for name, family in catalog.families.items()}
    changed = replace(catalog, entries=entries, families=families)
    book = Book(changed, evidence)
    for path, made in {
        **{path: page.text for path, page in book.pages().items()},
        "home": home.law(book, "") + home.families(book),
    }.items():
        html = markdown.markdown(made, extensions=["attr_list", "toc"])
        opened = 0
        for tag in re.findall(r"</?a\b", html):
            opened += 1 if tag == "<a" else -1
            assert opened in (0, 1), path
        for title in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", html):
            assert title.count("<a") <= 1, path  # the one to the page that it names
    shown = [
        line
        for made in search.documents(changed, evidence)
        for place in made.places
        for line in (place.title, *place.about)
    ]
    for words in (json.dumps(content.nav(changed, changed.root)), json.dumps(shown)):
        assert "](" not in words
        assert "<http" not in words
