"""Runs with the law that was fitted to them, drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lawbook.extras import require
from lawbook.own.solved import Solved

Array = NDArray[np.float64]

COLOURS = ("#0072b2", "#de7a00", "#e22872", "#9838e8", "#a06933")  # told apart on white and on dark, by all eyes
MARKERS = ("o", "s", "^", "D", "v")
INK = "#808080"
STYLE: dict[str, Any] = {
    "axes.edgecolor": INK, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.facecolor": "none", "figure.facecolor": "none", "savefig.facecolor": "none",
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": INK, "grid.alpha": 0.25,
    "legend.frameon": False, "figure.constrained_layout.use": True, "svg.hashsalt": "lawbook", "svg.fonttype": "path",
}  # fmt: skip


def draw(fit: Solved) -> Any:
    """The loss over the widest axis, a curve for each of at most five bands of the other, and the misses below.

    Arguments:
        fit: A law fitted to runs.

    Returns:
        A Matplotlib figure with two axes.
    """
    require("fit", "matplotlib")
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import ScalarFormatter

    widest, *others = sorted(fit.law.x.values(), key=lambda axis: -float(np.ptp(np.log(fit.runs.x[axis]))))
    across = fit.runs.x[widest]
    misses = 100 * np.expm1(-fit.residuals)  # per cent, above 0 where the run lies above the law
    bands = _bands(fit.runs.x[others[0]]) if others else [np.ones(len(fit.runs), dtype=bool)]
    with rc_context(STYLE):  # type: ignore[arg-type]  # the stub lists every key as a literal
        figure = Figure(figsize=(6.8, 5.2))
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        for i, band in enumerate(bands):
            colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
            style = {"linestyle": "none", "marker": marker, "markersize": 4, "color": colour}
            middle = {axis: float(np.exp(np.median(np.log(fit.runs.x[axis][band])))) for axis in others}
            ends = across[band].min(), across[band].max()
            line = np.geomspace(*ends, 80) if ends[0] < ends[1] else across[band][:1]
            above.plot(line, fit(**{widest: line, **middle}), color=colour, linewidth=1.4)
            # each run is moved along the law to the curve of its band, so that its miss can be seen
            moved = fit(**{widest: across[band], **middle}) * np.exp(-fit.residuals[band])
            bars = None if fit.runs.error is None else 2 * fit.runs.error[band] * moved / fit.runs.loss[band]
            label = ", ".join(f"{axis} = {value:.3g}" for axis, value in middle.items()) or "runs"
            above.errorbar(across[band], moved, bars, label=label, **style)
            below.plot(across[band], misses[band], **style)
        bent = any(len(np.unique(fit.runs.x[axis])) > 5 for axis in others)
        ylabel = f"loss, moved to the {others[0]} of its curve" if bent else "loss"
        above.set(xscale="log", yscale="log", ylabel=ylabel, title=fit.law.law.name)
        above.yaxis.set_major_formatter(ScalarFormatter())
        above.yaxis.set_minor_formatter(ScalarFormatter())
        below.axhline(0, color=INK, linewidth=0.8)
        below.set(xlabel=widest, ylabel="miss (%)")
        above.legend(fontsize="small", ncols=2)
    return figure


def save(figure: Any, target: Any, kind: str | None = None) -> None:
    """Write a figure, the same bytes each time.

    Arguments:
        figure: From `draw`.
        target: A path, whose ending says the kind, or a file.
        kind: `svg`, `png` or `pdf`; by the ending if None.

    Raises:
        ValueError: A kind that Matplotlib does not know.
        OSError: It cannot be written.
    """
    from matplotlib import rc_context

    undated = (kind or str(target).rpartition(".")[2]).lower() in ("svg", "pdf")
    with rc_context(STYLE):  # type: ignore[arg-type]
        figure.savefig(target, format=kind, metadata={"Date": None} if undated else None)


def _bands(values: Array) -> list[NDArray[np.bool_]]:
    """At most five bands of about as many runs each, from small to large; runs with one value stay together."""
    different = np.unique(values)
    ranks = np.searchsorted(np.sort(values), values)
    few = len(different) <= 5
    parts = np.searchsorted(different, values) if few else np.minimum(5 * ranks // len(values), 4)
    return [parts == part for part in np.unique(parts)]
