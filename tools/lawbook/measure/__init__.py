"""Instruments for anybody's model: arrays or a loss go in, numbers come out.

Of ours they import nothing but `least_squares`, pure numerics that fits of the book's formulas need too.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lawbook.extras import require

if TYPE_CHECKING:
    from lawbook.measure.streamed import Collapse

require("lab", "jax", "scipy")

__all__ = [
    "Collapse",
    "alignment",
    "balance",
    "collapse",
    "conservation",
    "correlations",
    "density",
    "learning_curve",
    "manifold",
    "margin",
    "overlaps",
    "powerlaw",
    "repeated",
    "scaling",
    "sharpness",
    "spectrum",
    "streamed",
    "symmetry",
]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """An instrument, loaded when it is first asked for."""
    if name == "Collapse":
        return importlib.import_module("lawbook.measure.streamed").Collapse
    if name not in __all__:
        raise AttributeError(f"module 'lawbook.measure' has no attribute {name!r}")
    return importlib.import_module(f"lawbook.measure.{name}")
