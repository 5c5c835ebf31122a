"""Small books, made once, in which one file at a time is another."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPO, TINY


@pytest.fixture(scope="session")
def tinybook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of tests/tinybook."""
    root = tmp_path_factory.mktemp("fuzz") / "tinybook"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns("build"))
    return root


@pytest.fixture(scope="session")
def realbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One entry a family out of references/, the longest that names no law of another, with the works that they cite and families without guides."""
    root = tmp_path_factory.mktemp("fuzz") / "realbook"
    families = yaml.safe_load((REPO / "references/families.yml").read_text(encoding="utf-8"))
    words = ""
    for family in families:
        families[family].pop("guide", None)
        alone = [
            path for path in sorted((REPO / "references" / family).glob("*.yml")) if _names_no_law_of_another(path)
        ]
        entry = max(alone, key=lambda path: path.stat().st_size)
        notebook = REPO / "notebooks" / family / f"{entry.stem}.py"
        for path in (entry, notebook):
            copy = root / path.relative_to(REPO)
            copy.parent.mkdir(parents=True)
            shutil.copy(path, copy)
        mine = root / entry.relative_to(REPO)
        mine.write_text(re.sub(r"(?m)^read-first:.*\n", "", mine.read_text(encoding="utf-8")), encoding="utf-8")
        words += entry.read_text(encoding="utf-8")
    (root / "references/families.yml").write_text(yaml.safe_dump(families, allow_unicode=True), encoding="utf-8")
    shutil.copy(REPO / "references/notation.yml", root / "references/notation.yml")
    works = re.split(r"\n(?=@)", (REPO / "references/papers.bib").read_text(encoding="utf-8"))
    cited = [work for work in works if (key := re.match(r"@\w+\{([^,]+),", work)) and key[1] in words]
    (root / "references/papers.bib").write_text("\n".join(cited), encoding="utf-8")
    return root


def _names_no_law_of_another(path: Path) -> bool:
    return set(re.findall(r"\[@(\w+)/", path.read_text(encoding="utf-8"))) <= {path.stem}
