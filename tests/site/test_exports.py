"""The catalog for other programs."""

from __future__ import annotations

import json

from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.site.exports import csl, exports, ris


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


def test_bibtex_reads_back(catalog: Catalog) -> None:
    from pybtex.database import parse_string

    data = parse_string(exports(catalog, {})["cite/lawbook.bib"], "bibtex")
    assert set(data.entries) == set(catalog.works)


def test_ris_and_csl(catalog: Catalog) -> None:
    work = catalog.works["halving2001"]
    record = ris(work)
    assert record.startswith("TY  - ")
    assert record.endswith("ER  - \n")
    assert f"TI  - {work.title}\n" in record
    assert csl(work)[0]["title"] == work.title
