"""The search in a terminal, held to the queries of the site's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lawbook.terminal.find import distance, index_of
from lawbook.terminal.results import results

TABLE = Path(__file__).resolve().parents[1] / "browser" / "queries.tsv"


def answers(result: dict[str, Any], expected: str) -> bool:
    """Whether a result names one of the entries, and the law where one is named."""
    told = [result["id"], *result["also"]]
    return any(one in told if "/" in one else any(id.split("/")[0] == one for id in told) for one in expected.split())


def test_the_table_of_queries(kept: dict[str, Any]) -> None:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(rows) > 380
    missed, first = [], 0
    for query, expected, kind in rows:
        found = results(kept["search"], kept["list"], query, 3)
        ranks = [i for i, result in enumerate(found) if answers(result, expected)]
        first += ranks[:1] == [0]
        if not ranks:
            missed.append(f"{kind}: {query!r} found {[result['id'] for result in found]}, not {expected}")
    assert missed == []
    assert first >= 0.9 * len(rows)


def test_a_result_says_what_to_type_next(kept: dict[str, Any]) -> None:
    first = results(kept["search"], kept["list"], "edge of stability")[0]
    assert first["id"] == "cohen2021/sharpness-at-the-edge"
    assert first["name"] == "Sharpness settles at 2/η"
    assert first["label"] == "Cohen et al. 2021"
    assert first["next"] == "lawbook show cohen2021/sharpness-at-the-edge"


def test_a_family_is_found_too(kept: dict[str, Any]) -> None:
    found = results(kept["search"], kept["list"], "Symmetries and conservation laws", 40)
    [family] = [result for result in found if result["id"] == "families/symmetry"]
    assert family["next"] == "lawbook list --family symmetry"


@pytest.mark.parametrize("query", ["sharpnes", "shrapness", "sharpnesss"])
def test_a_mistyped_word_finds_what_it_is_like(kept: dict[str, Any], query: str) -> None:
    assert results(kept["search"], kept["list"], query, 3)[0]["id"].startswith(
        ("cohen20", "yoo2025", "damian2022", "wen2023")
    )


def test_what_nothing_answers_names_words_that_are_like_it(kept: dict[str, Any]) -> None:
    index = index_of(kept["search"])
    assert index.search("qqqq") == []
    assert index.search("") == []
    assert index.near("eigenvlaeusq")[:1] == ["eigenvalue"]


@pytest.mark.parametrize(
    ("a", "b", "far"),
    [("edge", "edge", 0), ("edge", "egde", 1), ("edge", "edges", 1), ("edge", "ledge", 1), ("edge", "fade", 3)],
)
def test_letters_to_change(a: str, b: str, far: int) -> None:
    assert distance(a, b, 5) == far
    assert distance(a, b + "xyz", 5, may_go_on=True) <= far


def test_a_long_query_takes_no_longer(small: dict[str, Any]) -> None:
    assert results(small["search"], small["list"], "angles " * 2_000_000)[0]["id"] == "corner2002/three-corners"
