"""No file that people send is a traceback, a hang or a program, whatever it holds; and what is sound becomes pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lawbook.evidence.confirmation import read_all
from lawbook.reference.catalog import Catalog
from lawbook.reference.checked import load_checked

from tests.conftest import REPO, TINY, tried
from tests.fuzz import inputs
from tests.fuzz.pages import assert_pages_hold_text_alone
from tests.fuzz.watch import assert_told_well, watched

ENTRY, OTHER = "references/scaling/halving2001.yml", "references/geometry/corner2002.yml"
NOTEBOOK, OTHER_NOTEBOOK = "notebooks/scaling/halving2001.py", "notebooks/geometry/corner2002.py"


def tiny(*names: str) -> list[bytes]:
    return [(TINY / name).read_bytes() for name in names]


def real(pattern: str) -> list[bytes]:
    """Files of the book itself, the longest of each folder."""
    found: dict[Path, Path] = {}
    for path in sorted(REPO.glob(pattern)):
        if path.parent not in found or path.stat().st_size > found[path.parent].stat().st_size:
            found[path.parent] = path
    return [path.read_bytes() for path in found.values()]


def checked(kind: str, root: Path, name: str, content: bytes) -> Catalog:
    """What `lawbook check` makes of a book in which one file is another; twice, with the same words."""
    tried[kind] += 1
    path = root / name
    before = path.read_bytes()
    try:
        path.write_bytes(content)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LAWBOOK_CACHE", str(root / "build" / "kept"))
            (root / "build").mkdir(exist_ok=True)
            with watched(root / "build"):
                catalog, problems = load_checked(root)
                told = read_all(catalog)[1]
                again = load_checked(root)[1]
        assert told == []
        assert [str(problem) for problem in problems] == [str(problem) for problem in again]
        assert_told_well(problems, root, content.decode("utf-8", "replace"))
        if not problems:
            tried[f"{kind}, sound"] += 1
            assert_pages_hold_text_alone(catalog)
    finally:
        path.write_bytes(before)
    assert not list(root.rglob("PLANTED"))
    return catalog


@given(
    content=st.one_of(
        inputs.damaged(tiny(ENTRY, OTHER)), inputs.changed_yaml(tiny(ENTRY)), inputs.reworded(tiny(ENTRY)[0])
    )
)
def test_any_entry(tinybook: Path, content: bytes) -> None:
    checked("entry", tinybook, ENTRY, content)


@given(data=st.data())
def test_any_real_entry(realbook: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(realbook.glob("references/*/*.yml"))))
    original = (REPO / path.relative_to(realbook)).read_bytes()
    made = data.draw(st.one_of(inputs.damaged([original]), inputs.changed_yaml([original])))
    checked("real entry", realbook, path.relative_to(realbook).as_posix(), made)


@given(
    content=st.one_of(
        inputs.damaged(tiny("references/families.yml")), inputs.changed_yaml(tiny("references/families.yml"))
    )
)
def test_any_families(tinybook: Path, content: bytes) -> None:
    checked("families.yml", tinybook, "references/families.yml", content)


@given(content=inputs.reworded(tiny("references/families.yml")[0]))
def test_any_guide(tinybook: Path, content: bytes) -> None:
    checked("guide", tinybook, "references/families.yml", content)


@given(
    content=st.one_of(
        inputs.damaged(real("references/families.yml")), inputs.changed_yaml(real("references/families.yml"))
    )
)
def test_any_real_guide(tinybook: Path, content: bytes) -> None:
    checked("real guide", tinybook, "references/families.yml", content)


@given(
    content=st.one_of(
        *(
            make(tiny("references/notation.yml") + real("references/notation.yml"))
            for make in (inputs.damaged, inputs.changed_yaml)
        )
    )
)
def test_any_notation(tinybook: Path, content: bytes) -> None:
    checked("notation.yml", tinybook, "references/notation.yml", content)


@given(
    content=st.one_of(
        inputs.bibliographies(tiny("references/papers.bib")[0]),
        inputs.bibliographies(real("references/papers.bib")[0][:6000]),
    )
)
def test_any_bibliography(tinybook: Path, content: bytes) -> None:
    checked("papers.bib", tinybook, "references/papers.bib", content)


@given(content=inputs.notebooks(tiny(NOTEBOOK)))
def test_any_notebook(tinybook: Path, content: bytes) -> None:
    checked("notebook", tinybook, NOTEBOOK, content)


@given(content=inputs.notebooks(real("notebooks/*/*.py")))
def test_any_real_notebook(tinybook: Path, content: bytes) -> None:
    checked("real notebook", tinybook, NOTEBOOK, content)


@pytest.mark.parametrize("book", ["tinybook", "realbook"])
def test_the_books_are_sound_as_they_are(book: str, request: pytest.FixtureRequest) -> None:
    root = request.getfixturevalue(book)
    catalog, problems = load_checked(root)
    assert list(map(str, problems)) == []
    assert_pages_hold_text_alone(catalog)
