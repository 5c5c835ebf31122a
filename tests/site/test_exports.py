"""The catalog for other programs."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import bibtexparser
import citeproc
import pytest
import rispy
from citeproc.source.json import CiteProcJSON
from lawbook.evidence.record import Evidence, Point
from lawbook.reference.bibliography import Work, parse
from lawbook.reference.catalog import Catalog
from lawbook.site.exports import _point, _text, csl, exports, ris


def test_every_export_is_there_and_json_is_strict(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    made = exports(catalog, evidence)
    for paper in catalog.entries:
        assert {f"cite/{paper}.bib", f"cite/{paper}.ris", f"cite/{paper}.csl.json", f"api/{paper}.json"} <= made.keys()
    for path, text in made.items():
        if path.endswith(".json"):
            json.loads(text, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
    data = json.loads(made["api/halving2001.json"])
    result = next(r for r in data["evidence"]["results"] if r["id"] == "exponent")
    assert result["points"][0]["measured"] == 0.513
    assert (result["seeds-as-claimed"], result["seeds"]) == (3, 3)
    assert data["entry"]["laws"]["inverse-root"]["formula"]["expr"] == "spread*n**(-b)"


def test_what_json_lacks_is_null_and_no_export_has_it(catalog: Catalog) -> None:
    given = {"n": math.inf, "b": math.nan}
    point = Point(0.5, math.nan, 0.5, -math.inf, math.inf, "holds", given, (math.nan,), math.inf)
    data = json.loads(_text(_point(point)), parse_constant=pytest.fail)
    assert data["given"] == {"n": None, "b": None}
    assert (data["low"], data["high"], data["error"], data["rivals"], data["reported"]) == (
        None,
        None,
        None,
        [None],
        None,
    )
    with pytest.raises(ValueError, match="JSON"):
        _text({"a": math.nan})


HARD = r"""
@inproceedings{bee2020, author={van der Bee, Ann and {Google Brain Team} and Doe, Jr., John and others},
  title={{Deep} \emph{Models} with $d=K$: ``Half -- Full''}, booktitle={Advances \& Letters}, year=2020,
  pages={12 --- 34}, volume={7}, doi={https://doi.org/10.1000/ab--c\_d}, file={:shelf/ann.pdf:PDF}}
@phdthesis{cee1999, author={Sch\"olkopf, \'{I}na}, title={100% of it}, school={Universit{\"a}t}, year=1999,
  pages={e12}, url={https://x.org/a\_b--c}}
@misc{dee, author={{ACME}}, title={Note}, year={in press}, eprint={arXiv:2105.15004}}
"""


@pytest.fixture
def hard() -> dict[str, Work]:
    works, problems = parse(HARD, "x.bib")
    assert not problems
    return works


def test_bibtex_reads_back(catalog: Catalog) -> None:
    """By a parser that is not the one which has read the file."""
    found = bibtexparser.loads(exports(catalog, {})["cite/lawbook.bib"]).entries_dict
    assert found.keys() == catalog.works.keys()
    assert all(found[key]["title"] for key in found)


def test_hard_bibtex_reads_back_and_says_the_same(hard: dict[str, Work]) -> None:
    parser = bibtexparser.bparser.BibTexParser(ignore_nonstandard_types=False)
    text = "\n\n".join(work.bibtex for work in hard.values())
    found = bibtexparser.loads(text, parser).entries_dict
    assert found.keys() == hard.keys()
    assert found["bee2020"]["author"].endswith("and others")
    assert "file" not in found["bee2020"]
    assert {key: replace(work, bibtex="") for key, work in parse(text, "again")[0].items()} == {
        key: replace(work, bibtex="") for key, work in hard.items()
    }


def test_ris_reads_back(hard: dict[str, Work]) -> None:
    bee, cee, dee = rispy.loads("".join(map(ris, hard.values())))
    assert bee["type_of_reference"] == "CPAPER"
    assert bee["authors"] == ["van der Bee, Ann", "Google Brain Team", "Doe, John, Jr."]
    assert bee["title"] == "Deep Models with d=K: “Half – Full”"
    assert (bee["start_page"], bee["end_page"], bee["doi"]) == ("12", "34", "10.1000/ab--c_d")
    assert bee["secondary_title"] == "Advances & Letters"
    assert (cee["type_of_reference"], cee["start_page"]) == ("THES", "e12")
    assert cee["authors"] == ["Schölkopf, Ína"]
    assert "end_page" not in cee
    assert cee["urls"] == ["https://x.org/a_b--c"]
    assert (dee["year"], dee["urls"]) == ("in press", ["https://arxiv.org/abs/2105.15004"])


def test_csl_is_cited_by_a_processor(hard: dict[str, Work]) -> None:
    items = [item for work in hard.values() for item in json.loads(json.dumps(csl(work)))]
    style = citeproc.CitationStylesStyle("harvard-cite-them-right", validate=False)
    book = citeproc.CitationStylesBibliography(style, CiteProcJSON(items), citeproc.formatter.plain)
    for item in items:
        book.register(citeproc.Citation([citeproc.CitationItem(item["id"])]))
    text = "\n".join(str(line) for line in book.bibliography())
    for part in (
        "van der Bee, A.",
        "Google Brain Team",
        "Doe",
        "Deep Models with d=K",
        "12–34",
        "Schölkopf, Í.",
        "100% of it",
    ):
        assert part in text, text
    assert items[0]["page"] == "12-34"
    assert items[2]["issued"] == {"literal": "in press"}


def test_ris_and_csl_of_the_book(catalog: Catalog) -> None:
    for work in catalog.works.values():
        assert rispy.loads(ris(work))[0]["title"] == work.title
        assert csl(work)[0]["title"] == work.title
