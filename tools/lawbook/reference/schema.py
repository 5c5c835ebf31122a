"""The JSON Schema of an entry, which editors read."""

from __future__ import annotations

import json
import re
from typing import Any

from lawbook.reference.model import Entry


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an entry in draft-07, where YAML editors stop."""
    schema = Entry.model_json_schema(by_alias=True)
    schema = dict(draft_07(schema))
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Lawbook entry"} | schema


def schema_text() -> str:
    """The same as the text of a file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def draft_07(node: Any) -> Any:
    """Rewrite the constructs of 2020-12 that pydantic uses into those of draft-07."""
    if isinstance(node, list):
        return [draft_07(part) for part in node]
    if not isinstance(node, dict):
        return node
    node = {("definitions" if key == "$defs" else key): draft_07(value) for key, value in node.items()}
    if "prefixItems" in node:
        node["items"] = node.pop("prefixItems")
    if isinstance(node.get("$ref"), str):
        node["$ref"] = re.sub(r"^#/\$defs/", "#/definitions/", node["$ref"])
        if len(node) > 1:  # draft-07 ignores what stands beside a $ref
            node["allOf"] = [{"$ref": node.pop("$ref")}]
    return node
