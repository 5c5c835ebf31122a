"""Lawbook: an executable, annotated reference of the simple laws of deep learning."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lawbook import measure
    from lawbook.evidence import notebook
    from lawbook.least_squares import Prediction
    from lawbook.own.compare import Comparison, compare
    from lawbook.own.fit import Against, HeldOut, LawFit, Optimum, fit
    from lawbook.own.judgement import Judgement
    from lawbook.own.judging import judge
    from lawbook.own.report import report
    from lawbook.own.runs import Runs, runs
    from lawbook.own.solved import ExtrapolationWarning
    from lawbook.own.table import RunsError
    from lawbook.reference.api import InvalidEntryError, UnknownNameError, entry, formula
    from lawbook.reference.bound import LawFormula
    from lawbook.reference.formula import Formula, FormulaError
    from lawbook.reference.model import Entry

__all__ = [
    "Against",
    "Comparison",
    "Entry",
    "ExtrapolationWarning",
    "Formula",
    "FormulaError",
    "HeldOut",
    "InvalidEntryError",
    "Judgement",
    "LawFit",
    "LawFormula",
    "Optimum",
    "Prediction",
    "Runs",
    "RunsError",
    "UnknownNameError",
    "compare",
    "entry",
    "fit",
    "formula",
    "judge",
    "measure",
    "notebook",
    "report",
    "runs",
]

# Heavy modules load when they are first used: `import lawbook` costs milliseconds.
LAZY = {
    "measure": ("lawbook.measure", None),
    "notebook": ("lawbook.evidence.notebook", None),
    "Prediction": ("lawbook.least_squares", "Prediction"),
    "ExtrapolationWarning": ("lawbook.own.solved", "ExtrapolationWarning"),
    "Against": ("lawbook.own.fit", "Against"),
    "HeldOut": ("lawbook.own.fit", "HeldOut"),
    "Optimum": ("lawbook.own.fit", "Optimum"),
    "LawFit": ("lawbook.own.fit", "LawFit"),
    "Runs": ("lawbook.own.runs", "Runs"),
    "RunsError": ("lawbook.own.table", "RunsError"),
    "Comparison": ("lawbook.own.compare", "Comparison"),
    "compare": ("lawbook.own.compare", "compare"),
    "fit": ("lawbook.own.fit", "fit"),
    "report": ("lawbook.own.report", "report"),
    "runs": ("lawbook.own.runs", "runs"),
    "Judgement": ("lawbook.own.judgement", "Judgement"),
    "judge": ("lawbook.own.judging", "judge"),
    "entry": ("lawbook.reference.api", "entry"),
    "formula": ("lawbook.reference.api", "formula"),
    "Entry": ("lawbook.reference.model", "Entry"),
    "Formula": ("lawbook.reference.formula", "Formula"),
    "FormulaError": ("lawbook.reference.formula", "FormulaError"),
    "InvalidEntryError": ("lawbook.reference.api", "InvalidEntryError"),
    "LawFormula": ("lawbook.reference.bound", "LawFormula"),
    "UnknownNameError": ("lawbook.reference.api", "UnknownNameError"),
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("lawbook")
    if name not in LAZY:
        raise AttributeError(f"module 'lawbook' has no attribute {name!r}")
    module, attribute = LAZY[name]
    loaded = importlib.import_module(module)
    return loaded if attribute is None else getattr(loaded, attribute)
