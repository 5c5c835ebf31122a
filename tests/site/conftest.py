"""The miniature knowledge base with made-up measurements: what pages are made from, without running a notebook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lawbook.evidence.fit import Source
from lawbook.evidence.record import Evidence, Fitted, Measured, Point, Run, Series, Usage
from lawbook.reference.catalog import Catalog, load

TINY = Path(__file__).resolve().parents[1] / "tinybook"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    found, problems = load(TINY)
    assert problems == []
    return found


FITTED = Fitted(
    {"spread": 1.0, "b": 0.5},
    Source({"n": (16.0, 64.0, 256.0)}, (0.25, 0.125, 0.0625), {"spread": 1.0, "b": 0.4}, {}),
)


def measured_run(seed: int = 0, *, control: str = "fails") -> Run:
    """A run of halving2001: one check with a point, one with two, a control, a chart."""
    exponent = Point(0.513, 0.012, 0.5, 0.4, 0.6, "holds", {}, (1.0, 0.25), 0.5)
    far = [
        Point(measured, error, n**-0.5, 0.7 * n**-0.5, 1.3 * n**-0.5, "holds", {"n": n, "spread": 1.0}, (1 / n,))
        for measured, error, n in ((0.0312, 0.0008, 1024.0), (0.0225, 0.0005, 2048.0))
    ]
    broken = Point(0.01, 0.02, 0.5, 0.4, 0.6, control, {}, (1.0, 0.25), 0.5)  # type: ignore[arg-type]
    records = (
        Measured("check", "halving2001", "exponent", "inverse-root", "exponent", "holds", (exponent,)),
        Measured("check", "halving2001", "extrapolates", "inverse-root", "extrapolates", "holds", tuple(far), FITTED),
        Measured(
            "control",
            "halving2001",
            "one-draw-repeated",
            "inverse-root",
            "exponent",
            control,
            (broken,),
            None,
            (exponent,),  # type: ignore[arg-type]
        ),
    )
    n = (8.0, 16.0, 32.0, 64.0)
    y = tuple(x**-0.5 * 1.02 for x in n)
    series = Series(
        "error", "inverse-root", "measured", n, y, error=tuple(v / 30 for v in y), prediction=tuple(x**-0.5 for x in n),
        x_label="samples $n$", y_label="error", x_scale="log", y_scale="log",
    )  # fmt: skip
    return Run(
        "halving2001", seed, "quick", "finished", measured=records, series=(series,), seconds=1.5,
        usage=Usage(0.4, 0.0, 0.6, 90.0), versions={"python": "3.11.7", "numpy": "2.4.6"}, commit="abc123",
        finished="2026-11-24T12:00:00+00:00", machine="Linux x86_64, 2 cores",
    )  # fmt: skip


@pytest.fixture
def evidence() -> dict[str, Evidence]:
    runs = tuple(measured_run(seed) for seed in range(3))
    return {"halving2001": Evidence("halving2001", runs[0], runs)}


@pytest.fixture
def unfinished() -> dict[str, Evidence]:
    """A control that holds though it must fail, and a seed without a result."""
    runs = (measured_run(0, control="holds"), Run("halving2001", 1, "quick", "timed out"))
    return {"halving2001": Evidence("halving2001", runs[0], runs)}


@pytest.fixture(scope="session")
def portable(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The miniature, written out for another generator."""
    out = tmp_path_factory.mktemp("portable") / "book"
    subprocess.run(
        [sys.executable, "-m", "lawbook", "pages", "--out", str(out)],
        cwd=site.parents[1], check=True, timeout=120, capture_output=True,
    )  # fmt: skip
    return out


@pytest.fixture(scope="session")
def ported(portable: Path) -> Path:
    """The same, built by MkDocs where neither Lawbook nor mkdocs-jupyter can be imported; a warning is an error."""
    code = (
        "import sys\n"
        "sys.modules['lawbook'] = sys.modules['mkdocs_jupyter'] = None\n"
        "from mkdocs.__main__ import cli\n"
        "cli(['build', '--strict'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=portable, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return portable / "build" / "site"
