"""One matplotlib style for every notebook: SVG that reads on white and on dark pages, with the same bytes each time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

GREY = "#808080"  # text and axes: the contrast is 4 to 1 both on white and on the dark page, #1e2129
# At least 3 to 1 on both pages; any two are 25 apart in CIELAB for normal sight and for the three colour deficiencies.
COLOURS = ("#0072b2", "#de7a00", "#e22872", "#9838e8", "#a06933")
MARKERS = ("o", "s", "^", "D", "v")

_STYLE: dict[str, Any] = {
    "figure.facecolor": "none",
    "figure.figsize": (6.4, 3.6),
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.titlecolor": GREY,
    "axes.titlesize": "medium",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "text.color": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.formatter.min_exponent": 3,  # 30, 40, 60: as powers of ten the labels of a short log axis overlap
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "errorbar.capsize": 2.0,
    "svg.hashsalt": "lawbook",  # the ids of clip paths are random without it
    "svg.fonttype": "path",
}


def use() -> None:
    """Switch this process, and the notebook it may run in, to Lawbook's style. Call it before the first figure."""
    import matplotlib.pyplot as plt
    from cycler import cycler

    for name, value in _STYLE.items():
        plt.rcParams[name] = value  # type: ignore[index]  # the stub lists every key as a literal
    plt.rcParams["axes.prop_cycle"] = cycler(color=COLOURS)
    if "inline" in plt.get_backend().lower():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", metadata={"Date": None})  # type: ignore[no-untyped-call]


def points(
    ax: Any, x: ArrayLike, y: ArrayLike, error: ArrayLike | None = None, *, index: int = 0, label: str = ""
) -> None:
    """Draw measured points with bars of two standard errors, as the verdicts count them, over a curve already drawn.

    Arguments:
        ax: The axes.
        x: Where it was measured, shape (k,).
        y: What was measured, shape (k,).
        error: One standard error of each, shape (k,) or a number.
        index: Which colour and marker of the cycle.
        label: For the legend; empty: not in it.
    """
    bars = None if error is None else 2 * np.asarray(error, dtype=float)
    colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    ax.errorbar(x, y, bars, linestyle="none", marker=marker, markersize=4.5, color=colour, label=label or None)
