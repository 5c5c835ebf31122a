"""A fit as one page of HTML that stands alone: constants, charts, what is uncertain, what was assumed, how to cite."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from lawbook.extras import require
from lawbook.files import write_atomically
from lawbook.numbers import plain
from lawbook.own.compare import Comparison
from lawbook.own.figure import save
from lawbook.own.fit import COST, LawFit
from lawbook.own.solved import ExtrapolationWarning
from lawbook.own.text import between, percent
from lawbook.reference.catalog import Catalog, load
from lawbook.site.markdown import Writer, math, unlinked

if TYPE_CHECKING:
    from jinja2 import Environment


def report(
    fitted: LawFit | Comparison,
    path: str | Path,
    *,
    predict: Sequence[Mapping[str, float]] = (),
    budget: float | None = None,
    cost: str = COST,
) -> None:
    """Write a page on a fit, or on a comparison of fits.

    Arguments:
        fitted: What `lawbook.fit` or `lawbook.compare` returned.
        path: Where to, an HTML file; it needs no other file and no network.
        predict: Points at which the loss is foretold, such as `[{"N": 7e10, "D": 1.4e12}]`.
        budget: Its best split is told, for a law with two axes.
        cost: What a budget is spent on.

    Raises:
        OSError: It cannot be written there.
        TypeError: A point that lacks an axis of a law.

    Examples:
        >>> import pathlib, tempfile
        >>> import lawbook
        >>> table = {"n": [1e3, 3e3, 1e4, 3e4, 1e5], "loss": [3.8, 2.71, 1.89, 1.36, 0.95]}
        >>> fit = lawbook.fit("hestness2017", lawbook.runs(table, n="n"), given={"floor": 0.0})
        >>> page = pathlib.Path(tempfile.mkdtemp()) / "report.html"
        >>> lawbook.report(fit, page, predict=[{"n": 1e6}])
        >>> "0.467 to 0.482" in page.read_text(encoding="utf-8")
        True
    """
    fits = list(fitted.fits.values()) if isinstance(fitted, Comparison) else [fitted]
    catalog = load(fits[0].law.catalog.root)[0]  # the works and entries that its prose cites
    html = (
        _environment()
        .get_template("report.html.jinja")
        .render(
            title=f"{fits[0].law.law.name}: a fit" if len(fits) == 1 else f"{len(fits)} laws, fitted to the same runs",
            source=str(fits[0].runs).partition(":")[0],
            several=isinstance(fitted, Comparison),
            compared=fitted.rows() if isinstance(fitted, Comparison) else [],
            pairs=fitted.sentences() if isinstance(fitted, Comparison) else [],
            fits=[_told(catalog, fit, predict, budget, cost) for fit in fits],
            version=version("lawbook"),
        )
    )
    write_atomically(Path(path), html)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    require("fit", "jinja2")
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("lawbook.own", "templates")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)


def _told(
    catalog: Catalog, fit: LawFit, predict: Sequence[Mapping[str, float]], budget: float | None, cost: str
) -> dict[str, Any]:
    """What the template shows of a fit."""
    law, writer = fit.law, Writer(catalog, "")
    work = catalog.works[law.entry.paper]
    held = fit.held_out_or_none()
    return {
        "id": law.name,
        "name": unlinked(writer.name(law.law.name)),
        "how": fit.how,
        "formula": math(law.law.formula.latex, True),
        "constants": _constants(fit),
        "rms": percent(fit.rms),
        "held": percent(held.each) if held else "",
        "largest": percent(held.largest) if held and held.largest is not None else "",
        "figure": _svg(fit),
        "undetermined": [f"{law.letter(name)}: {reason}" for name, reason in fit.undetermined.items()],
        "predictions": [_prediction(fit, point) for point in predict],
        "optimum": str(fit.optimum(budget, cost=cost)) if budget is not None and len(law.x) == 2 else "",
        "against": _against(catalog, fit),
        "grouped": fit.runs.group is not None,
        "assumes": [
            {
                "text": unlinked(writer.line(law.entry.assumptions[name].text)),
                "broken": unlinked(
                    writer.line(f"Broken: {broken}" if (broken := law.entry.assumptions[name].when_broken) else "")
                ),
            }
            for name in law.law.assumes
        ],
        "citation": f"{work.by} ({work.year}). {work.title}. {work.venue}" + (f". {work.link}" if work.link else ""),
        "bibtex": work.bibtex,
    }


def _constants(fit: LawFit) -> list[dict[str, Any]]:
    known = fit.law.formula.known
    return [
        {
            "letter": math(known[name].latex or name),
            "name": known[name].name or "",
            "cells": [*cells[1:], known[name].unit or ""],
        }
        for name, cells in zip(fit.names, fit.constants(), strict=True)
    ]


def _prediction(fit: LawFit, point: Mapping[str, float]) -> list[str]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ExtrapolationWarning)
        found = fit.predict(**point)
    at = ", ".join(f"{name} = {plain(value)}" for name, value in point.items())
    return [
        at,
        plain(float(found.value)),
        between(float(found.low), float(found.high)),
        "; ".join(str(w.message) for w in told),
    ]


def _against(catalog: Catalog, fit: LawFit) -> list[list[str]]:
    try:
        rows = fit.against("reported").rows
    except ValueError:  # the paper reports none of them
        return []
    works = catalog.works
    return [
        [
            row.symbol,
            works[row.by].short if row.by in works else row.by,
            plain(row.value) + (f" ± {plain(row.error, 2)}" if row.error is not None else ""),
            between(*row.fitted),
            "meets" if row.meets else "misses",
            row.setting,
        ]
        for row in rows
    ]


def _svg(fit: LawFit) -> Markup:
    """The chart as an element of HTML, read out by its title; the same bytes each time."""
    drawn = io.StringIO()
    save(fit.plot(), drawn, "svg")
    svg = drawn.getvalue()
    svg = svg[svg.index("<svg") :]
    label = Markup.escape(f"The runs with the fitted law {fit.law.name}, and by how much it misses them")
    return Markup(re.sub(r"<svg ", f'<svg role="img" aria-label="{label}" ', svg, count=1))
