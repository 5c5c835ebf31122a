"""Live parts of hand-written pages."""

from __future__ import annotations

import re
from pathlib import Path

import lawbook
import markdown
import pytest
from lawbook.reference.catalog import Catalog
from lawbook.site.documentation import fill, first_line, install, tree
from lawbook.site.pages import Book


def test_a_live_part_is_put_in_and_math_rendered(catalog: Catalog) -> None:
    made = fill("# H\n\nSome $m - 2e$.\n\n<!-- lawbook:scoreboard -->\n", Book(catalog, {}))
    assert "<math>" in made
    assert "<b>2</b> papers" in made


def test_an_unknown_part_is_refused(catalog: Catalog) -> None:
    with pytest.raises(ValueError, match="expected one of law, home"):
        fill("<!-- lawbook:nothing -->", Book(catalog, {}))


def test_the_tree_is_that_of_the_code() -> None:
    package = Path(lawbook.__file__).parent
    made = tree(package)
    for path in package.rglob("*.py"):
        if path.name not in ("__init__.py", "__main__.py"):
            assert path.name in made
            assert first_line(path) in made
            assert first_line(path), f"{path} has no docstring"


def test_math_at_the_start_of_a_line_stays_in_its_paragraph(catalog: Catalog) -> None:
    text = "a value $p$, and then\n$m$ is the number $k$ of *it*.\n\n$x$ starts.\n\n$$a = b$$\n"
    made = markdown.markdown(fill(text, Book(catalog, {})))
    assert len(re.findall("<p>", made)) == 2
    assert re.search(
        r"<p>a value <math>.*</math></span> is the number <math>.*</math> of <em>it</em>\.</p>", made, re.DOTALL
    )
    assert re.search(r"<p><span><math>.*</math></span> starts\.</p>\n<math", made)


def test_the_package_that_the_site_carries_can_be_installed(catalog: Catalog) -> None:
    name = "lawbook-0.2.0-py3-none-any.whl"
    told = install(name)
    assert f"(../dist/{name})" in told
    assert f'pip install "./{name}[lab]"' in told
    assert install(None) == ""
    assert fill("<!-- lawbook:install -->", Book(catalog, {})) == ""  # the miniature has no package


def test_files_beside_the_readme_are_pages_that_link_to_each_other(catalog: Catalog) -> None:
    repository = Path(__file__).resolve().parents[2]
    book = Book(Catalog(repository), {})
    for name, other in (("contributing", "security"), ("security", "contributing")):
        made = fill(f"# Title\n\n<!-- lawbook:{name} -->\n", book)
        first = (repository / f"{name.upper()}.md").read_text(encoding="utf-8").partition("\n")[0]
        assert first.startswith("# ")
        assert first not in made
        assert len(made) > 1000
        assert "SECURITY.md)" not in made
        assert f"({other}.md)" in made
        assert (repository / "docs" / f"{other}.md").is_file()
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "](SECURITY.md)" in (repository / name).read_text(encoding="utf-8")
