"""Long lists over several pages."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from lawbook.site.paging import address, sheets


@dataclass(frozen=True)
class Part:
    label: str
    size: int


@pytest.mark.parametrize(
    ("sizes", "pages"),
    [
        ([], [[]]),
        ([3], [[3]]),
        ([2, 3, 1], [[2, 3], [1]]),
        ([9, 1], [[9], [1]]),  # never parted, however long
        ([1, 9, 1], [[1], [9], [1]]),
        ([5, 5, 5], [[5], [5], [5]]),
    ],
)
def test_a_page_is_full_at_the_limit_and_no_section_is_parted(sizes: list[int], pages: list[list[int]]) -> None:
    made = sheets([Part(str(i), size) for i, size in enumerate(sizes)], 5)
    assert [[part.size for part in sheet.sections] for sheet in made] == pages
    assert [sheet.number for sheet in made] == list(range(1, len(pages) + 1))


def test_a_page_says_from_where_to_where_it_reaches() -> None:
    first, second = sheets([Part("a", 2), Part("b", 2), Part("c", 2)], 4)
    assert (first.reach, second.reach) == ("a to b", "c")


def test_the_first_page_has_the_address_of_the_list() -> None:
    assert address("browse/kind.md", 1) == "browse/kind.md"
    assert address("browse/kind.md", 3) == "browse/kind-3.md"
    assert address("laws/index.md", 2) == "laws/all-2.md"
