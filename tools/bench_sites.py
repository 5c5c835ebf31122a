"""What a site of real entries and their copies costs, beside other generators on the same Markdown."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import bench_copies

SCRIPTS = Path(sys.executable).parent
EDITED = Path("references/stability/cohen2021.yml")
# What Sphinx is told to read the pages as they are; the theme has a navigation on each page, as Material has.
SPHINX = "extensions = ['myst_parser']\nmyst_enable_extensions = ['attrs_block', 'attrs_inline']\nhtml_theme = 'furo'\n"

# A process of its own: one that is started by a large one counts as large.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""

Row = tuple[str, str, str]  # what, the figure, what is to be reached


class Used(NamedTuple):
    """What a command and its children took."""

    cpu: float  # seconds of all
    peak: float  # MB of the largest

    def told(self, count: int) -> str:
        """In words, for so many entries."""
        return f"{self.cpu:.1f} CPU s, {self.cpu / count * 1e3:.0f} ms an entry, {self.peak:.0f} MB"


def used_by(command: Sequence[str | Path], cwd: Path) -> Used:
    """Run a command and say what it took.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], cwd=cwd, check=True, capture_output=True, text=True
    )
    cpu, peak = map(float, told.stdout.split())
    return Used(cpu, peak * (1 if sys.platform == "darwin" else 1024) / 1e6)


def figures(sizes: list[int], folder: Path) -> Iterator[Row]:
    """A site of so many entries, with nothing kept, after an edit, and as it is; then others on its Markdown."""
    site: list[str | Path] = [SCRIPTS / "lawbook", "site", "--no-run"]
    for count in sizes:
        root = bench_copies.rich(count, folder / f"rich-{count}")
        yield f"site of {count} entries, nothing kept", used_by(site, root).told(count), "≤ 60 ms"
        text = (root / EDITED).read_text(encoding="utf-8")
        (root / EDITED).write_text(text.replace("\n  - text: >-\n", "\n  - text: >-\n      Edited.\n", 1), "utf-8")
        yield "the same after an edit", used_by(site, root).told(count), "≤ 8 ms, ≤ 500 MB"
        yield "the same, nothing changed", f"{used_by(site, root).cpu:.1f} CPU s", "≤ 3 s"
        out = folder / f"pages-{count}"
        yield "`lawbook pages`, as kept", used_by([SCRIPTS / "lawbook", "pages", "--out", out], root).told(count), ""
        for name, told in others(out, count):
            yield f"{name} on the same Markdown", told, ""
        shutil.rmtree(root)
        shutil.rmtree(out)


def others(pages: Path, count: int) -> Iterator[tuple[str, str]]:
    """What other generators take for the pages that `lawbook pages` wrote; those that the path has."""
    yield "MkDocs with Material", used_by([SCRIPTS / "mkdocs", "build", "-q"], pages).told(count)
    if zensical := shutil.which("zensical"):
        settings = (pages / "mkdocs.yml").read_text(encoding="utf-8")
        settings = re.sub(r"^- mkdocstrings:\n(?: +.*\n)+", "", settings, flags=re.MULTILINE)
        settings = re.sub(r"^ +custom_dir: .*\n", "", settings, flags=re.MULTILINE)
        (pages / "zensical.yml").write_text(settings, encoding="utf-8")
        yield "Zensical", used_by([zensical, "build", "-c", "-f", "zensical.yml"], pages).told(count)
    else:
        yield "Zensical", "not measured: not on the path"
    if sphinx := shutil.which("sphinx-build"):
        (pages / "docs" / "conf.py").write_text(SPHINX, encoding="utf-8")
        yield "Sphinx with MyST", used_by([sphinx, "-Q", "-b", "html", "docs", "sphinx"], pages).told(count)
    else:
        yield "Sphinx with MyST", "not measured: not on the path"
