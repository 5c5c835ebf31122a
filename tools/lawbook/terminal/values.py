"""The words that the options of `lawbook list` take, at hand without reading the book."""

from __future__ import annotations

KINDS = ("power-law", "limit", "conservation", "identity", "bound", "dynamics", "correspondence", "phase-transition")
SUPPORTS = ("theorem", "solvable-model", "empirical", "conjecture")
VERDICTS = ("fails", "undecided", "not-reproduced", "not-run", "no-check", "by-construction", "holds")
