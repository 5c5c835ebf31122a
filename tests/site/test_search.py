"""What search knows, and the files that it is kept in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog
from lawbook.reference.synonyms import Synonyms
from lawbook.site.search import Document, Place, documents, guides, notebook
from lawbook.site.search_index import files
from lawbook.site.search_words import pairs, whole, wholes, words


@pytest.mark.parametrize(
    ("same", "found"),
    [
        (["2/η", "2/eta", r"\frac{2}{\eta}", "2 / η"], ["2", "eta"]),
        (["λ_max", "lambda_max", r"\lambda_{\max}", "λ max"], ["lambda", "max"]),
        (["n^(-4/d)", "n^{-4/d}", r"n^{-\frac{4}{d}}"], ["n", "4", "d"]),
        (["WᵀW", r"W^{\mathsf T}W", r"W^\top W"], ["w", "t", "w"]),
        (["η²", "eta^2", r"\eta^{2}"], ["eta", "2"]),
        (["2β", "2*beta", "2beta"], ["2", "beta"]),
        (["Peyré", "PEYRE"], ["peyre"]),
        (["regularisation", "Regularization"], ["regularisation"]),
        (["step sizes", "the step size"], ["step", "size"]),
        (["0.076", "(0.076)"], ["0.076"]),
        (["arXiv:2103.00065", "https://arxiv.org/abs/2103.00065"], ["2103.00065"]),
        (["a - b"], ["a", "b"]),
    ],
)
def test_words(same: list[str], found: list[str]) -> None:
    for text in same:
        assert words(text, math=True) == found, text


def test_runs_of_words_and_whole_formulas() -> None:
    assert words("the size of a step") == ["size", "step"]
    assert pairs(["edge", "stability"]) == ["~edge stability"]
    assert wholes(r"\lambda_{\max} \to \frac{2}{\eta}") == {"=lambda max", "=2 eta"}
    assert whole("sharpness (largest eigenvalue)") == {"=sharpness", "=sharpness largest eigenvalue"}


def weights(made: Mapping[str, str], word: str) -> str | None:
    """What stands beside a word in the files of an index."""
    root = json.loads(made["search_index.json"])["config"]["index"]
    number = max((i for i, first in enumerate(root["firsts"]) if first <= word), default=0)
    listed: str | None = json.loads(made[f"{root['key']}/{number}.json"]).get(word)
    return listed


def test_an_entry_is_found_by_all_that_it_says(catalog: Catalog, evidence: dict[str, Evidence]) -> None:
    found = documents(catalog, evidence)
    made = files(found, {})
    number = next(i for i, d in enumerate(found) if d.places[0].location == "laws/halving2001/")
    entry, work = catalog.entries["halving2001"], catalog.works["halving2001"]
    texts = [
        entry.title,
        entry.aliases[0],
        work.authors[0].family,
        work.year,
        entry.use,
        [*entry.assumptions.values()][-1].text,
    ]
    texts += [law.name for law in entry.laws.values()] + [
        c.measures for law in entry.laws.values() for c in law.checks.values()
    ]
    for text in texts:
        for word in words(re.sub(r"\$.*?\$|\[.*?\]|[*`]", "", text)):
            listed = weights(made, word)
            assert listed, (word, text)
            steps = [int(part.split(".")[0], 36) for part in listed.split(",")]
            assert number in [sum(steps[: i + 1]) for i in range(len(steps))], word
    page = json.loads(made[next(n for n in made if n.endswith(f"pages/{number}.json"))])
    assert page[0][0] == "laws/halving2001/"
    assert page[1][:2] == ["laws/halving2001/#inverse-root", "The error falls as n^(−1/2)"]
    assert page[1][2][0].endswith("holds") or "hold" in page[1][2][0]


def test_a_name_weighs_more_than_a_remark_and_a_notebook_less_than_both() -> None:
    told = json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": ["lattice"]},
                {"cell_type": "code", "source": ["import lattice, torus"]},
            ]
        }
    )
    named, said = Place("laws/a/", "A", names=[(12, "Lattice")]), Place("laws/b/", "B", texts=[(1.5, "lattice")])
    made = files([Document([named]), Document([said]), notebook("a", "N", told)], {})
    most, less, _ = [int(part.split(".")[1], 36) for part in str(weights(made, "lattice")).split(",")]
    assert most > less
    [laws, books] = json.loads(made["search_index.json"])["config"]["index"]["weights"]
    assert laws == [2, 1.0]
    assert books[1] < 0.5
    assert weights(made, "torus") is None


def test_sections_of_a_guide_are_places_of_its_page() -> None:
    sections = [
        {"location": "reading/", "title": "How to read", "text": "<p>a &amp; b</p>"},
        {"location": "reading/#gauges", "title": "Gauges", "text": "dots"},
        {"location": "lost/#x", "title": "No page", "text": ""},
    ]
    [page] = guides(sections)
    assert [place.location for place in page.places] == ["reading/", "reading/#gauges"]
    assert page.places[0].about == ["a & b"]


def test_files_stay_small_however_many_documents() -> None:
    many = [Document([Place(f"p/{i}/", "P", texts=[(3.0, f"common word{i:x} other{i % 7}")])]) for i in range(3000)]
    made = files(many, {})
    shards = [text for name, text in made.items() if re.fullmatch(r"[0-9a-f]{12}/\d+\.json", name)]
    assert len(shards) > 10
    assert max(map(len, shards)) < 20_000
    assert len(made["search_index.json"]) < 20_000
    assert files(many, {}) == made  # the same bytes at every build


def test_synonyms_travel_with_the_index() -> None:
    groups = {"step": Synonyms.model_validate({"same": ["step sizes", "lr"], "near": ["warmup"]})}
    root = json.loads(files([], groups)["search_index.json"])["config"]["index"]
    assert root["synonyms"] == [[[["step", "size"], ["lr"]], [["warmup"]]]]


def test_text_is_escaped(catalog: Catalog) -> None:
    entry = catalog.entries["corner2002"].model_copy(update={"title": "<b>x</b>", "summary": "<i>"})
    for name, text in files(documents(replace(catalog, entries={"corner2002": entry}), {}), {}).items():
        if "/pages/" in name:
            assert "<" not in text
