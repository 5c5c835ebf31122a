"""Lawbook: an executable, annotated reference of the simple laws of deep learning."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lawbook.evidence import notebook
    from lawbook.reference.api import entry, formula

__all__ = ["entry", "formula", "notebook"]

# Heavy modules load when they are first used: `import lawbook` costs milliseconds.
LAZY = {
    "notebook": ("lawbook.evidence.notebook", None),
    "entry": ("lawbook.reference.api", "entry"),
    "formula": ("lawbook.reference.api", "formula"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("lawbook")
    if name not in LAZY:
        raise AttributeError(f"module 'lawbook' has no attribute {name!r}")
    module, attribute = LAZY[name]
    loaded = importlib.import_module(module)
    return loaded if attribute is None else getattr(loaded, attribute)
