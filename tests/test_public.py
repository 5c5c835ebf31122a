"""The public API: every name documented in full, in one place on the site, with an example that runs.

What is public is said in the code: `__all__` of `lawbook` and of `lawbook.notebook`; in a module of `lawbook.measure`,
every class and function without a leading underscore.
"""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import griffe
import jax
import lawbook
import pytest

jax.config.update("jax_enable_x64", True)  # as notebooks run, and so do the examples

REPO = Path(__file__).resolve().parents[1]
MODULES: dict[str, ModuleType] = {
    "lawbook": lawbook,
    "lawbook.notebook": lawbook.notebook,
    **{
        f"lawbook.measure.{name}": module
        for name in lawbook.measure.__all__
        if inspect.ismodule(module := getattr(lawbook.measure, name))
    },
}
TREE = griffe.load("lawbook", allow_inspection=False)


@pytest.mark.parametrize("room", [lawbook, lawbook.measure])
def test_what_loads_late_is_listed(room: ModuleType) -> None:
    assert set(room.__all__) == set(dir(room))


def names_of(module: ModuleType) -> list[str]:
    """The public names of a module, modules left out: they are rooms of their own."""
    if hasattr(module, "__all__"):
        return [name for name in module.__all__ if not inspect.ismodule(getattr(module, name))]
    things = [
        (name, thing) for name, thing in vars(module).items() if inspect.isclass(thing) or inspect.isfunction(thing)
    ]
    return [name for name, thing in things if not name.startswith("_") and thing.__module__ == module.__name__]


PUBLIC = {f"{place}.{name}": getattr(module, name) for place, module in MODULES.items() for name in names_of(module)}


def described(name: str) -> Any:
    """What griffe, and so the site, knows of a public name."""
    return TREE[name.removeprefix("lawbook.")]


def with_members(name: str) -> Iterator[str]:
    """A public name and, of a class, the methods and properties that it defines."""
    yield name
    if inspect.isclass(PUBLIC[name]):
        for member in described(name).all_members.values():  # inherited ones too
            named = not member.name.startswith("_") or member.name == "__call__"
            if named and (member.is_function or "property" in member.labels):
                yield f"{name}.{member.name}"


DOCUMENTED = [member for name in PUBLIC for member in with_members(name)]
CALLED = [name for name in DOCUMENTED if described(name).is_function]


def thing(name: str) -> Any:
    """The object of a public name or of a member of one."""
    if name in PUBLIC:
        return PUBLIC[name]
    owner, _, member = name.rpartition(".")
    return getattr(PUBLIC[owner], member)


def sections(name: str) -> dict[str, Any]:
    """The sections of a docstring by their kind, read as the site reads them."""
    docstring = described(name).docstring
    parsed = docstring.parse("google", returns_multiple_items=False, returns_named_value=False) if docstring else []
    return {section.kind.value: section.value for section in parsed}


def raised(name: str) -> set[str]:
    """The exceptions that stand in `raise` statements of a function."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(thing(name))))
    raises = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    return {ast.unparse(exc.func if isinstance(exc, ast.Call) else exc) for exc in raises}


def told(name: str) -> set[str]:
    """The exceptions under `Raises`."""
    return {word for item in sections(name).get("raises", []) for word in re.findall(r"\w+", str(item.annotation))}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_it_has_a_description(name: str) -> None:
    assert "text" in sections(name), f"{name} has no docstring"


@pytest.mark.parametrize("name", CALLED)
def test_every_argument_is_explained(name: str) -> None:
    taken = {p.name for p in described(name).parameters if p.name not in ("self", "cls")}
    explained = {p.name.lstrip("*") for p in sections(name).get("parameters", [])}
    assert explained == taken, "the section `Arguments:` and the signature differ"


@pytest.mark.parametrize("name", CALLED)
def test_what_it_returns_is_explained(name: str) -> None:
    assert ("returns" in sections(name)) == (str(described(name).returns) != "None")


@pytest.mark.parametrize("name", CALLED)
def test_what_it_raises_is_explained(name: str) -> None:
    assert raised(name) <= told(name), "an exception is missing in the section `Raises:`"


@pytest.mark.parametrize("name", CALLED)
def test_what_it_gives_back_or_raises_is_public_too(name: str) -> None:
    where = inspect.getmodule(inspect.unwrap(thing(name)))
    named = {str(described(name).returns).rpartition(".")[2], *told(name)}
    ours = {word for word in named if getattr(vars(where).get(word), "__module__", "").startswith("lawbook.")}
    assert {word for word in ours if vars(where)[word] not in PUBLIC.values()} == set()


@pytest.mark.parametrize("name", [name for name in CALLED if not name.endswith("__")])
def test_it_has_an_example(name: str) -> None:
    assert "examples" in sections(name), f"{name} has no section `Examples:`"


def examples() -> list[doctest.DocTest]:
    """The examples of all public docstrings and of their modules, each to run with nothing but what it imports."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    alone = doctest.DocTestFinder(exclude_empty=True, recurse=False)
    found = [test for place, module in MODULES.items() for test in alone.find(module, place, globs={})]
    found += [test for name, public in PUBLIC.items() for test in finder.find(public, name, globs={})]
    return [test for test in found if test.examples]


@pytest.mark.parametrize("example", examples(), ids=lambda test: test.name)
def test_the_example_runs(example: doctest.DocTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPO)  # where the book is
    for variable in ("LAWBOOK_ROOT", "LAWBOOK_SEED", "LAWBOOK_SCALE"):
        monkeypatch.delenv(variable, raising=False)
    report: list[str] = []
    result = doctest.DocTestRunner().run(example, out=report.append)
    assert result.failed == 0, "".join(report)


def test_to_ask_for_the_api_loads_no_instrument() -> None:
    code = "import sys, lawbook; lawbook.measure; print(sorted({'jax', 'numpy', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_an_instrument_is_at_hand_without_an_import_of_its_own() -> None:
    code = "import lawbook; print(lawbook.measure.powerlaw.fit([1, 2, 4], [1, 2, 4]).exponent)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert float(done.stdout) == pytest.approx(1)


def test_every_instrument_is_in_the_list() -> None:
    folder = Path(str(lawbook.measure.__file__)).parent
    instruments = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert {f"lawbook.measure.{name}" for name in instruments} == {name for name in MODULES if ".measure." in name}
    beside = {getattr(lawbook.measure, name) for name in set(lawbook.measure.__all__) - instruments}
    assert beside <= set(PUBLIC.values())  # each has its page where its own module has it
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lawbook.measure.nothing  # noqa: B018


def headings(site: Path) -> list[tuple[str, str]]:
    """Page and name of each heading on the site that documents something."""
    pattern = re.compile(r'<h[1-6] id="(lawbook\.[^"]+)"')
    pages = sorted(site.rglob("*.html"))
    return [(str(p.relative_to(site)), name) for p in pages for name in pattern.findall(p.read_text(encoding="utf-8"))]


def test_every_public_name_is_on_the_site(site: Path) -> None:
    assert set(DOCUMENTED) - {name for _, name in headings(site)} == set()


def test_every_documented_name_exists_and_has_one_home(site: Path) -> None:
    homes: dict[str, list[str]] = {}
    for page, name in headings(site):
        homes.setdefault(described(name).canonical_path, []).append(f"{name} in {page}")
    assert {path: places for path, places in homes.items() if len(places) > 1} == {}


def test_only_what_is_public_is_on_the_site(site: Path) -> None:
    # beside the names themselves: fields of classes, and aliases of types that have a docstring
    attributes = {name for _, name in headings(site) if described(name).is_attribute}
    assert {name for _, name in headings(site)} - attributes == {name for name in DOCUMENTED if name not in attributes}


def test_the_pages_of_the_api_are_light(site: Path) -> None:
    pages = list((site / "python").rglob("*.html"))
    assert len(pages) == sum(".measure." in name for name in MODULES) + 6
    assert {page.parent.name: page.stat().st_size for page in pages if page.stat().st_size > 150_000} == {}
