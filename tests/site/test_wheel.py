"""The wheel: what is inside, the same bytes each time, and a book that is read from it in an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import lawbook
import pytest
from lawbook.evidence.record import Evidence
from lawbook.reference.catalog import Catalog, load
from lawbook.site import wheel

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's source around the miniature book, as a fork would have it."""
    root = tmp_path_factory.mktemp("fork")
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        shutil.copy(REPO / name, root / name)
    shutil.copytree(REPO / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("references", "notebooks"):
        shutil.copytree(REPO / "tests" / "tinybook" / name, root / name)
    return root


@pytest.fixture
def made(source: Path, evidence: dict[str, Evidence], tmp_path: Path) -> Path:
    """Its wheel, with made-up measurements."""
    return wheel.build(load(source)[0], evidence, tmp_path)


def test_the_wheel_has_the_book_and_nothing_of_the_workshop(made: Path, source: Path) -> None:
    names = set(zipfile.ZipFile(made).namelist())
    for folder in ("references", "notebooks"):
        files = [p.relative_to(source).as_posix() for p in (source / folder).rglob("*") if p.is_file()]
        assert files
        assert {f"lawbook/book/{file}" for file in files} <= names
    assert {f"lawbook/book/terminal-{part}.json" for part in ("list", "search", "entries")} <= names
    assert {"lawbook/book/entry.schema.json", "lawbook/book/records.json", "lawbook/py.typed"} <= names
    assert "lawbook/site/templates/law.md.jinja" in names
    assert not [
        name
        for name in names
        if name.split("/")[0] not in ("lawbook", f"{made.name[: -len('-py3-none-any.whl')]}.dist-info")
    ]
    assert not [name for name in names if "__pycache__" in name or "bench" in name]


def test_the_same_files_give_the_same_bytes(
    made: Path, source: Path, evidence: dict[str, Evidence], tmp_path: Path
) -> None:
    again = wheel.build(load(source)[0], evidence, tmp_path / "again")
    assert again.read_bytes() == made.read_bytes()


def test_it_is_built_again_only_when_something_has_changed(
    made: Path, source: Path, evidence: dict[str, Evidence], tmp_path: Path
) -> None:
    catalog = load(source)[0]
    before = made.stat().st_mtime_ns
    assert wheel.build(catalog, evidence, tmp_path).stat().st_mtime_ns == before
    changed = wheel.build(catalog, {}, tmp_path)
    assert changed.stat().st_mtime_ns != before
    assert json.loads(zipfile.ZipFile(changed).read("lawbook/book/records.json")) == {}


def test_it_is_built_again_when_its_description_has_changed(
    made: Path, source: Path, evidence: dict[str, Evidence], tmp_path: Path
) -> None:
    fork = tmp_path / "fork"
    shutil.copytree(source, fork)
    with (fork / "README.md").open("a") as file:
        file.write("\nA sentence of the fork.\n")
    changed = zipfile.ZipFile(wheel.build(load(fork)[0], evidence, tmp_path))
    (about,) = [name for name in changed.namelist() if name.endswith("/METADATA")]
    assert "A sentence of the fork." in changed.read(about).decode()


def test_a_book_without_the_package_has_no_wheel(tiny: Path, catalog: Catalog, tmp_path: Path) -> None:
    assert wheel.name(tiny) is None
    with pytest.raises(FileNotFoundError, match=r"expected pyproject.toml and tools/lawbook"):
        wheel.build(load(tiny)[0], {}, tmp_path)


def test_a_build_that_fails_says_why_and_leaves_the_former_wheel(
    made: Path, source: Path, evidence: dict[str, Evidence], tmp_path: Path
) -> None:
    before = made.read_bytes()
    broken = tmp_path / "broken"
    shutil.copytree(source, broken)
    text = (broken / "pyproject.toml").read_text()
    (broken / "pyproject.toml").write_text(text.replace('"references" = ', '"reverences" = '))
    with pytest.raises(RuntimeError, match="the wheel could not be built"):
        wheel.build(load(broken)[0], evidence, tmp_path)
    assert made.read_bytes() == before
    assert sorted(p.name for p in tmp_path.glob("*whl*")) == [made.name, f"{made.name}.made-from"]


SESSION = """
import lawbook
print(lawbook.__file__)
print(lawbook.entry("halving2001").paper, lawbook.formula("halving2001")(n=4, b=0.5, spread=1))
law = lawbook.notebook.open("halving2001")
law.check("exponent", measured=0.5, error=0.01)
"""


def test_in_an_empty_folder_everything_is_read_from_the_wheel(made: Path, tmp_path: Path) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    zipfile.ZipFile(made).extractall(installed)
    empty.mkdir()
    env = {k: v for k, v in os.environ.items() if k != "LAWBOOK_ROOT"}
    env |= {"PYTHONPATH": str(installed), "LAWBOOK_CACHE": str(tmp_path / "cache")}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], cwd=empty, env=env, capture_output=True, text=True, check=False
        )

    python = run("-c", SESSION)
    assert python.stderr == ""
    lines = python.stdout.splitlines()
    assert Path(lines[0]).is_relative_to(installed)
    assert lines[1] == "halving2001 0.5"
    assert "exponent: ✓ holds" in python.stdout
    shown = run("-m", "lawbook", "show", "halving2001")
    assert "✓ check exponent: predicted 0.5 (± 0.1), measured 0.513 ± 0.012: holds" in shown.stdout, (
        shown.stdout + shown.stderr
    )
    assert not (tmp_path / "cache").exists()  # what the terminal shows came with the wheel
    status = run("-m", "lawbook", "status")
    assert "halving2001" in status.stdout
    assert "not run, or changed since" in status.stdout  # corner2002 came without records
    for verb in (["check"], ["run", "halving2001"], ["new", "doe2027", "--family", "scaling"]):
        refused = run("-m", "lawbook", *verb)
        assert refused.returncode == 2
        assert "expected a clone of Lawbook: work inside one, or name its folder in LAWBOOK_ROOT" in refused.stderr
    assert list(empty.iterdir()) == []
    assert not (installed / "lawbook" / "book" / "build").exists()


def test_the_version_is_that_of_the_project() -> None:
    assert wheel.name(REPO) == f"lawbook-{lawbook.__version__}-py3-none-any.whl"
