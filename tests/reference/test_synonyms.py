"""synonyms.yml: what is wrong is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from lawbook.reference.catalog import load

NAME = "references/synonyms.yml"


def test_a_book_needs_no_synonyms(tiny: Path) -> None:
    catalog, problems = load(tiny)
    assert problems == []
    assert catalog.synonyms == {}


def test_groups_are_read(tiny: Path) -> None:
    (tiny / NAME).write_text("step-size:\n  same: [step size, lr]\n  near: [warmup]\n", encoding="utf-8")
    catalog, problems = load(tiny)
    assert problems == []
    assert catalog.synonyms["step-size"].same == ["step size", "lr"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: {same: [x, X]}\n", "synonyms.yml:1:15: a.same[1]: found 'X' twice in a group, expected it once"),
        ("a: {same: [x], near: [x]}\n", "synonyms.yml:1:23: a.near[0]: found 'x' twice"),
        ("a: {same: [x]}\n", "synonyms.yml:1:4: a: found one word, expected another that means the same"),
        ("a: {same: []}\n", "synonyms.yml:1:11: a.same: found a list, expected at least one item"),
        ("a: {same: [x, 2]}\n", "synonyms.yml:1:15: a.same[1]: found 2, expected text"),
        (
            "a: {as: [x, y], same: [x, y]}\n",
            "synonyms.yml:1:5: a.as: found the unknown key 'as', expected one of near, same",
        ),
        ("A b: {same: [x, y]}\n", "synonyms.yml:1:1: A b: found the key 'A b', expected lower-case words"),
        ("- x\n", "synonyms.yml:1:1: found a list, expected a mapping"),
        ("a: [\n", "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(tiny: Path, text: str, told: str) -> None:
    (tiny / NAME).write_text(text, encoding="utf-8")
    _, problems = load(tiny)
    assert told in "\n".join(map(str, problems))
