"""The skeleton of a new paper: entry, notebook and BibTeX record, with every place to fill in marked ‹…›."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from lawbook.files import write_atomically
from lawbook.reference import source
from lawbook.reference.problem import nearest
from lawbook.reference.rules import SCHEMA_LINE

BIB = "references/papers.bib"


class ScaffoldError(ValueError):
    """A skeleton that cannot be written."""


ENTRY = """{schema}
paper: {paper}
title: ‹a sentence that states the law›
summary: >-
  ‹one or two sentences, Markdown with $math$›
seen:
  how: abstract            # full-text | abstract | secondary
  says: ‹what was read, and what was derived anew›
setting:
  paper: ‹what the authors trained, and on what›
  here: ‹what is trained here, and on what›
aliases: [‹another name›]
laws:
  ‹main-law›:
    name: ‹the law in a few words›
    kind: power-law          # power-law limit conservation identity bound dynamics correspondence phase-transition
    support: empirical       # theorem | solvable-model | empirical | conjecture
    statement: >-
      ‹the law, its quantities and when it holds; cite as [@{paper}]›
    formula:
      latex: 'y = a\\,x^{{-b}}'
      expr: a*x**(-b)        # the same in safe syntax: it draws, predicts and is called from Python
      gives: y
      over: x
    symbols:                 # bind a canonical quantity of references/notation.yml with {{}}, or define one here
      y: {{latex: y, name: ‹what is measured›, unit: '1', role: observable}}
      x: {{latex: x, name: ‹what is varied›, unit: '1', role: control, range: [1.0, 1000.0], scale: log, value: 10.0}}
      a: {{latex: a, name: ‹prefactor›, unit: '1', role: constant, value: 1.0}}
      b: {{latex: b, name: ‹exponent›, unit: '1', role: constant, value: 0.5}}
    assumes: [‹an-assumption›]
    checks:
      ‹exponent-as-predicted›:
        measures: ‹which number, on which data, how averaged›
        quantity: the ‹measured quantity, in plain words›   # the page opens with it; add `unit` where it has one
        tests: claim         # claim: it could come out otherwise | consequence: it follows from what was put in
        predicted: 0.5       # a number, an expression over the symbols, or fitted; stated before the notebook measures
        tolerance: {{abs: 0.05}}
        band-from: theory    # theory | reported | {{is: pilot, says: ‹which trials, and what they gave›}}
        error-from: fit      # replicas | blocks | bootstrap | fit | counting | solver | rounding
        rivals:              # plausible wrong laws; the measurement must exclude each
          - value: 1.0
            says: ‹what a wrong law would give›
          - value: 0.25
            says: ‹what another would give›
    controls:
      ‹assumption-broken›:
        breaks: ‹an-assumption›
        measures: ‹the same number with the assumption broken›
        tests: claim         # consequence, if it could be told without measuring
        must-miss: ‹exponent-as-predicted›
        intact: check        # or, in words, the same run with the assumption kept: the notebook hands it in as intact=
# letters: {{'W': the weights}}   # what letters of the formulas mean that stand for no number
assumptions:
  ‹an-assumption›:
    text: ‹what must be so›
    kind: regime             # hypothesis (mathematical) | regime
    when-broken: ‹what happens then›
intuition: |
  ‹why, so that a student can follow›
use: |
  ‹what a practitioner does with it›
caveats:
  - text: ‹a limit or a dispute›
    cites: []
relations: []
"""

NOTEBOOK = """# ---
# jupyter:
#   jupytext: {{formats: 'py:percent'}}
#   kernelspec: {{display_name: Python 3, language: python, name: python3}}
# ---

# %% [markdown]
# # ‹The law as a sentence›
#
# ‹The law, and what this notebook measures.› The claim, its assumptions and its sources stand on
# [the law page](../laws/{paper}.md).

# %%
import numpy as np
from lawbook import notebook
from lawbook.measure import powerlaw

law = notebook.open("{paper}")
rng = notebook.rng()

# %% [markdown]
# ## Set-up
#
# ‹Data, model, sizes.›

# %%
x = np.geomspace(1, 1000, 20)
y = x**-0.5 * np.exp(0.02 * rng.standard_normal(x.size))  # ‹replace by a measurement›

# %% [markdown]
# ## Measurement

# %%
fit = powerlaw.fit(x, y)
law.series(
    "‹chart›",
    x=x,
    y=y,
    prediction=law.formula("‹main-law›")(x=x, a=1.0, b=0.5),
    x_label="‹x›",
    y_label="‹y›",
    x_scale="log",
    y_scale="log",
)
law.check("‹exponent-as-predicted›", measured=-fit.exponent, error=fit.exponent_error)

# %% [markdown]
# ## Control
#
# ‹Break the assumption: the check must now fail.›

# %%
broken = powerlaw.fit(x, y**2)  # ‹replace by a measurement›
law.control("‹assumption-broken›", measured=-broken.exponent, error=broken.exponent_error)

# %% [markdown]
# ## What to try next
#
# ‹Three questions.›
"""

RECORD = """
@article{{{paper},
  author    = {{‹Family, Given and Family, Given›}},
  title     = {{‹title›}},
  journal   = {{‹journal, or booktitle with @inproceedings›}},
  year      = {{{year}}},
  eprint    = {{‹arXiv id›}},
}}
"""


@dataclass(frozen=True)
class Skeleton:
    """What was written, what stood already and was left as it is, and what else a new paper touches: a line each."""

    written: tuple[str, ...]
    stood: tuple[str, ...]
    touch: tuple[str, ...]


def write(root: Path, paper: str, family: str) -> Skeleton:
    """Write the parts of a new paper that are not there: entry, notebook, BibTeX record. Nothing is overwritten.

    Arguments:
        root: The folder of the book.
        paper: The id.
        family: The folder of its entry.

    Returns:
        What was done with each part, relative to `root`.

    Raises:
        ScaffoldError: The id or the family is none, the paper stands in another family, all parts stand already,
            or the bibliography cannot be read.
    """
    if not re.fullmatch(r"[a-z]+[0-9]{4}[a-z]*", paper):
        raise ScaffoldError(f"found the id {paper!r}, expected first author and year in lower case, such as cohen2021")
    families = source.read(root / "references" / "families.yml", "references/families.yml").data or {}
    if family not in families:
        known = ", ".join(families)
        raise ScaffoldError(
            f"found the family {family!r}, expected one of {known}{nearest(family, families)}; "
            f"for a new one write first into references/families.yml: {family}: {{title: …, introduction: …}}"
        )
    entry, notebook = f"references/{family}/{paper}.yml", f"notebooks/{family}/{paper}.py"
    parts = [*root.glob(f"references/*/{paper}.yml"), *root.glob(f"notebooks/*/{paper}.py")]
    elsewhere = [path.relative_to(root).as_posix() for path in parts if path.parent.name != family]
    if elsewhere:
        raise ScaffoldError(f"{elsewhere[0]} stands already, in another family; nothing was written")
    bib = root / BIB
    try:
        before = bib.read_text(encoding="utf-8") if bib.is_file() else ""
    except UnicodeDecodeError:
        raise ScaffoldError(f"found no UTF-8 text in {BIB}, expected it; nothing was written") from None
    record = f"{BIB}, the record {paper}"
    stood = [name for name in (entry, notebook) if os.path.lexists(root / name)]
    if re.search(rf"@\w+\s*\{{\s*{paper}\s*,", before):
        stood.append(record)
    if len(stood) == 3:
        raise ScaffoldError(f"all of {', '.join(stood)} stands already; nothing was written")
    written = [name for name in (entry, notebook, record) if name not in stood]
    if entry in written:
        write_atomically(root / entry, ENTRY.format(schema=SCHEMA_LINE, paper=paper))
    if notebook in written:
        write_atomically(root / notebook, NOTEBOOK.format(paper=paper))
    if record in written:
        year = re.sub(r"\D", "", paper)
        write_atomically(bib, before.rstrip("\n") + "\n" * bool(before) + RECORD.format(paper=paper, year=year))
    touch = (
        f"references/families.yml: a row in the guide of {family}, with the law and its checks",
        f"{BIB}: a record for each work that the entry cites",
        "references/instruments.yml: a line for each law that has a check",
        "references/glossary.yml and synonyms.yml: words of the field that are new, and what people type instead",
        "CHANGELOG.md: a line on what is new",
    )
    return Skeleton(tuple(written), tuple(stood), touch)
