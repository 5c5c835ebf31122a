"""What a reader can measure again on a law page, in the browser: which law, with which knobs, against which check.

The prediction is the entry's: its formula goes to the page as data, and so does the tolerance of the check. What is
trained stands in docs/assets/measure/<paper>.js. It is an illustration, and no evidence comes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from lawbook.reference.catalog import Catalog
from lawbook.reference.model import Law
from lawbook.site.formula_json import tree
from lawbook.site.markdown import math, plain


@dataclass(frozen=True)
class Knob:
    """A setting that the reader moves; `choices` make it a list of names.

    Where it is a symbol of the law, letter, name and unit are the symbol's, and so is the range if none stands here.
    """

    id: str
    name: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    value: float | None = None
    log: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setup:
    """A measurement of a law in the browser.

    Attributes:
        law: The law whose formula is drawn.
        judged: Law and check that say what is predicted of the results, and how near they must come.
        trains: What is trained, in a sentence or two.
        knobs: What the reader can set.
        x_label: What is on the horizontal axis; the vertical one is what the law gives, unless `y_label` says else.
        below: What it means if the result lies below the prediction.
        above: What it means if it lies above.
        over: The symbol on the horizontal axis, where the formula is a curve over one.
        through: Symbols that another law computes: symbol to that law.
        law_is: How the law is drawn: a curve through its values, or a dash at each point.
        rival: What the thin dashes of another prediction are.
        groups: What the points are, a name a colour.
        counts: What the results are, where there are many and the one farthest off is told.
    """

    law: str
    judged: tuple[str, str]
    trains: str
    knobs: tuple[Knob, ...]
    x_label: str
    below: str
    above: str
    y_label: str = ""
    over: str = ""
    x_log: bool = False
    y_log: bool = False
    through: Mapping[str, str] = field(default_factory=dict)
    law_is: str = "curve"
    rival: str = ""
    groups: tuple[str, ...] = ("measured here",)
    counts: str = ""


SEED = Knob("seed", "seed of the random numbers", low=0, high=99, value=0, whole=True)

SETUPS: Mapping[str, Setup] = {
    "cohen2021": Setup(
        law="sharpness-at-the-edge",
        judged=("sharpness-at-the-edge", "hovers-at-the-edge"),
        trains="A small tanh network learns random labels ±1 of random inputs by full-batch gradient descent with "
        "squared loss. The largest eigenvalue of the Hessian is measured along the way; the result is its mean over "
        "the last quarter of training.",
        knobs=(Knob("eta"), Knob("steps", "steps", low=400, high=4000, value=2000, whole=True), SEED),
        x_label="step",
        below="Not reached: training ended with the sharpness still below the edge.",
        above="The sharpness ended above the edge.",
    ),
    "saxe2014": Setup(
        law="sigmoidal-mode",
        judged=("learning-time", "digits-from-a-random-start"),
        trains="A linear network with two layers learns three modes, each half as strong as the one before, from small "
        "random weights on whitened inputs, by gradient descent. The result is the time at which each mode has half of "
        "its strength.",
        knobs=(
            Knob("s", low=1.0, high=4.0, value=2.0),
            Knob("start", "size of the random weights at the start", low=1e-4, high=1.0, value=1e-3, log=True),
            Knob("step", "step size", "time", low=1e-3, high=0.3, value=0.01, log=True),
            Knob("bent", "hidden units", choices=("linear", "tanh")),
            Knob("end", "time at the end (step size × steps)", "", low=5, high=60, value=30, whole=True),
            SEED,
        ),
        x_label="time (step size × steps)",
        over="time",
        below="Earlier than the law says.",
        above="Later than the law says, or not reached in this time.",
        groups=("first mode", "second mode", "third mode"),
    ),
    "du2018": Setup(
        law="node-balance",
        judged=("node-balance", "neurons-in-training"),
        trains="A small network with one hidden layer learns a bent function of random inputs by gradient descent. The "
        "result is the squared norm of the incoming weights of each hidden neuron at the end; the law computes it from "
        "the outgoing weights and from the balance at the start.",
        knobs=(
            Knob("step", "step size", "squared parameter per loss", low=1e-3, high=0.5, value=0.01, log=True),
            Knob("start", "size of the weights at the start", low=0.1, high=2.0, value=1.0),
            Knob("bent", "hidden units", choices=("ReLU", "tanh")),
            Knob("end", "time at the end (step size × steps)", "", low=1, high=50, value=20, whole=True),
            SEED,
        ),
        x_label="outgoing + start balance (squared parameter)",
        y_label="incoming squared norm (squared parameter)",
        below="The neuron lost balance: what comes in is less than the law says.",
        above="The neuron lost balance: what comes in is more than the law says.",
        counts="neurons",
    ),
    "even2023": Setup(
        law="effective-initialisation",
        judged=("effective-initialisation", "descent-finds-it"),
        trains="A sparse linear regression with more unknowns than samples, each coefficient written as a product, by "
        "gradient descent. The law takes the gradients met on the way, the data and the start, and says in which of "
        "the many solutions training ends: an identity, once it has converged.",
        knobs=(
            Knob("step", "step size", "squared parameter per loss", low=0.01, high=1.0, value=0.2, log=True),
            Knob("alpha", "scale of the start", low=0.01, high=0.5, value=0.1, log=True),
            Knob("steps", "steps", low=50, high=30_000, value=20_000, log=True, whole=True),
            Knob("uneven", "start", choices=("v = 0", "v = u/2, which the law excludes")),
            SEED,
        ),
        x_label="coefficient",
        y_label="value of the coefficient (label per input)",
        below="Training has not ended where the law says.",
        above="Training has not ended where the law says.",
        law_is="dash",
        rival="gradient flow",
        counts="coefficients",
    ),
    "soudry2018": Setup(
        law="max-margin-direction",
        judged=("max-margin-direction", "length-along-the-separator"),
        trains="Logistic regression on a few points of the plane that a line separates, followed along gradient flow. "
        "The result is the length of the weights along the separator of largest margin at the end.",
        knobs=(
            Knob("gap", "gap between the line and the points", "input", low=0.1, high=2.0, value=0.5),
            Knob("end", "time at the end (step size × steps)", "", low=1e4, high=1e14, value=1e14, log=True),
            Knob("decay", "weight decay, which the law excludes", "1 per time", low=0.0, high=0.01, value=0.0),
            SEED,
        ),
        x_label="time (step size × steps)",
        over="time",
        x_log=True,
        below="Not reached: the weights are shorter than the law says.",
        above="The weights are longer than the law says.",
        through={"shift": "remainder"},
    ),
    "michaud2023": Setup(
        law="seen-once",
        judged=("seen-once", "seen-once"),
        trains="A learner that knows a quantum as soon as it has seen it once reads samples whose quanta follow a "
        "power law. The result is the share of fresh samples that it misses after all of them, the mean over some "
        "training sets.",
        knobs=(
            Knob("alpha", low=0.4, high=1.2, value=0.8),
            Knob("most", "samples", low=1e4, high=1e6, value=1e5, log=True, whole=True),
            Knob("copies", "copies of each sample (the law has one)", low=1, high=10, value=1, whole=True),
            Knob("repeats", "training sets", low=3, high=30, value=10, whole=True),
            SEED,
        ),
        x_label="samples read",
        over="samples",
        x_log=True,
        y_log=True,
        below="The learner misses less than the law says.",
        above="The learner misses more than the law says.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class KnobView:
    """A knob as a page shows it."""

    knob: Knob
    letter: Markup
    name: str


@dataclass(frozen=True)
class Remeasure:
    """A measurement as a page shows it; `specification` is all that its script is told."""

    paper: str
    law: str
    check: str
    trains: str
    knobs: tuple[KnobView, ...]
    specification: dict[str, Any]


def of(catalog: Catalog, paper: str) -> Remeasure | None:
    """What can be measured again on the page of a paper, or None, also where the entry lacks the law or the check."""
    setup = SETUPS.get(paper)
    if setup is None or paper not in catalog.entries:
        return None
    laws = catalog.entries[paper].laws
    law, by, check = laws.get(setup.law), *setup.judged
    if law is None or by not in laws or check not in laws[by].checks or law.formula.expr is None:
        return None
    against = laws[by].checks[check]
    gives = catalog.symbol(law, law.formula.gives) if law.formula.gives else None
    named = f"{(gives.name or '').split(' (')[0]}{_in(gives.unit)}" if gives else ""
    specification = {
        "script": paper,
        "curve": tree(catalog.expression(law, law.formula.expr)),
        "predicted": tree(catalog.expression(laws[by], str(against.predicted))),
        "through": {symbol: _tree_of(catalog, laws[other]) for symbol, other in setup.through.items()},
        "tolerance": {"abs": against.tolerance.abs, "rel": against.tolerance.rel},
        "x": {"label": setup.x_label, "log": setup.x_log},
        "y": {"label": plain(setup.y_label or named), "log": setup.y_log},
        "over": setup.over,
        "law": setup.law_is,
        "rival": setup.rival,
        "below": setup.below,
        "above": setup.above,
        "groups": setup.groups,
        "counts": setup.counts,
    }
    knobs = tuple(_view(catalog, law, knob) for knob in setup.knobs)
    return Remeasure(paper, setup.law, check, setup.trains, knobs, specification)


def _tree_of(catalog: Catalog, law: Law) -> Any:
    return tree(catalog.expression(law, law.formula.expr or ""))


def _in(unit: str | None) -> str:
    return "" if unit in (None, "1") else f" ({unit})"


def _view(catalog: Catalog, law: Law, knob: Knob) -> KnobView:
    if knob.id not in law.symbols:
        return KnobView(knob, Markup(""), f"{knob.name}{_in(knob.unit or None)}")
    symbol = catalog.symbol(law, knob.id)
    if knob.low is None and symbol.range is not None:
        low, high = symbol.range
        value = low if symbol.value is None else symbol.value
        knob = replace(knob, low=low, high=high, value=value, log=symbol.scale == "log")
    name = plain((symbol.name or knob.id).split(" (")[0])
    return KnobView(knob, math(symbol.latex or knob.id), f"{name}{_in(symbol.unit)}")
