"""What one notebook costs at a scale, and which of its checks hold there: python tools/full_scale.py cohen2021

A record is written out as soon as it is there and a cell as soon as it has ended, so that a run which is killed has
told what it found; a check is right that holds, a control that breaks down. Sizes between quick and full: --replace
"steps = 10_000" "steps = 4_000", in a copy in memory. On a GPU: JAX_PLATFORMS=cuda and
XLA_PYTHON_CLIENT_PREALLOCATE=false. Operations are counted where networks are trained, as 6 for each weight and sample,
from the arguments of the functions that train.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
Arguments = dict[str, Any]


def main() -> None:
    """Run the notebook that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("paper")
    parser.add_argument("--scale", choices=("quick", "full"), default="full")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--replace", nargs=2, action="append", default=[], metavar=("OLD", "NEW"))
    asked = parser.parse_args()
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    os.environ.setdefault("LAWBOOK_CACHE", str(ROOT / "build" / "cache"))
    os.environ |= {"LAWBOOK_ROOT": str(ROOT), "LAWBOOK_SCALE": asked.scale, "LAWBOOK_SEED": str(asked.seed)}
    (path,) = ROOT.glob(f"notebooks/*/{asked.paper}.py")
    source = path.read_text(encoding="utf-8")
    for old, new in asked.replace:
        if old not in source:
            sys.exit(f"{path.name}: found no {old!r}, expected it in the notebook")
        source = source.replace(old, new)
    run(source, str(path.relative_to(ROOT)))


def run(source: str, name: str) -> None:
    """Execute the cells of a notebook one by one, and tell of each and of the whole.

    Arguments:
        source: The notebook in jupytext's percent format.
        name: How it is called in a traceback.
    """
    from lawbook.evidence import display
    from lawbook.evidence.record import Measured

    records: dict[tuple[str, str], Measured] = {}
    flop: dict[str, float] = {}
    for module, function, counted in COUNTED:
        _count(importlib.import_module(module), function, counted, flop)

    def said(record: Measured) -> str:
        paired = records.get(("check", record.check))
        return display.verdict_of(record, paired.verdict if paired is not None else None)

    def show(record: Any, check: Any = None) -> None:
        if isinstance(record, Measured):
            records[record.kind, record.id] = record
            rows = [[p.given, p.predicted, p.measured, p.error, p.low, p.high, p.verdict] for p in record.points]
            tell(record=f"{record.kind} {record.id}", said=said(record), points=rows)

    display.show = show
    began, names = time.perf_counter(), {"__name__": "__main__"}
    for line, cell in cells(source):
        start, cpu = time.perf_counter(), time.process_time()
        exec(compile("\n" * line + cell, name, "exec"), names)
        _close_figures()
        tell(
            line=line,
            seconds=round(time.perf_counter() - start, 1),
            cpu=round(time.process_time() - cpu, 1),
            peak_mb=round(_peak_mb()),
            gpu_mb=_gpu_mb(),
            flop=dict(flop),
        )
    wrong = [f"{record.kind} {record.id}" for record in records.values() if not said(record).startswith("✓")]
    tell(
        total=name,
        seconds=round(time.perf_counter() - began, 1),
        cpu=round(time.process_time(), 1),
        peak_mb=round(_peak_mb()),
        gpu_mb=_gpu_mb(),
        flop=sum(flop.values()),
        right=f"{len(records) - len(wrong)} of {len(records)}",
        wrong=wrong,
    )


def cells(source: str) -> Iterator[tuple[int, str]]:
    """The code cells of a notebook in percent format: the line before each, and its text."""
    from lawbook.evidence import fingerprint

    at = 0
    for _, cell in fingerprint.code_cells(source)[1]:
        at = source.index(cell, at)
        yield source.count("\n", 0, at), cell
        at += len(cell)


def tell(**what: Any) -> None:
    """Print a line of JSON at once."""
    print(json.dumps(what), flush=True)


def _count(module: Any, function: str, counted: Callable[[Arguments, Any], float], flop: dict[str, float]) -> None:
    """Have a function that trains add what it computed to `flop`."""
    trains = getattr(module, function)
    signature = inspect.signature(trains)

    def with_count(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        found = trains(*args, **kwargs)
        seconds = time.perf_counter() - start
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        name = f"{module.__name__.removeprefix('lawbook.lab.')}.{function}"
        here = counted(bound.arguments, found)
        flop[name] = flop.get(name, 0.0) + here
        tell(trained=name, seconds=round(seconds, 2), flop=here)
        return found

    setattr(module, function, with_count)


def _windowed(a: Arguments, log: Any) -> float:
    from lawbook.lab.models import characters

    steps = a["log_at"][len(log) - 1]
    return float(6 * steps * characters.BATCH * characters.count(a["hidden"], a["vocabulary"]))


def _parities(a: Arguments, _: Any) -> float:
    from lawbook.lab.models import quanta

    return float(
        6 * a["steps"] * a["batch"] * sum(a["widths"]) * (quanta.BITS + 2)
    )  # of a task's weights one row is used


def _exact_codes(a: Arguments, _: Any) -> float:
    return float(6 * a["steps"] * len(a["frequencies"]) ** 2 * a["width"])


def _sampled_codes(a: Arguments, _: Any) -> float:
    return float(6 * len(a["samples"].values) * len(a["frequencies"]) * a["width"])


def _descents(a: Arguments, _: Any) -> float:
    """Of steps, and of the products with the Hessian: at least eight a measurement, of two gradients each."""
    import jax
    import numpy as np
    from lawbook.measure import sharpness

    rows = len(jax.tree.leaves(a["data"])[0])
    batch = rows if a["batches"] is None else np.shape(a["batches"])[1]
    products = 2 * (sharpness.LEAST_PRODUCTS + 1) * a["steps"] / a["every"]
    return float(
        6 * sum(np.size(leaf) for leaf in jax.tree.leaves(a["params"])) * (a["steps"] * batch + products * rows)
    )


def _transformers(a: Arguments, _: Any) -> float:
    """Of the weights, and of each position's attention to all others."""
    from lawbook.lab.models import transformer

    steps, batch, length = a["batches"].shape
    width, layers = a["params"].readout.shape[0], len(a["params"].blocks)
    weights = transformer.count(a["params"], embeddings=False) + a["params"].readout.size
    return float(6 * steps * batch * (length - 1) * (weights + 2 * layers * (length - 1) * width))


COUNTED: list[tuple[str, str, Callable[[Arguments, Any], float]]] = [
    ("lawbook.lab.models.characters", "train", _windowed),
    ("lawbook.lab.models.quanta", "learn", _parities),
    ("lawbook.lab.solvable.superposition", "train", _exact_codes),
    ("lawbook.lab.solvable.superposition", "train_on_samples", _sampled_codes),
    ("lawbook.lab.training.descent", "descend", _descents),
    ("lawbook.lab.models.transformer", "train", _transformers),
]


def _peak_mb() -> float:
    from lawbook.evidence import notebook

    return notebook.usage().peak_mb


def _gpu_mb() -> int | None:
    """The most memory of the accelerator that JAX has held."""
    import jax

    held = jax.local_devices()[0].memory_stats() if os.environ["JAX_PLATFORMS"] != "cpu" else None
    return round(held["peak_bytes_in_use"] / 2**20) if held else None


def _close_figures() -> None:
    import matplotlib.pyplot as plt

    plt.close("all")


if __name__ == "__main__":
    main()
