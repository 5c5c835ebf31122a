"""Live parts of hand-written pages."""

from __future__ import annotations

from pathlib import Path

import lawbook
import pytest
from lawbook.reference.catalog import Catalog
from lawbook.site.documentation import fill, first_line, tree
from lawbook.site.pages import Book


def test_a_live_part_is_put_in_and_math_rendered(catalog: Catalog) -> None:
    made = fill("# H\n\nSome $m - 2e$.\n\n<!-- lawbook:home -->\n", Book(catalog, {}))
    assert "<math>" in made
    assert "<b>2</b> papers" in made


def test_an_unknown_part_is_refused(catalog: Catalog) -> None:
    with pytest.raises(ValueError, match="expected one of home"):
        fill("<!-- lawbook:nothing -->", Book(catalog, {}))


def test_the_tree_is_that_of_the_code() -> None:
    package = Path(lawbook.__file__).parent
    made = tree(package)
    for path in package.rglob("*.py"):
        if path.name not in ("__init__.py", "__main__.py"):
            assert path.name in made
            assert first_line(path) in made
            assert first_line(path), f"{path} has no docstring"
