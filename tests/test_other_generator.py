"""Comparing what two generators make of the book."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
spec = importlib.util.spec_from_file_location("other_generator", REPO / "tools" / "other_generator.py")
assert spec is not None
assert spec.loader is not None
other_generator = importlib.util.module_from_spec(spec)
spec.loader.exec_module(other_generator)


def site(root: Path, **files: str) -> Path:
    """A site of pages and a style sheet."""
    for name, text in files.items():
        path = root / name / "index.html"
        path.parent.mkdir(parents=True)
        path.write_text(f'<head>\n  <meta name="generator" content="{root.name}">\n</head>{text}')
    root.mkdir(exist_ok=True)
    (root / "a.css").write_text('<meta name="generator" content="the same">')
    return root


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"laws": "a", "home": "b"}, []),
        ({"laws": "A", "home": "b"}, ["laws/index.html"]),
        ({"laws": "a"}, ["home/index.html"]),
        ({"laws": "a", "home": "b", "more": ""}, ["more/index.html"]),
    ],
)
def test_only_the_name_of_the_generator_may_differ(tmp_path: Path, files: dict[str, str], found: list[str]) -> None:
    one, other = site(tmp_path / "one", laws="a", home="b"), site(tmp_path / "other", **files)
    assert other_generator.differences(one, other) == found


def test_files_that_are_no_pages_are_compared_as_they_are(tmp_path: Path) -> None:
    one, other = site(tmp_path / "one"), site(tmp_path / "other")
    (other / "a.css").write_text('<meta name="generator" content="another">')
    assert other_generator.differences(one, other) == ["a.css"]


def test_one_package_is_taken_out_of_the_lock() -> None:
    lock = (REPO / "requirements.lock").read_text(encoding="utf-8")
    made = other_generator.without(lock, "mkdocs")
    gone = sorted(set(lock.splitlines()) - set(made.splitlines()))
    assert [line.split()[0] for line in gone if "==" in line] == ["mkdocs==1.6.1"]
    assert made.count("==") == lock.count("==") - 1
    assert made.splitlines()[0] == lock.splitlines()[0]
    assert lock.count("--hash") - made.count("--hash") == sum("--hash" in line for line in gone)
