"""Tables over seeds, and the lines of a notebook that is still running."""

import io
import math
from pathlib import Path

from lawbook.evidence import report
from lawbook.evidence.execute import Job
from lawbook.evidence.judging import Taken, judged
from lawbook.evidence.record import Run, to_json
from lawbook.reference.catalog import load
from rich.console import Console


def test_a_seed_without_a_number_is_not_averaged_away():
    assert report._over_seeds([1.0, math.nan, 2.0]) == "not a number"
    assert report._over_seeds([1.0, 3.0]).startswith("2")


def test_a_control_waits_for_the_check_that_is_its_intact_run(tiny: Path) -> None:
    catalog = load(tiny)[0]
    entry, job = catalog.entries["corner2002"], Job(str(tiny), "corner2002", "n.py", 0, "quick", "", 1.0)
    control = judged(catalog, entry, "control", "on-the-sphere", Taken(4.7, 0.0, {}))
    check = judged(catalog, entry, "check", "sum-is-pi", Taken(math.pi, 0.0, {}))
    for live in (True, False):
        out = io.StringIO()
        progress = report.Progress(Console(file=out, width=160), catalog)
        for record in (control, check) if live else ():
            progress.record(job, to_json(record))
        assert "on-the-sphere" not in out.getvalue()
        progress.done(job, Run("corner2002", 0, "quick", "finished", measured=(control, check)), cached=False)
        assert out.getvalue().count("✓ breaks down, as it should") == 1
        assert "confounded" not in out.getvalue()
