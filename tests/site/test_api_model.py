"""The JSON under api/ is what its schema says, and the page about it lists every field."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog, load
from lawbook.site import api_model
from lawbook.site.exports import exports

REPO = Path(__file__).resolve().parents[2]
SCHEMA = api_model.schema()


def validator(shape: str) -> Draft7Validator:
    return Draft7Validator({"definitions": SCHEMA["definitions"], "$ref": f"#/definitions/{shape}"})


def faults(path: str, data: Any) -> list[str]:
    """What is wrong with an answer, held against the part of the schema that is for it."""
    if path == "api/index.json":
        return [str(error) for row in data for error in validator("Row").iter_errors(row)]
    return [str(error) for error in validator("All" if path == "api/all.json" else "Answer").iter_errors(data)]


@pytest.mark.parametrize("root", [REPO / "tests" / "tinybook", REPO], ids=["miniature", "book"])
def test_every_answer_fits_the_schema(root: Path, evidence: dict[str, Evidence]) -> None:
    Draft7Validator.check_schema(SCHEMA)
    catalog, _ = load(root)
    made = exports(catalog, evidence if root != REPO else {})
    answers = {path: json.loads(text) for path, text in made.items() if re.fullmatch(r"api/\w+\.json", path)}
    del answers["api/schema.json"]
    assert len(answers) == len(catalog.entries) + 2
    for path, data in answers.items():
        assert faults(path, data) == [], path
        assert Draft7Validator(SCHEMA).is_valid(data)


def test_a_field_that_is_not_in_the_schema_is_a_fault(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    data = json.loads(exports(catalog, evidence)["api/halving2001.json"])
    result = data["evidence"]["results"][0]
    result["sedes"] = 3
    assert faults("api/halving2001.json", data)
    del result["sedes"]
    result["outcome"] = "fine"
    assert faults("api/halving2001.json", data)


def test_the_page_lists_every_field_that_an_answer_has(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    text = api_model.tables()
    data = json.loads(exports(catalog, evidence)["api/halving2001.json"])
    results = data["evidence"]["results"]
    for part in (data, data["evidence"], results[0], results[0]["points"][0], results[0]["changed-laws"]):
        for name in part:
            assert f"| `{name}` | " in text
    for name in re.findall(r"\]\(#([a-z-]+)\)", text):
        assert f"{{#{name}}}" in text or name == "entry-schema"
