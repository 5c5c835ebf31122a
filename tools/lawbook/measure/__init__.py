"""Instruments for anybody's model: arrays or a loss go in, numbers come out.

Of ours they import nothing but `least_squares`, pure numerics that fits of the book's formulas need too.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from lawbook.extras import require

require("lab", "jax", "scipy")

__all__ = [
    "alignment",
    "collapse",
    "conservation",
    "correlations",
    "learning_curve",
    "manifold",
    "margin",
    "overlaps",
    "powerlaw",
    "repeated",
    "scaling",
    "sharpness",
    "symmetry",
]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> ModuleType:
    """An instrument, loaded when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'lawbook.measure' has no attribute {name!r}")
    return importlib.import_module(f"lawbook.measure.{name}")
