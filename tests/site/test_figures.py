"""Charts to take away: a drawing that stands alone, and every number of it."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from dataclasses import replace

from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.site.book import Views
from lawbook.site.figures import files, numbers, stem


def test_the_files_stand_beside_the_page(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    found = files(Views(catalog, evidence))
    assert sorted(found) == ["laws/halving2001/error.csv", "laws/halving2001/error.svg"]


def test_the_numbers_are_those_that_were_recorded(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    series = evidence["halving2001"].shown.series[0]
    rows = list(csv.reader(io.StringIO(numbers([series, replace(series, label="again", error=None)]))))
    assert rows[0] == ["series", "samples n", "error", "standard error", "the law"]
    assert [float(row[2]) for row in rows[1:5]] == list(series.y)
    assert [float(row[4]) for row in rows[1:5]] == list(series.prediction or ())
    assert [row[0] for row in rows[5:]] == ["again"] * 4
    assert [row[3] for row in rows[5:]] == [""] * 4


def test_a_label_is_no_formula_of_a_spreadsheet(evidence: dict[str, Evidence]) -> None:
    series = replace(evidence["halving2001"].shown.series[0], label="=HYPERLINK(1)")
    assert "\n'=HYPERLINK(1)," in numbers([series])


def test_the_drawing_needs_no_page(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    svg = files(Views(catalog, evidence))["laws/halving2001/error.svg"]
    assert "var(" not in svg
    texts = ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"measured", "the law", "error against samples n"} <= set(texts)


def test_names_of_files() -> None:
    assert [stem(name) for name in ("loss", "Loss over time", "../x", "‹›")] == ["loss", "loss-over-time", "x", "chart"]
