"""The glossary as a file: what is wrong is told where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from lawbook.reference.catalog import load

ROOT = Path(__file__).resolve().parents[2]


def messages(root: Path, text: str) -> list[str]:
    (root / "references/glossary.yml").write_text(text)
    return [str(problem) for problem in load(root)[1]]


def test_a_book_without_one_has_no_terms(tiny: Path) -> None:
    (tiny / "references/glossary.yml").unlink()
    catalog, problems = load(tiny)
    assert (catalog.glossary, problems) == ({}, [])


def test_a_sound_one_is_read_in_its_order(tiny: Path) -> None:
    text = "b: {term: bee, also: [wasp], says: 'It flies [@halving2001].'}\na: {term: ant, says: It walks., see: [b]}\n"
    assert messages(tiny, text) == []
    terms = load(tiny)[0].glossary
    assert list(terms) == ["b", "a"]
    assert terms["b"].names == ("bee", "wasp")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: {term: ant}", "1:4: a.says", "found no key 'says'"),
        ("Ant: {term: ant, says: x}", "1:1: Ant", "expected lower-case words joined by hyphens"),
        ("a: {term: ant, says: x, see: [bee]}\nb: {term: b, says: x}", "1:31: a.see[0]", "expected the id of a term"),
        ("ant: {term: ant, says: x, see: [ant]}", "1:33: ant.see[0]", "found 'ant' itself"),
        ("a: {term: ant, says: x}\nb: {term: bee, also: [Ant], says: x}", "2:23: b.also[0]", "(first in a)"),
        ("a: {term: ant, also: [ant], says: x}", "1:23: a.also[0]", "expected a name to mean one thing"),
        ("a: {term: ant, says: '[@nobody2000]'}", "1:22: a.says", "expected a key of papers.bib"),
        ("a: {term: ant, says: x, sea: [b]}", "1:25: a.sea", "did you mean 'see'?"),
    ],
)
def test_problems_stand_where_they_are(tiny: Path, text: str, place: str, message: str) -> None:
    (found,) = messages(tiny, text + "\n")
    assert found.startswith(f"references/glossary.yml:{place}: ")
    assert message in found


def test_the_book_has_the_words_that_its_entries_need() -> None:
    terms = load(ROOT)[0].glossary
    assert len(terms) >= 50
    names = {name for term in terms.values() for name in term.names}
    assert {"sharpness", "edge of stability", "weight decay", "SAM", "ridge", "quanta", "max-margin"} <= names
